"""Posts of long ago, with all that belongs to them: found, read whole, and taken out. The audit log stays whole."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from scheduler.store import reads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduler.store.connecting import Db
    from scheduler.store.opening import Tx

# Whose rows go with their post although they are never changed. The audit log is not among them, and never will be.
_GUARDED = ("attempt", "decision", "waiver")
_OLD = """
    SELECT post.id, CASE WHEN post.queued = 1 AND (
        newest.state IN ('sent', 'cancelled') OR (newest.state = 'missed' AND newest.acknowledged = 1)
    ) THEN 1 ELSE 0 END AS done
    FROM post
    JOIN campaign ON campaign.id = post.campaign
    LEFT JOIN delivery AS newest ON newest.id = (SELECT MAX(id) FROM delivery WHERE delivery.post = post.id)
    WHERE campaign.last_day < :day AND post.expires < :day
    ORDER BY post.due, post.id
"""


def old(db: Db, day: str) -> tuple[list[str], list[str]]:
    """The posts of campaigns that ended before a day: those that are done with, and those that wait for something.

    A missed post waits until a person has taken note of it; so does whatever is neither sent nor cancelled.
    """
    found = reads.rows(db, _OLD, {"day": day})
    return [r["id"] for r in found if r["done"]], [r["id"] for r in found if not r["done"]]


def whole(tx: Tx, ids: Iterable[str]) -> list[dict[str, Any]]:
    """Each post with all that belongs to it, as rows by the names of their columns, read in order to be taken out."""
    return [_line(tx.db, id) for id in ids]


def _line(db: Db, id: str) -> dict[str, Any]:
    (post,) = reads.rows(db, "SELECT * FROM post WHERE id = ?", (id,))
    (campaign,) = reads.rows(db, "SELECT * FROM campaign WHERE id = ?", (post["campaign"],))
    deliveries = reads.rows(db, "SELECT * FROM delivery WHERE post = ? ORDER BY id", (id,))
    for d in deliveries:
        d["attempts"] = reads.rows(db, "SELECT * FROM attempt WHERE delivery = ? ORDER BY id", (d["id"],))
    decisions = reads.rows(db, "SELECT * FROM decision WHERE post = ? ORDER BY id", (id,))
    waivers = reads.rows(db, "SELECT * FROM waiver WHERE post = ? ORDER BY id", (id,))
    recipients = reads.rows(db, "SELECT * FROM recipient WHERE post = ? ORDER BY name", (id,))
    told = {"post": post, "campaign": campaign, "deliveries": deliveries, "decisions": decisions, "waivers": waivers}
    return told | {"recipients": recipients}


def take_out(tx: Tx, lines: list[dict[str, Any]]) -> None:
    """Deletes what `whole` gave, and the campaigns that are left without a post."""
    deliveries = [d for line in lines for d in line["deliveries"]]
    tx.db.executemany("DELETE FROM recipient WHERE post = ?", [(line["post"]["id"],) for line in lines])
    with _unguarded(tx):
        _delete(tx, "attempt", [a["id"] for d in deliveries for a in d["attempts"]])
        _delete(tx, "delivery", [d["id"] for d in deliveries])
        _delete(tx, "decision", [row["id"] for line in lines for row in line["decisions"]])
        _delete(tx, "waiver", [row["id"] for line in lines for row in line["waivers"]])
        _delete(tx, "post", [line["post"]["id"] for line in lines])
    empty = "DELETE FROM campaign WHERE id = ? AND NOT EXISTS (SELECT 1 FROM post WHERE post.campaign = campaign.id)"
    tx.db.executemany(empty, [(id,) for id in sorted({line["campaign"]["id"] for line in lines})])


def _delete(tx: Tx, table: str, ids: list[Any]) -> None:
    if ids:
        tx.db.executemany(f"DELETE FROM {table} WHERE id = ?", [(id,) for id in ids])


@contextmanager
def _unguarded(tx: Tx) -> Iterator[None]:
    """Within it, rows of the guarded tables may be deleted, by this transaction alone.

    Their triggers are taken off and put back word for word as the database has them. If the program dies in between,
    nothing has happened: both databases undo the change of a schema with the transaction it was made in.
    """
    guards = [text for table in _GUARDED for text in tx.place.unguard(tx.db, table)]
    yield
    for text in guards:
        tx.change(text)
