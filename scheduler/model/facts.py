"""What posts may use, each once: a figure with who counted it and when, a picture with whose it is and until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from scheduler.model.campaign import Consent


@dataclass(frozen=True, slots=True)
class Fact:
    """A sourced figure. `said` and `cite` are by language; past `expires` a post that says it must not go out.

    `figure` is in `unit`, such as 49.6 in "million people"; `counts` says in English what was counted.
    """

    id: str
    figure: float
    unit: str
    counts: str
    source: str
    page: str
    year: int
    checked: date
    expires: date
    said: tuple[tuple[str, str], ...]
    cite: tuple[tuple[str, str], ...]

    def words(self, language: str) -> str:
        """The figure as a text says it; empty where nobody has said it in this language."""
        return dict(self.said).get(language, "")

    def full(self, language: str) -> str:
        """The figure with who counted it and when, in English where nobody has said it in this language."""
        said, cited = dict(self.said), dict(self.cite)
        return f"{said.get(language, said['en'])} ({cited.get(language, cited['en'])}, {self.year})"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of our own: who made it, under which licence, and until when; `consent` is that of the people in it."""

    id: str
    file: str
    licence: str
    credit: str
    source: str = ""
    consent: Consent | None = None
    expires: date | None = None
