"""Reads templates/facts.toml: the figures that posts may use, each once, with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.errors import BadFile, Problem
from scheduler.model import LANGUAGES, Fact
from scheduler.toml import Table, load

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def load_facts(folders: Iterable[Path]) -> dict[str, Fact]:
    """The facts by id; one of a later folder replaces one of the same id. Raises BadFile with every problem found."""
    problems: list[Problem] = []
    facts: dict[str, Fact] = {}
    for path in (found for folder in folders if (found := folder / "facts.toml").is_file()):
        body, text = load(path)
        for id, entry in body.items():
            facts[id] = _fact(id, Table(entry, file=str(path), text=text, entry=id, problems=problems))
    if problems:
        raise BadFile(problems)
    return facts


def _fact(id: str, t: Table) -> Fact:
    figure = t.number("figure")
    made = Fact(
        id=id,
        figure=figure,
        unit=t.text("unit"),
        counts=t.text("counts"),
        source=t.text("source"),
        page=t.text("page"),
        year=t.whole("year", least=1900, most=2100),
        checked=t.day("checked"),
        expires=t.day("expires"),
        said=_by_language(t.table("said", needed=True)),
        cite=_by_language(t.table("cite", needed=True)),
    )
    t.finish()
    _require_sense(made, t)
    return made


def _by_language(t: Table) -> tuple[tuple[str, str], ...]:
    for language in t.body:
        if language not in LANGUAGES:
            t.wrong(language, f"'{language}' is not one of our languages", f"write one of: {', '.join(LANGUAGES)}")
    return tuple((language, t.text(language)) for language in t.body)


def _require_sense(fact: Fact, t: Table) -> None:
    if not fact.page.startswith("https://"):
        t.wrong("page", "page is not an https address", "write the whole address of the page that says so")
    if fact.expires <= fact.checked:
        t.wrong("expires", "it expires before it was checked", "write a date after checked")
    for name, table in (("said", fact.said), ("cite", fact.cite)):
        if not dict(table).get("en"):
            t.wrong(name, f"{name} has no English", f'add en = "..." to [{fact.id}.{name}]')
    figure = f"{fact.figure:,.10g}"
    if dict(fact.said).get("en") and figure not in dict(fact.said)["en"].replace("\u00a0", " "):
        t.wrong("said", f"the English text does not say the figure, {figure}", "make both the same")
