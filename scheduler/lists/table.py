"""Days in a table: CSV with commas, semicolons, tabs or bars."""

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

_SAMPLE = 200  # lines and columns looked at to find which column is what
_SHORT = re.compile(r"(?<![\d/-])(\d{1,2})([/-])(\d{1,2})\2\d{4}(?!\d)|^(\d{1,2})(/)(\d{1,2})$")


def read_csv(text: str, years: tuple[int, ...]) -> Listing:
    """The days of a table with a header, or without one if a column holds dates. Raises ValueError if it is none."""
    rows = rows_of(text)
    listing = Listing()
    if not rows:
        return listing
    heads = [" ".join(cell.lower().replace("_", " ").split()) for cell in rows[0][1]]
    has_name, has_date = bool({*NAME} & {*heads}), bool({*DATE, "month"} & {*heads})
    start = 1 if has_name or has_date else 0
    if not (has_name and has_date):
        heads = _guessed(heads, [row for _, row in rows[start : start + _SAMPLE]])
    order = order_of([cell for _, row in rows[start:] for cell in row])
    try:
        for line, row in rows[start:]:
            fields = dict(zip(heads, row, strict=False))
            if any(cell.strip() for cell in row):
                days_of(fields, f"line {line}", years, listing, order)
    except Full:
        pass
    return listing


def rows_of(text: str) -> list[tuple[int, list[str]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    sign = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    rows, line = [], 1
    try:
        for row in reader:
            rows += [(line, row)] if any(cell.strip() for cell in row) else []
            line = reader.line_num + 1
        return rows
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: this is no table: {error}") from error


def _guessed(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Names for columns that say too little: the one with most dates, and of the others the one with most text."""
    columns = [[row[n] for row in rows if n < len(row)] for n in range(min(_SAMPLE, max(map(len, rows), default=0)))]
    dated = [sum(read_span(cell) is not None for cell in column) for column in columns]
    if not any(dated):
        raise ValueError("no column has dates, and the first line names none")
    if len(columns) == 1:
        raise ValueError("it has only one column; a name and a date are needed")
    date = max(range(len(columns)), key=dated.__getitem__)
    name = max((n for n in range(len(columns)) if n != date), key=lambda n: sum(map(len, columns[n])))
    kept = [head if head in END or head == "id" else "" for head in heads] + [""] * len(columns)
    return ["date" if n == date else "name" if n == name else kept[n] for n in range(len(columns))]


def order_of(cells: Sequence[str]) -> Order:
    """How a file writes 05/06/2027: as a date proves that can be read in one way only, else the day first."""
    for cell in cells:
        for m in _SHORT.finditer(cell.strip()[:100]):
            one, two = int(m[1] or m[4]), int(m[3] or m[6])
            if max(one, two) > 12:
                return Order(day_first=one > 12)
    return Order()
