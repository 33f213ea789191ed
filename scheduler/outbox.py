"""What becomes of a delivery: a row, an outcome and the time make the next row. No clock, no chance, no network."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from scheduler.model import Delivery, DeliveryState, Hold, Outcome, Post, Refused, Sent, SignedOut, TryLater, Unsure

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

LEASE = timedelta(minutes=2)  # three times what a send may take
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
MOST_ATTEMPTS = 12
TROUBLES = 5  # in a row, then a service rests
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=1)


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


def after(row: Delivery, outcome: Outcome, now: datetime) -> Settled:
    """The row after a try that began from `row` (state sending, attempts already counted)."""
    row = replace(row, claim="", lease=None)
    match outcome:
        case Sent(place):
            return Settled(replace(row, state=DeliveryState.SENT, place=place, reason=""))
        case Refused(why):
            return Settled(replace(row, state=DeliveryState.FAILED, reason=why))
        case Unsure(why):
            return Settled(replace(row, state=DeliveryState.UNSURE, reason=why))
        case SignedOut(why):
            waiting = replace(row, state=DeliveryState.WAITING, reason=why)
            return Settled(waiting, account_free=datetime.max.replace(tzinfo=now.tzinfo), account_reason=why)
        case TryLater():
            return _again(row, outcome, now)


def _again(row: Delivery, outcome: TryLater, now: datetime) -> Settled:
    """A retry is a row with a time. None that could not be in time, and none for ever."""
    why, later = outcome.why, outcome.after
    free = now + later if later else None
    if row.attempts >= MOST_ATTEMPTS:
        state = DeliveryState.UNSURE if outcome.may_be_out else DeliveryState.FAILED
        failed = replace(row, state=state, reason=f"{row.attempts} tries: {why}")
        return Settled(failed, free, why if free else "")
    due = now + max(backoff(row.post, row.attempts), later or timedelta())
    if due >= row.expires:
        state = DeliveryState.UNSURE if outcome.may_be_out else DeliveryState.MISSED
        missed = replace(row, state=state, reason=f"its time was over before the next try: {why}")
        return Settled(missed, free, why if free else "")
    return Settled(replace(row, state=DeliveryState.WAITING, due=due, reason=why), free, why if free else "")


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


def recovered(row: Delivery, *, repeatable: bool, now: datetime, findable: bool = True) -> Delivery:
    """A row whose lease ran out: tried again where the channel makes a repeat harmless, else left to a person."""
    row = replace(row, claim="", lease=None)
    stopped = "the program stopped while sending"
    is_last = now >= row.expires or row.attempts >= MOST_ATTEMPTS
    if not repeatable or (is_last and not findable):
        return replace(
            row, state=DeliveryState.UNSURE, reason=f"{stopped}: look whether it is out before sending again"
        )
    if now >= row.expires:
        return replace(row, state=DeliveryState.MISSED, reason=f"{stopped}, and its time is over")
    if row.attempts >= MOST_ATTEMPTS:
        return replace(row, state=DeliveryState.FAILED, reason=f"{stopped}, {row.attempts} times")
    return replace(row, state=DeliveryState.WAITING, due=min(row.due, now), reason=f"{stopped}: tried again")


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
