"""The lines of the events in an iCalendar file: unfolded, and only those that say what is held when.

The file has to be whole: one that was cut short would lose days without a word. Limits keep a hostile one cheap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING

from scheduler.lists.listing import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_EVENTS = 20_000  # of one file: parsing them takes seconds
MOST_DATES = 50_000  # that its events list beside their own, and parts of rules
LONGEST_LINE = 10_000  # signs of a line, unfolded; a list of exceptions may be long, a name is not
DEEPEST = 10  # a real calendar has three: calendar, event, alarm
_ONCE = frozenset("UID SUMMARY DTSTART DTEND DURATION RECURRENCE-ID SEQUENCE STATUS URL".split())
_DATES = frozenset("DTSTART DTEND DURATION RECURRENCE-ID".split())  # no two of which can be true
_LISTS = frozenset("RRULE RDATE EXDATE".split())
_ZONE = re.compile(
    r";TZID=(\"[^\"]*\"|[^\":;]*)(?=[:;])", re.IGNORECASE
)  # a day is a date, wherever its hours are counted
_BEGINS = re.compile(r"^\s*BEGIN:VCALENDAR", re.MULTILINE | re.IGNORECASE)
_PAGE = re.compile(r"<(!doctype )?html", re.IGNORECASE)
_NAME = re.compile(r"([A-Za-z-]+)[;:]")


@dataclass(slots=True)
class Block:
    """The lines of an event by their name, and what of them cannot be believed, in words."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    wrong: str = ""

    def keep(self, word: str, line: str) -> None:
        """Keeps a line; of those that may stand once, the first."""
        if len(line) > LONGEST_LINE:
            if word != "SUMMARY":
                self.wrong = f"its {word} has more than {LONGEST_LINE} signs"
                return
            line = line[:LONGEST_LINE]
        line = _ZONE.sub("", line)
        there = self.lines.setdefault(word, [])
        if word in _DATES and there and there != [line]:
            self.wrong = f"it has more than one {word}; leave the right one"
        if not there or word not in _ONCE:
            there.append(line)


def blocks_of(text: str) -> list[Block]:
    """The events of every calendar in a file. Raises ValueError for what is no whole iCalendar file, or too much."""
    if text.strip() and not _BEGINS.search(text):
        raise ValueError(f"this is no iCalendar file{' but a web page' if _PAGE.search(text[:2000]) else ''}")
    walk = _Walk()
    for n, line in _unfolded(text.replace("\r\n", "\n").replace("\r", "\n")):
        if found := _NAME.match(line):
            walk.take(n, found[1].upper(), line)
    if walk.within:
        kind, begun = walk.within[-1]
        raise ValueError(f"it ends in the middle: the {kind} that begins in line {begun} has no END:{kind}")
    return walk.blocks


class _Walk:
    """Goes through the lines; `within` are the parts that have begun, with the lines in which they did."""

    def __init__(self) -> None:
        self.within: list[tuple[str, int]] = []
        self.blocks: list[Block] = []
        self.dates = 0

    def take(self, n: int, word: str, line: str) -> None:
        if word in ("BEGIN", "END"):
            kind = plain(line.partition(":")[2].upper())[:40]
            self._begin(n, kind) if word == "BEGIN" else self._end(n, kind)
        elif self.within and self.within[-1][0] == "VEVENT" and word in (_ONCE | _LISTS):
            self.dates += line.count(",") + 1 if word in _LISTS else 0
            if self.dates > MOST_DATES:
                raise ValueError(f"line {n}: its events list more than {MOST_DATES} other dates, or parts of rules")
            self.blocks[-1].keep(word, line)

    def _begin(self, n: int, kind: str) -> None:
        around, begun = self.within[-1] if self.within else ("", 0)
        if (kind == "VEVENT" and around != "VCALENDAR") or (kind == "VCALENDAR" and around):
            where = (
                f"inside the {around} of line {begun}, which has no END:{around}" if around else "outside a calendar"
            )
            raise ValueError(f"line {n}: BEGIN:{kind} stands {where}")
        if len(self.within) >= DEEPEST:
            raise ValueError(f"line {n}: its parts are nested too deeply")
        self.within.append((kind, n))
        if kind == "VEVENT":
            self.blocks.append(Block())
        if len(self.blocks) > MOST_EVENTS:
            raise ValueError(f"line {n}: it has more than {MOST_EVENTS} events")

    def _end(self, n: int, kind: str) -> None:
        around, begun = self.within[-1] if self.within else ("", 0)
        if kind != around:
            where = f"before END:{around} of line {begun}" if around else f"without a BEGIN:{kind}"
            raise ValueError(f"line {n}: END:{kind} stands {where}")
        self.within.pop()


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number in the file. One that is too long is not built to its end."""
    held: list[str] = []
    size = begun = 0
    for n, line in enumerate(StringIO(text), 1):
        if line == "\n":
            continue
        if begun and line.startswith((" ", "\t")):
            held += [line[1:].rstrip("\n")] if size <= LONGEST_LINE else []
            size += len(line) - 1
            continue
        if begun:
            yield begun, "".join(held).strip(" \t")
        held, size, begun = [line.rstrip("\n")], len(line), n
    if begun:
        yield begun, "".join(held).strip(" \t")
