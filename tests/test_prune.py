"""What is over for years leaves the database for a file; the log, the feeds and what is younger stay as they are."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import COOPS, EVE, rows

from scheduler.model import Finding
from scheduler.store.opening import writing
from scheduler.store.waivers import waive

LATER = "2028-08-15T09:00:00Z"  # two years after the campaigns of July 2026, not after that of the 30th of August
EARLY = "2027-07-01T09:00:00Z"
PRUNED = ("attempt", "campaign", "decision", "delivery", "post", "waiver")


@pytest.fixture(scope="module")
def aged(stages, daymark, tmp_path_factory) -> Path:
    """A workspace whose posts of July 2026 are sent or missed, noted, and long over; some of 2028 are planned."""
    home = shutil.copytree(stages["sent"], tmp_path_factory.mktemp("aged") / "home")
    with writing(home, datetime(2026, 7, 3, 10, tzinfo=UTC), "Ana") as tx:
        assert waive(tx, EVE, Finding("TIP-001", "warning", "rescued", "why", "better"), "they say so themselves")
    for now, words in ((LATER, ("tick",)), (LATER, ("missed", "--noted", "--as", "Ana"))):
        assert daymark(*words, home=home, now=now).code == 0
    return home


@pytest.fixture
def home(aged: Path, tmp_path: Path) -> Path:
    return shutil.copytree(aged, tmp_path / "home")


def archived(home: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (home / name).read_text("utf-8").splitlines()]


def test_what_is_pruned_is_in_the_file_and_all_else_is_as_it_was(daymark, home) -> None:
    before = {table: set(found) for table, found in rows(home).items()}
    posts = {post["id"]: post for post in daymark.json("posts", home=home, now=LATER)}
    shown = daymark.json("show", EVE, home=home, now=LATER)
    done = daymark.json("prune", "--as", "Ana", home=home, now=LATER)
    after = {table: set(found) for table, found in rows(home).items()}
    assert set(COOPS) <= set(done["posts"]) and done["left"] == [] and done["before"] == "2026-08-15"
    assert {id for id in posts if posts[id]["due"] < "2026-08-15"} >= set(done["posts"])
    kept = daymark.json("posts", home=home, now=LATER)
    assert kept and {post["id"] for post in kept} == posts.keys() - set(done["posts"])
    assert {table for table in before if before[table] - after[table]} == {*PRUNED}
    lines = archived(home, done["file"])
    assert [line["post"]["id"] for line in lines] == done["posts"]
    for table, count in (("delivery", len([d for x in lines for d in x["deliveries"]])), ("post", len(lines))):
        assert len(before[table] - after[table]) == count
    (line,) = [line for line in lines if line["post"]["id"] == EVE]
    assert (line["campaign"]["id"], line["post"]["text"]) == ("cooperatives-day/2026", shown["text"])
    told = [[a["n"], a["outcome"]] for d in line["deliveries"] for a in d["attempts"]]
    assert told == [[a["n"], a["outcome"]] for a in shown["attempts"]] == [[1, "Sent"]]
    assert [d["reviewer"] for d in line["decisions"]] == ["Ana"]
    assert [w["why"] for line in lines for w in line["waivers"]] == ["they say so themselves"]


def test_the_log_is_whole_and_tells_of_the_file(daymark, home) -> None:
    before = daymark.json("audit", "log", home=home, now=LATER)
    done = daymark.json("prune", "--as", "Ana", home=home, now=LATER)
    *old, last = daymark.json("audit", "log", home=home, now=LATER)
    assert old == before
    assert (last["what"], last["who"], last["subject"]) == ("pruned", "Ana", done["file"])
    assert last["after"] == hashlib.sha256((home / done["file"]).read_bytes()).hexdigest()
    assert daymark("audit", "log", "verify", home=home, now=LATER).code == 0


@pytest.mark.parametrize("now", [LATER, "2028-12-31T23:59:59Z"])
def test_the_feeds_are_the_same_before_and_after(now, daymark, home, tmp_path: Path) -> None:
    if now != LATER:
        assert daymark("tick", home=home, now=now).code == 0
        assert daymark("missed", "--noted", home=home, now=now).code == 0
    assert daymark("feed", "address", home=home, now=now).code == 0
    found = []
    for words in (("feeds",), ("prune",), ("feeds",), ("tick",)):
        assert daymark(*words, home=home, now=now).code == 0
        found.append({path.name: path.read_bytes() for path in (home / "public").rglob("*.ics")})
    assert len(found[0]) > 50 and found[0] == found[1] == found[2] == found[3]
    assert b"UID" in found[0]["posts.ics"]


def test_a_dry_run_says_what_the_run_does_and_a_second_run_does_nothing(daymark, home) -> None:
    before = rows(home)
    would = daymark.json("prune", "--dry-run", home=home, now=LATER)
    assert rows(home) == before and not (home / "archive").exists()
    assert daymark.json("prune", home=home, now=LATER) == would
    after = rows(home)
    assert daymark.json("prune", home=home, now=LATER) == would | {"posts": [], "file": ""}
    assert rows(home) == after and len(list((home / "archive").iterdir())) == 1


def test_nothing_is_planned_anew_for_what_was_pruned(daymark, home) -> None:
    done = daymark.json("prune", home=home, now=LATER)
    posts = daymark.json("posts", home=home, now=LATER)
    for words in (("plan",), ("plan", "--late"), ("tick",), ("queue",)):
        assert daymark(*words, home=home, now=LATER).code == 0
    again = daymark.json("posts", home=home, now=LATER)
    assert {post["id"] for post in again} & set(done["posts"]) == set()
    assert again == posts


UNFINISHED = [
    "UPDATE delivery SET acknowledged = 0 WHERE post = ?",
    "UPDATE delivery SET state = 'unsure' WHERE post = ?",
    "UPDATE delivery SET state = 'waiting' WHERE post = ?",
    "UPDATE delivery SET state = 'failed' WHERE post = ?",
    "UPDATE post SET queued = 0 WHERE id = ?",
    "UPDATE post SET expires = '2026-08-15T00:00:00Z' WHERE id = ?",
    "UPDATE campaign SET last_day = '2026-08-15' WHERE id = (SELECT campaign FROM post WHERE id = ?)",
]


@pytest.mark.parametrize("change", UNFINISHED)
def test_what_waits_for_something_or_is_not_old_enough_stays(change, daymark, home) -> None:
    would = daymark.json("prune", "--dry-run", home=home, now=LATER)
    missed = next(id for id in would["posts"] if id not in COOPS)
    with closing(sqlite3.connect(home / "daymark.db")) as db, db:
        db.execute(change, (missed,))
    done = daymark.json("prune", home=home, now=LATER)
    assert missed not in done["posts"] and set(COOPS) <= set(done["posts"])
    assert (missed in done["left"]) == ("2026-08-15" not in change)
    assert daymark.json("show", missed, home=home, now=LATER)["id"] == missed


def test_what_is_younger_than_two_years_cannot_be_pruned(daymark, home) -> None:
    assert daymark("prune", "--keep-years", "1", home=home, now=LATER).code == 2
    assert daymark.json("prune", home=home, now=EARLY)["posts"] == []
    assert daymark.json("prune", "--keep-years", "3", home=home, now=LATER)["posts"] == []


def test_the_29th_of_february_has_its_day_in_every_year(daymark, home) -> None:
    assert daymark.json("prune", "--dry-run", home=home, now="2028-02-29T09:00:00Z")["before"] == "2026-02-28"


@pytest.mark.parametrize("table", ["attempt", "decision", "waiver"])
def test_afterwards_as_before_nobody_else_can_delete_what_happened(table, daymark, home) -> None:
    def guards() -> list[tuple]:
        with closing(sqlite3.connect(home / "daymark.db")) as db:
            found = db.execute("SELECT name, tbl_name, sql FROM sqlite_schema WHERE type <> 'table'").fetchall()
        return sorted(found, key=repr)

    with closing(sqlite3.connect(home / "daymark.db")) as db, db:
        db.execute("UPDATE post SET expires = '2026-08-15T00:00:00Z' WHERE id = ?", (EVE,))  # one stays, with its rows
    before = guards()
    assert EVE not in daymark.json("prune", home=home, now=LATER)["posts"]
    assert guards() == before
    with closing(sqlite3.connect(home / "daymark.db")) as db:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(f"DELETE FROM {table}")
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_if_the_file_cannot_be_written_nothing_is_deleted(daymark, home) -> None:
    (home / "archive").write_text("in the way")
    before = rows(home)
    answer = daymark("prune", home=home, now=LATER)
    assert (answer.code, "cannot be written" in answer.err, rows(home)) == (5, True, before)


def test_an_archive_is_never_overwritten_and_goes_into_backups(daymark, home, tmp_path: Path) -> None:
    (home / "archive").mkdir()
    kept = home / "archive" / "pruned-2028-08-15T090000Z.jsonl"
    kept.write_text("kept\n")
    done = daymark.json("prune", home=home, now=LATER)
    assert done["file"] == "archive/pruned-2028-08-15T090000Z-1.jsonl" and kept.read_text() == "kept\n"
    made = daymark.json("backup", home=home, now=LATER)["file"]
    daymark.json("restore", made, "--to", str(tmp_path / "other"), home=home)
    for path in (home / "archive").iterdir():
        assert (tmp_path / "other" / "archive" / path.name).read_bytes() == path.read_bytes()
