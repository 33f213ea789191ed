"""Settle: a person has looked whether a post is out, where nobody else could know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.errors import PersonNeeded
from scheduler.model import DeliveryState, Stop
from scheduler.outbox import PERHAPS_OUT, STOPPED
from scheduler.recipients import in_words
from scheduler.store import reads
from scheduler.store.opening import writing
from scheduler.workflow.reviewing import find

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.model import Delivery
    from scheduler.workflow import Workspace


def settle(ws: Workspace, id: str, *, is_out: bool, place: str = "") -> DeliveryState:
    """Ends the doubt about a post that is `unsure`; returns where its delivery stands then.

    One that is not out is sent at the next tick if its time is not over, else missed; but one that a person has called
    off stays so. Of a post for many the answer is about those in doubt: no others are written to again, and whoever
    still waits gets it then, unless it was called off. Raises PersonNeeded for a post about which there is no doubt.
    """
    from scheduler.store import outbox as store
    from scheduler.store import recipients

    find(ws, [id])
    with writing(ws.home, ws.now, ws.who) as tx:
        before = reads.delivery_of(tx.db, id)
        if before is None or before.state is not DeliveryState.UNSURE:
            raise PersonNeeded(
                f"there is no doubt about {id}: it is {before.state if before else 'not queued'}",
                f"look at it: daymark show {id}",
            )
        recipients.answer(tx, id, is_out=is_out)
        counts = recipients.counts(tx.db, id)
        told = in_words(counts) if counts else ""
        after = settled(before, ws.who, ws.now, is_out=is_out and not counts["waiting"], place=place, told=told)
        store.end(tx, before, after)
        if before.stop is Stop.TAKEN_BACK and after.state is DeliveryState.CANCELLED:
            store.send_back(tx, id)
    return after.state


def settled(before: Delivery, who: str, now: datetime, *, is_out: bool, place: str, told: str = "") -> Delivery:
    """The row after `who` has looked. `told` is who of many has it."""
    row = replace(before, doubt=None, stop=None)
    if is_out:
        return replace(row, state=DeliveryState.SENT, place=place or before.place, reason=told)
    looked = f"{who} looked: {told or 'it is not out'}"
    if before.stop:
        return replace(row, state=STOPPED[before.stop], reason=f"{before.reason.removesuffix(PERHAPS_OUT)}; {looked}")
    if before.expires <= now:
        return replace(row, state=DeliveryState.MISSED, reason=f"{looked}, and its time is over")
    return replace(row, state=DeliveryState.WAITING, due=now, reason=looked)
