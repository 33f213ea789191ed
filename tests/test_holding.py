"""The red button and its release: what passes, what is proposed, what a person chooses, and the end of a doubt."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from conftest import DAY, DUE, EVE, packs
from test_store import NOW, a_post, keep, only

from scheduler.model import Account, DeliveryState, Guarantee, RateLimits, Unsure
from scheduler.outbox import LEASE, after
from scheduler.plan import next_awake
from scheduler.store import outbox
from scheduler.store.opening import stamp, writing
from scheduler.workflow.resuming import proposed
from scheduler.workflow.settling import settled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Daymark

MAIN = Account("main", "folder", "plain", "en", "GB", "Europe/London")
HOUR = timedelta(hours=1)
LATE = "2026-07-04T10:00:00Z"  # two hours after DAY was due
POST = a_post()


def late(name: str, due: timedelta, ends: timedelta, account: str = "main"):
    return replace(POST, id=name, account=account, due=NOW + due, expires=NOW + ends)


PROPOSED = [
    ("one is kept", [late("a", -HOUR, 9 * HOUR)], [("a", "keep", timedelta())]),
    ("one that is over is dropped", [late("a", -HOUR, timedelta())], [("a", "drop", timedelta())]),
    (
        "the second of an account keeps its gap",
        [late("a", -2 * HOUR, 9 * HOUR), late("b", -HOUR, 9 * HOUR)],
        [("a", "keep", timedelta()), ("b", "move", 3 * HOUR)],
    ),
    (
        "accounts do not wait for each other",
        [late("a", -2 * HOUR, 9 * HOUR), late("b", -HOUR, 9 * HOUR, "other")],
        [("a", "keep", timedelta()), ("b", "keep", timedelta())],
    ),
    (
        "one whose turn would come too late is dropped, and takes no time from the next",
        [late("a", -3 * HOUR, 9 * HOUR), late("b", -2 * HOUR, 2 * HOUR), late("c", -HOUR, 9 * HOUR)],
        [("a", "keep", timedelta()), ("b", "drop", 3 * HOUR), ("c", "move", 3 * HOUR)],
    ),
]


@pytest.mark.parametrize(("posts", "told"), [row[1:] for row in PROPOSED], ids=[row[0] for row in PROPOSED])
def test_what_is_proposed_floods_nobody(posts, told) -> None:
    found = proposed(posts, {"main": MAIN, "other": replace(MAIN, name="other")}, NOW)
    assert [(p.post, p.choice, p.at - NOW) for p in found] == told


AWAKE = [
    ("2027-07-30T09:00Z", "2027-07-30T09:00Z"),
    ("2027-07-30T20:30Z", "2027-07-31T07:00Z"),  # 21:30 in London
    ("2027-07-31T03:00Z", "2027-07-31T07:00Z"),
    ("2027-01-31T03:00Z", "2027-01-31T08:00Z"),  # in winter
]


@pytest.mark.parametrize(("at", "awake"), AWAKE)
def test_nobody_is_woken(at: str, awake: str) -> None:
    assert next_awake(datetime.fromisoformat(at), MAIN) == datetime.fromisoformat(awake).astimezone(UTC)


def test_what_is_proposed_is_what_is_done(daymark: Daymark, at: Callable[[str], Path]) -> None:
    home = at("queued")
    daymark("hold", "--why", "storm", home=home)
    proposal = daymark.json("resume", "--dry-run", home=home, now=DUE)
    assert [(p["post"], p["choice"]) for p in proposal["late"]] == [(EVE, "keep")]
    assert daymark.json("tick", home=home, now=DUE)["held"] == 1
    assert daymark.json("resume", "--keep", home=home, now=DUE) == proposal
    assert daymark.json("tick", home=home, now=DUE)["sent"] == 1


@pytest.mark.parametrize(("choice", "state"), [("drop", "cancelled"), ("keep", "sent")])
def test_a_single_post_can_be_chosen_for(choice: str, state: str, daymark: Daymark, at: Callable[[str], Path]) -> None:
    home = at("queued")
    daymark("hold", "--why", "storm", home=home)
    assert daymark("resume", "--choose", f"{EVE}={choice}", home=home, now=DUE).code == 0
    daymark("tick", home=home, now=DUE)
    assert daymark.json("show", EVE, home=home, now=DUE)["state"] == state


def test_only_the_holds_of_a_scope_are_lifted(daymark: Daymark, at: Callable[[str], Path]) -> None:
    home = at("queued")
    for scope in ("account:main", "country:GB"):
        daymark("hold", "--scope", scope, "--why", "storm", home=home)
    assert daymark.json("resume", "--scope", "country:GB", home=home) == {"held": 0, "late": []}
    assert daymark.json("tick", home=home, now=DUE)["held"] == 1
    assert daymark.json("resume", "--scope", "account:main", "--keep", home=home, now=DUE)["held"] == 3
    assert daymark.json("tick", home=home, now=DUE)["sent"] == 1


def test_essential_posts_pass_a_hold_that_says_so(daymark: Daymark, at: Callable[[str], Path]) -> None:
    home = at("queued")
    assert daymark.json("essential", EVE, DAY, home=home) == {"changed": [EVE, DAY]}
    assert daymark.json("essential", EVE, home=home) == {"changed": []}
    daymark("essential", DAY, "--not", home=home)
    assert daymark.json("hold", "--why", "storm", "--but-essential", home=home) == {"held": 2}
    daymark("tick", home=home, now=DUE)
    assert packs(home) == [EVE]
    daymark("hold", "--why", "worse", home=home)
    assert daymark.json("hold", "--why", "worse", home=home) == {"held": 2}


WRONG = [
    ("resume --choose nonsense", 2, "is not a choice"),
    (f"resume --choose {EVE}=later", 2, "no choice 'later'"),
    (f"resume --choose {DAY}=drop", 2, "no post that came due on hold"),
    ("resume --scope planet:earth", 2, "no scope 'planet'"),
    (f"settle {EVE} --out --not-out", 2, "not said whether"),
    (f"settle {EVE} --out", 3, "no doubt about"),
]


@pytest.mark.parametrize(("words", "code", "says"), WRONG, ids=[row[0] for row in WRONG])
def test_a_mistake_is_told_and_changes_nothing(words, code, says, daymark: Daymark, at: Callable[[str], Path]) -> None:
    home = at("queued")
    daymark("hold", "--why", "storm", home=home)
    answer = daymark(*words.split(), home=home, now=DUE)
    assert (answer.code, says in answer.err) == (code, True), answer.err
    assert daymark.json("hold", "--why", "storm", home=home) == {"held": 3}


DOUBTS = [
    ("out", timedelta(), DeliveryState.SENT),
    ("not out", timedelta(), DeliveryState.WAITING),
    ("not out", timedelta(days=2), DeliveryState.MISSED),
]


@pytest.mark.parametrize(("said", "later", "state"), DOUBTS)
def test_a_person_ends_a_doubt(said: str, later: timedelta, state: DeliveryState, tmp_path: Path) -> None:
    keep(tmp_path, POST)
    with writing(tmp_path, NOW, "test") as tx:
        outbox.enqueue(tx, POST)
    with writing(tmp_path, NOW, "test") as tx:
        mine = outbox.claim(tx, only(tmp_path), "one", NOW + LEASE, RateLimits())
    with writing(tmp_path, NOW, "test") as tx:
        outbox.settle(tx, mine, after(mine, Unsure("cut off"), Guarantee(), NOW), "Unsure", stamp(NOW))

    told = settled(only(tmp_path), "Ana", NOW + later, is_out=said == "out", place="https://a.org/1")
    with writing(tmp_path, NOW + later, "Ana") as tx:
        assert outbox.end(tx, only(tmp_path), told)
    assert only(tmp_path).state is state


STOPS = [
    (("resume", "--drop"), "cancelled", "dropped after a hold: a person chose so; Ana looked: it is not out"),
    (("reject", DAY, "--as", "Ana", "--why", "no"), "changes wanted", "Ana rejected it; Ana looked: it is not out"),
]


@pytest.mark.parametrize(("stop", "stands", "reason"), STOPS, ids=[row[1] for row in STOPS])
def test_what_was_stopped_in_doubt_stays_so_when_a_person_has_looked(
    stop: tuple[str, ...], stands: str, reason: str, daymark: Daymark, at: Callable[[str], Path]
) -> None:
    home = at("queued")
    with closing(sqlite3.connect(home / "daymark.db")) as db, db:
        db.execute("UPDATE delivery SET doubt = due WHERE post = ?", (DAY,))
    daymark("hold", "--why", "storm", home=home)
    daymark(*stop, home=home, now=LATE)
    daymark("resume", "--keep", home=home, now=LATE)
    shown = daymark.json("show", DAY, home=home, now=LATE)
    assert (shown["state"], shown["reason"].endswith("; an earlier try may be out")) == ("unsure", True)

    told = daymark.json("settle", DAY, "--not-out", "--as", "Ana", home=home, now=LATE)
    assert told == {"post": DAY, "state": "cancelled"}
    daymark("tick", home=home, now=LATE)
    shown = daymark.json("show", DAY, home=home, now=LATE)
    assert DAY not in packs(home)
    assert (shown["state"], shown["reason"]) == (stands, reason)
