"""Days in an iCalendar file: its events, with the repetitions that fall in the years asked for."""

from __future__ import annotations

import warnings
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from scheduler.compare import Listed
from scheduler.lists.listing import Full, Listing, plain
from scheduler.lists.table import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icalendar import Component

_STEPS = {"YEARLY": 365, "MONTHLY": 28, "WEEKLY": 7, "DAILY": 1}
MOST_STEPS = 200_000  # years, months, weeks, days walked for the repeating rules of one file
MOST_REPEATS = 400  # days of one event: more than a daily one has in a year


def read_ics(data: bytes, years: tuple[int, ...]) -> Listing:
    """The events of every calendar in a file. Raises ValueError if it is no iCalendar file."""
    from icalendar import Calendar

    listing, reader = Listing(), _Reader(years)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of zones: only dates are read here
        try:
            found = Calendar.from_ical(decoded(data), multiple=True)
        except Exception as error:  # the parser's own failures are of many kinds
            raise ValueError(f"this is no iCalendar file: {_one_line(error)}") from error
        events = [event for part in found for event in part.walk("VEVENT")]
        for event in events:
            if day := _day(event.get("RECURRENCE-ID")):
                reader.moved.setdefault(str(event.get("UID")), set()).add(day)
        try:
            for n, event in enumerate(events, start=1):
                _take(event, f"event {n}", reader, listing)
        except Full:
            pass
    if not listing.days:
        in_years = f"none of its {len(events)} events is held in {', '.join(map(str, years))}"
        listing.note(in_years if events else "it has no events")
    return listing


def _take(event: Component, where: str, reader: _Reader, listing: Listing) -> None:
    try:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            return
        name = plain(str(event.get("SUMMARY", "")))
        spans = list(reader.spans(event, where, listing))
    except Exception as error:  # noqa: BLE001  (a broken property shows when it is read, as whatever it broke)
        listing.note(f"{where}: it cannot be read: {_one_line(error)}")
        return
    if not name or _day(event.get("DTSTART")) is None:
        listing.note(f"{where}: it has no {'day that can be read' if name else 'name'}")
    else:
        listing.years |= {start.year for start, _ in spans} if not event.get("RRULE") else set()
        listing.add(Listed(name, start, end, where) for start, end in spans)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


class _Reader:
    """Reads the days of events; walks repeating rules until the file has cost enough."""

    def __init__(self, years: tuple[int, ...]) -> None:
        self.first, self.last = date(min(years), 1, 1), date(max(years), 12, 31)
        self.steps = 0
        self.moved: dict[str, set[date]] = {}  # by UID, the days of repetitions that other events stand for

    def spans(self, event: Component, where: str, listing: Listing) -> Iterator[tuple[date, date]]:
        """The first and last day of each time it is held: its own, and its repetitions in the years asked for."""
        start = _day(event.get("DTSTART"))
        if start is None:
            return
        length = _length(event, start)
        held = {start} if not event.get("RRULE") or self.first <= start else set()
        try:
            held |= {*self._repeats(event, start), *_days(event.get("RDATE"))}
            held -= set(_days(event.get("EXDATE")))
            held -= self.moved.get(str(event.get("UID")), set()) if event.get("RRULE") else set()
        except Exception as error:  # noqa: BLE001  (as above: what a broken rule raises is of many kinds)
            listing.note(f"{where}: its repetitions cannot be read: {_one_line(error)}")
            held = {start}
        for day in sorted(held)[:MOST_REPEATS]:
            yield day, day + length

    def _repeats(self, event: Component, start: date) -> Iterator[date]:
        """The days of its rules in the years asked for. Raises ValueError for rules that cost too much."""
        from dateutil.rrule import rrulestr

        rules = event.get("RRULE")
        for rule in rules if isinstance(rules, list) else [rules] if rules else []:
            step = _STEPS.get(str(next(iter(rule.get("FREQ", [])), "")).upper())
            if not step:
                raise ValueError("it repeats more than once a day")
            if next(iter(rule.get("INTERVAL", [])), 1) < 1:
                raise ValueError("it repeats in no steps")
            until = min(self.last, _day_of(next(iter(rule.get("UNTIL", [])), self.last)) or self.last)
            parts = {k: v for k, v in rule.items() if k not in ("UNTIL", "COUNT", "BYHOUR", "BYMINUTE", "BYSECOND")}
            walk = rrulestr(rule.__class__(parts).to_ical().decode(), dtstart=datetime.combine(start, time()))
            held = self._walked((at.date() for at in walk), start, step)
            for day in islice(held, next(iter(rule.get("COUNT", [])), None)):
                if day > until:
                    break
                if day >= self.first:
                    yield day

    def _walked(self, days: Iterator[date], start: date, step: int) -> Iterator[date]:
        last = start
        self._require_cheap()  # before another rule is looked for to the end of time
        for day in chain(days, [date.max]):  # where the days of a rule end, the walk went on to the last year
            self.steps += max(1, (day - last).days // step)
            self._require_cheap()
            yield (last := day)

    def _require_cheap(self) -> None:
        if self.steps > MOST_STEPS:
            raise ValueError("the file repeats too much")


def _day(value: Any) -> date | None:
    return _day_of(getattr(value, "dt", None))


def _day_of(at: Any) -> date | None:
    at = at[0] if isinstance(at, tuple) else at  # a period
    if isinstance(at, datetime):
        return at.date()
    return at if isinstance(at, date) else None


def _days(value: Any) -> Iterator[date]:
    for part in value if isinstance(value, list) else [value]:
        for inner in islice(getattr(part, "dts", ()), MOST_REPEATS):
            if day := _day(inner):
                yield day


def _length(event: Component, start: date) -> timedelta:
    """How many days after the first the last one comes; an all-day event's end is the day after."""
    at = getattr(event.get("DTEND"), "dt", None)
    end = _day_of(at)
    if end is None:
        lasting = getattr(event.get("DURATION"), "dt", None)
        whole = lasting if isinstance(lasting, timedelta) else timedelta(days=1)
        return min(max(timedelta(), timedelta(days=whole.days) - timedelta(days=1)), timedelta(days=366))
    if not isinstance(at, datetime) or at.time() == time():
        end -= timedelta(days=1)
    return min(max(timedelta(), end - start), timedelta(days=366))
