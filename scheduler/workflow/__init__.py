"""The verbs of the product: each does one thing a person would name, from files and store to files and store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from scheduler.config import Settings
    from scheduler.model import Calendar, Post
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
        return Checker(s.templates, s.limits, calendar, self._beside, home=self.home, withdrawn=self._withdrawn)

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
