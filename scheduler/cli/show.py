"""The one place that prints. Tables for people on a terminal, plain columns in a pipe, one JSON document on request."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scheduler.errors import DaymarkError


def document(value: Any) -> None:
    """One JSON document, whatever the terminal's encoding can hold."""
    data(as_json(value))


def as_json(value: Any) -> bytes:
    import json

    return json.dumps(value, ensure_ascii=False, indent=2, default=str).encode() + b"\n"


def data(made: bytes, file: str = "") -> None:
    """Bytes to standard output, or whole into a file. Raises UsageError for a sheet on a terminal."""
    from pathlib import Path

    from scheduler.errors import BadData, UsageError

    if file:
        try:
            Path(file).write_bytes(made)
        except OSError as error:
            raise BadData(f"{file} cannot be written: {error.strerror}", "choose a file that you may write") from error
        aside(f"written to {file}")
        return
    if made.startswith(b"PK") and sys.stdout.isatty():
        raise UsageError("a workbook cannot be shown on a terminal", "give it a file: --out days.xlsx")
    sys.stdout.buffer.write(made)
    sys.stdout.flush()


def line(text: str = "") -> None:
    _write(sys.stdout, text)


def aside(text: str) -> None:
    """Something that is not the answer: progress, a warning, a hint."""
    _write(sys.stderr, text)


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows under headers; drawn on a terminal, aligned plain text elsewhere."""
    cells = [[str(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _drawn(headers, cells)
        return
    widths = [max(len(row[i]) for row in (list(headers), *cells)) for i in range(len(headers))]
    for row in (list(headers), *cells):
        line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _drawn(headers: Sequence[str], cells: list[list[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for header in headers:
        drawn.add_column(header, overflow="fold")
    for row in cells:
        drawn.add_row(*map(escape, row))
    Console(highlight=False).print(drawn)


def failure(error: DaymarkError, *, json: bool, more: dict[str, Any] | None = None) -> None:
    """One sentence of what is wrong, one of what to do; with `more` in the document for programs."""
    aside(f"error: {error.words}\n hint: {error.hint}")
    if json:
        document({**(more or {}), "error": error.words, "hint": error.hint, "exit": error.exit_code})


def _write(stream: Any, text: str) -> None:
    """Writes text to a stream whose encoding may be too poor for it, as under LC_ALL=C."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
