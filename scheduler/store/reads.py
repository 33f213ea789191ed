"""Questions to the store, over a plain DB-API connection: values in, values out, nothing changed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from scheduler.model import (
    Campaign,
    Consent,
    Delivery,
    DeliveryState,
    Hold,
    Media,
    Post,
    Review,
    Sensitivity,
    Waiver,
    Wording,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


def instant(text: str) -> datetime:
    """A stored instant."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _all(db: sqlite3.Connection, question: str, values: Any = ()) -> list[dict[str, Any]]:
    found = db.execute(question, values)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def state(db: sqlite3.Connection, name: str) -> str:
    """What a tick left for the next one under `name`; empty if nothing."""
    row = db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else ""


def tables(db: sqlite3.Connection) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
    """The calendar's tables as they were synced, by id: observances as JSON, helplines, regions."""
    observances, helplines, regions = (
        {row["id"]: row["body"] for row in _all(db, question)}
        for question in (
            "SELECT id, body FROM observance WHERE withdrawn IS NULL ORDER BY rowid",
            "SELECT id, body FROM helpline ORDER BY rowid",
            "SELECT id, body FROM region ORDER BY rowid",
        )
    )
    return observances, _parsed(helplines), _parsed(regions)


def _parsed(bodies: dict[str, str]) -> dict[str, Any]:
    return {id: json.loads(body) for id, body in bodies.items()}


def observance_digests(db: sqlite3.Connection) -> dict[str, str]:
    """The digest of each observance in force."""
    return {r["id"]: r["digest"] for r in _all(db, "SELECT id, digest FROM observance WHERE withdrawn IS NULL")}


def known_observances(db: sqlite3.Connection) -> set[str]:
    """Every id ever synced, withdrawn or not."""
    return {r["id"] for r in _all(db, "SELECT id FROM observance")}


def campaigns(db: sqlite3.Connection) -> dict[str, Campaign]:
    return {
        r["id"]: Campaign(
            r["id"],
            r["observance"],
            r["year"],
            date.fromisoformat(r["first_day"]),
            date.fromisoformat(r["last_day"]),
            r["name"],
            r["playbook"],
        )
        for r in _all(db, "SELECT * FROM campaign ORDER BY first_day, id")
    }


def posts(
    db: sqlite3.Connection, *, campaign: str = "", account: str = "", ids: Iterable[str] | None = None
) -> list[Post]:
    """Posts by due time and id: all of them, or those of a campaign, of an account, or with these ids."""
    wanted = None if ids is None else json.dumps(list(ids))
    rows = _all(
        db,
        """
        SELECT * FROM post
        WHERE (:campaign = '' OR campaign = :campaign) AND (:account = '' OR account = :account)
          AND (:wanted IS NULL OR id IN (SELECT value FROM json_each(:wanted)))
        ORDER BY due, id
        """,
        {"campaign": campaign, "account": account, "wanted": wanted},
    )
    return [_post(row) for row in rows]


def post(db: sqlite3.Connection, id: str) -> Post | None:
    row = _all(db, "SELECT * FROM post WHERE id = ?", (id,))
    return _post(row[0]) if row else None


def post_ids(db: sqlite3.Connection) -> list[str]:
    return [r["id"] for r in _all(db, "SELECT id FROM post ORDER BY id")]


def planned(db: sqlite3.Connection) -> dict[str, datetime]:
    """When each post was first drafted."""
    return {r["id"]: instant(r["planned"]) for r in _all(db, "SELECT id, planned FROM post")}


def approved_unqueued(db: sqlite3.Connection) -> list[Post]:
    """Approved posts that have no delivery yet, soonest first."""
    found = _all(db, "SELECT * FROM post WHERE queued = 0 AND review = 'approved' ORDER BY due, id")
    return [_post(row) for row in found]


def expired_unqueued(db: sqlite3.Connection, now: str) -> list[Post]:
    """Posts that nobody queued while it was time."""
    found = _all(db, "SELECT * FROM post WHERE queued = 0 AND expires <= ? ORDER BY due, id", (now,))
    return [_post(row) for row in found]


def _post(r: dict[str, Any]) -> Post:
    media = Media(r["media"], r["media_sha256"]) if r["media"] else None
    return Post(
        id=r["id"],
        campaign=r["campaign"],
        observance=r["observance"],
        year=r["year"],
        stage=r["stage"],
        account=r["account"],
        channel=r["channel"],
        network=r["network"],
        language=r["language"],
        country=r["country"],
        zone=r["zone"],
        local=datetime.fromisoformat(r["local"]),
        due=instant(r["due"]),
        expires=instant(r["expires"]),
        start=date.fromisoformat(r["first_day"]),
        end=date.fromisoformat(r["last_day"]),
        wording=Wording(r["text"], r["note"], r["alt"], media),
        author=r["author"],
        sensitivity=Sensitivity(r["sensitivity"]),
        digest=r["digest"],
        review=Review(r["review"]),
        touched=bool(r["touched"]),
        queued=bool(r["queued"]),
        why=r["why"],
        origin=r["origin"],
        consent=Consent(r["consent"], date.fromisoformat(r["consent_until"])) if r["consent"] else None,
    )


def deliveries(db: sqlite3.Connection) -> dict[str, Delivery]:
    """The newest delivery of each post that has one, by post."""
    return {r["post"]: _delivery(r) for r in _all(db, "SELECT * FROM delivery ORDER BY id")}


def delivery(db: sqlite3.Connection, id: int) -> Delivery:
    return _delivery(_all(db, "SELECT * FROM delivery WHERE id = ?", (id,))[0])


def delivery_of(db: sqlite3.Connection, post: str) -> Delivery | None:
    """The newest delivery of a post."""
    rows = _all(db, "SELECT * FROM delivery WHERE post = ? ORDER BY id DESC LIMIT 1", (post,))
    return _delivery(rows[0]) if rows else None


def _delivery(r: dict[str, Any]) -> Delivery:
    return Delivery(
        id=r["id"],
        post=r["post"],
        account=r["account"],
        state=DeliveryState(r["state"]),
        key=r["key"],
        digest=r["digest"],
        due=instant(r["due"]),
        expires=instant(r["expires"]),
        attempts=r["attempts"],
        claim=r["claim"] or "",
        lease=instant(r["lease"]) if r["lease"] else None,
        place=r["place"],
        reason=r["reason"],
    )


def lost(db: sqlite3.Connection, now: str) -> list[Delivery]:
    """Deliveries that were being sent when their lease ran out."""
    found = _all(db, "SELECT * FROM delivery WHERE state = 'sending' AND lease <= ? ORDER BY id", (now,))
    return [_delivery(row) for row in found]


def expired(db: sqlite3.Connection, now: str) -> list[Delivery]:
    """Waiting deliveries whose time is over."""
    question = "SELECT * FROM delivery WHERE state = 'waiting' AND due <= ? AND expires <= ? ORDER BY id"
    return [_delivery(row) for row in _all(db, question, (now, now))]


def due(db: sqlite3.Connection, now: str) -> list[tuple[Delivery, Post]]:
    """Waiting deliveries whose time has come, with their posts, soonest first."""
    question = "SELECT * FROM delivery WHERE state = 'waiting' AND due <= ? ORDER BY due, id"
    found = [_delivery(row) for row in _all(db, question, (now,))]
    by_id = {p.id: p for p in posts(db, ids=[d.post for d in found])}
    return [(d, by_id[d.post]) for d in found]


def busy_accounts(db: sqlite3.Connection, now: str) -> dict[str, str]:
    """Accounts that may not send yet, with the reason."""
    found = _all(db, "SELECT name, hold_reason FROM account WHERE hold_until > ?", (now,))
    return {r["name"]: r["hold_reason"] or "" for r in found}


def signed_out(db: sqlite3.Connection) -> dict[str, str]:
    """Accounts that wait for a person, with the reason."""
    return busy_accounts(db, "9999")


def holds(db: sqlite3.Connection) -> list[Hold]:
    """The holds in force, oldest first."""
    found = _all(db, "SELECT * FROM hold WHERE lifted IS NULL ORDER BY id")
    return [Hold(r["id"], r["scope"], r["value"], r["why"], r["who"], instant(r["since"])) for r in found]


def next_work(db: sqlite3.Connection) -> str:
    """The earliest instant at which something stored here wants a tick; it may be past. Four index look-ups."""
    question = """
        SELECT MIN(at) FROM (
            SELECT MIN(due) AS at FROM delivery WHERE state = 'waiting'
            UNION ALL SELECT MIN(lease) FROM delivery WHERE state = 'sending'
            UNION ALL SELECT MIN(expires) FROM post WHERE queued = 0
            UNION ALL SELECT MIN('0') FROM (SELECT 1 FROM post WHERE queued = 0 AND review = 'approved' LIMIT 1)
        )
    """
    return db.execute(question).fetchone()[0] or "9999"


def last_audit(db: sqlite3.Connection) -> str:
    """The number of the newest line of the audit log, as text; empty if there is none."""
    newest = db.execute("SELECT CAST(MAX(id) AS TEXT) FROM audit").fetchone()[0]
    return newest or ""


def acknowledged(db: sqlite3.Connection) -> set[int]:
    """Deliveries whose end a person has taken note of."""
    return {r["id"] for r in _all(db, "SELECT id FROM delivery WHERE acknowledged = 1")}


def decisions(db: sqlite3.Connection, post: str) -> list[dict[str, str]]:
    """What reviewers said of a post, oldest first."""
    return _all(db, "SELECT verdict, reviewer, why, at, digest FROM decision WHERE post = ? ORDER BY id", (post,))


def waivers(db: sqlite3.Connection, ids: Iterable[str] | None = None) -> list[Waiver]:
    """The answers to findings, oldest first: all of them, or those of these posts."""
    found = _all(
        db,
        """
        SELECT post, rule, words, severity, why, who, at FROM waiver
        WHERE :wanted IS NULL OR post IN (SELECT value FROM json_each(:wanted)) ORDER BY id
        """,
        {"wanted": None if ids is None else json.dumps(list(ids))},
    )
    return [Waiver(**row) for row in found]


def attempts(db: sqlite3.Connection, delivery: int) -> list[dict[str, str]]:
    """Every try of a delivery, oldest first."""
    return _all(db, "SELECT n, started, ended, outcome, detail FROM attempt WHERE delivery = ? ORDER BY n", (delivery,))


def progress(db: sqlite3.Connection) -> list[tuple[str, str, str | None, int]]:
    """How many posts of each campaign stand where: campaign, review, state of the newest delivery if queued, number."""
    question = """
        SELECT post.campaign, post.review, newest.state, COUNT(*)
        FROM post
        LEFT JOIN delivery AS newest ON post.queued = 1 AND newest.id = (
            SELECT MAX(id) FROM delivery WHERE delivery.post = post.id
        )
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """
    return [tuple(row) for row in db.execute(question)]
