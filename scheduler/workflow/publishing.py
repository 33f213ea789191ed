"""Builds the feeds: revisions kept in the store, files rewritten only when their bytes change."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler import feeds
from scheduler.model import DeliveryState
from scheduler.store import reads
from scheduler.store.opening import reading, writing
from scheduler.workflow.calendar import synced
from scheduler.workflow.keeping import keep_file, sweep

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.feeds import Entry, Revision
    from scheduler.workflow import Workspace

YEARS_BACK, YEARS_AHEAD = 1, 2  # the window moves once a year, with the year


@dataclass(frozen=True, slots=True)
class Built:
    path: Path
    sha256: str
    changed: bool


def build_feeds(ws: Workspace, out: Path | None = None) -> list[Built]:
    """Writes every feed under `out` (the workspace's public/ by default). The same data gives the same bytes.

    Raises BadData if a file cannot be written; the files before it are whole, the next build goes on.
    """
    folder = out or ws.home / "public"
    with reading(ws.home) as db:
        seen = reads.last_audit(db)
    revisions = _revise(ws)
    files = feeds.build(revisions, base=ws.settings.feeds_base)
    for place in {(folder / path).parent for path in files}:
        sweep(place)
    built = [_write(folder / path, data) for path, data in files.items()]
    if out is None:
        _remember(ws, seen)
    return built


def _revise(ws: Workspace) -> tuple[Revision, ...]:
    """Brings the stored revisions up to date. One transaction: two builds at once cannot both raise a sequence."""
    from scheduler.store import feeds as store

    calendar = synced(ws)
    year = ws.now.year
    days = feeds.observance_entries(calendar.verified, year - YEARS_BACK, year + YEARS_AHEAD)
    ours = _campaign_entries(ws, {id: o.name() for id, o in calendar.observances.items()})
    with reading(ws.home) as db:
        revised = feeds.revise([*days, *ours], store.revisions(db), ws.now, identity=_identity(ws))
    if not revised.changed and not revised.dropped:
        return revised.current
    with writing(ws.home, ws.now, ws.who) as tx:
        tx.alone("feed_entry")
        revised = feeds.revise([*days, *ours], store.revisions(tx.db), ws.now, identity=_identity(ws))
        store.keep(tx, revised.changed, revised.dropped)
    return revised.current


def _identity(ws: Workspace) -> str:
    return ws.settings.feeds_base or ws.settings.site or ws.settings.name


def _campaign_entries(ws: Workspace, names: dict[str, str]) -> list[Entry]:
    from scheduler.workflow.listing import states

    first = f"{ws.now.year - YEARS_BACK}-01-01"
    with reading(ws.home) as db:
        deliveries = reads.deliveries(db)
        gone = {id for id, d in deliveries.items() if d.state is DeliveryState.CANCELLED}
        posts = [p for p in reads.posts(db, after=first) if not (p.queued and p.id in gone)]
        created = reads.planned(db)
    sent = {id: d.place for id, d in deliveries.items() if d.state is DeliveryState.SENT}
    return feeds.campaign_entries(posts, sent, now=ws.now, names=names, states=states(ws, posts), created=created)


def _remember(ws: Workspace, seen: str) -> None:
    """Notes up to which line of the audit log the feeds are built, so that an idle tick need not build them."""
    with reading(ws.home) as db:
        if reads.state(db, "feeds_from") == seen:
            return
    from scheduler.store.calendar import remember

    with writing(ws.home, ws.now, ws.who) as tx:
        remember(tx, feeds_from=seen)


def _write(path: Path, data: bytes) -> Built:
    """Puts the bytes in place whole; a file that has them already keeps its time."""
    sha = hashlib.sha256(data).hexdigest()
    try:
        is_same = path.is_file() and path.read_bytes() == data
    except OSError:
        is_same = False
    if not is_same:
        keep_file(path, data)
    return Built(path, sha, changed=not is_same)
