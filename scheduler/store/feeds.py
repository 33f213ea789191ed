"""What each entry of a feed was published as: identity and revision are data, kept between builds."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from scheduler.feeds import Revision
from scheduler.store.opening import Tx, stamp
from scheduler.store.reads import instant

if TYPE_CHECKING:
    from scheduler.store.connecting import Db


def revisions(db: Db) -> dict[str, Revision]:
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
        row = {
            "key": r.key,
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
        tx.keep("feed_entry", row, key="key")
    for key in dropped:
        tx.change("DELETE FROM feed_entry WHERE key = ?", (key,))
