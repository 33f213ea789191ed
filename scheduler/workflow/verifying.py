"""Our calendar held against lists that others publish, and drafts of what they have and we have not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scheduler import dates
from scheduler.compare import Comparison, Kind, Listed, compare
from scheduler.compare.names import normal
from scheduler.errors import BadFile
from scheduler.exports import free_id, id_for
from scheduler.lists import Listing, read_list
from scheduler.model import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from scheduler.model import Calendar, Observance, Occurrence

MOST_YEARS = 12  # a list is compared in the years nearest to the one asked for


@dataclass(slots=True)
class Verified:
    """One file: the years it was compared in, what was read, how it compares; or what is wrong with it."""

    path: Path
    years: tuple[int, ...] = ()
    listing: Listing = field(default_factory=Listing)
    comparison: Comparison = field(default_factory=Comparison)
    error: BadFile | None = None


def verify(
    calendar: Calendar,
    paths: Iterable[Path],
    today: date,
    *,
    year: int = 0,
    wanted: Callable[[Observance], bool] = lambda _: True,
    encoding: str = "",
) -> list[Verified]:
    """Each file against the calendar, in `year` or in the years that it has dates in.

    Days of ours that are not `wanted` may be missing there. `encoding` is what a person named, if any.
    Raises UnknownName for one that is none; what is wrong with a file is in what is told of it.
    """
    return [_one(calendar, path, today, year, wanted, encoding) for path in paths]


def _one(
    calendar: Calendar, path: Path, today: date, year: int, wanted: Callable[[Observance], bool], encoding: str
) -> Verified:
    try:
        years, listing = _read(path, today, year, encoding)
    except BadFile as error:
        return Verified(path, error=error)
    ours = [o for y in years for day in calendar.observances.values() for o in dates.occurrences(day, y)]
    found = compare(ours, [day for day in listing.days if day.start.year in years])
    pairs = [p for p in found.pairs if p.kind is not Kind.MISSING_THERE or _is_missed(p.ours, wanted)]
    return Verified(path, years, listing, Comparison(pairs))


def _is_missed(ours: Occurrence | None, wanted: Callable[[Observance], bool]) -> bool:
    return ours is not None and not ours.observance.unverified and wanted(ours.observance)


def _read(path: Path, today: date, year: int, encoding: str) -> tuple[tuple[int, ...], Listing]:
    """The list, and the years to compare: the one asked for, else those that it names, read again for all of them."""
    if year:
        return (year,), read_list(path, (year,), encoding)
    listing = read_list(path, (today.year,), encoding)
    named = {year for year in listing.years if FIRST_YEAR <= year <= LAST_YEAR} or {today.year}
    near = sorted(named, key=lambda y: (abs(y - today.year), y))[:MOST_YEARS]
    years = tuple(sorted(near))
    return (years, listing) if years == (today.year,) else (years, read_list(path, years, encoding))


def drafts(verified: Sequence[Verified], calendar: Calendar, today: date) -> dict[str, dict[str, Any]]:
    """Entries for the days that are missing here: unverified, each on the dates it was seen on and no others.

    A day that the calendar has by name, though not in that year, is no new one: it is not drafted again.
    """
    ours = {normal(name) for day in calendar.observances.values() for name in day.names.values()}
    seen: dict[str, list[Listed]] = {}
    for one in verified:
        for pair in one.comparison.of(Kind.MISSING_HERE):
            if pair.theirs and normal(pair.theirs.name) not in ours:
                seen.setdefault(normal(pair.theirs.name) or pair.theirs.name, []).append(pair.theirs)
    made: dict[str, dict[str, Any]] = {}
    for days in seen.values():
        made[free_id(id_for(days[0].name), {*made, *calendar.observances})] = _draft(days, today)
    return made


def _draft(days: list[Listed], today: date) -> dict[str, Any]:
    """A date seen in one year proves no rule, so it stands as announced."""
    held = {
        str(day.start.year): str(day.start) if day.start == day.end else f"{day.start}..{day.end}"
        for day in sorted(days, key=lambda day: day.start, reverse=True)
    }
    return {
        "name": " ".join(days[0].name.split()),
        "rule": "announced",
        "announced": dict(sorted(held.items())),
        "checked": today,
        "unverified": True,
    }
