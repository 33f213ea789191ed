"""A workspace's own days: added from options or questions, whole or not at all, and never over what is there."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import resource
import select
import signal
import subprocess
import termios
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import DAY, NOW, files, rows
from test_loading import DAY as TEST_DAY
from test_loading import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Answer, Daymark

    At = Callable[[str], Path]

# What `add-day` needs, option by option.
NEEDED = {"--name": "Harbour Day", "--rule": "05-09", "--source": "https://example.org/day", "--body": "Harbour Trust"}
OWN = """\
[harbour-day]
name = "Harbour Day"
rule = "05-09"
sources = ["https://example.org/day"]
checked = 2026-07-01
proclaimed = { body = "Harbour Trust" }
"""


def words(changes: dict[str, str | None] | None = None) -> list[str]:
    """The options, some of them changed, added, or (None) left out."""
    options = {**NEEDED, **(changes or {})}
    return [word for name, value in options.items() if value is not None for word in (name, value)]


def add(daymark: Daymark, home: Path, *more: str, now: str = NOW, **changes: str | None) -> Answer:
    named = {f"--{name}": value for name, value in changes.items()}
    return daymark("add-day", *words(named), *more, home=home, now=now)


def own(home: Path) -> Path:
    return home / "calendars" / "own.toml"


def test_a_day_is_added_from_options_and_is_in_the_calendar(daymark: Daymark, workspace: Path) -> None:
    answer = add(daymark, workspace)
    assert answer.code == 0, answer
    assert own(workspace).read_text("utf-8") == OWN
    assert OWN in answer.out
    assert "daymark explain harbour-day" in answer.err
    told = daymark.json("explain", "harbour-day", home=workspace)
    assert (told["rule"], told["checked"], told["origin"]) == ("05-09", "2026-07-01", "own")
    listed = daymark.json("days", "--from", "2027-05-09", "--to", "2027-05-09", home=workspace)
    assert ("harbour-day", "Harbour Day") in [(row["id"], row["name"]) for row in listed]


EVERYTHING = {
    "--id": "open-day", "--name": 'The "Open" Day \\ Été', "--rule": "second saturday of may", "--since": "2024",
    "--document": "Minutes 1", "--page": "https://example.org", "--sensitivity": "sensitive",
}  # fmt: skip
MANY = [
    "--known", "2025-05-10", "--known", "2026-05-09",
    "--announced", "2027-05-08", "--announced", "2028-05-13..2028-05-14",
    "--theme", "culture", "--theme", "food", "--dimension", "community", "--region", "GB", "--region", "EU",
    "--hashtag", "#OpenDay", "--hashtag", "Harbour", "--source", "https://two.example.org",
]  # fmt: skip


def test_every_option_comes_back_from_the_file(daymark: Daymark, workspace: Path) -> None:
    answer = daymark("add-day", *words(EVERYTHING), *MANY, "--json", home=workspace)
    assert answer.code == 0, answer
    assert (answer.json["ids"], answer.json["file"]) == (["open-day"], str(own(workspace)))
    assert own(workspace).read_text("utf-8") == answer.json["text"]
    entry = tomllib.loads(answer.json["text"])["open-day"]
    assert [str(day) for day in entry.pop("known")] == ["2025-05-10", "2026-05-09"]
    assert str(entry.pop("checked")) == "2026-07-01"
    assert entry == {
        "name": 'The "Open" Day \\ Été', "rule": "second saturday of may", "since": 2024, "page": "https://example.org",
        "sources": ["https://example.org/day", "https://two.example.org"],
        "announced": {"2027": "2027-05-08", "2028": "2028-05-13..2028-05-14"},
        "regions": ["GB", "EU"], "dimensions": ["community"], "themes": ["culture", "food"],
        "sensitivity": "sensitive", "hashtags": ["OpenDay", "Harbour"],
        "proclaimed": {"body": "Harbour Trust", "document": "Minutes 1"},
    }  # fmt: skip
    told = daymark.json("explain", "open-day", "2028", home=workspace)
    spans = [(row["start"], row["end"], row["certainty"]) for row in told["occurrences"]]
    assert spans[:2] == [("2027-05-08", "2027-05-08", "announced"), ("2028-05-13", "2028-05-14", "announced")]


IDS = [
    ("International Day of the Harbour", "day-harbour"), ("Harbour Day 2027", "harbour-day"),
    ("Été à la mer", "ete-la-mer"),
    ("1st World Ferry Day", "ferry-day"), ("World Day", "day"), ("The World", "the-world"),
    ("A" * 200, "a" * 80), (f"{'A' * 79} B", "a" * 79),
]  # fmt: skip


@pytest.mark.parametrize(("name", "id"), IDS, ids=[row[0] for row in IDS])
def test_an_id_is_made_of_the_name(name: str, id: str, daymark: Daymark, workspace: Path) -> None:
    made = daymark("add-day", *words({"--name": name}), "--json", home=workspace)
    assert (made.code, made.json["ids"] if made.code == 0 else made) == (0, [id])


def test_a_name_without_latin_letters_gets_an_id_of_letters_the_same_each_time(
    daymark: Daymark, workspace: Path
) -> None:
    first = daymark("add-day", *words({"--name": "يوم الميناء"}), "--json", home=workspace)
    assert first.code == 0, first
    (id,) = first.json["ids"]
    assert id.startswith("day-")
    assert id.removeprefix("day-").isalpha()
    assert daymark("add-day", *words({"--name": "يوم الميناء"}), "--json", home=workspace).json["ids"] == []


TWICE: dict[str, dict[str, str | None]] = {
    "the least": {}, "a resolution": {"--document": "A/RES/75/1"}, "a moving day of years": {"--since": "2024"},
    "a named source": {"--source": "un-list"}, "a name with a mark": {"--name": 'A "b" \\ c'},
}  # fmt: skip


@pytest.mark.parametrize("options", TWICE.values(), ids=TWICE)
def test_the_second_time_nothing_changes_whatever_the_day(
    options: dict[str, str | None], daymark: Daymark, workspace: Path
) -> None:
    assert daymark("add-day", *words(options), home=workspace).code == 0
    before = files(workspace)
    again = daymark("add-day", *words(options), home=workspace, now="2026-09-01")
    assert (again.code, again.out.partition(" is ")[2]) == (0, "there already; nothing was changed\n"), again
    assert files(workspace) == before


def test_a_day_is_added_beside_what_a_person_wrote_there(daymark: Daymark, workspace: Path) -> None:
    mine = "# Mine, do not touch.\n" + TEST_DAY + "\n\n\n"
    write(workspace / "calendars", "own.toml", mine)
    write(workspace / "calendars", "hidden.toml", "[vesak-day]\nhidden = true\n")
    assert add(daymark, workspace).code == 0
    assert own(workspace).read_text("utf-8") == f"{mine.rstrip()}\n\n{OWN}"
    assert add(daymark, workspace, name="Second Day").code == 0
    assert list(tomllib.loads(own(workspace).read_text("utf-8"))) == ["test-day", "harbour-day", "second-day"]


def test_days_added_at_the_same_moment_are_all_there_and_each_is_in_the_log(daymark: Daymark, workspace: Path) -> None:
    names = [f"{word} Day" for word in ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")]
    with ThreadPoolExecutor(len(names)) as together:
        answers = list(together.map(lambda name: add(daymark, workspace, "--as", "ann", name=name), names))
    assert [answer.code for answer in answers] == [0] * len(names), answers
    ids = sorted(name.lower().replace(" ", "-") for name in names)
    assert sorted(tomllib.loads(own(workspace).read_text("utf-8"))) == ids
    log = [line for line in rows(workspace)["audit"] if "entry added" in line and "'ann'" in line]
    assert [sum(f"'{id}'" in line for line in log) for id in ids] == [1] * len(ids)


def test_another_day_under_the_same_id_is_told_wherever_it_stands(daymark: Daymark, workspace: Path) -> None:
    write(workspace / "calendars", "mine.toml", OWN)
    before = files(workspace)
    answer = add(daymark, workspace, rule="05-10")
    assert (answer.code, files(workspace)) == (2, before)
    assert f"the workspace has another entry 'harbour-day', in {workspace}/calendars/mine.toml" in answer.err
    assert "choose another id" in answer.err
    assert add(daymark, workspace).code == 0
    assert files(workspace) == before


def test_a_dry_run_tells_what_would_be_added_and_writes_nothing(daymark: Daymark, workspace: Path) -> None:
    before = files(workspace)
    answer = add(daymark, workspace, "--dry-run")
    assert (answer.code, files(workspace)) == (0, before)
    assert answer.out.startswith(f"would add to {own(workspace)}:")
    assert OWN in answer.out
    rehearsed = add(daymark, workspace, "--dry-run", "--json").json
    assert rehearsed == add(daymark, workspace, "--json").json


WRONG: dict[str, tuple[dict[str, str | None], str, str]] = {
    "a rule": ({"--rule": "sometimes"}, "'harbour-day' cannot be added: the rule 'sometimes' is not", "write it like"),
    "a day that is not": ({"--rule": "02-30"}, "February has no day 30", "from 01 to 29"),
    "a source": ({"--source": "example.org"}, "the source 'example.org' is not an https address", "whole address"),
    "a page": ({"--page": "http://example.org"}, "page is not an https address", "https://"),
    "no proof": ({"--rule": "first monday of may"}, "two known dates", "add known = ["),
    "a known date": ({"--known": "2026-05-10"}, "the rule gives 2026-05-09 in 2026", "correct the rule"),
    "no known date": ({"--known": "May"}, "'May' is not a date", "2027-07-30"),
    "nothing announced": ({"--rule": "announced"}, "lists no date", "2026-03-20"),
    "an announced word": ({"--announced": "next May"}, "'next May' is not a date", "2027-07-30"),
    "a word with quotes": ({"--announced": '"'}, "is not a date", "2027-07-30"),
    "half a span": ({"--announced": "2027-05-09.."}, "'' is not a date", "2027-07-30"),
    "an announced span": ({"--announced": "2027-05-09..2027-05-01"}, "is not a date in 2027", "2027-05-07"),
    "a sensitivity": ({"--sensitivity": "truama"}, "sensitivity is 'truama'", "write 'trauma'"),
    "a dimension": ({"--dimension": "helth"}, "unknown word 'helth'", "write 'health'"),
    "a region": ({"--region": "Europe"}, "there is no region 'Europe'", "such as GB"),
    "a first year": ({"--since": "1492"}, "since is not a whole number", "write since"),
    "a number": ({"--since": "soon"}, "invalid value for '--since'", "add-day --help"),
    "an id with a year": ({"--id": "harbour-2027"}, "the id 'harbour-2027' is not lower-case words", "rename"),
    "an id with a blank": ({"--id": "harbour day"}, "the id 'harbour day' is not lower-case words", "rename"),
    "an id with a dot": ({"--id": "harbour.day"}, "the id 'harbour.day' is not lower-case words", "rename"),
    "an id that is a table": ({"--id": "a]\n[b"}, "is not lower-case words", "rename"),
    "a hidden mark": ({"--name": "Harbour\u200b Day"}, "holds hidden marks", "retype it"),
}  # fmt: skip


@pytest.mark.parametrize(("options", "said", "hint"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_in_one_sentence_and_nothing_is_written(
    options: dict[str, str | None], said: str, hint: str, daymark: Daymark, workspace: Path
) -> None:
    before = files(workspace)
    answer = daymark("add-day", *words(options), "--json", home=workspace)
    assert (answer.code, files(workspace)) == (2, before), answer
    assert said in answer.json["error"]
    assert hint in answer.json["hint"]
    assert answer.err.startswith("error: ")


def test_bytes_that_are_no_text_are_told(daymark: Daymark, workspace: Path) -> None:
    before = files(workspace)
    answer = add(daymark, workspace, name="Harbour \udcff Day")
    assert (answer.code, files(workspace)) == (2, before), answer
    assert "not UTF-8" in answer.err


def test_two_announced_dates_of_one_year_are_told(daymark: Daymark, workspace: Path) -> None:
    before = files(workspace)
    both = ("--announced", "2027-05-08", "--announced", "2027-05-09")
    answer = add(daymark, workspace, *both, rule="announced")
    assert (answer.code, files(workspace)) == (2, before)
    assert "two dates are announced for 2027" in answer.err


@pytest.mark.parametrize("missing", NEEDED)
def test_without_a_terminal_a_missing_option_is_told(missing: str, daymark: Daymark, workspace: Path) -> None:
    before = files(workspace)
    answer = daymark("add-day", *words({missing: None}), home=workspace, stdin="An answer\n" * 4)
    assert (answer.code, files(workspace)) == (2, before)
    assert f"{missing} is missing" in answer.err


def test_a_workspace_is_needed_and_said_to_be(daymark: Daymark, tmp_path: Path) -> None:
    answer = daymark("add-day", *words(), home=tmp_path)
    assert (answer.code, list(tmp_path.iterdir())) == (5, [])
    assert "daymark init" in answer.err


# --- at a terminal


def typed(daymark: Daymark, home: Path, answers: dict[str, str], *options: str) -> tuple[int, str, str]:
    """Runs add-day at a terminal that answers each question when it has been asked; code, screen, standard output."""
    ours, theirs = pty.openpty()
    command = [daymark.python, "-m", "scheduler", "add-day", *options, "--home", str(home), "--now", NOW, "--json"]
    own_terminal: dict[str, Any] = {"start_new_session": True, "preexec_fn": _take_terminal}
    with subprocess.Popen(
        command,
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
        cwd=daymark.nest,
        env=daymark.env,
        **own_terminal,
    ) as run:
        os.close(theirs)
        screen, open_questions = "", dict(answers)
        while more := _shown(ours):
            screen += more
            for question in [q for q in open_questions if q in screen]:
                os.write(ours, open_questions.pop(question).encode())
        if not _ends(run):
            run.kill()
        assert run.stdout
        out = run.stdout.read().decode()
    os.close(ours)
    return run.returncode, screen, out


def _take_terminal() -> None:
    """So that Ctrl-C reaches the program, even where the tests run in the background and ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _ends(run: subprocess.Popen[bytes]) -> bool:
    with suppress(subprocess.TimeoutExpired):
        run.wait(30)
    return run.returncode is not None


def _shown(terminal: int) -> str:
    """What the terminal shows next; nothing once the program has gone, or has been silent for half a minute."""
    with suppress(OSError):  # Linux says EIO when the other side is closed
        if select.select([terminal], [], [], 30)[0]:
            return os.read(terminal, 65536).decode()
    return ""


QUESTIONS = {
    "The official name, in English": "Harbour Day\n",
    "When it is held": "05-09\n",
    "The https address": "https://example.org/day\n",
    "Who set the day": "Harbour Trust\n",
}


def test_at_a_terminal_it_asks_for_what_is_missing(daymark: Daymark, workspace: Path) -> None:
    code, screen, out = typed(daymark, workspace, QUESTIONS)
    assert (code, json.loads(out)["ids"]) == (0, ["harbour-day"]), screen
    assert [question for question in QUESTIONS if screen.count(question) != 1] == []
    assert own(workspace).read_text("utf-8") == OWN


def test_at_a_terminal_it_does_not_ask_for_what_is_given(daymark: Daymark, workspace: Path) -> None:
    code, screen, _ = typed(daymark, workspace, QUESTIONS, *words({"--body": None}))
    assert (code, [question for question in QUESTIONS if question in screen]) == (0, ["Who set the day"])
    assert own(workspace).read_text("utf-8") == OWN


def test_several_addresses_may_be_typed(daymark: Daymark, workspace: Path) -> None:
    answers = QUESTIONS | {"The https address": "https://a.example.org  https://b.example.org\n"}
    assert typed(daymark, workspace, answers)[0] == 0
    entry = tomllib.loads(own(workspace).read_text("utf-8"))["harbour-day"]
    assert entry["sources"] == ["https://a.example.org", "https://b.example.org"]


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_who_leaves_the_questions_leaves_nothing_behind(key: str, daymark: Daymark, workspace: Path) -> None:
    before = files(workspace)
    code, screen, out = typed(daymark, workspace, {"The official name": "Harbour Day\n", "When it is held": key})
    assert (code, out.strip(), files(workspace)) == (130, "", before), screen
    assert "Traceback" not in screen


# --- beside the shipped calendar


def test_a_day_of_our_own_takes_the_place_of_a_shipped_one(daymark: Daymark, workspace: Path) -> None:
    mine = {"--id": "cooperatives-day", "--name": "Our Day of Cooperatives", "--rule": "07-02"}
    answer = daymark("add-day", *words(mine), home=workspace)
    assert answer.code == 0, answer
    told = daymark.json("explain", "cooperatives-day", "2026", home=workspace)
    assert (told["name"], told["occurrences"][1]["start"]) == ("Our Day of Cooperatives", "2026-07-02")
    own(workspace).unlink()
    assert daymark.json("explain", "cooperatives-day", "2026", home=workspace)["rule"] == "first saturday of july"


def test_what_is_hidden_here_is_not_added_here(daymark: Daymark, workspace: Path) -> None:
    write(workspace / "calendars", "hidden.toml", "[cooperatives-day]\nhidden = true\n")
    before = files(workspace)
    answer = daymark("add-day", *words({"--id": "cooperatives-day"}), home=workspace)
    assert (answer.code, files(workspace)) == (2, before)
    assert "already in" in answer.err
    assert daymark("explain", "cooperatives-day", home=workspace).code == 2


def test_a_planned_campaign_follows_the_day_that_takes_its_place_and_ends_when_it_is_hidden(
    daymark: Daymark, at: At
) -> None:
    home = at("planned")
    words = ("posts", "--campaign", "cooperatives-day/2026")
    assert add(daymark, home, "--theme", "human-rights", id="cooperatives-day", rule="07-06").code == 0
    assert daymark("plan", home=home).code == 0
    moved = {row["id"]: row["due"][:10] for row in daymark.json(*words, home=home) if row["state"] != "cancelled"}
    assert moved[DAY] == "2026-07-06"
    write(home / "calendars", "own.toml", "[cooperatives-day]\nhidden = true\n")
    assert daymark("plan", home=home).code == 0
    assert {row["state"] for row in daymark.json(*words, home=home)} == {"cancelled"}


# --- when it cannot be written


BROKEN = {"not TOML": "oops = = 1\n", "a wrong entry": TEST_DAY.replace("07-30", "02-30"), "no entry": "version = 1\n"}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_told_and_not_written_over(text: str, daymark: Daymark, workspace: Path) -> None:
    write(workspace / "calendars", "own.toml", text)
    before = files(workspace)
    answer = add(daymark, workspace)
    assert (answer.code, files(workspace)) == (5, before)
    assert str(own(workspace)) in answer.err
    assert len(answer.err.splitlines()) == 2


def test_a_file_that_is_not_utf_8_is_told_and_not_written_over(daymark: Daymark, workspace: Path) -> None:
    own(workspace).write_bytes(TEST_DAY.replace("Test Day", "Journée").encode("latin-1"))
    before = files(workspace)
    answer = add(daymark, workspace)
    assert (answer.code, files(workspace)) == (5, before)
    assert "UTF-8" in answer.err


def no_folder(home: Path) -> None:
    (home / "calendars").rename(home / "elsewhere")
    write(home, "calendars", "a file where the folder was\n")


def a_folder(home: Path) -> None:
    own(home).mkdir()


@pytest.mark.parametrize("spoil", [no_folder, a_folder])
def test_a_place_that_cannot_be_written_to_is_told(
    spoil: Callable[[Path], None], daymark: Daymark, workspace: Path
) -> None:
    spoil(workspace)
    before = files(workspace)
    answer = add(daymark, workspace)
    assert (answer.code, files(workspace)) == (5, before), answer
    assert "own.toml" in answer.err
    assert "Traceback" not in answer.err


def test_a_full_disk_is_told_and_what_was_there_stays(daymark: Daymark, workspace: Path) -> None:
    write(workspace / "calendars", "own.toml", TEST_DAY + "# " + "x" * 50_000 + "\n")
    daymark("days", home=workspace)
    before = files(workspace)
    full: dict[str, Any] = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))}
    answer = daymark("add-day", *words(), home=workspace, **full)
    assert (answer.code, files(workspace)) == (5, before), answer
    assert f"{own(workspace)} cannot be written: File too large" in answer.err
    assert add(daymark, workspace).code == 0


def test_a_missing_folder_is_made(daymark: Daymark, workspace: Path) -> None:
    (workspace / "calendars").rename(workspace / "elsewhere")
    assert add(daymark, workspace).code == 0
    assert own(workspace).read_text("utf-8") == OWN
