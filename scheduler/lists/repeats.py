"""The days of one event of an iCalendar file: its own, its length, and its repetitions in the years asked for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from icalendar import Component

    from scheduler.lists.events import Event
    from scheduler.lists.listing import Listing

_STEPS = {"YEARLY": 365, "MONTHLY": 28, "WEEKLY": 7, "DAILY": 1}
MOST_STEPS = 200_000  # years, months, weeks, days walked for the repeating rules of one file
MOST_REPEATS = 400  # days of one event: more than a daily one has in a year
_PARTS = frozenset(
    "FREQ INTERVAL COUNT UNTIL WKST BYSETPOS BYHOUR BYMINUTE BYSECOND".split()
    + "BYMONTH BYMONTHDAY BYYEARDAY BYWEEKNO BYDAY".split()
)
_ROUND = 400  # years after which the calendar is the same again, weekdays too


class Untold(ValueError):
    """A rule cannot be followed; the sentence says why."""


class Repeats:
    """Reads the days of events; walks repeating rules until the file has cost enough."""

    def __init__(self, years: tuple[int, ...]) -> None:
        self.first, self.last = date(min(years), 1, 1), date(max(years), 12, 31)
        self.steps = 0
        self.moved: dict[str, set[date]] = {}  # by UID, the days of repetitions that other events stand for

    def note_moved(self, events: Iterable[Event]) -> None:
        """Takes note of the repetitions that other events stand for."""
        for event in events:
            if day := day_in(event.part.get("RECURRENCE-ID")):
                self.moved.setdefault(str(event.part.get("UID")), set()).add(day)

    def spans(self, event: Event, listing: Listing) -> Iterator[tuple[date, date]]:
        """The first and last day of each time it is held: its own, and its repetitions in the years asked for."""
        part = event.part
        start = day_in(part.get("DTSTART"))
        if start is None:
            return
        length = length_of(part, start)
        held = {start} if not part.get("RRULE") or self.first <= start else set()
        try:
            if event.loose:
                raise Untold(event.loose)
            held |= {*self._repeats(part, start), *days_of(part.get("RDATE"))}
            held -= set(days_of(part.get("EXDATE")))
            held -= self.moved.get(str(part.get("UID")), set()) if event.repeats else set()
        except Exception as error:  # noqa: BLE001  (what a broken rule raises is of many kinds)
            why = str(error) if isinstance(error, Untold) else "its RRULE makes no sense"
            listing.note(f"{event.called}: its repetitions cannot be read: {why}")
            held = {start}
        for day in sorted(held)[:MOST_REPEATS]:
            yield day, day + length

    def _repeats(self, event: Component, start: date) -> Iterator[date]:
        """The days of its rules in the years asked for. Raises Untold for rules that cost too much, or hold never."""
        rules = event.get("RRULE") if start <= self.last else None
        for rule in rules if isinstance(rules, list) else [rules] if rules else []:
            until = min(self.last, day_of(next(iter(rule.get("UNTIL", [])), self.last)) or self.last)
            for day in self._held(rule, start):
                if day > until:
                    break
                if day >= self.first:
                    yield day

    def _held(self, rule: Any, start: date) -> Iterator[date]:
        """The days of a rule.

        It is walked as late as the years go, in years like its own: one that never holds is walked to their end.
        """
        from dateutil.rrule import rrulestr

        step, count = _step_of(rule)
        later = (date.max.year - self.last.year) // _ROUND * _ROUND
        begin = start.replace(year=start.year + later)
        parts = {k: v for k, v in rule.items() if k not in ("UNTIL", "COUNT", "BYHOUR", "BYMINUTE", "BYSECOND")}
        walk = rrulestr(rule.__class__(parts).to_ical().decode(), dtstart=datetime.combine(begin, time()))
        for day in islice(self._walked((at.date() for at in walk), begin, step), count):
            yield day.replace(year=day.year - later)

    def _walked(self, days: Iterator[date], start: date, step: int) -> Iterator[date]:
        last, never = start, True
        self._require_cheap()  # before another rule is looked for to the end of time
        for day in days:
            self.steps += max(1, (day - last).days // step)
            self._require_cheap()
            yield day
            last, never = day, False
        self.steps += (date.max - last).days // min(step, _STEPS["MONTHLY"])  # the walk went on to the last year
        if never:
            raise Untold("its rule never holds")

    def _require_cheap(self) -> None:
        if self.steps > MOST_STEPS:
            raise Untold("the file repeats too much")


def _step_of(rule: Any) -> tuple[int, int | None]:
    """How many days a rule steps at least, and how many times it holds, if it says so. Raises Untold."""
    interval, count = (next(iter(rule.get(name, [])), None) for name in ("INTERVAL", "COUNT"))
    step = _STEPS.get(str(next(iter(rule.get("FREQ", [])), "")).upper())
    if not step:
        raise Untold("it repeats more than once a day")
    if interval is not None and interval < 1:
        raise Untold("it repeats in no steps")
    if count is not None and count < 1:
        raise Untold(f"it repeats {count} times")
    if other := sorted(rule.keys() - _PARTS):
        raise Untold(f"its RRULE has {other[0]}, by which no days are counted here")
    return step * (interval or 1), count


def value_of(found: Any) -> Any:
    """What a property holds, such as a date; None if it is none, or broken."""
    try:
        return found.dt
    except (AttributeError, ValueError):  # a broken one raises the parser's own ValueError
        return None


def day_in(found: Any) -> date | None:
    return day_of(value_of(found))


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
    at = value_of(event.get("DTEND"))
    end = day_of(at)
    if end is None:
        lasting = value_of(event.get("DURATION"))
        whole = lasting if isinstance(lasting, timedelta) else timedelta(days=1)
        return min(max(timedelta(), timedelta(days=whole.days) - timedelta(days=1)), timedelta(days=366))
    if not isinstance(at, datetime) or at.time() == time():
        end -= timedelta(days=1)
    return min(max(timedelta(), end - start), timedelta(days=366))


def ends_before(event: Component, start: date) -> bool:
    """Whether an event says that it ends on a day before its first, or lasts less than no time."""
    end, lasting = day_in(event.get("DTEND")), value_of(event.get("DURATION"))
    return bool(end and end < start) or (isinstance(lasting, timedelta) and lasting < timedelta())
