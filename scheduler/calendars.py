"""Reads and checks calendars/*.toml: observances, helplines, regions. A wrong entry never gets past here."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from scheduler import entries
from scheduler.errors import BadFile, Problem
from scheduler.model import WORLD, Calendar, Observance
from scheduler.toml import Table, load, parse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

Written = dict[str, tuple[dict[str, Any], str, str]]  # id -> table, file, text of the file

REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")  # ISO 3166-1 and -2
_OTHERS = ("helplines", "regions", "sources")  # files by these names hold no observances


@dataclass(frozen=True, slots=True)
class Sources:
    """The tables of every calendar file, not yet checked. `hidden` has what a later folder takes away, by its file."""

    observances: Written
    helplines: Written
    regions: Written
    sources: Written = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)


def files_in(folders: Iterable[Path]) -> list[Path]:
    """The calendar files, in the order in which later ones override earlier ones."""
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.toml"))]


def digest_of(folders: Iterable[Path]) -> str:
    """One digest of all the calendar files, by name and bytes."""
    sha = hashlib.sha256()
    for path in files_in(folders):
        sha.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return sha.hexdigest()


def load_calendar(folders: Sequence[Path]) -> Calendar:
    """Everything the folders say. A later folder's entry replaces an earlier one's of the same id, or hides it.

    Raises BadFile with every problem found.
    """
    return check(read(folders))


def read(folders: Iterable[Path], drafts: Mapping[Path, str] | None = None) -> Sources:
    """The tables, spelled out, in the order of the files. Raises BadFile for a file that is not TOML.

    `drafts` are texts that files of the last folder are about to get.
    """
    sources = Sources({}, {}, {})
    problems: list[Problem] = []
    drafted = drafts or {}
    for path in [path for path in files_in(folders) if path not in drafted] + list(drafted):
        try:
            body, text = (parse(drafted[path], path), drafted[path]) if path in drafted else load(path)
        except BadFile as error:
            problems += error.problems
            continue
        for name, entry in body.items():
            if isinstance(entry, dict):
                _add(sources, path.stem, name, (entry, str(path), text), problems)
            else:
                say = f"'{name}' stands outside an entry"
                problems.append(Problem(str(path), 0, name, say, "put it under its [entry]"))
    named = {name: entries.named_source(table) for name, table in _tables(sources.sources, problems)}
    for name, (body, file, text) in sources.observances.items():
        sources.observances[name] = entries.spelled_out(body, named), file, text
    if problems:
        raise BadFile(problems)
    return sources


def _tables(written: Written, problems: list[Problem]) -> Iterator[tuple[str, Table]]:
    for name, (body, file, text) in written.items():
        yield name, Table(body, file=file, text=text, entry=name, problems=problems)


def _add(
    sources: Sources, stem: str, name: str, entry: tuple[dict[str, Any], str, str], problems: list[Problem]
) -> None:
    """Takes an entry in; the same id twice in one folder is a mistake, in another folder an override or a hiding."""
    into = getattr(sources, stem if stem in _OTHERS else "observances")
    table = Table(entry[0], file=entry[1], text=entry[2], entry=name, problems=problems)
    old = into[name][1] if name in into else sources.hidden.get(name, "")
    if old not in ("", entry[1]) and old.rpartition("/")[0] == entry[1].rpartition("/")[0]:
        table.wrong("", f"the id '{name}' is already in {old}", "give one of the two another id")
    if table.body.get("hidden") is not True:
        into[name] = entry
    elif not old or len(table.body) > 1:
        say = "hidden stands beside other fields" if old else f"it hides '{name}', which is not in the calendar"
        table.wrong("hidden", say, "write hidden = true alone, under the id of a shipped entry")
    else:
        into.pop(name, None)
        sources.hidden[name] = entry[1]


def check(sources: Sources) -> Calendar:
    """The calendar, if every entry is right. Raises BadFile with every problem found."""
    problems: list[Problem] = []
    observances = {name: entries.observance(name, table) for name, table in _tables(sources.observances, problems)}
    for name, table in _tables(sources.observances, problems):
        entries.check_dates(observances[name], table)
        _check_names(observances[name], table, observances.keys() | sources.hidden.keys(), sources.regions.keys())
    helplines = tuple(entries.helpline(name, table) for name, table in _tables(sources.helplines, problems))
    regions = {name: entries.region(name, table) for name, table in _tables(sources.regions, problems)}
    if problems:
        raise BadFile(sorted(problems, key=lambda p: (p.file, p.line)))
    return Calendar(observances, helplines, regions)


def _check_names(o: Observance, t: Table, ids: Collection[str], groups: Collection[str]) -> None:
    """Related days must be in the calendar; regions must be the world, a country or part of one, or a known group."""
    for other in o.related:
        if other not in ids:
            t.wrong("related", f"related names '{other}', which is not in the calendar", "write an id that is")
    for region in o.regions:
        if region != WORLD and region not in groups and not REGION.fullmatch(region):
            known = f"write a country code such as GB, or one of: {', '.join(sorted(groups))}"
            t.wrong("regions", f"there is no region '{region}'", known)


def from_rows(
    observances: Mapping[str, str], helplines: Mapping[str, dict[str, Any]], regions: Mapping[str, dict[str, Any]]
) -> Calendar:
    """The calendar from the database's copy of its tables, which was checked on the way in.

    An observance, given as JSON, is read when it is first asked for: most commands look at a few.
    """
    rest = check(Sources({}, _written(helplines), _written(regions)))
    return replace(rest, observances=_Checked(observances))


def _written(bodies: Mapping[str, dict[str, Any]]) -> Written:
    return {name: (body, "the database", "") for name, body in bodies.items()}


class _Checked(Mapping[str, Observance]):
    """Observances by id, in order."""

    def __init__(self, bodies: Mapping[str, str]) -> None:
        self._bodies = bodies
        self._made: dict[str, Observance] = {}

    def __getitem__(self, name: str) -> Observance:
        if name not in self._made:
            problems: list[Problem] = []
            written = _written({name: json.loads(self._bodies[name])})
            self._made |= {id: entries.observance(id, table) for id, table in _tables(written, problems)}
            if problems:
                raise BadFile(problems)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._bodies)

    def __len__(self) -> int:
        return len(self._bodies)
