"""The audit log: who did what, as a chain in which no line can be changed, taken out or put in unseen."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from scheduler import paths
from scheduler.store.log import first_broken, head, lines
from scheduler.store.opening import reading, writing
from scheduler.store.upgrading import engine

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2027, 7, 1, 9, tzinfo=UTC)


def written(home: Path, *lines: str) -> None:
    with writing(home, NOW, "Ana") as tx:
        for line in lines:
            tx.audit("noted", line, before="a", after="b", why="because")


def changed(home: Path, *changes: str) -> None:
    """What somebody does who goes round the program: the triggers are dropped first."""
    with closing(sqlite3.connect(paths.database(str(home)))) as db:
        for change in ("DROP TRIGGER audit_refuses_update", "DROP TRIGGER audit_refuses_delete", *changes):
            db.execute(change)
        db.commit()


def broken(home: Path) -> int | None:
    with reading(home) as db:
        line = first_broken(db)
    return line["id"] if line else None


def test_a_log_that_nobody_touched_holds(tmp_path: Path) -> None:
    written(tmp_path, "one", "two")
    written(tmp_path, "three")
    with reading(tmp_path) as db:
        links = [line["link"] for line in lines(db)]
        assert (first_broken(db), head(db), len(set(links))) == (None, links[-1], 3)


FORGED = [
    ("UPDATE audit SET who = 'Ben' WHERE id = 2", 2),
    ("UPDATE audit SET why = '' WHERE id = 1", 1),
    ("UPDATE audit SET at = '2027-06-30T09:00:00Z' WHERE id = 3", 3),
    ("UPDATE audit SET before = 'ab', after = '' WHERE id = 2", 2),
    ("UPDATE audit SET link = 'x' WHERE id = 3", 3),
    ("DELETE FROM audit WHERE id = 1", 2),
    ("DELETE FROM audit WHERE id = 2", 3),
    ("UPDATE audit SET id = id + 10 WHERE id = 1", 2),
    ("INSERT INTO audit SELECT 0, at, who, what, subject, before, after, why, link FROM audit WHERE id = 2", 0),
]


@pytest.mark.parametrize(("change", "first"), FORGED, ids=[change for change, _ in FORGED])
def test_the_first_line_that_was_changed_taken_out_or_put_in_is_named(change, first, tmp_path: Path) -> None:
    written(tmp_path, "one", "two", "three")
    changed(tmp_path, change)
    assert broken(tmp_path) == first


def test_a_change_that_is_rolled_back_leaves_no_gap(tmp_path: Path) -> None:
    written(tmp_path, "one")
    with pytest.raises(RuntimeError), writing(tmp_path, NOW, "Ana") as tx:
        tx.audit("noted", "never")
        raise RuntimeError
    written(tmp_path, "two")
    assert broken(tmp_path) is None


def test_a_log_from_before_the_chain_is_chained_by_the_upgrade(tmp_path: Path) -> None:
    from alembic import command
    from test_store import config

    made = config()
    with engine(paths.database(str(tmp_path))).begin() as sql:
        made.attributes["connection"] = sql
        command.upgrade(made, "0003")
        for name in ("one", "two"):
            sql.exec_driver_sql(
                "INSERT INTO audit (at, who, what, subject, before, after, why) VALUES ('t', 'w', ?, 's', '', '', '')",
                (name,),
            )
    written(tmp_path, "three")
    with reading(tmp_path) as db:
        assert [line["what"] for line in lines(db)] == ["one", "two", "noted"]
    assert broken(tmp_path) is None
    with closing(sqlite3.connect(paths.database(str(tmp_path)))) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute("UPDATE audit SET who = 'Ben'")


def test_the_log_is_told_and_verified_on_the_command_line(daymark, at) -> None:
    home = at("sent")
    told = daymark.json("audit", "log", home=home)
    assert {"approved", "queued", "claimed", "sent"} <= {line["what"] for line in told}
    post = next(line["subject"] for line in told if line["what"] == "sent")
    assert {line["subject"] for line in daymark.json("audit", "log", "--subject", post, home=home)} == {post}
    verified = daymark.json("audit", "log", "verify", home=home)
    assert verified == {"lines": len(told), "link": told[-1]["link"]}
    assert daymark("audit", "log", "verify", "--expect", told[3]["link"][:16], home=home).code == 0
    lost = daymark("audit", "log", "verify", "--expect", "0badbeef", home=home)
    assert (lost.code, "cut off" in lost.err) == (6, True)
    changed(home, "UPDATE audit SET who = 'Ben' WHERE id = 3")
    answer = daymark("audit", "log", "verify", home=home)
    assert (answer.code, "line 3 of the log is the first" in answer.err) == (6, True)


def test_another_audit_is_refused(daymark, workspace) -> None:
    answer = daymark("audit", "everything", home=workspace)
    assert (answer.code, answer.err.startswith("error: there is no audit of 'everything'")) == (2, True)
