"""The feeds of the calendar, in every language that the workspace wants: revised, and only what changed written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

from scheduler import feeds
from scheduler.feeds import data, news
from scheduler.model import LANGUAGES
from scheduler.store import reads
from scheduler.store.opening import reading, writing
from scheduler.words import load_sayings
from scheduler.workflow.calendar import synced

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from scheduler.feeds import Edition, Entry, Feed, Revised, Revision
    from scheduler.model import Calendar
    from scheduler.sayings import Sayings
    from scheduler.workflow import Workspace

YEARS_BACK, YEARS_AHEAD = 1, 2  # the window moves once a year, with the year
FIRST_MONTH = 12  # of the year back: no more, since importers refuse a feed of a megabyte
CALENDAR = "calendar.json"
FORM = "2"  # of the bytes: goes up with a change to how feeds are written, so that they are all written again


@dataclass(slots=True)
class Look:
    """What the feeds of the calendar were last built from, and are now. `settled` is to be kept after the build."""

    frame: str
    matter: str
    is_framed: bool
    is_settled: bool
    settled: dict[str, str] = field(default_factory=dict)


def look(ws: Workspace) -> Look:
    """Whether anything that the feeds are built from has changed, or a day has come on which they change."""
    our = (ws.settings.feeds_base, ws.settings.site, ws.settings.name)
    frame = _digest(FORM, version("daymark-scheduler"), *our, *words_of(ws))
    with reading(ws.home) as db:
        matter = _digest(reads.state(db, "calendar"), str(ws.now.year))
        until = reads.state(db, "feeds_until")
        is_framed = reads.state(db, "feeds_frame") == frame
        same = is_framed and reads.state(db, "feeds_matter") == matter
    return Look(frame, matter, is_framed, same and ws.now.date().isoformat() < until)


def languages_of(ws: Workspace) -> tuple[str, ...]:
    """The languages that feeds are written in, in our order."""
    return tuple(language for language in LANGUAGES if language in ws.settings.feed_languages)


def sayings_of(ws: Workspace, languages: Collection[str]) -> list[Sayings]:
    """What feeds say in some languages, in our order."""
    folders = tuple(reversed(ws.settings.templates))
    return [load_sayings(folders, language) for language in LANGUAGES if language in languages]


def feeds_of(ws: Workspace, calendar: Calendar) -> list[Feed]:
    """Every feed of the workspace but our own, for pages that list them: path, title, language, what is in it."""
    return feeds.catalogue(calendar.verified, calendar.regions, sayings_of(ws, languages_of(ws)))


def changed(ws: Workspace, seen: Look, standing: Collection[str], *, whole: bool = False) -> dict[str, bytes]:
    """The bytes of the feeds that may differ from their files: all if `whole` or framed anew, else those touched.

    `standing` are the names of the files that are as they were written.
    """
    if seen.is_settled and not whole and _stand(ws, standing):
        return {}
    calendar = synced(ws)
    said = sayings_of(ws, {*languages_of(ws), *_published(ws)})
    current = _revise(ws, calendar, said)
    known = {feed.path: feed for feed in feeds.catalogue(calendar.verified, calendar.regions, said)}
    paths = {path for revision in current for path in revision.feeds}
    only = None if whole or not seen.is_framed else paths - _still(ws, standing)
    files = feeds.build(current, known, base=ws.settings.feeds_base, only=only)
    files |= _news(ws, current, said, known) | {CALENDAR: _data(ws, calendar)}
    until = min([news.changes_after(current, ws.now.date()), *expiries(calendar, ws.now.date())])
    seen.settled = {"feeds_frame": seen.frame, "feeds_matter": seen.matter, "feeds_until": until.isoformat()}
    return files


def house_of(ws: Workspace) -> news.House:
    return news.House(ws.settings.name, ws.settings.site, ws.settings.feeds_base)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def words_of(ws: Workspace) -> list[str]:
    """How the languages stand: which are wanted, and the bytes of their words."""
    names = [folder / "words" / f"{language}.toml" for folder in ws.settings.templates for language in LANGUAGES]
    found = [hashlib.sha256(path.read_bytes()).hexdigest() for path in names if path.is_file()]
    return [*languages_of(ws), *found]


def _published(ws: Workspace) -> set[str]:
    """The languages that entries were ever written in: what people subscribed to goes on."""
    with reading(ws.home) as db:
        return {row[0] for row in db.execute("SELECT DISTINCT language FROM feed_entry WHERE language <> ''")}


def _stand(ws: Workspace, standing: Collection[str]) -> bool:
    """Whether every file of the calendar's feeds is there as it was written."""
    return not _unwritten(ws, standing)


def _unwritten(ws: Workspace, standing: Collection[str]) -> set[str]:
    from scheduler.store import feeds as store

    with reading(ws.home) as db:
        return store.files(db).keys() - set(standing)


def _still(ws: Workspace, standing: Collection[str]) -> set[str]:
    """The files that stand and that no revision has touched since."""
    from scheduler.store import feeds as store

    with reading(ws.home) as db:
        return store.files(db).keys() & set(standing)


def entries_of(ws: Workspace, calendar: Calendar, said: Sequence[Sayings]) -> list[Entry]:
    """What the feeds should say of the calendar now, in these languages."""
    year, today = ws.now.year, ws.now.date()
    first = date(year - YEARS_BACK, FIRST_MONTH, 1).isoformat()
    span = (year - YEARS_BACK, year + YEARS_AHEAD)
    made = [feeds.Edition(sayings, calendar.regions, calendar.helplines, today) for sayings in said]
    return [entry for edition in made for entry in _edition(calendar, span, edition) if _runs_from(entry, first)]


def _edition(calendar: Calendar, span: tuple[int, int], edition: Edition) -> list[Entry]:
    days = calendar.verified
    return feeds.observance_entries(days, *span, edition) + feeds.series_entries(days, *span, edition)


def _runs_from(entry: Entry, first: str) -> bool:
    return "rrule" in entry.content or entry.content["end"] > first


def _revise(ws: Workspace, calendar: Calendar, said: Sequence[Sayings]) -> tuple[Revision, ...]:
    wanted = [sayings for sayings in said if sayings.language in languages_of(ws)]
    return revised(ws, entries_of(ws, calendar, wanted), ours=False).current


def revised(ws: Workspace, entries: Sequence[Entry], *, ours: bool) -> Revised:
    """Brings the stored revisions up to date. One transaction: two builds at once cannot both raise a sequence."""
    from scheduler.store import feeds as store

    identity = ws.settings.feeds_base or ws.settings.site or ws.settings.name
    with reading(ws.home) as db:
        stored = store.revisions(db, ours=ours)
    found = feeds.revise(entries, stored, ws.now, identity=identity)
    if not found.changed and not found.dropped:
        return found
    with writing(ws.home, ws.now, ws.who) as tx:
        tx.alone("feed_entry")
        if (newer := store.revisions(tx.db, ours=ours)) != stored:
            found = feeds.revise(entries, newer, ws.now, identity=identity)
        store.keep(tx, found)
    return found


def _news(
    ws: Workspace, current: Sequence[Revision], said: Sequence[Sayings], known: dict[str, Feed]
) -> dict[str, bytes]:
    """The coming days in every form and language."""
    house, today = house_of(ws), ws.now.date()
    items = {sayings.language: news.coming_items(current, sayings, today) for sayings in said}
    coming = [feed for feed in known.values() if feed.scope == "coming"]
    return {feed.path: news.write_news(feed, items[feed.language], house) for feed in coming}


def _data(ws: Workspace, calendar: Calendar) -> bytes:
    return data.calendar_json(calendar.verified, ws.now.year - YEARS_BACK, ws.now.year + YEARS_AHEAD)


def expiries(calendar: Calendar, today: date) -> list[date]:
    """The days to come on which a helpline ends and is told no longer."""
    after = (line.expires + timedelta(days=1) for line in calendar.helplines)
    return [day for day in after if day > today]
