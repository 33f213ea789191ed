"""Hand-off: people and their tools post what Daymark prepared, and tell it where the posts are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from scheduler import watch
from scheduler.errors import PersonNeeded, UnknownName, UsageError
from scheduler.exports.bulk import TOOLS, as_bulk, cautions
from scheduler.kinds import BY_HAND
from scheduler.model import DeliveryState, Review, parts_of
from scheduler.outbox import is_held
from scheduler.review import digest_of
from scheduler.store import reads, work
from scheduler.store.holds import in_force
from scheduler.store.opening import reading, stamp, writing
from scheduler.workflow.reviewing import find

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scheduler.courier import Courier
    from scheduler.model import Account, Delivery, Hold, Post
    from scheduler.store.opening import Tx
    from scheduler.workflow import Workspace

LOOKED_BACK = timedelta(days=14)  # what was handed off before that is history


@dataclass(frozen=True, slots=True)
class Done:
    """A post that a person says is up, and where; its pack's path while nobody has said. `is_new`: it was not known."""

    post: str
    place: str
    is_new: bool


def done(ws: Workspace, ids: Sequence[str], url: str = "") -> list[Done]:
    """Notes that posts which were handed off are up, all or none of them; the address of one. Twice changes nothing.

    Raises UsageError for an address that is none, PersonNeeded for a post that was not handed off.
    """
    from scheduler.store import outbox as store

    ids = list(dict.fromkeys(ids))
    if url and len(ids) > 1:
        raise UsageError("one address cannot be that of several posts", "say them one by one, each with its --url")
    if url and not (watch.is_right(url) and url[:6].lower() == "https:"):
        raise UsageError(f"'{url}' is not an https address", "copy it from the post: --url https://...")
    find(ws, ids)
    with writing(ws.home, ws.now, ws.who) as tx:
        handed = [_handed(tx, id) for id in ids]
        return [Done(d.post, url or d.place, store.hand_over(tx, d, url or d.place)) for d in handed]


def _handed(tx: Tx, id: str) -> Delivery:
    """The delivery of a post that lies in the outbox for a person. Raises PersonNeeded."""
    delivery = reads.delivery_of(tx.db, id)
    if delivery is None or delivery.state is not DeliveryState.SENT:
        stand = delivery.state if delivery else "not queued"
        raise PersonNeeded(f"{id} was not handed off yet: it is {stand}", f"look at it: daymark show {id}")
    if delivery.service != BY_HAND:
        raise PersonNeeded(
            f"{id} was not handed off: Daymark sent it itself, to {delivery.place}", f"look at it: daymark show {id}"
        )
    return delivery


@dataclass(frozen=True, slots=True)
class Open:
    """A pack that lies in the outbox and that nobody has said is up. `is_over`: the time for its post is over."""

    post: str
    place: str
    at: datetime
    age: timedelta
    is_over: bool


def still_open(ws: Workspace) -> list[Open]:
    """What was handed off in the last two weeks and nobody has said is up, oldest first."""
    with reading(ws.home) as db:
        found = work.handed_off(db, BY_HAND, stamp(ws.now - LOOKED_BACK))
    made = [(h, reads.instant(h.at)) for h in found]
    return [Open(h.post, h.place, at, max(ws.now - at, timedelta()), h.expires <= stamp(ws.now)) for h, at in made]


@dataclass(frozen=True, slots=True)
class Handoff:
    """A file for a tool: which posts are in it, and what a person must know of it."""

    data: bytes
    account: str
    posts: tuple[str, ...]
    notes: tuple[str, ...]


def hand_off(ws: Workspace, tool: str, account: str = "", first: date = date.min, last: date = date.max) -> Handoff:
    """The approved posts of an account that are due from `first` to `last`, both included, for a tool to schedule.

    Nothing that a person or a check stops goes into the file; what is left out is told. Raises UsageError where the
    tool or the account is not the right one, PersonNeeded if there is nothing to hand off.
    """
    if tool not in TOOLS:
        raise UnknownName("tool", tool, TOOLS, f"choose one of: {', '.join(TOOLS)}")
    chosen = _by_hand(ws, account)
    known = TOOLS[tool]
    if known.networks and chosen.network not in known.networks:
        raise UsageError(
            f"{known.name} has no column for '{chosen.network}', the network of {chosen.name}",
            f"it takes: {', '.join(known.networks)}; see network in [accounts.{chosen.name}] of daymark.toml",
        )
    free, notes = _free(ws, [p for p in _approved(ws, chosen) if first <= p.local.date() <= last])
    if not free:
        raise PersonNeeded(
            "; ".join([f"there is no approved post of {chosen.name} to hand off", *notes]),
            f"see what waits for a yes: daymark posts --account {chosen.name} --state in-review",
        )
    notes += [*cautions(known, free), f"the times are those of {chosen.zone}: {known.name} must be set to that zone"]
    return Handoff(as_bulk(known, free), chosen.name, tuple(p.id for p in free), tuple(notes))


def _by_hand(ws: Workspace, name: str) -> Account:
    """The account of that name, or the only one whose posts people post. Raises UsageError."""
    accounts = ws.settings.accounts
    by_hand = [a for a in accounts.values() if a.channel == BY_HAND]
    if not name and len(by_hand) == 1:
        return by_hand[0]
    if not name:
        names = ", ".join(a.name for a in by_hand) or f'none has channel = "{BY_HAND}"'
        raise UsageError("it is not said whose posts to hand off", f"write --account NAME: {names}")
    if name not in accounts:
        raise UnknownName("account", name, accounts, "daymark.toml lists them under [accounts]")
    if (channel := accounts[name].channel) != BY_HAND:
        raise UsageError(
            f"Daymark posts for {name} itself, over {channel}: with a tool as well, each post would be out twice",
            f'hand off those of an account with channel = "{BY_HAND}"',
        )
    return accounts[name]


def _approved(ws: Workspace, account: Account) -> list[Post]:
    """The approved posts of an account that are not out, soonest first."""
    with reading(ws.home) as db:
        posts, deliveries = reads.posts(db, account=account.name), reads.deliveries(db)
    return [
        p
        for p in posts
        if p.review is Review.APPROVED
        and p.expires > ws.now
        and (not p.queued or deliveries[p.id].state is DeliveryState.WAITING)
    ]


def _free(ws: Workspace, posts: list[Post]) -> tuple[list[Post], list[str]]:
    """The posts that nothing stops, and of each of the others why it is left out."""
    from scheduler.workflow.sending import channels_of, courier_of  # `done` needs none of what it loads

    courier = courier_of(ws, channels_of(ws))
    with reading(ws.home) as db:
        holds = in_force(ws.home, db)
    why = {post.id: _why_not(courier, holds, post, ws.now) for post in posts}
    left = [f"{id} is left out: {reason}" for id, reason in why.items() if reason]
    return [post for post in posts if not why[post.id]], left


def _why_not(courier: Courier, holds: list[Hold], post: Post, now: datetime) -> str:
    if post.due <= now:
        return "its time has come"
    if held := is_held(holds, post, courier.themes(post.observance)):
        return f"on hold by {held.who}: {held.why}"
    if post.wording.note:
        return "it has a content note, for which such a file has no column"
    if len(parts_of(post.wording.text)) > 1:
        return "it is a thread, which such a file would make one post of; its pack has the parts"
    if post.digest != digest_of(post):
        return "it is not what was approved"
    return courier.refusal(post)
