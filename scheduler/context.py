"""What templates may say: the day, us, the helpline, facts and tags, in the language of the post."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scheduler.errors import TemplateError
from scheduler.model import FIRST_YEAR, Span
from scheduler.texts import SOURCE
from scheduler.words import load_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from scheduler.model import Fact, Helpline, Slot
    from scheduler.words import Words

_RIGHT_TO_LEFT = ("ar",)
_ARABIC = re.compile(
    "[\u05d0-\u05ea\u0620-\u064a\u0671-\u06d3\ufb50-\ufdff\ufe70-\ufefc]"
)  # letters: a comma decides nothing


@dataclass(frozen=True, slots=True)
class Us:
    """Who speaks: stands as `us` in templates."""

    name: str
    site: str


@dataclass(frozen=True, slots=True)
class Help:
    """The helpline in templates: whole as it is, `short` without its address; false where there is none."""

    full: str = ""
    short: str = ""

    def __str__(self) -> str:
        return self.full

    def __bool__(self) -> bool:
        return bool(self.full)


class Context:
    """Makes the names that templates may use; keeps what it has made. Folders: shipped first, own last."""

    def __init__(
        self, folders: Sequence[Path], us: Us, helplines: Sequence[Helpline], facts: Mapping[str, Fact]
    ) -> None:
        self.folders, self.us, self.helplines, self.facts = tuple(folders), us, tuple(helplines), facts
        self._words: dict[str, Words] = {}
        self._days: dict[tuple[str, str], dict[str, Any]] = {}
        self._lines: dict[tuple[Any, ...], Help] = {}

    def of(self, slot: Slot, language: str, hashtags_most: int = 0) -> dict[str, Any]:
        """Everything that the templates of a slot may name, but for `text`. Hashtags: as many as the network takes."""
        tags = slot.occurrence.observance.hashtags[: hashtags_most or None]
        return {
            "day": self._day(slot, language),
            "us": Us(isolated(self.us.name, language), self.us.site),
            "helpline": self.help(slot, language),
            "tags": isolated(" ".join(f"#{tag}" for tag in tags), language),
            "fact": lambda id: isolated(self._fact(id, language), language),
        }

    def help(self, slot: Slot, language: str) -> Help:
        """The helpline of the account's country for the day's themes; of several, one that speaks the language."""
        o, country, on = slot.occurrence.observance, slot.account.country, slot.local.date()
        key = (o.themes, country, on, language)
        if key not in self._lines:
            best = helpline_for(self.helplines, country, o.themes, on, language)
            said = [isolated(best.said(language, brief=brief), language) for brief in (False, True)] if best else []
            self._lines[key] = Help(*said)
        return self._lines[key]

    def _day(self, slot: Slot, language: str) -> dict[str, Any]:
        occurrence = slot.occurrence
        key = (occurrence.id, language)
        if key not in self._days:
            o, words = occurrence.observance, self.words(language)
            theme = o.year_themes.get(occurrence.year)
            self._days[key] = {
                "name": isolated(o.name(language), language),
                "date": words.date(Span(occurrence.start, occurrence.end)),
                "weekday": words.weekdays[occurrence.start.weekday()],
                "year": occurrence.year,
                "page": o.page,
                "theme": theme.text if theme and language == SOURCE else "",
                "body": o.proclaimed.body if language == SOURCE else "",
                "since": o.since if o.since > FIRST_YEAR else 0,
                "topics": words.topics([t for t in o.themes[:2] if language == SOURCE or t in words.themes]),
                "lasts_days": occurrence.days,
            }
        return self._days[key]

    def _fact(self, id: str, language: str) -> str:
        fact = self.facts.get(id)
        if fact is None:
            raise TemplateError(f"there is no fact '{id}'", "daymark facts lists them; add it to templates/facts.toml")
        if not fact.words(language):
            raise TemplateError(f"nobody has said '{id}' in {language}", f"add {language} to [{id}.said] in facts.toml")
        return fact.full(language)

    def words(self, language: str) -> Words:
        """How `language` says dates. Raises TemplateError if nobody has written that down yet."""
        if language not in self._words:
            self._words[language] = load_words(tuple(reversed(self.folders)), language)
        return self._words[language]


def helpline_for(
    helplines: Iterable[Helpline], country: str, themes: tuple[str, ...], on: date, language: str
) -> Helpline | None:
    """The helpline of a country for some themes on a day; of several, one that speaks the language."""
    serving = [h for h in helplines if h.serves(country, themes, on)]
    return next((h for h in serving if language in h.languages), serving[0] if serving else None)


def isolated(text: str, language: str) -> str:
    """Words of another direction in a right-to-left text, kept together by marks that nobody sees (UAX #9)."""
    foreign = text and language in _RIGHT_TO_LEFT and not _ARABIC.search(text)
    return f"\u2066{text}\u2069" if foreign else text
