"""`daymark site`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli import show
from scheduler.cli.options import Home, Json, Now, workspace


def site(
    out: Annotated[str, typer.Option(help="Write into this folder instead of public/.")] = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Write the public site, and the feeds that it leads to: a page for every day, month, theme and language."""
    from scheduler.workflow.calendar import sync
    from scheduler.workflow.publishing import build_feeds
    from scheduler.workflow.siting import require_ours, write_site

    ws = workspace(home, now)
    sync(ws)
    folder = Path(out).absolute() if out else None
    require_ours(ws, folder)
    build_feeds(ws, folder)  # the pages lead to them
    done = write_site(ws, folder)
    if json:
        told = {"folder": str(done.folder), "files": done.files, "changed": done.changed, "removed": done.removed}
        show.document(told | {"undrawn": done.undrawn})
        return
    show.line(str(done.folder / "index.html"))
    show.aside(f"{done.files} files, {len(done.changed)} of them changed, {len(done.removed)} taken away")
    if done.undrawn:
        name, why = next(iter(done.undrawn.items()))
        more = f" and {len(done.undrawn) - 1} more" if len(done.undrawn) > 1 else ""
        show.aside(f"not drawn: the card {name}{more}: {why}")
    if not ws.settings.feeds_base:
        needs = "the calendar buttons and the pictures of shared pages need it"
        show.aside(f"write where it is served as base under [feeds] in daymark.toml: {needs}")
