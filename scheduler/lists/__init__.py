"""Reads lists of days that others publish: CSV, JSON, iCalendar. Whatever a file holds ends in days or a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.encoding import text_of
from scheduler.errors import BadFile, Problem
from scheduler.lists.listing import MOST_BYTES, Listing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["MOST_BYTES", "Listing", "read_bytes", "read_list"]


def read_list(path: Path, years: tuple[int, ...], encoding: str = "") -> Listing:
    """The days of a file. Dates without a year are taken for each of `years`.

    `encoding` is what a person named, if any. Raises UnknownName for one that is none, BadFile if the file cannot be
    read as a list at all; what only one entry has wrong is in the listing's notes.
    """
    text = text_of(read_bytes(path), str(path), encoding)
    try:
        listing = _reader(path, text)(text, years)
    except RecursionError as error:
        raise _bad(path, "it is nested too deeply", "give a plain list of days") from error
    except ValueError as error:
        raise _bad(path, str(error), "export it again as CSV, JSON or iCalendar") from error
    if not listing.days:
        nothing = "nothing in it has a name and a date" if text.strip() else "it is empty"
        why = listing.notes[0] if listing.notes else nothing
        raise _bad(path, f"it holds no day that can be read: {why}", "give a name and a date for each day")
    return listing


def read_bytes(path: Path) -> bytes:
    """The bytes of a file that may be anything. Raises BadFile for what is no file, unreadable or too large."""
    try:
        if not path.is_file():
            say = "it is no file" if path.exists() else "there is no such file"
            raise _bad(path, say, "name a file: CSV, JSON, iCalendar, or a text to check")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _bad(path, f"cannot be read: {error.strerror}", "check the file's name and rights") from error
    if len(data) > MOST_BYTES:
        raise _bad(path, f"it is larger than {MOST_BYTES // 2**20} MiB", "cut it down, or split it")
    return data


def _reader(path: Path, text: str) -> Callable[[str, tuple[int, ...]], Listing]:
    start = text[:4096].lstrip()
    if path.suffix.lower() in (".ics", ".ical", ".ifb", ".icalendar") or start.upper().startswith("BEGIN:"):
        from scheduler.lists.calendar import read_ics

        return read_ics
    if path.suffix.lower() == ".json" or start.startswith(("{", "[")):
        from scheduler.lists.objects import read_json

        return read_json
    from scheduler.lists.table import read_csv

    return read_csv


def _bad(path: Path, say: str, write: str) -> BadFile:
    return BadFile([Problem(str(path), 0, "", say, write)])
