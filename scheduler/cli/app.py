"""The table of commands, and the one place that catches what goes wrong."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, cast

import typer

from scheduler.cli import show
from scheduler.errors import DaymarkError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

# In the order of a first day: look, plan, read, decide, send, care.
COMMANDS = {
    "init": "care:init",
    "days": "days:days",
    "upcoming": "days:upcoming",
    "explain": "explain:explain",
    "helplines": "receipts:helplines",
    "audit": "receipts:audit",
    "verify": "receipts:verify",
    "add-day": "adding:add_day",
    "calendar": "importing:calendar",
    "plan": "planning:plan",
    "posts": "posts:posts",
    "show": "posts:show_post",
    "check": "checking:check",
    "preview": "planning:preview",
    "approve": "reviewing:approve",
    "reject": "reviewing:reject",
    "reword": "reviewing:reword",
    "waive": "reviewing:waive",
    "waivers": "reviewing:waivers",
    "card": "cards:card",
    "consent": "consenting:consent",
    "texts": "texts:texts",
    "facts": "texts:facts",
    "queue": "sending:queue",
    "tick": "sending:tick",
    "run": "sending:run",
    "status": "watching:status",
    "missed": "watching:missed",
    "settle": "holding:settle",
    "done": "handing:done",
    "handoff": "handing:handoff",
    "hold": "holding:hold",
    "resume": "holding:resume",
    "essential": "holding:essential",
    "feeds": "sending:feeds",
    "feed": "addressing:feed",
    "serve": "serving:serve",
    "site": "siting:site",
    "toolkit": "toolkits:toolkit",
    "doctor": "care:doctor",
    "simulate": "simulating:simulate",
    "install": "installing:install",
    "worker": "moving:worker",
    "migrate-store": "moving:migrate_store",
    "account": "accounts:account",
    "secret": "accounts:secret",
    "backup": "backups:backup",
    "restore": "backups:restore",
    "prune": "pruning:prune",
}


# What every mistake on a command line is to the parser.
_Misunderstood = cast("type[typer.BadParameter]", typer.BadParameter.__bases__[0])


def app(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with these commands. The parser of a command costs as much as many a command itself."""
    made = typer.Typer(
        name="daymark",
        help="Observance days become campaigns: planned, checked, approved, sent once.",
        add_completion=False,
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
    words = command_first(sys.argv[1:]) or ["--help"]
    try:
        made = app(words[:1] if words[0] in COMMANDS else COMMANDS)
        sys.exit(made(words, prog_name="daymark", standalone_mode=False))
    except DaymarkError as error:
        _end(error, json="--json" in words)
    except _Misunderstood as error:
        said = error.format_message().rstrip(".")
        hint = f"daymark {words[0]} --help" if words[0] in COMMANDS else "daymark --help"
        _end(UsageError(said[:1].lower() + said[1:], hint), json="--json" in words)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)


def _end(error: DaymarkError, *, json: bool) -> NoReturn:
    show.failure(error, json=json)
    sys.exit(error.exit_code)


def command_first(words: list[str]) -> list[str]:
    """`--home`, `--now` and `--json` moved behind the command that they stand before."""
    before: list[str] = []
    while words and words[0].partition("=")[0] in ("--home", "--now", "--json"):
        takes = 1 if words[0] == "--json" or "=" in words[0] else 2
        before, words = before + words[:takes], words[takes:]
    return words[:1] + before + words[1:]


def upcoming(home: str, now: str, json: bool) -> None:
    """`upcoming` as it is called most, without the cost of an argument parser."""
    from scheduler.cli import days

    try:
        days.upcoming(home=home, now=now, json=json)
    except DaymarkError as error:
        _end(error, json=json)
