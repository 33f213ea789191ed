"""Moves a workspace from a file of SQLite to a database of PostgreSQL, and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler import paths
from scheduler.errors import UsageError
from scheduler.peek import take_note_away
from scheduler.store.connecting import File, place_of
from scheduler.store.moving import copy_rows
from scheduler.store.opening import stamp
from scheduler.workflow.keeping import keep_file

if TYPE_CHECKING:
    from scheduler.workflow import Workspace

SQLITE = "sqlite"


def migrate(ws: Workspace, to: str) -> int:
    """Moves every row to the database at `to` (`sqlite` for the workspace's own file); returns how many.

    The old database is kept and takes no more changes. Raises UsageError if the workspace is there already.
    """
    source, home = place_of(ws.home), ws.home
    file = Path(paths.database(str(home)))
    if to == SQLITE:
        if isinstance(source, File):
            raise UsageError("the workspace is on a file of SQLite already", "name a database: --to postgresql://...")
        if file.exists():
            raise UsageError(f"{file} is in the way", "move it away, then run the command again")
        return _back(ws, file)
    if not to.startswith(("postgresql://", "postgres://")):
        raise UsageError(f"'{to}' is no address of a database", "write --to postgresql://HOST/NAME, or --to sqlite")
    if not isinstance(source, File):
        raise UsageError("the workspace is on PostgreSQL already", "bring it back first: --to sqlite")
    from scheduler.store.postgres import postgres

    number = copy_rows(source, postgres(to), moved=True)
    keep_file(home / "database.url", f"{to}\n".encode(), private=True)
    (home / "backups").mkdir(exist_ok=True)
    for left in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        if left.exists():
            left.replace(home / "backups" / left.name.replace("daymark", f"daymark-moved-{stamp(ws.now)[:10]}"))
    take_note_away(str(home))
    return number


def _back(ws: Workspace, file: Path) -> int:
    part = file.with_name(f".{file.name}.part")
    for left in (part, Path(f"{part}-wal"), Path(f"{part}-shm")):
        left.unlink(missing_ok=True)
    number = copy_rows(place_of(ws.home), File(str(part)), moved=True)
    part.replace(file)
    os.unlink(ws.home / "database.url")  # noqa: PTH108  (from here on the file counts)
    take_note_away(str(ws.home))
    return number
