"""How each language says dates and themes: templates/words/<language>.toml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from scheduler.errors import BadFile, Problem, TemplateError
from scheduler.model import Span
from scheduler.sayings import Sayings
from scheduler.toml import Table, load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SAID = ("rules", "feeds", "subjects", "dimensions", "regions", "bodies")  # tables of the feeds: scheduler.sayings


@dataclass(frozen=True, slots=True)
class Words:
    """How one language says dates and themes."""

    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    day: str
    first: str  # how the first day of a month is written
    range: str
    both: str
    themes: dict[str, str]

    def date(self, span: Span) -> str:
        first, last = (
            (self.first if d.day == 1 else self.day).format(day=d.day, month=self.months[d.month - 1])
            for d in (span.start, span.end)
        )
        return first if span.start == span.end else self.range.format(first=first, last=last)

    def topics(self, themes: Sequence[str]) -> str:
        """One theme or two, in words; empty for none."""
        said = [self.themes.get(theme, theme.replace("-", " ")) for theme in themes]
        return self.both.format(first=said[0], second=said[1]) if len(said) > 1 else "".join(said)


def load_words(folders: Sequence[Path], language: str) -> Words:
    """The words of a language, from the first folder that has them.

    Raises TemplateError if nobody has written them yet, BadFile with every problem found in them.
    """
    path = next((p for folder in folders if (p := folder / "words" / f"{language}.toml").is_file()), None)
    if path is None:
        raise TemplateError(
            f"there are no words for dates in language '{language}'",
            f"write templates/words/{language}.toml like the shipped en.toml, or set the account's language to en",
        )
    body, text = load(path)
    problems: list[Problem] = []
    made = _words(Table(body, file=str(path), text=text, problems=problems))
    if problems:
        raise BadFile(problems)
    return made


def _words(t: Table) -> Words:
    themes, day = t.table("themes"), t.text("day")
    made = Words(
        t.words("months"),
        t.words("weekdays"),
        day,
        t.text("first", day),
        t.text("range"),
        t.text("both"),
        {theme: themes.text(theme) for theme in themes.body},
    )
    for name in SAID:
        _check_table(t.table(name))
    t.finish()
    if len(made.months) != 12 or len(made.weekdays) != 7:
        t.wrong("months", "it needs twelve months and seven weekdays", "write them all, from January and from Monday")
        return made
    try:
        made.date(Span(date(2027, 11, 1), date(2027, 12, 10)))
        made.both.format(first="", second="")
    except (KeyError, IndexError, ValueError):
        write = "use {day} and {month} in day and first, {first} and {last} in range, {first} and {second} in both"
        t.wrong("day", "a date cannot be written so", write)
    return made


def _check_table(t: Table) -> None:
    """A table of the feeds holds texts, and lists of them."""
    for key, value in t.body.items():
        (t.words if isinstance(value, list) else t.text)(key)


def load_sayings(folders: Sequence[Path], language: str) -> Sayings:
    """All that feeds say in a language. Folders: own first, shipped last; what an own file leaves out is as shipped.

    Raises as `load_words` does.
    """
    tables: dict[str, dict[str, Any]] = {}
    for path in (folder / "words" / f"{language}.toml" for folder in reversed(folders)):
        if path.is_file():
            for name, table in load(path)[0].items():
                if name in SAID and isinstance(table, dict):
                    tables[name] = tables.get(name, {}) | table
    return Sayings(language, load_words(folders, language), tables, partial(_countries, language))


@cache
def _countries(language: str) -> dict[str, str]:
    """The names of countries, by ISO 3166-1 code, from Unicode's CLDR."""
    from babel import Locale  # it takes long to load

    return dict(Locale.parse(language).territories)
