"""Realistic feeds against feedcheck: a strict linter, eight parsers under three time zones, three real clients.

It stands beside the project, not in it. DAYMARK_FEEDCHECK names a copy that is set up already.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from scheduler.feeds import Entry, Revision, build, campaign_entries, observance_entries, revise
from scheduler.model import Observance, Post, Proclaimed, Review, Sensitivity, Span, Wording, YearTheme

pytestmark = pytest.mark.slow

REPO = Path(__file__).resolve().parents[1]
SOURCE = REPO.parent / "shared" / "tools" / "feedcheck"
CACHE = REPO / ".cache" / "feedcheck"

# In the past of any run: feedcheck takes a feed whose stamps are all of this minute for one that churns.
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
WINDOW = "2026-01-01:2030-12-31"
BY_THE_RULES = ("--tombstones", "require", "--today", f"{NOW:%Y%m%d}")


@pytest.fixture(scope="session")
def feedcheck() -> Path:
    """A folder with feedcheck, set up."""
    ready = os.environ.get("DAYMARK_FEEDCHECK")
    if ready:
        return Path(ready)
    if not (SOURCE / "setup.sh").is_file():
        pytest.skip(f"feedcheck is not at {SOURCE}; DAYMARK_FEEDCHECK may name a copy that is set up")
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE.parent / "feedcheck.lock").open("w") as lock:  # one of several test workers sets it up
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (CACHE / "ready").exists():
            _set_up()
    return CACHE


def _set_up() -> None:
    shutil.copytree(SOURCE, CACHE, dirs_exist_ok=True, copy_function=shutil.copyfile)
    for folder in (CACHE, *(path for path in CACHE.rglob("*") if path.is_dir() and not path.is_symlink())):
        folder.chmod(0o755)  # the original may be read-only
    env = {name: value for name, value in os.environ.items() if name != "FEEDCHECK_NO_APT"}
    done = subprocess.run(["bash", "setup.sh"], cwd=CACHE, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"feedcheck could not be set up: {(done.stderr or done.stdout).strip()[-400:]}")
    (CACHE / "ready").touch()


def run(feedcheck: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [feedcheck / "venv/bin/python", feedcheck / "feedcheck.py", "--strict", "--window", WINDOW, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def check(feedcheck: Path, *arguments: str | Path) -> None:
    """Fails on any warning, and when a parser took no part."""
    told = run(feedcheck, *arguments)
    parts = re.findall(r"runs of (\d+) parsers", told.stdout)
    assert (told.returncode, set(parts) - {"8"}) == (0, set()), told.stdout + told.stderr


RULES = (
    "07-30",
    "11-25..12-10",
    "12-28..01-03",
    "month of january",
    "week of 11-11",
    "first monday of october",
    "last thursday of september",
    "tuesday between 02-05 and 02-11",
    "02-29",
    "full moon of may",
    "last day of february",
    "03-08 and 10-11",
)
ARABIC = "اليوم الدولي لإحياء ذكرى ضحايا الرق وتجارة الرقيق عبر المحيط الأطلسي"
CHINESE = "缅怀奴隶制和跨大西洋贩卖奴隶行为受害者国际日；提高认识周，保护儿童"
LONG = "International Day of Remembrance of the Victims of Slavery, the Transatlantic Slave Trade; " * 2 + "👩🏽‍🚀 🕊️"
NAMES = (LONG, ARABIC, CHINESE, "Journée internationale de l’abolition de l’esclavage", "Day of Rest, Work; and \\Hope")
THEMES = ("human-trafficking", "forced-labour", "children", "women", "migration")


def observance(n: int) -> Observance:
    announced = {2026: Span(date(2026, 5, 1 + n % 28), date(2026, 5, 2 + n % 28))}
    return Observance(
        id=f"day-{n}",
        names={"en": f"{NAMES[n % len(NAMES)]} {n}"},
        rule=RULES[n % len(RULES)],
        proclaimed=Proclaimed("United Nations General Assembly", f"A/RES/{n}/192", "https://undocs.org/x", 1990 + n),
        sources=("https://www.un.org/en/observances/list-days-weeks",),
        checked=date(2026, 1, 1),
        page=f"https://www.un.org/en/observances/tag-der-würde?n={n},a;b=c d",
        themes=tuple(sorted({THEMES[n % 5], THEMES[n % 3]})),
        year_themes={2027: YearTheme(f"{CHINESE} – {ARABIC}, for all; always", "https://example.org")},
        exceptions={2028: Span(date(2028, 6, 3), date(2028, 6, 4))} if n % 7 == 0 else {},
        announced=announced if n % 11 == 0 else {},
    )


def post(n: int) -> Post:
    due = datetime(2026, 2, 1, 8, tzinfo=UTC) + timedelta(hours=31 * n)
    review = list(Review)[n % 4]
    return Post(
        id=f"day-{n % 60}/2026/eve/main-{n}",
        campaign=f"day-{n % 60}/2026",
        observance=f"day-{n % 60}",
        year=2026,
        stage=("save-the-date", "eve", "day")[n % 3],
        account=f"main-{n % 4}",
        channel="folder",
        network="mastodon",
        language="en",
        country="GB",
        zone="Asia/Kathmandu",
        local=(due + timedelta(hours=5, minutes=45)).replace(tzinfo=None),
        due=due,
        expires=due + timedelta(days=1),
        start=due.date(),
        end=due.date(),
        wording=Wording(
            f"{CHINESE}\n\n{ARABIC} #Day{n}\nC:\\path; a, b\n" * (1 + n % 2), note="Violence", alt="A heart"
        ),
        author="officer",
        sensitivity=Sensitivity.NORMAL,
        digest=str(n),
        review=review,
    )


def everything() -> list[Entry]:
    observances = [observance(n) for n in range(60)]
    posts = [post(n) for n in range(200)]
    sent = {p.id: "https://example.social/@us/1" for p in posts[::10] if p.review is Review.APPROVED}
    names = {o.id: o.name() for o in observances}
    return observance_entries(observances, 2026, 2029) + campaign_entries(posts, sent, now=NOW, names=names)


def publish(entries: list[Entry], folder: Path, at: datetime, before: dict[str, Revision]) -> dict[str, Revision]:
    revised = revise(entries, before, at, identity="us")
    for path, feed in build(revised.current, base="https://example.org/feeds").items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(feed)
    return {revision.key: revision for revision in revised.current}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feeds")
    publish(everything(), folder, NOW, {})
    return folder


def test_events_please_the_linter_all_parsers_and_all_clients(feedcheck: Path, published: Path) -> None:
    files = sorted(path for path in published.rglob("*.ics") if path.name != "tasks.ics")
    assert len(files) == 2 + len(THEMES)
    check(feedcheck, "--clients", *files)


def test_parsers_see_the_occurrences_that_we_publish(feedcheck: Path, published: Path, tmp_path: Path) -> None:
    expected = tmp_path / "expected.json"
    revisions = revise(everything(), {}, NOW, identity="us").current
    wanted = [
        ["VEVENT", r.uid, r.content["start"], r.content["end"], r.content["summary"]]
        for r in revisions
        if "observances.ics" in r.feeds
    ]
    assert len(wanted) > 4 * 50
    expected.write_text(json.dumps(wanted), encoding="utf-8")
    check(feedcheck, "--expect", expected, published / "observances.ics")


def test_tasks_please_the_linter_and_all_parsers(feedcheck: Path, published: Path) -> None:
    # One warning is meant: a feed of tasks alone is invisible in Google, Outlook and ICSx5. That is why each task has
    # an event beside it in the feed of the campaign.
    told = run(feedcheck, "--clients", "--json", published / "tasks.ics")
    assert [(found["rule"], found["level"]) for found in json.loads(told.stdout)["findings"]] == [("H5", "W")]


DAY = observance(1)
MOVED = replace(DAY, exceptions={2027: Span(date(2027, 11, 26), date(2027, 12, 11))})
RENAMED = replace(DAY, names={"en": f"{ARABIC}, renamed"})
OTHERS = observance_entries([observance(n) for n in (2, 3, 6)], 2026, 2029)

HISTORIES = {
    "moved": (DAY, MOVED),
    "renamed": (DAY, RENAMED),
    "withdrawn": (DAY, None),
    "revived": (DAY, None, DAY),
    "unchanged": (DAY, DAY),
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_a_correction_moves_and_does_not_double(
    feedcheck: Path, tmp_path: Path, history: tuple[Observance | None, ...]
) -> None:
    store: dict[str, Revision] = {}
    folders = [tmp_path / str(n) for n in range(len(history))]
    for n, (day, folder) in enumerate(zip(history, folders, strict=True)):
        entries = OTHERS + (observance_entries([day], 2026, 2029) if day else [])
        store = publish(entries, folder, NOW + timedelta(days=n), store)
        check(feedcheck, folder / "observances.ics")
    for old, new in pairwise(folders):
        for file in sorted(old.rglob("*.ics")):
            unchanged = ("--same", file, new / file.relative_to(old)) if history == (DAY, DAY) else ()
            check(feedcheck, *BY_THE_RULES, *unchanged, "--diff", file, new / file.relative_to(old))


def test_a_campaign_that_goes_on_is_revised_by_the_rules(feedcheck: Path, tmp_path: Path) -> None:
    posts = [post(n) for n in range(20)]
    old, new = tmp_path / "old", tmp_path / "new"
    store = publish(campaign_entries(posts, {}, now=NOW), old, NOW, {})
    later = NOW + timedelta(days=1)
    approved = [replace(p, review=Review.APPROVED) for p in posts[1:]]
    publish(campaign_entries(approved, {posts[1].id: "https://example.social/1"}, now=later), new, later, store)
    for path in ("campaign.ics", "tasks.ics"):
        check(feedcheck, *BY_THE_RULES, "--diff", old / path, new / path)
