"""A timer over the same tick that cron calls. Nothing is stored in it: ringing twice, or not at all, loses nothing."""

from __future__ import annotations

import signal
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

if TYPE_CHECKING:
    from collections.abc import Callable

_JUMP = 2.0  # seconds by which the wall clock may drift from the steady one before it counts as set


def keep_ticking(tick: Callable[[], None], every: int) -> None:
    """Calls `tick` now and every `every` seconds until SIGTERM or SIGINT; a tick at work is finished first."""
    timer = BlockingScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    timer.add_job(tick, "interval", seconds=every, id="tick", next_run_time=_now())
    stop = threading.Event()

    def end(_signal: int, _frame: object) -> None:
        stop.set()
        threading.Thread(target=timer.shutdown, kwargs={"wait": True}).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    threading.Thread(target=_watch_clock, args=(timer, stop), daemon=True).start()
    timer.start()


def _watch_clock(timer: BlockingScheduler, stop: threading.Event) -> None:
    """Rings at once when the wall clock is set: the timer's next time was in the old reckoning, maybe hours away."""
    offset = time.time() - time.monotonic()  # noqa: TID251
    while not stop.wait(1):
        drift = time.time() - time.monotonic()  # noqa: TID251
        if abs(drift - offset) > _JUMP:
            offset = drift
            timer.modify_job("tick", next_run_time=_now())


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  (the edge: the engine may read the clock)
