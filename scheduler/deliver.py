"""Gets posts out: claim one, send one, settle it.

Every entry may be called twice, by any number of processes: what decides is the row, by compare-and-set.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler import outbox
from scheduler.channels import is_mailing
from scheduler.circular import circulate
from scheduler.courier import Tally, ended, message_of, stopped
from scheduler.model import Delivery, DeliveryState, Partly, Post, Sent, TryLater, Unsure
from scheduler.store import outbox as store
from scheduler.store import work
from scheduler.store.holds import of_file
from scheduler.store.opening import keeping_open, reading, stamp, writing

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.channels import Channel
    from scheduler.courier import Courier
    from scheduler.model import Hold, Outcome
    from scheduler.outbox import Settled
    from scheduler.store.opening import Tx

LONGEST = timedelta(minutes=1)  # then a lane leaves the rest to the next round: nobody else waits for a slow service


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
    with keeping_open(), Round(c, tally) as round_:
        for delivery, post in lane:
            if c.clock() - began > LONGEST:
                break
            round_.send(delivery, post, c.channels(post))
    return tally


@dataclass(frozen=True, slots=True)
class _Tried:
    """What came of a send and is not kept yet."""

    mine: Delivery
    post: Post
    outcome: Outcome
    settled: Settled
    began: str
    was_troubled: bool


class Round:
    """Sends one post after the other. What came of one is kept in the transaction that claims the next, or at the end.

    A context: whatever ends it, the last send is settled.
    """

    def __init__(self, c: Courier, tally: Tally) -> None:
        self.c, self.tally = c, tally
        self._tried: _Tried | None = None
        self._holds: list[Hold] | None = None  # as they were seen last
        self._stopped: set[str] = set()  # accounts and services: worth a look before a claim

    def __enter__(self) -> Round:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def send(self, waiting: Delivery, post: Post, channel: Channel) -> bool:
        """Sends one waiting delivery if nothing stops it: claim, send, settle. Twice is harmless.

        Returns whether it went on its way: False if something stops it, or somebody else was quicker.
        """
        c = self.c
        began = c.clock()
        if self._is_stopped(waiting, post, began, look=bool(self._stopped & {waiting.account, waiting.service})):
            return False
        if over := ended(c, waiting, post, channel, began):
            if self._is_stopped(waiting, post, began, look=True):
                return False
            self._end(waiting, over)
            return True
        try:
            mine, was_troubled = self._claim(waiting, post, channel)
        except store.NotOurs:
            self._is_stopped(waiting, post, began, look=True)
            return False
        mine, outcome = _asked(c, mine, post, channel)
        settled = outbox.after(mine, outcome, channel.guarantee, c.clock())
        self._tried = _Tried(mine, post, outcome, settled, stamp(began), was_troubled)
        if was_troubled or outbox.trouble(outcome):  # others wait to hear of it
            self._close()
        return True

    def _is_stopped(self, waiting: Delivery, post: Post, now: datetime, *, look: bool) -> bool:
        """Whether something stops a delivery, as far as is known, or after a look; and tells it.

        A claim looks too, in its transaction. A look before spares that where it is likely to be in vain.
        """
        c, is_busy = self.c, False
        if look or self._holds is None:
            self._close()
            with reading(c.home) as db:
                stops = work.stops(db, waiting, stamp(now))
            self._holds, is_busy = [*of_file(c.home), *stops.holds], stops.is_busy
        why = stopped(c, self._holds, post, now) or ("busy" if is_busy else "")
        if why:
            self._close()
            self.tally.counts[why] += 1
            self._stopped |= {waiting.account, waiting.service} if is_busy else set()
        return bool(why)

    def _claim(self, waiting: Delivery, post: Post, channel: Channel) -> tuple[Delivery, bool]:
        """The intent, kept before anything leaves the house. Holds are asked for in the same transaction.

        Says also whether the service was in trouble.
        """
        c, now, tried = self.c, self.c.clock(), self._tried
        with writing(c.home, now, c.who) as tx:
            kept = self._keep(tx, tried) if tried else None
            stops = work.stops(tx.db, waiting, tx.now)
            if outbox.is_held([*of_file(c.home), *stops.holds], post, c.themes(post.observance)):
                raise store.NotOurs
            token = f"{os.getpid()}-{tx.now}-{waiting.id}"
            mine = store.claim(tx, waiting, token, now + outbox.LEASE, channel.rates, stops.rests)
        if tried and kept:
            self._tell(tried, kept)
        return mine, stops.is_troubled

    def _close(self) -> None:
        if tried := self._tried:
            with writing(self.c.home, self.c.clock(), self.c.who) as tx:
                kept = self._keep(tx, tried)
            self._tell(tried, kept)

    def _keep(self, tx: Tx, tried: _Tried) -> str:
        """Keeps what came of a send. What is out is told as out, also if the claim was no longer ours.

        Says `ours`, `late` if it was not, `lost` if it is or may be out and had been called off meanwhile.
        """
        trouble, after = outbox.trouble(tried.outcome), tried.settled.delivery
        ours = store.settle(tx, tried.mine, tried.settled, type(tried.outcome).__name__, tried.began)
        amend = store.correct if isinstance(tried.outcome, Sent) else store.doubt
        lost = not ours and isinstance(tried.outcome, Sent | Unsure) and not amend(tx, _believed(tried))
        if ours and after.state is DeliveryState.FAILED:
            store.send_back(tx, tried.post.id)
        if tried.was_troubled or trouble:
            store.judge(tx, tried.mine.service, trouble=trouble, limit=outbox.TROUBLES, rest=outbox.rest)
        return "ours" if ours else "lost" if lost else "late"

    def _tell(self, tried: _Tried, kept: str) -> None:
        self._tried = None
        after, id = tried.settled.delivery, tried.post.id
        if kept == "lost":
            out = isinstance(tried.outcome, Sent)
            told = f"went out although it had been given up: {after.place}" if out else "was given up and may be out"
            self.tally.troubles.append(f"{id} {told}")
        if kept == "ours":
            if isinstance(tried.outcome, Sent | Partly):
                self.tally.note(after.state, _less(id, tried.outcome))
                return
            told = f"{id} on {tried.post.channel}: {after.reason}"
            self.tally.note(after.state, told)
            self.tally.channel_troubles.append(told)

    def _end(self, waiting: Delivery, row: Delivery) -> None:
        with writing(self.c.home, self.c.clock(), self.c.who) as tx:
            ours = store.end(tx, waiting, row)
            if ours and row.state is DeliveryState.FAILED:
                store.send_back(tx, row.post)
        if ours:
            self.tally.note(row.state, f"{row.post}: {row.reason}")


def _believed(tried: _Tried) -> Delivery:
    """The row as a late answer has it: a try without an answer may be out since it began, whatever was looked up."""
    row, outcome = tried.settled.delivery, tried.outcome
    return replace(row, reason=outcome.why) if isinstance(outcome, Unsure) else row


def _less(id: str, outcome: Sent | Partly) -> str:
    """How what is out is less than what was approved; empty if it is not."""
    if isinstance(outcome, Partly):
        return ""
    if outcome.differs:
        return f"{id} is out, but is not what was approved: {outcome.differs}"
    return f"{id} is out, but not to all: {outcome.short}" if outcome.short else ""


def _asked(c: Courier, mine: Delivery, post: Post, channel: Channel) -> tuple[Delivery, Outcome]:
    """What came of a try, and the row it was made from: a message that may be out is looked for before it goes again.

    A send begins only while it is time, and while nobody else may take the claim for lost.
    """
    message = message_of(c, mine, post)
    if mine.doubt and channel.guarantee.findable:
        found = channel.find(message)
        if isinstance(found, Sent):
            return mine, found
        if isinstance(found, Unsure):
            return mine, TryLater(found.why)
        mine = mine if found else replace(mine, doubt=None)  # what is out in part stays in doubt until all of it is
    over = min(mine.expires, mine.lease or mine.expires)
    if c.clock() >= over:  # the machine slept between the claim and here
        return mine, TryLater("its time, or that of its claim, was over before it could be sent", timedelta())
    if is_mailing(channel):
        return circulate(c, mine, post, channel, message)
    return mine, channel.send(message)
