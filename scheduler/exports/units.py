"""What makes a machine tick: systemd units and lines for cron (systemd.exec(5), systemd.timer(5), crontab(5))."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERY = 5  # minutes between two ticks
BACKUPS = 14  # days kept

_SERVICE = """\
[Unit]
Description=Daymark: {what}

[Service]
Type={kind}
ExecStart={command}
WorkingDirectory={home}
{user}{credentials}# Nothing but the workspace can be written, and nothing new can be gained.
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={writable}
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
"""
_TIMER = """\
[Unit]
Description=Daymark: {what}

[Timer]
OnCalendar={when}
Persistent=yes
AccuracySec=30s

[Install]
WantedBy=timers.target
"""


_STAYS = "exec\nRestart=on-failure\nRestartSec=5s"
_WANTED = "\n[Install]\nWantedBy={target}\n"


def systemd_units(
    program: str, home: str, user: str = "", credentials: Iterable[str] = (), serve: int = 0
) -> dict[str, str]:
    """The files of systemd by name: a service and a timer for ticks, and for a backup a day.

    `user` runs them as that user, for units of the system; without it they are for `systemctl --user`. Each of the
    `credentials` is NAME:PATH: the tick may read that file, under that name, whoever else may not. With a port to
    `serve` on there is a service that stays, too.
    """
    who = f"User={user}\n" if user else ""
    loaded = "".join(f"LoadCredential={told.replace('%', '%%')}\n" for told in credentials)
    jobs = {
        "daymark-tick": ("what is due", ["tick"], f"*:0/{EVERY}"),
        "daymark-backup": ("a backup a day", ["backup", "--keep", str(BACKUPS)], "*-*-* 03:17:00"),
    }
    files = {}
    for name, (what, words, when) in jobs.items():
        files[f"{name}.service"] = _service(what, [program, *words], home, who, loaded if words == ["tick"] else "")
        files[f"{name}.timer"] = _TIMER.format(what=what, when=when)
    if serve:
        words = [program, "serve", "--port", str(serve)]
        wanted = _WANTED.format(target="multi-user.target" if user else "default.target")
        files["daymark-serve.service"] = _service("the feeds over HTTP", words, home, who, kind=_STAYS) + wanted
    return files


def _service(what: str, words: list[str], home: str, who: str, loaded: str = "", *, kind: str = "oneshot") -> str:
    command = " ".join(_quoted(word) for word in [*words, "--home", home])
    place, writable = home.replace("%", "%%"), _quoted(home)
    return _SERVICE.format(
        what=what, kind=kind, command=command, home=place, writable=writable, user=who, credentials=loaded
    )


def cron_lines(program: str, home: str) -> list[str]:
    """The lines of a crontab that do the same. A percent sign would end the command, so it is escaped."""
    jobs = {f"*/{EVERY} * * * *": ["tick"], "17 3 * * *": ["backup", "--keep", str(BACKUPS)]}
    return [
        f"{when} " + shlex.join([program, *words, "--home", home]).replace("%", r"\%") for when, words in jobs.items()
    ]


def _quoted(word: str) -> str:
    """A word of a line of words: percent and dollar signs mean something to systemd, blanks and quotes part words."""
    plain = word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$").replace('"', '\\"')
    return f'"{plain}"' if any(sign in word for sign in " \t\"'\\;") else plain
