"""A yearly rule of iCalendar said in the rule language of calendar files."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from scheduler.shapes import MONTHS, NTHS, WEEKDAYS

_DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), WEEKDAYS, strict=True))
_WORDS = {n: word for word, n in NTHS.items()}
_BEGINS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYHOUR", "BYMINUTE", "BYSECOND"})
Parts = dict[str, list[str]]  # of an RRULE: BYMONTH=5,6 as {"BYMONTH": ["5", "6"]}


def parts_of(rule: str) -> Parts:
    """The parts of an RRULE as it is written. Raises ValueError for a part without a value."""
    pairs = [part.split("=", 1) for part in rule.upper().split(";") if part]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("its rule cannot be read")
    return {key: values.split(",") for key, values in pairs}


def in_our_words(parts: Parts, start: date, days: int) -> str:
    """The rule of an event that begins on `start` and lasts `days`, as `first monday of may`; "" if we have no words.

    What its UNTIL and COUNT say is left out. Raises ValueError for numbers that are none.
    """
    interval = int(parts.get("INTERVAL", ["1"])[0])
    if parts.get("FREQ") == ["MONTHLY"] and interval % 12 == 0:
        parts, interval = {"BYMONTH": [str(start.month)], **parts, "FREQ": ["YEARLY"]}, interval // 12
    if parts.get("FREQ") == ["MONTHLY"]:
        return _monthly(parts, start) if interval == days == 1 else ""
    if parts.get("FREQ") != ["YEARLY"] or interval < 1:
        return ""
    said = _yearly({k: v for k, v in parts.items() if k not in _BEGINS}, start, days)
    return f"{said} every {interval} years from {start.year}" if said and interval > 1 else said


def _monthly(parts: Parts, start: date) -> str:
    by = {k: v for k, v in parts.items() if k not in _BEGINS}
    return f"{start.day} of every month" if by in ({}, {"BYMONTHDAY": [str(start.day)]}) and start.day <= 28 else ""


def _yearly(by: Parts, start: date, days: int) -> str:
    months, month = by.pop("BYMONTH", [str(start.month)]), MONTHS[start.month - 1]
    if months != [str(start.month)] or set(by) - {"BYDAY", "BYMONTHDAY", "BYSETPOS"}:
        return ""
    if by in ({}, {"BYMONTHDAY": [str(start.day)]}):
        return _fixed(start, days)
    if by == {"BYMONTHDAY": ["-1"]}:
        return _lasting(f"last day of {month}", days)
    return _lasting(_weekday(by, start), days)


def _weekday(by: Parts, start: date) -> str:
    """`first monday of may` from 1MO, or from MO with a BYSETPOS, or from MO and seven days of the month."""
    days, month = by.get("BYDAY", []), MONTHS[start.month - 1]
    if len(days) != 1 or days[0][-2:] not in _DAYS:
        return ""
    day, nth = _DAYS[days[0][-2:]], days[0][:-2] or ",".join(by.pop("BYSETPOS", []))
    if nth and set(by) == {"BYDAY"}:
        return f"{_WORDS[int(nth)]} {day} of {month}" if int(nth) in _WORDS else ""
    numbers = [int(n) for n in by.get("BYMONTHDAY", [])]
    if nth or set(by) != {"BYDAY", "BYMONTHDAY"} or numbers != list(range(min(numbers), min(numbers) + 7)):
        return ""
    return f"{day} between {start.month:02}-{numbers[0]:02} and {start.month:02}-{numbers[-1]:02}"


def _fixed(start: date, days: int) -> str:
    first = f"{start:%m-%d}"
    if days == 1:
        return first
    if start.day == 1 and start.month != 2 and days == monthrange(start.year, start.month)[1]:
        return f"month of {MONTHS[start.month - 1]}"
    leap, common = (
        (_end(date(year, start.month, start.day), days) for year in (2028, 2029)) if first != "02-29" else "ab"
    )
    return f"{first}..{leap}" if leap == common else _lasting(first, days)


def _end(first: date, days: int) -> str:
    return f"{first + timedelta(days - 1):%m-%d}"


def _lasting(rule: str, days: int) -> str:
    if days == 1 or not rule:
        return rule
    return f"{days} days from {rule}" if days <= 60 else ""
