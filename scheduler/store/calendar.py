"""Changes to the database's copy of the calendar, and to what a tick leaves for the next."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from scheduler.store import reads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.store.opening import Tx


def remember(tx: Tx, **values: str) -> None:
    """Keeps a value by name for the next command."""
    for name, value in values.items():
        tx.keep("state", {"name": name, "value": value}, key="name")


def as_json(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, default=str)


def sync_observances(tx: Tx, entries: Mapping[str, tuple[Mapping[str, Any], str]]) -> list[tuple[str, str]]:
    """Takes in the entries (id -> table and file); returns (id, added | changed | withdrawn) for what differed."""
    old, changes = reads.observance_digests(tx.db), []
    for id, (body, file) in entries.items():
        text = as_json(body)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if old.get(id) == digest:
            continue
        changes.append((id, "changed" if id in old else "added"))
        row: dict[str, Any] = {"id": id, "name": body["name"], "rule": body["rule"], "body": text, "digest": digest}
        tx.keep("observance", row | {"file": file, "synced": tx.now, "withdrawn": None}, key="id")
    places = list(enumerate(entries))
    tx.db.executemany("UPDATE observance SET place = ? WHERE id = ?", places)
    for id in sorted(old.keys() - entries.keys()):
        changes.append((id, "withdrawn"))
        tx.change("UPDATE observance SET withdrawn = ? WHERE id = ?", (tx.now, id))
    for id, change in changes:
        tx.audit(f"observance {change}", id)
    return changes


def sync_others(tx: Tx, helplines: Mapping[str, Mapping[str, Any]], regions: Mapping[str, Mapping[str, Any]]) -> None:
    """Replaces the helplines and regions by what the files say."""
    _replace(tx, "helpline", helplines)
    _replace(tx, "region", regions)


def _replace(tx: Tx, table: str, entries: Mapping[str, Mapping[str, Any]]) -> None:
    tx.change(f"DELETE FROM {table}")
    for place, (id, body) in enumerate(entries.items()):
        tx.add(table, {"id": id, "body": as_json(body), "place": place})
