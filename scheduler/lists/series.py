"""The days of an iCalendar file as entries: yearly rules stay rules, single dates stand under their years.

An event that repeats is a day of its own. Events that do not are one day if they have one name, or one UID.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from scheduler import dates, rules
from scheduler.compare.names import normal
from scheduler.lists.events import TAG, events_of
from scheduler.lists.listing import Listing, plain
from scheduler.lists.repeats import Repeats, day_in, day_of, days_of, ends_before, length_of
from scheduler.lists.ruled import Parts, in_our_words, parts_of
from scheduler.lists.spans import by_year, joined
from scheduler.model import FIRST_YEAR, LAST_YEAR, Observance, Proclaimed, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icalendar import Component

    from scheduler.lists.events import Event

MOST_SERIES = 5000  # days of one file
PROOF = 12  # years in which a rule in our words must give the very days that the event's own rule gives
AHEAD = 10  # years, after this one, of which dates are noted where we have no words for a rule
_ADDRESS = re.compile(r"https://[!-~]{1,500}")


@dataclass(frozen=True, slots=True)
class Series:
    """A day as a file has it. `where` is its first event; `address` its page, or empty."""

    day: Observance
    where: str
    address: str = ""

    def spans(self, years: Iterable[int]) -> list[Span]:
        return [Span(o.start, o.end) for year in years for o in dates.occurrences(self.day, year)]


@dataclass(slots=True)
class _Event:
    where: str
    name: str
    uid: str
    span: Span
    whole: Event

    @property
    def part(self) -> Any:
        """The component; what its properties are depends on what the file says."""
        return self.whole.part

    @property
    def key(self) -> str:
        return normal(self.name) or self.name


@dataclass(slots=True)
class _Reading:
    """What has been read of a file so far; `moved` and `gone` are its repetitions that other events stand for."""

    listing: Listing
    today: date
    repeats: Repeats
    moved: dict[str, list[tuple[date, _Event]]] = field(default_factory=dict)
    gone: dict[str, list[date]] = field(default_factory=dict)


def read_series(text: str, today: date) -> tuple[list[Series], Listing]:
    """The days of a file, and a listing whose notes say what cannot be taken and why.

    Raises ValueError if it is no iCalendar file.
    """
    events, listing = events_of(text), Listing()
    last = min(today.year + AHEAD, LAST_YEAR)
    reading = _Reading(listing, today, Repeats((FIRST_YEAR, last)))
    ruled, single = _sorted(events, reading)
    found = [made for event in ruled if (made := _ruled(event, reading))]
    found += [made for group in _grouped(single) if (made := _dated(group, listing))]
    unlike = list({_essence(one): one for one in reversed(found)}.values())[::-1]
    if len(unlike) > MOST_SERIES:
        listing.note(f"only the first {MOST_SERIES} days were read")
    if not events:
        listing.note("it has no events")
    return unlike[:MOST_SERIES], listing


def _essence(one: Series) -> tuple[object, ...]:
    """What makes two of them one: a file may hold a calendar twice."""
    day = one.day
    return normal(day.name()) or day.name(), day.rule, day.since, day.until, repr((day.announced, day.exceptions))


def _sorted(events: list[Event], reading: _Reading) -> tuple[list[_Event], list[_Event]]:
    """Events that repeat, and those that do not. Those that stand for one repetition are kept apart."""
    ruled: list[_Event] = []
    single: list[_Event] = []
    masters = {str(event.part.get("UID")) for event in events if event.repeats and event.part.get("UID")}
    newest = _newest([event.part for event in events])
    for whole in events:
        part, at = whole.part, day_in(whole.part.get("RECURRENCE-ID"))
        if _sequence(part) < newest.get(_which(part), 0):
            continue
        cancelled = str(part.get("STATUS", "")).upper() == "CANCELLED"
        if at and cancelled:
            reading.gone.setdefault(str(part.get("UID")), []).append(at)
        elif not (event := _event(whole, reading.listing)):
            continue
        elif cancelled:
            reading.listing.note(f"{whole.called}: it is cancelled")
        elif at and event.uid in masters:
            reading.moved.setdefault(event.uid, []).append((at, event))
        else:
            (ruled if whole.repeats else single).append(event)
    return ruled, single


def _newest(parts: Iterable[Component]) -> dict[tuple[str, str], int]:
    """The newest revision of each event: a file may hold those that it took the place of, too."""
    newest: dict[tuple[str, str], int] = {}
    for part in parts:
        newest[_which(part)] = max(newest.get(_which(part), 0), _sequence(part))
    return newest


def _which(part: Component) -> tuple[str, str]:
    return str(part.get("UID", "")), str(day_in(part.get("RECURRENCE-ID")))


def _sequence(part: Component) -> int:
    found = part.get("SEQUENCE", 0)
    return found if isinstance(found, int) and part.get("UID") else 0


def _event(event: Event, listing: Listing) -> _Event | None:
    part, start = event.part, day_in(event.part.get("DTSTART"))
    name = plain(TAG.sub(" ", str(part.get("SUMMARY", ""))[:2000]))
    if start is None or (why := _why_not(event, name, start)):
        why = why if start else event.wrong or "it has no day: DTSTART is missing"
        listing.note(f"{event.called}: {why}")
        return None
    without_year = re.sub(rf"[\s,(–-]*\b{start.year}\b\)?$", "", name).strip()
    end = min(start + length_of(part, start), date(LAST_YEAR + 1, 12, 31))
    return _Event(event.where, without_year or name, str(part.get("UID", "")), Span(start, max(start, end)), event)


def _why_not(event: Event, name: str, start: date) -> str:
    """Why an event cannot be taken, or nothing."""
    part = event.part
    if event.wrong:
        return event.wrong
    if not name:
        return "it has no name: SUMMARY is missing"
    if start.year > LAST_YEAR or (start.year < FIRST_YEAR and not part.get("RRULE")):
        return f"{start} lies outside {FIRST_YEAR} to {LAST_YEAR}"
    if ends_before(part, start):
        return "it ends before it begins"
    return "it lasts more than a year" if length_of(part, start) > timedelta(days=365) else ""


def _grouped(events: list[_Event]) -> list[list[_Event]]:
    """Events of one UID or of one name together, in the order of the file.

    A UID that stands for several days of a year is no identity: there the name counts.
    """
    held: dict[tuple[str, int], set[Span]] = {}
    for event in events:
        held.setdefault((event.uid, event.span.start.year), set()).add(event.span)
    unfit = {uid for (uid, _), spans in held.items() if len(joined([*spans])) > 1} | {""}
    groups: dict[str, list[_Event]] = {}
    of_uid: dict[str, str] = {}
    for event in events:
        key = event.key if event.uid in unfit else of_uid.setdefault(event.uid, event.key)
        groups.setdefault(key, []).append(event)
    return list(groups.values())


def _dated(events: list[_Event], listing: Listing) -> Series | None:
    """A day on the dates it was seen on, one for each year: dates prove no rule."""
    held = by_year(joined([event.span for event in events]))
    newest = max(events, key=lambda event: event.span.start)
    if often := next((year for year, spans in held.items() if len(spans) > 1), 0):
        say = f"it is held {len(held[often])} times in {often}, which announced dates cannot say"
        listing.note(f"{events[0].where}: '{newest.name[:60]}': {say}")
        return None
    announced = {year: spans[0] for year, spans in held.items()}
    return _series(newest, rule="announced", announced=announced, where=events[0].where)


def _ruled(event: _Event, reading: _Reading) -> Series | None:
    """A day that repeats: by our rule if that gives the same days, else on the days of the years to come."""
    try:
        made = _by_rule(event, reading)
    except (ValueError, OverflowError, KeyError):
        made = None
    own = Listing()
    first = reading.today.year - 1 if made is None else max(event.span.start.year, FIRST_YEAR)
    years = range(first, min(first + PROOF, LAST_YEAR + 1))
    walked = _walked(event, years, reading, own)
    if own.notes:
        reading.listing.note(own.notes[0])
        return None
    # A first day that its own rule does not give is undefined by RFC 5545, 3.8.5.3: the rule is believed.
    ours = [span for span in made.spans(years) if span.start >= event.span.start] if made else []
    if made and ours in (walked, [span for span in walked if span != event.span]):
        return made
    return _announced(event, reading)


def _announced(event: _Event, reading: _Reading) -> Series | None:
    """The days of a rule that we have no words for, in the years around this one."""
    spans = _walked(event, range(reading.today.year - 1, reading.today.year + AHEAD + 1), reading, reading.listing)
    held = by_year(spans)
    say = ""
    if often := next((year for year, days in held.items() if len(days) > 1), 0):
        say = f"it is held {len(held[often])} times in {often}: only days of the year are taken"
    elif not held:
        say = f"it is not held from {reading.today.year - 1} on"
    if say:
        reading.listing.note(f"{event.whole.called}: {say}")
        return None
    return _series(event, rule="announced", announced={year: days[0] for year, days in held.items()})


def _walked(event: _Event, years: range, reading: _Reading, listing: Listing) -> list[Span]:
    """The spans that the event's own rule gives, with those that were moved."""
    repeats = Repeats((years[0], years[-1]))
    repeats.steps = reading.repeats.steps
    moved = reading.moved.get(event.uid, [])
    repeats.moved = {event.uid: {at for at, _ in moved} | set(reading.gone.get(event.uid, ()))}
    spans = [Span(start, end) for start, end in repeats.spans(event.whole, listing)]
    reading.repeats.steps = repeats.steps
    spans += [other.span for _, other in moved]
    return sorted((s for s in spans if s.start.year in years), key=lambda s: s.start)


def _by_rule(event: _Event, reading: _Reading) -> Series | None:
    """A series by a rule in our words; None if there are none. Raises ValueError for a rule that cannot be read."""
    rule = event.part.get("RRULE")
    if not rule or isinstance(rule, list):
        return None
    parts = parts_of(rule.to_ical().decode())
    text = in_our_words(parts, event.span.start, (event.span.end - event.span.start).days + 1)
    if not text:
        return None
    first = event.span.start
    missed = all(span.start < first for span in rules.parse(text).spans(first.year))  # of the first year
    since, until = max(first.year + missed, FIRST_YEAR), _until(parts, text, event)
    return _series(event, rule=text, since=since, until=until, exceptions=_departures(event, text, reading))


def _departures(event: _Event, text: str, reading: _Reading) -> dict[int, Span | None]:
    """The years that depart from the rule. Raises ValueError for what exceptions by year cannot say."""
    rule, moved = rules.parse(text), reading.moved.get(event.uid, ())
    if event.part.get("RDATE") or any(at.year != other.span.start.year for at, other in moved):
        raise ValueError("it is held on other days, too")
    gone = [*days_of(event.part.get("EXDATE")), *reading.gone.get(event.uid, ())]
    found = dict.fromkeys(gone) | {at: other.span for at, other in moved}
    held = {at: [s.start for s in rule.spans(at.year)] for at in found if FIRST_YEAR <= at.year <= LAST_YEAR}
    if any(len(starts) > 1 for starts in held.values()):
        raise ValueError("one of several days of a year departs from the rule")
    return {at.year: found[at] for at, starts in sorted(held.items()) if at in starts}


def _until(parts: Parts, text: str, event: _Event) -> int:
    """The last year that a rule is held in."""
    rule, start = rules.parse(text), event.span.start
    if "UNTIL" in parts:
        found = day_of(event.part["RRULE"]["UNTIL"][0])
        last = min(found or date.max, date(LAST_YEAR, 12, 31))
        return last.year if any(s.start <= last for s in rule.spans(last.year)) else last.year - 1
    left = int(parts["COUNT"][0]) if "COUNT" in parts else 10**6
    for year in range(start.year, LAST_YEAR + 1):
        left -= len(rule.spans(year))
        if left <= 0:
            return year
    return LAST_YEAR


def _series(event: _Event, *, where: str = "", **fields: object) -> Series:
    url = str(event.part.get("URL", ""))
    day = Observance(
        id="",
        names={"en": event.name},
        proclaimed=Proclaimed("", "", ""),
        sources=(),
        checked=event.span.start,
        unverified=True,
        **fields,  # type: ignore[arg-type]
    )
    return Series(day, where or event.where, url if _ADDRESS.fullmatch(url) else "")
