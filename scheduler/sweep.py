"""Clears up before sending: recovers what a crash left, tells what was missed.

Both may be called twice, by any number of processes: what decides is the row, by compare-and-set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler import outbox
from scheduler.channels import is_mailing
from scheduler.circular import found
from scheduler.courier import message_of
from scheduler.model import DeliveryState, Unsure
from scheduler.store import outbox as store
from scheduler.store import reads, work
from scheduler.store.holds import in_force
from scheduler.store.opening import reading, stamp, writing

if TYPE_CHECKING:
    from scheduler.courier import Courier, Tally
    from scheduler.model import Delivery, Found, Post


def recover(c: Courier, tally: Tally) -> None:
    """Takes up deliveries whose process died while sending, once their lease is over."""
    now = c.clock()
    with reading(c.home) as db:
        lost = work.lost(db, stamp(now))
        posts = {p.id: p for p in reads.posts(db, ids=[d.post for d in lost])}
    asker = _Asker(c)
    for before in lost:
        post = posts[before.post]
        row = outbox.recovered(before, asker.find(before, post), c.channels(post).guarantee, now)
        with writing(c.home, now, c.who) as tx:
            ours = store.recover(tx, before, row)
            if ours and row.state is DeliveryState.FAILED:
                store.send_back(tx, post.id)
        if ours and row.state is not DeliveryState.WAITING:
            tally.note(row.state, "" if row.state is DeliveryState.SENT else f"{row.post}: {row.reason}")


def miss(c: Courier, tally: Tally) -> None:
    """Tells what is over: deliveries past their expiry, and posts that nobody approved or queued in time.

    Of one of which a try may be out the channel is asked first.
    """
    now = c.clock()
    with reading(c.home) as db:
        expired, unqueued = work.expired(db, stamp(now)), work.expired_unqueued(db, stamp(now))
        holds = in_force(c.home, db)
        posts = {p.id: p for p in reads.posts(db, ids=[d.post for d in expired])}
    if not expired and not unqueued:
        return
    asker = _Asker(c)
    looked = [outbox.looked(d, asker.find(d, posts[d.post])) if d.doubt else d for d in expired]
    with writing(c.home, now, c.who) as tx:
        for before, row in zip(expired, looked, strict=True):
            post = posts[before.post]
            hold = outbox.is_held(holds, post, c.themes(post.observance))
            why = f"on hold until its time was over: {hold.why}" if hold else before.reason or "no tick ran in time"
            after = row if row.state is DeliveryState.SENT else outbox.ended(row, DeliveryState.MISSED, why)
            if store.end(tx, before, after):
                tally.note(after.state)
        for post in unqueued:
            why = f"it was {post.review} when its time was over"
            if store.enqueue(tx, post, state=DeliveryState.MISSED, reason=why):
                tally.note(DeliveryState.MISSED)


class _Asker:
    """Asks channels for messages that may be out. One that cannot answer is asked once in a round."""

    def __init__(self, c: Courier) -> None:
        self.c = c
        self.silent: dict[str, Unsure] = {}

    def find(self, d: Delivery, post: Post) -> Found:
        channel = self.c.channels(post)
        if is_mailing(channel):
            return found(self.c, d)
        if not channel.guarantee.findable:
            return Unsure("it cannot be asked")
        if d.service in self.silent:
            return self.silent[d.service]
        seen = channel.find(message_of(self.c, d, post))
        if isinstance(seen, Unsure):
            self.silent[d.service] = seen
        return seen
