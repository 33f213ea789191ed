"""What stands on a card, and the alt text that says it: by whoever draws it, so that nothing is left out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from scheduler.context import isolated
from scheduler.errors import BadFile, Problem, TemplateError
from scheduler.model import Span
from scheduler.texts import SOURCE
from scheduler.toml import Table, load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scheduler.model import Helpline, Occurrence
    from scheduler.words import Words


@dataclass(frozen=True, slots=True)
class CardWords:
    """How a language says what a card says. `also` puts one thing behind another in an alt text."""

    date: str
    theme: str
    help: str
    also: str
    alt: str

    def also_said(self, first: str, second: str) -> str:
        """One thing behind another."""
        return self.also.format(first=first, second=second)


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a card, each part as it is written there; empty where there is none. `alt` says all of it."""

    language: str
    name: str
    date: str
    theme: str
    us: str
    helpline: str
    number: str
    address: str
    alt: str


def load_card_words(folders: Sequence[Path], language: str) -> CardWords:
    """Raises TemplateError if nobody has written them in this language, BadFile for what is wrong in them."""
    path = next((p for f in reversed(folders) if (p := f / "cards" / f"{language}.toml").is_file()), None)
    if path is None:
        write = f"write templates/cards/{language}.toml like the shipped en.toml"
        raise TemplateError(f"nobody has said what cards say in language '{language}'", write)
    body, text = load(path)
    problems: list[Problem] = []
    t = Table(body, file=str(path), text=text, problems=problems)
    made = CardWords(t.text("date"), t.text("theme"), t.text("help"), t.text("also"), t.text("alt"))
    t.finish()
    if problems:
        raise BadFile(problems)
    try:
        made.date.format(date="", year="")
        made.theme.format(year="", theme="")
        made.help.format(name="")
        made.also.format(first="", second="")
        made.alt.format(words="")
    except (KeyError, IndexError, ValueError) as error:
        write = "use the names that the shipped en.toml uses, and no other"
        raise TemplateError(f"{path}: a card cannot be said so", write) from error
    return made


def say(
    occurrence: Occurrence,
    language: str,
    words: Words,
    sayings: CardWords,
    us: str,
    helpline: Helpline | None,
    note: str = "",
) -> Card:
    """The card of a day. The theme of a year is official in English alone, and stands on no other card.

    A `note` stands in its place.
    """
    o, span = occurrence.observance, Span(occurrence.start, occurrence.end)
    official = o.year_themes.get(occurrence.year) if language == SOURCE else None
    name, date = o.name(language), sayings.date.format(date=words.date(span), year=occurrence.end.year)
    theme = note or (sayings.theme.format(year=occurrence.year, theme=official.text) if official else "")
    line = sayings.help.format(name=isolated(helpline.said(language), language)) if helpline else ""
    return Card(
        language=language,
        name=name,
        date=date,
        theme=theme,
        us=us,
        helpline=sayings.help.format(name=dict(helpline.names).get(language, helpline.name)) if helpline else "",
        number=helpline.number if helpline else "",
        address=helpline.address if helpline else "",
        alt=_alt(sayings, isolated(name, language), date, theme, isolated(us, language), line),
    )


def say_site(title: str, language: str, sayings: CardWords, us: str) -> Card:
    """The card of a whole site: its title and whose it is, and no day."""
    alt = _alt(sayings, isolated(title, language), isolated(us, language))
    return Card(language, title, "", "", us, "", "", "", alt)


def _alt(sayings: CardWords, *parts: str) -> str:
    said = (part.rstrip(".。") for part in parts if part)
    return sayings.alt.format(words=reduce(sayings.also_said, said))
