"""What went wrong is loud: the missed are listed, a monitor gets numbers, a file tells that ticks go on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import DUE, NOW
from prometheus_client.parser import text_string_to_metric_families

from scheduler.peek import good_tick

LATER = "2026-07-10T09:00:00Z"
LONG_AGO = 1_600_000_000


def metrics(daymark, home: Path, now: str) -> dict[tuple[str, str], float]:
    answer = daymark("status", "--format", "prometheus", home=home, now=now)
    assert answer.code == 0
    families = text_string_to_metric_families(answer.out)
    return {(s.name, "".join(s.labels.values())): s.value for family in families for s in family.samples}


@pytest.mark.parametrize("stage", ["fresh", "planned", "sent"])
def test_a_monitor_gets_the_numbers_of_the_status(stage, daymark, at) -> None:
    home = at(stage)
    told, seen = daymark.json("status", home=home, now=DUE), metrics(daymark, home, DUE)
    states = {name: number for name, number in told.items() if name not in ("posts", "due", "attention")}
    assert {name: seen[("daymark_posts", name)] for name in states} == states
    assert seen[("daymark_posts_due", "")] == told["due"]
    assert seen[("daymark_attention", "any")] == len(told["attention"])


def test_another_format_is_refused(daymark, workspace) -> None:
    assert daymark("status", "--format", "xml", home=workspace).code == 2


def test_every_good_tick_marks_the_file_the_idle_ones_too(daymark, at) -> None:
    home = at("planned")
    good = Path(good_tick(str(home)))
    assert daymark("tick", home=home, now=NOW).code == 0
    assert daymark("tick", home=home, now=NOW).out == "nothing to do\n"
    for _ in range(2):
        os.utime(good, (LONG_AGO, LONG_AGO))
        assert daymark("tick", home=home, now=NOW).code == 0
        assert good.stat().st_mtime > LONG_AGO
    assert metrics(daymark, home, NOW)[("daymark_last_good_tick_seconds", "")] == int(good.stat().st_mtime)


def test_a_tick_that_could_not_do_its_work_does_not(daymark, at) -> None:
    home = at("queued")
    good = Path(good_tick(str(home)))
    os.utime(good, (LONG_AGO, LONG_AGO))
    (home / "calendars").mkdir(exist_ok=True)
    (home / "calendars" / "own.toml").write_text("[broken\n")
    assert daymark("tick", home=home, now=DUE).code == 5
    assert good.stat().st_mtime == LONG_AGO


def test_the_missed_are_listed_with_the_reason_until_somebody_takes_note(daymark, at) -> None:
    home = at("planned")
    assert daymark.json("missed", home=home, now=NOW) == []
    daymark("tick", home=home, now=LATER)
    found = daymark.json("missed", home=home, now=LATER)
    assert found and {row["noted"] for row in found} == {False}
    assert {"in review" in row["reason"] for row in found} == {True}
    noted = daymark.json("missed", "--noted", "--as", "Ana", home=home, now=LATER)
    assert [row["post"] for row in noted] == [row["post"] for row in found]
    assert daymark.json("missed", home=home, now=LATER) == []
    log = daymark.json("audit", "log", home=home, now=LATER)
    assert [line["subject"] for line in log if (line["what"], line["who"]) == ("noted", "Ana")] == [
        row["post"] for row in found
    ]
    assert daymark.json("missed", "--noted", home=home, now=LATER) == []


def test_a_hold_is_told_once(daymark, at) -> None:
    home = at("queued")
    daymark("hold", "--why", "storm", home=home)
    rows = daymark("status", "--json", home=home, now=NOW).json["attention"]
    assert [row["what"] for row in rows].count("hold") == 1
