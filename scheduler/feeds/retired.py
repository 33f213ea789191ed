"""What stands at an address that a feed has left: a calendar of one day that says so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid5

from scheduler.feeds.entry import EVENT, NAMESPACE, Content, Revision
from scheduler.feeds.header import Header
from scheduler.feeds.ical import write

RETIRED = ("campaign.ics", "tasks.ics")  # once in the open, for everybody who guessed their names
WEEK = "P1W"


def retired_feed(path: str, since: str) -> bytes:
    """The calendar at `path`, which moved on the ISO date `since`. It does not say where to."""
    day = date.fromisoformat(since)
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    content = Content(
        summary="This calendar has moved",
        description="Ask your team for its new address, and take this subscription away.",
        categories=[],
        url="",
        status="CONFIRMED",
        all_day=True,
        start=since,
        end=(day + timedelta(days=1)).isoformat(),
    )
    uid = str(uuid5(NAMESPACE, f"moved\n{path}"))
    moved = Revision(f"moved:{path}", EVENT, uid, 0, at, at, False, None, (path,), content)
    return write(path, [moved], Header("Daymark: moved", "This calendar has moved.", "slategray"), refresh=WEEK)
