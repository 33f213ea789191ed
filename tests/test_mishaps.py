"""What goes wrong around a send: full disks, busy databases, jumping clocks, sleeping machines, days without power."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from conftest import DAY, DUE, EVE, ROOT, THANKS, packs, rows
from counting import MORNING, Counted, Server, fill, work
from test_store import NOW, a_post, keep, only

from scheduler import deliver
from scheduler.model import Account, DeliveryState
from scheduler.store import outbox, reads
from scheduler.store.opening import reading, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Daymark


pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.shutdown()
    made.server_close()


class Sleeper(Counted):
    """A channel whose machine falls asleep while it waits for the answer."""

    def __init__(self, kind: str, url: str, sleep: Callable[[], None]) -> None:
        super().__init__(kind, url)
        self.sleep = sleep

    def send(self, message):
        told = super().send(message)
        self.sleep()
        return told


KINDS = [(0, "keyed", "sent"), (1, "findable", "sent"), (2, "blind", "unsure")]


@pytest.mark.parametrize(("number", "kind", "state"), KINDS)
def test_a_machine_that_sleeps_inside_a_send_doubles_nothing(
    number: int, kind: str, state: str, server: Server, tmp_path: Path
) -> None:
    fill(tmp_path, 3)
    now = [MORNING]

    def sleep() -> None:
        now[0] += timedelta(hours=8)
        work(tmp_path, server.url, now[0], 3)  # another process finds that the lease is over

    courier = deliver.Courier(
        home=tmp_path,
        who="sleeper",
        clock=lambda: now[0],
        accounts={f"a{n}": Account(f"a{n}", "", "plain", "en", "GB", "UTC") for n in range(3)},
        themes=lambda _: (),
        titles=lambda post: post.id,
        channels=lambda name: Sleeper(name, server.url, sleep),
        refusal=lambda _: "",
    )
    with reading(tmp_path) as db:
        post = next(p for p in reads.posts(db) if p.account == f"a{number}")
        delivery = reads.delivery_of(db, post.id)
    deliver.send(courier, delivery, post, courier.channels(kind), deliver.Tally())
    for days in range(1, 4):
        work(tmp_path, server.url, MORNING + timedelta(days=days), 3)
    with reading(tmp_path) as db:
        settled = reads.delivery_of(db, post.id)
        told = [a["outcome"] for a in reads.attempts(db, settled.id)]
    assert (server.posts[settled.key], str(settled.state)) == (1, state)
    assert "lost" in told
    assert any(outcome.startswith("late: ") for outcome in told)


def test_days_without_power_send_what_is_in_time_and_tell_the_rest(daymark: Daymark, at: Callable[[str], Path]) -> None:
    home, back = at("queued"), "2026-07-05T10:00:00Z"
    done = daymark.json("tick", home=home, now=back)
    stand = {p["id"]: p["state"] for p in daymark.json("posts", home=home, now=back)}
    assert (stand[EVE], stand[DAY], stand[THANKS]) == ("missed", "missed", "sent")
    assert (done["sent"], packs(home)) == (1, [THANKS])
    assert all(row["reason"] for row in daymark.json("missed", home=home, now=back))
    assert daymark.json("tick", home=home, now="2026-07-05T10:05:00Z")["sent"] == 0


CLOCKS = [
    ("an hour past a post", "2026-07-03T10:00:00Z", 0, [EVE]),
    ("a year on", "2027-07-03T09:00:00Z", 0, []),
    ("less than an hour back", "2026-07-01T08:10:00Z", 0, []),
    ("two hours back", "2026-07-01T07:00:00Z", 5, []),
    ("a year back", "2025-07-01T09:00:00Z", 5, []),
]


@pytest.mark.parametrize(("jump", "code", "sent"), [row[1:] for row in CLOCKS], ids=[row[0] for row in CLOCKS])
def test_a_clock_that_jumps_sends_nothing_at_a_wrong_time(
    jump: str, code: int, sent: list[str], daymark: Daymark, at: Callable[[str], Path]
) -> None:
    home = at("queued")
    answer = daymark("tick", "--json", home=home, now=jump)
    assert (answer.code, packs(home)) == (code, sent), answer.err


def test_a_database_that_is_busy_is_waited_for(tmp_path: Path) -> None:
    keep(tmp_path, a_post())
    with closing(sqlite3.connect(tmp_path / "daymark.db", isolation_level=None, check_same_thread=False)) as holder:
        holder.execute("BEGIN IMMEDIATE")

        def wait() -> None:
            with writing(tmp_path, NOW, "Ana") as tx:
                outbox.enqueue(tx, a_post())

        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        holder.execute("COMMIT")
        waiting.join(60)
    assert only(tmp_path).state is DeliveryState.WAITING


def test_a_disk_that_is_full_loses_nothing(daymark: Daymark, at: Callable[[str], Path]) -> None:
    home = at("queued")
    before = rows(home)
    limit = 0  # bytes that a file may still be written

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    words = [sys.executable, "-m", "scheduler", "tick", "--home", str(home), "--now", DUE]
    done = subprocess.run(words, env=daymark.env, cwd=ROOT, preexec_fn=full, capture_output=True, check=False)
    assert (done.returncode, b"Traceback" in done.stderr) == (6, False), done.stderr
    assert rows(home)["delivery"] == before["delivery"]
    assert packs(home) == []
    assert daymark.json("tick", home=home, now=DUE)["sent"] == 1
    assert packs(home) == [EVE]
