"""queue, tick, feeds, run: getting posts out."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler import watch
from scheduler.cli import show
from scheduler.cli.options import DryRun, Home, Json, LogFormat, Now, workspace
from scheduler.cli.telling import Lines, Log, log_of
from scheduler.errors import ChannelError, DaymarkError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.workflow import Workspace
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
    log_format: LogFormat = "text",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Do all that is due: sync, plan, queue, recover, send, build feeds. For cron; any number may run at once."""
    from scheduler.workflow import sending as workflow

    log = log_of(log_format, json=json, now=now)
    with _told(log):
        ws = workspace(home, now)
        done = workflow.would_tick(ws) if dry_run else workflow.tick(ws, accept_clock=accept_clock)
    if error := done.error or _channel_error(done):
        log.failed(error, counts=done.counts())
        raise typer.Exit(error.exit_code)
    log.ticked(done)
    if not dry_run:
        _ping(ws, done, log)


@contextmanager
def _told(log: Log) -> Iterator[None]:
    """A journal of lines gets the failures too that end a command."""
    try:
        yield
    except DaymarkError as error:
        if not isinstance(log, Lines):
            raise
        log.failed(error)
        raise typer.Exit(error.exit_code) from error


def _channel_error(done: Ticked) -> ChannelError | None:
    if not done.channel_troubles:
        return None
    more = f" (and {len(done.channel_troubles) - 1} more)" if len(done.channel_troubles) > 1 else ""
    return ChannelError(f"not sent: {done.channel_troubles[0]}{more}", "nothing is lost; see: daymark status")


def _ping(ws: Workspace, done: Ticked, log: Log) -> None:
    """Tells whoever watches that the tick was good. That they cannot be told does not make it less so."""
    if done.good and (trouble := watch.ping(watch.given() or ws.settings.ping)):
        log.unheard(trouble)


def feeds(
    out: Annotated[str, typer.Option(metavar="DIR", help="Where to; the workspace's public/ if not given.")] = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Build every calendar feed. A file whose bytes do not change is left alone."""
    from scheduler.workflow.calendar import sync
    from scheduler.workflow.publishing import PUBLIC, build_feeds, is_oversized

    ws = workspace(home, now)
    sync(ws)
    folder = Path(out).absolute() if out else None
    built = build_feeds(ws, folder)
    told = {b.name: str((folder or ws.home / PUBLIC) / b.name) for b in built}  # no secret: `feed address` tells that
    if json:
        show.document({"files": [{"path": told[b.name], "sha256": b.sha256, "changed": b.changed} for b in built]})
        return
    for b in built:
        if b.changed:
            show.line(told[b.name])
    for b in filter(lambda b: is_oversized(b.path), built):
        show.aside(f"too large for some apps: {told[b.name]}; lead readers to themes and regions, or hide days")
    show.aside(f"{len(built)} feeds, {sum(b.changed for b in built)} of them changed")


def run(
    every: Annotated[int, typer.Option(min=1, max=3600, help="Seconds between two ticks.")] = 30,
    log_format: LogFormat = "text",
    home: Home = "",
    json: Json = False,
) -> None:
    """Stay and tick, for machines without cron. Stops at SIGTERM or Ctrl-C, after the send it is at."""
    from scheduler.engine.timer import keep_ticking

    log = log_of(log_format, json=json)
    with _told(log):
        workspace(home, "")  # what is wrong with it is told now, not at the first tick
    keep_ticking(lambda: _tick_once(home, log), every)


def _tick_once(home: str, log: Log) -> None:
    """A tick that says what went wrong and lives on: the next one may do better."""
    from scheduler.workflow.sending import tick as workflow

    try:
        ws = workspace(home, "")
        done = workflow(ws)
        if any((done.due, done.planned, done.missed, done.feeds)):
            log.ticked(done)
        if done.error:
            log.failed(done.error)
        _ping(ws, done, log)
    except DaymarkError as error:
        log.failed(error)
