"""Who of many has a post: written down before each letter and after it, as deliveries are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.store import reads
from scheduler.store.opening import stamp
from scheduler.store.outbox import NotOurs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from scheduler.model import Delivery
    from scheduler.store.connecting import Db
    from scheduler.store.opening import Tx

_LOST = "the program stopped while sending"
# One who has it, or may have it, stays so for every delivery of the post that may follow.
_ADDED = """
    INSERT INTO recipient (post, name, delivery, state, claim, reason, at)
    VALUES (:post, :name, :delivery, 'waiting', '', '', :now)
    ON CONFLICT (post, name) DO UPDATE
    SET delivery = excluded.delivery, state = 'waiting', claim = '', reason = '', at = excluded.at
    WHERE recipient.state IN ('waiting', 'refused', 'gone')
"""


def enlist(tx: Tx, d: Delivery, names: Iterable[str]) -> dict[str, str]:
    """Who still waits for a post, with what kept the last try from them. For a claimed delivery.

    The first try of a delivery says who is on the list: whoever comes later gets the next post, and who has left it
    meanwhile gets no letter. What another process had in hand when its claim was over is in doubt.
    """
    wanted = list(names)
    lost = "UPDATE recipient SET state = 'unsure', reason = ?, at = ? WHERE post = ? AND state = 'sending'"
    if tx.change(lost, (_LOST, tx.now, d.post)):
        tx.audit("recipient unsure", d.post, why=_LOST)
    if not tx.db.execute("SELECT 1 FROM recipient WHERE delivery = ? LIMIT 1", (d.id,)).fetchone():
        row = {"post": d.post, "delivery": d.id, "now": tx.now}
        tx.db.executemany(_ADDED, [row | {"name": name} for name in wanted])
    waiting = {r["name"]: r["reason"] for r in rows(tx.db, d.post) if r["state"] == "waiting"}
    left = "UPDATE recipient SET state = 'gone', reason = 'no longer on the list', at = ? WHERE post = ? AND name = ?"
    tx.db.executemany(left, [(tx.now, d.post, name) for name in waiting.keys() - set(wanted)])
    return {name: waiting[name] for name in wanted if name in waiting}


def renew(tx: Tx, d: Delivery, lease: datetime) -> Delivery:
    """Moves the end of a claim on, and of its account's pause. Raises NotOurs if it is no longer ours."""
    ours = "UPDATE delivery SET lease = ? WHERE id = ? AND state = 'sending' AND claim = ?"
    if not tx.change(ours, (stamp(lease), d.id, d.claim)):
        raise NotOurs
    if d.lease:
        pause = "UPDATE account SET hold_until = ? WHERE name = ? AND hold_until = ?"
        tx.change(pause, (stamp(lease), d.account, stamp(d.lease)))
    return replace(d, lease=lease)


def take(tx: Tx, d: Delivery, name: str) -> bool:
    """The intent to write to one of them; False if that one waits no longer."""
    change = (
        "UPDATE recipient SET state = 'sending', claim = ?, at = ? WHERE post = ? AND name = ? AND state = 'waiting'"
    )
    return bool(tx.change(change, (d.claim, tx.now, d.post, name)))


_KEPT = """
    UPDATE recipient SET state = :state, reason = :reason, at = :now
    WHERE post = :post AND name = :name AND claim = :claim AND state IN ('sending', 'unsure')
"""


def keep(tx: Tx, d: Delivery, name: str, state: str, reason: str) -> None:
    """What came of a letter. One that was taken counts as that, however late it is known."""
    known = {"post": d.post, "name": name, "claim": d.claim, "state": state, "reason": reason, "now": tx.now}
    if not tx.change(_KEPT, known) and state == "accepted":
        late = "UPDATE recipient SET state = 'accepted', reason = '', at = ? WHERE post = ? AND name = ?"
        tx.change(late, (tx.now, d.post, name))
    if state in ("refused", "unsure"):
        tx.audit(f"recipient {state}", d.post, after=name, why=reason)


def answer(tx: Tx, post: str, *, is_out: bool) -> None:
    """A person has looked: those in doubt have it, or wait for it again."""
    state = "accepted" if is_out else "waiting"
    change = "UPDATE recipient SET state = ?, claim = '', reason = '', at = ? WHERE post = ? AND state IN (?, ?)"
    if tx.change(change, (state, tx.now, post, "unsure", "sending")):
        tx.audit(f"recipients {state}", post, before="unsure", after=state)


def rows(db: Db, post: str) -> list[dict[str, str]]:
    """Everybody who was to get a post: name, state, reason and since when it stands so."""
    return reads.rows(db, "SELECT name, state, reason, at FROM recipient WHERE post = ? ORDER BY name", (post,))


def counts(db: Db, post: str) -> Counter[str]:
    """How many of them stand where."""
    found = db.execute("SELECT state, COUNT(*) FROM recipient WHERE post = ? GROUP BY state", (post,))
    return Counter({str(state): int(number) for state, number in found})
