"""A post for many: one letter each. The intent is kept before a letter leaves, and what came of it after.

So whenever the program dies, the rows say who has the post, who waits for it, and of which one nobody knows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler import outbox
from scheduler.channels import Stopped
from scheduler.model import Partly, Refused, Sent, SignedOut, TryLater, Unsure
from scheduler.recipients import in_words, name_of
from scheduler.store import outbox as claims
from scheduler.store import recipients as store
from scheduler.store.holds import in_force
from scheduler.store.opening import reading, writing

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from scheduler.channels import Mailing
    from scheduler.courier import Courier
    from scheduler.model import Delivery, Found, Message, Outcome, Post
    from scheduler.store.opening import Tx

STRETCH = timedelta(seconds=45)  # then the rest is left to the next round: nobody else waits for a long list
_STATES = {Sent: "accepted", Refused: "refused", Unsure: "unsure"}


def circulate(c: Courier, mine: Delivery, post: Post, channel: Mailing, message: Message) -> tuple[Delivery, Outcome]:
    """Writes to all who wait for a post, for a claimed delivery; returns the row and what came of it.

    A letter of which nobody knows whether it was taken ends the round, and is not sent again.
    """
    run, ended = _Run(c, mine, post), None
    try:
        run.through(channel, message)
    except Stopped as stopped:
        ended = stopped.outcome
    finally:
        run.close()
    with reading(c.home) as db:
        counts = store.counts(db, post.id)
    began = mine.doubt or (mine.lease - outbox.LEASE if mine.lease else c.clock())
    in_doubt = counts["unsure"] + counts["sending"]
    return replace(run.mine, doubt=began if in_doubt else None), _came_to(counts, ended, run)


def found(c: Courier, d: Delivery) -> Found:
    """Whether somebody may have a post of whom nobody knows it; for a delivery that nobody has in hand."""
    with reading(c.home) as db:
        counts = store.counts(db, d.post)
    return Unsure(in_words(counts)) if counts["unsure"] + counts["sending"] else None


class _Run:
    """One letter after the other. What came of one is kept in the transaction that takes up the next, or at the end."""

    def __init__(self, c: Courier, mine: Delivery, post: Post) -> None:
        self.c, self.mine, self.post = c, mine, post
        self.why = ""  # what kept a letter from somebody, the last reason
        self.is_cut = False  # whether it was ended before everybody had been tried
        self._known: tuple[str, Outcome] | None = None

    def through(self, channel: Mailing, message: Message) -> None:
        """Writes to those who wait, those first who were not tried. Raises Stopped for what is the same for all."""
        addresses = {name_of(self.post.id, address): address for address in channel.recipients()}
        with writing(self.c.home, self.c.clock(), self.c.who) as tx:
            waiting = store.enlist(tx, self.mine, addresses)
        until = self.c.clock() + STRETCH
        with channel.sitting(message) as send:
            for name in sorted(waiting, key=lambda name: bool(waiting[name])):
                if self.c.clock() >= min(until, self.mine.expires) or not self._take(name):
                    self.is_cut = True
                    return
                self._write(name, addresses[name], send)

    def _take(self, name: str) -> bool:
        """Keeps what came of the letter before, and the intent to write the next; False if something stops it."""
        c, now = self.c, self.c.clock()
        try:
            with writing(c.home, now, c.who) as tx:
                self._keep(tx)
                is_free = not outbox.is_held(in_force(c.home, tx.db), self.post, c.themes(self.post.observance))
                if is_free:
                    mine = store.renew(tx, self.mine, now + outbox.LEASE)
                    is_free = store.take(tx, mine, name)
        except claims.NotOurs:
            return False
        self._known = None
        self.mine = mine if is_free else self.mine
        return is_free

    def _write(self, name: str, address: str, send: Callable[[str], Outcome]) -> None:
        try:
            outcome = send(address)
        except Stopped as stopped:
            self._known = name, TryLater(stopped.why)
            raise
        self._known = name, outcome
        if not isinstance(outcome, Sent):
            self.why = outcome.why
        if isinstance(outcome, Unsure):
            raise Stopped(outcome)

    def _keep(self, tx: Tx) -> None:
        if self._known:
            name, outcome = self._known
            why = "" if isinstance(outcome, Sent) else outcome.why
            store.keep(tx, self.mine, name, _STATES.get(type(outcome), "waiting"), why)

    def close(self) -> None:
        """Keeps what came of the last letter."""
        if self._known:
            with writing(self.c.home, self.c.clock(), self.c.who) as tx:
                self._keep(tx)
            self._known = None


def _came_to(counts: Counter[str], ended: Outcome | None, run: _Run) -> Outcome:
    """What a delivery to many is after a round."""
    told = in_words(counts)
    if isinstance(ended, TryLater | Refused | SignedOut):
        return replace(ended, why=f"{told}: {ended.why}")
    if counts["waiting"] and run.is_cut:
        return Partly(told)
    if counts["waiting"]:
        return TryLater(f"{told}: {run.why}", None if ended else timedelta())
    if counts["unsure"]:
        return Unsure(told, is_last=True)
    if counts["accepted"]:
        return Sent(f"{counts['accepted']} letters", short=told if counts["refused"] else "")
    return Refused(f"{told}: {run.why}" if run.why else told)
