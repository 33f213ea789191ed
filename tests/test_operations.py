"""The way back: every migration can be undone, an older database is found as it was; the container file's words."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from conftest import DUE, NOW, ROOT, rows

from scheduler import paths
from scheduler.store.opening import SCHEMA
from scheduler.store.upgrading import engine, run

GOOD = 1_600_000_000


def steps() -> list[tuple[str, str]]:
    """Every migration but the first, with the one before it."""
    made = Config()
    made.set_main_option("script_location", paths.shipped("migrations"))
    found = ScriptDirectory.from_config(made).walk_revisions()
    return sorted((str(r.down_revision), r.revision) for r in found if r.down_revision)


def move(home: Path, *schemas: str) -> None:
    """Takes the database of a workspace through these schemas, each in a transaction, as the program does."""
    for schema in schemas:
        with engine(paths.database(str(home))).connect() as sql:
            sql.exec_driver_sql("PRAGMA foreign_keys=OFF")
            sql.rollback()
            with sql.begin():
                run(sql, schema)


def shape(home: Path) -> dict[str, Any]:
    """What a schema promises: columns, keys, indexes, triggers, named constraints."""
    with closing(sqlite3.connect(home / "daymark.db")) as db:
        made = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
        tables = {name: text for kind, name, _, text in made if kind == "table"}
        named = {name: sorted(re.findall(r"CONSTRAINT (\w+)", text)) for name, text in tables.items()}
        columns = {name: db.execute(f"PRAGMA table_xinfo({name})").fetchall() for name in tables}
        links = {name: db.execute(f"PRAGMA foreign_key_list({name})").fetchall() for name in tables}
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    others = sorted((kind, name, table, text or "") for kind, name, table, text in made if kind != "table")
    return {"named": named, "columns": columns, "links": links, "others": others}


@pytest.fixture(scope="module")
def lived(stages, tmp_path_factory) -> Path:
    """A workspace in which something was planned, approved and sent."""
    return shutil.copytree(stages["sent"], tmp_path_factory.mktemp("lived") / "home")


@pytest.mark.parametrize(("older", "newer"), steps())
def test_every_migration_can_be_undone_with_the_data_kept(older, newer, lived, tmp_path: Path) -> None:
    home = shutil.copytree(lived, tmp_path / "home")
    move(home, older)
    before = (shape(home), rows(home))
    assert any(before[1]["post"]) and any(before[1]["decision"])
    move(home, newer)
    assert shape(home) != before[0] or rows(home) != before[1]
    move(home, older)
    assert (shape(home), rows(home)) == before


def test_a_schema_that_was_undone_is_that_of_a_database_that_never_went_further(lived, tmp_path: Path) -> None:
    for older, _ in steps():
        back, fresh = (tmp_path / f"{name}-{older}" for name in ("back", "fresh"))
        for home in (back, fresh):
            home.mkdir()
        move(fresh, older)
        move(back, SCHEMA, older)
        assert shape(back) == shape(fresh), older


STOPPED = {
    "dropped after a hold: a person chose so; an earlier try may be out": "dropped",
    "dropped after a hold: its time is over before it could go; an earlier try may be out": "missed",
    "Ana rejected it; an earlier try may be out": "taken back",
    "Ana reworded it; an earlier try may be out": "taken back",
    "no answer: cut off": "",
    "12 tries: no answer: cut off; an earlier try may be out": "",
}


@pytest.mark.parametrize(("reason", "stop"), STOPPED.items())
def test_what_was_stopped_in_doubt_is_known_as_that_after_an_upgrade(reason, stop, lived, tmp_path: Path) -> None:
    home = older_workspace(lived, tmp_path / "home", "0008")
    with closing(sqlite3.connect(home / "daymark.db")) as db, db:
        db.execute("UPDATE delivery SET state = 'unsure', reason = ? WHERE id = 1", (reason,))
        db.execute("UPDATE delivery SET reason = ? WHERE id > 1", (reason,))
    move(home, "0009")
    with closing(sqlite3.connect(home / "daymark.db")) as db:
        stops = dict(db.execute("SELECT id, stop FROM delivery"))
    assert stops.pop(1) == stop
    assert set(stops.values()) == {""}


def older_workspace(lived: Path, to: Path, schema: str) -> Path:
    """A workspace as a program of that schema left it."""
    home = shutil.copytree(lived, to)
    move(home, schema)
    return home


@pytest.mark.parametrize("schema", [older for older, _ in steps()])
def test_stepping_back_by_the_copied_file_finds_the_database_as_it_was(schema, daymark, lived, tmp_path: Path) -> None:
    home = older_workspace(lived, tmp_path / "home", schema)
    before = (shape(home), rows(home))
    posts = daymark.json("posts", home=home, now=DUE)  # the first command upgrades
    assert rows(home)["alembic_version"] == [f"('{SCHEMA}',)"]
    (kept,) = (home / "backups").glob(f"daymark-schema-{schema}-*.db")
    script = f"""
        set -e
        cd {home}
        mv daymark.db daymark-newer.db
        rm -f daymark.db-wal daymark.db-shm .tick.note
        cp backups/{kept.name} daymark.db
    """  # as docs/operations.md has it
    subprocess.run(["/bin/sh", "-c", script], check=True)
    assert (shape(home), rows(home)) == before
    again = daymark.json("posts", home=home, now=DUE)
    assert [(p["id"], p["state"]) for p in again] == [(p["id"], p["state"]) for p in posts]
    assert daymark.json("tick", home=home, now=DUE)["sent"] == 0


def test_the_page_says_what_the_test_does() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    for line in ("mv daymark.db daymark-newer.db", "rm -f daymark.db-wal daymark.db-shm .tick.note", "daymark.db\n"):
        assert line in page


def test_a_backup_of_an_older_schema_is_restored_and_upgraded(daymark, lived, tmp_path: Path) -> None:
    home = older_workspace(lived, tmp_path / "home", steps()[-1][0])
    packed = Path(daymark.json("backup", "--to", str(tmp_path / "b.zip"), home=lived, now=DUE)["file"])
    old = packed_with(packed, tmp_path / "old.zip", (home / "daymark.db").read_bytes(), schema=steps()[-1][0])
    daymark.json("restore", str(old), "--to", str(tmp_path / "other"), home=home)
    told = daymark.json("posts", home=tmp_path / "other", now=DUE)
    assert [p["id"] for p in told] == [p["id"] for p in daymark.json("posts", home=lived, now=DUE)]


def packed_with(packed: Path, to: Path, database: bytes, *, schema: str) -> Path:
    """The backup as an older program would have packed it: its database, its schema, its name."""
    import hashlib

    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            data = database if name == "daymark.db" else old.read(name)
            if name == "backup.json":
                told = json.loads(data) | {"program": "0.0.1 older", "schema": schema}
                told["files"]["daymark.db"] = hashlib.sha256(database).hexdigest()
                data = json.dumps(told).encode()
            new.writestr(name, data)
    return to


CONTAINER = (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", "")


def words(instruction: str) -> list[str]:
    return re.findall(rf"^\s*{instruction} (.+)$", CONTAINER, re.MULTILINE)


def test_the_container_file_copies_what_there_is_and_all_that_the_package_needs(tmp_path: Path) -> None:
    copied = [source for line in words("COPY") for source in line.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    needed = {"scheduler", "calendars", "templates", "migrations", "LICENSE", "README.md", "pyproject.toml"}
    assert {name.rstrip("/") for name in copied} == needed
    assert all(name in project or name == "pyproject.toml" for name in needed)


def test_the_container_runs_as_nobody_special_on_a_volume() -> None:
    assert words("USER") == ["10001"]
    assert words("VOLUME") == ["/workspace"] and words("ENV") == ["DAYMARK_HOME=/workspace"]
    assert [json.loads(line) for line in words("ENTRYPOINT") + words("CMD")] == [["daymark"], ["run"]]
    assert CONTAINER.index("USER 10001") < CONTAINER.index("VOLUME") < CONTAINER.index("ENTRYPOINT")


@pytest.mark.parametrize(("age", "code"), [(0, 0), (600, 0), (1200, 1), (None, 1)])
def test_the_container_is_unwell_when_no_tick_was_good_for_a_quarter_of_an_hour(age, code, daymark, at) -> None:
    home = at("planned")
    good = home / ".tick.good"
    if age is None:
        good.unlink(missing_ok=True)
    else:
        assert daymark("tick", home=home, now=NOW).code == 0
        os.utime(good, (good.stat().st_mtime - age,) * 2)
    (check,) = words("HEALTHCHECK")
    command = [sys.executable, *json.loads(check.partition(" CMD ")[2])[1:]]
    done = subprocess.run(command, env={"DAYMARK_HOME": str(home)}, capture_output=True, check=False)
    assert done.returncode == code


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("DAYMARK_INDEX"), reason="it asks a package index: set DAYMARK_INDEX=1")
def test_what_the_container_file_copies_can_be_installed(tmp_path: Path) -> None:
    source, venv = tmp_path / "src", tmp_path / "venv"
    source.mkdir()
    for line in words("COPY"):
        for name in line.split()[:-1]:
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name.rstrip("/"), source / name)
    (install,) = [line for line in words("RUN") if line.startswith("pip install")]
    arguments = install.partition(" && ")[0].split()[1:]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python"), *arguments]
    done = subprocess.run(pip, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(source)  # as the file does: nothing of it is needed any more
    env = {"PATH": f"{venv / 'bin'}:/usr/bin:/bin", "HOME": str(tmp_path)}
    for command in (["init", str(tmp_path / "home")], ["tick", "--home", str(tmp_path / "home"), "--now", NOW]):
        done = subprocess.run(
            [venv / "bin" / "daymark", *command], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "home" / ".tick.good").exists()
