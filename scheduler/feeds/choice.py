"""One calendar out of several that were written: the days of a choice, each once, in the bytes that it has already."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid5

from scheduler.feeds.catalogue import BRAND
from scheduler.feeds.entry import EVENT, NAMESPACE, Content, Revision
from scheduler.feeds.header import Header
from scheduler.feeds.ical import head, write
from scheduler.feeds.text import fold, unescape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_LEAD = 28  # days by which an alarm may come before its day
NINE = timedelta(hours=9)  # when it rings: by the clock of the reader, for a whole day has no zone
SHOWN = 4  # names of a kind in the title of a choice
_EVENT = re.compile(rb"BEGIN:VEVENT\r\n.*?\r\nEND:VEVENT\r\n", re.DOTALL)
_LINE = {
    name: re.compile(rb"\r\n" + name.encode() + rb"[:;]((?:[^\r]|\r\n )*)")
    for name in ("UID", "DTSTART", "SEQUENCE", "LAST-MODIFIED", "SUMMARY", "STATUS", "NAME", "X-WR-CALDESC", "SOURCE")
}
_END = b"END:VEVENT\r\n"
# What stands in a choice that holds no day: it lies in the past, where nobody meets it.
_EMPTY = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """An entry as it was written, and what tells it from others. `stamp` is its LAST-MODIFIED, as written."""

    uid: bytes
    starts: bytes
    sequence: int
    stamp: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """A calendar of ours, taken apart. `base` is the address of the folder of all calendars, or empty."""

    title: str
    about: str
    base: str
    events: Mapping[bytes, Event]


def part_of(data: bytes, path: str) -> Part:
    """Takes the calendar that was written at `path` apart. Raises ValueError for what is none of ours."""
    events = [_event(found[0]) for found in _EVENT.finditer(data)]
    if not events:
        raise ValueError(f"{path} holds no entry")
    top = data[: data.index(b"BEGIN:VEVENT")]
    source = _text(top, "SOURCE").partition(":")[2]
    return Part(
        title=unescape(_text(top, "NAME")).removeprefix(BRAND),
        about=unescape(_text(top, "X-WR-CALDESC")),
        base=source.removesuffix(path).rstrip("/"),
        events={event.uid: event for event in events},
    )


def _event(data: bytes) -> Event:
    sequence = int(_line(data, "SEQUENCE"))
    return Event(_line(data, "UID"), _line(data, "DTSTART"), sequence, _line(data, "LAST-MODIFIED"), data)


def _line(data: bytes, name: str) -> bytes:
    found = _LINE[name].search(data)
    if found is None:
        raise ValueError(f"an entry has no {name}")
    return found[1].replace(b"\r\n ", b"")


def _text(data: bytes, name: str) -> str:
    return _line(data, name).decode() if _LINE[name].search(data) else ""


def combined(
    whole: Part, groups: Sequence[Sequence[Part]], path: str, *, empty: str, alarm: int | None = None
) -> bytes:
    """The calendar at `path`: the entries of `whole` or, of groups of parts, those that are in a part of every group.

    `alarm` rings at nine, so many days before (0 to 28); None, and nothing rings. A choice without an entry says
    `empty` and holds one in the past: clients keep their old entries when they are given a calendar without any.
    The same parts give the same bytes.
    """
    inside = [_together(group) for group in groups or [[whole]]]
    shared = set.intersection(*(set(found) for found in inside))
    # while calendars are being written anew, two may hold an entry in two revisions
    chosen = [max((found[uid] for found in inside), key=lambda event: event.sequence) for uid in shared]
    title = BRAND + " · ".join(_named([part.title for part in group]) for group in groups or [[whole]])
    header = Header(title, whole.about if chosen else empty, "teal", whole.base)
    if not chosen:
        return write(path, [_nothing(empty)], header)
    chosen.sort(key=lambda event: (event.starts, event.uid))
    newest = datetime.strptime(max(event.stamp for event in chosen).decode(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    entries = (event.data if alarm is None else _ringing(event.data, alarm) for event in chosen)
    return b"".join((head(path, header, newest), *entries, b"END:VCALENDAR\r\n"))


def _together(parts: Sequence[Part]) -> dict[bytes, Event]:
    found: dict[bytes, Event] = {}
    for part in parts:
        for uid, event in part.events.items():
            if uid not in found or found[uid].sequence < event.sequence:
                found[uid] = event
    return found


def _named(titles: Sequence[str]) -> str:
    more = f", +{len(titles) - SHOWN}" if len(titles) > SHOWN else ""
    return ", ".join(titles[:SHOWN]) + more


def _ringing(data: bytes, days: int) -> bytes:
    """The entry with an alarm; a withdrawn one stays as it is."""
    if _line(data, "STATUS") == b"CANCELLED":
        return data
    lines = ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{_trigger(days)}", f"DESCRIPTION:{_text(data, 'SUMMARY')}")
    return data.removesuffix(_END) + b"".join(map(fold, (*lines, "END:VALARM"))) + _END


def _trigger(days: int) -> str:
    """From the beginning of the day, midnight: `PT9H` on the day itself, `-PT15H` on the day before, `-P6DT15H`."""
    if days == 0:
        return f"PT{NINE // timedelta(hours=1)}H"
    hours = (timedelta(days=1) - NINE) // timedelta(hours=1)
    return f"-P{days - 1}DT{hours}H" if days > 1 else f"-PT{hours}H"


def _nothing(words: str) -> Revision:
    content = Content(
        summary=words,
        description="",
        categories=[],
        url="",
        status="CONFIRMED",
        all_day=True,
        start=_EMPTY.date().isoformat(),
        end=(_EMPTY.date() + timedelta(days=1)).isoformat(),
    )
    uid = str(uuid5(NAMESPACE, f"empty\n{words}"))
    return Revision("empty", EVENT, uid, 0, _EMPTY, _EMPTY, False, None, (), content)
