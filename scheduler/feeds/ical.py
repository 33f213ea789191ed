"""Revisions as an iCalendar file (RFC 5545, 7986), in bytes that depend on nothing but the revisions and the header."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from scheduler.feeds.entry import TODO
from scheduler.feeds.header import COLOURS
from scheduler.feeds.text import address, escape, fold, one_line, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from scheduler.feeds.entry import Content, Revision
    from scheduler.feeds.header import Header

PRODUCT = "-//Daymark//Daymark feeds//EN"
REFRESH = "PT12H"
# Nobody is busy because a day is marked or a machine posts. Outlook takes its own word before TRANSP.
_FREE = b"TRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\r\nEND:VEVENT\r\n"


class Writer:
    """Writes feeds, and each entry once: most stand in several."""

    def __init__(self) -> None:
        self._written: dict[str, bytes] = {}

    def write(self, path: str, revisions: Iterable[Revision], header: Header, refresh: str = REFRESH) -> bytes:
        """The feed at `path` below the header's base: one calendar of `revisions`, by start and UID.

        Raises KeyError for an unknown colour and ValueError without a revision: an empty calendar breaks the format,
        and some clients keep their old entries when they get one.
        """
        shown = sorted(revisions, key=lambda revision: (_begins(revision.content), revision.uid))
        newest = max(revision.stamp for revision in shown)
        return b"".join(
            (head(path, header, newest, refresh), *(self._entry(revision) for revision in shown), b"END:VCALENDAR\r\n")
        )

    def _entry(self, revision: Revision) -> bytes:
        id = revision.id
        if id not in self._written:
            self._written[id] = entry(revision)
        return self._written[id]


def write(path: str, revisions: Iterable[Revision], header: Header, *, refresh: str = REFRESH) -> bytes:
    """One feed by itself: see `Writer`. `refresh` is how often clients should ask (RFC 7986 5.7)."""
    return Writer().write(path, revisions, header, refresh)


def entry(revision: Revision) -> bytes:
    """The lines of one revision, whose content is as `published` leaves it."""
    content = revision.content
    status = "CANCELLED" if revision.cancelled else content["status"]
    plain_lines = "\r\n".join((f"BEGIN:{revision.component}", *_stamps(revision), *_times(content)))
    closing = _task(status) if revision.component == TODO else _FREE
    return b"".join((plain_lines.encode(), b"\r\n", _said(content), f"STATUS:{status}\r\n".encode(), closing))


def head(path: str, header: Header, newest: datetime, refresh: str = REFRESH) -> bytes:
    """The lines of a feed before its entries; `newest` is when the last of them changed."""
    return b"".join(map(fold, _header(path, header, newest, refresh)))


def _begins(content: Content) -> str:
    return content.get("start") or content["due"]


def _header(path: str, header: Header, newest: datetime, refresh: str) -> Iterator[str]:
    """No METHOD, which would make a message of the feed, and no UID, over which vdirsyncer takes it for one event."""
    name = escape(one_line(header.name))
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:{PRODUCT}"
    yield "CALSCALE:GREGORIAN"
    yield f"NAME:{name}"
    yield f"X-WR-CALNAME:{name}"
    yield f"X-WR-CALDESC:{escape(plain(header.description))}"
    yield f"COLOR:{header.colour}"
    yield f"X-APPLE-CALENDAR-COLOR:{COLOURS[header.colour]}"
    yield f"LAST-MODIFIED:{_utc(newest)}"
    yield f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}"
    yield f"X-PUBLISHED-TTL:{refresh}"
    if header.base:
        source = f"{header.base.rstrip('/')}/{path}"
        yield f"SOURCE;VALUE=URI:{address(source)}"


def _stamps(revision: Revision) -> Iterator[str]:
    stamp = _utc(revision.stamp)
    yield f"UID:{revision.uid}"
    yield f"DTSTAMP:{stamp}"
    yield f"CREATED:{_utc(revision.created)}"
    yield f"LAST-MODIFIED:{stamp}"
    yield f"SEQUENCE:{revision.sequence}"


def _said(content: Content) -> bytes:
    told = content["summary"], content["description"], tuple(content["categories"]), content["url"]
    return _lines_of(*told)


@lru_cache(maxsize=4096)  # a day mostly says the same in each of its years
def _lines_of(summary: str, description: str, categories: tuple[str, ...], url: str) -> bytes:
    lines = [f"SUMMARY:{escape(summary)}"]
    lines += [f"DESCRIPTION:{escape(description)}"] if description else []
    lines += [f"CATEGORIES:{','.join(map(escape, categories))}"] if categories else []
    lines += [f"URL:{url}"] if url else []
    return b"".join(map(fold, lines))


def _task(status: str) -> bytes:
    done = b"PERCENT-COMPLETE:100\r\n" if status == "COMPLETED" else b""
    return done + b"END:VTODO\r\n"


def _times(content: Content) -> Iterator[str]:
    kind = ";VALUE=DATE:" if content["all_day"] else ":"
    if "due" in content:
        yield f"DUE{kind}{_time(content['due'])}"
        return
    yield f"DTSTART{kind}{_time(content['start'])}"
    yield f"DTEND{kind}{_time(content['end'])}"
    if "rrule" in content:
        yield f"RRULE:{content['rrule']}"
        yield from (f"EXDATE;VALUE=DATE:{_time(day)}" for day in content.get("exdates", ()))


def _time(iso: str) -> str:
    """An ISO date or an instant of UTC as iCalendar writes it: 2027-07-30 as 20270730."""
    return iso.replace("-", "").replace(":", "").replace("+0000", "Z")


def _utc(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"
