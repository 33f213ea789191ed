"""What a rule says, and the words that show that something is only mentioned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.guard.phrases import Phrase

PARTS = ("text", "note", "alt")


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule. `catches` are what it looks for, unless it stands inside one of `unless`; `parts` where it looks.

    `level` is error, warning or hint. `awaiting` says who has not looked at it yet.
    """

    id: str
    language: str
    level: str
    catches: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    parts: tuple[str, ...]
    why: str
    better: str
    sources: tuple[str, ...]
    bad: tuple[str, ...]
    good: tuple[str, ...]
    awaiting: str = ""

    @property
    def family(self) -> str:
        """The letters before the hyphen: TIP of TIP-001."""
        return self.id.partition("-")[0]


@dataclass(frozen=True, slots=True, eq=False)
class Advice:
    """Phrases before or after a caught one that deny it or advise against it.

    One of `quoted` in the sentence does so if the caught words alone stand in quotation marks.
    """

    before: tuple[Phrase, ...] = ()
    after: tuple[Phrase, ...] = ()
    quoted: tuple[Phrase, ...] = ()
