"""Gets posts out: claim one, send one, settle it; recover what a crash left, tell what was missed.

Every entry may be called twice, by any number of processes: what decides is the row, by compare-and-set.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scheduler import outbox
from scheduler.model import Delivery, DeliveryState, Message, Post, Sent
from scheduler.plan import is_quiet
from scheduler.review import digest_of
from scheduler.store import outbox as store
from scheduler.store import reads
from scheduler.store.holds import in_force
from scheduler.store.opening import reading, stamp, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from scheduler.channels import Channel
    from scheduler.model import Account


@dataclass(slots=True)
class Tally:
    """What a round of sending came to: counts by state, and what went wrong, in words."""

    counts: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    channel_troubles: list[str] = field(default_factory=list)

    def note(self, state: DeliveryState, trouble: str = "") -> None:
        self.counts[str(state)] += 1
        if trouble:
            self.troubles.append(trouble)


@dataclass(frozen=True, slots=True)
class Courier:
    """Everything sending needs. `themes` gives an observance's themes; `refusal` says why a post must not go, or ''."""

    home: Path
    who: str
    clock: Callable[[], datetime]
    accounts: Mapping[str, Account]
    themes: Callable[[str], tuple[str, ...]]
    titles: Callable[[Post], str]
    channels: Callable[[str], Channel]
    refusal: Callable[[Post], str]


def recover(c: Courier, tally: Tally) -> None:
    """Takes up deliveries whose process died while sending, once their lease is over."""
    now = c.clock()
    with reading(c.home) as db:
        lost = reads.lost(db, stamp(now))
        posts = {p.id: p for p in reads.posts(db, ids=[d.post for d in lost])}
    for before in lost:
        post = posts[before.post]
        channel = c.channels(post.channel)
        found = channel.find(_message(c, before, post))
        repeatable = channel.guarantee.repeatable
        row = (
            outbox.after(before, found, now).delivery
            if found
            else outbox.recovered(before, repeatable=repeatable, now=now)
        )
        with writing(c.home, now, c.who) as tx:
            if store.recover(tx, before, row) and row.state is not DeliveryState.WAITING:
                tally.note(row.state, "" if found else f"{row.post}: {row.reason}")


def miss(c: Courier, tally: Tally) -> None:
    """Tells what is over: deliveries past their expiry, and posts that nobody approved or queued in time."""
    now = c.clock()
    with reading(c.home) as db:
        expired, unqueued = reads.expired(db, stamp(now)), reads.expired_unqueued(db, stamp(now))
        holds = in_force(c.home, db)
        posts = {p.id: p for p in reads.posts(db, ids=[d.post for d in expired])}
    if not expired and not unqueued:
        return
    with writing(c.home, now, c.who) as tx:
        for before in expired:
            post = posts[before.post]
            hold = outbox.is_held(holds, post, c.themes(post.observance))
            why = f"on hold until its time was over: {hold.why}" if hold else before.reason or "no tick ran in time"
            if store.end(tx, before, replace(before, state=DeliveryState.MISSED, reason=why)):
                tally.note(DeliveryState.MISSED)
        for post in unqueued:
            why = f"it was {post.review} when its time was over"
            if store.enqueue(tx, post, state=DeliveryState.MISSED, reason=why):
                tally.note(DeliveryState.MISSED)


def send_due(c: Courier, tally: Tally) -> int:
    """Sends what is due, one at a time; returns how many deliveries were due. Holds are looked up before every send."""
    with reading(c.home) as db:
        due = reads.due(db, stamp(c.clock()))
    channels: dict[str, Channel] = {}
    for delivery, post in due:
        stopped = _stopped(c, post)
        if stopped:
            tally.counts[stopped] += 1
        elif post.channel not in channels:
            channels[post.channel] = c.channels(post.channel)
        if not stopped:
            _send(c, delivery, post, channels[post.channel], tally)
    return len(due)


def _stopped(c: Courier, post: Post) -> str:
    """`held` for a person's hold, `quiet` in the account's quiet hours, `busy` while the account may not send."""
    now = c.clock()
    with reading(c.home) as db:
        holds, busy = in_force(c.home, db), reads.busy_accounts(db, stamp(now))
    if outbox.is_held(holds, post, c.themes(post.observance)):
        return "held"
    account = c.accounts.get(post.account)
    if account is None:
        return "held"  # it was taken out of daymark.toml: its posts wait, `status` tells
    local = now.astimezone(ZoneInfo(post.zone))
    if is_quiet(local.time(), account) and not is_quiet(post.local.time(), account):
        return "quiet"
    return "busy" if post.account in busy else ""


def _send(c: Courier, waiting: Delivery, post: Post, channel: Channel, tally: Tally) -> None:
    refused = _refusal(c, waiting, post)
    now = c.clock()
    if refused:
        with writing(c.home, now, c.who) as tx:
            if store.end(tx, waiting, replace(waiting, state=DeliveryState.FAILED, reason=refused)):
                store.send_back(tx, post.id)
                tally.note(DeliveryState.FAILED, f"{post.id}: {refused}")
        return
    token = f"{os.getpid()}-{stamp(now)}-{waiting.id}"
    with writing(c.home, now, c.who) as tx:  # the intent is kept before anything leaves the house
        mine = store.claim(tx, waiting, token, now + outbox.LEASE)
    if mine is None:
        return
    outcome = channel.send(_message(c, mine, post))
    ended = c.clock()
    settled = outbox.after(mine, outcome, ended)
    with writing(c.home, ended, c.who) as tx:
        ours = store.settle(tx, mine, settled, type(outcome).__name__, stamp(now))
        if ours and settled.delivery.state is DeliveryState.FAILED:
            store.send_back(tx, post.id)
    if ours:
        trouble = "" if isinstance(outcome, Sent) else f"{post.id} on {post.channel}: {settled.delivery.reason}"
        tally.note(settled.delivery.state, trouble)
        tally.channel_troubles += filter(None, [trouble])


def _refusal(c: Courier, delivery: Delivery, post: Post) -> str:
    """Why this post must not go out although it is due: approval covers exact bytes, and the checks speak last."""
    if not post.digest == delivery.digest == digest_of(post):
        return "it is not what was approved"
    return c.refusal(post)


def _message(c: Courier, delivery: Delivery, post: Post) -> Message:
    return Message(
        key=delivery.key,
        post=post.id,
        account=post.account,
        network=post.network,
        language=post.language,
        wording=post.wording,
        local=post.local,
        zone=post.zone,
        title=c.titles(post),
    )
