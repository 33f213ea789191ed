"""Questions of the engine: what there is to do, and when. Over a plain connection, nothing changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.store import reads

if TYPE_CHECKING:
    from scheduler.model import Delivery, Post
    from scheduler.store.connecting import Db


def approved_unqueued(db: Db) -> list[Post]:
    """Approved posts that have no delivery yet, soonest first."""
    found = reads.rows(db, "SELECT * FROM post WHERE queued = 0 AND review = 'approved' ORDER BY due, id")
    return [reads.as_post(row) for row in found]


def in_review(db: Db, now: str) -> list[Post]:
    """Posts that wait for a yes and whose time is not over."""
    found = reads.rows(db, "SELECT * FROM post WHERE review = 'in review' AND queued = 0 AND expires > ?", (now,))
    return [reads.as_post(row) for row in found]


def expired_unqueued(db: Db, now: str) -> list[Post]:
    """Posts that nobody queued while it was time."""
    found = reads.rows(db, "SELECT * FROM post WHERE queued = 0 AND expires <= ? ORDER BY due, id", (now,))
    return [reads.as_post(row) for row in found]


def lost(db: Db, now: str) -> list[Delivery]:
    """Deliveries that were being sent when their lease ran out."""
    found = reads.rows(db, "SELECT * FROM delivery WHERE state = 'sending' AND lease <= ? ORDER BY lease, id", (now,))
    return [reads.as_delivery(row) for row in found]


def expired(db: Db, now: str) -> list[Delivery]:
    """Waiting deliveries whose time is over."""
    question = "SELECT * FROM delivery WHERE state = 'waiting' AND due <= ? AND expires <= ? ORDER BY due, id"
    return [reads.as_delivery(row) for row in reads.rows(db, question, (now, now))]


def due(db: Db, now: str) -> list[tuple[Delivery, Post]]:
    """Waiting deliveries whose time has come, with their posts, soonest first."""
    question = "SELECT * FROM delivery WHERE state = 'waiting' AND due <= ? ORDER BY due, id"
    found = [reads.as_delivery(row) for row in reads.rows(db, question, (now,))]
    by_id = {p.id: p for p in reads.posts(db, ids=[d.post for d in found])}
    return [(d, by_id[d.post]) for d in found]


@dataclass(frozen=True, slots=True)
class Bell:
    """A delivery that is due, for whoever is to be rung for it."""

    delivery: int
    post: str
    account: str


def unrung(db: Db, now: str, before: str) -> list[Bell]:
    """Deliveries that are due and for which nobody was rung, or only before a moment: that bell may be lost."""
    question = """
        SELECT d.id, d.post, d.account FROM delivery AS d
        WHERE d.state = 'waiting' AND d.due <= ? AND COALESCE(d.rung, '') <= ? ORDER BY d.due, d.id
    """
    return [Bell(*row) for row in db.execute(question, (now, before))]


def first_due(db: Db, account: str, now: str) -> tuple[Delivery, Post] | None:
    """The delivery of an account that is due first, with its post."""
    question = """
        SELECT * FROM delivery WHERE state = 'waiting' AND due <= ? AND expires > ? AND account = ?
        ORDER BY due, id LIMIT 1
    """
    found = [reads.as_delivery(row) for row in reads.rows(db, question, (now, now, account))]
    posts = reads.posts(db, ids=[d.post for d in found])
    return (found[0], posts[0]) if found else None


def is_busy(db: Db, d: Delivery, now: str) -> bool:
    """Whether the account or the service of a delivery may not send yet."""
    question = """
        SELECT 1 FROM account WHERE name = ? AND hold_until > ?
        UNION ALL SELECT 1 FROM service WHERE name = ? AND hold_until > ?
    """
    return db.execute(question, (d.account, now, d.service, now)).fetchone() is not None


def busy_accounts(db: Db, now: str) -> dict[str, str]:
    """Accounts that may not send yet, with the reason."""
    found = reads.rows(db, "SELECT name, hold_reason FROM account WHERE hold_until > ?", (now,))
    return {r["name"]: r["hold_reason"] or "" for r in found}


def signed_out(db: Db) -> dict[str, str]:
    """Accounts that wait for a person, with the reason."""
    return busy_accounts(db, "9999")


def next_work(db: Db, now: str) -> str:
    """The earliest instant at which something stored here wants a tick; it may be past.

    What is due and waits for its account or its service wants one when they are free, or when its own time is over.
    """
    return min(wakes(db, now), default="9999")


def wakes(db: Db, now: str) -> list[str]:
    """The instants at which something stored here wants a tick, each the earliest of its kind."""
    found = [db.execute(question, {"now": now}).fetchone() for question in _WAKES]
    return [str(row[0]) for row in found if row and row[0] is not None]


_WAKES = (
    "SELECT due FROM delivery WHERE state = 'waiting' AND due > :now ORDER BY due LIMIT 1",
    """
    SELECT MIN(CASE WHEN a.hold_until > COALESCE(s.hold_until, '') THEN a.hold_until
                    ELSE COALESCE(s.hold_until, '') END)
    FROM delivery AS d JOIN account AS a ON a.name = d.account LEFT JOIN service AS s ON s.name = d.service
    WHERE d.state = 'waiting' AND d.due <= :now
    """,
    "SELECT MIN(expires) FROM delivery WHERE state = 'waiting' AND due <= :now",
    "SELECT lease FROM delivery WHERE state = 'sending' ORDER BY lease LIMIT 1",
    "SELECT expires FROM post WHERE queued = 0 ORDER BY expires LIMIT 1",
    "SELECT '0' FROM (SELECT due FROM post WHERE queued = 0 AND review = 'approved' ORDER BY due LIMIT 1) AS approved",
)
