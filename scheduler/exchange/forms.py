"""Rows as PO, CSV or XLSX, and back."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from scheduler.encoding import is_utf8, text_of
from scheduler.errors import BadFile, Problem
from scheduler.exchange.rows import Row
from scheduler.lists import read_bytes
from scheduler.lists.table import rows_of
from scheduler.lists.workbook import rows_of_workbook
from scheduler.texts import FIELDS, Translation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

COLUMNS = ("place", "stage", "field", "english", "translation", "state")
_SEPARATOR = "|"  # between the parts of a context; no name has it


def written(form: str, rows: Iterable[Row], language: str, at: datetime) -> bytes:
    """The rows in a form of FORMS. The same rows at the same moment give the same bytes."""
    return FORMS[form][0](list(rows), language, at)


def read_rows(path: Path, encoding: str = "") -> list[Row]:
    """The rows of a file, by its ending; `encoding` is what a person named, if any. Raises BadFile, or UnknownName."""
    form = path.suffix.lstrip(".").lower()
    if form not in FORMS:
        say = f"'{path.suffix}' is no form that translations come in"
        raise BadFile([Problem(str(path), 0, "", say, f"save it as one of: {', '.join(FORMS)}")])
    return list(FORMS[form][1](read_bytes(path), path, encoding))


def _as_po(rows: list[Row], language: str, at: datetime) -> bytes:
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    catalog = Catalog(
        locale=language,
        project="Daymark",
        version="1",
        header_comment="# Texts of Daymark. Names in {{ }} stay as they are.",
        creation_date=at,
        revision_date=at,
        fuzzy=False,
    )
    for row in rows:
        flags = ("fuzzy",) if row.state == Translation.STALE else ()
        catalog.add(row.source, row.text, context=_SEPARATOR.join(row.key), flags=flags)
    out = io.BytesIO()
    write_po(out, catalog, width=0)
    return out.getvalue()


def _from_po(data: bytes, path: Path, encoding: str) -> Iterator[Row]:
    from babel.messages.pofile import PoFileError, read_po

    told = re.search(rb"charset=([\w-]+)", data[:4096])  # by the file itself, in its head
    encoding = encoding or (told[1].decode() if told and not is_utf8(data) else "")
    text = text_of(data, str(path), encoding)
    try:
        catalog = read_po(text.splitlines(keepends=True), abort_invalid=True)
    except (PoFileError, ValueError, LookupError) as error:
        say = f"this is not a PO file: {error}" if isinstance(error, PoFileError) else "this is not a PO file"
        raise BadFile([Problem(str(path), 0, "", say, "export it again and fill that in")]) from error
    for message in catalog:
        if message.id and message.context:
            place, _, rest = str(message.context).partition(_SEPARATOR)
            stage, _, name = rest.partition(_SEPARATOR)
            state = Translation.STALE if message.fuzzy else ""
            yield _row(path, message.lineno or 0, (place, stage, name, message.id, message.string, state))


def _as_csv(rows: list[Row], language: str, at: datetime) -> bytes:
    del language, at
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerows((*row.key, row.source, row.text, row.state) for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()  # the mark without which Excel takes UTF-8 for something else


def _from_csv(data: bytes, path: Path, encoding: str) -> Iterator[Row]:
    try:
        lines = rows_of(text_of(data, str(path), encoding))
    except ValueError as error:
        raise BadFile([Problem(str(path), 0, "", str(error), "save it again as CSV")]) from error
    yield from _from_table(lines, path)


def _as_xlsx(rows: list[Row], language: str, at: datetime) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": at.replace(tzinfo=None)})
    sheet, wrap = book.add_worksheet(language), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_row(0, 0, COLUMNS, book.add_format({"bold": True}))
    for n, row in enumerate(rows, 1):
        for column, cell in enumerate((*row.key, row.source, row.text, row.state)):
            sheet.write_string(n, column, cell, wrap)
    sheet.set_column(0, 2, 18)
    sheet.set_column(3, 4, 70)
    sheet.freeze_panes(1, 0)
    if language == "ar":
        sheet.right_to_left()
    book.close()
    return out.getvalue()


def _from_xlsx(data: bytes, path: Path, encoding: str) -> Iterator[Row]:
    del encoding
    try:
        lines = rows_of_workbook(data)
    except ValueError as error:
        raise BadFile([Problem(str(path), 0, "", str(error), "save it as .xlsx, or as .csv")]) from error
    yield from _from_table(lines, path)


def _from_table(lines: Iterable[tuple[int, list[str]]], path: Path) -> Iterator[Row]:
    """The rows of a table, whatever the order of its columns; lines without a place are left alone."""
    order: list[int] = []
    for n, cells in lines:
        if not order:
            head = [cell.strip().lower() for cell in cells]
            missing = [name for name in COLUMNS[:5] if name not in head]
            if missing:
                say = f"the table has no column '{missing[0]}'"
                raise BadFile([Problem(str(path), n, "", say, f"its first line has: {', '.join(COLUMNS)}")])
            order = [head.index(name) if name in head else len(head) for name in COLUMNS]
        elif any(cells):
            yield _row(path, n, ((cells[at] if at < len(cells) else "") for at in order))


def _row(path: Path, line: int, parts: Iterable[Any]) -> Row:
    place, stage, name, source, text, state = (str(part) for part in parts)
    row = Row(place.strip(), stage.strip(), name.strip(), source, text.strip(), state.strip().lower())
    if row.field not in FIELDS:
        say = f"'{row.field}' is no field of a text"
        raise BadFile([Problem(str(path), line, "", say, f"leave the first three columns alone: {', '.join(FIELDS)}")])
    return row


FORMS: dict[str, tuple[Callable[[list[Row], str, datetime], bytes], Callable[[bytes, Path, str], Iterator[Row]]]] = {
    "po": (_as_po, _from_po),
    "csv": (_as_csv, _from_csv),
    "xlsx": (_as_xlsx, _from_xlsx),
}
