"""The prose of posts: templates/posts/<place>/<language>.toml, and how a translation stands to its source.

A place is `observances/<id>`, `themes/<theme>`, `dimensions/<dimension>` or `default`. A file has a table a stage;
the table `every` holds for all its stages. The workspace's own file replaces what it names of a shipped one, field by
field.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from scheduler.errors import BadFile, Problem
from scheduler.model import LANGUAGES
from scheduler.toml import Table, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

SOURCE = "en"  # the language that translations are made from
EVERY = "every"
FIELDS = ("opening", "theme", "long", "short", "brief", "help", "note", "fallback")


class Translation(StrEnum):
    """How a text stands to its source."""

    ORIGINAL = "original"  # written in its own language
    CURRENT = "current"
    STALE = "stale"  # the source has changed since
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Said:
    """One field of a text, and where it is written."""

    text: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Text:
    """What a place says at a stage in a language. `of` is the digest of the source it was made from, empty for none."""

    place: str
    stage: str
    language: str
    says: dict[str, Said] = field(default_factory=dict)
    of: str = ""

    @property
    def digest(self) -> str:
        """What a translation of this text is bound to: eight hexadecimal digits."""
        said = {name: self.says[name].text for name in FIELDS if name in self.says}
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Found:
    """The text for a post, each field from the nearest place that has it. `place` is where its body is from."""

    place: str
    language: str
    says: dict[str, Said]


class Texts:
    """The texts of all folders, read when they are first asked for. Folders: shipped first, own last."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self._read: dict[tuple[str, str], dict[str, Text]] = {}
        self._states: dict[tuple[str, str, str], Translation] = {}

    @cached_property
    def files(self) -> dict[tuple[str, str], list[Path]]:
        """The files of each place and language, shipped first."""
        found: dict[tuple[str, str], list[Path]] = {}
        for folder in self.folders:
            posts = folder / "posts"
            for path in sorted(posts.rglob("*.toml")):
                found.setdefault((path.parent.relative_to(posts).as_posix(), path.stem), []).append(path)
        return found

    def at(self, place: str, language: str) -> dict[str, Text]:
        """What a place says in a language, by stage. Raises BadFile."""
        key = (place, language)
        if key not in self._read:
            self._read[key] = _load(place, language, self.files.get(key, []))
        return self._read[key]

    def state(self, place: str, stage: str, language: str) -> Translation:
        """How the text of a place, stage and language stands to its source."""
        key = (place, stage, language)
        if key not in self._states:
            self._states[key] = self._compare(*key)
        return self._states[key]

    def _compare(self, place: str, stage: str, language: str) -> Translation:
        text, source = (self.at(place, each).get(stage) for each in (language, SOURCE))
        if text is None:
            return Translation.MISSING
        if language == SOURCE or not text.of or source is None:
            return Translation.ORIGINAL
        return Translation.CURRENT if text.of == source.digest else Translation.STALE

    def find(self, places: Iterable[str], stage: str, language: str) -> Found | None:
        """The text of the nearest place that has one and is not stale; None if there is none in this language."""
        chain = [
            (place, text.says)
            for place in places
            for name in (stage, EVERY)
            if (text := self.at(place, language).get(name)) and not self._is_stale(text)
        ]
        body = next(((place, says) for place, says in chain if "long" in says), None)
        if body is None:
            return None
        place, own = body
        merged: dict[str, Said] = {}
        for _, says in reversed(chain):
            merged |= says
        return Found(place, language, merged | {name: own[name] for name in ("long", "short")})

    def _is_stale(self, text: Text) -> bool:
        return self.state(text.place, text.stage, text.language) is Translation.STALE


def _load(place: str, language: str, paths: Iterable[Path]) -> dict[str, Text]:
    problems: list[Problem] = []
    texts: dict[str, Text] = {}
    for path in paths:
        body, source = load(path)
        for stage, entry in body.items():
            t = Table(entry, file=str(path), text=source, entry=stage, problems=problems)
            old = texts.get(stage, Text(place, stage, language))
            says = dict(_fields(t))
            of = t.text("of", "") or old.of
            t.finish()
            texts[stage] = Text(place, stage, language, old.says | says, of)
            _check(texts[stage], t)
    if language not in LANGUAGES and texts:
        say, write = f"'{language}' is not one of our languages", f"name the file after one of: {', '.join(LANGUAGES)}"
        problems += [Problem(str(path), 0, "", say, write) for path in paths]
    if problems:
        raise BadFile(problems)
    return texts


def _fields(t: Table) -> Iterator[tuple[str, Said]]:
    for name in FIELDS:
        if name in t.body:
            yield name, Said(t.text(name, ""), t.file, t.line(name))


def _check(text: Text, t: Table) -> None:
    long, short = ("long" in text.says, "short" in text.says)
    if long != short:
        has, lacks = ("long", "short") if long else ("short", "long")
        t.wrong(has, f"there is a {has} text and no {lacks} one", f'add {lacks} = "..."')
    if text.language == SOURCE and text.of:
        t.wrong("of", "of stands in a text that translations are made from", "take it out")
