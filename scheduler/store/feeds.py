"""What each entry of a feed was published as: identity and revision are data, kept between builds."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.dialects.sqlite import insert

from scheduler.feeds import Revision
from scheduler.store.opening import Tx, stamp
from scheduler.store.reads import instant
from scheduler.store.schema import feed_entry

if TYPE_CHECKING:
    import sqlite3


def revisions(db: sqlite3.Connection) -> dict[str, Revision]:
    """Every entry as it was last published, by key."""
    columns = "key, component, uid, sequence, stamp, created, cancelled, drop_after, feeds, content"
    return {
        row[0]: Revision(
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
        )
        for row in db.execute(f"SELECT {columns} FROM feed_entry ORDER BY key")
    }


def keep(tx: Tx, changed: tuple[Revision, ...], dropped: tuple[str, ...]) -> None:
    """Stores the revisions that changed and forgets the dropped ones."""
    for r in changed:
        values = {
            "component": r.component,
            "uid": r.uid,
            "sequence": r.sequence,
            "stamp": stamp(r.stamp),
            "created": stamp(r.created),
            "cancelled": int(r.cancelled),
            "drop_after": r.drop_after.isoformat() if r.drop_after else None,
            "feeds": json.dumps(r.feeds),
            "content": json.dumps(r.content, ensure_ascii=False),
        }
        row = insert(feed_entry).values(key=r.key, **values)
        tx.sql.execute(row.on_conflict_do_update(index_elements=["key"], set_=values))
    for key in dropped:
        tx.sql.execute(feed_entry.delete().where(feed_entry.c.key == key))
