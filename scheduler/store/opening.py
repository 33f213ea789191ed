"""Opens the database: settings, schema upgrades after a backup, one transaction at a time."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from scheduler import paths
from scheduler.errors import DatabaseError
from scheduler.peek import take_note_away
from scheduler.store.trouble import telling, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection, Engine

SCHEMA = "0004"  # the newest migration; a test holds it equal to Alembic's head

# FULL, not NORMAL: a power cut must not undo an intent that was committed before a send.
_PRAGMAS = ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF")


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction: everything in it is kept or nothing is. `now` is UTC text; `who` stands in the audit log."""

    sql: Connection
    now: str
    who: str
    links: list[str] = field(default_factory=list)  # of the audit lines written so far, the newest last

    @property
    def db(self) -> sqlite3.Connection:
        """The plain connection under this transaction, for the questions of `reads`."""
        driver: Any = self.sql.connection.driver_connection
        return driver  # type: ignore[no-any-return]

    def audit(self, what: str, subject: str, before: str = "", after: str = "", why: str = "") -> None:
        from scheduler.store.log import head, link
        from scheduler.store.schema import audit

        row = {"at": self.now, "who": self.who, "what": what, "subject": subject}
        row |= {"before": before, "after": after, "why": why}
        self.links[:] = [link(self.links[-1] if self.links else head(self.db), row)]
        self.sql.execute(audit.insert(), row | {"link": self.links[-1]})


def stamp(at: datetime) -> str:
    """An instant as it is stored. `at` must be aware."""
    from datetime import UTC

    if at.tzinfo is None:
        raise ValueError("a stored instant needs a time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def reading(home: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection to a database of today's schema, made or upgraded first if need be."""
    path = paths.database(str(home))
    ready(home)
    with telling(path), closing(sqlite3.connect(paths.read_only(path), uri=True)) as db:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA busy_timeout=30000")
        yield db


@contextmanager
def writing(home: Path, now: datetime, who: str) -> Iterator[Tx]:
    """One transaction that may change things. Rolled back if anything is raised in it."""
    from sqlalchemy.exc import DBAPIError

    path = paths.database(str(home))
    ready(home)
    try:
        with engine(path).begin() as sql:
            driver: Any = sql.connection.driver_connection
            driver.row_factory = None
            yield Tx(sql, stamp(now), who)
        take_note_away(str(home))
    except (DBAPIError, sqlite3.Error) as error:
        raise told(path, error) from error


def ready(home: Path) -> None:
    """Makes the database or brings it to today's schema. Raises DatabaseError if it is newer than this program."""
    path = paths.database(str(home))
    found = schema_of(path)
    if found == SCHEMA:
        return
    from scheduler.store.upgrading import upgrade

    upgrade(path, found)


def schema_of(path: str) -> str:
    """The schema version of the database file; empty when there is no file or nothing in it."""
    if not os.path.exists(path):
        return ""
    if os.path.isdir(path):
        raise DatabaseError(f"the database {path} is a folder", "move it away and run the command again")
    if os.path.getsize(path) == 0:
        hint = "restore a backup from backups/; if the workspace is new, delete the file and run the command again"
        raise DatabaseError(f"the database {path} is empty: something has cut it", hint)
    with telling(path), closing(sqlite3.connect(paths.read_only(path), uri=True)) as db:
        db.execute("PRAGMA busy_timeout=30000")
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if "alembic_version" not in tables:
            if tables:
                raise DatabaseError(
                    f"{path} is a database, but not one of ours", "move it away and run the command again"
                )
            return ""
        row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    version = row[0] if row else ""
    if version > SCHEMA:
        raise DatabaseError(
            f"the database {path} is of schema {version}, newer than this program's {SCHEMA}",
            "upgrade daymark, or restore a backup from backups/",
        )
    return str(version)


def copy_database(home: Path, to: Path) -> None:
    """Copies the database of one folder into another, as it stands, while others use it."""
    path = paths.database(str(home))
    ready(home)
    reader, target = sqlite3.connect(paths.read_only(path), uri=True), sqlite3.connect(paths.database(str(to)))
    with telling(path), closing(reader) as source, closing(target) as copy:
        source.backup(copy)


def soundness(path: str) -> str:
    """Says that the file is whole and can be written. Raises DatabaseError if it is not."""
    with telling(path), closing(sqlite3.connect(path, timeout=30)) as db:
        said = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        broken = db.execute("PRAGMA foreign_key_check").fetchall()
        if said != "ok" or broken:
            raise DatabaseError(
                f"{path} is damaged: {said}, {len(broken)} broken links", "restore a backup from backups/"
            )
        db.execute("BEGIN IMMEDIATE")
        db.execute("ROLLBACK")
    return f"sound and writable, SQLite {sqlite3.sqlite_version}"


@lru_cache(maxsize=8)
def engine(path: str) -> Engine:
    """The engine of a database file. Transactions begin as writers, so that none is turned away half-way."""
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    made = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(made, "connect")
    def _settings(dbapi: Any, _record: object) -> None:
        dbapi.isolation_level = None
        for pragma in _PRAGMAS:
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def _begin(sql: Connection) -> None:
        sql.exec_driver_sql("BEGIN IMMEDIATE")

    return made
