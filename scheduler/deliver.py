"""Gets posts out: claim one, send one, settle it.

Every entry may be called twice, by any number of processes: what decides is the row, by compare-and-set.
"""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scheduler import outbox
from scheduler.model import Delivery, DeliveryState, Message, Post, Review, Sent, TryLater
from scheduler.plan import is_quiet
from scheduler.review import digest_of
from scheduler.store import outbox as store
from scheduler.store import work
from scheduler.store.holds import in_force, of_file
from scheduler.store.opening import keeping_open, reading, stamp, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from scheduler.channels import Channel
    from scheduler.model import Account, Outcome
    from scheduler.outbox import Settled

LANES = 8  # services that one process sends to at the same time
ROUND = timedelta(minutes=1)  # then a lane leaves the rest to the next round: nobody else waits for a slow service


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

    def add(self, other: Tally) -> None:
        self.counts.update(other.counts)
        self.troubles += other.troubles
        self.channel_troubles += other.channel_troubles


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
    lanes: int = LANES


def send_due(c: Courier, tally: Tally) -> int:
    """Sends what is due; returns how many deliveries were due. Each service has its lane: none waits for another.

    In a lane one post goes after the other, soonest first. Holds are looked up before every send.
    """
    with reading(c.home) as db:
        due = work.due(db, stamp(c.clock()))
    lanes: dict[str, list[tuple[Delivery, Post]]] = {}
    for delivery, post in due:
        lanes.setdefault(delivery.service, []).append((delivery, post))
    if min(c.lanes, len(lanes)) < 2:
        for lane in lanes.values():
            tally.add(_drive(c, lane))
        return len(due)
    with ThreadPoolExecutor(min(c.lanes, len(lanes))) as drivers:
        for told in drivers.map(lambda lane: _drive(c, lane), lanes.values()):
            tally.add(told)
    return len(due)


def _drive(c: Courier, lane: list[tuple[Delivery, Post]]) -> Tally:
    tally, began = Tally(), c.clock()
    with keeping_open():
        channel = c.channels(lane[0][1].channel)
        for delivery, post in lane:
            if c.clock() - began > ROUND:
                break
            send(c, delivery, post, channel, tally)
    return tally


def send(c: Courier, waiting: Delivery, post: Post, channel: Channel, tally: Tally) -> bool:
    """Sends one waiting delivery if nothing stops it: claim, send, settle. Twice is harmless.

    Returns whether it went on its way: False if something stops it, or somebody else was quicker.
    """
    began = c.clock()
    with reading(c.home) as db:
        stops = work.stops(db, waiting, stamp(began))
    if stopped := _stopped(c, stops, post, began):
        tally.counts[stopped] += 1
        return False
    if refused := _refusal(c, waiting, post):
        with writing(c.home, began, c.who) as tx:
            row = outbox.ended(waiting, DeliveryState.FAILED, refused)
            if store.end(tx, waiting, row):
                if row.state is DeliveryState.FAILED:
                    store.send_back(tx, post.id)
                tally.note(row.state, f"{post.id}: {row.reason}")
        return True
    if not channel.guarantee.allows(waiting.doubt, began):
        with writing(c.home, began, c.who) as tx:
            row = replace(waiting, state=DeliveryState.UNSURE, reason=f"too late to repeat it: {waiting.reason}")
            if store.end(tx, waiting, row):
                tally.note(row.state, f"{post.id}: {row.reason}")
        return True
    try:
        mine = _claim(c, waiting, post, channel, began)
    except store.NotOurs:
        return False
    mine, outcome = _asked(c, mine, post, channel)
    settled = outbox.after(mine, outcome, channel.guarantee, c.clock())
    return _settle(c, mine, post, (outcome, settled), stamp(began), tally, was_troubled=stops.is_troubled)


def _asked(c: Courier, mine: Delivery, post: Post, channel: Channel) -> tuple[Delivery, Outcome]:
    """What came of a try, and the row it was made from: a message that may be out is looked for before it goes again.

    A send begins only while it is time, and while nobody else may take the claim for lost.
    """
    message = message_of(c, mine, post)
    if mine.doubt and channel.guarantee.findable:
        found = channel.find(message)
        if isinstance(found, Sent):
            return mine, found
        if found:
            return mine, TryLater(found.why)
        mine = replace(mine, doubt=None)
    over = min(mine.expires, mine.lease or mine.expires)
    if c.clock() >= over:  # the machine slept between the claim and here
        return mine, TryLater("its time, or that of its claim, was over before it could be sent", timedelta())
    return mine, channel.send(message)


def _settle(
    c: Courier,
    mine: Delivery,
    post: Post,
    came: tuple[Outcome, Settled],
    began: str,
    tally: Tally,
    *,
    was_troubled: bool,
) -> bool:
    """Keeps what came of a send; False if the claim was no longer ours. What is out is told as out all the same."""
    outcome, settled = came
    trouble = outbox.trouble(outcome)
    with writing(c.home, c.clock(), c.who) as tx:
        ours = store.settle(tx, mine, settled, type(outcome).__name__, began)
        late = not ours and isinstance(outcome, Sent) and not store.correct(tx, settled.delivery)
        if ours and settled.delivery.state is DeliveryState.FAILED:
            store.send_back(tx, post.id)
        if was_troubled or trouble:
            store.judge(tx, mine.service, trouble=trouble, limit=outbox.TROUBLES, rest=outbox.rest)
    if late:
        tally.troubles.append(f"{post.id} went out although it had been given up: {settled.delivery.place}")
    if ours:
        told = "" if isinstance(outcome, Sent) else f"{post.id} on {post.channel}: {settled.delivery.reason}"
        tally.note(settled.delivery.state, told)
        tally.channel_troubles += filter(None, [told])
    return ours


def _claim(c: Courier, waiting: Delivery, post: Post, channel: Channel, now: datetime) -> Delivery:
    """The intent, kept before anything leaves the house. A hold is asked for once more, in the same transaction."""
    token = f"{os.getpid()}-{stamp(now)}-{waiting.id}"
    with writing(c.home, now, c.who) as tx:
        if outbox.is_held(in_force(c.home, tx.db), post, c.themes(post.observance)):
            raise store.NotOurs
        return store.claim(tx, waiting, token, now + outbox.LEASE, channel.rates)


def _stopped(c: Courier, stops: work.Stops, post: Post, now: datetime) -> str:
    """`held` for a person's hold, `quiet` in the account's quiet hours, `busy` while it or the service rests."""
    held = outbox.is_held([*of_file(c.home), *stops.holds], post, c.themes(post.observance))
    account = c.accounts.get(post.account)
    if held or account is None:
        return "held"  # without its account: it was taken out of daymark.toml, its posts wait, `status` tells
    local = now.astimezone(ZoneInfo(post.zone))
    if is_quiet(local.time(), account) and not is_quiet(post.local.time(), account):
        return "quiet"
    return "busy" if stops.is_busy else ""


def _refusal(c: Courier, delivery: Delivery, post: Post) -> str:
    """Why this post must not go out although it is due: approval covers exact bytes, and the checks speak last."""
    if post.review is not Review.APPROVED:
        return "nobody has approved it"  # a no may come between the moment it is read and the one it is queued
    if not post.digest == delivery.digest == digest_of(post):
        return "it is not what was approved"
    return c.refusal(post)


def message_of(c: Courier, delivery: Delivery, post: Post) -> Message:
    """What a channel is given of a delivery."""
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
