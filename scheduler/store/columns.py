"""What tables are made of: columns and constraints that mean the same in both databases; each constraint has a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, MetaData, Table, Text

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def text(name: str, *more: object, null: bool = False, server_default: str | None = None) -> Column[str]:
    """A column of text, ordered the same in both databases."""
    kind = Text().with_variant(Text(collation="C"), "postgresql")  # ordered by code points, as SQLite does
    return Column(name, kind, *more, nullable=null, server_default=server_default)  # type: ignore[arg-type]


def whole(name: str, default: str | None = None, *, null: bool = False) -> Column[int]:
    """A column of whole numbers of eight bytes."""
    kind = Integer().with_variant(BigInteger, "postgresql")  # SQLite's whole numbers have eight bytes anyway
    return Column(name, kind, nullable=null, server_default=default)


def one_of(name: str, column: str, *words: str) -> CheckConstraint:
    """That a column holds one of these words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(w) for w in words)})", name=name)


def table(name: str, *parts: SchemaItem) -> Table:
    """A table that takes nothing but what its columns are for."""
    return Table(name, metadata, *parts, sqlite_strict=True)
