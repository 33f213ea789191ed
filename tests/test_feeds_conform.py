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
from conftest import NOW as A_DAY
from conftest import Daymark
from servers import fetching

from scheduler.feeds import Edition, Entry, Revision, build, campaign_entries, catalogue, observance_entries, revise
from scheduler.feeds import series_entries as by_rule
from scheduler.feeds.retired import RETIRED, retired_feed
from scheduler.model import LANGUAGES, Observance, Post, Proclaimed, Review, Sensitivity, Span, Wording, YearTheme
from scheduler.words import load_sayings

pytestmark = pytest.mark.slow

REPO = Path(__file__).resolve().parents[1]
SOURCE = REPO.parent / "shared" / "tools" / "feedcheck"
CACHE = REPO / ".cache" / "feedcheck"

SAYINGS = {language: load_sayings([REPO / "templates"], language) for language in LANGUAGES}
ENGLISH = Edition(SAYINGS["en"])

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
    with fetching("apt"):  # it installs with apt, too
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
    days = observance_entries(observances, 2026, 2029, ENGLISH) + by_rule(observances, 2026, 2029, ENGLISH)
    return days + campaign_entries(posts, sent, now=NOW, names=names)


def publish(entries: list[Entry], folder: Path, at: datetime, before: dict[str, Revision]) -> dict[str, Revision]:
    revised = revise(entries, before, at, identity="us")
    known = {feed.path: feed for feed in catalogue(map(observance, range(60)), {}, SAYINGS.values())}
    for path, feed in build(revised.current, known, base="https://example.org/feeds").items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(feed)
    return {revision.id: revision for revision in revised.current}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feeds")
    publish(everything(), folder, NOW, {})
    return folder


def test_events_please_the_linter_all_parsers_and_all_clients(feedcheck: Path, published: Path) -> None:
    files = sorted(path for path in published.rglob("*.ics") if path.name != "tasks.ics")
    assert len(files) == 3 + len(THEMES) + 1 + len(THEMES)
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
    told = run(feedcheck, "--clients", "--json", published / "private" / "tasks.ics")
    assert [(found["rule"], found["level"]) for found in json.loads(told.stdout)["findings"]] == [("H5", "W")]


DAY = observance(1)
MOVED = replace(DAY, exceptions={2027: Span(date(2027, 11, 26), date(2027, 12, 11))})
RENAMED = replace(DAY, names={"en": f"{ARABIC}, renamed"})
OTHERS = observance_entries([observance(n) for n in (2, 3, 6)], 2026, 2029, ENGLISH)

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
        entries = OTHERS + (observance_entries([day], 2026, 2029, ENGLISH) if day else [])
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
    for path in ("private/posts.ics", "private/tasks.ics"):
        check(feedcheck, *BY_THE_RULES, "--diff", old / path, new / path)


@pytest.fixture(scope="module")
def shipped(daymark: Daymark, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the shipped calendar in all six languages."""
    home = tmp_path_factory.mktemp("shipped") / "home"
    assert daymark.raw("init", str(home)).code == 0
    assert daymark("feeds", home=home, now=A_DAY).code == 0
    return home


def test_every_shipped_feed_pleases_the_linter(feedcheck: Path, shipped: Path) -> None:
    files = sorted((shipped / "public").rglob("*.ics"))
    assert len(files) > 1000
    told = run(feedcheck, "--no-cross", *files)
    assert told.returncode == 0, told.stdout[-4000:] + told.stderr[-4000:]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_days_of_a_language_are_those_that_daymark_lists_in_every_parser(
    feedcheck: Path, shipped: Path, daymark: Daymark, tmp_path: Path, language: str
) -> None:
    words = ("days", "--from", "2025-12-01", "--to", "2028-12-31", "--lang", language)
    uids = {
        (day["id"], o["first_day"]): o["uid"]
        for day in json.loads((shipped / "public" / "calendar.json").read_text("utf-8"))["observances"]
        for o in day["occurrences"]
    }
    listed = daymark.json(*words, home=shipped, now=A_DAY)
    wanted = [["VEVENT", uids[d["id"], d["start"]], d["start"], after(d["end"]), d["name"]] for d in listed]
    assert len(wanted) > 1000
    (tmp_path / "want.json").write_text(json.dumps(wanted), "utf-8")
    folder = shipped / "public" / ("" if language == "en" else language)
    window = ("--window", "2025-11-01:2028-12-31")  # of first days: what was going on when December came began before
    told = run(feedcheck, *window, "--expect", tmp_path / "want.json", folder / "observances.ics")
    assert told.returncode == 0, told.stdout[-4000:]
    check(feedcheck, folder / "rules" / "themes" / "human-trafficking.ics", folder / "themes" / "human-trafficking.ics")


def after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def test_what_stands_at_a_retired_address_is_a_valid_calendar(feedcheck: Path, tmp_path: Path) -> None:
    for name in RETIRED:
        (tmp_path / name).write_bytes(retired_feed(name, "2026-11-27"))
        check(feedcheck, tmp_path / name)


# A year of corrections, each a day after the one before.
PLAIN = observance(0)  # 30 July, and moved in 2028
YEAR = {
    "first": PLAIN,
    "moved": replace(PLAIN, exceptions={2027: Span(date(2027, 8, 1), date(2027, 8, 1))}),
    "renamed": replace(PLAIN, names={"en": "Another Name"}),
    "translated": replace(PLAIN, names={"en": "Another Name", "fr": "Un autre nom"}),
    "theme announced": replace(
        PLAIN, names={"en": "Another Name", "fr": "Un autre nom"}, year_themes={2026: YearTheme("Act", "https://x.org")}
    ),
    "withdrawn": None,
    "back again": PLAIN,
    "unchanged": PLAIN,
}


def test_a_year_of_corrections_moves_and_never_doubles_in_any_language_or_form(feedcheck: Path, tmp_path: Path) -> None:
    store: dict[str, Revision] = {}
    others = [observance(n) for n in (2, 3, 5, 6)]
    folders = []
    for n, (what, day) in enumerate(YEAR.items()):
        days = [*others, *([day] if day else [])]
        editions = [Edition(SAYINGS[language]) for language in ("en", "fr", "ar")]
        entries = [entry for edition in editions for entry in both_forms(days, edition)]
        before, store = store, publish(entries, tmp_path / what, NOW + timedelta(days=n), store)
        folders.append(tmp_path / what)
        if what == "translated":
            assert {r.language for id, r in store.items() if before[id] != r} == {"fr"}
    for old, new in pairwise(folders):
        for path in ("observances.ics", "rules/observances.ics", "fr/observances.ics", "fr/rules/observances.ics"):
            same = ("--same", old / path, new / path) if new.name == "unchanged" else ()
            check(feedcheck, *BY_THE_RULES, *same, "--diff", old / path, new / path)


def both_forms(days: list[Observance], edition: Edition) -> list[Entry]:
    return observance_entries(days, 2026, 2029, edition) + by_rule(days, 2026, 2029, edition)


PLACES = (
    {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "0"},
    {"TZ": "America/St_Johns", "PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "LANG": "tr_TR.UTF-8"},
)


def test_all_feeds_are_the_same_in_two_zones_two_locales_and_two_hash_seeds(daymark: Daymark, tmp_path: Path) -> None:
    found = []
    for n, env in enumerate(PLACES):
        home = tmp_path / str(n) / "home"
        assert daymark.raw("init", str(home), env=env).code == 0
        assert daymark("feeds", home=home, now=A_DAY, env=env).code == 0
        public = home / "public"
        found.append({p.relative_to(public).as_posix(): p.read_bytes() for p in public.rglob("*") if p.is_file()})
    assert len(found[0]) > 1000
    assert found[0] == found[1]
