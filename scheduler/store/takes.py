"""What the servers of accounts said that they take, kept by account in the table of single values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scheduler.model import Takes
from scheduler.store.calendar import remember
from scheduler.store.opening import Tx, stamp
from scheduler.store.reads import instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.model import Account
    from scheduler.store.connecting import Db

_NAME = "takes "  # before the name of an account


def keep(tx: Tx, account: str, takes: Takes) -> None:
    """Keeps the newest word of an account's server."""
    said = {"server": takes.server, "at": stamp(takes.at), "most": takes.most, "link": takes.link}
    said |= {"alt_most": takes.alt_most, "picture_bytes": takes.picture_bytes}
    remember(tx, **{_NAME + account: json.dumps(said)})


def forget(tx: Tx, account: str) -> None:
    tx.change("DELETE FROM state WHERE name = ?", (_NAME + account,))


def of(db: Db, accounts: Iterable[Account]) -> dict[str, Takes]:
    """By account, what its server said; nothing of one that has moved to another server since."""
    found = db.execute("SELECT name, value FROM state WHERE name LIKE ?", (_NAME + "%",)).fetchall()
    said = {name.removeprefix(_NAME): json.loads(value) for name, value in found}
    kept = {name: Takes(**words | {"at": instant(words["at"])}) for name, words in said.items()}
    return {a.name: kept[a.name] for a in accounts if a.name in kept and kept[a.name].server == a.server}
