"""backup, restore: a workspace in one file that proves itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli import show
from scheduler.cli.options import Home, Json, Now, workspace

if TYPE_CHECKING:
    from scheduler.workflow.backups import Backup


def backup(
    to: Annotated[str, typer.Option(metavar="FILE", help="Where to; backups/ with the moment if not given.")] = "",
    keep: Annotated[int, typer.Option(min=0, help="Leave only this many in backups/; 0: all.")] = 0,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Put the workspace into one file, and prove it: restore it and rebuild its feeds to the same bytes."""
    from scheduler.workflow.backups import backup as workflow

    _tell(workflow(workspace(home, now), Path(to).absolute() if to else None, keep), json=json)


def restore(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A backup.")],
    to: Annotated[str, typer.Option(metavar="DIR", help="A new folder for the workspace.")] = "",
    verify: Annotated[bool, typer.Option("--verify", help="Only prove the backup; write nothing.")] = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Put a backup into a new folder, after it has proved itself."""
    from scheduler.errors import UsageError
    from scheduler.workflow import backups

    del home, now  # taken like everywhere, of no use here
    if bool(to) == verify:
        raise UsageError("it is not said what to do", "write --to DIR to restore, or --verify to prove the backup")
    path = Path(file).absolute()
    _tell(backups.verify(path) if verify else backups.restore(path, Path(to).absolute()), json=json, place=to)


def _tell(found: Backup, *, json: bool, place: str = "") -> None:
    if json:
        told: dict[str, Any] = {"file": str(found.path), "files": found.files, "made": found.made}
        told |= {"link": found.link, "same_feeds": found.same_feeds}
        show.document(told | ({"home": str(Path(place).absolute())} if place else {}))
        return
    show.line(f"{place or found.path}: {found.files} files as of {found.made}")
    feeds = "every feed the same" if found.same_feeds else "made by another version, whose feeds may differ"
    show.aside(f"restored and compared: the database is sound, the log whole, {feeds}")
