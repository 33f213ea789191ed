"""The days of one event of an iCalendar file: its own, its length, and its repetitions in the years asked for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from icalendar import Component

    from scheduler.lists.listing import Listing

_STEPS = {"YEARLY": 365, "MONTHLY": 28, "WEEKLY": 7, "DAILY": 1}
MOST_STEPS = 200_000  # years, months, weeks, days walked for the repeating rules of one file
MOST_REPEATS = 400  # days of one event: more than a daily one has in a year


class Repeats:
    """Reads the days of events; walks repeating rules until the file has cost enough."""

    def __init__(self, years: tuple[int, ...]) -> None:
        self.first, self.last = date(min(years), 1, 1), date(max(years), 12, 31)
        self.steps = 0
        self.moved: dict[str, set[date]] = {}  # by UID, the days of repetitions that other events stand for

    def note_moved(self, events: Iterable[Component]) -> None:
        """Takes note of the repetitions that other events stand for."""
        for event in events:
            if day := day_in(event.get("RECURRENCE-ID")):
                self.moved.setdefault(str(event.get("UID")), set()).add(day)

    def spans(self, event: Component, where: str, listing: Listing) -> Iterator[tuple[date, date]]:
        """The first and last day of each time it is held: its own, and its repetitions in the years asked for."""
        start = day_in(event.get("DTSTART"))
        if start is None:
            return
        length = length_of(event, start)
        held = {start} if not event.get("RRULE") or self.first <= start else set()
        try:
            held |= {*self._repeats(event, start), *days_of(event.get("RDATE"))}
            held -= set(days_of(event.get("EXDATE")))
            held -= self.moved.get(str(event.get("UID")), set()) if event.get("RRULE") else set()
        except Exception as error:  # noqa: BLE001  (what a broken rule raises is of many kinds)
            listing.note(f"{where}: its repetitions cannot be read: {one_line(error)}")
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
            until = min(self.last, day_of(next(iter(rule.get("UNTIL", [])), self.last)) or self.last)
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


def day_in(value: Any) -> date | None:
    return day_of(getattr(value, "dt", None))


def day_of(at: Any) -> date | None:
    at = at[0] if isinstance(at, tuple) else at  # a period
    if isinstance(at, datetime):
        return at.date()
    return at if isinstance(at, date) else None


def days_of(value: Any) -> Iterator[date]:
    for part in value if isinstance(value, list) else [value]:
        for inner in islice(getattr(part, "dts", ()), MOST_REPEATS):
            if day := day_in(inner):
                yield day


def length_of(event: Component, start: date) -> timedelta:
    """How many days after the first the last one comes; an all-day event's end is the day after."""
    at = getattr(event.get("DTEND"), "dt", None)
    end = day_of(at)
    if end is None:
        lasting = getattr(event.get("DURATION"), "dt", None)
        whole = lasting if isinstance(lasting, timedelta) else timedelta(days=1)
        return min(max(timedelta(), timedelta(days=whole.days) - timedelta(days=1)), timedelta(days=366))
    if not isinstance(at, datetime) or at.time() == time():
        end -= timedelta(days=1)
    return min(max(timedelta(), end - start), timedelta(days=366))


def one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
