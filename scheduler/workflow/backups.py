"""A workspace in one file, that proves itself: it is restored, and its feeds are rebuilt to the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from scheduler import paths
from scheduler.config import load_settings
from scheduler.errors import BadData, DatabaseError, UsageError
from scheduler.store.holds import FILE as HOLD
from scheduler.store.log import first_broken, head
from scheduler.store.opening import SCHEMA, copy_database, reading, soundness, stamp
from scheduler.workflow.keeping import sweep
from scheduler.workflow.publishing import digests

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.workflow import Workspace

MANIFEST, FORM = "backup.json", 1
DATABASE = "daymark.db"
KEPT = (
    "daymark.toml",
    "calendars",
    "templates",
    "pictures",
    "outbox",
    "archive",
    HOLD,
)  # all that no command can make again
NAME = "daymark-{}.zip"
_HINT = "take an older backup"


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: how many files, at which moment, and the newest link of its audit log."""

    path: Path
    files: int
    made: str
    link: str
    same_feeds: bool = True  # False: made by another version of the program, which may write feeds otherwise


def backup(ws: Workspace, to: Path | None = None, keep: int = 0) -> Backup:
    """Writes the workspace into one file and proves it; with `keep`, older ones beside it beyond that many go.

    Others may work on meanwhile. Raises BadData if the file cannot be written, DatabaseError if the proof fails; then
    no file is left.
    """
    target = to or ws.home / "backups" / NAME.format(stamp(ws.now).replace(":", ""))
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent)
        _write(ws, part)
        proved = verify(part)
        part.replace(target)
    except OSError as error:
        raise BadData(f"{target} cannot be written: {error.strerror}", "check its rights and the disk") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    if keep and to is None:
        for old in sorted(target.parent.glob(NAME.format("*")))[:-keep]:
            old.unlink()
    return replace(proved, path=target)


def verify(path: Path) -> Backup:
    """Restores a backup into a folder of its own and holds it against what it says of itself.

    Every file has its digest, the database is sound, its audit log whole, and the feeds come out as they did when the
    backup was made, unless another version of the program made it. Raises BadData for a file that is no backup,
    DatabaseError for one that does not prove itself.
    """
    with TemporaryDirectory() as folder:
        home = Path(folder)
        told = _unpack(path, home)
        soundness(home)
        with reading(home) as db:
            broken, link = first_broken(db), head(db)
        if broken or link != told["link"]:
            raise DatabaseError(f"the audit log in {path} is not what was written", _HINT)
        same = _feeds_of(home, datetime.fromisoformat(told["made"])) == told["feeds"]
        if not same and told["program"] == _program():
            raise DatabaseError(f"the feeds made from {path} are not those of its workspace", _HINT)
    return Backup(path, len(told["files"]), told["made"], link, same)


def restore(path: Path, to: Path) -> Backup:
    """Proves a backup and puts it into a new or empty folder. Raises UsageError if something is there."""
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UsageError(
            f"{to} is not empty", "name a new folder; move it into the old one's place when you have looked"
        )
    found = verify(path)
    try:
        to.mkdir(parents=True, exist_ok=True)
        _unpack(path, to)
    except OSError as error:
        raise BadData(f"{to} cannot be written: {error.strerror}", "check its rights and the disk") from error
    return found


def _program() -> str:
    """The version of the program and the state of its calendars: what decides, besides a workspace, what feeds say."""
    files = sorted(Path(paths.shipped("calendars")).glob("*.toml"))
    digest = hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()
    return f"{version('daymark-scheduler')} {digest[:16]}"


def _write(ws: Workspace, part: Path) -> None:
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        copy_database(ws.home, copy)
        with reading(copy) as db:
            link = head(db)
        files = {DATABASE: copy / DATABASE} | dict(_files(ws.home))
        told: dict[str, Any] = {"form": FORM, "program": _program(), "made": stamp(ws.now), "schema": SCHEMA}
        told |= {"link": link, "files": {}}
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, file in files.items():
                data = file.read_bytes()
                told["files"][name] = hashlib.sha256(data).hexdigest()
                packed.writestr(name, data)
            told["feeds"] = digests(replace(ws, settings=replace(ws.settings, home=copy)))
            packed.writestr(MANIFEST, json.dumps(told, indent=1))
    with part.open("rb") as written:
        os.fsync(written.fileno())


def _files(home: Path) -> Iterable[tuple[str, Path]]:
    """What people wrote, and what went out. No links: they may lead out of the workspace."""
    for name in KEPT:
        root = home / name
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and not path.is_symlink() and not path.name.startswith(".part-"):
                yield path.relative_to(home).as_posix(), path


def _unpack(path: Path, to: Path) -> dict[str, Any]:
    """Writes the files of a backup into a folder, each held against its digest; returns what the backup says."""
    try:
        with zipfile.ZipFile(path) as packed:
            told: dict[str, Any] = json.loads(packed.read(MANIFEST))
            if told["form"] != FORM or told["schema"] > SCHEMA:
                raise BadData(f"{path} was made by a newer daymark", "upgrade daymark, then restore it")
            for name, digest in told["files"].items():
                data = packed.read(name)
                if hashlib.sha256(data).hexdigest() != digest:
                    raise BadData(f"{path} is damaged: {name} is not what was written", _HINT)
                _put(to, name, data)
    except OSError as error:
        raise BadData(f"{path} cannot be read: {error.strerror or error}", "name a backup made by daymark") from error
    except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, EOFError) as error:
        raise BadData(f"{path} is no whole backup: {error}", _HINT) from error
    return told


def _put(to: Path, name: str, data: bytes) -> None:
    parts = PurePosixPath(name).parts
    if name != DATABASE and (not parts or parts[0] not in KEPT or ".." in parts):
        raise ValueError(f"it holds a file that belongs nowhere: {name}")
    target = to.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def _feeds_of(home: Path, made: datetime) -> dict[str, str]:
    from scheduler.workflow import Workspace

    return digests(Workspace(load_settings(home), made, lambda: made))
