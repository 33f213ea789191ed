"""Reads and checks calendars/*.toml: observances, helplines, regions. A wrong entry never gets past here."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scheduler import entries
from scheduler.errors import BadFile, Problem
from scheduler.model import WORLD, Calendar
from scheduler.toml import Table, load

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from scheduler.model import Observance


REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")  # ISO 3166-1 and -2


@dataclass(frozen=True, slots=True)
class Sources:
    """The tables of every calendar file, not yet checked: kind -> id -> (table, file, text of the file)."""

    observances: dict[str, tuple[dict[str, Any], str, str]]
    helplines: dict[str, tuple[dict[str, Any], str, str]]
    regions: dict[str, tuple[dict[str, Any], str, str]]


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
    """Everything the folders say. A later folder's entry replaces an earlier one's of the same id.

    Raises BadFile with every problem found.
    """
    return check(read(folders))


def read(folders: Iterable[Path]) -> Sources:
    """The tables as they are written. Raises BadFile for a file that is not TOML."""
    sources = Sources({}, {}, {})
    problems: list[Problem] = []
    for path in files_in(folders):
        try:
            body, text = load(path)
        except BadFile as error:
            problems += error.problems
            continue
        kind = path.stem if path.stem in ("helplines", "regions") else "observances"
        for name, entry in body.items():
            if isinstance(entry, dict):
                _add(getattr(sources, kind), name, (entry, str(path), text), problems)
            else:
                problems.append(
                    Problem(str(path), 0, name, f"'{name}' stands outside an entry", "put it under its [entry]")
                )
    if problems:
        raise BadFile(problems)
    return sources


def _add(
    into: dict[str, tuple[dict[str, Any], str, str]],
    name: str,
    entry: tuple[dict[str, Any], str, str],
    problems: list[Problem],
) -> None:
    """Takes an entry in; the same id twice in one folder is a mistake, in another folder an override."""
    old = into.get(name)
    if old and old[1] != entry[1] and old[1].rpartition("/")[0] == entry[1].rpartition("/")[0]:
        table = Table(entry[0], file=entry[1], text=entry[2], entry=name, problems=problems)
        table.wrong("", f"the id '{name}' is already in {old[1]}", "give one of the two another id")
    into[name] = entry


def check(sources: Sources) -> Calendar:
    """The calendar, if every entry is right. Raises BadFile with every problem found."""
    problems: list[Problem] = []
    observances = {
        name: entries.observance(name, Table(body, file=file, text=text, entry=name, problems=problems))
        for name, (body, file, text) in sources.observances.items()
    }
    for name, (body, file, text) in sources.observances.items():
        table = Table(body, file=file, text=text, entry=name, problems=problems)
        _check_names(observances[name], table, observances.keys(), sources.regions.keys())
    helplines = tuple(
        entries.helpline(name, Table(body, file=file, text=text, entry=name, problems=problems))
        for name, (body, file, text) in sources.helplines.items()
    )
    regions = {
        name: entries.region(Table(body, file=file, text=text, entry=name, problems=problems))
        for name, (body, file, text) in sources.regions.items()
    }
    if problems:
        raise BadFile(problems)
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
    observances: Mapping[str, dict[str, Any]],
    helplines: Mapping[str, dict[str, Any]],
    regions: Mapping[str, dict[str, Any]],
) -> Calendar:
    """The calendar from the database's copy of its tables, which was checked on the way in."""

    def rows(kind: Mapping[str, dict[str, Any]]) -> dict[str, tuple[dict[str, Any], str, str]]:
        return {name: (body, "the database", "") for name, body in kind.items()}

    return check(Sources(rows(observances), rows(helplines), rows(regions)))
