"""One appointment with an alarm, as an iCalendar file: the same one gives the same bytes."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import uuid5
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone
from icalendar.prop import vText

from scheduler.feeds.entry import NAMESPACE, utc_seconds
from scheduler.feeds.ical import PRODUCT
from scheduler.feeds.text import escape, fold, one_line, plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from icalendar.cal.component import Component

LASTS = timedelta(minutes=15)
RINGS = timedelta(minutes=-10)  # before it begins: time to find the page and the password


def reminder(key: str, at: datetime, zone: ZoneInfo, summary: str, description: str) -> bytes:
    """An event at the instant `at`, told in the wall time of `zone`. `key` names it for ever."""
    local, about = at.astimezone(zone).replace(microsecond=0), one_line(summary)
    calendar, event, alarm = Calendar(), Event(), Alarm()
    _fill(calendar, (("VERSION", "2.0"), ("PRODID", PRODUCT), ("CALSCALE", "GREGORIAN")))
    _fill(
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
    _fill(alarm, (("ACTION", "DISPLAY"), ("TRIGGER", RINGS), ("DESCRIPTION", about)))
    event.add_component(alarm)
    if "TZID" in event["DTSTART"].params:  # the library writes zones that never leave UTC as UTC
        calendar.add_component(_zone(zone.key, local.year))
    calendar.add_component(event)
    return b"".join(fold(line) for line in calendar.content_lines(sorted=False) if line)


class _Text(vText):
    """The library (7.3) takes the characters backslash and N for a line break."""

    def to_ical(self) -> bytes:
        return escape(self).encode()


def _fill(component: Component, properties: Iterable[tuple[str, object]]) -> None:
    """Adds properties to a component, in their order; text must be `plain`."""
    for name, value in properties:
        component.add(name, _Text(value) if isinstance(value, str) else value)


@lru_cache(maxsize=64)
def _zone(key: str, year: int) -> Timezone:
    """What the clocks of a zone do in a year."""
    return Timezone.from_tzinfo(ZoneInfo(key), first_date=date(year, 1, 1), last_date=date(year + 1, 1, 1))
