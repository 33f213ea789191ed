"""Questions people ask: which posts, where they stand, what needs a person."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scheduler import outbox
from scheduler.errors import BadData
from scheduler.kinds import KINDS
from scheduler.model import DeliveryState, Post, Review
from scheduler.recipients import is_many, name_of, recipients_of
from scheduler.review import state_of
from scheduler.store import reads, recipients, work
from scheduler.store.holds import in_force
from scheduler.store.opening import reading
from scheduler.workflow.calendar import synced
from scheduler.workflow.facts import drift, occurrence_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.model import Calendar, Delivery, Hold
    from scheduler.workflow import Workspace


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that waits for a person: which post or file, what is the matter, what to do."""

    what: str
    subject: str
    say: str
    do: str


def states(ws: Workspace, posts: Iterable[Post]) -> dict[str, str]:
    """The one word for where each post stands."""
    calendar = synced(ws)
    with reading(ws.home) as db:
        deliveries, holds = reads.deliveries(db), in_force(ws.home, db)
    told = {}
    for post in posts:
        delivery = deliveries.get(post.id) if post.queued else None
        held = outbox.is_held(holds, post, _themes(calendar, post)) is not None
        told[post.id] = state_of(post.review, delivery.state if delivery else None, held=held)
    return told


def _themes(calendar: Calendar, post: Post) -> tuple[str, ...]:
    entry = calendar.observances.get(post.observance)
    return entry.themes if entry else ()


def counts(ws: Workspace) -> dict[str, int]:
    """How many posts stand where, by state; `due` is how many had their time come."""
    with reading(ws.home) as db:
        posts = reads.posts(db)
    told = states(ws, posts)
    tally = Counter(told.values())
    words = sorted({*Review, *DeliveryState, "held"})
    return {"posts": len(posts), "due": sum(p.due <= ws.now for p in posts)} | {str(w): tally[w] for w in words}


def attention(ws: Workspace) -> list[Attention]:
    """Everything that waits for a person, the most pressing first."""
    calendar = synced(ws)
    with reading(ws.home) as db:
        posts, deliveries = reads.posts(db), reads.deliveries(db)
        holds, noted, busy = in_force(ws.home, db), reads.acknowledged(db), work.signed_out(db)
    found = [_of_hold(h) for h in holds]
    for post in posts:
        found += _of_delivery(post, deliveries.get(post.id), noted)
        if post.expires > ws.now:
            found += _of_review(post)
            found += _of_facts(post, calendar)
    found += [
        Attention("account", name, f"it cannot send: {why}", "connect it again, then: daymark resume")
        for name, why in busy.items()
    ]
    found += [
        Attention(
            "account",
            name,
            "posts are planned for it, but it is not in daymark.toml",
            "add it again, or reject its posts",
        )
        for name in sorted({p.account for p in posts if p.expires > ws.now} - ws.settings.accounts.keys())
    ]
    return found


def _of_hold(h: Hold) -> Attention:
    say = f"on hold since {h.since:%Y-%m-%d %H:%M}Z by {h.who}: {h.why}"
    return Attention("hold", f"{h.scope} {h.value}".strip(), say, "daymark resume")


def _of_delivery(post: Post, delivery: Delivery | None, noted: set[int]) -> list[Attention]:
    if delivery is None or delivery.id in noted:
        return []
    match delivery.state:
        case DeliveryState.UNSURE:
            return [
                Attention("unsure", post.id, delivery.reason, f"look, then: daymark settle {post.id} --out | --not-out")
            ]
        case DeliveryState.FAILED if not (post.queued is False and post.review is Review.APPROVED):
            return [Attention("failed", post.id, delivery.reason, f"approve it again, or: daymark reword {post.id}")]
        case DeliveryState.MISSED:
            return [Attention("missed", post.id, delivery.reason, f"daymark missed --choose {post.id}=note --as NAME")]
    return []


def _of_review(post: Post) -> list[Attention]:
    if post.queued or post.review is Review.APPROVED:
        return []
    when = f"{post.review}, due {post.local:%Y-%m-%d %H:%M}"
    do = f"daymark approve {post.id} --as NAME" if post.review is Review.IN_REVIEW else f"daymark reword {post.id}"
    return [Attention("review", post.id, when, do)]


def _of_facts(post: Post, calendar: Calendar) -> list[Attention]:
    if not post.touched:
        return []
    what = drift(post, occurrence_of(post.observance, post.year, post.campaign, calendar))
    return [Attention("changed", post.id, what, f"daymark reword {post.id}")] if what else []


def whole(ws: Workspace, post: Post) -> dict[str, Any]:
    """Everything the store knows of one post beyond the post itself."""
    with reading(ws.home) as db:
        delivery = reads.delivery_of(db, post.id)
        return {
            "decisions": reads.decisions(db, post.id),
            "attempts": reads.attempts(db, delivery.id) if delivery else [],
            "place": delivery.place if delivery else "",
            "reason": delivery.reason if delivery else "",
            "recipients": _recipients(ws, post, recipients.rows(db, post.id)),
        }


def _recipients(ws: Workspace, post: Post, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Who of many stands where; the address is empty for those who are no longer on the list."""
    account, addresses = ws.settings.accounts.get(post.account), tuple[str, ...]()
    if rows and account and is_many(account):
        with suppress(BadData):
            addresses = recipients_of(account, ws.home)
    known = {name_of(post.id, address): address for address in addresses}
    return [{"address": known.get(row["name"], ""), **row} for row in rows]


def published(ws: Workspace) -> list[tuple[Post, Delivery]]:
    """What is out where anybody can look at it, each with its delivery; no story whose consent has ended."""
    with reading(ws.home) as db:
        sent = {id: d for id, d in reads.deliveries(db).items() if d.state is DeliveryState.SENT}
        posts = reads.posts(db, ids=sent)
    seen = [p for p in posts if KINDS[p.channel].is_public and sent[p.id].place.startswith("https://")]
    return [(p, sent[p.id]) for p in seen if not (p.consent and p.consent.until < ws.now.date())]
