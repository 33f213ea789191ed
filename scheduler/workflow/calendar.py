"""The calendar: synced into the store, listed, explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler import calendars, dates
from scheduler.calendars import REGION
from scheduler.errors import UnknownName, UsageError
from scheduler.model import FIRST_YEAR, LAST_YEAR, WORLD, Calendar, Observance, Occurrence
from scheduler.store import reads
from scheduler.store.opening import reading, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, timedelta
    from pathlib import Path

    from scheduler.workflow import Workspace


def sync(ws: Workspace) -> list[tuple[str, str]]:
    """Brings the store's copy up to the calendar files; returns what changed. One digest comparison if nothing did.

    Raises BadFile if an entry is wrong; then the store keeps what it had.
    """
    digest = calendars.digest_of(ws.settings.calendars)
    with reading(ws.home) as db:
        if reads.state(db, "calendar") == digest:
            return []
    from scheduler.store import calendar as store

    sources = calendars.read(ws.settings.calendars)
    calendars.check(sources)
    observances = {id: (body, file.rpartition("/")[2]) for id, (body, file, _) in sources.observances.items()}
    with writing(ws.home, ws.now, ws.who) as tx:
        changes = store.sync_observances(tx, observances)
        store.sync_others(tx, _bodies(sources.helplines), _bodies(sources.regions))
        store.remember(tx, calendar=digest)
    return changes


def _bodies(entries: dict[str, tuple[dict[str, object], str, str]]) -> dict[str, dict[str, object]]:
    return {id: body for id, (body, _, _) in entries.items()}


def synced(ws: Workspace) -> Calendar:
    """The calendar as the store has it."""
    with reading(ws.home) as db:
        return calendars.from_rows(*reads.tables(db))


def current(folders: tuple[Path, ...], home: Path | None) -> Calendar:
    """The calendar as the files have it; the store's copy serves while it is the same."""
    if home is not None:
        digest = calendars.digest_of(folders)
        with reading(home) as db:
            if reads.state(db, "calendar") == digest:
                return calendars.from_rows(*reads.tables(db))
    return calendars.load_calendar(folders)


def days(
    calendar: Calendar, first: date, last: date, *, theme: str = "", region: str = "", dimension: str = ""
) -> list[Occurrence]:
    """The occurrences with a day in `first` to `last`, both included, narrowed by what is given.

    A region takes its own days and the world's. Raises UsageError for a span outside the years we compute.
    """
    if last < first:
        raise UsageError(f"the span ends ({last}) before it begins ({first})", "swap --from and --to")
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        raise UsageError(
            f"dates are computed for {FIRST_YEAR} to {LAST_YEAR}", "choose --from and --to within those years"
        )
    is_wanted = filter_of(calendar, theme=theme, region=region, dimension=dimension)
    return dates.between(filter(is_wanted, calendar.observances.values()), first, last)


def filter_of(
    calendar: Calendar, *, theme: str = "", region: str = "", dimension: str = ""
) -> Callable[[Observance], bool]:
    """Whether an observance is among those asked for. Raises UnknownName for a word that is not in the calendar."""
    wanted = calendar.observances.values()
    _check_word("theme", theme, {t for o in wanted for t in o.themes})
    _check_word("dimension", dimension, {d for o in wanted for d in o.dimensions})
    if region and region != WORLD and not REGION.fullmatch(region.upper()) and region.upper() not in calendar.regions:
        raise UnknownName("region", region, calendar.regions, "write a country code such as GB, world, or EU")
    place = region if region == WORLD else region.upper()

    groups = {name for name, members in calendar.regions.items() if place in members}
    places = {place, WORLD} | groups

    def is_wanted(day: Observance) -> bool:
        fits = theme in ("", *day.themes) and dimension in ("", *day.dimensions)
        return fits and (not region or not places.isdisjoint(day.regions))

    return is_wanted


def known_year(year: int) -> int:
    """The year, 0 for none. Raises UsageError for one that no dates are computed for."""
    if year and not FIRST_YEAR <= year <= LAST_YEAR:
        raise UsageError(f"dates are computed for {FIRST_YEAR} to {LAST_YEAR}", "choose a year within those")
    return year


def _check_word(noun: str, word: str, known: Iterable[str]) -> None:
    if word and word not in (words := set(known)):
        raise UnknownName(noun, word, words, f"choose one of: {', '.join(sorted(words))}")


def coming(calendar: Calendar, today: date, ahead: timedelta) -> list[Occurrence]:
    """What is on today or begins within `ahead`."""
    return days(calendar, today, min(today + ahead, today.replace(year=LAST_YEAR, month=12, day=31)))


def around(calendar: Calendar, id: str, year: int) -> list[Occurrence]:
    """The occurrences of one observance in the year before, the year itself and the year after."""
    if id not in calendar.observances:
        raise UnknownName("observance", id, calendar.observances, "list them with: daymark days")
    observance, middle = calendar.observances[id], known_year(year)
    return [o for y in (middle - 1, middle, middle + 1) for o in dates.occurrences(observance, y)]
