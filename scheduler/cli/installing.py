"""install: systemd units or lines for cron, so that the machine ticks by itself."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli import show
from scheduler.cli.options import Home, Json, Now, home_of
from scheduler.errors import UsageError


def install(
    systemd: Annotated[
        str, typer.Option(metavar="DIR", help="Write systemd units into this folder: a tick, and a backup a day.")
    ] = "",
    user: Annotated[str, typer.Option(help="For units of the whole system: the user they run as.")] = "",
    credential: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME:PATH", help="A secret for the tick in systemd's keeping, such as ping:/etc/ping."),
    ] = None,
    serve: Annotated[
        int | None, typer.Option(metavar="PORT", min=1, max=65535, help="A unit for `daymark serve` on this port, too.")
    ] = None,
    cron: Annotated[bool, typer.Option("--cron", help="Print the lines for `crontab -e`.")] = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Make the machine tick by itself: write systemd units, or print the lines for cron. Starts nothing."""
    from scheduler.config import require_workspace
    from scheduler.exports.units import cron_lines, systemd_units

    del now  # taken like everywhere, of no use here
    if bool(systemd) == cron:
        raise UsageError("it is not said what for", "write --systemd DIR, or --cron")
    credentials = [_right_credential(told) for told in credential or ()]
    if credentials and cron:
        raise UsageError("cron keeps no credentials", "give the secret to the tick as DAYMARK_PING, in the crontab")
    if serve and cron:
        raise UsageError("cron starts nothing that stays", "give --serve with --systemd, or run daymark serve yourself")
    place = home_of(home)
    require_workspace(place)
    if cron:
        lines = cron_lines(_program(), str(place))
        show.document({"lines": lines}) if json else show.line("\n".join(lines))
    else:
        units = systemd_units(_program(), str(place), user, credentials, serve or 0)
        _write_units(Path(systemd).expanduser().absolute(), units, user, json=json)


def _right_credential(told: str) -> str:
    """A credential as systemd takes it. Raises UsageError."""
    name, _, path = told.partition(":")
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}", name) or not path.startswith("/") or "\n" in path:
        raise UsageError(f"'{told}' is no credential", "write NAME:PATH, such as ping:/etc/daymark/ping")
    return told


def _write_units(folder: Path, units: dict[str, str], user: str, *, json: bool) -> None:
    from scheduler.workflow.keeping import keep_file

    for name, text in units.items():
        keep_file(folder / name, text.encode())
    if json:
        show.document({"files": [str(folder / name) for name in units]})
        return
    for name in units:
        show.line(str(folder / name))
    scope = "" if user else " --user"
    timers = " ".join(name for name, text in units.items() if "[Install]" in text)
    show.aside(f"Next: systemctl{scope} daemon-reload && systemctl{scope} enable --now {timers}")


def _program() -> str:
    """Where this command itself lies: cron and systemd know no PATH of yours."""
    called = sys.argv[0]
    return str(Path((shutil.which(called) if Path(called).name == called else None) or called).absolute())
