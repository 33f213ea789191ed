"""Texts go to translators and come back; what is stale or missing is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jinja2 import TemplateSyntaxError, meta

from scheduler import toml
from scheduler.filling import environment
from scheduler.texts import EVERY, SOURCE, Texts, Translation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from scheduler.exchange import Row

UNTOUCHED = "not translated"
NAMES = {"day", "us", "fact", "helpline", "tags"}


@dataclass(slots=True)
class Taken:
    """What an import did or would do: files by path, texts taken, and what was left with the reason."""

    files: dict[Path, str] = field(default_factory=dict)
    texts: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)


def states(texts: Texts, language: str) -> dict[str, Counter[str]]:
    """How many texts of each place stand how to their source."""
    counted: dict[str, Counter[str]] = {}
    for place in sorted({place for place, _ in texts.files}):
        stages = {*texts.at(place, SOURCE), *texts.at(place, language)}
        counted[place] = Counter(str(texts.state(place, stage, language)) for stage in stages)
    return counted


def take(texts: Texts, rows: Iterable[Row], language: str, into: Path) -> Taken:
    """What `rows` make of the files of a language in a templates folder; nothing is written here.

    A text is taken when every field of it was translated from what its source says now.
    """
    taken = Taken()
    by_text: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        by_text.setdefault((row.place, row.stage), {})[row.field] = row
    changed: dict[str, dict[str, dict[str, str]]] = {}
    for (place, stage), fields in by_text.items():
        if why := _why_not(texts, place, stage, fields):
            taken.left.append((f"{place}/{stage}", why))
            continue
        said = {name: row.text for name, row in fields.items()} | {"of": texts.at(place, SOURCE)[stage].digest}
        if said != _now(texts, place, stage, language):
            changed.setdefault(place, {})[stage] = said
            taken.texts += 1
    for place, stages in changed.items():
        path = into / "posts" / place / f"{language}.toml"
        taken.files[path] = _file(path, stages)
    return taken


def _why_not(texts: Texts, place: str, stage: str, fields: dict[str, Row]) -> str:
    """Why a text is not taken; empty if it is."""
    source = texts.at(place, SOURCE).get(stage)
    if source is None:
        return "there is no such text"
    if not any(row.text for row in fields.values()):
        return UNTOUCHED
    if more := fields.keys() - source.says.keys():
        return f"its source has no {min(more)}"
    wrong = (_wrong(name, said.text, fields.get(name)) for name, said in source.says.items())
    return next(filter(None, wrong), "")


def _wrong(name: str, source: str, row: Row | None) -> str:
    if row is None or not row.text:
        return f"{name} is not translated"
    if row.state == Translation.STALE:
        return f"{name} is marked as stale (in PO: fuzzy): look at it, and take the mark off"
    if " ".join(row.source.split()) != " ".join(source.split()):
        return f"{name} was translated from another text than there is now"
    misses = _misses(row.text)
    return f"{name}: {misses}" if misses else ""


def _misses(text: str) -> str:
    """What is wrong with the places to fill in; empty if nothing."""
    if "{" not in text:
        return ""
    try:
        unknown = meta.find_undeclared_variables(environment().parse(text)) - NAMES
    except TemplateSyntaxError as error:
        return str(error.message)
    return f"it names '{min(unknown)}', which is not there" if unknown else ""


def _now(texts: Texts, place: str, stage: str, language: str) -> dict[str, str]:
    text = texts.at(place, language).get(stage)
    return {name: said.text for name, said in text.says.items()} | {"of": text.of} if text else {}


def _file(path: Path, stages: dict[str, dict[str, str]]) -> str:
    """The file with these texts in it; everything else in it stays, comments too."""
    import tomlkit

    document = tomlkit.parse(toml.read(path)) if path.is_file() else tomlkit.document()
    order = [EVERY, *(stage for stage in stages if stage != EVERY)]
    for stage in (each for each in order if each in stages):
        if stage not in document:
            if document:
                document.add(tomlkit.nl())
            document.add(stage, tomlkit.table())
        for name, text in stages[stage].items():
            document[stage][name] = text
    return tomlkit.dumps(document)
