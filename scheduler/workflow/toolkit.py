"""The toolkit of a campaign for partners: a folder and a ZIP of what was approved, and what changed since last time."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from scheduler import feeds
from scheduler.errors import BadData, PersonNeeded, UnknownName, UsageError
from scheduler.exports.toolkit import Change, as_csv, as_zip, change_of, items, new_change, told
from scheduler.feeds.header import Header
from scheduler.filling import filled, site_templates
from scheduler.labels import load_labels
from scheduler.model import Review
from scheduler.pictures import SIZES
from scheduler.review import digest_of
from scheduler.site import Tongue
from scheduler.store import reads
from scheduler.store.opening import reading
from scheduler.workflow.calendar import synced
from scheduler.workflow.carding import Draughtsman
from scheduler.workflow.editions import sayings_of
from scheduler.workflow.facts import drift, occurrence_of
from scheduler.workflow.framing import frame
from scheduler.workflow.keeping import keep_file, sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from scheduler.exports.toolkit import Item
    from scheduler.feeds import Revision
    from scheduler.model import Calendar, Campaign, Occurrence, Post
    from scheduler.workflow import Workspace
    from scheduler.workflow.carding import Drawn
    from scheduler.workflow.framing import Framed

FOLDER, RECORD, DAY = "toolkits", "toolkit.json", "day.ics"


@dataclass(frozen=True, slots=True)
class Toolkit:
    """What was made: the folder, the archive, the version, its texts, what is new in it, and what was left out."""

    folder: Path
    archive: Path
    version: int
    texts: tuple[str, ...]
    change: Change | None  # None: nothing changed since the last version
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kit:
    """A version of a toolkit: its texts, every version so far, and until when partners are asked to wait."""

    campaign: Campaign
    items: tuple[Item, ...]
    cards: Mapping[str, Drawn]  # by name
    pictures: Framed
    now: Occurrence | None  # None: the day is no longer held
    day: Revision | None  # the same, as partners' calendars get it
    history: tuple[Change, ...]
    embargo: str
    tongue: Tongue


def make_toolkit(
    ws: Workspace, campaign: str, language: str = "en", embargo: str | None = None, *, dry_run: bool = False
) -> Toolkit:
    """Writes toolkits/<campaign>/ and its .zip from the approved posts; a new version only if something changed.

    Posts for a day that has moved since stay out. `embargo` is an ISO moment, kept for later versions; empty takes it
    back. A dry run tells all this and writes nothing.

    Raises UnknownName for a campaign that is none, UsageError for a new embargo that is over, PersonNeeded if
    nothing was ever approved, BadData if a file cannot be written or a picture is not what it was.
    """
    calendar = synced(ws)
    found, now, posts, left_out = _approved(ws, campaign, calendar)
    name = campaign.replace("/", "-")
    folder = ws.home / FOLDER / name
    last = _last(folder)
    if not posts and not last:  # else partners must hear that what they have is not to be used
        raise PersonNeeded(
            f"no post of {campaign} is approved yet", f"see what waits for a yes: daymark preview {campaign}"
        )
    (said,) = sayings_of(ws, [language])
    tongue = Tongue(said, load_labels(ws.settings.templates, language))
    texts = items(posts)
    draughtsman = Draughtsman(ws, calendar)
    cards, missing = _cards(draughtsman, now, sorted({item.language for item in texts}))
    pictures = frame(texts, posts, partial(_ground, draughtsman, now), ws.home)
    day = _day(now, tongue, calendar)
    wait = _wanted(embargo, str(last.get("embargo", "")), ws.now)
    past = tuple(change_of(c) for c in last.get("history", ()))
    change = new_change(last, len(past), _digests(texts, cards, day), wait, ws.now.date().isoformat())
    history = (*past, change) if change else past
    kit = _Kit(found, tuple(texts), cards, pictures, now, day, history, wait, tongue)
    if not dry_run:
        _write(ws, kit, folder)
    archive = folder.with_name(f"{name}.zip")
    without = (*left_out, *missing, *pictures.left_out)
    return Toolkit(folder, archive, len(history), tuple(i.name for i in texts), change, without)


def _wanted(embargo: str | None, before: str, now: datetime) -> str:
    """The embargo of this version: the one given, else the one before.

    Raises UsageError for a new one that is over: mostly a slip of the year or the zone, and nobody would wait.
    """
    if embargo and embargo != before and datetime.fromisoformat(embargo) <= now:
        raise UsageError(
            f"the embargo {embargo} is over already: it is {now.isoformat(timespec='minutes')} now",
            'give a moment that is to come, or --embargo "" for none',
        )
    return before if embargo is None else embargo


def _approved(ws: Workspace, id: str, calendar: Calendar) -> tuple[Campaign, Occurrence | None, list[Post], list[str]]:
    """The campaign, its day as it is now, its posts that partners may have, and of the others why they may not."""
    with reading(ws.home) as db:
        campaigns = reads.campaigns(db)
        if id not in campaigns:
            raise UnknownName("campaign", id, campaigns, "list them with: daymark upcoming")
        posts = reads.posts(db, campaign=id)
    found = campaigns[id]
    now = occurrence_of(found.observance, found.year, id, calendar)
    why = {p.id: _why_not(p, now) for p in posts}
    free = [p for p in posts if not why[p.id]]
    return found, now, free, [f"{name}: {reason}" for name, reason in why.items() if reason]


def _why_not(p: Post, now: Occurrence | None) -> str:
    if p.review is not Review.APPROVED or p.digest != digest_of(p):
        return "nobody has approved it"
    return "it tells a story to which consent was given to us alone" if p.consent else drift(p, now)


def _cards(
    draughtsman: Draughtsman, now: Occurrence | None, languages: list[str]
) -> tuple[dict[str, Drawn], list[str]]:
    """The day's cards in every size and in these languages, by name; or why there are none. They name no helpline."""
    try:
        drawn = (
            [draughtsman.draw(now, code, size, "", now.start) for code in languages for size in SIZES] if now else []
        )
    except BadData as error:
        return {}, [f"cards of the day: {error.words}; {error.hint}"]
    return {f"card-{card.language}-{card.size}": card for card in drawn}, []


def _ground(draughtsman: Draughtsman, now: Occurrence | None) -> str:
    """The colour behind pictures that do not fill a size: that of the day's cards."""
    return draughtsman.drawing(now.observance if now else None, next(iter(SIZES))).colours["ground"]


def _digests(texts: Iterable[Item], cards: Mapping[str, Drawn], day: Revision | None) -> dict[str, str]:
    """What is told of as changed when it changes: of a card what it says, as another Typst draws other bytes."""
    said = {name: card.alt for name, card in cards.items()}
    said |= {DAY: json.dumps(day.content, sort_keys=True)} if day else {}
    return {item.name: item.digest for item in texts} | {k: sha256(v.encode()).hexdigest() for k, v in said.items()}


def _last(folder: Path) -> dict[str, Any]:
    """What the last version told of itself; empty if there is none that can be read."""
    try:
        found = json.loads((folder / RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(ws: Workspace, kit: _Kit, folder: Path) -> None:
    files = _files(ws, kit)
    sweep(folder.parent)
    for place in {(folder / name).parent for name in files}:
        sweep(place)
    for name, data in files.items():
        _keep(folder / name, data)
    _keep(folder.with_name(f"{folder.name}.zip"), as_zip(files, folder.name))
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()


def _keep(path: Path, data: bytes) -> None:
    """A file that has these bytes already keeps its time."""
    if not (path.is_file() and path.read_bytes() == data):
        keep_file(path, data)


def _files(ws: Workspace, kit: _Kit) -> dict[str, bytes]:
    tongue = kit.tongue
    files = {f"texts/{item.name}.txt": _text(item) for item in kit.items} | kit.pictures.files
    for name, card in kit.cards.items():
        files[f"pictures/{name}.png"], files[f"pictures/{name}.txt"] = card.png, f"{card.alt}\n".encode()
    files["posts.csv"] = as_csv(kit.items)
    files["CHANGES.txt"] = _told(kit).encode()
    files["LICENCE.txt"] = f"{_licence(ws, tongue)}\n".encode()
    files |= _calendar(kit)
    record: dict[str, Any] = {"campaign": kit.campaign.id, "embargo": kit.embargo}
    record |= {"history": [asdict(c) for c in kit.history], "items": _digests(kit.items, kit.cards, kit.day)}
    files[RECORD] = (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode()
    page = site_templates(ws.settings.templates).get_template("toolkit.html")
    files["index.html"] = (filled(page, _context(ws, kit, sorted(files))) + "\n").encode()
    return files


def _text(item: Item) -> bytes:
    parts = [f"[{item.note}]" if item.note else "", item.text]
    return ("\n\n".join(filter(None, parts)) + "\n").encode()


def _day(now: Occurrence | None, tongue: Tongue, calendar: Calendar) -> Revision | None:
    """The day for partners' calendars, under the identity that it has in our feeds; None if it is no longer held."""
    if now is None:
        return None
    edition = feeds.Edition(tongue.sayings, calendar.regions)
    entries = feeds.observance_entries([now.observance], now.year, now.year, edition)
    ours = [e for e in entries if e.content["start"] == now.start.isoformat()]
    return feeds.revise(ours, {}, _moment(now.start.isoformat())).current[0]


def _calendar(kit: _Kit) -> dict[str, bytes]:
    """The day with a sequence that rises with each version in which it changed: else calendars keep the old one."""
    from scheduler.feeds.ical import write  # it loads icalendar, a tenth of a second

    if kit.now is None or kit.day is None:
        return {}
    versions = [c for c in kit.history if c.version == 1 or DAY in (*c.new, *c.changed)]
    first, last = _moment(versions[0].date), _moment(versions[-1].date)
    day = replace(kit.day, sequence=len(versions) - 1, created=first, stamp=last)
    return {DAY: write(DAY, [day], Header(day.content["summary"], kit.tongue.rule(kit.now.observance), "teal"))}


def _moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def _licence(ws: Workspace, tongue: Tongue) -> str:
    settings = ws.settings
    if settings.licence:
        return tongue.say("kit_licensed", licence=settings.licence, us=settings.name)
    return tongue.say("kit_ask", contact=settings.contact or settings.site or settings.name)


def _told(kit: _Kit) -> str:
    return told(kit.history, kit.tongue.say, lambda wait: _wait(wait, kit.tongue))


def _wait(moment: str, tongue: Tongue) -> str:
    """An embargo's moment as a language writes it."""
    wait = datetime.fromisoformat(moment)
    return f"{tongue.day(wait.date())}, {wait:%H:%M} {wait.tzname() or ''}".strip()


def _context(ws: Workspace, kit: _Kit, names: list[str]) -> dict[str, Any]:
    tongue, newest, day = kit.tongue, kit.history[-1], kit.now or kit.campaign
    marks = dict.fromkeys(newest.changed, "kit_changed") | dict.fromkeys(newest.new, "kit_new")
    return {
        "say": tongue.say,
        "tongue": tongue,
        "us": ws.settings.name,
        "name": kit.campaign.name,
        "when": tongue.span(day.start, day.end),
        "version": newest.version,
        "date": tongue.day(_moment(newest.date).date()),
        "embargo": _wait(kit.embargo, tongue) if kit.embargo else "",
        "licence": _licence(ws, tongue),
        "changes": _told(kit),
        "texts": [_shown(item, kit, marks.get(item.name, "")) for item in kit.items],
        "cards": [(f"pictures/{name}.png", card) for name, card in kit.cards.items()],
        "files": [name for name in names if not name.startswith("texts/")],
    }


def _shown(item: Item, kit: _Kit, mark: str) -> dict[str, Any]:
    tongue = kit.tongue
    sizes = [(path, "{} × {}".format(*SIZES[size])) for size, path in kit.pictures.sizes.get(item.seen, {}).items()]
    when = f"{tongue.day(item.local.date())}, {item.local:%H:%M} ({item.zone})"
    return {"item": item, "when": when, "mark": tongue.say(mark) if mark else "", "sizes": sizes}
