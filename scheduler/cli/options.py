"""What every command takes, and the workspace that it makes of it. The clock is read here and nowhere below."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler import paths
from scheduler.errors import NoWorkspace, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.workflow import Workspace

Home = Annotated[
    str, typer.Option("--home", help="The workspace folder; else DAYMARK_HOME, else this folder or one above.")
]
Now = Annotated[
    str,
    typer.Option("--now", envvar="DAYMARK_NOW", help="Pretend that it is this moment (ISO; UTC if no zone is given)."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
As = Annotated[str, typer.Option("--as", help="Your name, as it will stand in the audit log.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
Encoding = Annotated[
    str, typer.Option("--encoding", metavar="NAME", help="What files that are not UTF-8 are in: cp1252, cp1251, ...")
]
LogFormat = Annotated[
    str,
    typer.Option("--log-format", envvar="DAYMARK_LOG_FORMAT", help="text; or json, a line each, for a journal."),
]


def moment(text: str) -> datetime:
    """The moment that --now names, in UTC; the clock's if it names none. Raises UsageError."""
    if not text:
        return clock()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is not a moment", "write --now 2027-07-30T09:00:00Z") from error
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  (the edge: this is where the clock is read)


def somebody(name: str = "") -> str:
    """Who acts: the name given, else DAYMARK_USER, else the login name."""
    return name or os.environ.get("DAYMARK_USER") or os.environ.get("USER") or os.environ.get("LOGNAME") or "somebody"


def home_of(given: str) -> Path:
    """The workspace folder. Raises NoWorkspace if none is named and none is near."""
    from pathlib import Path

    found = paths.find_home(given)
    if not found:
        raise NoWorkspace("there is no workspace here", "make one with: daymark init DIR, or name one with --home DIR")
    return Path(found)


def workspace(home: str, now: str, who: str = "") -> Workspace:
    """The workspace that a command works on."""
    from scheduler.config import load_settings
    from scheduler.workflow import Workspace

    at = moment(now)
    return Workspace(load_settings(home_of(home)), at, (lambda: at) if now else clock, somebody(who))


def choice(text: str, *choices: str) -> tuple[str, str]:
    """What is chosen for one post, written POST=CHOICE. Raises UsageError for other forms."""
    post, equals, wanted = text.rpartition("=")
    if not equals:
        ways = [f"POST={each}" for each in choices]
        raise UsageError(f"'{text}' is not a choice", f"write --choose {', '.join(ways[:-1])} or {ways[-1]}")
    return post, wanted
