"""Examines a workspace: each part by itself, so that one that is broken does not hide the next."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from scheduler import calendars
from scheduler.config import Settings, folders, load_settings, require_workspace
from scheduler.errors import BadData, ClockSetBack, DaymarkError, TemplateError
from scheduler.kinds import KINDS
from scheduler.store import reads
from scheduler.store.opening import reading, ready, soundness, stamp
from scheduler.workflow.publishing import PUBLIC, is_oversized
from scheduler.workflow.staff import shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

ENOUGH_SPACE = 50 * 2**20  # bytes: a backup and a few years of feeds


@dataclass(frozen=True, slots=True)
class Examined:
    """One part: whether it is well, and what is to be said. `exit_code` is 0 when it is well."""

    check: str
    ok: bool
    say: str
    exit_code: int = 0


def examine(home: Path, now: datetime) -> list[Examined]:
    """Every part of a workspace."""
    parts: tuple[tuple[str, Callable[[], str]], ...] = (
        ("workspace", lambda: _workspace(home)),
        ("settings", lambda: _settings(load_settings(home))),
        ("accounts", lambda: _accounts(home)),
        ("calendar", lambda: _calendar(home)),
        ("helplines", lambda: _helplines(home, now.date())),
        ("templates", lambda: _templates(home, now)),
        ("database", lambda: _database(home)),
        ("clock", lambda: _clock(home, now)),
        ("folders", lambda: _folders(home)),
        ("feeds", lambda: _feeds(home)),
        ("disk", lambda: _disk(home)),
    )
    examined = _one(*parts[0])
    return [examined, *(_one(name, look) for name, look in parts[1:])] if examined.ok else [examined]


def _one(name: str, look: Callable[[], str]) -> Examined:
    try:
        return Examined(name, ok=True, say=look())
    except DaymarkError as error:
        return Examined(name, ok=False, say=f"{error.words}; {error.hint}", exit_code=error.exit_code)


def _workspace(home: Path) -> str:
    require_workspace(home)
    return str(home)


def _settings(settings: Settings) -> str:
    if not settings.accounts:
        raise BadData("daymark.toml has no account, so nothing can be planned", "add a table [accounts.main]")
    named = "" if settings.name != "Your organisation" else "; [workspace] name is still the sample's"
    return f"{len(settings.accounts)} accounts: {', '.join(settings.accounts)}{named}"


def _accounts(home: Path) -> str:
    """Asks every service that an account signs in to. Raises what the first that fails says."""
    from scheduler.channels import open_channel

    settings = load_settings(home)
    accounts = settings.accounts.values()
    said = [f"{a.name}: {open_channel(a, home).test()}" for a in accounts if KINDS[a.channel].secrets]
    if settings.notices:
        from scheduler.channels import chat
        from scheduler.workflow.noticing import TEAM

        chat.address(home, TEAM)
        said.append("the team's chat: its address is one that Apprise knows")
    return "; ".join(said) or "none signs in anywhere"


def _calendar(home: Path) -> str:
    calendar = calendars.load_calendar(folders(home, "calendars"))
    return f"{len(calendar.observances)} observances, each with its source"


def _helplines(home: Path, today: date) -> str:
    lines = calendars.load_calendar(folders(home, "calendars")).helplines
    over = [h.id for h in lines if h.expires < today]
    if over:
        hint = "ring each operator, then renew `checked` and `expires` in calendars/helplines.toml"
        raise BadData(f"these helplines are past their date and are not rendered: {', '.join(over)}", hint)
    old = [h.id for h in lines if (today - h.checked).days > 180]
    return f"{len(lines)} helplines" + (f"; not checked for 180 days: {', '.join(old)}" if old else "")


def _templates(home: Path, now: datetime) -> str:
    from scheduler.workflow import Workspace
    from scheduler.workflow.planning import plan

    settings = load_settings(home)
    calendar = calendars.load_calendar(settings.calendars)
    ws = Workspace(settings, now, lambda: now)
    done = plan(ws, calendar, date(now.year + 1, 12, 31), dry_run=True)
    if not done.slots and settings.accounts:
        raise TemplateError(
            "no post would be planned in the next year", "look at [plan] themes and at the accounts' themes"
        )
    if done.untranslated:
        first, more = done.untranslated[0], len(done.untranslated) - 1
        others = f" (and {more} more)" if more else ""
        raise TemplateError(f"{first.slot} is left out{others}: {first.why}", "daymark texts shows what is missing")
    return f"every text of the coming year can be written: {len(done.slots)} posts"


def _database(home: Path) -> str:
    ready(home)
    return soundness(home)


def _clock(home: Path, now: datetime) -> str:
    with reading(home) as db:
        seen = reads.state(db, "seen_at")
    if seen > stamp(now):
        raise ClockSetBack(f"the clock says {stamp(now)}, the last tick ran at {seen}", "set the clock right")
    return f"{stamp(now)}; last tick with work to do: {seen or 'none yet, run daymark tick from cron'}"


def _folders(home: Path) -> str:
    for name in ("outbox", PUBLIC):
        folder = home / name
        try:
            folder.mkdir(exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise BadData(f"{folder} cannot be written: {error.strerror}", "check its rights and the disk") from error
    return "outbox/ and public/ can be written"


def _feeds(home: Path) -> str:
    found = sorted((home / PUBLIC).rglob("*.ics"))
    large = ", ".join(shown(path.relative_to(home).as_posix()) for path in found if is_oversized(path))
    hint = f"; too large for some apps, so lead readers to themes and regions, or hide days: {large}" if large else ""
    return (f"{len(found)} calendars" if found else "none written yet, run daymark feeds") + hint


def _disk(home: Path) -> str:
    free = shutil.disk_usage(home).free
    if free < ENOUGH_SPACE:
        raise BadData(f"only {free // 2**20} MiB are free", "free some space: backups and feeds need it")
    return f"{free // 2**20} MiB free"
