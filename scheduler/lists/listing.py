"""What is read from a file: its days, and what could not be read. Limits keep a hostile file from costing much."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scheduler.model import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.compare import Listed

MOST_BYTES = 10 * 2**20
MOST_DAYS = 20_000  # days read of one file
MOST_NOTES = 50  # sentences told of one file
MOST_NAME = 500  # characters of a name


_BLANK, _HIDDEN = {"Cc"}, {"Cf", "Cs"}  # control characters; marks without a shape, halves of pairs


def plain(text: str) -> str:
    """A text on one line, without what is hidden or could be taken for markup: safe to show and to write anywhere."""
    kinds = ((c, unicodedata.category(c)) for c in text[: 4 * MOST_NAME])
    seen = "".join(" " if kind in _BLANK else c for c, kind in kinds if kind not in _HIDDEN)
    return unicodedata.normalize("NFC", " ".join(re.sub("[<>]", " ", seen).split()))[:MOST_NAME].strip()


class Full(Exception):
    """The listing has taken all the days that it takes; never seen outside this package."""


@dataclass(slots=True)
class Listing:
    """The days of a file, the years that it names, and a sentence for each entry that could not be read.

    `more` counts the sentences that are not kept.
    """

    days: list[Listed] = field(default_factory=list)
    years: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, days: Iterable[Listed]) -> None:
        """Takes days in. Raises Full when there are too many."""
        for day in days:
            if len(self.days) >= MOST_DAYS:
                self.note(f"only the first {MOST_DAYS} days were read")
                raise Full
            if day.start.year >= FIRST_YEAR and day.end.year <= LAST_YEAR + 1:
                self.days.append(day)
            else:
                self.note(f"{day.where}: {day.start} lies outside {FIRST_YEAR} to {LAST_YEAR}")

    def note(self, say: str) -> None:
        """Keeps a sentence about an entry that could not be read."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append(plain(say))
        else:
            self.more += 1
