"""What becomes of a delivery: a row, an outcome and the time make the next row. No clock, no chance, no network."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from scheduler.model import (
    Begun,
    Delivery,
    DeliveryState,
    Found,
    Guarantee,
    Hold,
    Outcome,
    Partly,
    Post,
    Refused,
    Sent,
    SignedOut,
    Stop,
    TryLater,
    Unsure,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

LEASE = timedelta(minutes=2)  # longer than the slowest send: one of mail waits for its answer up to 103 seconds
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
MOST_ATTEMPTS = 12
TROUBLES = 5  # in a row, then a service rests
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=1)
PERHAPS_OUT = "; an earlier try may be out"
STOPPED = {
    Stop.DROPPED: DeliveryState.CANCELLED,
    Stop.MISSED: DeliveryState.MISSED,
    Stop.TAKEN_BACK: DeliveryState.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Settled:
    """A delivery after an outcome. `account_free` is when the account may send again; None: at once."""

    delivery: Delivery
    account_free: datetime | None = None
    account_reason: str = ""


def backoff(post: str, attempt: int) -> timedelta:
    """How long to wait after the `attempt`-th try (from 1): doubling to a cap, times 0.5 to 1 by the post's name."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempt - 1, 20))
    draw = int.from_bytes(hashlib.sha256(f"{post}/{attempt}".encode()).digest()[:4], "big") / 2**32
    return timedelta(seconds=round(wait.total_seconds() * (0.5 + draw / 2)))


def after(row: Delivery, outcome: Outcome, sure: Guarantee, now: datetime) -> Settled:
    """The row after a try that began from `row` (state sending, attempts already counted)."""
    began = row.lease - LEASE if row.lease else now
    if isinstance(outcome, Sent):
        return Settled(_out(row, outcome))
    row = replace(row, claim="", lease=None)
    match outcome:
        case Refused(why):
            return Settled(ended(row, DeliveryState.FAILED, why))
        case Unsure(why, is_last):
            row = replace(row, doubt=row.doubt or began)
            return _again(row, TryLater(why), Guarantee() if is_last else sure, now)
        case SignedOut(why):
            waiting = replace(row, state=DeliveryState.WAITING, reason=why)
            return Settled(waiting, account_free=datetime.max.replace(tzinfo=now.tzinfo), account_reason=why)
        case Partly(why):
            return Settled(replace(row, state=DeliveryState.WAITING, due=now, reason=why))
        case TryLater():
            return _again(row, outcome, sure, now)


def ended(row: Delivery, state: DeliveryState, why: str) -> Delivery:
    """The row at an end at which it is not out; `unsure` instead if an earlier try of it may be."""
    if row.doubt is None:
        return replace(row, state=state, reason=why)
    return replace(row, state=DeliveryState.UNSURE, reason=why + PERHAPS_OUT)


def called_off(row: Delivery, stop: Stop, why: str) -> Delivery:
    """The row after a person stopped it. One that is `unsure` keeps that in mind for when somebody has looked."""
    row = ended(row, STOPPED[stop], why)
    return replace(row, stop=stop) if row.state is DeliveryState.UNSURE else row


def _again(row: Delivery, outcome: TryLater, sure: Guarantee, now: datetime) -> Settled:
    """A retry is a row with a time. None that could not be in time, none that could do harm, and none for ever."""
    why, later = outcome.why, outcome.after
    free = now + later if later else None
    due = now + max(backoff(row.post, row.attempts), later or timedelta())
    if not sure.allows(row.doubt, due):
        row = replace(row, state=DeliveryState.UNSURE, reason=why)
    elif row.attempts >= MOST_ATTEMPTS:
        row = ended(row, DeliveryState.FAILED, f"{row.attempts} tries: {why}")
    elif due >= row.expires:
        row = ended(row, DeliveryState.MISSED, f"its time was over before the next try: {why}")
    else:
        row = replace(row, state=DeliveryState.WAITING, due=due, reason=why)
    return Settled(row, free, why if free else "")


def trouble(outcome: Outcome) -> str:
    """Why an outcome tells against its service: it gave no answer, or none that makes sense; empty if it does not."""
    match outcome:
        case TryLater(why, None) | Unsure(why):
            return why
    return ""  # one that says when to come again is well, and so is one that says no


def rest(failures: int) -> timedelta:
    """How long a service rests after that many failures in a row, then one try: doubling to a cap."""
    doublings = min(max(0, failures - TROUBLES), 20)
    return min(LONGEST_REST, FIRST_REST * (1 << doublings))


def recovered(row: Delivery, found: Found, sure: Guarantee, now: datetime) -> Delivery:
    """A row whose lease ran out, and what was found of it: tried again where that can do no harm."""
    began = row.lease - LEASE if row.lease else now
    row = looked(replace(row, claim="", lease=None, doubt=row.doubt or began), found)
    stopped = "the program stopped while sending"
    if row.state is DeliveryState.SENT:
        return row
    if not sure.allows(row.doubt, now):
        return replace(
            row, state=DeliveryState.UNSURE, reason=f"{stopped}: look whether it is out before sending again"
        )
    if now >= row.expires:
        return ended(row, DeliveryState.MISSED, f"{stopped}, and its time is over")
    if row.attempts >= MOST_ATTEMPTS:
        return ended(row, DeliveryState.FAILED, f"{stopped}, {row.attempts} times")
    return replace(row, state=DeliveryState.WAITING, due=min(row.due, now), reason=f"{stopped}: tried again")


def looked(row: Delivery, found: Found) -> Delivery:
    """A row of which a try may be out, after its channel was asked."""
    match found:
        case Sent():
            return _out(row, found)
        case Unsure() | Begun():
            return row
    return replace(row, doubt=None)


def _out(row: Delivery, sent: Sent) -> Delivery:
    """The row of what is out."""
    free: dict[str, Any] = {"claim": "", "lease": None, "doubt": None, "stop": None}
    told = sent.differs or sent.short
    return replace(row, state=DeliveryState.SENT, place=sent.place, remote=sent.id, reason=told, **free)


def is_held(holds: Iterable[Hold], post: Post, themes: Collection[str]) -> Hold | None:
    """The first hold that stops this post, if any."""
    return next((h for h in holds if _covers(h, post, themes) and not (h.essential and post.essential)), None)


def _covers(hold: Hold, post: Post, themes: Collection[str]) -> bool:
    match hold.scope:
        case "everything":
            return True
        case "theme":
            return hold.value in themes
        case "account" | "channel" | "campaign" | "country":
            return bool(getattr(post, hold.scope) == hold.value)
    raise ValueError(f"a hold on '{hold.scope}' is unknown")  # fail closed: nothing is sent past it
