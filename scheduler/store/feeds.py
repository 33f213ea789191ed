"""What each entry of a feed was published as, and which files were written: data, kept between builds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from scheduler.feeds import Revision
from scheduler.store.opening import Tx, stamp
from scheduler.store.reads import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scheduler.feeds import Revised
    from scheduler.store.connecting import Db

_COLUMNS = "key, component, uid, sequence, stamp, created, cancelled, drop_after, feeds, content, language"

_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was last written: its digest, and how it was seen to stand then."""

    sha256: str
    seen: str


def revisions(db: Db, *, ours: bool) -> dict[str, Revision]:
    """Every entry as it was last published, by id: the observances in all languages, or what is our own."""
    question = f"SELECT {_COLUMNS} FROM feed_entry WHERE language {'=' if ours else '<>'} '' ORDER BY key, language"
    found = (
        Revision(
            key=row[0],
            component=row[1],
            uid=row[2],
            sequence=row[3],
            stamp=instant(row[4]),
            created=instant(row[5]),
            cancelled=bool(row[6]),
            drop_after=date.fromisoformat(row[7]) if row[7] else None,
            feeds=tuple(json.loads(row[8])),
            content=json.loads(row[9]),
            language=row[10],
        )
        for row in db.execute(question)
    )
    return {revision.id: revision for revision in found}


def keep(tx: Tx, revised: Revised) -> None:
    """Stores the revisions that changed, forgets the dropped ones, and that the files they stand in were written."""
    rows = [
        {
            "key": r.key,
            "component": r.component,
            "uid": r.uid,
            "sequence": r.sequence,
            "stamp": stamp(r.stamp),
            "created": stamp(r.created),
            "cancelled": int(r.cancelled),
            "drop_after": r.drop_after.isoformat() if r.drop_after else None,
            "feeds": json.dumps(r.feeds),
            "content": _json(r.content),
            "language": r.language,
        }
        for r in revised.changed
    ]
    tx.keep_all("feed_entry", rows, key="key, language")
    for r in revised.dropped:
        tx.change("DELETE FROM feed_entry WHERE key = ? AND language = ?", (r.key, r.language))
    forget(tx, revised.touched)


def files(db: Db) -> dict[str, Written]:
    """The files that were written, by path."""
    return {row[0]: Written(row[1], row[2]) for row in db.execute("SELECT path, sha256, seen FROM feed_file")}


def wrote(tx: Tx, files: Mapping[str, Written]) -> None:
    rows = [{"path": path, "sha256": w.sha256, "seen": w.seen} for path, w in files.items()]
    tx.keep_all("feed_file", rows, key="path")


def forget(tx: Tx, paths: Iterable[str]) -> None:
    """The files are to be written again, or are gone."""
    tx.db.executemany("DELETE FROM feed_file WHERE path = ?", [(path,) for path in paths])
