"""A database of PostgreSQL, through psycopg: for workspaces that several machines work on. An optional extra."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from scheduler.errors import DatabaseError
from scheduler.store.trouble import telling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scheduler.store.connecting import Db

_HINT = "install it with: pip install 'daymark-scheduler[postgres]'"
_NAMED = re.compile(r":([a-z_]+[a-z0-9_]*)")
_APPEND_ONLY = """
    CREATE FUNCTION {schema}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""

_MOVED = """
    CREATE OR REPLACE FUNCTION refuse_moved() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the workspace was moved to another database'; END $$
"""


class Postgres:
    """A database by its address, as libpq takes it. The password is better kept in ~/.pgpass or PGPASSFILE."""

    def __init__(self, url: str) -> None:
        self.url, self.psycopg = url, _psycopg()
        try:
            told = self.psycopg.conninfo.conninfo_to_dict(url)
        except self.psycopg.Error as error:
            raise DatabaseError(
                f"this is no address of a database: {str(error).strip()}", "write postgresql://HOST/NAME"
            ) from error
        self.name = f"{told.get('dbname') or 'of PostgreSQL'} on {told.get('host') or 'this machine'}"

    def locking(self, table: str) -> str:
        """One transaction at a time; those that read go on."""
        return f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"

    def reader(self) -> Db:
        return self._connection(autocommit=True)

    def writer(self) -> Db:
        return self._connection(autocommit=False)

    def begin(self, db: Db) -> None:
        """The first statement begins a transaction."""

    def commit(self, db: Db) -> None:
        db.commit()  # type: ignore[attr-defined]

    def rollback(self, db: Db) -> None:
        db.rollback()  # type: ignore[attr-defined]

    def version(self) -> str:
        with telling(self.name), closing(self.reader()) as db:
            if db.execute("SELECT to_regclass('alembic_version')").fetchone()[0] is None:
                return ""
            row = db.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else ""

    def upgrade(self, found: str) -> None:
        """A new database is made from the schema as it is today: there was none before schema 0005."""
        from sqlalchemy import create_engine

        from scheduler.store.opening import SCHEMA
        from scheduler.store.upgrading import run

        made = create_engine("postgresql+psycopg://", creator=lambda: self.psycopg.connect(self.url))
        with telling(self.name), _as_sqlite(self.psycopg), made.begin() as sql:
            sql.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext(current_schema() || ' daymark schema'))")
            if found:
                run(sql, SCHEMA)
            elif sql.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar() is None:
                _make(sql, SCHEMA)
        made.dispose()

    def locked(self, db: Db, table: str, question: str) -> Any:
        found = db.execute(f"{self.locking(table)}; {question}")
        found.nextset()
        return found

    def unguard(self, db: Db, table: str) -> list[str]:
        question = (
            "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger"
            " WHERE tgrelid = CAST(? AS regclass) AND NOT tgisinternal ORDER BY tgname"
        )
        found = db.execute(question, (table,)).fetchall()
        for name, _ in found:
            db.execute(f"DROP TRIGGER {name} ON {table}")
        return [text for _, text in found]

    def soundness(self) -> str:
        with closing(self.writer()) as db:
            version = db.execute("SELECT current_setting('server_version')").fetchone()[0]
            db.execute("CREATE TEMPORARY TABLE can_write (it integer) ON COMMIT DROP")
        return f"reachable and writable, PostgreSQL {version}"

    def snapshot(self, db: Db) -> None:
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

    def retire(self, db: Db) -> None:
        db.execute(_MOVED)
        db.execute(
            "CREATE TRIGGER audit_moved BEFORE INSERT ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_moved()"
        )

    def count_on(self, db: Db, table: str) -> None:
        newest = f"SELECT COALESCE(MAX(id), 0) + 1 FROM {table}"
        db.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), ({newest}), false)")

    @contextmanager
    def alone(self) -> Iterator[bool]:
        with telling(self.name), closing(self.reader()) as db:
            question = "SELECT pg_try_advisory_lock(hashtext(current_schema() || ' daymark tick'))"
            yield bool(db.execute(question).fetchone()[0])

    def _connection(self, *, autocommit: bool) -> Db:
        with telling(self.name), _as_sqlite(self.psycopg):
            real = self.psycopg.connect(self.url, autocommit=autocommit, connect_timeout=30)
        return Connection(real, self.psycopg)


class Connection:
    """A connection of psycopg that is spoken to as one of sqlite3, and fails as one."""

    def __init__(self, real: Any, psycopg: Any) -> None:
        self.real, self.psycopg = real, psycopg

    def execute(self, sql: str, values: Any = (), /) -> Any:
        with _as_sqlite(self.psycopg):
            return self.real.execute(_translated(sql), values or None)

    def executemany(self, sql: str, rows: Iterable[Any], /) -> Any:
        with _as_sqlite(self.psycopg):
            cursor = self.real.cursor()
            cursor.executemany(_translated(sql), rows)
            return cursor

    def commit(self) -> None:
        with _as_sqlite(self.psycopg):
            self.real.commit()

    def rollback(self) -> None:
        with _as_sqlite(self.psycopg):
            self.real.rollback()

    def close(self) -> None:
        self.real.close()


@lru_cache(maxsize=256)
def _translated(sql: str) -> str:
    """The placeholders of sqlite3 as those of psycopg."""
    return _NAMED.sub(r"%(\1)s", sql.replace("%", "%%").replace("?", "%s"))


@contextmanager
def _as_sqlite(psycopg: Any) -> Iterator[None]:
    try:
        yield
    except psycopg.IntegrityError as error:
        raise sqlite3.IntegrityError(str(error)) from error
    except psycopg.Error as error:
        raise sqlite3.OperationalError(str(error).strip().replace("\n", "; ")) from error


def _make(sql: Any, schema: str) -> None:
    from scheduler.store.schema import APPEND_ONLY, metadata

    metadata.create_all(sql)
    here = sql.exec_driver_sql("SELECT quote_ident(current_schema())").scalar()
    sql.exec_driver_sql(_APPEND_ONLY.format(schema=here).replace("%", "%%"))
    for table in APPEND_ONLY:
        sql.exec_driver_sql(
            f"CREATE TRIGGER {table}_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {here}.refuse_change()"
        )
    sql.exec_driver_sql("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
    sql.exec_driver_sql("INSERT INTO alembic_version VALUES (%s)", (schema,))


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise DatabaseError("the database is one of PostgreSQL, and psycopg is not installed", _HINT) from error
    return psycopg


postgres: Callable[[str], Postgres] = lru_cache(maxsize=16)(Postgres)
