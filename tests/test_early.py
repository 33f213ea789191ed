"""A day before: copies of the packs that people will post by hand, and only of those, as they would be made then."""

from __future__ import annotations

import json
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest
from conftest import DUE, EVE, NOW, everything, files, packs
from icalendar import Calendar
from test_channels import MESSAGE

from scheduler import peek
from scheduler.channels import early
from scheduler.channels.pack import Pack
from scheduler.model import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Daymark

    At = Callable[[str], Path]

TOO_SOON, BEFORE = "2026-07-02T08:59:59Z", "2026-07-02T09:00:00Z"  # a second too soon; a day before DUE
MORNING = "2026-07-02T15:00:00Z"
PLAIN, GOES_UP = Limits("plain", 5000, "characters"), datetime(2026, 12, 10, 9, tzinfo=UTC)


def copies(home: Path) -> list[str]:
    """The posts that lie in not-yet/."""
    return sorted(json.loads(path.read_text())["post"] for path in home.glob("not-yet/*/early.json"))


def copy(home: Path) -> Path:
    (found,) = (home / "not-yet").iterdir()
    return found


def test_a_copy_lies_ready_from_a_day_before_and_is_no_delivery(daymark: Daymark, at: At) -> None:
    home = at("queued")
    assert daymark.json("tick", home=home, now=TOO_SOON)["early"] == 0
    assert not (home / "not-yet").exists()
    answer = daymark("tick", home=home, now=BEFORE)
    assert (answer.code, answer.out) == (0, "1 to be posted by hand within a day: see not-yet/\n")
    assert (copies(home), packs(home), list((home / "outbox").iterdir())) == ([EVE], [], [])
    assert not (copy(home) / "post.json").exists()
    shown = daymark.json("show", EVE, home=home, now=BEFORE)
    assert (shown["state"], shown["attempts"]) == ("waiting", [])
    assert daymark("done", EVE, home=home, now=BEFORE).code == 3


def test_a_copy_says_plainly_when_it_goes_up(daymark: Daymark, at: At) -> None:
    home = at("queued")
    daymark("tick", home=home, now=BEFORE)
    page, steps = (copy(home) / "index.html").read_text(), (copy(home) / "checklist.txt").read_text()
    assert "Not yet. This goes up on Friday, 2026-07-03 10:00 Europe/London, not before." in page
    assert f"outbox/{copy(home).name}" in page
    assert steps.startswith("[ ] Wait: it goes up on Friday, 2026-07-03 10:00 Europe/London, not before.")
    assert (copy(home) / "post.txt").read_text().strip() == daymark.json("show", EVE, home=home)["text"]


def test_the_pack_itself_says_nothing_of_waiting_and_the_copy_goes_when_it_comes(daymark: Daymark, at: At) -> None:
    home = at("queued")
    daymark("tick", home=home, now=BEFORE)
    early = Calendar.from_ical((copy(home) / "post.ics").read_bytes()).walk("VEVENT")[0]
    name = copy(home).name
    daymark("tick", home=home, now=DUE)
    assert (packs(home), EVE in copies(home)) == ([EVE], False)
    pack = home / "outbox" / name
    assert "Not yet" not in (pack / "index.html").read_text() and "Wait" not in (pack / "checklist.txt").read_text()
    entry = Calendar.from_ical((pack / "post.ics").read_bytes()).walk("VEVENT")[0]
    assert entry == early  # whoever put the appointment into a calendar has it once


def test_a_second_tick_touches_nothing(daymark: Daymark, at: At) -> None:
    home = at("queued")
    daymark("tick", home=home, now=BEFORE)
    before = files(home)
    (home / ".tick.note").unlink()
    assert daymark.json("tick", home=home, now=BEFORE)["early"] == 0
    assert files(home) == before


def test_the_tick_sleeps_until_a_copy_is_to_be_made_and_after_it(daymark: Daymark, at: At) -> None:
    home = at("queued")
    daymark("tick", home=home, now=NOW)
    daymark("tick", home=home, now="2026-07-02T00:00:00Z")
    assert peek.idle(str(home), TOO_SOON) == peek.QUIET
    assert peek.idle(str(home), BEFORE) == ""
    daymark("tick", home=home, now=BEFORE)
    assert peek.idle(str(home), "2026-07-02T09:00:01Z") == peek.QUIET


def reworded(daymark: Daymark, home: Path) -> None:
    (home / "new.txt").write_text(daymark.json("show", EVE, home=home)["text"].replace("\n", "\nOnce more.\n", 1))
    assert daymark("reword", EVE, "--file", str(home / "new.txt"), "--as", "Maria", home=home, now=BEFORE).code == 0


def file_hold(daymark: Daymark, home: Path) -> None:
    del daymark
    (home / "HOLD").touch()


def run(*words: str) -> Callable[[Daymark, Path], None]:
    def change(daymark: Daymark, home: Path) -> None:
        answer = daymark(*words, home=home, now=BEFORE)
        assert answer.code == 0, answer

    return change


GONE = [
    ("reworded", reworded),
    ("taken back", run("reject", EVE, "--as", "Ana", "--why", "not this year")),
    ("on hold", run("hold", "--why", "storm", "--as", "Maria")),
    ("its campaign on hold", run("hold", "--why", "x", "--as", "M", "--scope", "campaign:cooperatives-day/2026")),
    ("on hold by an empty file", file_hold),
]


@pytest.mark.parametrize("change", [row[1] for row in GONE], ids=[row[0] for row in GONE])
def test_what_is_no_longer_to_go_up_has_no_copy(change, daymark: Daymark, at: At) -> None:
    home = at("queued")
    daymark("tick", home=home, now=BEFORE)
    change(daymark, home)
    assert peek.idle(str(home), MORNING) == ""
    daymark("tick", home=home, now=MORNING)
    assert (copies(home), (home / "not-yet").exists()) == ([], False)


def test_other_words_that_are_approved_have_another_copy(daymark: Daymark, at: At) -> None:
    home = at("queued")
    daymark("tick", home=home, now=BEFORE)
    first = copy(home).name
    reworded(daymark, home)
    daymark("approve", EVE, "--as", "Ana", home=home, now=BEFORE)
    assert daymark.json("tick", home=home, now=MORNING)["early"] == 1
    assert copy(home).name != first and "Once more." in (copy(home) / "post.txt").read_text()


def test_a_hold_that_is_lifted_brings_the_copy_back(daymark: Daymark, at: At) -> None:
    home = at("queued")
    (home / "HOLD").write_text("fire")
    daymark("tick", home=home, now=BEFORE)
    assert copies(home) == []
    daymark("tick", home=home, now=MORNING)
    (home / "HOLD").unlink()
    daymark("tick", home=home, now=MORNING)
    assert copies(home) == [EVE]


def test_what_no_longer_may_go_out_is_told_a_day_before(daymark: Daymark, at: At) -> None:
    home = at("queued")
    (home / "templates").mkdir(exist_ok=True)
    (home / "templates" / "limits.toml").write_text('[mastodon]\nmost = 20\nunit = "graphemes"\n')
    answer = daymark("tick", home=home, now=BEFORE)
    assert (answer.code, copies(home)) == (0, [])
    assert f"{EVE} has no copy in not-yet, and would not go out: length: " in answer.err


def test_what_a_crash_left_goes_and_what_a_person_put_there_stays(daymark: Daymark, at: At) -> None:
    home = at("queued")
    daymark("tick", home=home, now=BEFORE)
    name = copy(home).name
    for left in (".part-x1", f".gone-{name}", "mine"):
        (home / "not-yet" / left).mkdir()
        (home / "not-yet" / left / "post.txt").write_text("half")
    (home / "not-yet" / "notes.txt").write_text("mine")
    (home / "not-yet" / name / "early.json").write_text("cut off")
    (home / ".tick.note").unlink()
    daymark("tick", home=home, now=BEFORE)
    assert sorted(path.name for path in (home / "not-yet").iterdir()) == [name, "mine", "notes.txt"]
    assert copies(home) == [EVE]
    daymark("tick", home=home, now=DUE)
    assert sorted(path.name for path in (home / "not-yet").iterdir())[-2:] == ["mine", "notes.txt"]


def test_a_place_that_cannot_be_written_keeps_nothing_from_going_out(daymark: Daymark, at: At) -> None:
    home = at("queued")
    (home / "not-yet").write_text("in the way")
    answer = daymark("tick", home=home, now=BEFORE)
    assert (answer.code, "not-yet cannot be written" in answer.err) == (0, True), answer
    assert daymark.json("tick", home=home, now=DUE)["sent"] == 1
    assert packs(home) == [EVE]


def test_what_a_tick_would_do_says_how_many_and_writes_none(daymark: Daymark, at: At) -> None:
    home = at("queued")
    before = everything(home)
    assert daymark.json("tick", "--dry-run", home=home, now=BEFORE)["early"] == 1
    assert everything(home) == before
    assert daymark.json("tick", home=home, now=BEFORE)["early"] == 1
    assert daymark.json("tick", "--dry-run", home=home, now=MORNING)["early"] == 0


def test_only_what_people_post_by_hand_has_a_copy(daymark: Daymark, at: At) -> None:
    home = at("queued")
    with closing(sqlite3.connect(home / "daymark.db")) as db, db:
        db.execute("UPDATE post SET channel = 'mastodon'")
    (home / ".tick.note").unlink()
    daymark("tick", home=home, now=BEFORE)
    assert copies(home) == []


class Killed(BaseException):
    """As by kill -9: nothing of the program runs after it."""


@pytest.mark.parametrize("last", range(1, 40))
def test_a_process_that_is_killed_leaves_what_the_next_one_puts_right(
    last: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = Pack(replace(MESSAGE, title="Old"), PLAIN, GOES_UP), Pack(MESSAGE, PLAIN, GOES_UP)
    early.keep(tmp_path, [old])
    steps = count(1)

    def dying(real: Callable) -> Callable:
        def call(*said: object, **how: object) -> object:
            if next(steps) == last:
                raise Killed
            return real(*said, **how)

        return call

    with monkeypatch.context() as patch:
        for name in ("open", "write", "fsync", "mkdir", "rename", "unlink", "rmdir"):
            patch.setattr(os, name, dying(getattr(os, name)))
        with suppress(Killed):
            early.keep(tmp_path, [new])
    early.keep(tmp_path, [new])
    (made,) = (tmp_path / "not-yet").iterdir()
    assert {path.name: path.read_bytes() for path in made.iterdir()}.items() >= new.files().items()
    assert early.keep(tmp_path, [new]).written == []


def test_many_at_once_make_one_copy(tmp_path: Path) -> None:
    pack = Pack(MESSAGE, PLAIN, GOES_UP)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: early.keep(tmp_path, [pack]), range(16)))
    kept = early.keep(tmp_path, [pack])
    assert (kept.troubles, [path.name for path in (tmp_path / "not-yet").iterdir()]) == ([], [pack.name])


def test_a_post_that_was_moved_says_its_new_time() -> None:
    page = Pack(MESSAGE, PLAIN, GOES_UP + timedelta(hours=2)).files()["index.html"].decode()
    assert "This goes up on Thursday, 2026-12-10 11:00 Europe/London" in page and "09:00" not in page
