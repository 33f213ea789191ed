"""init, doctor: making a workspace and keeping it well."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli import show
from scheduler.cli.options import Home, Json, Now, home_of, moment
from scheduler.errors import UsageError


def init(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="The folder of the new workspace.")],
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Make a workspace: a folder with a commented daymark.toml and a database. Again: nothing changes."""
    from scheduler.workflow.making import make_workspace

    del home, now  # taken like everywhere, of no use here
    if not folder.strip():
        raise UsageError("no folder was named", "write: daymark init DIR")
    place = Path(folder).absolute()
    created = make_workspace(place)
    if json:
        show.document({"home": str(place), "created": created})
        return
    for name in created:
        show.line(f"created {place / name}")
    if created:
        show.line(f"\nNext: look at {place / 'daymark.toml'}, then run\n  daymark plan --home {folder}")
    else:
        show.line(f"{place} is a workspace already; nothing was changed")


def doctor(home: Home = "", now: Now = "", json: Json = False) -> None:
    """Check everything, and say what to do about what is not well."""
    from scheduler.workflow.examining import examine

    found = examine(home_of(home), moment(now))
    if json:
        show.document([{"check": e.check, "ok": e.ok, "say": e.say} for e in found])
    else:
        show.table(("PART", "", ""), [(e.check, "ok" if e.ok else "WRONG", e.say) for e in found])
    wrong = [e.exit_code for e in found if not e.ok]
    if wrong:
        raise typer.Exit(wrong[0])
