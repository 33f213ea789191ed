"""Every failure a person can act on. A class owns its exit code; an instance owns its sentence and its hint."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class DaymarkError(Exception):
    """Something went wrong that a person can put right."""

    exit_code: ClassVar[int] = 1

    def __init__(self, words: str, hint: str) -> None:
        super().__init__(words)
        self.words = words
        self.hint = hint


class UsageError(DaymarkError):
    """The command was not understood: an unknown name, a date that is none, options that do not go together."""

    exit_code = 2


class UnknownName(UsageError):
    """A thing was named that is not there."""

    def __init__(self, noun: str, name: str, known: Iterable[str], look: str) -> None:
        close = get_close_matches(name, list(known), n=1, cutoff=0.6)
        meant = f"did you mean {close[0]}? " if close else ""
        super().__init__(f"there is no {noun} '{name}'", f"{meant}{look}")


class PersonNeeded(DaymarkError):
    """A person has to decide or act: a review, a failed or doubtful delivery, a missed post."""

    exit_code = 3


class HasFindings(DaymarkError):
    """A check found an error in a text, so it cannot be approved or sent; or a list differs from the calendar."""

    exit_code = 4


class BadData(DaymarkError):
    """A calendar, a template, a playbook or daymark.toml is wrong, or the clock is."""

    exit_code = 5


class Problem:
    """One mistake in a file: where it is, what is wrong, what to write. `line` counts from 1; 0 is unknown."""

    __slots__ = ("entry", "file", "line", "say", "write")

    def __init__(self, file: str, line: int, entry: str, say: str, write: str) -> None:
        self.file, self.line, self.entry, self.say, self.write = file, line, entry, say, write

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}{f' [{self.entry}]' if self.entry else ''}: {self.say}"


class BadFile(BadData):
    """A data file has mistakes; all of them are kept, the first is told."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first, more = self.problems[0], len(self.problems) - 1
        others = f" (and {more} more in the same files)" if more else ""
        super().__init__(f"{first}{others}", first.write)


class NoWorkspace(BadData):
    """The folder is not a Daymark workspace."""


class TemplateError(BadData):
    """A post template is missing, does not parse, or uses a name that does not exist."""


class ClockSetBack(BadData):
    """The clock is earlier than work that is already recorded."""


class DatabaseError(DaymarkError):
    """The database cannot be read or written: not one, newer than this program, read-only, locked, disk full."""

    exit_code = 6


class ChannelError(DaymarkError):
    """A channel did not take a post; the post is kept and tried again where that is safe."""

    exit_code = 7


EXIT_CODES: tuple[tuple[int, str], ...] = (
    (0, "Done."),
    *(
        (kind.exit_code, kind.__doc__ or "")
        for kind in (UsageError, PersonNeeded, HasFindings, BadData, DatabaseError, ChannelError)
    ),
)
