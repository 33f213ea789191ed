"""From observances to dates, and from wall clocks to instants. Knows no clock of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from scheduler import rules
from scheduler.model import FIRST_YEAR, LAST_YEAR, Certainty, Observance, Occurrence, Span
from scheduler.shapes import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from scheduler.model import Former

_read = lru_cache(maxsize=None)(rules.parse)


_seen: dict[tuple[int, int], tuple[Observance, list[Occurrence]]] = {}  # the observance too: its id() is then its own
_MOST_SEEN = 20_000


def occurrences(observance: Observance, year: int) -> list[Occurrence]:
    """When the observance is held in `year` (the year it starts in), soonest first; empty when it is not.

    A year's exception outweighs an announced date, which outweighs the rule; each carries the names and the rule of
    its year. Outside `since` to `until`, and outside the years Daymark computes, nothing is held.
    """
    key = (id(observance), year)
    if key not in _seen:
        if len(_seen) >= _MOST_SEEN:
            _seen.clear()
        _seen[key] = observance, _occurrences(observance, year)
    return list(_seen[key][1])


def _occurrences(observance: Observance, year: int) -> list[Occurrence]:
    if not max(observance.since, FIRST_YEAR) <= year <= min(observance.until, LAST_YEAR):
        return []
    observance = observance.as_of(year)
    if year in observance.exceptions:
        moved = observance.exceptions[year]
        return _all(observance, year, [moved] if moved else [], Certainty.ANNOUNCED)
    if year in observance.announced:
        return _all(observance, year, [observance.announced[year]], Certainty.ANNOUNCED)
    rule = _read(observance.rule)
    certainty = Certainty.EXPECTED if observance.announced else rule.certainty
    return _all(observance, year, rule.spans(year), certainty)


def _all(observance: Observance, year: int, spans: list[Span], certainty: Certainty) -> list[Occurrence]:
    return [
        Occurrence(observance, year, s.start, s.end, certainty, kind_of(observance.rule, s), n)
        for n, s in enumerate(spans, start=1)
    ]


def kind_of(rule: str, span: Span) -> str:
    """`day`, `week` (seven or eight days), `month`, or `span` for any other length."""
    days = (span.end - span.start).days + 1
    if days == 1:
        return "day"
    if rule.startswith("month of"):
        return "month"
    return "week" if days in (7, 8) else "span"


def between(observances: Iterable[Observance], first: date, last: date) -> list[Occurrence]:
    """Every occurrence that has a day in `first` to `last`, both included, by first day and id."""
    years = range(first.year - 1, last.year + 2)  # one may still run from last year, or begin before its own
    found = [
        o
        for observance in observances
        for year in years
        for o in occurrences(observance, year)
        if o.start <= last and o.end >= first
    ]
    return sorted(found, key=lambda o: (o.start, o.observance.id))


def words_of(rule: str) -> str:
    """A rule in words: `the first Monday of October`."""
    return _read(rule).words()


def describe(observance: Observance) -> str:
    """The rule in words, with its first and last year and what is known to depart from it."""
    words = words_of(observance.rule)
    since = max([observance.since, *(f.until + 1 for f in observance.formerly if f.rule != observance.rule)])
    if since > FIRST_YEAR:
        words += f"; since {since}"
    if observance.until < LAST_YEAR:
        words += f"; until {observance.until}"
    for year, span in sorted(observance.exceptions.items()):
        words += f"; in {year} {'on ' + span_words(span) if span else 'not held'}"
    if observance.announced and observance.rule != "announced":
        years = ", ".join(str(y) for y in sorted(observance.announced))
        words += f"; announced year by year (known for {years}), otherwise expected"
    return words + "".join(f"; {_before(observance, former)}" for former in reversed(observance.formerly))


def _before(observance: Observance, former: Former) -> str:
    """What was otherwise up to a year: `until 2018 the second Sunday of January, as "Old Name"`."""
    rule = "" if former.rule == observance.rule else f" {words_of(former.rule)},"
    name = "" if former.names["en"] == observance.names["en"] else f' as "{former.names["en"]}"'
    return f"until {former.until}{rule}{name}".rstrip(",")


def span_words(span: Span, *, year: bool = False) -> str:
    """`30 July` or `25 November to 10 December`, with the year if asked. English."""
    last = f"{span.end.day} {MONTHS[span.end.month - 1].capitalize()}" + (f" {span.end.year}" if year else "")
    if span.start == span.end:
        return last
    first = f"{span.start.day} {MONTHS[span.start.month - 1].capitalize()}"
    return f"{first} to {last}"


@lru_cache(maxsize=10_000)  # many accounts share a zone and the times of a playbook
def as_utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant at which a clock on the wall in `zone` shows `day` and `at`.

    A time that the clocks skip is the first instant after the gap; of one they show twice, the first.
    """
    wall = datetime.combine(day, at)
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    return _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of the jump over `wall`, to the second: fold 1 gives an instant before it, fold 0 one after."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before).total_seconds() // 2)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
