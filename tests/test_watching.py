"""What went wrong is loud: the missed are listed, a monitor gets numbers, a file tells that ticks go on."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import DUE, EVE, NOW, packs
from prometheus_client.parser import text_string_to_metric_families

from scheduler.model import DeliveryState
from scheduler.peek import good_tick
from scheduler.store import outbox, reads
from scheduler.store.opening import writing

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


SEEN = datetime(2026, 7, 3, 9, tzinfo=UTC)
NIGHT = "2026-07-03T22:30:00Z"  # half past eleven in London: quiet hours up to the end of its time


def told_to_come_too_late(home: Path) -> None:
    """The eve is missed while its time still lasts: its network asked to come again tomorrow."""
    with writing(home, SEEN, "tick") as tx:
        row = reads.delivery_of(tx.db, EVE)
        assert outbox.end(tx, row, replace(row, state=DeliveryState.MISSED, reason="429"))


@pytest.mark.parametrize(
    ("words", "now", "choice", "out"),
    [
        ((), DUE, "send", []),
        (("--send",), DUE, "send", [EVE]),
        (("--choose", f"{EVE}=send"), DUE, "send", [EVE]),
        (("--noted",), DUE, "note", []),
        (("--send", "--choose", f"{EVE}=note"), DUE, "note", []),
        (("--send",), NIGHT, "note", []),
        (("--send",), "2026-07-04T00:00:00Z", "note", []),
    ],
)
def test_a_missed_post_goes_after_all_if_somebody_says_so_while_it_is_time(
    words, now, choice, out, daymark, at
) -> None:
    home = at("queued")
    told_to_come_too_late(home)
    (row,) = daymark.json("missed", *words, "--as", "Ana", home=home, now=now)
    assert (row["post"], row["reason"], row["choice"]) == (EVE, "429", choice)
    for _ in range(2):
        daymark("tick", home=home, now=now)
        assert packs(home) == out
    left = [] if row["done"] else [EVE]
    assert [row["post"] for row in daymark.json("missed", home=home, now=now)] == left


def test_what_is_over_needs_new_words_a_new_time_and_a_new_yes(daymark, at) -> None:
    home, now = at("queued"), "2026-07-04T06:30:00Z"
    told_to_come_too_late(home)
    assert daymark("missed", "--choose", f"{EVE}=send", "--as", "Ana", home=home, now=now).code == 3
    words = "Today is the day: we work with cooperatives. Ask us how you can help."
    same = daymark.json("show", EVE, home=home)
    daymark("reword", EVE, "--file", "-", "--as", "Ben", home=home, now=now, stdin=same["text"])
    assert daymark.json("show", EVE, home=home)["due"] == same["due"]
    daymark("reword", EVE, "--file", "-", "--as", "Ben", home=home, now=now, stdin=words)
    new = daymark.json("show", EVE, home=home)
    assert (new["state"], new["due"], new["expires"]) == ("in review", "2026-07-04T07:00:00Z", "2026-07-05T23:00:00Z")
    assert daymark("approve", EVE, "--as", "Ana", "--why", "seen", home=home, now=now).code == 0
    daymark("tick", home=home, now=now)
    assert packs(home) == []  # it is night
    daymark("tick", home=home, now="2026-07-04T07:05:00Z")
    assert EVE in packs(home)


@pytest.mark.parametrize(
    "words", [("--noted", "--send"), ("--choose", EVE), ("--choose", f"{EVE}=drop"), ("--choose", f"{EVE}=send")]
)
def test_a_choice_that_is_none_changes_nothing(words, daymark, at) -> None:
    home = at("queued")
    before = daymark.json("audit", "log", home=home)
    assert daymark("missed", *words, home=home, now=DUE).code in (2, 4)
    assert daymark.json("audit", "log", home=home) == before


def test_a_hold_is_told_once(daymark, at) -> None:
    home = at("queued")
    daymark("hold", "--why", "storm", home=home)
    rows = daymark("status", "--json", home=home, now=NOW).json["attention"]
    assert [row["what"] for row in rows].count("hold") == 1
