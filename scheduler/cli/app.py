"""The table of commands, and the one place that catches what goes wrong."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from scheduler.cli import care, days, planning, posts, sending, show
from scheduler.errors import DaymarkError

if TYPE_CHECKING:
    from collections.abc import Callable

# In the order of a first day: look, plan, read, decide, send, care.
COMMANDS: dict[str, Callable[..., None]] = {
    "init": care.init,
    "days": days.days,
    "upcoming": days.upcoming,
    "explain": days.explain,
    "plan": planning.plan,
    "posts": posts.posts,
    "show": posts.show_post,
    "check": posts.check,
    "preview": planning.preview,
    "approve": posts.approve,
    "reject": posts.reject,
    "reword": posts.reword,
    "queue": sending.queue,
    "tick": sending.tick,
    "run": sending.run,
    "status": sending.status,
    "hold": sending.hold,
    "resume": sending.resume,
    "feeds": sending.feeds,
    "doctor": care.doctor,
}

app = typer.Typer(
    name="daymark",
    help="Observance days become campaigns: planned, checked, approved, sent once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _name, _command in COMMANDS.items():
    app.command(_name)(_command)


@app.callback(invoke_without_command=True)
def _whole(
    version: bool = typer.Option(False, "--version", help="Print the version."),
) -> None:
    if version:
        from importlib.metadata import version as installed

        show.line(installed("daymark-scheduler"))
        raise typer.Exit


def run() -> None:
    """Runs the command line; every failure that a person can act on ends here."""
    json = "--json" in sys.argv
    try:
        app(prog_name="daymark")
    except DaymarkError as error:
        show.failure(error, json=json)
        sys.exit(error.exit_code)


def upcoming(home: str, now: str, json: bool) -> None:
    """`upcoming` as it is called most, without the cost of an argument parser."""
    try:
        days.upcoming(30, home, now, json)
    except DaymarkError as error:
        show.failure(error, json=json)
        sys.exit(error.exit_code)
