"""Revisions as an iCalendar file (RFC 5545, 7986), in bytes that depend on nothing but the revisions and the header.

The icalendar library (7.3) holds the properties and formats times and numbers. Text and line folding are ours, because
it takes the characters backslash and N for a line break, folds between two backslashes, and leaves names unescaped.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar, Event, Todo
from icalendar.prop import vCategory, vDuration, vText, vUri

from scheduler.feeds.entry import TODO, published
from scheduler.feeds.header import COLOURS
from scheduler.feeds.text import address, escape, fold, one_line, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from icalendar.cal.component import Component

    from scheduler.feeds.entry import Content, Revision
    from scheduler.feeds.header import Header

PRODUCT = "-//Daymark//Daymark feeds//EN"
REFRESH = timedelta(hours=12)


class _Text(vText):
    def to_ical(self) -> bytes:
        return escape(self).encode()


def write(path: str, revisions: Iterable[Revision], header: Header, written: dict[str, bytes] | None = None) -> bytes:
    """The feed at `path` below the header's base: one calendar of `revisions`, by start and UID.

    `written` keeps the bytes of entries, by key, from one feed to the next: most stand in several.

    Raises KeyError for an unknown colour and ValueError without a revision: an empty calendar breaks the format, and
    some clients keep their old entries when they get one.
    """
    shown = sorted(revisions, key=lambda revision: (_begins(revision.content), revision.uid))
    calendar = Calendar()
    fill(calendar, _header(path, header, max(revision.stamp for revision in shown)))
    *head, end = folded(calendar)
    kept = {} if written is None else written
    for revision in shown:
        if revision.key not in kept:
            component = Todo() if revision.component == TODO else Event()
            fill(component, _entry(revision))
            kept[revision.key] = b"".join(folded(component))
    return b"".join([*head, *(kept[revision.key] for revision in shown), end])


def folded(component: Component) -> list[bytes]:
    """The content lines of a component and of what it holds."""
    return [fold(line) for line in component.content_lines(sorted=False) if line]


def _begins(content: Content) -> str:
    return content.get("start") or content["due"]


def fill(component: Component, properties: Iterable[tuple[str, object]]) -> None:
    """Adds properties to a component, in their order; text must be `plain`."""
    for name, value in properties:
        component.add(name, _Text(value) if isinstance(value, str) and not isinstance(value, vUri) else value)


def _header(path: str, header: Header, newest: datetime) -> Iterator[tuple[str, object]]:
    """No METHOD, which would make a message of the feed, and no UID, over which vdirsyncer takes it for one event."""
    name = one_line(header.name)
    yield "VERSION", "2.0"
    yield "PRODID", PRODUCT
    yield "CALSCALE", "GREGORIAN"
    yield "NAME", name
    yield "X-WR-CALNAME", name
    yield "X-WR-CALDESC", plain(header.description)
    yield "COLOR", header.colour
    yield "X-APPLE-CALENDAR-COLOR", COLOURS[header.colour]
    yield "LAST-MODIFIED", newest
    yield "REFRESH-INTERVAL", vDuration(REFRESH, params={"VALUE": "DURATION"})
    yield "X-PUBLISHED-TTL", vDuration(REFRESH)
    if header.base:
        yield "SOURCE", vUri(address(f"{header.base.rstrip('/')}/{path}"), params={"VALUE": "URI"})


def _entry(revision: Revision) -> Iterator[tuple[str, object]]:
    content = published(revision.content)
    status = "CANCELLED" if revision.cancelled else content["status"]
    yield "UID", revision.uid
    yield "DTSTAMP", revision.stamp
    yield "CREATED", revision.created
    yield "LAST-MODIFIED", revision.stamp
    yield "SEQUENCE", revision.sequence
    yield from _times(content)
    yield "SUMMARY", content["summary"]
    if content["description"]:
        yield "DESCRIPTION", content["description"]
    if content["categories"]:
        yield "CATEGORIES", _categories(content["categories"])
    if content["url"]:
        yield "URL", vUri(content["url"])
    yield "STATUS", status
    yield from _task(status) if revision.component == TODO else _FREE


# Nobody is busy because a day is marked or a machine posts. Outlook takes its own word before TRANSP.
_FREE = (("TRANSP", "TRANSPARENT"), ("X-MICROSOFT-CDO-BUSYSTATUS", "FREE"))


def _task(status: str) -> Iterator[tuple[str, object]]:
    if status == "COMPLETED":
        yield "PERCENT-COMPLETE", 100


def _times(content: Content) -> Iterator[tuple[str, date]]:
    read = date.fromisoformat if content["all_day"] else datetime.fromisoformat
    if "due" in content:
        yield "DUE", read(content["due"])
    else:
        yield "DTSTART", read(content["start"])
        yield "DTEND", read(content["end"])


def _categories(words: list[str]) -> vCategory:
    made = vCategory([])
    made.cats = [_Text(word) for word in words]  # the constructor would make them the library's own text again
    return made
