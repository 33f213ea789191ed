"""Entries of a workspace's own: drafted, held against the whole calendar, then written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler import calendars, toml
from scheduler.config import folders
from scheduler.errors import BadFile, UsageError
from scheduler.exports import as_entry
from scheduler.store.opening import writing
from scheduler.workflow.keeping import keep_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.workflow import Workspace


@dataclass(frozen=True, slots=True)
class Added:
    """What was written where, or would be. `text` is empty if all of it was there already."""

    path: Path
    ids: tuple[str, ...]
    text: str


def add_entries(
    ws: Workspace, file: str, entries: Mapping[str, Mapping[str, Any]], *, note: str = "", dry_run: bool = False
) -> Added:
    """Appends entries to calendars/`file` of a workspace, whole or not at all. An entry that is there already is kept.

    The store's write lock is held meanwhile: of two that add at once, the second sees what the first wrote.

    Raises BadFile with what is wrong in them, UsageError for an id that the workspace uses for something else.
    """
    path = ws.home / "calendars" / file
    added, _ = _appended(ws.home, path, entries, note)
    if dry_run or not added.ids:
        return added
    with writing(ws.home, ws.now, ws.who) as tx:
        added, whole = _appended(ws.home, path, entries, note)
        for id in added.ids:
            tx.audit("entry added", id)
        keep_file(path, whole.encode())
    return added


def _appended(home: Path, path: Path, entries: Mapping[str, Mapping[str, Any]], note: str) -> tuple[Added, str]:
    """What is new of the entries, and the whole file with it."""
    old, there = _text(path), calendars.read(folders(home, "calendars")).observances
    fresh = {id: fields for id, fields in entries.items() if not _is_there(home, id, fields, there)}
    text = "\n".join(as_entry(id, fields, note) for id, fields in fresh.items())
    _require_utf8(text)
    whole = f"{old.rstrip()}\n\n{text}" if old.strip() and text else old or text
    if text:
        _require_right(home, path, whole, fresh)
    return Added(path, tuple(fresh), text), whole


def _require_right(home: Path, path: Path, whole: str, fresh: Mapping[str, Any]) -> None:
    """Raises UsageError for what is wrong in the new entries, BadFile for what is wrong elsewhere."""
    try:
        calendars.check(calendars.read(folders(home, "calendars"), {path: whole}))
    except BadFile as error:
        ours = [p for p in error.problems if p.file == str(path)]
        wrong = next((p for p in ours for id in fresh if f"{p.entry}.".startswith(f"{id}.")), None)
        if wrong:
            raise UsageError(f"'{wrong.entry}' cannot be added: {wrong.say}", wrong.write) from error
        raise


def _text(path: Path) -> str:
    return toml.read(path) if path.exists() else ""


def _require_utf8(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError("the entry holds something that is not UTF-8 text", "type it again") from error


def _is_there(home: Path, id: str, fields: Mapping[str, Any], there: calendars.Written) -> bool:
    """Whether the workspace has this entry, checked on whatever day. Raises UsageError if it has another one."""
    body, file, _ = there.get(id, ({}, "", ""))
    if not file or Path(file).parent != home / "calendars":
        return False
    wanted = calendars.read(folders(home, "calendars"), {Path(file): as_entry(id, fields)}).observances[id][0]
    if {k: v for k, v in body.items() if k in wanted} | {"checked": wanted["checked"]} != wanted:
        raise UsageError(f"the workspace has another entry '{id}', in {file}", "choose another id, or edit that file")
    return True
