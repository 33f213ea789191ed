"""Other people's calendars: read, held against ours, and what is new taken as days of one's own, unverified."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scheduler import dates
from scheduler.compare import Kind, Listed, compare
from scheduler.encoding import text_of
from scheduler.errors import BadFile, Problem, UnknownName
from scheduler.exports import free_id, id_for
from scheduler.fetch import Rules, fetch, may_be_secret
from scheduler.lists import MOST_BYTES, read_bytes
from scheduler.lists.series import read_series
from scheduler.model import FIRST_YEAR, LAST_YEAR
from scheduler.workflow.adding import Added, add_entries

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from scheduler.compare import Pair
    from scheduler.lists import Listing
    from scheduler.lists.series import Series
    from scheduler.model import Calendar, Observance, Span
    from scheduler.workflow import Workspace

FILE = "imported.toml"
MOST_NEW = 1000  # days taken of one calendar
NEW = "new"
_YEARS = 3  # in which a rule is held against our calendar, this one and the next
_MOST_YEARS = 12  # a day on many dates is compared in the years nearest to this one
_ORDER = (Kind.OTHER_DATE, Kind.OTHER_NAME, Kind.SAME)


@dataclass(frozen=True, slots=True)
class Found:
    """A day of somebody's calendar. `kind` is `new`, or a word of the comparison; `ours` is the id of our day then.

    `id` is what it would be called here; `lacks` are years that they have a date in and our day has none.
    """

    kind: str
    id: str
    series: Series
    ours: str = ""
    lacks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a calendar holds. The listing's notes say what cannot be taken."""

    source: str
    found: list[Found]
    listing: Listing

    @property
    def new(self) -> list[Found]:
        return [one for one in self.found if one.kind == NEW]


def read_source(source: str, *, allow_private: bool = False) -> bytes:
    """The bytes of a file, or of an address. Raises BadFile, BadData or UsageError."""
    if "://" in source:
        return fetch(source, Rules(MOST_BYTES, allow_private=allow_private))
    return read_bytes(Path(source))


def review(calendar: Calendar, source: str, data: bytes, today: date, encoding: str = "") -> Reviewed:
    """What a calendar holds, held against ours; `encoding` is what a person named, if any.

    Raises BadFile if it holds nothing that can be taken or compared, UnknownName for an encoding that is none.
    """
    text = text_of(data, source, encoding)
    try:
        series, listing = read_series(text, today)
    except RecursionError as error:
        raise _bad(source, "it is nested too deeply") from error
    except ValueError as error:
        raise _bad(source, str(error)) from error
    if not series:
        raise _bad(source, f"it holds no day that can be taken: {next(iter(listing.notes), 'it is empty')}")
    return Reviewed(source, _compared(calendar, series, today), listing)


def _bad(source: str, say: str) -> BadFile:
    return BadFile([Problem(source, 0, "", say, "get or export it again, as an iCalendar file (.ics)")])


def _compared(calendar: Calendar, series: list[Series], today: date) -> list[Found]:
    listed = [Listed(one.day.name(), s.start, s.end, str(n)) for n, one in enumerate(series) for s in _near(one, today)]
    years = sorted({day.start.year for day in listed})
    ours = [o for y in years for day in calendar.observances.values() for o in dates.occurrences(day, y)]
    pairs: dict[int, list[Pair]] = {}
    for pair in compare(ours, listed).pairs:
        if pair.theirs:
            pairs.setdefault(int(pair.theirs.where), []).append(pair)
    found, taken = [], set(calendar.observances)
    for n, one in enumerate(series):
        made = _one(one, pairs.get(n, []))
        id = free_id(id_for(one.day.name()), taken)
        taken |= {id}
        found.append(replace(made, id=id))
    return found


def _near(one: Series, today: date) -> list[Span]:
    """The dates of a day by which it is known again."""
    day = one.day
    years: Iterable[int] = day.announced or range(max(day.since, today.year), today.year + _YEARS)
    near = sorted(years, key=lambda year: abs(year - today.year))[:_MOST_YEARS]
    return one.spans(sorted(near)) or one.spans(range(FIRST_YEAR, LAST_YEAR + 1))[-1:]


def _one(series: Series, pairs: list[Pair]) -> Found:
    """The kind that asks most of a person counts: another date before another name before the same."""
    kind = next((kind for kind in _ORDER if any(pair.kind is kind for pair in pairs)), None)
    if kind is None:
        return Found(NEW, "", series)
    with_ours = Counter(pair.ours.observance.id for pair in pairs if pair.kind is kind and pair.ours)
    lacks = {pair.theirs.start.year for pair in pairs if pair.kind is Kind.MISSING_HERE and pair.theirs}
    return Found(str(kind), "", series, with_ours.most_common(1)[0][0], tuple(sorted(lacks)))


def take(ws: Workspace, reviewed: Reviewed, only: Collection[str], *, dry_run: bool = False) -> Added:
    """Writes what is new, or `only` the days of these ids, into the workspace as unverified entries.

    Raises UnknownName for an id that the review does not have.
    """
    by_id = {one.id: one for one in reviewed.found}
    for id in only:
        if id not in by_id:
            raise UnknownName("day of that id in it", id, by_id, "the review without --only lists the ids")
    chosen = [by_id[id] for id in dict.fromkeys(only)] if only else reviewed.new[:MOST_NEW]
    entries = {one.id: fields_of(one.series, reviewed.source, ws.now.date()) for one in chosen}
    note = f"From {_shown(reviewed.source)}: not yet held against a source."
    return add_entries(ws, FILE, entries, note=note, dry_run=dry_run)


def _shown(source: str) -> str:
    """The source as a comment may hold it: of an address that may be a key, the host."""
    if "://" in source and may_be_secret(source):
        return f"an address of {urlsplit(source).hostname}"
    return "".join(c if c.isprintable() else "?" for c in source.encode("utf-8", "replace").decode())[:500]


def fields_of(series: Series, source: str, today: date) -> dict[str, Any]:
    """The fields of an entry, as a calendar file has them. Its sources are published, so that no key is among them."""
    day = series.day
    is_open = source.startswith("https://") and not may_be_secret(source)
    sources = [series.address, source if is_open else ""]
    return {
        "name": day.name(),
        "rule": day.rule,
        "announced": {str(year): _span(span) for year, span in sorted(day.announced.items())},
        **_bounds(day),
        "exceptions": {str(y): _span(span) if span else "cancelled" for y, span in sorted(day.exceptions.items())},
        "sources": list(dict.fromkeys(address for address in sources if address)),
        "checked": today,
        "unverified": True,
    }


def _bounds(day: Observance) -> dict[str, int | None]:
    return {
        "since": day.since if day.since > FIRST_YEAR else None,
        "until": day.until if day.until < LAST_YEAR else None,
    }


def _span(span: Span) -> str:
    return str(span.start) if span.start == span.end else f"{span.start}..{span.end}"
