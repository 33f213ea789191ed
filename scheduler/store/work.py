"""Questions of the engine: what there is to do, and when. Over a plain connection, nothing changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.store import reads

if TYPE_CHECKING:
    from scheduler.model import Delivery, Hold, Post
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
class Handed:
    """A pack that was handed off and that nobody has said is up: its post, its path, and when it was written."""

    post: str
    place: str
    at: str
    expires: str


def handed_off(db: Db, channel: str, since: str) -> list[Handed]:
    """What a channel handed to people since a moment and nobody has said is up, oldest first."""
    question = """
        SELECT d.post, d.place, MAX(a.ended), d.expires FROM delivery AS d JOIN attempt AS a ON a.delivery = d.id
        WHERE d.state = 'sent' AND d.acknowledged = 0 AND d.service = ?
        GROUP BY d.id, d.post, d.place, d.expires HAVING MAX(a.ended) >= ? ORDER BY 3, 1
    """
    return [Handed(*row) for row in db.execute(question, (channel, since))]


_COMING = """
    SELECT d.* FROM delivery AS d JOIN post ON post.id = d.post
    WHERE d.state = 'waiting' AND d.due > ? AND d.due <= ? AND post.channel = ? ORDER BY d.due, d.id
"""


def coming(db: Db, channel: str, after: str, until: str) -> list[tuple[Delivery, Post]]:
    """Waiting deliveries of a channel whose time comes after a moment and until another, with their posts."""
    found = [reads.as_delivery(row) for row in reads.rows(db, _COMING, (after, until, channel))]
    by_id = {p.id: p for p in reads.posts(db, ids=[d.post for d in found])}
    return [(d, by_id[d.post]) for d in found]


def next_coming(db: Db, channel: str, after: str) -> str:
    """When the first waiting delivery of a channel after a moment is due; empty if there is none."""
    row = db.execute(f"{_COMING} LIMIT 1".replace("d.*", "d.due", 1), (after, "9999", channel)).fetchone()
    return str(row[0]) if row else ""


@dataclass(frozen=True, slots=True)
class Bell:
    """A delivery that is due, for whoever is to be rung for it."""

    delivery: int
    post: str
    account: str
    service: str


def unrung(db: Db, now: str, before: str) -> list[Bell]:
    """Deliveries that are due and for which nobody was rung, or only before a moment: that bell may be lost."""
    question = """
        SELECT d.id, d.post, d.account, d.service FROM delivery AS d
        WHERE d.state = 'waiting' AND d.due <= ? AND COALESCE(d.rung, '') <= ? ORDER BY d.due, d.id
    """
    return [Bell(*row) for row in db.execute(question, (now, before))]


_FIRST_DUE = """
    SELECT post.*, d.id AS d_id, d.service AS d_service, d.key AS d_key, d.digest AS d_digest, d.due AS d_due,
        d.expires AS d_expires, d.attempts AS d_attempts, d.place AS d_place, d.reason AS d_reason,
        d.doubt AS d_doubt, d.remote AS d_remote, d.stop AS d_stop
    FROM delivery AS d JOIN post ON post.id = d.post
    WHERE d.state = 'waiting' AND d.due <= ? AND d.expires > ? AND d.account = ? ORDER BY d.due, d.id LIMIT 1
"""


def first_due(db: Db, account: str, now: str) -> tuple[Delivery, Post] | None:
    """The delivery of an account that is due first, with its post."""
    found = reads.rows(db, _FIRST_DUE, (now, now, account))
    if not found:
        return None
    row = found[0]
    ours = {name[2:]: value for name, value in row.items() if name.startswith("d_")}
    ours |= {"post": row["id"], "account": row["account"], "state": "waiting", "claim": None, "lease": None}
    return reads.as_delivery(ours), reads.as_post(row)


@dataclass(frozen=True, slots=True)
class Stops:
    """What may keep a delivery from going: the holds of the database, a pause, a service in trouble."""

    holds: list[Hold]
    is_busy: bool
    is_troubled: bool
    rests: str  # until when the service rests, or did; empty: it does well


_STOPS = """
    SELECT id, scope, value, why, who, since, essential FROM hold WHERE lifted IS NULL
    UNION ALL SELECT 0, 'account', '', '', '', hold_until, 0 FROM account WHERE name = ? AND hold_until > ?
    UNION ALL SELECT 0, 'service', '', '', '', COALESCE(hold_until, ''), 0 FROM service
    WHERE name = ? AND (failures > 0 OR hold_until IS NOT NULL) ORDER BY 1
"""


def stops(db: Db, d: Delivery, now: str) -> Stops:
    """All that is known to stand in the way of a delivery, in one question."""
    found = db.execute(_STOPS, (d.account, now, d.service)).fetchall()
    holds = [reads.as_hold(row) for row in found if row[0]]
    pauses = [(row[1], row[5]) for row in found if not row[0]]
    service = [until for kind, until in pauses if kind == "service"]
    return Stops(holds, any(until > now for _, until in pauses), bool(service), max(service, default=""))


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
