"""Days in an iCalendar file: its events, with the repetitions that fall in the years asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.compare import Listed
from scheduler.lists.events import events_of
from scheduler.lists.listing import Full, Listing, plain
from scheduler.lists.repeats import Repeats, day_in, one_line

if TYPE_CHECKING:
    from icalendar import Component


def read_ics(data: bytes, years: tuple[int, ...]) -> Listing:
    """The events of every calendar in a file. Raises ValueError if it is no iCalendar file."""
    listing, repeats, events = Listing(), Repeats(years), events_of(data)
    repeats.note_moved(events)
    try:
        for n, event in enumerate(events, start=1):
            _take(event, f"event {n}", repeats, listing)
    except Full:
        pass
    if not listing.days:
        in_years = f"none of its {len(events)} events is held in {', '.join(map(str, years))}"
        listing.note(in_years if events else "it has no events")
    return listing


def _take(event: Component, where: str, repeats: Repeats, listing: Listing) -> None:
    try:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            return
        name = plain(str(event.get("SUMMARY", "")))
        spans = list(repeats.spans(event, where, listing))
    except Exception as error:  # noqa: BLE001  (a broken property shows when it is read, as whatever it broke)
        listing.note(f"{where}: it cannot be read: {one_line(error)}")
        return
    if not name or day_in(event.get("DTSTART")) is None:
        listing.note(f"{where}: it has no {'day that can be read' if name else 'name'}")
    else:
        listing.years |= {start.year for start, _ in spans} if not event.get("RRULE") else set()
        listing.add(Listed(name, start, end, where) for start, end in spans)
