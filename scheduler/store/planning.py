"""Changes to campaigns, posts and reviews. A change says what it expects to find; if it is not so, nothing changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import IntegrityError

from scheduler.errors import PersonNeeded
from scheduler.model import Account, Campaign, Post, Review
from scheduler.review import same_person
from scheduler.store.opening import Tx, stamp
from scheduler.store.schema import account, campaign, decision, post

if TYPE_CHECKING:
    from collections.abc import Iterable


def keep_accounts(tx: Tx, accounts: Iterable[Account]) -> None:
    """Makes sure that every account of daymark.toml has its row."""
    for a in accounts:
        row = insert(account).values(name=a.name, channel=a.channel)
        tx.sql.execute(row.on_conflict_do_update(index_elements=["name"], set_={"channel": a.channel}))


def add_campaign(tx: Tx, c: Campaign, posts: list[Post]) -> None:
    """A campaign that may be there already, and new posts of it."""
    row = insert(campaign).values(
        id=c.id,
        observance=c.observance,
        year=c.year,
        first_day=c.start.isoformat(),
        last_day=c.end.isoformat(),
        name=c.name,
        playbook=c.playbook,
        planned=tx.now,
    )
    tx.sql.execute(row.on_conflict_do_nothing())
    if posts:
        rows = [post_row(p) | {"planned": tx.now} for p in posts]
        tx.sql.execute(insert(post).on_conflict_do_nothing(), rows)  # another plan at once adds the very same
        tx.audit("planned", c.id, after=json.dumps([p.id for p in posts]))


def follow(tx: Tx, c: Campaign) -> None:
    """Lets a campaign follow its entry's new facts."""
    change = campaign.update().where(campaign.c.id == c.id)
    tx.sql.execute(change.values(first_day=c.start.isoformat(), last_day=c.end.isoformat(), name=c.name))
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


def replace_draft(tx: Tx, old: Post, new: Post) -> bool:
    """Replaces a post that no person has touched; False if somebody was quicker."""
    untouched = (post.c.touched == 0) & (post.c.queued == 0)
    return _swap(tx, old, new, untouched, "drafted anew")


def reword(tx: Tx, old: Post, new: Post) -> bool:
    """Puts new words in place of the ones that were read; drops approval. False if somebody was quicker."""
    return _swap(tx, old, new, post.c.digest == old.digest, "reworded")


def _swap(tx: Tx, old: Post, new: Post, expected: Any, what: str) -> bool:
    change = post.update().where(post.c.id == bindparam("this"), post.c.digest == bindparam("was"), expected)
    done = tx.sql.execute(change.values(post_row(new)), {"this": old.id, "was": old.digest})
    if done.rowcount == 1:
        tx.audit(what, old.id, before=old.digest, after=new.digest)
    return done.rowcount == 1


def decide(tx: Tx, p: Post, verdict: str, reviewer: str, why: str = "") -> bool:
    """Writes a reviewer's verdict on the exact words that were read; False if they have changed since.

    The database itself refuses an approval of a trauma post by its author: PersonNeeded says so.
    """
    review = Review.APPROVED if verdict == "approved" else Review.CHANGES_WANTED
    change = post.update().where(post.c.id == p.id, post.c.digest == p.digest, post.c.queued == 0)
    if tx.sql.execute(change.values(review=str(review), touched=1)).rowcount != 1:
        return False
    author = reviewer if same_person(reviewer, p.author) else p.author  # SQLite folds the case of A to Z only
    row = {"post": p.id, "digest": p.digest, "verdict": verdict, "reviewer": reviewer, "author": author}
    try:
        tx.sql.execute(decision.insert(), row | {"sensitivity": str(p.sensitivity), "why": why, "at": tx.now})
    except IntegrityError as error:
        if "not_by_its_author" not in str(error.orig):
            raise
        raise PersonNeeded(
            f"{p.id} is about people who were harmed, and {reviewer} wrote it: somebody else has to approve it",
            f"ask a colleague: daymark approve {p.id} --as NAME",
        ) from error
    tx.audit(verdict, p.id, before=str(p.review), after=str(review), why=why)
    return True
