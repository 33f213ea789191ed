"""Questions to the store, over a plain DB-API connection: values in, values out, nothing changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from scheduler.model import (
    WITHDRAWN,
    Campaign,
    Consent,
    Delivery,
    DeliveryState,
    Hold,
    Media,
    Post,
    Review,
    Sensitivity,
    Stop,
    Waiver,
    Wording,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.store.connecting import Db


def instant(text: str) -> datetime:
    """A stored instant."""
    return datetime.fromisoformat(text)


def rows(db: Db, question: str, values: Any = ()) -> list[dict[str, Any]]:
    found = db.execute(question, values)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


_MOST = 10_000  # values in one question: both databases take three times as many


def _among(db: Db, question: str, wanted: Iterable[Any]) -> list[dict[str, Any]]:
    """The rows of a question that ends in the name of a column, where the column has one of the wanted values."""
    values, found = list(wanted), []
    for first in range(0, len(values), _MOST):
        some = values[first : first + _MOST]
        found += rows(db, f"{question} IN ({', '.join('?' * len(some))})", some)
    return found


def state(db: Db, name: str) -> str:
    """What a tick left for the next one under `name`; empty if nothing."""
    row = db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else ""


def tables(db: Db) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
    """The calendar's tables as they were synced, by id: observances as JSON, helplines, regions."""
    observances, helplines, regions = (
        {row["id"]: row["body"] for row in rows(db, question)}
        for question in (
            "SELECT id, body FROM observance WHERE withdrawn IS NULL ORDER BY place, id",
            "SELECT id, body FROM helpline ORDER BY place, id",
            "SELECT id, body FROM region ORDER BY place, id",
        )
    )
    return observances, _parsed(helplines), _parsed(regions)


def _parsed(bodies: dict[str, str]) -> dict[str, Any]:
    return {id: json.loads(body) for id, body in bodies.items()}


def observance_digests(db: Db) -> dict[str, str]:
    """The digest of each observance in force."""
    return {r["id"]: r["digest"] for r in rows(db, "SELECT id, digest FROM observance WHERE withdrawn IS NULL")}


def campaigns(db: Db) -> dict[str, Campaign]:
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
        for r in rows(db, "SELECT * FROM campaign ORDER BY first_day, id")
    }


def posts(
    db: Db, *, campaign: str = "", account: str = "", ids: Iterable[str] | None = None, after: str = ""
) -> list[Post]:
    """Posts by due time and id: all, or those of a campaign, of an account, not over `after`, or with these ids."""
    if ids is not None:
        return sorted(map(as_post, _among(db, "SELECT * FROM post WHERE id", ids)), key=lambda p: (p.due, p.id))
    wanted = {"campaign": campaign, "account": account}
    said = "".join(f" AND {name} = :{name}" for name, value in wanted.items() if value)
    question = f"SELECT * FROM post WHERE expires > :after{said} ORDER BY due, id"
    found = rows(db, question, wanted | {"after": after})
    return [as_post(row) for row in found]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a post stands: its time, what people decided, and the state of its newest delivery; empty if it has none."""

    post: str
    due: datetime
    review: str
    delivery: str


def standing(db: Db) -> list[Standing]:
    """How every post stands, by due time and id: without its words, which take most of the time."""
    question = """
        SELECT post.id, post.due, post.review, COALESCE(d.state, '') FROM post
        LEFT JOIN delivery AS d ON d.id = (SELECT MAX(id) FROM delivery WHERE delivery.post = post.id)
        ORDER BY post.due, post.id
    """
    return [Standing(id, instant(due), review, state) for id, due, review, state in db.execute(question)]


def withdrawn(db: Db) -> frozenset[str]:
    """The consents that were taken back, by id."""
    question = "SELECT DISTINCT consent FROM post WHERE consent <> '' AND consent_until = ?"
    return frozenset(r["consent"] for r in rows(db, question, (WITHDRAWN.isoformat(),)))


def post(db: Db, id: str) -> Post | None:
    row = rows(db, "SELECT * FROM post WHERE id = ?", (id,))
    return as_post(row[0]) if row else None


def count_posts(db: Db) -> int:
    return int(db.execute("SELECT COUNT(*) FROM post").fetchone()[0])


def post_ids(db: Db) -> list[str]:
    return [r["id"] for r in rows(db, "SELECT id FROM post ORDER BY id")]


def planned(db: Db) -> dict[str, datetime]:
    """When each post was first drafted."""
    return {r["id"]: instant(r["planned"]) for r in rows(db, "SELECT id, planned FROM post")}


def as_post(r: dict[str, Any]) -> Post:
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
        essential=bool(r["essential"]),
        consent=Consent(r["consent"], date.fromisoformat(r["consent_until"])) if r["consent"] else None,
    )


def deliveries(db: Db) -> dict[str, Delivery]:
    """The newest delivery of each post that has one, by post."""
    return {r["post"]: as_delivery(r) for r in rows(db, "SELECT * FROM delivery ORDER BY id")}


def delivery(db: Db, id: int) -> Delivery:
    return as_delivery(rows(db, "SELECT * FROM delivery WHERE id = ?", (id,))[0])


def delivery_of(db: Db, post: str) -> Delivery | None:
    """The newest delivery of a post."""
    found = rows(db, "SELECT * FROM delivery WHERE post = ? ORDER BY id DESC LIMIT 1", (post,))
    return as_delivery(found[0]) if found else None


def as_delivery(r: dict[str, Any]) -> Delivery:
    return Delivery(
        id=r["id"],
        post=r["post"],
        account=r["account"],
        service=r["service"],
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
        doubt=instant(r["doubt"]) if r["doubt"] else None,
        remote=r["remote"],
        stop=Stop(r["stop"]) if r["stop"] else None,
    )


def holds(db: Db) -> list[Hold]:
    """The holds in force, oldest first."""
    question = "SELECT id, scope, value, why, who, since, essential FROM hold WHERE lifted IS NULL ORDER BY id"
    return [as_hold(row) for row in db.execute(question)]


def as_hold(row: tuple[Any, ...]) -> Hold:
    id, scope, value, why, who, since, essential = row
    return Hold(id, scope, value, why, who, instant(since), bool(essential))


def last_audit(db: Db) -> str:
    """The number of the newest line of the audit log, as text; empty if there is none."""
    newest = db.execute("SELECT CAST(MAX(id) AS TEXT) FROM audit").fetchone()[0]
    return newest or ""


def acknowledged(db: Db) -> set[int]:
    """Deliveries whose end a person has taken note of."""
    return {r["id"] for r in rows(db, "SELECT id FROM delivery WHERE acknowledged = 1")}


def decisions(db: Db, post: str) -> list[dict[str, str]]:
    """What reviewers said of a post, oldest first."""
    return rows(db, "SELECT verdict, reviewer, why, at, digest FROM decision WHERE post = ? ORDER BY id", (post,))


def waivers(db: Db, ids: Iterable[str] | None = None) -> list[Waiver]:
    """The answers to findings, oldest first: all of them, or those of these posts."""
    question = "SELECT id, post, rule, words, severity, why, who, at FROM waiver"
    found = rows(db, question) if ids is None else _among(db, f"{question} WHERE post", ids)
    found.sort(key=lambda row: int(row.pop("id")))
    return [Waiver(**row) for row in found]


def attempts(db: Db, delivery: int) -> list[dict[str, str]]:
    """Every try of a delivery, oldest first."""
    return rows(db, "SELECT n, started, ended, outcome, detail FROM attempt WHERE delivery = ? ORDER BY n", (delivery,))


def sent_at(db: Db) -> dict[int, str]:
    """When each delivery that is out went out, by its number."""
    question = "SELECT delivery, MAX(ended) FROM attempt WHERE outcome = 'Sent' GROUP BY delivery"
    return {row[0]: row[1] for row in db.execute(question)}


def progress(db: Db) -> list[tuple[str, str, str | None, int]]:
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
