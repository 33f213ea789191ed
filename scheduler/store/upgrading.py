"""Brings a file of SQLite to today's schema: backup first, then all steps in one transaction or none."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from scheduler import paths
from scheduler.errors import DatabaseError
from scheduler.store.trouble import told

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def upgrade(path: str, found: str) -> None:
    """From schema `found` (empty: a new file) to today's. Raises DatabaseError; then the file is as it was."""
    from sqlalchemy.exc import DBAPIError

    from scheduler.store.opening import SCHEMA

    try:
        if found:
            backup(path, found)
        with engine(path).connect() as sql:
            # A table is rebuilt by copy and drop: with foreign keys on, dropping would take its children's rows too.
            sql.exec_driver_sql("PRAGMA foreign_keys=OFF")
            sql.rollback()
            with sql.begin():
                run(sql, SCHEMA)
                _check_links(sql, path)
    except (DBAPIError, sqlite3.Error) as error:
        raise told(path, error) from error
    except OSError as error:
        raise DatabaseError(
            f"no backup could be written: {error.strerror}", "check the folder backups/ and the disk"
        ) from error


def engine(path: str) -> Engine:
    """SQLAlchemy's engine for a file, which migrations run on. Transactions begin as writers."""
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    from scheduler.store.connecting import File

    made = create_engine("sqlite://", poolclass=NullPool, creator=File(path).writer)

    @event.listens_for(made, "begin")
    def _begin(sql: Connection) -> None:
        sql.exec_driver_sql("BEGIN IMMEDIATE")

    return made


def run(sql: Connection, to: str) -> None:
    """Takes the migrations up to a schema, or back to an older one, on a connection of SQLAlchemy.

    Nothing is left to do if another process was quicker.
    """
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import inspect

    config = Config()
    config.set_main_option("script_location", paths.shipped("migrations").replace("%", "%%"))
    config.attributes["connection"] = sql
    known = inspect(sql).has_table("alembic_version")
    found = sql.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() if known else None
    if to < (found or ""):
        command.downgrade(config, to)
    else:
        command.upgrade(config, to)


def _check_links(sql: Connection, path: str) -> None:
    broken: Any = sql.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise DatabaseError(
            f"upgrading {path} would break {len(broken)} links between its rows", "keep the backup; report this"
        )


def backup(path: str, label: str) -> str:
    """Copies the database as it stands, while others use it, into backups/; returns the copy's path."""
    folder = os.path.join(os.path.dirname(path), "backups")
    os.makedirs(folder, exist_ok=True)
    number = len(os.listdir(folder)) + 1
    target = os.path.join(folder, f"daymark-schema-{label}-{number}.db")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target
