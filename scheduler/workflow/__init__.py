"""The verbs of the product: each does one thing a person would name, from files and store to files and store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from scheduler.config import Settings
    from scheduler.model import Calendar, Post, Takes
    from scheduler.workflow.checking import Checker


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace, the moment a command began (UTC), the clock for work that takes time, and who acts."""

    settings: Settings
    now: datetime
    clock: Callable[[], datetime]
    who: str = "daymark"

    @property
    def home(self) -> Path:
        return self.settings.home

    def checker(self, calendar: Calendar) -> Checker:
        """What holds this workspace's posts against the checks."""
        from scheduler.workflow.checking import Checker

        s = self.settings
        takes, taken_back = self.takes(), self._withdrawn
        return Checker(s.templates, s.limits, calendar, self._beside, takes=takes, home=self.home, withdrawn=taken_back)

    def takes(self) -> dict[str, Takes]:
        """By account, what its server last said that it takes."""
        from scheduler.store import takes
        from scheduler.store.opening import reading

        with reading(self.home) as db:
            return takes.of(db, self.settings.accounts.values())

    def _withdrawn(self) -> frozenset[str]:
        from scheduler.store import reads
        from scheduler.store.opening import reading

        with reading(self.home) as db:
            return reads.withdrawn(db)

    def _beside(self, post: Post) -> list[Post]:
        from scheduler.store import reads
        from scheduler.store.opening import reading

        with reading(self.home) as db:
            return reads.posts(db, campaign=post.campaign)
