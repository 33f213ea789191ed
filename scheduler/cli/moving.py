"""worker, migrate-store: for those who have outgrown one machine."""

from __future__ import annotations

from typing import Annotated

import typer

from scheduler.cli import show
from scheduler.cli.options import As, Home, Json, Now, home_of, workspace
from scheduler.errors import UsageError


def worker(
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Accounts that are sent for at the same time.")] = 8,
    until_idle: Annotated[bool, typer.Option("--until-idle", help="Leave when nothing is left to do.")] = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Deliver from a database of PostgreSQL, beside any number of other workers. Stops at SIGTERM or Ctrl-C."""
    from scheduler.engine.worker import serve

    del json  # a worker says only what goes wrong
    if now and not until_idle:
        raise UsageError("a worker that stays needs the true time", "leave --now out, or add --until-idle")
    serve(home_of(home), lambda: workspace(home, now), show.aside, at_once=at_once, stay=not until_idle)


def migrate_store(
    to: Annotated[str, typer.Option(metavar="ADDRESS", help="postgresql://HOST/NAME, or sqlite to come back.")],
    name: As = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Move the workspace to a database of PostgreSQL or back, without loss. Stop ticks and workers first."""
    from scheduler.workflow.moving import migrate

    rows = migrate(workspace(home, now, name), to)
    if json:
        show.document({"rows": rows})
    else:
        show.line(f"{rows} rows moved and compared; the old database is kept and takes no more changes")
