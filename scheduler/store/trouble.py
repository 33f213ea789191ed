"""What SQLite says, in words that a person can act on."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scheduler.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

_AWAY = ("cannot be reached", "see that it runs and that database.url is right")
_SAYINGS = (
    (
        "not a database",
        "is not a database",
        "move it away and run the command again, or restore a backup from backups/",
    ),
    ("malformed", "is damaged", "restore a backup from backups/"),
    ("readonly", "cannot be written to", "check the rights of the file and of its folder"),
    ("unable to open", "cannot be opened", "check that the folder exists and that you may write to it"),
    ("disk is full", "cannot grow: the disk is full", "free some space and run the command again; nothing was lost"),
    (
        "disk i/o error",
        "cannot be written: the disk answers with an error or is full",
        "check the disk, then run it again",
    ),
    (
        "was moved",
        "is no longer in use: the workspace was moved",
        "if database.url is missing, put it back; else run the command again",
    ),
    ("connection failed", *_AWAY),
    ("connection is bad", *_AWAY),
    ("connection to server", *_AWAY),
    ("server closed the connection", *_AWAY),
    ("connection is lost", "has gone away", "see that it runs, and run the command again; nothing was lost"),
    ("locked", "is busy: another program holds it", "wait a minute and run the command again"),
)


def told(path: str, error: BaseException) -> DatabaseError:
    """The failure of the database file `path` as a sentence and a hint."""
    said = str(getattr(error, "orig", None) or error)
    for sign, words, hint in _SAYINGS:
        if sign in said.lower():
            return DatabaseError(f"the database {path} {words}", hint)
    return DatabaseError(f"the database {path} refuses: {said}", "run: daymark doctor")


@contextmanager
def telling(path: str) -> Iterator[None]:
    """Turns a failure of the plain driver into one that a person can act on."""
    try:
        yield
    except sqlite3.Error as error:
        raise told(path, error) from error
