"""Changes to the database's copy of the calendar, and to what a tick leaves for the next."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.sqlite import insert

from scheduler.store import reads
from scheduler.store.schema import helpline, observance, region, state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Table

    from scheduler.store.opening import Tx


def remember(tx: Tx, **values: str) -> None:
    """Keeps a value by name for the next command."""
    for name, value in values.items():
        row = insert(state).values(name=name, value=value)
        tx.sql.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def as_json(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, default=str)


def sync_observances(tx: Tx, entries: Mapping[str, tuple[Mapping[str, Any], str]]) -> list[tuple[str, str]]:
    """Takes in the entries (id -> table and file); returns (id, added | changed | withdrawn) for what differed."""
    old, known, changes = reads.observance_digests(tx.db), reads.known_observances(tx.db), []
    for id, (body, file) in entries.items():
        text = as_json(body)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if old.get(id) == digest:
            continue
        changes.append((id, "changed" if id in old else "added"))
        row: dict[str, Any] = {"id": id, "name": body["name"], "rule": body["rule"], "body": text, "digest": digest}
        row |= {"file": file, "synced": tx.now, "withdrawn": None}
        if id in known:
            tx.sql.execute(observance.update().where(observance.c.id == id).values(row))
        else:
            tx.sql.execute(observance.insert(), row)
    for id in sorted(old.keys() - entries.keys()):
        changes.append((id, "withdrawn"))
        tx.sql.execute(observance.update().where(observance.c.id == id).values(withdrawn=tx.now))
    for id, change in changes:
        tx.audit(f"observance {change}", id)
    return changes


def sync_others(tx: Tx, helplines: Mapping[str, Mapping[str, Any]], regions: Mapping[str, Mapping[str, Any]]) -> None:
    """Replaces the helplines and regions by what the files say."""
    _replace(tx, helpline, helplines)
    _replace(tx, region, regions)


def _replace(tx: Tx, table: Table, entries: Mapping[str, Mapping[str, Any]]) -> None:
    tx.sql.execute(table.delete())
    for id, body in entries.items():
        tx.sql.execute(table.insert(), {"id": id, "body": as_json(body)})
