"""done, handoff: what people and their tools post, and where it is."""

from __future__ import annotations

from typing import Annotated

import typer

from scheduler.cli import show
from scheduler.cli.days import iso_date
from scheduler.cli.options import As, Home, Json, Now, workspace
from scheduler.cli.posts import Ids  # noqa: TC001  (Typer reads it)
from scheduler.errors import UsageError


def done(
    posts: Ids,
    url: Annotated[str, typer.Option(metavar="URL", help="The address of the post; for one post at a time.")] = "",
    name: As = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Say that posts which were handed off are up, and where. Again: nothing changes."""
    from scheduler.workflow.handing import done as workflow

    told = workflow(workspace(home, now, name), posts, url)
    if json:
        show.document([{"post": d.post, "place": d.place, "new": d.is_new} for d in told])
        return
    for d in told:
        show.line(f"{d.post}: up{f' at {d.place}' if url else ''}{'' if d.is_new else ', as was known'}")


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
