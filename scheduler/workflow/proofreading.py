"""The language guard used alone: on files, folders and columns of spreadsheets, with the place of every finding."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduler.checks import TEXT, WRITING, check_writing
from scheduler.encoding import text_of
from scheduler.errors import BadFile, Problem, UsageError
from scheduler.lists import read_bytes
from scheduler.lists.table import rows_of
from scheduler.lists.workbook import rows_of_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from scheduler.checks import Draft
    from scheduler.model import Finding

DOCUMENTS = (".md", ".markdown", ".rst", ".po")  # read as writing; all else as the words of posts
TEXTS, TABLES = (".txt", ".text", *DOCUMENTS), (".csv", ".tsv", ".xlsx")
# code and comments are not read; they become blanks, so that lines and columns stay
_CODE = re.compile(r"^(?P<f>```+|~~~+)[^\n]*\n(?:.*\n)*?(?P=f)[ \t]*$|`[^`\n]+`|<!--(?:[^-]|-(?!->))*-->", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding with the file it is in, and its line and column, both from 1."""

    file: str
    line: int
    column: int
    finding: Finding


def files_of(path: Path) -> list[Path]:
    """The texts and tables under a folder, or the file itself. Raises UsageError if there are none."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UsageError(f"there is no file or folder {path}", "name a text, a table or a folder; - is standard input")
    found = sorted(p for p in path.rglob("*") if p.suffix.lower() in (*TEXTS, *TABLES) and p.is_file())
    if not found:
        raise UsageError(f"{path} holds no text", f"it looks for {', '.join((*TEXTS, *TABLES))}")
    return found


def proofread(path: Path, column: str, draft: Draft, encoding: str = "") -> Iterator[Seen]:
    """What the checks of writing see in a file. `draft` has the language and the guard; `column` is a table's.

    `encoding` is what a person named, if any. Raises BadFile for what cannot be read, UsageError for a column that is
    not there, or for an encoding that is none.
    """
    reads = WRITING if path.suffix.lower() in DOCUMENTS else TEXT
    for line, text in _texts(path, column, encoding):
        yield from proofread_text(str(path), line, text, draft, reads)


def proofread_text(file: str, line: int, text: str, draft: Draft, reads: str = TEXT) -> Iterator[Seen]:
    """What the checks see in a text that begins on a line of a file."""
    shown = _CODE.sub(_blank, text)
    after: dict[str, int] = {}
    for finding in check_writing(replace(draft, text=shown), reads):
        words = finding.text.removesuffix("\u2026")
        pattern = re.compile(r"\s+".join(map(re.escape, words.split())) or "$^")
        match = pattern.search(shown, after.get(words, 0)) or pattern.search(shown)
        at = match.start() if match else 0
        after[words] = match.end() if match else 0
        start = shown.rfind("\n", 0, at) + 1
        yield Seen(file, line + shown.count("\n", 0, at), at - start + 1, finding)


def _blank(code: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", code[0])


def _texts(path: Path, column: str, encoding: str) -> Iterable[tuple[int, str]]:
    """The texts of a file, each with the line that it begins on."""
    data = read_bytes(path)
    if path.suffix.lower() not in TABLES:
        return [(1, text_of(data, str(path), encoding))]
    try:
        is_book = path.suffix.lower() == ".xlsx"
        rows = rows_of_workbook(data) if is_book else rows_of(text_of(data, str(path), encoding))
        return _column(path, column, rows)
    except ValueError as error:
        raise BadFile([Problem(str(path), 0, "", str(error), "save it again as CSV or XLSX")]) from error


def _column(path: Path, column: str, rows: list[tuple[int, list[str]]]) -> list[tuple[int, str]]:
    heads = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    if column.lower() not in heads:
        named = f"'{column}'" if column else "none"
        raise UsageError(
            f"{path} has the columns {', '.join(heads) or 'none'}; {named} was named", "give --column NAME"
        )
    at = heads.index(column.lower())
    return [(line, row[at]) for line, row in rows[1:] if at < len(row) and row[at].strip()]
