"""The holds in force: those of the database, and the file that stops everything when the database does not work."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler import paths
from scheduler.model import Hold
from scheduler.store import reads

if TYPE_CHECKING:
    from scheduler.store.connecting import Db

FILE = paths.HOLD


def in_force(home: Path, db: Db) -> list[Hold]:
    """The holds in force, that of the file first."""
    return [*of_file(home), *reads.holds(db)]


def of_file(home: Path) -> list[Hold]:
    """The hold on everything that the file makes, if it is there. One that cannot be read holds as well."""
    path = f"{home}/{FILE}"  # asked before each send: without the price of a Path
    try:
        since = datetime.fromtimestamp(os.lstat(path).st_mtime, UTC)
    except FileNotFoundError:
        return []
    except OSError:
        since = datetime.min.replace(tzinfo=UTC)
    why = f"there is a file {FILE} in the workspace"
    with suppress(OSError, UnicodeDecodeError):
        why = " ".join(Path(path).read_text(encoding="utf-8").split()) or why
    return [Hold(0, "everything", "", why, f"the file {FILE}", since)]


def put_file(home: Path, why: str, who: str) -> None:
    """Stops everything without the database. Raises OSError if not even that can be written."""
    (home / FILE).write_text(f"{why} ({who})\n", encoding="utf-8")


def take_file_away(home: Path) -> None:
    """Lifts the hold that the file makes. Raises OSError if it cannot be removed."""
    (home / FILE).unlink(missing_ok=True)
