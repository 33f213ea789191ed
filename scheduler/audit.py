"""What the calendar still owes its readers: the gaps in its receipts, names, themes and helplines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler import dates, rules
from scheduler.model import LANGUAGES, Certainty, Origin
from scheduler.receipts import Confidence, LineState, confidence, line_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from scheduler.model import Calendar, Helpline, Observance, Occurrence

STALE = timedelta(days=400)  # an entry is held against its sources at least so often
SOON = timedelta(days=60)  # a helpline that expires within this is told
_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a person should look up: in which entry, what is missing, what to do. `kind` is of `KINDS`."""

    kind: str
    subject: str
    say: str
    do: str


def audit(calendar: Calendar, today: date) -> list[Gap]:
    """Every gap, by kind in the order of `KINDS`, then in the order of the calendar."""
    found = [gap for day in calendar.observances.values() for look in _DAY for gap in look(day, today)]
    found += [gap for line in calendar.helplines for gap in _helpline(line, today)]
    order = list(KINDS)
    return sorted(found, key=lambda gap: order.index(gap.kind))


def _unverified(day: Observance, today: date) -> Iterator[Gap]:
    del today
    if day.unverified:
        yield Gap("unverified", day.id, "nobody has held it against a source", "look it up, then take out the line")


def _second_source(day: Observance, today: date) -> Iterator[Gap]:
    del today
    if confidence(day) is Confidence.SINGLE:
        yield Gap("second source", day.id, "all its sources are of one publisher", "add a source of another one")


def _not_checked(day: Observance, today: date) -> Iterator[Gap]:
    if today - day.checked > STALE:
        yield Gap("not checked", day.id, f"last checked on {day.checked}", "hold it against its sources again")


def _known_dates(day: Observance, today: date) -> Iterator[Gap]:
    if rules.parse(day.rule).certainty is Certainty.COMPUTED and day.until >= today.year:
        newest = max(day.known, default=None)
        if newest is None or newest.year < today.year - 2:
            say = f"its newest known date is {newest}" if newest else "it moves, and no date of it is known"
            yield Gap("known dates", day.id, say, "add a date on which it was really held")


def _not_announced(day: Observance, today: date) -> Iterator[Gap]:
    if not day.announced or day.until < today.year:
        return
    if not [o for o in _coming(day, today) if o.certainty is Certainty.ANNOUNCED]:
        yield Gap("not announced", day.id, "no date of the next twelve months is known", "look whether it is announced")


def _languages(day: Observance, today: date) -> Iterator[Gap]:
    del today
    missing = [language for language in LANGUAGES if language not in day.names]
    if missing and day.origin in (Origin.UN, Origin.AGENCY):
        yield Gap("languages", day.id, f"no official name in {', '.join(missing)}", "look it up on the official page")


def _theme(day: Observance, today: date) -> Iterator[Gap]:
    for o in _coming(day, today)[:1]:
        if o.year not in day.year_themes and {o.year - 1, o.year - 2} & day.year_themes.keys():
            say = f"it had a theme before; that of {o.year} is unknown"
            yield Gap("theme", day.id, say, "look whether it is published")


def _coming(day: Observance, today: date) -> list[Occurrence]:
    return dates.between([day], today, today + _AHEAD)


def _helpline(line: Helpline, today: date) -> Iterator[Gap]:
    state = line_state(line, today)
    if state is LineState.UNVERIFIED:
        yield Gap("helpline", line.id, "it is unverified and never rendered", "find a second source, or take it out")
    elif state is LineState.EXPIRED or line.expires - today <= SOON:
        verb = "expired" if state is LineState.EXPIRED else "expires"
        yield Gap("helpline", line.id, f"it {verb} on {line.expires}", "ring the operator, renew checked and expires")
    elif state is LineState.RING_AGAIN:
        yield Gap("helpline", line.id, f"last checked on {line.checked}", "ring the operator, renew checked")


_DAY: tuple[Callable[[Observance, date], Iterator[Gap]], ...] = (
    _unverified,
    _second_source,
    _not_checked,
    _known_dates,
    _not_announced,
    _theme,
    _languages,
)
KINDS = {
    "helpline": "Helplines that expire, or whose operator should be asked again",
    "unverified": "Entries that nobody has checked",
    "not checked": "Entries not checked for 400 days",
    "known dates": "Days that move, without a recent date that proves the rule",
    "not announced": "Days announced year by year, not yet for the coming twelve months",
    "second source": "Entries that rest on one publisher",
    "theme": "Themes of the coming year that are unknown",
    "languages": "Official names that are missing",
}
