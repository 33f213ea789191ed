"""The first sheet of a workbook, as Excel and LibreOffice write it, in rows of text."""

from __future__ import annotations

import io
from itertools import dropwhile
from zipfile import ZipFile

MOST_UNPACKED = 200 * 2**20  # bytes of all its parts, as it tells them; zipfile unpacks no more of a part than it tells
MOST_ROWS, MOST_COLUMNS = 100_000, 200  # a cell far out makes every row to it, and each that wide


def rows_of_workbook(data: bytes) -> list[tuple[int, list[str]]]:
    """Its rows that are not empty, each with its number. Raises ValueError if it is no workbook, or too large a one."""
    from openpyxl import load_workbook

    rows: list[tuple[int, list[str]]] = []
    try:
        size = sum(part.file_size for part in ZipFile(io.BytesIO(data)).infolist())
        if size <= MOST_UNPACKED:
            sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
            cells = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
            rows = [(n, _texts(row)) for n, row in enumerate(cells, 1) if any(cell is not None for cell in row)]
    except Exception as error:  # what its parts raise when they are broken is of many kinds
        raise ValueError("this is not a workbook") from error
    if size > MOST_UNPACKED:
        raise ValueError(f"it unpacks to more than {MOST_UNPACKED // 2**20} MiB")
    if rows and rows[-1][0] > MOST_ROWS:
        raise ValueError(f"its first sheet has more than {MOST_ROWS} rows")
    return rows


def _texts(row: tuple[object, ...]) -> list[str]:
    """The texts of a row up to its last cell that has one."""
    cells = list(dropwhile(lambda cell: cell is None, reversed(row)))[::-1]
    return ["" if cell is None else str(cell) for cell in cells]
