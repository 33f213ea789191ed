"""The process is killed (-9) before and after every commit of a tick: nothing is lost, nothing goes out twice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

# Runs a real tick; at the chosen commit the process dies as by power failure, before or after the commit is kept.
DRIVER = """
import os, signal, sys
import sqlite3

at, when, count = int(sys.argv.pop(1)), sys.argv.pop(1), 0

class Watched(sqlite3.Connection):
    def execute(self, sql, *values):
        global count
        count += sql == "COMMIT"
        if (sql, count, when) == ("COMMIT", at, "before"):
            os.kill(os.getpid(), signal.SIGKILL)
        found = super().execute(sql, *values)
        if (sql, count, when) == ("COMMIT", at, "after"):
            os.kill(os.getpid(), signal.SIGKILL)
        return found

connect = sqlite3.connect
sqlite3.connect = lambda *words, **how: connect(*words, **how, factory=Watched)

import pathlib
renamed = pathlib.Path.rename
def rename(self, target):
    if when == "rename" and at == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    renamed(self, target)
    if when == "rename" and at == 2:
        os.kill(os.getpid(), signal.SIGKILL)
pathlib.Path.rename = rename

import atexit
atexit.register(lambda: print(count, file=sys.stderr))
from scheduler.__main__ import main
main()
"""
SETTINGS = """
[workspace]
name = "Test"
[plan]
playbook = "light"
[accounts.one]
channel = "folder"
network = "plain"
language = "en"
country = "GB"
zone = "UTC"
[accounts.two]
channel = "folder"
network = "plain"
language = "en"
country = "GB"
zone = "UTC"
"""
DUE = ["human-rights-day/2026/day/one-en", "human-rights-day/2026/day/two-en"]
MORNING, LATER, STILL_LATER = "2026-12-10T09:05:00Z", "2026-12-10T09:30:00Z", "2026-12-10T10:30:00Z"
COMMITS = 9  # of such a tick; a test below counts them again


def run(home: Path, now: str, *words: str, driver: tuple[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    start = ["-c", DRIVER, *driver] if driver else ["-m", "scheduler"]
    place = os.environ | {"DAYMARK_HOME": str(home), "DAYMARK_NOW": now}
    return subprocess.run([sys.executable, *start, *words], capture_output=True, text=True, env=place, check=False)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which a tick has everything to do: sync, plan, queue, send two posts, miss some, build feeds."""
    home = tmp_path_factory.mktemp("crash") / "home"
    run(home, "2026-12-09T08:00:00Z", "init", str(home))
    (home / "daymark.toml").write_text(SETTINGS)
    assert run(home, "2026-12-09T08:00:00Z", "plan", "--until", "2026-12-12").returncode == 0
    assert run(home, "2026-12-09T08:00:00Z", "approve", *DUE, "--as", "Ana").returncode == 0
    return home


def packs(home: Path) -> list[str]:
    return sorted(json.loads(p.read_text())["post"] for p in (home / "outbox").glob("[!.]*/post.json"))


def states(home: Path) -> dict[str, str]:
    told = json.loads(run(home, STILL_LATER, "posts", "--json").stdout)
    return {post["id"]: post["state"] for post in told}


def test_the_commits_of_a_tick_are_all_tried(prepared: Path, tmp_path: Path) -> None:
    home = shutil.copytree(prepared, tmp_path / "home")
    done = run(home, MORNING, "tick", driver=("0", "never"))
    assert done.returncode == 0
    assert packs(home) == DUE
    assert int(done.stderr.split()[-1]) == COMMITS


CASES = [(at, when) for at in range(1, COMMITS + 1) for when in ("before", "after")]


@pytest.mark.parametrize(("at", "when"), [*CASES, (1, "rename"), (2, "rename")], ids=lambda value: str(value))
def test_nothing_is_lost_and_nothing_goes_out_twice(prepared: Path, tmp_path: Path, at: int, when: str) -> None:
    home = shutil.copytree(prepared, tmp_path / "home")
    killed = run(home, MORNING, "tick", driver=(str(at), when))
    assert killed.returncode == -signal.SIGKILL
    first = packs(home)
    for now in (LATER, STILL_LATER):
        assert run(home, now, "tick").returncode == 0
    assert packs(home) == DUE
    assert set(first) <= set(DUE)
    stand = states(home)
    assert {stand[id] for id in DUE} == {"sent"}
    assert not {"sending", "unsure", "failed"} & set(stand.values())
    assert list((home / "outbox").glob(".part-*")) == []
    assert list((home / "public").glob("**/.*.ics*")) == []
