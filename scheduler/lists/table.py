"""Days in a table: CSV with commas, semicolons or tabs, in any of the encodings that spreadsheets write."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from scheduler.lists.days import DATE, END, NAME, days_of
from scheduler.lists.listing import Full, Listing
from scheduler.lists.texts import Order, read_span

if TYPE_CHECKING:
    from collections.abc import Sequence

_KNOWN = {*NAME, *DATE, *END, "id", "month", "year"}


def read_csv(data: bytes, years: tuple[int, ...]) -> Listing:
    """The days of a table with a header, or without one if a column holds dates. Raises ValueError if it is none."""
    rows = _rows(decoded(data))
    listing = Listing()
    if not rows:
        return listing
    heads = [" ".join(cell.lower().replace("_", " ").split()) for cell in rows[0][1]]
    if not _KNOWN & set(heads):
        heads = _guessed([row for _, row in rows])
        start = 0
    else:
        start = 1
    order = order_of([cell for _, row in rows[start:] for cell in row])
    try:
        for line, row in rows[start:]:
            fields = dict(zip(heads, row, strict=False))
            if any(cell.strip() for cell in row):
                days_of(fields, f"line {line}", years, listing, order)
    except Full:
        pass
    return listing


def decoded(data: bytes) -> str:
    """The text of a file that may be UTF-8, UTF-16 with its mark, or what Windows wrote in Western Europe."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _rows(text: str) -> list[tuple[int, list[str]]]:
    text = text.replace("\0", "")
    first = next((line for line in text.splitlines() if line.strip()), "")
    sign = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: this is no table: {error}") from error


def _guessed(rows: Sequence[Sequence[str]]) -> list[str]:
    """Names for columns without any: the one with most dates, and of the others the one with the longest texts."""
    columns = list(zip(*(row + [""] * (max(map(len, rows)) - len(row)) for row in map(list, rows)), strict=True))
    dated = [sum(read_span(cell) is not None for cell in column) for column in columns]
    date = max(range(len(columns)), key=dated.__getitem__)
    if not dated[date]:
        raise ValueError("no column has dates, and the first line names none")
    others = [n for n in range(len(columns)) if n != date]
    if not others:
        raise ValueError("it has only one column; a name and a date are needed")
    name = max(others, key=lambda n: sum(map(len, columns[n])))
    return ["date" if n == date else "name" if n == name else f"column {n}" for n in range(len(columns))]


def order_of(cells: Sequence[str]) -> Order:
    """How a file writes 05/06/2027: as a date proves that can be read in one way only, else the day first."""
    for cell in cells:
        if (m := re.match(r"\s*(\d{1,2})/(\d{1,2})(/\d{4})?\s*$", cell)) and (int(m[1]) > 12 or int(m[2]) > 12):
            return Order(day_first=int(m[1]) > 12)
    return Order()
