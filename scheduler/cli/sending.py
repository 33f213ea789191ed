"""queue, tick, feeds, run: getting posts out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli import show
from scheduler.cli.options import DryRun, Home, Json, Now, workspace
from scheduler.errors import ChannelError

if TYPE_CHECKING:
    from scheduler.workflow.sending import Ticked


def queue(dry_run: DryRun = False, home: Home = "", now: Now = "", json: Json = False) -> None:
    """Give every approved post its place in the outbox, to be sent when it is due."""
    from scheduler.workflow.sending import queue as workflow

    queued = workflow(workspace(home, now), dry_run=dry_run)
    if json:
        show.document({"queued": queued})
        return
    for id in queued:
        show.line(id)
    show.aside(f"{len(queued)} posts {'would be ' if dry_run else ''}queued")


def tick(
    accept_clock: Annotated[
        bool, typer.Option("--accept-clock", help="The clock is right now; it was wrong before.")
    ] = False,
    dry_run: DryRun = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Do all that is due: sync, plan, queue, recover, send, build feeds. For cron; any number may run at once."""
    from scheduler.workflow import sending as workflow

    ws = workspace(home, now)
    done = workflow.would_tick(ws) if dry_run else workflow.tick(ws, accept_clock=accept_clock)
    if error := done.error or _channel_error(done):
        show.failure(error, json=json, more=done.counts() if json else {})
        raise typer.Exit(error.exit_code)
    tell(done, json=json)


def _channel_error(done: Ticked) -> ChannelError | None:
    if not done.channel_troubles:
        return None
    more = f" (and {len(done.channel_troubles) - 1} more)" if len(done.channel_troubles) > 1 else ""
    return ChannelError(f"not sent: {done.channel_troubles[0]}{more}", "nothing is lost; see: daymark status")


def tell(done: Ticked, *, json: bool) -> None:
    """What a tick did."""
    counts = done.counts()
    feeds = counts.pop("feeds")
    if json:
        show.document(counts | {"feeds": feeds})
        return
    if done.busy:
        show.line("another tick is at work here; nothing to do")
    elif not any(counts.values()) and not feeds:
        show.line("nothing to do")
    else:
        told = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
        show.line(", ".join(filter(None, (told, f"{len(done.feeds)} feeds written" if done.feeds else ""))))
    for trouble in done.troubles:
        show.aside(f"  {trouble}")


def feeds(
    out: Annotated[str, typer.Option(metavar="DIR", help="Where to; the workspace's public/ if not given.")] = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Build every calendar feed. A file whose bytes do not change is left alone."""
    from scheduler.workflow.calendar import sync
    from scheduler.workflow.publishing import build_feeds

    ws = workspace(home, now)
    sync(ws)
    built = build_feeds(ws, Path(out).absolute() if out else None)
    if json:
        show.document({"files": [asdict(b) for b in built]})
        return
    for b in built:
        if b.changed:
            show.line(str(b.path))
    show.aside(f"{len(built)} feeds, {sum(b.changed for b in built)} of them changed")


def run(
    every: Annotated[int, typer.Option(min=1, max=3600, help="Seconds between two ticks.")] = 30,
    home: Home = "",
    json: Json = False,
) -> None:
    """Stay and tick, for machines without cron. Stops at SIGTERM or Ctrl-C, after the send it is at."""
    from scheduler.engine.timer import keep_ticking

    workspace(home, "")  # what is wrong with it is told now, not at the first tick
    keep_ticking(lambda: _tick_once(home, json=json), every)


def _tick_once(home: str, *, json: bool) -> None:
    """A tick that says what went wrong and lives on: the next one may do better."""
    from scheduler.errors import DaymarkError
    from scheduler.workflow.sending import tick as workflow

    try:
        done = workflow(workspace(home, ""))
        if any((done.due, done.planned, done.missed, done.feeds)):
            tell(done, json=json)
        if done.error:
            show.failure(done.error, json=False)
    except DaymarkError as error:
        show.failure(error, json=False)
