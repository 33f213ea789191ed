"""feed: the address of our own calendars, which nobody can guess and which can be taken back."""

from __future__ import annotations

from typing import Annotated

import typer

from scheduler.cli import show
from scheduler.cli.options import Home, Json, Now, workspace
from scheduler.errors import UnknownName

ADDRESS, REVOKE = "address", "revoke"


def feed(
    what: Annotated[str, typer.Argument(metavar="address|revoke", help="Tell the address, or make a new one.")],
    name: Annotated[str, typer.Option("--as", help="Who asks; stands in the log.")] = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Your team's own calendars: tell their secret address, or revoke it and make another."""
    from scheduler.workflow import staff
    from scheduler.workflow.publishing import build_feeds

    if what not in (ADDRESS, REVOKE):
        raise UnknownName("word after feed", what, (ADDRESS, REVOKE), "write: daymark feed address")
    ws = workspace(home, now, name)
    token = staff.revoke_address(ws) if what == REVOKE else staff.make_address(ws)
    build_feeds(ws)
    told = staff.places(ws, token)
    if json:
        show.document({"feeds": told})
        return
    for place in told.values():
        show.line(place)
    show.aside("whoever has these addresses can read posts that nobody has approved yet: give them to your team only")
