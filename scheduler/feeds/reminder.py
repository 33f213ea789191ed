"""One appointment with an alarm, as an iCalendar file: the same one gives the same bytes."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import uuid5
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone

from scheduler.feeds.entry import NAMESPACE, utc_seconds
from scheduler.feeds.ical import PRODUCT, fill, folded
from scheduler.feeds.text import one_line, plain

if TYPE_CHECKING:
    from datetime import datetime

LASTS = timedelta(minutes=15)
RINGS = timedelta(minutes=-10)  # before it begins: time to find the page and the password


def reminder(key: str, at: datetime, zone: ZoneInfo, summary: str, description: str) -> bytes:
    """An event at the instant `at`, told in the wall time of `zone`. `key` names it for ever."""
    local, about = at.astimezone(zone).replace(microsecond=0), one_line(summary)
    calendar, event, alarm = Calendar(), Event(), Alarm()
    fill(calendar, (("VERSION", "2.0"), ("PRODID", PRODUCT), ("CALSCALE", "GREGORIAN")))
    fill(
        event,
        (
            ("UID", str(uuid5(NAMESPACE, f"reminder\n{key}"))),
            ("DTSTAMP", utc_seconds(at)),  # not now: the file is to be the same whenever it is made
            ("DTSTART", local),
            ("DURATION", LASTS),
            ("SUMMARY", about),
            ("DESCRIPTION", plain(description)),
            ("STATUS", "CONFIRMED"),
            ("TRANSP", "TRANSPARENT"),
        ),
    )
    fill(alarm, (("ACTION", "DISPLAY"), ("TRIGGER", RINGS), ("DESCRIPTION", about)))
    event.add_component(alarm)
    if "TZID" in event["DTSTART"].params:  # the library writes zones that never leave UTC as UTC
        calendar.add_component(_zone(zone.key, local.year))
    calendar.add_component(event)
    return b"".join(folded(calendar))


@lru_cache(maxsize=64)
def _zone(key: str, year: int) -> Timezone:
    """What the clocks of a zone do in a year."""
    return Timezone.from_tzinfo(ZoneInfo(key), first_date=date(year, 1, 1), last_date=date(year + 1, 1, 1))
