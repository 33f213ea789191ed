"""done, handoff: what people and their tools post, and where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli import show
from scheduler.cli.days import iso_date
from scheduler.cli.options import As, Home, Json, Now, workspace
from scheduler.errors import UsageError

if TYPE_CHECKING:
    from datetime import timedelta

    from scheduler.workflow import Workspace


def done(
    posts: Annotated[list[str] | None, typer.Argument(metavar="[POST...]", help="Posts that are up.")] = None,
    url: Annotated[str, typer.Option(metavar="URL", help="The address of the post; for one post at a time.")] = "",
    is_open: Annotated[
        bool, typer.Option("--open", help="List what was handed off in two weeks and nobody has said is up.")
    ] = False,
    name: As = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Say that posts which were handed off are up, and where. Again: nothing changes."""
    from scheduler.workflow.handing import done as workflow

    ws = workspace(home, now, name)
    if is_open and (posts or url):
        raise UsageError("--open lists posts, it says of none that it is up", "leave out either --open or the rest")
    if is_open:
        _list_open(ws, json=json)
        return
    if not posts:
        raise UsageError(
            "missing argument '[POST...]'", "name the posts that are up; to see which wait: daymark done --open"
        )
    told = workflow(ws, posts, url)
    if json:
        show.document([{"post": d.post, "place": d.place, "new": d.is_new} for d in told])
        return
    for d in told:
        show.line(f"{d.post}: up{f' at {d.place}' if url else ''}{'' if d.is_new else ', as was known'}")


def _list_open(ws: Workspace, *, json: bool) -> None:
    from scheduler.workflow.handing import still_open

    found = still_open(ws)
    if json:
        made = [{"post": o.post, "place": o.place, "at": o.at, "over": o.is_over} for o in found]
        show.document([row | {"age": int(o.age.total_seconds())} for row, o in zip(made, found, strict=True)])
        return
    if found:
        rows = [(_ago(o.age), o.post, f"{o.place}/index.html", "its time is over" if o.is_over else "") for o in found]
        show.table(("SINCE", "POST", "PACK", ""), rows)
    show.aside(f"{len(found)} handed off and not said to be up; once one is: daymark done POST --url https://...")


def _ago(age: timedelta) -> str:
    """An age in the unit that a person would use."""
    minutes = int(age.total_seconds()) // 60
    for size, unit in ((24 * 60, "d"), (60, "h")):
        if minutes >= size:
            return f"{minutes // size} {unit}"
    return f"{minutes} min"


def handoff(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file to write, or - for standard output.")],
    tool: Annotated[str, typer.Option("--for", help="buffer, publer, metricool or hootsuite (unsure).")],
    account: Annotated[str, typer.Option(help="Whose posts; needed if several accounts post by hand.")] = "",
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="Only those due on this day or later.")] = "",
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="Only those due on this day or sooner.")] = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Write approved posts that are not out yet as the CSV file with which another tool schedules them."""
    from datetime import date

    from scheduler.workflow.handing import hand_off

    if json and file == "-":
        raise UsageError(
            "the file and the document cannot both go to standard output", "name a file, or leave out --json"
        )
    begins, ends = iso_date(first) if first else date.min, iso_date(last) if last else date.max
    if ends < begins:
        raise UsageError(f"--to {last} is before --from {first}", "swap them")
    made = hand_off(workspace(home, now), tool, account, begins, ends)
    for note in made.notes:
        show.aside(note)
    show.data(made.data, "" if file == "-" else file)
    if json:
        show.document({"account": made.account, "file": file, "posts": list(made.posts), "notes": list(made.notes)})
    elif file != "-":
        show.line(
            f"{len(made.posts)} posts of {made.account}; their packs come all the same, say then: daymark done POST"
        )
