"""The events of an iCalendar file, each with what is wrong with it, in our words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.lists.lines import Block, blocks_of
from scheduler.lists.listing import plain
from scheduler.lists.repeats import day_in, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icalendar import Component

_DAYS = ("DTSTART", "DTEND", "RECURRENCE-ID")
TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")  # of a web page, in a name
_EXPORT = "export it again"


@dataclass(frozen=True, slots=True)
class Event:
    """An event, and where it stands. `wrong` says why its own day cannot be believed, `loose` why its repetitions
    cannot; empty if they can.
    """

    where: str
    part: Component
    wrong: str = ""
    loose: str = ""

    @property
    def called(self) -> str:
        """Where it stands, and its name if it has one."""
        name = plain(TAG.sub(" ", str(self.part.get("SUMMARY", ""))[:2000]))[:60]
        return f"{self.where}: '{name}'" if name else self.where

    @property
    def repeats(self) -> bool:
        """Whether it says that it is held on other days, too."""
        return bool(self.loose or self.part.get("RRULE") or self.part.get("RDATE"))


def events_of(text: str) -> list[Event]:
    """The events of every calendar in a file. Raises ValueError if it is no iCalendar file, or holds too many."""
    return [_event(f"event {n}", block) for n, block in enumerate(blocks_of(text), 1)]


def _event(where: str, block: Block) -> Event:
    from icalendar import Event as Parsed

    lines = [line for lines in block.lines.values() for line in lines]
    try:
        part = Parsed.from_ical("\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]))
        wrong = block.wrong or next(_wrong(part, block), "")
        return Event(where, part, wrong, next(_loose(part, block), ""))
    except Exception:  # noqa: BLE001  (the parser's failures are of many kinds, in words of its own)
        named = Parsed({"SUMMARY": _said(block, "SUMMARY")} if "SUMMARY" in block.lines else {})
        return Event(where, named, f"it cannot be read; {_EXPORT}")


def _wrong(part: Component, block: Block) -> Iterator[str]:
    """What is wrong with the day that it names itself."""
    for name in _DAYS:
        if name in block.lines and day_in(part.get(name)) is None:
            yield f"its {name} is '{_said(block, name)}', which is no date; it is written as 20270730"
    if "DURATION" in block.lines and not isinstance(value_of(part.get("DURATION")), timedelta):
        yield f"its DURATION is '{_said(block, 'DURATION')}', which is none; two days are written as P2D"


def _loose(part: Component, block: Block) -> Iterator[str]:
    """What is wrong with the other days that it names."""
    from icalendar import vDDDLists, vRecur

    for name, kind, what in (("RRULE", vRecur, "rule"), ("RDATE", vDDDLists, "date"), ("EXDATE", vDDDLists, "date")):
        values = part.get(name, [])
        values = values if isinstance(values, list) else [values]
        said = any(line.rpartition(":")[2].strip() for line in block.lines.get(name, []))
        right = all(isinstance(value, kind) for value in values) and (name != "RRULE" or all(values))
        if said and not (right and len(values) == len(block.lines[name])):
            yield f"its {name} is '{_said(block, name)}', in which something is no {what}; {_EXPORT}"


def _said(block: Block, name: str) -> str:
    return plain(", ".join(line.rpartition(":")[2] for line in block.lines[name]))[:60]
