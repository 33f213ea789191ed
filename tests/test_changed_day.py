"""A changed day rewrites the feeds and pages that it is in, and leaves every other file its bytes and its time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import files

from scheduler.config import load_settings
from scheduler.workflow import Workspace
from scheduler.workflow.calendar import sync
from scheduler.workflow.publishing import build_feeds
from scheduler.workflow.siting import write_site

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
LANGUAGES = ("en", "fr")
SETTINGS = """
[workspace]
name = "Harbour"
[feeds]
base = "https://example.org/calendar"
languages = ["en", "fr"]
[site]
years = 2
"""
HARBOUR = """
[harbour-day]
name = "Harbour Day"
rule = "08-05"
proclaimed = { body = "Harbour", year = 2020 }
sources = ["https://example.org/a"]
checked = 2026-01-01
themes = ["peace"]
dimensions = ["personal"]
"""
QUAY = """
[quay-day]
name = "Quay Day"
rule = "10-06"
proclaimed = { body = "Harbour", year = 2020 }
sources = ["https://example.org/a"]
checked = 2026-01-01
themes = ["food"]
dimensions = ["personal"]
"""
BESIDE = 'related = ["harbour-day"]\n'  # which may name no day that is gone
NAMED = HARBOUR + 'names = { fr = "Journée du port" }\n'
MOVED = NAMED + 'exceptions = { 2027 = "2027-09-02" }\n'
THEMED = MOVED + 'themes_by_year = { 2026 = { text = "Calm water", source = "https://example.org/t" } }\n'

# `*/` is the folder of each language, `~/` that of a language's feeds: English ones stand at the top
DAYS = {"~/observances.ics", "~/themes/peace.ics", "~/dimensions/personal.ics", "~/regions/world.ics"}
RULES = {"~/rules/observances.ics", "~/rules/themes/peace.ics", "~/rules/dimensions/personal.ics"}
FEEDS = DAYS | RULES
TOPICS = {"*/themes/peace.html", "*/dimensions/personal.html", "*/regions/world.html"}
YEARS = {"*/2026/index.html", "*/2026/08.html", "*/2027/index.html", "*/2027/08.html"}
LISTS = {"*/index.html", "index.html", "*/all.html"} | YEARS | TOPICS
OWN = {"*/days/harbour-day.html"}
RELATED = {"*/days/quay-day.html"}
DATA = {"calendar.json"}
EVERYWHERE = FEEDS | DATA | LISTS | RELATED | {"*/topics.html", "sitemap.xml"}


@dataclass(frozen=True)
class Step:
    """A change: what the calendar says afterwards, and which files may be written, made or taken away by it."""

    what: str
    harbour: str
    written: frozenset[str]
    came: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


def of(names: Iterable[str], languages: tuple[str, ...] = LANGUAGES) -> frozenset[str]:
    """The files of these names in some languages."""
    return frozenset(
        name.replace("*/", f"{code}/").replace("~/", "" if code == "en" else f"{code}/")
        for name in names
        for code in languages
    )


STEPS = [
    Step("nothing", HARBOUR, frozenset()),
    # the English page of the day gives its names in the other languages
    Step("a name in French", NAMED, of(FEEDS | LISTS | OWN | RELATED, ("fr",)) - {"index.html"} | of(OWN | DATA)),
    # the list of all days gives the rule and what departs from it
    Step(
        "another date in 2027",
        MOVED,
        of(FEEDS | OWN | DATA | {"*/all.html", "*/2027/index.html", "*/2027/08.html", "*/2027/09.html"}),
    ),
    Step("the theme of 2026", THEMED, of(DAYS | OWN | DATA)),
    # by then it is on another day of 2027
    Step(
        "withdrawn",
        "",
        of(EVERYWHERE | {"*/2027/09.html"}) - of({"*/2027/08.html"}),
        gone=of(OWN),
    ),
    Step("added", HARBOUR, of(EVERYWHERE), came=of(OWN)),
    Step("nothing again", HARBOUR, frozenset()),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("changed")
    (folder / "daymark.toml").write_text(SETTINGS)
    (folder / "calendars").mkdir()
    publish(folder, HARBOUR)
    return folder


def publish(home: Path, harbour: str) -> dict[str, tuple[bytes, int]]:
    """The calendar files written anew, feeds and site built; every public file with its bytes and time."""
    (home / "calendars" / "own.toml").write_text(harbour + QUAY + (BESIDE if harbour else ""))
    ws = Workspace(load_settings(home), NOW, lambda: NOW)
    sync(ws)
    build_feeds(ws)
    write_site(ws)
    return files(home / "public")


def test_a_change_rewrites_only_the_files_that_the_day_is_in(home: Path) -> None:
    for step in STEPS:  # each builds on the one before
        before = files(home / "public")
        after = publish(home, step.harbour)
        written = {name for name in before.keys() & after.keys() if before[name] != after[name]}
        assert (step.what, written) == (step.what, step.written)
        assert (step.what, after.keys() - before.keys(), before.keys() - after.keys()) == (
            step.what,
            step.came,
            step.gone,
        )
