"""Changes to deliveries, accounts' pauses and holds. A claim is a compare-and-set; so is every step after it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, literal_column, select

from scheduler.model import Delivery, DeliveryState, Hold, Post
from scheduler.store import reads
from scheduler.store.opening import Tx, stamp
from scheduler.store.schema import account, attempt, delivery, hold, post

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.outbox import Settled

_WAITING: Any = literal_column("'waiting'")
FOR_EVER = "9999"  # sorts after every instant but that of an account which waits for a person
_ENDED = ("sent", "failed", "unsure", "missed", "cancelled")


def enqueue(tx: Tx, p: Post, *, state: DeliveryState = DeliveryState.WAITING, reason: str = "") -> bool:
    """Gives a post its delivery; False if it has one already or is no longer what was read.

    The idempotency key is made of the post, its digest and how often it was queued before: it belongs to the row.
    """
    change = post.update().where(post.c.id == p.id, post.c.digest == p.digest, post.c.queued == 0)
    if tx.sql.execute(change.values(queued=1)).rowcount != 1:
        return False
    times = tx.sql.execute(select(func.count()).select_from(delivery).where(delivery.c.post == p.id)).scalar_one()
    key = hashlib.sha256(f"{p.id}\0{p.digest}\0{times}".encode()).hexdigest()[:40]
    row = {"post": p.id, "account": p.account, "state": str(state), "key": key, "digest": p.digest}
    row |= {"due": stamp(p.due), "expires": stamp(p.expires), "place": "", "reason": reason}
    tx.sql.execute(delivery.insert(), row | ({"settled": tx.now} if str(state) in _ENDED else {}))
    tx.audit("queued" if state is DeliveryState.WAITING else str(state), p.id, after=p.digest, why=reason)
    return True


def claim(tx: Tx, d: Delivery, token: str, lease: datetime) -> Delivery | None:
    """Takes a waiting delivery for sending, and its account for as long; None if another was quicker."""
    change = (
        delivery.update()
        .where(
            delivery.c.id == d.id,
            delivery.c.state == _WAITING,
            delivery.c.due <= tx.now,
            delivery.c.expires > tx.now,
            _account_free(d.account, tx.now),
        )
        .values(state="sending", claim=token, lease=stamp(lease), attempts=delivery.c.attempts + 1)
    )
    if tx.sql.execute(change).rowcount != 1:
        return None
    busy = account.update().where(account.c.name == d.account)
    tx.sql.execute(busy.values(hold_until=stamp(lease), hold_reason="a post is being sent"))
    tx.audit("claimed", d.post, before="waiting", after="sending")
    return reads.delivery(tx.db, d.id)


def _account_free(name: str, now: str):  # type: ignore[no-untyped-def]  # a column expression
    free = func.coalesce(account.c.hold_until, "") <= now
    return select(account.c.name).where(account.c.name == name, free).exists()


def settle(tx: Tx, before: Delivery, settled: Settled, outcome: str, started: str) -> bool:
    """Writes the attempt and the row after it; False (only the attempt is kept) if the claim is no longer ours."""
    row, ours = settled.delivery, _change(tx, before, settled.delivery)
    detail = row.reason or row.place
    told = {"delivery": row.id, "n": row.attempts, "started": started, "ended": tx.now}
    tx.sql.execute(attempt.insert(), told | {"outcome": outcome if ours else f"late: {outcome}", "detail": detail})
    if ours:
        free = stamp(settled.account_free) if settled.account_free else None
        failed = 0 if outcome == "Sent" else account.c.failures + 1
        change = account.update().where(account.c.name == row.account)
        tx.sql.execute(change.values(hold_until=free, hold_reason=settled.account_reason or None, failures=failed))
    return ours


def recover(tx: Tx, before: Delivery, row: Delivery) -> bool:
    """A lost delivery's next state, with an attempt that says it was lost; False if another was quicker."""
    if not _change(tx, before, row):
        return False
    told = {"delivery": row.id, "n": row.attempts, "started": stamp(before.lease) if before.lease else tx.now}
    tx.sql.execute(attempt.insert(), told | {"ended": tx.now, "outcome": "lost", "detail": row.reason or row.place})
    free = account.update().where(account.c.name == row.account)
    tx.sql.execute(free.values(hold_until=None, hold_reason=None))
    return True


def end(tx: Tx, before: Delivery, row: Delivery) -> bool:
    """Ends a waiting delivery: missed, failed or cancelled; False if it is no longer waiting."""
    return _change(tx, before, row)


def _change(tx: Tx, before: Delivery, row: Delivery) -> bool:
    """The step from one state to the next, if the row is still what it was, in state and claim."""
    was = (delivery.c.id == before.id) & (delivery.c.state == str(before.state))
    if before.claim:
        was &= delivery.c.claim == before.claim
    values: dict[str, Any] = {"state": str(row.state), "due": stamp(row.due), "place": row.place, "reason": row.reason}
    values |= {"claim": None, "lease": None, "settled": tx.now if str(row.state) in _ENDED else None}
    if tx.sql.execute(delivery.update().where(was).values(values)).rowcount != 1:
        return False
    tx.audit(str(row.state), row.post, before=str(before.state), after=str(row.state), why=row.reason)
    return True


def send_back(tx: Tx, post_id: str) -> None:
    """Gives a post back to people: it needs new words or a new yes before it can be queued again."""
    tx.sql.execute(post.update().where(post.c.id == post_id).values(queued=0, review="changes wanted"))


def take_back(tx: Tx, before: Delivery, why: str) -> bool:
    """Cancels a waiting delivery, so that its post can be changed; False if it is no longer waiting."""
    if not _change(tx, before, replace(before, state=DeliveryState.CANCELLED, reason=why)):
        return False
    tx.sql.execute(post.update().where(post.c.id == before.post).values(queued=0))
    return True


def acknowledge(tx: Tx, ids: list[int]) -> None:
    """A person has taken note of how these deliveries ended."""
    tx.sql.execute(delivery.update().where(delivery.c.id.in_(ids)).values(acknowledged=1))


def free_accounts(tx: Tx) -> None:
    """Lets accounts that were signed out try again."""
    stuck = account.c.hold_until > FOR_EVER
    tx.sql.execute(account.update().where(stuck).values(hold_until=None, hold_reason=None))


def add_hold(tx: Tx, scope: str, value: str, why: str) -> None:
    row = {"scope": scope, "value": value, "why": why, "who": tx.who, "since": tx.now}
    tx.sql.execute(hold.insert(), row)
    tx.audit("hold", f"{scope} {value}".strip(), why=why)


def lift(tx: Tx, h: Hold) -> None:
    tx.sql.execute(hold.update().where(hold.c.id == h.id, hold.c.lifted.is_(None)).values(lifted=tx.now))
    tx.audit("resume", f"{h.scope} {h.value}".strip(), why=h.why)
