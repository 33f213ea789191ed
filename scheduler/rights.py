"""Reads pictures/pictures.toml of a workspace: whose our own pictures are, under which licence, and until when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.errors import BadFile, Problem
from scheduler.model import Consent, Picture
from scheduler.toml import Table, load

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE = "pictures/pictures.toml"
# As in `daymark consent`: letters and digits that cannot be a name.
OPAQUE = re.compile(r"(?=.*\d)(?!.*[A-Za-z]{4})[A-Za-z0-9](?:[A-Za-z0-9-]{1,38})[A-Za-z0-9]")


def load_pictures(home: Path) -> tuple[Picture, ...]:
    """The pictures that the workspace has entered; none without the file. Raises BadFile with every problem found."""
    path = home / FILE
    if not path.is_file():
        return ()
    body, text = load(path)
    problems: list[Problem] = []
    tables = {id: Table(entry, file=str(path), text=text, entry=id, problems=problems) for id, entry in body.items()}
    made = tuple(_picture(id, t, home) for id, t in tables.items())
    if problems:
        raise BadFile(problems)
    return made


def picture_at(pictures: Iterable[Picture], home: Path, path: Path) -> Picture | None:
    """The entry of a file; None if it has none."""
    seen = path.resolve()
    return next((p for p in pictures if (home / p.file).resolve() == seen), None)


def _picture(id: str, t: Table, home: Path) -> Picture:
    made = Picture(
        id=id,
        file=t.text("file"),
        licence=t.text("licence"),
        credit=t.text("credit"),
        source=t.text("source", ""),
        consent=_consent(t),
        expires=t.day("expires") if "expires" in t.body else None,
    )
    t.finish()
    if made.file and not (home / made.file).is_file():
        t.wrong("file", f"there is no file {made.file}", "write where it lies in the workspace")
    return made


def _consent(t: Table) -> Consent | None:
    """The consent of the people in it, by an id that says nothing of them, with its last day."""
    id = t.text("consent", "")
    if not id:
        return None
    if not OPAQUE.fullmatch(id):
        say = f"'{id}' could say who the person is"
        t.wrong("consent", say, "use digits, hyphens and at most three letters in a row, such as C-2027-014")
    return Consent(id, t.day("consent_until"))
