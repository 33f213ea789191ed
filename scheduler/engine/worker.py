"""Workers over PostgreSQL: Procrastinate rings the bells, the compare-and-set in our tables decides.

A bell that is lost is rung again by a later tick; one that is rung twice costs a look. Its own retries are off.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from scheduler.errors import DatabaseError, UsageError
from scheduler.store.connecting import place_of
from scheduler.store.opening import ready, stay_open
from scheduler.workflow.delivering import Deliverer
from scheduler.workflow.sending import tick

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scheduler.store.opening import Tx
    from scheduler.store.work import Bell
    from scheduler.workflow import Workspace

MOST_TOGETHER, FEW = 20, 32  # accounts in one job in a rush; how many jobs there are before it counts as one
STALLED = 30.0  # seconds without a heartbeat, then a worker is taken for dead (its heart beats every 10)
_SCHEMA = "daymark worker schema"


def serve(
    home: Path, workspace: Callable[[], Workspace], say: Callable[[str], None], *, at_once: int, stay: bool
) -> None:
    """Delivers until SIGTERM or Ctrl-C, `at_once` accounts at a time; if not to `stay`, until nothing is left to do.

    What goes wrong is told to `say`. Raises UsageError for a workspace on a file of SQLite, DatabaseError without
    Procrastinate.
    """
    url = _url(home)
    ready(home)
    procrastinate = _procrastinate()
    _make_tables(procrastinate, url)
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))
    ring = _ringer(procrastinate, url)
    deliverer = Deliverer(home, workspace, say)

    def round_() -> None:
        deliverer.tell(tick(workspace(), ring=ring))

    _register(app, procrastinate, deliverer, round_)
    if not stay:
        round_()
    app.run_worker(concurrency=at_once, wait=stay, delete_jobs="always", listen_notify=stay)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _ringer(procrastinate: Any, url: str) -> Callable[[Tx, list[Bell]], None]:
    """What puts jobs into the queue within our own transaction. A worker's own connector refuses that."""
    app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=url))

    def ring(tx: Tx, bells: list[Bell]) -> None:
        ours: Any = tx.db
        job = app.configure_task("deliver", queue="posts", connection=ours.real)
        job.batch_defer(*[{"accounts": some} for some in together(bells)])

    return ring


def together(bells: list[Bell]) -> list[list[str]]:
    """The accounts to ring for, a list a job. In a rush a job has several, all of one service, so that none waits long.

    Few bells are rung one by one: then all can be sent for at the same time.
    """
    size = max(1, min(MOST_TOGETHER, len(bells) // FEW))
    by_service: dict[str, dict[str, None]] = {}
    for bell in bells:
        by_service.setdefault(bell.service, {})[bell.account] = None
    return [
        list(accounts)[first : first + size]
        for accounts in by_service.values()
        for first in range(0, len(accounts), size)
    ]


def _register(app: Any, procrastinate: Any, deliverer: Deliverer, round_: Callable[[], None]) -> None:
    """The tasks: deliver for an account; each minute a tick, and jobs of workers that died given to others."""

    @app.task(name="deliver", queue="posts")  # type: ignore[untyped-decorator]
    def deliver(accounts: list[str]) -> None:
        stay_open()
        deliverer.drain(accounts)

    @app.periodic(cron="* * * * *")  # type: ignore[untyped-decorator]
    @app.task(name="tick", queue="tick", queueing_lock="tick", priority=10)  # type: ignore[untyped-decorator]
    def tick_(timestamp: int) -> None:
        del timestamp  # of the minute that rang it: what is due is asked of the clock
        stay_open()
        round_()

    @app.periodic(cron="* * * * *")  # type: ignore[untyped-decorator]
    @app.task(name="free", queue="tick", queueing_lock="free", priority=10)  # type: ignore[untyped-decorator]
    async def free(timestamp: int) -> None:
        del timestamp
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
            await _free(procrastinate, app, job)


async def _free(procrastinate: Any, app: Any, job: Any) -> None:
    try:
        await app.job_manager.retry_job(job)
    except procrastinate.exceptions.ConnectorException:  # its twin waits already: this one is done with
        await app.job_manager.finish_job(job, procrastinate.jobs.Status.FAILED, delete_job=True)


def _url(home: Path) -> str:
    place: Any = place_of(home)
    if not hasattr(place, "url"):
        raise UsageError(
            "workers need a database of PostgreSQL, and this workspace has a file of SQLite",
            "one machine is served by daymark tick or daymark run; else: daymark migrate-store --to postgresql://...",
        )
    return str(place.url)


def _procrastinate() -> Any:
    try:
        import procrastinate
    except ImportError as error:
        raise DatabaseError(
            "workers run on Procrastinate, and it is not installed",
            "install it with: pip install 'daymark-scheduler[postgres]'",
        ) from error
    return procrastinate


def _make_tables(procrastinate: Any, url: str) -> None:
    """Makes the tables of Procrastinate once, beside ours."""
    import psycopg

    with psycopg.connect(url) as db:
        db.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema() || %s))", (_SCHEMA,))
        if db.execute("SELECT to_regclass('procrastinate_jobs')").fetchone() == (None,):
            db.execute(procrastinate.schema.SchemaManager.get_schema())
