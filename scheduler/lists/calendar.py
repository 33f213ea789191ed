"""Days in an iCalendar file: its events, with the repetitions that fall in the years asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.compare import Listed
from scheduler.lists.events import events_of
from scheduler.lists.listing import Full, Listing, plain
from scheduler.lists.repeats import Repeats, day_in
from scheduler.model import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from scheduler.lists.events import Event


def read_ics(text: str, years: tuple[int, ...]) -> Listing:
    """The events of every calendar in a file. Raises ValueError if it is no iCalendar file."""
    listing, repeats, events = Listing(), Repeats(years), events_of(text)
    repeats.note_moved(events)
    try:
        for event in events:
            _take(event, repeats, listing)
    except Full:
        pass
    if not listing.days:
        in_years = f"none of its {len(events)} events is held in {', '.join(map(str, years))}"
        listing.note(in_years if events else "it has no events")
    return listing


def _take(event: Event, repeats: Repeats, listing: Listing) -> None:
    part, where = event.part, event.where
    if str(part.get("STATUS", "")).upper() == "CANCELLED":
        return
    name, start = plain(str(part.get("SUMMARY", ""))), day_in(part.get("DTSTART"))
    if event.wrong or not name or start is None:
        listing.note(f"{event.called}: {event.wrong or _lack(name)}")
    elif start.year > LAST_YEAR:
        listing.note(f"{event.called}: {start} lies outside {FIRST_YEAR} to {LAST_YEAR}")
    else:
        spans = list(repeats.spans(event, listing))
        listing.years |= {start.year for start, _ in spans} if not part.get("RRULE") else set()
        listing.add(Listed(name, start, end, where) for start, end in spans)


def _lack(name: str) -> str:
    return "it has no day that can be read, as DTSTART names it" if name else "it has no name, as SUMMARY gives it"
