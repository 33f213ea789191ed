"""Holds: those of the database, and the file that stops everything when the database does not work."""

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
    from scheduler.store.opening import Tx

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


def add_hold(tx: Tx, scope: str, value: str, why: str, *, essential: bool = False) -> None:
    """Stops what is in scope; with `essential`, posts that are marked so still go."""
    names = "scope value why who since essential".split()
    tx.add("hold", dict(zip(names, (scope, value, why, tx.who, tx.now, int(essential)), strict=True)))
    tx.audit("hold", f"{scope} {value}".strip(), after="essential posts pass" if essential else "", why=why)


def lift(tx: Tx, h: Hold) -> None:
    if tx.change("UPDATE hold SET lifted = ? WHERE id = ? AND lifted IS NULL", (tx.now, h.id)):
        tx.audit("resume", f"{h.scope} {h.value}".strip(), why=h.why)


def mark_essential(tx: Tx, post_id: str, *, essential: bool) -> bool:
    """Marks a post as one that a hold may let pass, or takes the mark away; False if it stands so already."""
    change = "UPDATE post SET essential = ? WHERE id = ? AND essential <> ?"
    if not tx.change(change, (int(essential), post_id, int(essential))):
        return False
    tx.audit("essential" if essential else "not essential", post_id)
    return True
