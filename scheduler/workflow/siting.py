"""Writes the public site: every page that changed, and nothing else. Pages of days that are gone go too."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from scheduler import dates, site
from scheduler.errors import BadData, TemplateError
from scheduler.feeds.catalogue import ALL, DAYS, DIMENSION, REGION, THEME, path_of, places_of, subjects_of
from scheduler.labels import load_labels
from scheduler.site import ROBOTS, SITEMAP, Published, Site, Tongue, Topic
from scheduler.store import reads
from scheduler.store.opening import reading, writing
from scheduler.workflow.calendar import synced
from scheduler.workflow.editions import YEARS_AHEAD, expiries, feeds_of, languages_of, sayings_of, words_of
from scheduler.workflow.illustrating import CARDS, draw, matter, sketched
from scheduler.workflow.keeping import MANIFEST, keep_changed, keep_file, publishing, stat_of, sweep
from scheduler.workflow.listing import published
from scheduler.workflow.publishing import PUBLIC, noted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from jinja2 import Environment

    from scheduler.model import Calendar
    from scheduler.workflow import Workspace

OURS = b'<meta name="generator" content="Daymark">'  # stands in the head of every page
ASSETS = ("site.css", "site.js", "icon.svg")


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the site: the folder, how many files it has, and which were written or taken away.

    `undrawn` says of each picture that could not be drawn why: `human-rights-day-zh`, or `site-zh` for the general one.
    """

    folder: Path
    files: int
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    undrawn: Mapping[str, str]


def require_ours(ws: Workspace, out: Path | None = None) -> None:
    """Raises BadData if another site lies where ours is to be written (the workspace's public/ by default)."""
    page = (out or ws.home / PUBLIC) / "index.html"
    if (out is None and _known(ws)) or not page.is_file() or OURS in page.read_bytes():
        return
    hint = "give a folder of its own with --out, or move that page away"
    raise BadData(f"{page} is the page of another site, which would be written over", hint)


def write_site(ws: Workspace, out: Path | None = None) -> Written:
    """Writes the site under `out` (the workspace's public/ by default). The same data gives the same bytes.

    Raises BadData if a file cannot be written; the files before it are whole, the next run goes on. Raises
    TemplateError for a template or for words that are missing or wrong.
    """
    if out is not None:
        return _written(ws, out, {})
    with publishing(ws.home):
        return _written(ws, ws.home / PUBLIC, _known(ws), keeps=True)


def _written(ws: Workspace, folder: Path, known: Mapping[str, Any], *, keeps: bool = False) -> Written:
    """Writes it into a folder of which the last run told what is `known`; what this one did is kept or not."""
    posts = _posts(ws)
    source = _digest(ws, posts)
    if known.get("from") == source and _holds(known, ws.now.date()) and _stand(folder, known["files"]):
        return Written(folder, len(known["files"]), (), (), known["undrawn"])
    calendar = synced(ws)
    made = _site(ws, calendar, posts)
    album = sketched(ws, calendar, made, known)
    sweep(folder / CARDS)
    draw(album, folder, known)  # first: a page names only what is there
    made = replace(made, pictures=album.pictures)
    files = dict(_files(ws, made))
    for place in {(folder / path).parent for path in files}:
        sweep(place)
    changed = [path for path, data in files.items() if keep_changed(folder / path, data)]
    there = [*files, *(picture.path for picture in made.pictures.values())]
    removed = tuple(path for path in sorted(known.get("files", {}).keys() - set(there)) if _remove(folder, path))
    if keeps:
        until = min([date.max, *expiries(calendar, made.today)])
        told = {
            "from": source,
            "since": made.today.isoformat(),
            "until": until.isoformat(),
            "refused": album.refused,
            "undrawn": album.undrawn,
            "files": {path: stat_of(f"{folder}/{path}") for path in there},
        }
        keep_file(ws.home / MANIFEST, json.dumps(told, indent=0).encode())
    return Written(folder, len(there), (*album.changed, *changed), removed, album.undrawn)


def keep_site(ws: Workspace) -> None:
    """Brings the site up to date if anything was noted, or a day has passed, since this was last done."""
    from scheduler.store.calendar import remember

    with reading(ws.home) as db:
        seen, known = noted(db, ws.now), reads.state(db, "site_from")
    if seen == known:
        return
    write_site(ws)
    with writing(ws.home, ws.now, ws.who) as tx:
        remember(tx, site_from=seen)


def _site(ws: Workspace, calendar: Calendar, posts: Mapping[str, tuple[Published, ...]]) -> Site:
    settings, year = ws.settings, ws.now.year
    observances = tuple(sorted(calendar.verified, key=lambda o: o.id))
    said = sayings_of(ws, languages_of(ws))
    tongues = tuple(Tongue(s, load_labels(settings.templates, s.language)) for s in said)
    return Site(
        observances=observances,
        tongues=tongues,
        topics=tuple(_topics(ws, calendar)),
        years=range(year, year + settings.site_years),
        today=ws.now.date(),
        us=settings.name,
        places=places_of(observances, calendar.regions),
        feeds={t.code: path_of(ALL, language=t.code) for t in tongues},
        base=settings.feeds_base,
        leave=settings.leave,
        posts=posts,
        helplines=calendar.helplines,
    )


KINDS_OF_TOPICS = {THEME: "themes", DIMENSION: "dimensions", REGION: "regions"}


def _topics(ws: Workspace, calendar: Calendar) -> Iterator[Topic]:
    """Every topic, with its calendar in each language; one without a date in the years of the feeds has none."""
    first, last = date(ws.now.year, 1, 1), date(ws.now.year + YEARS_AHEAD, 12, 31)
    dated = [o.observance for o in dates.between(calendar.verified, first, last)]
    places = places_of(dated, calendar.regions)
    written = {subject for o in dated for subject in subjects_of(o, places[o.id])}
    found: dict[tuple[str, str], dict[str, str]] = {}
    for feed in feeds_of(ws, calendar):
        if feed.scope in KINDS_OF_TOPICS and feed.form == DAYS and feed.kind == "ics":
            paths = found.setdefault((feed.scope, feed.subject), {})
            paths |= {feed.language: feed.path} if (feed.scope, feed.subject) in written else {}
    return (Topic(KINDS_OF_TOPICS[scope], subject, paths) for (scope, subject), paths in found.items())


def _posts(ws: Workspace) -> dict[str, tuple[Published, ...]]:
    """Our posts by observance, the newest first."""
    found: dict[str, list[Published]] = {}
    for p, delivery in sorted(published(ws), key=lambda pair: (pair[0].local, pair[0].id), reverse=True):
        said = Published(delivery.place, p.local.date(), p.language, p.account, p.wording.text)
        found.setdefault(p.observance, []).append(said)
    return {id: tuple(those) for id, those in found.items()}


def _files(ws: Workspace, made: Site) -> Iterator[tuple[str, bytes]]:
    from scheduler.filling import site_templates  # Jinja takes long to load, and a site that stands needs none

    templates = site_templates(ws.settings.templates)
    paths = []
    for page in site.pages(made):
        paths.append(page.path)
        yield page.path, _filled(templates, page)
    for name in ASSETS:
        yield name, _shipped(ws, name).read_bytes()
    yield ROBOTS, site.robots(made.base)
    if made.base:
        yield SITEMAP, site.sitemap(made.base, (path for path in paths if "/" in path))


def _filled(templates: Environment, page: site.Page) -> bytes:
    """The bytes of a page. Raises TemplateError."""
    from scheduler.filling import filled

    try:
        return (filled(templates.get_template(page.template), page.context) + "\n").encode()
    except TemplateError as error:
        raise TemplateError(error.words, "compare it with the shipped template of that name") from error


def _shipped(ws: Workspace, name: str) -> Path:
    return next(p for folder in reversed(ws.settings.templates) if (p := folder / "site" / name).is_file())


def _digest(ws: Workspace, posts: Mapping[str, tuple[Published, ...]]) -> str:
    """From what the site is made, nothing of it read but what may have changed: the same digest, the same pages.

    Only helplines end within a month: see `_holds`.
    """
    found = hashlib.sha256(version("daymark-scheduler").encode())
    for folder in ws.settings.templates:
        for path in sorted((folder / "site").rglob("*")):
            if path.is_file():
                found.update(f"{path.name}\0".encode() + path.read_bytes())
    with reading(ws.home) as db:
        calendar = reads.state(db, "calendar")
    s = ws.settings
    our = (s.name, s.feeds_base, s.site_years, s.leave, YEARS_AHEAD)
    more = (calendar, words_of(ws), our, ws.now.year, ws.now.month, posts, matter(ws))
    found.update(repr(more).encode())
    return found.hexdigest()


def _holds(known: Mapping[str, Any], today: date) -> bool:
    """Whether the same helplines hold today as on the day of the last run."""
    return str(known.get("since")) <= today.isoformat() < str(known.get("until"))


def _known(ws: Workspace) -> Mapping[str, Any]:
    """What the last run told; nothing if it told nothing that can be read."""
    try:
        told = json.loads((ws.home / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    told = told if isinstance(told, dict) else {}
    return told if all(isinstance(told.get(key), dict) for key in ("files", "refused", "undrawn")) else {}


def _stand(folder: Path, files: Mapping[str, str]) -> bool:
    return all(stat_of(f"{folder}/{path}") == told for path, told in files.items())


def _remove(folder: Path, name: str) -> bool:
    """Takes a page away that we once wrote; whatever the list of them says, nothing outside the folder."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        return False
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise BadData(f"{path} cannot be taken away: {error.strerror}", "check the folder's rights") from error
    return True
