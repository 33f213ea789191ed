"""An account's new name, in every row that knows the account, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.review import digest_of
from scheduler.store import reads

if TYPE_CHECKING:
    from scheduler.store.opening import Tx


_COPIED = """
    INSERT INTO account (name, channel, hold_until, hold_reason, bucket)
    SELECT ?, channel, hold_until, hold_reason, bucket FROM account WHERE name = ?
    ON CONFLICT (name) DO UPDATE
    SET channel = excluded.channel, hold_until = excluded.hold_until, hold_reason = excluded.hold_reason
"""


def rename(tx: Tx, old: str, new: str) -> None:
    """Posts, deliveries and holds follow. Ids and keys stay; digests are made anew, since they cover the account.

    An approval stands: it is the same account that a person said yes to, and the audit log tells that it is.
    """
    tx.change(_COPIED, (new, old))
    for post in reads.posts(tx.db, account=old):
        digest = digest_of(replace(post, account=new))
        if post.digest != digest_of(post):  # it is not what was approved, and must not become so
            digest = post.digest
        tx.change("UPDATE post SET account = ?, digest = ? WHERE id = ?", (new, digest, post.id))
        same = "UPDATE delivery SET digest = ? WHERE post = ? AND digest = ?"
        tx.change(same, (digest, post.id, post.digest))
    tx.change("UPDATE delivery SET account = ? WHERE account = ?", (new, old))
    tx.change("UPDATE hold SET value = ? WHERE scope = 'account' AND value = ?", (new, old))
    tx.change("DELETE FROM account WHERE name = ?", (old,))
    tx.audit("account renamed", new, before=old, after=new)
