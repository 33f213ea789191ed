"""The first sheet of a workbook, as Excel and LibreOffice write it, in rows of text."""

from __future__ import annotations

import io


def rows_of_workbook(data: bytes) -> list[tuple[int, list[str]]]:
    """Its rows, each with its number. Raises ValueError if it is no workbook."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError) as error:
        raise ValueError("this is not a workbook") from error
    return list(enumerate(rows, 1))
