"""Where a workspace keeps its rows: a file of SQLite, or a database of PostgreSQL. The one place that tells them apart.

Questions and changes are the same text for both, in the placeholders of `sqlite3` (`?` and `:name`).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from scheduler import paths
from scheduler.errors import DatabaseError
from scheduler.store.trouble import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_PRAGMAS = ("busy_timeout=30000", "journal_mode=WAL", "foreign_keys=ON", "trusted_schema=OFF")


class Db(Protocol):
    """A connection: executions give the cursors of DB-API, rows as tuples.

    Failures are raised as those of `sqlite3`, whichever database answers.
    """

    def execute(self, sql: str, values: Any = ..., /) -> Any: ...
    def executemany(self, sql: str, rows: Iterable[Any], /) -> Any: ...
    def close(self) -> None: ...


class Place(Protocol):
    """One database. `name` is how failures name it."""

    name: str

    def locking(self, table: str) -> str:
        """What lets one transaction at a time change a table; empty where every one that writes is alone anyway."""
        ...

    def reader(self) -> Db: ...
    def writer(self) -> Db: ...
    def begin(self, db: Db) -> None: ...
    def commit(self, db: Db) -> None: ...
    def rollback(self, db: Db) -> None: ...
    def version(self) -> str:
        """The schema it has; empty if there is none of ours yet. Raises DatabaseError."""
        ...

    def upgrade(self, found: str) -> None:
        """Brings schema `found` to today's. Raises DatabaseError; then the database is as it was."""
        ...

    def locked(self, db: Db, table: str, question: str) -> Any:
        """Locks a table as `locking` says, and asks: in one message where that is two."""
        ...

    def unguard(self, db: Db, table: str) -> list[str]:
        """Takes the triggers off a table, within a transaction; returns the statements that put them back."""
        ...

    def soundness(self) -> str:
        """Says that it is whole and can be written. Raises DatabaseError if it is not."""
        ...

    def snapshot(self, db: Db) -> None:
        """Begins a transaction that sees everything as it is now."""
        ...

    def retire(self, db: Db) -> None:
        """Refuses every change from the end of this transaction on: the rows live elsewhere now."""
        ...

    def count_on(self, db: Db, table: str) -> None:
        """Lets new numbers of a table follow those that were brought into it."""
        ...

    def alone(self) -> Any:
        """A context: True in it if no other tick is at work on this database. It goes with the process."""
        ...


class File:
    """A file of SQLite."""

    synchronous = "FULL"  # not NORMAL: a power cut must not undo an intent that was committed before a send

    def __init__(self, path: str) -> None:
        self.path = self.name = path

    def locking(self, table: str) -> str:
        del table
        return ""

    def reader(self) -> Db:
        db = sqlite3.connect(paths.read_only(self.path), uri=True)
        db.execute("PRAGMA busy_timeout=30000")
        return db

    def writer(self) -> Db:
        db = sqlite3.connect(self.path, isolation_level=None)
        for pragma in (*_PRAGMAS, f"synchronous={self.synchronous}"):
            db.execute(f"PRAGMA {pragma}")
        return db

    def begin(self, db: Db) -> None:
        """As a writer from the first line, so that nobody is turned away half-way."""
        db.execute("BEGIN IMMEDIATE")

    def commit(self, db: Db) -> None:
        db.execute("COMMIT")

    def rollback(self, db: Db) -> None:
        if db.in_transaction:  # type: ignore[attr-defined]  # SQLite itself may have rolled back: a full disk
            db.execute("ROLLBACK")

    def version(self) -> str:
        path = self.path
        if not os.path.exists(path):
            return ""
        if os.path.isdir(path):
            raise DatabaseError(f"the database {path} is a folder", "move it away and run the command again")
        if os.path.getsize(path) == 0:
            hint = "restore a backup from backups/; if the workspace is new, delete the file and run the command again"
            raise DatabaseError(f"the database {path} is empty: something has cut it", hint)
        db = self.reader()
        try:
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            if "alembic_version" not in tables:
                if tables:
                    raise DatabaseError(
                        f"{path} is a database, but not one of ours", "move it away and run the command again"
                    )
                return ""
            row = db.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.Error as error:
            raise told(path, error) from error
        finally:
            db.close()
        return str(row[0]) if row else ""

    def upgrade(self, found: str) -> None:
        from scheduler.store.upgrading import upgrade

        upgrade(self.path, found)

    def locked(self, db: Db, table: str, question: str) -> Any:
        del table
        return db.execute(question)

    def unguard(self, db: Db, table: str) -> list[str]:
        question = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? ORDER BY name"
        found = db.execute(question, (table,)).fetchall()
        for name, _ in found:
            db.execute(f"DROP TRIGGER {name}")
        return [text for _, text in found]

    def soundness(self) -> str:
        with closing(sqlite3.connect(self.path, timeout=30)) as db:
            said = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            broken = db.execute("PRAGMA foreign_key_check").fetchall()
            if said != "ok" or broken:
                raise DatabaseError(
                    f"{self.path} is damaged: {said}, {len(broken)} broken links", "restore a backup from backups/"
                )
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
        return f"sound and writable, SQLite {sqlite3.sqlite_version}"

    def snapshot(self, db: Db) -> None:
        self.begin(db)

    def retire(self, db: Db) -> None:
        db.execute(
            "CREATE TRIGGER audit_moved BEFORE INSERT ON audit "
            "BEGIN SELECT RAISE(ABORT, 'the workspace was moved to another database'); END"
        )

    def count_on(self, db: Db, table: str) -> None:
        """SQLite counts on from the greatest by itself."""

    @contextmanager
    def alone(self) -> Iterator[bool]:
        import fcntl

        path = os.path.join(os.path.dirname(self.path), ".tick.lock")
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise DatabaseError(
                f"{path} cannot be written: {error.strerror}", "check the folder's rights and the disk"
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield True
        except BlockingIOError:
            yield False
        finally:
            os.close(handle)


class Scratch(File):
    """A file that is thrown away afterwards: nobody waits for the disk."""

    synchronous = "OFF"


@lru_cache(maxsize=64)
def _file(path: str) -> File:
    return File(path)


def place_of(home: Path | str) -> Place:
    """The database of a workspace: the one that its file `database.url` names, else its own file."""
    try:
        url = paths.database_url(str(home))
    except (OSError, UnicodeDecodeError) as error:
        raise DatabaseError(
            f"{home}/database.url cannot be read: {error}", "check its rights and what it holds"
        ) from error
    if url is None:
        return _file(paths.database(str(home)))
    if not url:  # never a new, empty file in the place of a database that is elsewhere
        raise DatabaseError(f"{home}/database.url is empty", "write the address of the database into it")
    from scheduler.store.postgres import postgres

    return postgres(url)
