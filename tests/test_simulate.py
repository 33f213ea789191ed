"""The time machine tells the truth: what simulate prints is what the engine then does, line for line."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from conftest import DAY, DUE, EVE, THANKS, everything

from scheduler.config import load_settings
from scheduler.model import TryLater
from scheduler.store.holds import add_hold
from scheduler.store.opening import stamp, writing
from scheduler.workflow import Workspace
from scheduler.workflow.resuming import resume
from scheduler.workflow.reviewing import approve
from scheduler.workflow.sending import tick
from scheduler.workflow.simulating import Script, Span, _Network, events, simulate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Daymark

START = datetime(2026, 7, 20, 9, tzinfo=UTC)
HALF = timedelta(minutes=30)
SETTINGS = """
[workspace]
name = "Test"
[plan]
playbook = "light"
horizon_days = 6
themes = ["human-trafficking", "slavery-remembrance", "decent-work", "peace"]
[accounts.main]
channel = "folder"
network = "mastodon"
language = "en"
country = "GB"
zone = "Europe/London"
[accounts.paris]
channel = "folder"
network = "plain"
language = "fr"
country = "FR"
zone = "Europe/Paris"
gap_minutes = 60
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


WHOLE = Span(START, at("2026-08-05"))
SCRIPTS = {
    "as things stand": Script(WHOLE, every=HALF),
    "everything approved": Script(WHOLE, every=HALF, approve=True),
    "power off over a day, and for longer than we plan ahead": Script(
        WHOLE,
        every=HALF,
        outages=[
            Span(at("2026-07-21T01:00"), at("2026-07-21T15:02")),
            Span(at("2026-07-23"), at("2026-07-31T10:00")),
        ],
        approve=True,
    ),
    "a hold over the day": Script(
        WHOLE, every=HALF, holds=[Span(at("2026-07-28"), at("2026-07-30T16:30"))], approve=True
    ),
    "accounts fail for hours and for days": Script(
        WHOLE,
        every=HALF,
        failing=[
            ("main", Span(at("2026-07-30"), at("2026-07-30T13:00"))),
            ("paris", Span(at("2026-07-25"), at("2026-08-02"))),
        ],
        approve=True,
    ),
}


def really(ws: Workspace, script: Script) -> list[str]:
    """The same span through the real tick, at every tick of its grid: nothing is skipped."""
    home, now, holding = ws.home, script.span.start, False
    first = max((e["id"] for e in _log(home)), default=0)
    while now < script.span.end:
        if not any(now in s for s in script.outages):
            here = replace(ws, now=now, clock=lambda now=now: now)
            wanted = any(now in s for s in script.holds)
            if wanted and not holding:
                with writing(home, now, "Ana") as tx:
                    add_hold(tx, "everything", "", "daymark simulate")
            elif holding and not wanted:
                resume(here, "everything", choice="keep")
            holding = wanted
            network = partial(_network, script, here.clock)
            tick(here, channels=network, feeds=False)
            if script.approve and (new := _waiting(here)):
                approve(here, new, "Ana", "read")
                tick(here, channels=network, feeds=False)
        now += script.every
    return [repr(e) for e in events(home, first)]


def _network(script: Script, clock, post) -> _Network:
    return _Network(post.channel, script, clock)


def _log(home: Path) -> list[dict[str, int]]:
    import sqlite3

    with closing(sqlite3.connect(home / "daymark.db")) as db:
        return [{"id": row[0]} for row in db.execute("SELECT id FROM audit")]


def _waiting(ws: Workspace) -> list[str]:
    from scheduler.store import work
    from scheduler.store.opening import reading

    with reading(ws.home) as db:
        return [p.id for p in work.in_review(db, stamp(ws.now))]


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_simulated_is_what_happens(name: str, daymark: Daymark, tmp_path: Path) -> None:
    home, script = tmp_path / "home", SCRIPTS[name]
    daymark.raw("init", str(home))
    (home / "daymark.toml").write_text(SETTINGS)
    ws = Workspace(load_settings(home), START, lambda: START)
    told = [repr(e) for e in simulate(ws, script).events]
    assert told == really(ws, script)
    assert told


def test_a_simulation_changes_nothing_and_says_the_same_twice(daymark: Daymark, at: Callable[[str], Path]) -> None:
    home = at("queued")
    before = everything(home)
    first = daymark("simulate", "--to", "2026-07-10", home=home)
    assert (first.code, daymark("simulate", "--to", "2026-07-10", home=home)) == (0, first)
    assert everything(home) == before


def test_a_simulation_tells_what_then_happens(daymark: Daymark, at: Callable[[str], Path]) -> None:
    home = at("queued")
    told = daymark.json("simulate", "--to", "2026-07-03", home=home)
    assert [(e["at"], e["what"], e["subject"]) for e in told["events"] if e["what"] == "sent"] == [(DUE, "sent", EVE)]
    assert daymark.json("tick", home=home, now=DUE)["sent"] == 1
    line = daymark("simulate", "--to", "2026-07-03", "--log", home=at_again(at, home)).out.splitlines()[0]
    assert line.split("\t")[:3] == [DUE, "sent", EVE]


def at_again(at: Callable[[str], Path], home: Path) -> Path:
    shutil.rmtree(home)
    return at("queued")


WHAT_IF = [
    (["--outage", "2026-07-03T00:00..2026-07-03T14:00"], EVE, "sent", 5 * 3600),
    (["--outage", "2026-07-03..2026-07-03"], EVE, "missed", None),
    (["--hold", "2026-07-03T00:00..2026-07-03T14:00"], EVE, "sent", 5 * 3600),
    (["--hold", "2026-07-03..2026-07-03"], EVE, "missed", None),
    (["--fail", "main:2026-07-03..2026-07-03"], EVE, "missed", None),
]


@pytest.mark.parametrize(("words", "post", "what", "late"), WHAT_IF, ids=[" ".join(row[0]) for row in WHAT_IF])
def test_what_if(words, post, what, late, daymark: Daymark, at: Callable[[str], Path]) -> None:
    told = daymark.json("simulate", "--to", "2026-07-06", *words, home=at("queued"))
    assert [e["what"] for e in told["events"] if e["subject"] == post][-1] == what
    assert told["late"].get(post) == late
    assert {e["what"] for e in told["events"] if e["subject"] in (DAY, THANKS)} == {"sent"}


WRONG = [
    ("--from 2026-07-02 --to 2026-07-01", "ends before it begins"),
    ("--from yesterday", "neither a day nor a moment"),
    ("--outage 2026-07-02", "is not a span"),
    ("--hold 2026-07-03..2026-07-01", "ends before it begins"),
    ("--fail 2026-07-03..2026-07-01", "does not say which account"),
    ("--fail nobody:2026-07-03..2026-07-04", "no account 'nobody'"),
]


@pytest.mark.parametrize(("words", "says"), WRONG, ids=[row[0] for row in WRONG])
def test_a_span_that_is_none_is_told(words: str, says: str, daymark: Daymark, workspace: Path) -> None:
    answer = daymark("simulate", *words.split(), home=workspace)
    assert (answer.code, says in answer.err) == (2, True), answer.err
    assert json.loads(daymark("simulate", *words.split(), "--json", home=workspace).out)["exit"] == 2


def test_a_made_up_failure_is_one_that_is_tried_again(tmp_path: Path) -> None:
    span = Span(START, START + timedelta(hours=1))
    channel = _Network("folder", Script(span, failing=[("main", span)]), lambda: START)

    class Said:
        account = "main"

    assert isinstance(channel.send(Said()), TryLater)  # type: ignore[arg-type]
