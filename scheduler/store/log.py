"""The audit log as a chain: each line holds a digest of itself and of the line before it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduler.store.connecting import Db, Place

FIELDS = ("at", "who", "what", "subject", "before", "after", "why")
_text = json.encoder.encode_basestring  # what JSON makes of a string, without the way there
_HEAD = "SELECT link FROM audit ORDER BY id DESC LIMIT 1"
_ADDED = f"INSERT INTO audit ({', '.join(FIELDS)}, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def link(previous: str, line: dict[str, str]) -> str:
    """What binds a line to all that stand before it: SHA-256 in hexadecimal digits."""
    said = ", ".join([_text(previous), *(_text(line[name]) for name in FIELDS)])  # a list in JSON, in half the time
    return hashlib.sha256(f"[{said}]".encode()).hexdigest()


def head(db: Db) -> str:
    """The link of the newest line; empty if there is none."""
    row = db.execute(_HEAD).fetchone()
    return str(row[0]) if row else ""


def append(db: Db, place: Place, written: Iterable[dict[str, str]]) -> None:
    """Adds lines to the log; nobody else adds to it until the transaction has ended."""
    newest = place.locked(db, "audit", _HEAD).fetchone()
    previous = str(newest[0]) if newest else ""
    rows = []
    for line in written:
        previous = link(previous, line)
        rows.append([*(line[name] for name in FIELDS), previous])
    db.executemany(_ADDED, rows)


def lines(db: Db, after: int | None = None) -> Iterator[dict[str, Any]]:
    """The lines of the log, the oldest first: all of them, or those after the one of that number."""
    since, values = ("", ()) if after is None else ("WHERE id > ?", (after,))
    for row in db.execute(f"SELECT id, {', '.join(FIELDS)}, link FROM audit {since} ORDER BY id", values):
        yield dict(zip(("id", *FIELDS, "link"), row, strict=True))


def first_broken(db: Db) -> dict[str, Any] | None:
    """The first line that is not what it was when it was written, or stands in another place; None if all hold."""
    previous = ""
    for line in lines(db):
        if line["link"] != link(previous, line):
            return line
        previous = line["link"]
    return None
