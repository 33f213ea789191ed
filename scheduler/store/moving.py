"""Moves every row from one database to another, and shows that none was lost on the way."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import TYPE_CHECKING

from scheduler.errors import DatabaseError
from scheduler.store.log import first_broken
from scheduler.store.opening import ready_place
from scheduler.store.trouble import telling

if TYPE_CHECKING:
    from scheduler.store.connecting import Db, Place

_MANY = 1000  # rows at a time


def copy_rows(source: Place, target: Place, *, moved: bool = False) -> int:
    """Copies all rows into a database that has none; returns how many. With `moved`, the old one takes no more.

    Raises DatabaseError if the target has rows, or if what arrives is not what was there; then the target is as it was.
    """
    ready_place(source)
    ready_place(target)
    with telling(target.name), closing(source.writer()) as old, closing(target.writer()) as new:
        source.snapshot(old)
        target.begin(new)
        try:
            number = _copy(old, new, target)
            if moved:
                source.retire(old)
        except BaseException:
            target.rollback(new)
            source.rollback(old)
            raise
        target.commit(new)
        source.commit(old)
    return number


def _copy(old: Db, new: Db, target: Place) -> int:
    from scheduler.store.schema import metadata

    number = 0
    for table in metadata.sorted_tables:
        if new.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchone():
            raise DatabaseError(
                f"the database {target.name} already holds a workspace", "name an empty one; nothing was changed"
            )
        names, key = [c.name for c in table.columns], [c.name for c in table.primary_key]
        question = f"SELECT {', '.join(names)} FROM {table.name} ORDER BY {', '.join(key)}"
        addition = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        rows = old.execute(question)
        while some := rows.fetchmany(_MANY):
            new.executemany(addition, [tuple(row) for row in some])
            number += len(some)
        if _digest(old, question) != _digest(new, question):
            raise DatabaseError(f"the table {table.name} did not arrive whole", "report this; nothing was changed")
        if key == ["id"] and table.columns["id"].type.python_type is int:
            target.count_on(new, table.name)
    if broken := first_broken(new):
        raise DatabaseError(
            f"line {broken['id']} of the audit log is not what was written", "see: daymark audit log verify"
        )
    return number


def _digest(db: Db, question: str) -> str:
    sha = hashlib.sha256()
    rows = db.execute(question)
    while some := rows.fetchmany(_MANY):
        for row in some:
            sha.update(repr(tuple(row)).encode())
    return sha.hexdigest()
