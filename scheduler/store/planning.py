"""Changes to campaigns, posts and reviews. A change says what it expects to find; if it is not so, nothing changes."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from scheduler.errors import PersonNeeded
from scheduler.model import Account, Campaign, Post, Review
from scheduler.review import same_person
from scheduler.store.opening import Tx, stamp

if TYPE_CHECKING:
    from collections.abc import Iterable


def keep_accounts(tx: Tx, accounts: Iterable[Account]) -> None:
    """Makes sure that every account of daymark.toml has its row."""
    for a in accounts:
        tx.keep("account", {"name": a.name, "channel": a.channel}, key="name")


def add_campaign(tx: Tx, c: Campaign, posts: list[Post]) -> None:
    """A campaign that may be there already, and new posts of it."""
    facts = (c.id, c.observance, c.year, c.start.isoformat(), c.end.isoformat(), c.name, c.playbook, tx.now)
    tx.change(
        "INSERT INTO campaign (id, observance, year, first_day, last_day, name, playbook, planned)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        facts,
    )
    if posts:
        tx.db.executemany(_ADDED, [post_row(p) | {"planned": tx.now} for p in posts])
        tx.audit("planned", c.id, after=json.dumps([p.id for p in posts]))


def follow(tx: Tx, c: Campaign) -> None:
    """Lets a campaign follow its entry's new facts."""
    change = "UPDATE campaign SET first_day = ?, last_day = ?, name = ? WHERE id = ?"
    tx.change(change, (c.start.isoformat(), c.end.isoformat(), c.name, c.id))
    tx.audit("campaign follows its entry", c.id, after=f"{c.start} to {c.end}, {c.name}")


_SAME = (
    "id campaign observance year stage account channel network language country zone author digest why origin".split()
)


def post_row(p: Post) -> dict[str, Any]:
    """A post as its row; when it was planned is not among what a rewording changes."""
    w = p.wording
    return {name: getattr(p, name) for name in _SAME} | {
        "local": p.local.strftime("%Y-%m-%dT%H:%M"),
        "due": stamp(p.due),
        "expires": stamp(p.expires),
        "first_day": p.start.isoformat(),
        "last_day": p.end.isoformat(),
        "text": w.text,
        "note": w.note,
        "alt": w.alt,
        "media": w.media.path if w.media else "",
        "media_sha256": w.media.sha256 if w.media else "",
        "sensitivity": str(p.sensitivity),
        "review": str(p.review),
        "touched": int(p.touched),
        "queued": int(p.queued),
        "consent": p.consent.id if p.consent else "",
        "consent_until": p.consent.until.isoformat() if p.consent else "",
    }


_NAMES = (
    *_SAME,
    *"local due expires first_day last_day text note alt media media_sha256 sensitivity review touched".split(),
    *"queued consent consent_until planned".split(),
)
# Another plan at the same time adds the very same posts.
_ADDED = (
    f"INSERT INTO post ({', '.join(_NAMES)}) VALUES ({', '.join(f':{n}' for n in _NAMES)}) ON CONFLICT (id) DO NOTHING"
)


def replace_draft(tx: Tx, old: Post, new: Post) -> bool:
    """Replaces a post that no person has touched; False if somebody was quicker."""
    return _swap(tx, old, new, "drafted anew", expected="AND touched = 0 AND queued = 0")


def reword(tx: Tx, old: Post, new: Post) -> bool:
    """Puts new words in place of the ones that were read; drops approval. False if somebody was quicker."""
    return _swap(tx, old, new, "reworded")


def _swap(tx: Tx, old: Post, new: Post, what: str, *, expected: str = "") -> bool:
    row = post_row(new)
    change = f"UPDATE post SET {', '.join(f'{n} = :{n}' for n in row)} WHERE id = :id AND digest = :was {expected}"
    done = tx.change(change, row | {"was": old.digest})
    if done:
        tx.audit(what, old.id, before=old.digest, after=new.digest)
    return bool(done)


def decide(tx: Tx, p: Post, verdict: str, reviewer: str, why: str = "") -> bool:
    """Writes a reviewer's verdict on the exact words that were read; False if they have changed since.

    The database itself refuses an approval of a trauma post by its author: PersonNeeded says so.
    """
    review = Review.APPROVED if verdict == "approved" else Review.CHANGES_WANTED
    change = "UPDATE post SET review = ?, touched = 1 WHERE id = ? AND digest = ? AND queued = 0"
    if not tx.change(change, (str(review), p.id, p.digest)):
        return False
    author = reviewer if same_person(reviewer, p.author) else p.author  # SQLite folds the case of A to Z only
    row = {"post": p.id, "digest": p.digest, "verdict": verdict, "reviewer": reviewer, "author": author}
    try:
        tx.add("decision", row | {"sensitivity": str(p.sensitivity), "why": why, "at": tx.now})
    except sqlite3.IntegrityError as error:
        if "not_by_its_author" not in str(error):
            raise
        raise PersonNeeded(
            f"{p.id} is about people who were harmed, and {reviewer} wrote it: somebody else has to approve it",
            f"ask a colleague: daymark approve {p.id} --as NAME",
        ) from error
    tx.audit(verdict, p.id, before=str(p.review), after=str(review), why=why)
    return True
