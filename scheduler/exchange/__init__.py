"""Texts go out to translators as PO or as a table, and come back. Each form keeps every field; none invents one."""

from scheduler.exchange.forms import FORMS, read_rows, written
from scheduler.exchange.rows import Row, rows_of

__all__ = ["FORMS", "Row", "read_rows", "rows_of", "written"]
