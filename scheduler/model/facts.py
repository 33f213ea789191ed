"""A figure that posts may use: it lives once, with who counted it and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


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
