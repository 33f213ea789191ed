"""The table of commands, and the one place that catches what goes wrong."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import typer

from scheduler.cli import show
from scheduler.errors import DaymarkError

if TYPE_CHECKING:
    from collections.abc import Iterable

# In the order of a first day: look, plan, read, decide, send, care.
COMMANDS = {
    "init": "care:init",
    "days": "days:days",
    "upcoming": "days:upcoming",
    "explain": "days:explain",
    "plan": "planning:plan",
    "posts": "posts:posts",
    "show": "posts:show_post",
    "check": "posts:check",
    "preview": "planning:preview",
    "approve": "reviewing:approve",
    "reject": "reviewing:reject",
    "reword": "reviewing:reword",
    "queue": "sending:queue",
    "tick": "sending:tick",
    "run": "sending:run",
    "status": "sending:status",
    "hold": "sending:hold",
    "resume": "sending:resume",
    "feeds": "sending:feeds",
    "doctor": "care:doctor",
}


def app(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with these commands. The parser of a command costs as much as many a command itself."""
    made = typer.Typer(
        name="daymark",
        help="Observance days become campaigns: planned, checked, approved, sent once.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback(invoke_without_command=True)(_whole)
    for name in names:
        module, _, function = COMMANDS[name].partition(":")
        made.command(name)(getattr(import_module(f"scheduler.cli.{module}"), function))
    return made


def _whole(
    version: bool = typer.Option(False, "--version", help="Print the version."),
) -> None:
    if version:
        from importlib.metadata import version as installed

        show.line(installed("daymark-scheduler"))
        raise typer.Exit


def run() -> None:
    """Runs the command line; every failure that a person can act on ends here."""
    named = sys.argv[1:2]
    try:
        app(named if named and named[0] in COMMANDS else COMMANDS)(prog_name="daymark")
    except DaymarkError as error:
        show.failure(error, json="--json" in sys.argv)
        sys.exit(error.exit_code)


def upcoming(home: str, now: str, json: bool) -> None:
    """`upcoming` as it is called most, without the cost of an argument parser."""
    from scheduler.cli import days

    try:
        days.upcoming(30, home, now, json)
    except DaymarkError as error:
        show.failure(error, json=json)
        sys.exit(error.exit_code)
