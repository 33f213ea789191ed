"""Approve, reject, reword: people decide, and a decision is bound to exact words."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scheduler.checks import ERROR, has_errors, is_waivable
from scheduler.dates import as_utc
from scheduler.errors import HasFindings, PersonNeeded, UnknownName
from scheduler.model import Delivery, DeliveryState, Post, Review, Stop, Wording
from scheduler.outbox import called_off
from scheduler.plan import ideal_slots, next_awake
from scheduler.review import after_planning, digest_of, unanswered
from scheduler.store import reads
from scheduler.store.opening import reading, writing
from scheduler.workflow.calendar import synced
from scheduler.workflow.facts import occurrence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.model import Calendar, Finding
    from scheduler.store.opening import Tx
    from scheduler.workflow import Workspace


def find(ws: Workspace, ids: Sequence[str]) -> list[Post]:
    """The posts of these ids, in the order given. Raises UnknownName for the first that is not there."""
    with reading(ws.home) as db:
        found = {p.id: p for p in reads.posts(db, ids=ids)}
        for id in ids:
            if id not in found:
                raise UnknownName("post", id, reads.post_ids(db), "list them with: daymark posts")
    return [found[id] for id in ids]


def approve(ws: Workspace, ids: Sequence[str], reviewer: str, why: str = "") -> list[Post]:
    """Approves all the posts or none. `why` answers every warning that nobody has answered yet.

    Raises HasFindings if an error or a warning is left, PersonNeeded if the reviewer may not approve one or it is on
    its way.
    """
    posts = find(ws, ids)
    checker = ws.checker(synced(ws))
    with reading(ws.home) as db:
        waivers = reads.waivers(db, ids)
    left = {post: unanswered(checker.post(post), [w for w in waivers if w.post == post.id]) for post in posts}
    for post, findings in left.items():
        _none_blocks(post, findings, may_answer=bool(why.strip()))
    return _decide(ws, posts, "approved", reviewer, why, left)


def reject(ws: Workspace, ids: Sequence[str], reviewer: str, why: str) -> list[Post]:
    """Sends posts back to their author with a reason. One that waits to be sent is taken back first."""
    return _decide(ws, find(ws, ids), "rejected", reviewer, why, {})


def _none_blocks(post: Post, left: list[Finding], *, may_answer: bool) -> None:
    in_the_way = [f for f in left if f.severity == ERROR] or ([] if may_answer else left)
    if not in_the_way:
        return
    first, more = in_the_way[0], f" (and {len(in_the_way) - 1} more)" if len(in_the_way) > 1 else ""
    seen = f" '{first.text}'" if first.text else ""
    hint = f"{first.suggestion}: daymark reword {post.id}"
    if first.severity != ERROR:
        hint += '; or answer it, in the approval itself with --why "..."'
    elif is_waivable(first):
        hint += f"; or answer for it: daymark waive {post.id} {first.check}"
    raise HasFindings(f"{post.id} cannot be approved: {first.check}:{seen} {first.why}{more}", hint)


def _decide(
    ws: Workspace, posts: list[Post], verdict: str, reviewer: str, why: str, answers: dict[Post, list[Finding]]
) -> list[Post]:
    from scheduler.store import planning as store
    from scheduler.store.waivers import waive

    doubtful = []
    with writing(ws.home, ws.now, reviewer) as tx:
        for post in posts:
            delivery = reads.delivery_of(tx.db, post.id)
            if _said_before(tx, post, verdict, reviewer, why):
                continue  # a second time changes nothing
            if delivery and post.queued and delivery.state in (DeliveryState.MISSED, DeliveryState.CANCELLED):
                _note(tx, post, delivery, verdict, why)
                continue
            if not free(tx, post, delivery, f"{reviewer} {verdict} it"):
                doubtful.append(post.id)
                continue
            for answered in answers.get(post, ()):
                waive(tx, post.id, answered, why)
            if not store.decide(tx, post, verdict, reviewer, why):
                raise PersonNeeded(
                    f"{post.id} has just been changed by somebody else", f"read it again: daymark show {post.id}"
                )
    require_no_doubt(doubtful)
    return find(ws, [p.id for p in posts])


def require_no_doubt(ids: list[str]) -> None:
    """Raises PersonNeeded if there are posts that were stopped and may be out."""
    if ids:
        raise PersonNeeded(
            f"{ids[0]} is stopped, but an earlier try of it may be out",
            f"look, and say what you see: daymark settle {ids[0]} --out, or --not-out; then try again",
        )


def _note(tx: Tx, post: Post, delivery: Delivery, verdict: str, why: str) -> None:
    """A person takes note of a post that will not go out. It is too late for a yes."""
    from scheduler.store import outbox

    if verdict == "approved":
        say = f"{post.id} was {delivery.state}: {delivery.reason}"
        raise PersonNeeded(say, f"take note of it with: daymark reject {post.id} --as NAME --why seen")
    outbox.acknowledge(tx, [delivery.id])
    tx.audit("noted", post.id, before=str(delivery.state), why=why)


def _said_before(tx: Tx, post: Post, verdict: str, reviewer: str, why: str) -> bool:
    """Whether the post stands so already: approved by anybody, or rejected by this reviewer for this reason."""
    if verdict == "approved":
        return post.review is Review.APPROVED
    last = reads.decisions(tx.db, post.id)[-1:]
    same = [(d["verdict"], d["reviewer"], d["why"], d["digest"]) for d in last]
    return post.review is Review.CHANGES_WANTED and same == [(verdict, reviewer, why, post.digest)]


def free(tx: Tx, post: Post, delivery: Delivery | None, why: str) -> bool:
    """Makes sure the post is not on its way; a waiting delivery is taken back.

    False if it is stopped but may be out: a person has to look before anything else. Raises PersonNeeded.
    """
    from scheduler.store import outbox

    if delivery is None or not post.queued:
        return True
    if delivery.state is DeliveryState.WAITING:
        row = called_off(delivery, Stop.TAKEN_BACK, why)
        if outbox.take_back(tx, delivery, row):
            return row.state is DeliveryState.CANCELLED
    if delivery.state in (DeliveryState.FAILED, DeliveryState.MISSED, DeliveryState.CANCELLED):
        return True
    told = {"sending": "is being sent just now", "sent": "is out already", "unsure": "may be out already"}
    raise PersonNeeded(f"{post.id} {told.get(delivery.state, 'is on its way')}", f"look at it: daymark show {post.id}")


def reword(ws: Workspace, id: str, text: str, author: str) -> Post:
    """Puts new words into a post, at the time its calendar entry asks for now; any approval is dropped.

    One whose time is over gets a new one with them: from now, or the end of quiet hours, to the end of the next day.
    The same words again change nothing. Raises PersonNeeded if the post is out or on its way.
    """
    from scheduler.store import planning as store

    old = find(ws, [id])[0]
    new = _reworded(ws, old, text.strip("\n"), author)
    if new.wording == old.wording and new.due == old.due:
        return old
    with writing(ws.home, ws.now, author) as tx:
        is_free = free(tx, old, reads.delivery_of(tx.db, id), f"{author} reworded it")
        if is_free and not store.reword(tx, old, new):
            raise PersonNeeded(f"{id} has just been changed by somebody else", f"read it again: daymark show {id}")
    require_no_doubt([] if is_free else [id])
    return find(ws, [id])[0]


def _reworded(ws: Workspace, old: Post, text: str, author: str) -> Post:
    calendar = synced(ws)
    moved = _moved(ws, old, calendar)
    wording = Wording(text, old.wording.note, old.wording.alt, old.wording.media)
    if wording != old.wording and moved.expires <= ws.now:
        moved = _late(ws, moved)
    new = replace(moved, wording=wording, author=author, origin="", touched=True, queued=False)
    return replace(new, digest=digest_of(new), review=after_planning(errors=has_errors(ws.checker(calendar).post(new))))


def _moved(ws: Workspace, post: Post, calendar: Calendar) -> Post:
    """The post at the time of its day as the calendar has it now; as it is if the day has not moved."""
    now = occurrence_of(post.observance, post.year, post.campaign, calendar)
    account = ws.settings.accounts.get(post.account)
    if now is None or account is None or (now.start, now.end) == (post.start, post.end):
        return post
    slots = ideal_slots(now, ws.settings.playbook_for(now.observance.themes), account)
    slot = next((s for s in slots if s.id == post.id), None)
    if slot is None:
        return post
    return replace(post, local=slot.local, due=slot.due, expires=slot.expires, start=now.start, end=now.end)


def _late(ws: Workspace, post: Post) -> Post:
    """The post with a new time, of its account's clock: a day more than this one, as somebody has to say yes first."""
    account, zone = ws.settings.accounts.get(post.account), ZoneInfo(post.zone)
    due = next_awake(ws.now, account) if account else ws.now
    local = due.astimezone(zone).replace(tzinfo=None)
    return replace(post, local=local, due=due, expires=as_utc(local.date() + timedelta(2), time(), zone))
