"""prune: what is over for years leaves the database."""

from __future__ import annotations

from typing import Annotated

import typer

from scheduler.cli import show
from scheduler.cli.options import As, DryRun, Home, Json, Now, workspace

LEAST = 2  # the feed of our posts goes back to the January of the year before


def prune(
    keep_years: Annotated[
        int, typer.Option(min=LEAST, max=100, help="Posts of campaigns that ended later stay.")
    ] = LEAST,
    dry_run: DryRun = False,
    name: As = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Move the posts of campaigns that ended years ago from the database into a file of archive/. The log stays."""
    from scheduler.workflow.pruning import prune as workflow

    done = workflow(workspace(home, now, name), keep_years, dry_run=dry_run)
    if json:
        told = {"before": done.before.isoformat(), "posts": done.posts, "left": done.left, "file": done.file}
        show.document(told)
        return
    for id in done.posts:
        show.line(id)
    would = "would go" if dry_run else "went"
    where = f" {would} into {done.file}" if done.file else " to prune"
    show.aside(f"{len(done.posts)} posts of campaigns that ended before {done.before}{where}")
    if done.left:
        show.aside(f"{len(done.left)} as old wait for a person: daymark missed, daymark status")
