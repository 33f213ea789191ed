"""Occurrences as tables: rows for programs, CSV and XLSX for spreadsheets, Markdown for a page by month."""

from scheduler.exports.entry import as_entry, free_id, id_for
from scheduler.exports.markdown import as_markdown
from scheduler.exports.rows import row
from scheduler.exports.sheets import as_csv, as_xlsx

__all__ = ["as_csv", "as_entry", "as_markdown", "as_xlsx", "free_id", "id_for", "row"]
