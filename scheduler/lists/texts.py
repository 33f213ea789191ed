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
    ("september", "septembre", "septiembre", "setiembre"),
    ("october", "octobre", "octubre"),
    ("november", "novembre", "noviembre"),
    ("december", "decembre", "décembre", "diciembre"),
)
_BEFORE = re.compile(
    r"^((from|the|du|le|del|el)\s+)?((mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?[.,]*\s+|"
    r"(lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo),?\s+)?"
)
_NTH = r"(\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
_LONGEST = 100  # characters of a text that may be a date
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
    if len(text) > _LONGEST:
        return None
    clean = _BEFORE.sub("", " ".join(text.lower().split()))
    if one := _day(clean, order):
        return one, one
    if within := re.fullmatch(rf"{_NTH}\s*[-–—]\s*({_NTH}\s+\D.*)", clean):  # 1-7 February
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
    return joined(first, last)


def joined(first: Day, last: Day) -> tuple[Day, Day]:
    """A span of two days. A first day without a year is the last one before the last day."""
    if last.year and not first.year:
        before = (first.month, first.day) > (last.month, last.day)
        first = Day(last.year - before, first.month, first.day)
    return first, last


def dates_of(span: tuple[Day, Day], year: int) -> tuple[date, date] | None:
    """The dates of a span that begins in `year` if it names none; one that ends before it begins runs into the next."""
    start = span[0].on(year)
    end = span[1].on(start.year) if start else None
    if start and end and end < start and not span[1].year:
        end = span[1].on(start.year + 1)
    return (start, end) if start and end and start <= end and (end - start).days <= 366 else None


def _day_of(text: str, last: Day) -> Day | None:
    m = re.fullmatch(_NTH, text)
    return Day(last.year, last.month, int(m[1])) if m else None


def _day(text: str, order: Order) -> Day | None:
    text = _BEFORE.sub("", text).strip(" .,")
    if m := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:t.*| [\d(].*)?", text):
        return Day(int(m[1]), int(m[2]), int(m[3]))
    if m := re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:t.*)?", text):
        return Day(int(m[1]), int(m[2]), int(m[3]))
    if m := re.fullmatch(r"(?:--)?(\d{1,2})-(\d{1,2})", text):
        return Day(0, int(m[1]), int(m[2]))
    if m := re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}))?", text):
        one, two = int(m[1]), int(m[3])
        day, month = (one, two) if order.day_first or m[2] == "." else (two, one)
        return Day(int(m[4] or 0), month, day)
    return _in_words(text)


def _in_words(text: str) -> Day | None:
    if m := re.fullmatch(rf"{_NTH}(?:\s+(?:of|de))?[\s-]+([^\W\d]+)\.?,?(?:(?:\s+del?)?[\s-]+(\d{{4}}))?", text):
        month = _month(m[2])
        return Day(int(m[3] or 0), month, int(m[1])) if month else None
    if m := re.fullmatch(rf"([^\W\d]+)\.?\s+{_NTH}(?:,?\s+(\d{{4}}))?", text):
        month = _month(m[1])
        return Day(int(m[3] or 0), month, int(m[2])) if month else None
    return None


def _month(word: str) -> int:
    """The month that a word names or begins to name, as `sept` or `juil`; 0 for none, and for `jui`, which is two."""
    found = {n for n, names in enumerate(MONTHS, start=1) if any(name.startswith(word) for name in names)}
    return found.pop() if len(found) == 1 and len(word) >= 3 else 0
