"""Whether all is well: posts go out when they are due only while ticks come, and the store can be read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from scheduler.errors import DaymarkError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STALE = timedelta(minutes=15)  # three ticks of the units and cron lines that `daymark install` makes
AHEAD = timedelta(minutes=5)  # by which a good tick may lie in the future before a clock is doubted


@dataclass(frozen=True, slots=True)
class Health:
    """What was found; all is well if nothing is wrong."""

    last_tick: datetime | None
    wrong: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        at = self.last_tick.isoformat(timespec="seconds").replace("+00:00", "Z") if self.last_tick else ""
        return {"status": "unwell" if self.wrong else "ok", "last_tick": at, "wrong": list(self.wrong)}


def look(home: Path, now: datetime) -> Health:
    """How a workspace is at a moment. Nothing in its words tells more than that: anybody may ask."""
    from scheduler.peek import good_tick

    try:
        at = datetime.fromtimestamp(os.stat(good_tick(str(home))).st_mtime, UTC)  # noqa: PTH116
    except OSError:
        at = None
    wrong = [*_of_tick(at, now), *_of_store(home), *_of_feeds(home)]
    return Health(at, tuple(wrong))


def _of_tick(at: datetime | None, now: datetime) -> list[str]:
    if at is None:
        return ["there was no good tick yet"]
    if at > now + AHEAD:
        return ["the last good tick lies in the future: a clock is wrong"]
    late = now - at > STALE
    return [f"the last good tick is more than {STALE // timedelta(minutes=1)} minutes ago"] if late else []


def _of_store(home: Path) -> list[str]:
    from scheduler import paths
    from scheduler.store import reads
    from scheduler.store.opening import reading

    try:
        if paths.database_url(str(home)) is None and not os.path.isfile(paths.database(str(home))):  # noqa: PTH113
            return ["the database is not there"]  # to look must not make one
        with reading(home) as db:
            reads.count_posts(db)
    except (DaymarkError, OSError, ValueError):
        return ["the database cannot be read"]
    return []


def _of_feeds(home: Path) -> list[str]:
    from scheduler.workflow.editions import CALENDAR
    from scheduler.workflow.publishing import PUBLIC

    there = os.path.isfile(f"{home}/{PUBLIC}/{CALENDAR}")  # noqa: PTH113
    return [] if there else ["there are no calendars to give out"]  # a folder that is not mounted, say


class Watch:
    """The health of a workspace, looked at once a second at most, however often it is asked for."""

    def __init__(self, home: Path, clock: Callable[[], datetime]) -> None:
        self._home, self._clock = home, clock
        self._last: tuple[datetime, Health] | None = None

    def ask(self) -> Health:
        now = self._clock()
        if not self._last or not timedelta() <= now - self._last[0] < timedelta(seconds=1):
            self._last = now, look(self._home, now)
        return self._last[1]
