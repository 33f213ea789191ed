"""Missed: what did not go out in time, what may still be done about each post, and what a person chooses.

Nothing floods, and nothing goes out in the words of a day that is over: while a post's own time lasts it may go after
all, as it was approved; after that it needs new words, a new time and a new yes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduler.errors import PersonNeeded, UnknownName
from scheduler.model import DeliveryState, Review
from scheduler.store import reads
from scheduler.store.opening import reading, writing
from scheduler.workflow.calendar import synced
from scheduler.workflow.facts import drift, occurrence_of
from scheduler.workflow.resuming import proposed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scheduler.model import Calendar, Delivery, Post
    from scheduler.workflow import Workspace

CHOICES = ("send", "note")


@dataclass(frozen=True, slots=True)
class Missed:
    """A post that was missed, for `reason`. `choice` is what is proposed or done: it goes at `at`, or is noted."""

    post: str
    reason: str
    choice: str
    at: datetime | None
    why: str
    done: bool = False


def missed(ws: Workspace, choice: str = "", single: Mapping[str, str] | None = None) -> list[Missed]:
    """What was missed and waits for a person, soonest first, with what is proposed.

    `choice` does something with all of them: `send` as proposed, and leaves the rest; or `note`. `single` chooses for
    a post. Raises UnknownName for another choice or post, PersonNeeded for one that can go only with new words.
    """
    chosen = single or {}
    rows, told = _proposals(ws, synced(ws))
    for id, wanted in chosen.items():
        if wanted not in CHOICES:
            raise UnknownName("choice", wanted, CHOICES, f"write {id}=send or {id}=note")
        if id not in rows:
            raise UnknownName("post that was missed", id, list(rows), "see: daymark missed")
    decided = [_decided(m, choice, chosen.get(m.post, "")) for m in told]
    if any(m.done for m in decided):
        _apply(ws, rows, [m for m in decided if m.done])
    return decided


def _proposals(ws: Workspace, calendar: Calendar) -> tuple[dict[str, Delivery], list[Missed]]:
    with reading(ws.home) as db:
        newest, noted = reads.deliveries(db), reads.acknowledged(db)
        rows = {id: d for id, d in newest.items() if d.state is DeliveryState.MISSED and d.id not in noted}
        posts = reads.posts(db, ids=list(rows))
    still = [p for p in posts if _may_go(ws, p, rows[p.id], calendar)]
    times = {p.post: p for p in proposed(still, ws.settings.accounts, ws.now) if p.choice != "drop"}
    told = []
    for post in posts:
        reason, time = rows[post.id].reason, times.get(post.id)
        if time:
            told.append(Missed(post.id, reason, "send", time.at, time.why))
        else:
            why = f"its time is over; with new words it gets a new one: daymark reword {post.id}"
            told.append(Missed(post.id, reason, "note", None, why))
    return {post.id: rows[post.id] for post in posts}, told


def _may_go(ws: Workspace, post: Post, row: Delivery, calendar: Calendar) -> bool:
    """Whether it is in time, and still what was approved and planned."""
    is_as_it_was = post.queued and post.review is Review.APPROVED and post.digest == row.digest
    day = occurrence_of(post.observance, post.year, post.campaign, calendar)
    return is_as_it_was and ws.now < post.expires and post.account in ws.settings.accounts and not drift(post, day)


def _decided(m: Missed, choice: str, by_name: str) -> Missed:
    if by_name == "send" and m.choice != "send":
        raise PersonNeeded(
            f"{m.post} cannot go as it is: its time is over", f"give it new words: daymark reword {m.post}"
        )
    if "note" in (by_name, choice if not by_name else ""):
        return replace(m, choice="note", at=None, why="a person chose so", done=True)
    return replace(m, done=m.choice == "send" and "send" in (by_name, choice))


def _apply(ws: Workspace, rows: Mapping[str, Delivery], decided: list[Missed]) -> None:
    from scheduler.store import outbox as store

    with writing(ws.home, ws.now, ws.who) as tx:
        for m in decided:
            before = rows[m.post]
            if m.at:
                store.send_after_all(tx, before, m.at, m.why)
            else:
                store.acknowledge(tx, [before.id])
                tx.audit("noted", m.post, before=str(before.state), why=m.reason)
