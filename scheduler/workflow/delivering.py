"""Delivering for one account after the other, as a worker does: what it needs is kept from job to job."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from scheduler import deliver, paths
from scheduler.courier import Courier, Tally
from scheduler.store import reads, work
from scheduler.store.opening import reading, stamp
from scheduler.workflow.sending import channels_of, courier_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from scheduler.workflow import Workspace
    from scheduler.workflow.sending import Ticked


class Deliverer:
    """Sends what is due of accounts. The calendar and the checks are read anew when an input has changed."""

    def __init__(self, home: Path, workspace: Callable[[], Workspace], say: Callable[[str], None]) -> None:
        self.home, self.workspace, self.say = home, workspace, say
        self._lock = threading.Lock()
        self._made: tuple[tuple[str, str], Courier] | None = None

    def drain(self, accounts: list[str]) -> None:
        """Sends all that is due of accounts, soonest first, until something stops each. Twice at once is harmless."""
        courier, tally = self._courier(), Tally()
        with deliver.Round(courier, tally) as round_:
            for account in accounts:
                while found := self._next(account, courier.clock()):
                    delivery, post = found
                    if not round_.send(delivery, post, courier.channels(post)):
                        break
        for trouble in tally.troubles:
            self.say(trouble)

    def tell(self, done: Ticked) -> None:
        """Says what went wrong in a tick; the next one may do better."""
        for trouble in [*done.troubles, *([done.error.words] if done.error else [])]:
            self.say(trouble)

    def _next(self, account: str, now: datetime):  # type: ignore[no-untyped-def]
        with reading(self.home) as db:
            return work.first_due(db, account, stamp(now))

    def _courier(self) -> Courier:
        with reading(self.home) as db:
            key = (reads.state(db, "calendar"), paths.inputs(str(self.home)))
        with self._lock:
            if self._made is None or self._made[0] != key:
                self._made = key, courier_of(ws := self.workspace(), channels_of(ws))
            return self._made[1]
