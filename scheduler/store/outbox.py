"""Changes to deliveries and accounts' pauses. A claim is a compare-and-set; so is every step after it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scheduler.model import Delivery, DeliveryState, Post, Stop
from scheduler.store import reads
from scheduler.store.opening import Tx, stamp

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.model import RateLimits
    from scheduler.outbox import Settled

FOR_EVER = "9999"  # sorts after every instant but that of an account which waits for a person
_ENDED = ("sent", "failed", "unsure", "missed", "cancelled")


class NotOurs(Exception):
    """Another process was quicker, or the account or the service may not send yet: the claim is rolled back."""


def enqueue(
    tx: Tx, p: Post, *, state: DeliveryState = DeliveryState.WAITING, reason: str = "", service: str = ""
) -> bool:
    """Gives a post its delivery, over a service; False if it has one already or is no longer what was read.

    The idempotency key is made of the post, its digest and how often it was queued before: it belongs to the row.
    """
    change = "UPDATE post SET queued = 1 WHERE id = ? AND digest = ? AND queued = 0"
    if not tx.change(change, (p.id, p.digest)):
        return False
    times = tx.db.execute("SELECT COUNT(*) FROM delivery WHERE post = ?", (p.id,)).fetchone()[0]
    key = hashlib.sha256(f"{p.id}\0{p.digest}\0{times}".encode()).hexdigest()[:40]
    row = {"post": p.id, "account": p.account, "service": service or p.channel, "state": str(state), "key": key}
    row |= {"digest": p.digest, "due": stamp(p.due), "expires": stamp(p.expires), "place": "", "reason": reason}
    tx.add("delivery", row | ({"settled": tx.now} if state in _ENDED else {}))
    tx.audit("queued" if state is DeliveryState.WAITING else str(state), p.id, after=p.digest, why=reason)
    return True


_CLAIM = """
    UPDATE delivery SET state = 'sending', claim = :claim, lease = :lease, attempts = attempts + 1
    WHERE id = :id AND state = 'waiting' AND due = :due AND attempts = :tried AND due <= :now AND expires > :now
"""


def claim(tx: Tx, d: Delivery, token: str, lease: datetime, rates: RateLimits, rests: str = "") -> Delivery:
    """Takes a waiting delivery for sending, and its account for as long. Raises NotOurs; then nothing is to be kept.

    `rests` is until when its service rests, as this transaction has seen it; empty if it is well. The account goes
    first: its row is what keeps two processes from sending for it at once.
    """
    _take_service(tx, d.service, lease, rates, rests)
    _take(tx, "account", d.account, rates.account, hold_until=stamp(lease), hold_reason="a post is being sent")
    was = {"id": d.id, "due": stamp(d.due), "tried": d.attempts}  # tried or moved since it was read: not what we hold
    if not tx.change(_CLAIM, {**was, "claim": token, "lease": stamp(lease), "now": tx.now}):
        raise NotOurs
    tx.audit("claimed", d.post, before="waiting", after="sending")
    return replace(d, state=DeliveryState.SENDING, claim=token, lease=lease, attempts=d.attempts + 1)


def _take_service(tx: Tx, name: str, lease: datetime, rates: RateLimits, rests: str) -> None:
    """A service in trouble lets one try through when its time has come; a healthy one within its rate and width."""
    if rests:  # half open: whoever moves the time on is the probe, all others wait for what it finds
        probe = "UPDATE service SET hold_until = ? WHERE name = ? AND hold_until = ? AND hold_until <= ?"
        if not tx.change(probe, (stamp(lease), name, rests, tx.now)):
            raise NotOurs
    if rates.at_once:
        sending = "SELECT COUNT(*) FROM delivery WHERE state = 'sending' AND service = ?"
        if tx.db.execute(sending, (name,)).fetchone()[0] >= rates.at_once:
            raise NotOurs
    if rates.service:
        tx.change("INSERT INTO service (name) VALUES (?) ON CONFLICT (name) DO NOTHING", (name,))
        _take(tx, "service", name, rates.service)


def _take(tx: Tx, table: str, name: str, rate: Any, **values: str) -> None:
    """One token from a bucket. `bucket` is when it will be full again, in milliseconds since 1970. Raises NotOurs."""
    at = {"name": name, "now": tx.now, "ms": tx.milliseconds}
    cost, slack = (rate.cost, rate.slack) if rate else (0, 1 << 60)
    said = "".join(f"{column} = :{column}, " for column in values)
    free = "" if table == "service" else "AND COALESCE(hold_until, '') <= :now"
    sql = f"""
        UPDATE {table} SET {said} bucket = CASE WHEN bucket > :ms THEN bucket ELSE :ms END + :cost
        WHERE name = :name {free} AND bucket <= :ms + :slack
    """
    if not tx.change(sql, at | values | {"cost": cost, "slack": slack}):
        raise NotOurs


_ATTEMPT = "delivery n started ended outcome detail".split()


def settle(tx: Tx, before: Delivery, settled: Settled, outcome: str, started: str) -> bool:
    """Writes the attempt and the row after it; False (only the attempt is kept) if the claim is no longer ours."""
    row, ours = settled.delivery, _change(tx, before, settled.delivery)
    told = (row.id, row.attempts, started, tx.now, outcome if ours else f"late: {outcome}", _detail(row))
    tx.add("attempt", dict(zip(_ATTEMPT, told, strict=True)))
    if ours:
        free = stamp(settled.account_free) if settled.account_free else None
        _free_account(tx, before, free, settled.account_reason or None)
    return ours


def _detail(row: Delivery) -> str:
    """What is told of a try: where it is out, how that differs, or what went wrong."""
    return "; ".join(filter(None, [row.place if row.state is DeliveryState.SENT else "", row.reason]))


def _free_account(tx: Tx, d: Delivery, until: str | None = None, why: str | None = None) -> None:
    """Ends the pause that the claim of a delivery made, or makes a longer one; another post's own pause stays."""
    change = """
        UPDATE account SET hold_until = :until, hold_reason = :why
        WHERE name = :name AND (hold_until = :lease OR COALESCE(hold_until, '') < COALESCE(:until, ''))
    """
    lease = stamp(d.lease) if d.lease else ""
    tx.change(change, {"until": until, "why": why, "name": d.account, "lease": lease})


def judge(tx: Tx, service: str, *, trouble: str, limit: int, rest: Any) -> None:
    """Keeps how a service does: at `limit` failures in a row it rests, `rest(failures)` long; a success frees it."""
    if not trouble:
        tx.change(
            "UPDATE service SET failures = 0, hold_until = NULL, hold_reason = NULL"
            " WHERE name = ? AND (failures > 0 OR hold_until IS NOT NULL)",
            (service,),
        )
        return
    tx.change(
        "INSERT INTO service (name, failures) VALUES (?, 1)"
        " ON CONFLICT (name) DO UPDATE SET failures = service.failures + 1",
        (service,),
    )
    failures = tx.db.execute("SELECT failures FROM service WHERE name = ?", (service,)).fetchone()[0]
    if failures >= limit:
        until = stamp(reads.instant(tx.now) + rest(failures))
        hold = "UPDATE service SET hold_until = ?, hold_reason = ? WHERE name = ?"
        tx.change(hold, (until, trouble, service))
        tx.audit("service rests", service, after=until, why=trouble)


def mark_rung(tx: Tx, ids: list[int]) -> None:
    """Notes that somebody was rung for these deliveries."""
    tx.db.executemany("UPDATE delivery SET rung = ? WHERE id = ?", [(tx.now, id) for id in ids])


def recover(tx: Tx, before: Delivery, row: Delivery) -> bool:
    """A lost delivery's next state, with an attempt that says it was lost; False if another was quicker."""
    if not _change(tx, before, row):
        return False
    began = stamp(before.lease) if before.lease else tx.now
    told = (row.id, row.attempts, began, tx.now, "lost", _detail(row))
    tx.add("attempt", dict(zip(_ATTEMPT, told, strict=True)))
    _free_account(tx, before)
    return True


def correct(tx: Tx, row: Delivery) -> bool:
    """Tells a delivery as sent that a late answer shows to be out, if nobody has given its post other words since.

    False if it was called off, its post is back with people or on another way, or another process is at it.
    """
    now = reads.delivery(tx.db, row.id)
    if now.state in (DeliveryState.SENDING, DeliveryState.SENT):
        return True
    if now.state in (DeliveryState.WAITING, DeliveryState.UNSURE) or _is_all_there_is(tx, now):
        return _change(tx, now, row)
    return False


def doubt(tx: Tx, row: Delivery) -> bool:
    """Puts back the doubt about a delivery whose lost try may be out after all, as its late answer says.

    One that waits is looked for before it goes again, as its channel allows; a person looks at one that was missed.
    One that is being tried again ends as that try ends. False if it was called off, or its post is back with people.
    """
    now = reads.delivery(tx.db, row.id)
    since = replace(now, doubt=now.doubt or row.doubt, reason=row.reason)
    if now.state is DeliveryState.WAITING:
        return now.doubt is not None or _change(tx, now, since)
    if _is_all_there_is(tx, now):
        return _change(tx, now, replace(since, state=DeliveryState.UNSURE, stop=Stop.MISSED))
    return now.state in (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNSURE)


def _is_all_there_is(tx: Tx, row: Delivery) -> bool:
    """Whether a delivery was missed, and its post neither reworded nor sent on its way again since."""
    question = "SELECT MAX(d.id) FROM delivery AS d JOIN post AS p ON p.id = d.post WHERE p.id = ? AND p.queued = 1"
    newest = tx.db.execute(question, (row.post,)).fetchone()[0]
    return row.state is DeliveryState.MISSED and newest == row.id


def end(tx: Tx, before: Delivery, row: Delivery) -> bool:
    """Ends a waiting delivery: missed, failed or cancelled; False if it is no longer waiting."""
    return _change(tx, before, row)


_STEP = """
    UPDATE delivery
    SET state = :state, due = :due, place = :place, remote = :remote, reason = :reason, doubt = :doubt,
        stop = :stop, claim = NULL, lease = NULL, settled = :settled
    WHERE id = :id AND state = :was AND attempts = :tried AND COALESCE(claim, '') = :claim
"""


def _change(tx: Tx, before: Delivery, row: Delivery) -> bool:
    """The step from one state to the next, if the row is still what it was: in state, tries and claim."""
    values: dict[str, Any] = {"state": str(row.state), "due": stamp(row.due), "place": row.place, "reason": row.reason}
    values |= {"remote": row.remote, "doubt": stamp(row.doubt) if row.doubt else None, "stop": row.stop or ""}
    values |= {"id": before.id, "was": str(before.state), "tried": before.attempts, "claim": before.claim}
    if not tx.change(_STEP, values | {"settled": tx.now if row.state in _ENDED else None}):
        return False
    tx.audit(str(row.state), row.post, before=str(before.state), after=str(row.state), why=row.reason)
    return True


def send_back(tx: Tx, post_id: str) -> None:
    """Gives a post back to people: it needs new words or a new yes before it can be queued again."""
    tx.change("UPDATE post SET queued = 0, review = 'changes wanted' WHERE id = ?", (post_id,))


def take_back(tx: Tx, before: Delivery, row: Delivery) -> bool:
    """Stops a waiting delivery, so that its post can be changed if it is cancelled; False if it no longer waits."""
    if not _change(tx, before, row):
        return False
    if row.state is DeliveryState.CANCELLED:
        tx.change("UPDATE post SET queued = 0 WHERE id = ?", (before.post,))
    return True


def acknowledge(tx: Tx, ids: list[int]) -> None:
    """A person has taken note of how these deliveries ended."""
    tx.db.executemany("UPDATE delivery SET acknowledged = 1 WHERE id = ?", [(id,) for id in ids])


def send_after_all(tx: Tx, before: Delivery, due: datetime, why: str) -> bool:
    """Gives a post that was missed a new delivery, at a time; False if somebody was quicker."""
    free = "UPDATE post SET queued = 0 WHERE id = ? AND digest = ? AND queued = 1 AND review = 'approved'"
    if reads.delivery(tx.db, before.id) != before or not _is_all_there_is(tx, before):
        return False
    if not tx.change(free, (before.post, before.digest)):
        return False
    (post,) = reads.posts(tx.db, ids=[before.post])
    acknowledge(tx, [before.id])
    enqueue(tx, post, service=before.service)
    row = reads.delivery_of(tx.db, post.id)
    if row and due > row.due:
        put_off(tx, row, due, f"missed, and sent after all: {why}")
    return True


def hand_over(tx: Tx, before: Delivery, place: str) -> bool:
    """A person says that what was handed off is up, at `place`; False if that is known already.

    What the channel said of its own place stays in the attempt.
    """
    change = """
        UPDATE delivery SET place = :place, acknowledged = 1
        WHERE id = :id AND state = 'sent' AND (place <> :place OR acknowledged = 0)
    """
    if not tx.change(change, {"id": before.id, "place": place}):
        return False
    tx.audit("done", before.post, before=before.place, after=place)
    return True


def free_accounts(tx: Tx, name: str = "") -> None:
    """Lets accounts that were signed out try again: all of them, or one."""
    stuck = "UPDATE account SET hold_until = NULL, hold_reason = NULL WHERE hold_until > ? AND ? IN ('', name)"
    tx.change(stuck, (FOR_EVER, name))


def put_off(tx: Tx, before: Delivery, due: datetime, why: str) -> bool:
    """Gives a waiting delivery a later time; False if it is no longer waiting."""
    change = "UPDATE delivery SET due = ?, reason = ?, rung = NULL WHERE id = ? AND state = 'waiting'"
    if not tx.change(change, (stamp(due), why, before.id)):
        return False
    tx.audit("put off", before.post, before=stamp(before.due), after=stamp(due), why=why)
    return True
