"""Builds the feeds: revisions kept in the store, files rewritten only when their bytes change.

What is built from the calendar is left alone while the calendar, the words and the day give the same; what is built
from our posts is looked at each time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.store import reads
from scheduler.store.opening import reading, writing
from scheduler.workflow import editions, staff
from scheduler.workflow.keeping import keep_changed, publishing, stat_of, sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from scheduler.store.connecting import Db
    from scheduler.store.feeds import Written
    from scheduler.workflow import Workspace

PUBLIC = "public"
MOST_BYTES = 1_000_000  # of a calendar: importers such as Google's take no more (told by its users, 2026-11-23)


@dataclass(frozen=True, slots=True)
class Built:
    """A feed's file. `name` is its path below the folder, without the secret of a private address."""

    name: str
    path: Path
    sha256: str
    changed: bool


def build_feeds(ws: Workspace, out: Path | None = None) -> list[Built]:
    """Writes every feed under `out` (the workspace's public/ by default). The same data gives the same bytes.

    Raises BadData if a file cannot be written; the files before it are whole, the next build goes on. Waits for
    another build, and raises BadData if that does not end.
    """
    if out is not None:
        return [_put(out, name, ws, data) for name, data in sorted(_all(ws).items())]
    with publishing(ws.home):
        return _brought_up(ws)


def _brought_up(ws: Workspace) -> list[Built]:
    from scheduler.store import feeds as store

    with reading(ws.home) as db:
        seen, known, written = noted(db, ws.now), reads.state(db, "feeds_from"), store.files(db)
    folder = ws.home / PUBLIC
    standing = _standing(ws, folder, written)
    before = editions.look(ws)
    is_done = seen == known and before.is_settled and len(standing) == len(written) and not staff.address(ws)
    fresh = {} if is_done else editions.changed(ws, before, standing) | staff.changed(ws, standing)
    built = _write(ws, folder, fresh, standing)
    _remember(ws, built, {"feeds_from": seen} | before.settled)
    rest = [Built(n, _place(ws, folder, n), w.sha256, changed=False) for n, w in standing.items() if n not in fresh]
    return sorted(built + rest, key=lambda b: b.name)


def is_oversized(path: Path) -> bool:
    """Whether the file is a calendar that some apps refuse for its size. What is not there any more is none."""
    return path.suffix == ".ics" and path.is_file() and path.stat().st_size > MOST_BYTES


def noted(db: Db, now: datetime) -> str:
    """What is built once: up to which line of the audit log, and the day, since consent to tell a story ends with one.

    What stands at our own secret address hangs on the hour too.
    """
    return f"{reads.last_audit(db)} {now.date()}"


def digests(ws: Workspace) -> dict[str, str]:
    """The digest of every feed as it would be written, by name. Nothing is written but revisions."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(_all(ws).items())}


def _all(ws: Workspace) -> dict[str, bytes]:
    return editions.changed(ws, editions.look(ws), {}, whole=True) | staff.changed(ws, {})


def _standing(ws: Workspace, folder: Path, written: Mapping[str, Written]) -> dict[str, Written]:
    """Those of the files that are as they were last written: nobody else has changed them or taken them away."""
    return {n: w for n, w in sorted(written.items()) if stat_of(f"{folder}/{staff.hidden(ws, n)}") == w.seen}


def _place(ws: Workspace, folder: Path, name: str) -> Path:
    """Where the feed of a name stands: our own ones below an address that cannot be guessed."""
    return folder / staff.hidden(ws, name)


def _write(ws: Workspace, folder: Path, fresh: Mapping[str, bytes], standing: Mapping[str, Written]) -> list[Built]:
    places = {name: _place(ws, folder, name) for name in fresh}
    for place in {path.parent for path in places.values()}:
        sweep(place)
    built = []
    for name, data in sorted(fresh.items()):
        sha = hashlib.sha256(data).hexdigest()
        if name in standing and standing[name].sha256 == sha:
            built.append(Built(name, places[name], sha, changed=False))
        else:
            built.append(_put(folder, name, ws, data))
    return built


def _put(folder: Path, name: str, ws: Workspace, data: bytes) -> Built:
    """Puts the bytes in place whole; a file that has them already keeps its time."""
    path = _place(ws, folder, name)
    return Built(name, path, hashlib.sha256(data).hexdigest(), changed=keep_changed(path, data))


def _remember(ws: Workspace, built: Iterable[Built], values: Mapping[str, str]) -> None:
    """Notes what was written, and up to which line of the audit log, so that an idle tick need not build."""
    from scheduler.store import feeds as store
    from scheduler.store.calendar import remember

    now = {b.name: store.Written(b.sha256, stat_of(str(b.path))) for b in built}
    with reading(ws.home) as db:
        old = store.files(db)
        now = {name: written for name, written in now.items() if old.get(name) != written}
        fresh = {name: value for name, value in values.items() if reads.state(db, name) != value}
    if not now and not fresh:
        return
    with writing(ws.home, ws.now, ws.who) as tx:
        store.wrote(tx, now)
        remember(tx, **fresh)
