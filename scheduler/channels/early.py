"""Copies of packs, to get ready with: in not-yet/ beside outbox/, so that nobody takes one for the pack itself.

Nothing here is a delivery. What lies there can be made again at any time, and goes away as soon as it is not true.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from scheduler.channels import PictureError
from scheduler.channels.writing import put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from scheduler.channels.pack import Pack

FOLDER = "not-yet"
TOLD = "early.json"  # in each copy: what it was made from; a folder without one is not ours
LEFT = (".part-", ".gone-")  # how the names begin of what a crash leaves


@dataclass(slots=True)
class Kept:
    """Of which posts copies were written, and what went wrong, in words."""

    written: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def keep(home: Path, packs: Iterable[Pack], *, basis: str = "", refused: Callable[[Pack], str] = lambda _: "") -> Kept:
    """Lets not-yet/ hold a copy of each of these packs, and no others. One that is as it should be is not touched.

    `refused` says why a pack would not go out, or an empty text; asked before a copy is made. `basis` changes when
    its answer may be another by now: then all copies are made anew.
    """
    kept, folder = Kept(), home / FOLDER
    wanted = {pack.name: pack for pack in packs}
    try:
        _clear(folder, wanted, basis)
        for pack in wanted.values():
            if (folder / pack.name).exists():
                continue
            if why := refused(pack):
                kept.troubles.append(f"{pack.message.post} has no copy in {FOLDER}, and would not go out: {why}")
                continue
            folder.mkdir(exist_ok=True)
            _write(folder, pack, kept, basis)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    except OSError as error:
        kept.troubles.append(f"{folder} cannot be written: {error.strerror}")
    return kept


def _clear(folder: Path, wanted: dict[str, Pack], basis: str) -> None:
    """Takes away what a crash left, and copies that are of no pack or not as it would be made now."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith(LEFT):
            shutil.rmtree(path)
        elif (path / TOLD).is_file():
            pack = wanted.get(path.name)
            if pack is None or (path / TOLD).read_bytes() != _told(pack, basis):
                gone = path.rename(folder / f".gone-{path.name}")  # a copy that lacks a part would not be known as ours
                shutil.rmtree(gone)


def _write(folder: Path, pack: Pack, kept: Kept, basis: str) -> None:
    try:
        put(folder, pack.name, pack.files() | {TOLD: _told(pack, basis)})
    except PictureError as error:
        kept.troubles.append(f"{pack.message.post} has no copy in {FOLDER}: {error}")
    else:
        kept.written.append(pack.message.post)


def _told(pack: Pack, basis: str) -> bytes:
    """What a copy is made from, so that one that is made from something else is seen."""
    m = replace(pack.message, at=pack.at, since=pack.at)  # these two say when it is made
    made_from = sha256(repr((m, pack.limits, pack.early, basis)).encode()).hexdigest()
    told = {"post": m.post, "account": m.account, "goes_up": pack.at.isoformat(), "made_from": made_from}
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()
