"""Prune: posts of long ago leave the database for a file, with all that belongs to them."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any

from scheduler.errors import BadData
from scheduler.store import pruning as store
from scheduler.store.opening import reading, stamp, writing
from scheduler.workflow.keeping import keep_file

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.workflow import Workspace

FOLDER = "archive"


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was or would be taken out: posts of campaigns that ended before `before`, and the file they are in.

    `left` are posts as old that wait for something, such as missed ones that nobody has taken note of.
    """

    before: date
    posts: list[str]
    left: list[str]
    file: str


def prune(ws: Workspace, keep_years: int, *, dry_run: bool = False) -> Pruned:
    """Writes the old posts into a file of `archive/`, a line each, and then deletes them, in one transaction.

    The audit log is left whole. Raises BadData if the file cannot be written; then nothing is deleted.
    """
    before = _back(ws.now.date(), keep_years)
    with reading(ws.home) as db:
        posts, left = store.old(db, before.isoformat())
    if not posts:
        return Pruned(before, posts, left, "")
    if dry_run:
        return Pruned(before, posts, left, _free_name(ws))
    return _pruned(ws, before)


def _pruned(ws: Workspace, before: date) -> Pruned:
    with writing(ws.home, ws.now, ws.who) as tx:
        for table in ("post", "delivery"):
            tx.alone(table)
        posts, left = store.old(tx.db, before.isoformat())  # asked anew: from here on nobody else changes them
        if not posts:
            return Pruned(before, posts, left, "")
        name = _free_name(ws)
        lines = store.whole(tx, posts)
        data = b"".join(_as_line(line) for line in lines)
        keep_file(ws.home / name, data)
        _sync(ws.home / FOLDER)
        store.take_out(tx, lines)
        digest = hashlib.sha256(data).hexdigest()
        tx.audit("pruned", name, before=f"{len(posts)} posts", after=digest, why=f"ended before {before}")
    return Pruned(before, posts, left, name)


def _as_line(line: dict[str, Any]) -> bytes:
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _sync(folder: Path) -> None:
    """Lets the folder itself know the new name for good: a power cut must not take the file and leave the deletion."""
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise BadData(f"{folder} cannot be written: {error.strerror}", "check its rights and the disk") from error


def _free_name(ws: Workspace) -> str:
    """A file that no earlier prune has written, even one of this very moment. Only the log tells which of them count.

    A prune that was cut off leaves its file, and its posts where they were: the next one writes them again.
    """
    at = stamp(ws.now).replace(":", "")
    names = (f"{FOLDER}/pruned-{at}{f'-{n}' if n else ''}.jsonl" for n in count())
    return next(name for name in names if not (ws.home / name).exists())


def _back(day: date, years: int) -> date:
    """The same day so many years before; 28 February for the 29th."""
    return date(day.year - years, day.month, min(day.day, 28) if day.month == 2 else day.day)
