"""Beyond one machine: the same product on a real PostgreSQL, moved there and back without loss, served by workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psycopg
import pytest
from conftest import DAY, DUE, EVE, THANKS, packs, rows

from scheduler.errors import DatabaseError
from scheduler.store.connecting import place_of
from scheduler.store.log import first_broken
from scheduler.store.moving import copy_rows
from scheduler.store.opening import reading
from scheduler.store.postgres import postgres

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Daymark


pytestmark = pytest.mark.slow


@pytest.fixture
def moved(daymark: Daymark, at: Callable[[str], Path], database: str) -> Path:
    """A workspace with approved posts, whose rows have gone to the server."""
    home = at("queued")
    answer = daymark("migrate-store", "--to", database, home=home)
    assert answer.code == 0, answer.err
    return home


def test_a_workspace_goes_there_and_back_without_loss(
    daymark: Daymark, at: Callable[[str], Path], database: str
) -> None:
    home = at("sent")
    before, status = rows(home), daymark("status", "--json", home=home).out
    told = daymark.json("migrate-store", "--to", database, home=home)
    assert told["rows"] == sum(len(each) for name, each in before.items() if name != "alembic_version")
    assert not (home / "daymark.db").exists()
    assert (home / "database.url").stat().st_mode & 0o077 == 0
    assert daymark("status", "--json", home=home).out == status
    assert daymark.json("migrate-store", "--to", "sqlite", home=home) == told
    assert not (home / "database.url").exists()
    after = rows(home)
    assert {name: each for name, each in after.items() if name != "sqlite_sequence"} == before
    assert daymark("status", "--json", home=home).out == status


def test_the_old_database_takes_no_more_changes(daymark: Daymark, at: Callable[[str], Path], database: str) -> None:
    from datetime import UTC, datetime

    from scheduler.store.opening import writing

    home = at("queued")
    copy_rows(place_of(home), postgres(database), moved=True)
    with pytest.raises(DatabaseError, match="was moved"), writing(home, datetime(2026, 7, 1, tzinfo=UTC), "Ana") as tx:
        tx.audit("noted", "too late")


def test_a_database_that_holds_a_workspace_is_left_alone(
    daymark: Daymark, at: Callable[[str], Path], database: str, tmp_path: Path
) -> None:
    home = at("queued")
    copy_rows(place_of(home), postgres(database))
    before = rows(home)
    answer = daymark("migrate-store", "--to", database, home=home)
    assert (answer.code, "already holds a workspace" in answer.err) == (6, True)
    assert rows(home) == before
    assert daymark.json("tick", home=home, now=DUE)["sent"] == 1


WRONG = [
    ("migrate-store --to sqlite", 2, "on a file of SQLite already"),
    ("migrate-store --to mysql://here", 2, "no address of a database"),
    ("migrate-store --to postgresql://127.0.0.1:1/none", 6, "cannot be reached"),
    ("migrate-store --to postgresql://?nonsense=1", 6, "no address of a database"),
    ("worker --until-idle", 2, "workers need a database of PostgreSQL"),
]


@pytest.mark.parametrize(("words", "code", "says"), WRONG, ids=[row[0] for row in WRONG])
def test_what_cannot_be_is_told(words: str, code: int, says: str, daymark: Daymark, at: Callable[[str], Path]) -> None:
    home = at("queued")
    before = rows(home)
    answer = daymark(*words.split(), home=home)
    assert (answer.code, says in answer.err) == (code, True), answer.err
    assert rows(home) == before


ADDRESSES = {
    "no text": (b"\xff\xfe", "cannot be read"),
    "nothing": (b"", "is empty"),
    "nonsense": (b"nonsense", "no address of a database"),
    "no server there": (b"host=/nowhere", "cannot be reached"),
}


@pytest.mark.parametrize(("held", "says"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_that_leads_nowhere_makes_no_new_database(
    held: bytes, says: str, daymark: Daymark, at: Callable[[str], Path]
) -> None:
    home = at("queued")
    (home / "daymark.db").unlink()
    (home / "database.url").write_bytes(held)
    for words in (("status",), ("tick",)):
        answer = daymark(*words, home=home)
        assert (answer.code, says in answer.err, "Traceback" in answer.err) == (6, True, False), answer.err
    assert not (home / "daymark.db").exists()


def test_the_commands_of_a_day_work_there(daymark: Daymark, moved: Path) -> None:
    assert daymark("doctor", home=moved).code == 0
    assert daymark.json("hold", "--why", "storm", home=moved) == {"held": 3}
    assert daymark.json("tick", home=moved, now=DUE)["held"] == 1
    assert daymark("resume", "--keep", home=moved, now=DUE).code == 0
    assert daymark.json("tick", home=moved, now=DUE)["sent"] == 1
    assert packs(moved) == [EVE]
    assert daymark("audit", "log", "verify", home=moved).code == 0
    assert daymark("plan", home=moved).code == 0
    backup = daymark.json("backup", home=moved, now=DUE)
    assert daymark("restore", backup["file"], "--verify", home=moved).code == 0
    told = daymark.json("simulate", "--to", "2026-07-06", home=moved)
    assert [e["subject"] for e in told["events"] if e["what"] == "sent"] == [DAY, THANKS]


def test_a_worker_sends_what_is_due_and_leaves(daymark: Daymark, moved: Path) -> None:
    answer = daymark("worker", "--until-idle", home=moved, now=DUE)
    assert (answer.code, packs(moved)) == (0, [EVE]), answer.err
    assert daymark("worker", "--until-idle", home=moved, now=DUE).code == 0
    assert packs(moved) == [EVE]
    with reading(moved) as db:
        assert db.execute("SELECT COUNT(*) FROM procrastinate_jobs WHERE task_name = 'deliver'").fetchone()[0] == 0
        assert first_broken(db) is None


ACCOUNTS = 120
ACCOUNT = """
[accounts.main-{n}]
channel = "folder"
network = "mastodon"
language = "en"
country = "GB"
zone = "Europe/London"
"""


@pytest.fixture
def crowd(daymark: Daymark, at: Callable[[str], Path], database: str) -> Path:
    """A workspace on the server in which many accounts say the same at the same moment."""
    home = at("fresh")
    with (home / "daymark.toml").open("a") as file:
        file.write("".join(ACCOUNT.format(n=n) for n in range(ACCOUNTS)))
    assert daymark("plan", "--until", "2026-07-04", home=home).code == 0
    wanted = [EVE, *(EVE.replace("main-en", f"main-{n}-en") for n in range(ACCOUNTS))]
    assert daymark("approve", *wanted, "--as", "Ana", home=home).code == 0
    assert daymark("migrate-store", "--to", database, home=home).code == 0
    return home


def test_workers_killed_at_work_lose_nothing_and_double_nothing(daymark: Daymark, crowd: Path, database: str) -> None:
    command = [sys.executable, "-m", "scheduler", "worker", "--until-idle", "--home", str(crowd)]
    for minute, kill in ((0, True), (5, True), (10, False)):
        now = f"2026-07-03T09:{minute:02}:00Z"
        running = [
            subprocess.Popen([*command, "--now", now], env=daymark.env, stderr=subprocess.DEVNULL) for _ in range(4)
        ]
        if kill:
            wait_for_packs(crowd, len(packs(crowd)) + 20)
            for process in running[:3]:
                os.kill(process.pid, signal.SIGKILL)
        codes = [process.wait(timeout=120) for process in running]
        assert codes[3 * kill :] == [0] * (1 if kill else 4)
        free_jobs(database)
    assert daymark("worker", "--until-idle", home=crowd, now="2026-07-03T09:20:00Z").code == 0
    with reading(crowd) as db:
        states = dict(db.execute("SELECT state, COUNT(*) FROM delivery GROUP BY state").fetchall())
        assert first_broken(db) is None
    assert states == {"sent": ACCOUNTS + 1}
    assert len(packs(crowd)) == len(set(packs(crowd))) == ACCOUNTS + 1


def wait_for_packs(home: Path, number: int) -> None:
    import time

    until = time.monotonic() + 60
    while len(list(home.glob("outbox/[!.]*"))) < number and time.monotonic() < until:
        os.sched_yield()


def free_jobs(database: str) -> None:
    """What the heartbeat does after half a minute: the jobs of dead workers are put back."""
    with psycopg.connect(database) as db:
        db.execute("UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE status = 'doing'")
