"""Reads and checks calendars/*.toml: observances, helplines, regions. A wrong entry never gets past here."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scheduler import dates, rules
from scheduler.errors import BadFile, Problem
from scheduler.model import (
    DIMENSIONS,
    FIRST_YEAR,
    LANGUAGES,
    LAST_YEAR,
    WORLD,
    Calendar,
    Certainty,
    Helpline,
    Observance,
    Proclaimed,
    Sensitivity,
    Span,
    YearTheme,
)
from scheduler.toml import Table, as_day, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_MARKS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff<>]")


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
        name: observance(name, Table(body, file=file, text=text, entry=name, problems=problems))
        for name, (body, file, text) in sources.observances.items()
    }
    for name, (body, file, text) in sources.observances.items():
        table = Table(body, file=file, text=text, entry=name, problems=problems)
        for other in observances[name].related:
            if other not in observances:
                table.wrong("related", f"related names '{other}', which is not in the calendar", "write an id that is")
    helplines = tuple(
        helpline(name, Table(body, file=file, text=text, entry=name, problems=problems))
        for name, (body, file, text) in sources.helplines.items()
    )
    regions = {
        name: _region(Table(body, file=file, text=text, entry=name, problems=problems))
        for name, (body, file, text) in sources.regions.items()
    }
    if problems:
        raise BadFile(problems)
    return Calendar(observances, helplines, regions)


def observance(name: str, t: Table) -> Observance:
    """One entry, its mistakes noted in the table's problems."""
    if not _ID.fullmatch(name) or re.search(r"\d{4}", name):
        t.wrong("", f"the id '{name}' is not lower-case words joined by hyphens, without a year", "rename the entry")
    made = Observance(
        id=name,
        names=_names(t),
        rule=t.text("rule"),
        proclaimed=_proclaimed(t.table("proclaimed", needed=True)),
        sources=_addresses(t, "sources", least=1),
        checked=t.day("checked"),
        page=_address(t, "page", needed=False),
        since=t.whole("since", FIRST_YEAR, least=1800, most=LAST_YEAR),
        until=t.whole("until", LAST_YEAR, least=FIRST_YEAR, most=LAST_YEAR),
        known=t.days("known"),
        regions=t.words("regions", [WORLD]),
        dimensions=t.words("dimensions", known=DIMENSIONS),
        themes=t.words("themes"),
        sdg=t.words("sdg"),
        sensitivity=Sensitivity(t.one_of("sensitivity", Sensitivity, "normal")),
        hashtags=t.words("hashtags"),
        related=t.words("related"),
        year_themes=_year_themes(t.table("themes_by_year")),
        exceptions=_spans(t.table("exceptions"), cancelled=True),
        announced={year: span for year, span in _spans(t.table("announced")).items() if span},
    )
    t.finish()
    _check_dates(made, t)
    return made


def _names(t: Table) -> dict[str, str]:
    names = {"en": t.text("name")}
    others = t.table("names")
    names |= {lang: others.text(lang) for lang in others.body if lang in LANGUAGES}
    for lang in others.body:
        if lang not in LANGUAGES:
            others.wrong(lang, f"'{lang}' is not one of our languages", f"write one of: {', '.join(LANGUAGES)}")
    for lang, text in names.items():
        if text != unicodedata.normalize("NFC", text) or _MARKS.search(text):
            t.wrong("name" if lang == "en" else f"names.{lang}", f"the name in {lang} holds hidden marks", "retype it")
    return names


def _proclaimed(t: Table) -> Proclaimed:
    made = Proclaimed(
        body=t.text("body"),
        document=t.text("document", ""),
        address=_address(t, "address", needed=False),
        year=t.whole("year", 0, most=LAST_YEAR),
    )
    t.finish()
    return made


def _address(t: Table, key: str, *, needed: bool = True) -> str:
    value = t.text(key, None if needed else "")
    if value and not value.startswith("https://"):
        t.wrong(key, f"{key} is not an https address", "write the whole address, starting with https://")
    return value


def _addresses(t: Table, key: str, *, least: int) -> tuple[str, ...]:
    values = t.words(key)
    if len(values) < least:
        t.wrong(key, f"{key} names {len(values)} of at least {least}", "add the address of the page that says so")
    for value in values:
        if not value.startswith("https://"):
            t.wrong(key, f"the source '{value}' is not an https address", "write the whole address")
    return values


def _year_themes(t: Table) -> dict[int, YearTheme]:
    made = {}
    for year in t.body:
        inner = t.table(year)
        made[_year(t, year)] = YearTheme(inner.text("text"), _address(inner, "source"))
        inner.finish()
    return made


def _year(t: Table, text: str) -> int:
    if text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return int(text)
    t.wrong(text, f"'{text}' is not a year from {FIRST_YEAR} to {LAST_YEAR}", "write four digits, such as 2027")
    return FIRST_YEAR


def _spans(t: Table, *, cancelled: bool = False) -> dict[int, Span | None]:
    made: dict[int, Span | None] = {}
    for year in t.body:
        value = t.text(year)
        first, _, last = value.partition("..")
        start, end = as_day(first.strip()), as_day((last or first).strip())
        if start and end and start <= end and start.year == _year(t, year):
            made[int(year)] = Span(start, end)
        elif cancelled and value == "cancelled":
            made[_year(t, year)] = None
        else:
            or_cancelled = ', or "cancelled"' if cancelled else ""
            t.wrong(
                year,
                f"'{value}' is not a date in {year}",
                f'write "{year}-05-07" or "{year}-05-07..{year}-05-09"{or_cancelled}',
            )
    return made


def _check_dates(o: Observance, t: Table) -> None:
    """The rule must be readable, meet its known dates, and, where it moves, have two of them."""
    try:
        rule = rules.parse(o.rule)
    except rules.RuleError as error:
        if o.rule:
            t.wrong("rule", str(error), error.write)
        return
    if o.since > o.until:
        t.wrong("until", f"it ends in {o.until}, before it begins in {o.since}", "correct since or until")
    if o.rule == "announced" and not o.announced:
        t.wrong("rule", "an announced day lists no date", 'add [entry.announced] with 2026 = "2026-03-20"')
    if rule.certainty is Certainty.COMPUTED and len(o.known) < 2:
        t.wrong("known", "a day that moves needs two known dates as proof", "add known = [2025-10-06, 2026-10-05]")
    for day in o.known:
        _check_known(o, day, t)


def _check_known(o: Observance, day: date, t: Table) -> None:
    held = dates.occurrences(o, day.year)
    if day not in [h.start for h in held]:
        gives = " and ".join(str(h.start) for h in held) or "nothing"
        t.wrong("known", f"the rule gives {gives} in {day.year}, not {day}", "correct the rule or the known date")


def helpline(name: str, t: Table) -> Helpline:
    """One helpline. Two sources are required: a wrong number harms people."""
    made = Helpline(
        id=name,
        country=t.text("country"),
        topics=t.words("topics"),
        name=t.text("name"),
        number=t.text("number"),
        address=_address(t, "address", needed=False),
        checked=t.day("checked"),
        expires=t.day("expires"),
        sources=_addresses(t, "sources", least=2),
        operator=t.text("operator", ""),
        text=t.text("text", ""),
        hours=t.text("hours", ""),
        languages=t.words("languages"),
    )
    t.finish()
    if made.expires <= made.checked:
        t.wrong("expires", "it expires before it was checked", "write a date at most 180 days after checked")
    return made


def _region(t: Table) -> frozenset[str]:
    t.text("name", "")
    _address(t, "source", needed=False)
    t.day("checked")
    members = frozenset(t.words("members"))
    t.finish()
    return members


def from_rows(
    observances: Mapping[str, dict[str, Any]],
    helplines: Mapping[str, dict[str, Any]],
    regions: Mapping[str, dict[str, Any]],
) -> Calendar:
    """The calendar from the database's copy of its tables, which was checked on the way in."""

    def rows(kind: Mapping[str, dict[str, Any]]) -> dict[str, tuple[dict[str, Any], str, str]]:
        return {name: (body, "the database", "") for name, body in kind.items()}

    return check(Sources(rows(observances), rows(helplines), rows(regions)))
