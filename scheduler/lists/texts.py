"""Dates as people write them in lists: `2027-07-30`, `30 July`, `July 30, 2027`, `1-7 February`, `30/07/2027`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

MONTHS = (
    ("january", "janvier", "enero"),
    ("february", "fevrier", "février", "febrero"),
    ("march", "mars", "marzo"),
    ("april", "avril", "abril"),
    ("may", "mai", "mayo"),
    ("june", "juin", "junio"),
    ("july", "juillet", "julio"),
    ("august", "aout", "août", "agosto"),
    ("september", "septembre", "septiembre", "setiembre", "sept"),
    ("october", "octobre", "octubre"),
    ("november", "novembre", "noviembre"),
    ("december", "decembre", "décembre", "diciembre"),
)
_MONTH = {name: n for n, names in enumerate(MONTHS, start=1) for name in names}
_MONTH |= {name[:3]: n for name, n in _MONTH.items() if name.isascii() and len(name) > 3 and name[:3] not in ("jui",)}
_WEEKDAYS = re.compile(
    r"^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?,?\s+|^(lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo),?\s+"
)
_TO = re.compile(r"\s*(?:\.\.|–|—|/(?=\d{4}-)|\bto\b|\buntil\b|\bau\b|\bal\b|\s-\s)\s*")


@dataclass(frozen=True, slots=True)
class Day:
    """A day that may lack its year (0), or its month (0) as in the first part of `1-7 February`."""

    year: int
    month: int
    day: int

    def on(self, year: int) -> date | None:
        """The date, in `year` if it has none of its own; None if there is no such day."""
        try:
            return date(self.year or year, self.month, self.day)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Order:
    """Whether 05/06/2027 means 5 June (`day_first`) in a file."""

    day_first: bool = True


def read_span(text: str, order: Order = Order()) -> tuple[Day, Day] | None:
    """The first and the last day that a text names; None if it names none."""
    clean = _WEEKDAYS.sub("", " ".join(text.lower().replace("\u00a0", " ").split()))
    if one := _day(clean, order):
        return one, one
    if within := re.fullmatch(r"(\d{1,2})\s*[-–—]\s*(\d{1,2}\s+\D.*)", clean):  # 1-7 February
        clean = f"{within[1]} .. {within[2]}"
    if within := re.fullmatch(r"(\D+?)\s+(\d{1,2})\s*[-–—]\s*(\d{1,2})((?:,?\s*\d{4})?)", clean):  # February 1-7, 2027
        clean = f"{within[1]} {within[2]}{within[4]} .. {within[1]} {within[3]}{within[4]}"
    parts = _TO.split(clean)
    if len(parts) != 2:
        return None
    last = _day(parts[1], order)
    first = _day(parts[0], order) or (_day_of(parts[0], last) if last else None)
    if not first or not last:
        return None
    return Day(first.year or last.year, first.month, first.day), Day(last.year or first.year, last.month, last.day)


def dates_of(span: tuple[Day, Day], year: int) -> tuple[date, date] | None:
    """The dates of a span that begins in `year` if it names none; one that ends before it begins runs into the next."""
    start, end = span[0].on(year), span[1].on(year)
    if start and end and end < start and not span[0].year:
        end = span[1].on(year + 1)
    return (start, end) if start and end and start <= end and (end - start).days <= 366 else None


def _day_of(text: str, last: Day) -> Day | None:
    return Day(last.year, last.month, int(text)) if re.fullmatch(r"\d{1,2}", text.strip()) else None


def _day(text: str, order: Order) -> Day | None:
    text = text.strip(" .,")
    if m := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ].*)?", text):
        return Day(int(m[1]), int(m[2]), int(m[3]))
    if m := re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:t.*)?", text):
        return Day(int(m[1]), int(m[2]), int(m[3]))
    if m := re.fullmatch(r"(?:--)?(\d{1,2})-(\d{1,2})", text):
        return Day(0, int(m[1]), int(m[2]))
    if m := re.fullmatch(r"(\d{1,2})([/.])(\d{1,2})(?:\2(\d{4}))?\.?", text):
        one, two = int(m[1]), int(m[3])
        day, month = (one, two) if order.day_first or m[2] == "." else (two, one)
        return Day(int(m[4] or 0), month, day)
    return _in_words(text)


def _in_words(text: str) -> Day | None:
    if m := re.fullmatch(
        r"(\d{1,2})(?:st|nd|rd|th|er|º|\.)?(?:\s+(?:of|de))?[\s-]+([^\W\d]+)\.?,?(?:(?:\s+de)?[\s-]+(\d{4}))?", text
    ):
        month = _MONTH.get(m[2])
        return Day(int(m[3] or 0), month, int(m[1])) if month else None
    if m := re.fullmatch(r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?", text):
        month = _MONTH.get(m[1])
        return Day(int(m[3] or 0), month, int(m[2])) if month else None
    return None
