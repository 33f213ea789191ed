"""Opens the database: schema upgrades first, then questions, or one transaction at a time."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from scheduler import paths
from scheduler.errors import DatabaseError
from scheduler.peek import take_note_away
from scheduler.store import log
from scheduler.store.connecting import Db, File, Place, Scratch, place_of
from scheduler.store.trouble import telling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

SCHEMA = "0010"  # the newest migration; a test holds it equal to Alembic's head


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction: everything in it is kept or nothing is. `at` is its moment; `who` stands in the audit log."""

    db: Db
    place: Place
    at: datetime
    who: str
    lines: list[dict[str, str]] = field(default_factory=list)  # for the audit log, written when all else is
    now: str = field(init=False)  # its moment as it is stored

    def __post_init__(self) -> None:
        object.__setattr__(self, "now", stamp(self.at))

    @property
    def milliseconds(self) -> int:
        """Its moment in milliseconds since 1970: rates are finer than the seconds that are stored."""
        return int(self.at.timestamp() * 1000)

    def change(self, sql: str, values: Any = ()) -> int:
        """Runs one statement; returns how many rows it changed."""
        return int(self.db.execute(sql, values).rowcount)

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """Puts a row into a table."""
        self.db.execute(_insertion(table, tuple(row)), row)

    def keep(self, table: str, row: Mapping[str, Any], *, key: str) -> None:
        """Puts a row into a table, in place of the one with the same `key`."""
        self.db.execute(_upsertion(table, tuple(row), key), row)

    def keep_all(self, table: str, rows: Sequence[Mapping[str, Any]], *, key: str) -> None:
        """As `keep`, for many rows of the same columns."""
        if rows:
            self.db.executemany(_upsertion(table, tuple(rows[0]), key), rows)

    def alone(self, table: str) -> None:
        """From here on no other transaction changes the table until this one has ended."""
        if lock := self.place.locking(table):
            self.db.execute(lock)

    def audit(self, what: str, subject: str, before: str = "", after: str = "", why: str = "") -> None:
        """Notes a line for the audit log: it is kept with the transaction."""
        line = {"at": self.now, "who": self.who, "what": what, "subject": subject}
        self.lines.append(line | {"before": before, "after": after, "why": why})


@lru_cache(maxsize=64)
def _insertion(table: str, names: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"


@lru_cache(maxsize=64)
def _upsertion(table: str, names: tuple[str, ...], key: str) -> str:
    fresh = ", ".join(f"{name} = excluded.{name}" for name in names if name != key)
    return f"{_insertion(table, names)} ON CONFLICT ({key}) DO UPDATE SET {fresh}"


@lru_cache(maxsize=256)  # a send asks for the same few a dozen times
def stamp(at: datetime) -> str:
    """An instant as it is stored. `at` must be aware."""
    if at.tzinfo is None:
        raise ValueError("a stored instant needs a time zone")
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat()[:19] + "Z"


@contextmanager
def reading(home: Path) -> Iterator[Db]:
    """A connection for questions, to a database of today's schema, made or upgraded first if need be."""
    place = _place(home)
    with telling(place.name), _open(place, "reader") as db:
        yield db


@contextmanager
def writing(home: Path, now: datetime, who: str) -> Iterator[Tx]:
    """One transaction that may change things. Rolled back if anything is raised in it."""
    place = _place(home)
    with telling(place.name), _open(place, "writer") as db:
        place.begin(db)
        try:
            tx = Tx(db, place, now, who)
            yield tx
            if tx.lines:
                log.append(db, place, tx.lines)
        except BaseException:
            place.rollback(db)
            raise
        place.commit(db)
    take_note_away(str(home))


@dataclass(slots=True)
class _Kept:
    places: dict[str, Place] = field(default_factory=dict)
    connections: dict[tuple[str, str], Db] = field(default_factory=dict)


class _Thread(threading.local):
    kept: _Kept | None = None


_HERE = _Thread()


def _place(home: Path) -> Place:
    kept = _HERE.kept
    if kept is None:
        return place_of(home)
    if (name := str(home)) not in kept.places:
        kept.places[name] = place_of(home)
    return kept.places[name]


@contextmanager
def keeping_open(scratch: Path | None = None) -> Iterator[None]:
    """Within it, this thread's connections stay open from one use to the next: for work of many small steps.

    `scratch` is a folder whose database is thrown away afterwards.
    """
    if _HERE.kept is not None:  # already so
        yield
        return
    kept = _HERE.kept = _Kept()
    if scratch:
        kept.places[str(scratch)] = Scratch(paths.database(str(scratch)))
    try:
        yield
    finally:
        _HERE.kept = None
        for db in kept.connections.values():
            db.close()


def stay_open() -> None:
    """Keeps this thread's connections open for as long as it lives."""
    if _HERE.kept is None:
        _HERE.kept = _Kept()


@contextmanager
def _open(place: Place, kind: str) -> Iterator[Db]:
    kept = _HERE.kept
    if kept is None:
        with closing(_opened(place, kind)) as db:
            yield db
        return
    at = (place.name, kind)
    if at not in kept.connections:
        kept.connections[at] = _opened(place, kind)
    try:
        yield kept.connections[at]
    except sqlite3.Error:
        kept.connections.pop(at).close()  # it may be the connection itself that is broken
        raise


def _opened(place: Place, kind: str) -> Db:
    ready_place(place)
    return place.reader() if kind == "reader" else place.writer()


def ready(home: Path) -> None:
    """Makes the database or brings it to today's schema. Raises DatabaseError if it is newer than this program."""
    ready_place(place_of(home))


def ready_place(place: Place) -> None:
    """As `ready`, for a database."""
    found = place.version()
    if found > SCHEMA:
        raise DatabaseError(
            f"the database {place.name} is of schema {found}, newer than this program's {SCHEMA}",
            "upgrade daymark, or restore a backup from backups/",
        )
    if found != SCHEMA:
        place.upgrade(found)


def copy_database(home: Path, to: Path) -> None:
    """Copies the database of a workspace into a file in another folder, as it stands, while others use it."""
    place = place_of(home)
    if not isinstance(place, File):
        from scheduler.store.moving import copy_rows

        copy_rows(place, File(paths.database(str(to))))
        return
    ready(home)
    reader, target = sqlite3.connect(paths.read_only(place.path), uri=True), sqlite3.connect(paths.database(str(to)))
    with telling(place.path), closing(reader) as source, closing(target) as copy:
        source.backup(copy)


def soundness(home: Path) -> str:
    """Says that the database is whole and can be written. Raises DatabaseError if it is not."""
    place = place_of(home)
    with telling(place.name):
        return place.soundness()
