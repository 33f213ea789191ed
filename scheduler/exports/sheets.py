"""Occurrences for spreadsheets. The same occurrences give the same bytes."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from scheduler.exports.rows import row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.model import Occurrence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a text begins that a spreadsheet would run
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001  (a file's date would make each file differ)
_WIDTHS = {"name": 60, "id": 34, "in_words": 34, "body": 34, "document": 20, "themes": 34, "year_theme": 40, "page": 40}


def as_csv(occurrences: Sequence[Occurrence], language: str = "en") -> bytes:
    """UTF-8 with a byte order mark, without which Excel takes it for another encoding; lists joined by a blank."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    rows = [row(o, language) for o in occurrences]
    if rows:
        writer.writerow(rows[0])
        writer.writerows([_harmless(_flat(value)) for value in fields.values()] for fields in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(occurrences: Sequence[Occurrence], language: str = "en") -> bytes:
    """A workbook with one sheet: a header that stays in sight, filters, real dates."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": "Observances", "created": _MADE})
        sheet, bold = book.add_worksheet("Observances"), book.add_format({"bold": True})
        as_date = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        for y, fields in enumerate([row(o, language) for o in occurrences], start=1):
            for x, (name, value) in enumerate(fields.items()):
                if y == 1:
                    sheet.write_string(0, x, name, bold)
                    sheet.set_column(x, x, _WIDTHS.get(name, 14))
                if name in ("start", "end"):
                    sheet.write_datetime(y, x, date.fromisoformat(value), as_date)
                else:
                    sheet.write_string(y, x, _flat(value))
        sheet.freeze_panes(1, 0)
        if occurrences:
            sheet.autofilter(0, 0, len(occurrences), len(row(occurrences[0])) - 1)
    return out.getvalue()


def _flat(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
