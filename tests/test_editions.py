"""Feeds in every language and form: revised by language, written only when they change, ours where nobody guesses."""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from conftest import DUE, EVE, NOW, Daymark, files
from icalendar import Calendar
from test_feeds import KEY, LATER, SAYINGS, days, lone, observance, simple, stored
from test_feeds import NOW as THEN

from scheduler import dates, feeds
from scheduler.calendars import load_calendar
from scheduler.config import load_settings
from scheduler.errors import BadData
from scheduler.feeds import Edition, Entry, catalogue, observance_entries, revise, series_entries
from scheduler.feeds.news import House, Item, changes_after, coming_items, write_news
from scheduler.feeds.series import rrule_of
from scheduler.model import LANGUAGES, Helpline, Sensitivity, Span
from scheduler.rules import parse
from scheduler.sayings import describe, rule_words
from scheduler.workflow import Workspace, keeping, staff
from scheduler.workflow.calendar import sync
from scheduler.workflow.editions import entries_of
from scheduler.workflow.publishing import build_feeds
from scheduler.workflow.siting import write_site

At = Callable[[str], Path]
ROOT = Path(__file__).resolve().parents[1]
SHIPPED = load_calendar([ROOT / "calendars"])
OTHERS = tuple(language for language in LANGUAGES if language != "en")


# Words


RULES = (
    "07-30", "02-29", "12-28..01-03", "first monday of october", "fifth friday of march", "last day of february",
    "tuesday between 02-05 and 02-11", "week of 11-11", "month of january", "25 of every month",
    "7 days from first sunday of september", "full moon of may", "last full moon of may", "announced",
    "10-20 every 5 years from 2010", "09-13 and 12-10", "first sunday of may and first sunday of june and 12-10",
)  # fmt: skip


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("rule", RULES)
def test_every_shape_of_rule_is_said_in_every_language(rule: str, language: str) -> None:
    said = rule_words(rule, SAYINGS[language])
    assert said and "{" not in said
    assert said != dates.words_of(rule)
    assert set(re.findall(r"\b(2010|11|30)\b", parse(rule).words())) <= set(re.findall(r"\d+", said))


SAID = {
    "fr": "le troisième mardi de septembre ; depuis 2002",
    "es": "el tercer martes de septiembre; desde 2002",
    "ar": "يوم الثلاثاء الثالث من سبتمبر؛ منذ 2002",
    "zh": "9月的第三个星期二；始于2002年",
    "ru": "третий вторник сентября; с 2002 года",
}


@pytest.mark.parametrize(("language", "words"), SAID.items())
def test_a_rule_is_said_as_people_say_it(language: str, words: str) -> None:
    assert describe(observance(rule="third tuesday of september", since=2002), SAYINGS[language]) == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_theme_dimension_and_region_of_the_calendar_has_a_name(language: str) -> None:
    themes = {theme for day in SHIPPED.verified for theme in day.themes}
    assert SAYINGS[language].missing(themes) == []
    feeds = catalogue(SHIPPED.verified, SHIPPED.regions, [SAYINGS[language]])
    assert all(feed.title and feed.about and "{" not in feed.title + feed.about for feed in feeds)
    assert [feed for feed in feeds if feed.scope == "region" and feed.title == f"Daymark: {feed.subject}"] == []
    assert len({feed.path for feed in feeds}) == len(feeds) > 150


def test_every_language_says_the_same_things() -> None:
    for table in ("feeds", "dimensions", "regions"):
        assert len({tuple(sorted(said.tables[table])) for said in SAYINGS.values()}) == 1


# Identity and revision


def in_all(*observances: object, at: datetime = THEN, before: object = None) -> dict[str, object]:
    return stored([e for language in LANGUAGES for e in days(*observances, language=language)], at, before)  # type: ignore[arg-type]


def test_a_day_has_one_uid_in_all_languages_and_a_revision_in_each() -> None:
    first = in_all(observance())
    assert sorted(first) == sorted([KEY, *(f"{KEY}@{language}" for language in OTHERS)])
    assert len({revision.uid for revision in first.values()}) == 1
    names = observance().names | {"fr": "Journée mondiale de la lutte contre la traite"}
    second = in_all(observance(names=names), at=LATER, before=first)
    assert {id for id in second if second[id] != first[id]} == {f"{KEY}@fr"}
    assert second[f"{KEY}@fr"].sequence == 1


def test_a_moved_day_moves_in_every_language() -> None:
    first = in_all(observance())
    second = in_all(observance(rule="07-31"), at=LATER, before=first)
    assert {revision.sequence for revision in second.values()} == {1}


def test_a_feed_that_is_new_takes_its_days_as_they_are() -> None:
    before = stored([lone(simple()), lone(simple("Other"), key="day:b/2026")])
    after = stored(
        [lone(simple(), feeds=("observances.ics", "regions/world.ics")), lone(simple("Other"), key="day:b/2026")],
        LATER,
        before,
    )
    assert after["day:a/2026"] == replace(before["day:a/2026"], feeds=("observances.ics", "regions/world.ics"))
    joined = stored(
        [lone(simple(), feeds=("observances.ics", "regions/world.ics")),
         lone(simple("Other"), key="day:b/2026", feeds=("observances.ics", "regions/world.ics"))],
        LATER,
        after,
    )  # fmt: skip
    assert [joined[key].sequence for key in ("day:a/2026", "day:b/2026")] == [0, 1]


# Regions


def test_a_region_has_the_days_kept_in_it_but_not_those_of_the_world() -> None:
    groups = {"EU": frozenset({"FR", "DE"})}
    of = {"all": ("world",), "eu": ("EU",), "fr": ("FR",), "us": ("US-DC",)}
    made = [observance(id=id, regions=regions, themes=()) for id, regions in of.items()]
    entries = observance_entries(made, 2026, 2026, Edition(SAYINGS["en"], groups))
    feeds = {e.key.removeprefix("day:")[:-5]: {f for f in e.feeds if "region" in f} for e in entries}
    assert feeds == {
        "all": {"regions/world.ics"},
        "eu": {"regions/eu.ics", "regions/fr.ics"},
        "fr": {"regions/eu.ics", "regions/fr.ics"},
        "us": {"regions/us.ics"},
    }


# Helplines


LINE = Helpline(
    "gb", "GB", ("human-trafficking",), "Helpline", "0800 1", "https://h.org", THEN.date(), date(2026, 12, 31), ()
)
HELP, DANGER = "Help: Helpline: 0800 1, https://h.org", SAYINGS["en"].say("danger")


@pytest.mark.parametrize(
    ("changes", "line", "today", "said"),
    [
        ({"regions": ("GB",)}, {}, THEN.date(), HELP),
        ({"regions": ("GB",)}, {"expires": date(2026, 7, 30)}, THEN.date(), HELP),
        ({"regions": ("GB",)}, {"expires": date(2026, 7, 29)}, THEN.date(), DANGER),
        ({"regions": ("GB",)}, {}, date(2027, 1, 1), DANGER),
        ({"regions": ("GB",)}, {"unverified": True}, THEN.date(), DANGER),
        ({"regions": ("GB",)}, {"topics": ("health",)}, THEN.date(), DANGER),
        ({"regions": ("GB", "FR")}, {}, THEN.date(), DANGER),
        ({"regions": ("world",)}, {}, THEN.date(), DANGER),
        ({"regions": ("GB",), "sensitivity": Sensitivity.NORMAL}, {}, THEN.date(), ""),
    ],
)
def test_a_hard_day_says_where_help_is_as_long_as_that_is_true(
    changes: dict[str, object], line: dict[str, object], today: date, said: str
) -> None:
    day = observance(**({"sensitivity": Sensitivity.TRAUMA} | changes))
    edition = Edition(SAYINGS["en"], {}, [replace(LINE, **line)], today)
    (entry,) = observance_entries([day], 2026, 2026, edition)
    lines = entry.content["description"].split("\n")
    assert [each for each in lines if each in (HELP, DANGER)] == ([said] if said else [])


# By rule


def by_rule(**changes: object) -> dict[str, Entry]:
    return {e.key: e for e in series_entries([observance(**changes)], 2025, 2028, Edition(SAYINGS["en"]))}


@pytest.mark.parametrize(
    ("rule", "rrule"),
    [
        ("07-30", "FREQ=YEARLY"),
        ("first monday of october", "FREQ=YEARLY;BYMONTH=10;BYDAY=1MO"),
        ("last thursday of september", "FREQ=YEARLY;BYMONTH=9;BYDAY=-1TH"),
        ("fifth friday of march", ""),
        ("02-29", ""),
        ("11-25..12-10", ""),
        ("full moon of may", ""),
        ("last day of february", ""),
        ("10-20 every 5 years from 2010", ""),
        ("09-13 and 12-10", ""),
        ("25 of every month", ""),
    ],
)
def test_only_plain_days_repeat_by_rule(rule: str, rrule: str) -> None:
    assert rrule_of(observance(rule=rule)) == rrule
    keys = set(by_rule(rule=rule))
    assert ("rule:trafficking-in-persons-day" in keys) == bool(rrule)
    assert len(keys) == 1 or not rrule


def test_a_day_that_ends_or_is_announced_does_not_repeat() -> None:
    assert rrule_of(observance(until=2027)) == ""
    assert rrule_of(observance(announced={2026: Span(date(2026, 7, 29), date(2026, 7, 29))})) == ""


def test_a_year_that_departs_is_left_out_and_stands_by_itself() -> None:
    found = by_rule(exceptions={2026: Span(date(2026, 8, 1), date(2026, 8, 2)), 2027: None, 2031: None})
    assert set(found) == {"rule:trafficking-in-persons-day", "rule:trafficking-in-persons-day/2026"}
    series = found["rule:trafficking-in-persons-day"].content
    assert (series["start"], series["exdates"]) == ("2025-07-30", ["2026-07-30", "2027-07-30", "2031-07-30"])
    assert found["rule:trafficking-in-persons-day/2026"].content["start"] == "2026-08-01"
    assert {feed.partition("/")[0] for entry in found.values() for feed in entry.feeds} == {"rules"}


def test_a_series_begins_with_its_day_and_its_years_of_another_rule_stand_alone() -> None:
    from scheduler.model import Former

    names = observance().names
    found = by_rule(since=2000, formerly=(Former(2026, names, "06-30"),))
    assert found["rule:trafficking-in-persons-day"].content["start"] == "2027-07-30"
    assert [e.content["start"] for key, e in found.items() if "/" in key] == ["2025-06-30", "2026-06-30"]


def test_a_series_that_is_withdrawn_is_cancelled_though_it_began_long_ago() -> None:
    first = stored(list(by_rule().values()))
    (gone,) = stored([], datetime(2027, 1, 1, tzinfo=UTC), first).values()
    assert (gone.cancelled, gone.drop_after) == (True, date(2027, 4, 1))


# News


def news(kind: str, *items: Item, base: str = "https://example.org/f") -> bytes:
    feeds = catalogue([observance()], {}, [SAYINGS["ar"]])
    (feed,) = [f for f in feeds if (f.scope, f.kind) == ("posts", kind)]
    return write_news(feed, items, House("Us & <Co>", "https://example.org", base))


HARD = Item(
    "urn:uuid:1",
    "A & <b> \x07\ufffe",
    "Line one\n<script>&amp;\u202e",
    "https://e.org/ü?a=1&b=2",
    THEN,
    LATER,
    ("x & y",),
)


def test_news_are_the_same_in_every_form() -> None:
    import feedparser

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = {kind: feedparser.parse(news(kind, HARD, replace(HARD, id="urn:uuid:2"))) for kind in ("atom", "rss")}
    told = json.loads(news("json", HARD, replace(HARD, id="urn:uuid:2")))
    assert [item["id"] for item in told["items"]] == ["urn:uuid:2", "urn:uuid:1"]
    for found in read.values():
        assert not found.bozo
        assert (
            [entry.id for entry in found.entries]
            == [item["id"] for item in told["items"]]
            == ["urn:uuid:2", "urn:uuid:1"]
        )
        entry = found.entries[0]
        assert (entry.title, entry.link) == (told["items"][0]["title"], told["items"][0]["url"])
        assert entry.published_parsed[:6] == THEN.timetuple()[:6]
        assert found.feed.language == "ar"
        assert [tag.term for tag in entry.tags] == ["x & y"]
    assert told["items"][0]["content_text"] == "Line one\n<script>&amp;\u202e"
    assert told["feed_url"] == "https://example.org/f/ar/posts.json"


def test_news_without_an_item_are_whole_and_take_no_date_from_the_clock() -> None:
    atom = Xml.fromstring(news("atom", base=""))
    assert [child.tag.rpartition("}")[2] for child in atom] == ["id", "title", "subtitle", "updated", "link", "author"]
    assert news("rss") == news("rss")
    assert json.loads(news("json"))["items"] == []


def test_a_coming_day_is_news_for_a_fortnight_and_a_month_and_the_turns_are_known() -> None:
    revisions = list(stored(days(observance())).values())
    turns = [date(2026, 7, 15), date(2026, 7, 16), date(2026, 8, 29), date(2026, 8, 30)]
    assert [len(coming_items(revisions, SAYINGS["en"], day)) for day in turns] == [0, 1, 1, 0]
    assert [changes_after(revisions, day) for day in turns[:2]] == [date(2026, 7, 16), date(2026, 8, 30)]
    (item,) = coming_items(revisions, SAYINGS["en"], turns[1])
    assert (item.id, item.published.isoformat()) == (f"urn:uuid:{revisions[0].uid}", "2026-07-16T00:00:00+00:00")
    assert item.title == "World Day against Trafficking in Persons – 30 July 2026"


# Files


MOST = 960_000  # bytes: importers refuse a feed of a megabyte


@pytest.mark.parametrize("year", [2026, 2031])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_largest_feed_of_a_language_leaves_room_for_days_to_come(language: str, year: int, workspace: Path) -> None:
    now = datetime(year, 12, 31, tzinfo=UTC)
    ws = Workspace(load_settings(workspace), now, lambda: now, "test")
    current = revise(entries_of(ws, SHIPPED, [SAYINGS[language]]), {}, now).current
    known = {feed.path: feed for feed in catalogue(SHIPPED.verified, SHIPPED.regions, [SAYINGS[language]])}
    size, path = max(
        (len(data), path) for path, data in feeds.build(current, known, base="https://example.org").items()
    )
    print(f"{path}: {size:,} bytes, {MOST - size:,} left")
    assert path.removeprefix(f"{language}/") == "observances.ics"
    assert size <= MOST


OWN = """
[harbour-day]
name = "Harbour Day"
rule = "{rule}"
proclaimed = {{ body = "Harbour" }}
sources = ["https://example.org/a"]
checked = 2026-01-01
themes = ["peace"]
"""


def put(home: Path, rule: str) -> None:
    (home / "calendars").mkdir(exist_ok=True)
    (home / "calendars" / "own.toml").write_text(OWN.format(rule=rule), "utf-8")


def opened(home: Path, now: str = NOW) -> Workspace:
    at = datetime.fromisoformat(now)
    ws = Workspace(load_settings(home), at, lambda: at)
    sync(ws)
    return ws


def build(home: Path, now: str = NOW) -> dict[str, bool]:
    return {built.name: built.changed for built in build_feeds(opened(home, now))}


def test_only_what_changed_is_written(workspace: Path) -> None:
    put(workspace, "09-02")
    first = build(workspace)
    assert all(first.values()) and len(first) > 150
    before = files(workspace / "public")
    assert not any(build(workspace).values())
    put(workspace, "09-03")
    changed = {name for name, was in build(workspace, "2026-07-01T10:00:00Z").items() if was}
    days = {"observances.ics", "themes/peace.ics", "regions/world.ics"}
    assert changed == days | {"rules/observances.ics", "rules/themes/peace.ics", "calendar.json"}
    after = files(workspace / "public")
    assert {name for name in before if before[name] != after[name]} == changed


def test_a_calendar_that_days_of_our_own_make_too_large_is_told(daymark: Daymark, workspace: Path) -> None:
    told = daymark("feeds", home=workspace)
    assert "too large" not in told.err
    place = workspace / "calendars" / "own.toml"
    place.parent.mkdir(exist_ok=True)
    named = OWN.replace("harbour-day", "harbour-day-{n}").replace("Harbour Day", "Harbour Day {n}" + " and Night" * 20)
    place.write_text("".join(named.format(rule="09-02", n=n) for n in range(250)), "utf-8")
    large = workspace / "public" / "observances.ics"
    hint = "lead readers to themes and regions, or hide days"
    assert f"too large for some apps: {large}; {hint}\n" in daymark("feeds", home=workspace).err
    assert large.stat().st_size > 1_000_000
    parts = {part["check"]: part for part in daymark.json("doctor", home=workspace)}
    assert parts["feeds"]["ok"]
    assert parts["feeds"]["say"].endswith("or hide days: public/observances.ics, public/regions/world.ics")


def test_a_file_that_somebody_changed_or_took_away_is_written_again(workspace: Path) -> None:
    build(workspace)
    before = files(workspace / "public")
    (workspace / "public" / "themes" / "peace.ics").unlink()
    (workspace / "public" / "coming.atom").write_text("x")
    assert {name for name, was in build(workspace).items() if was} == {"themes/peace.ics", "coming.atom"}
    assert {name: data for name, (data, _) in files(workspace / "public").items()} == {
        name: data for name, (data, _) in before.items()
    }


def test_a_language_more_leaves_the_others_as_they_are(workspace: Path) -> None:
    build(workspace)
    before = files(workspace / "public")
    settings = workspace / "daymark.toml"
    settings.write_text(settings.read_text("utf-8").replace('languages = ["en"]', 'languages = ["en", "fr"]'), "utf-8")
    changed = {name for name, was in build(workspace).items() if was}
    assert changed and all(name.startswith("fr/") for name in changed)
    after = files(workspace / "public")
    assert {name: after[name] for name in before} == before


def test_days_that_come_near_are_news_without_any_other_change(daymark: Daymark, workspace: Path) -> None:
    assert daymark("tick", home=workspace, now="2026-07-01T09:00:00Z").code == 0
    told = daymark.json("tick", home=workspace, now="2026-07-04T09:00:00Z")["feeds"]
    assert {"public/coming.atom", "public/coming.rss", "public/coming.json"} <= set(told)
    assert not [name for name in told if name.endswith(".ics")]


def test_the_calendar_as_data_is_as_its_schema_says(workspace: Path) -> None:
    import jsonschema

    build(workspace)
    schema = json.loads((ROOT / "docs" / "calendar.schema.json").read_text("utf-8"))
    told = json.loads((workspace / "public" / "calendar.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(told, schema)
    uids = {u for day in told["observances"] for o in day["occurrences"] for u in [o["uid"]]}
    shown = Calendar.from_ical((workspace / "public" / "observances.ics").read_bytes()).subcomponents
    assert {str(event["UID"]) for event in shown} <= uids


# Several at once


@contextmanager
def somebody_at_work(home: Path) -> Iterator[None]:
    """Another that writes public/ and has not ended."""
    with (home / keeping.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_of_two_builds_at_once_one_waits_and_then_writes_what_holds_by_then(workspace: Path) -> None:
    put(workspace, "09-02")
    build(workspace)
    put(workspace, "09-03")
    ws, before = opened(workspace), files(workspace / "public")
    with ThreadPoolExecutor(1) as other:
        with somebody_at_work(workspace):
            waiting = other.submit(build_feeds, ws)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=1)
            assert files(workspace / "public") == before
            put(workspace, "09-04")
            opened(workspace)
        assert waiting.result(timeout=60)
    assert b"DTSTART;VALUE=DATE:20270904" in (workspace / "public" / "themes" / "peace.ics").read_bytes()
    assert not any(build(workspace).values())


@pytest.mark.parametrize("verb", [build_feeds, write_site, staff.revoke_address], ids=lambda verb: verb.__name__)
def test_a_build_that_does_not_end_is_told_and_nothing_is_touched(
    verb: Callable[[Workspace], object], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PATIENCE", timedelta())
    ws = opened(workspace)
    with somebody_at_work(workspace), pytest.raises(BadData, match="public and does not end"):
        verb(ws)
    assert not list((workspace / "public").iterdir()) and not staff.address(ws)


def test_what_a_killed_build_left_is_taken_away_and_what_others_left_is_not(workspace: Path) -> None:
    build(workspace)
    public = workspace / "public"
    with subprocess.Popen(["true"]) as gone:
        pass
    left = {f".observances.ics.{gone.pid}.part"}
    theirs = {".movie.part", ".movie.mov.part", ".part", f".x.{os.getpid()}.part", ".x.99999999999999999999.part"}
    for name in left | theirs:
        (public / name).write_text("x")
    put(workspace, "09-03")
    assert any(build(workspace).values())
    assert {path.name for path in public.glob(".*")} == theirs


# Ours


def test_our_own_feeds_stand_where_nobody_guesses_and_the_address_can_be_taken_back(daymark: Daymark, at: At) -> None:
    home = at("queued")
    daymark("tick", home=home, now=DUE)
    assert not (home / "public" / "private").exists()
    first = daymark.json("feed", "address", "--as", "Ana", home=home, now=DUE)["feeds"]
    assert daymark.json("feed", "address", home=home, now=DUE)["feeds"] == first
    secret = Path(first["posts"]).parent.name
    assert len(secret) >= 32 and len(set(first)) == 2
    assert all(Path(place).is_file() for place in first.values())
    assert EVE.encode() not in b"".join(
        p.read_bytes() for p in (home / "public").rglob("*") if p.is_file() and secret not in str(p)
    )
    second = daymark.json("feed", "revoke", "--as", "Ana", home=home, now=DUE)["feeds"]
    assert not Path(first["posts"]).parent.exists() and Path(second["posts"]).is_file()
    assert first["posts"] != second["posts"]
    log = json.dumps(daymark.json("audit", "log", home=home))
    assert "feed address revoked" in log and secret not in log and Path(second["posts"]).parent.name not in log
    assert daymark("feed", "adress", home=home).code == 2


def test_a_tick_and_the_list_of_feeds_do_not_tell_the_secret(daymark: Daymark, at: At) -> None:
    home = at("queued")
    place = daymark.json("feed", "address", home=home)["feeds"]["posts"]
    answer = daymark("tick", "--json", home=home, now=DUE)
    assert "public/private/posts.ics" in answer.json["feeds"]
    told = [answer, daymark("feed", "revoke", home=home, now=DUE)]
    secret = Path(told[1].out.split()[0]).parent.name
    (home / "public" / "private" / secret / "posts.ics").write_bytes(b"x" * 1_000_001)
    told[1:] = [daymark("doctor", home=home, now=DUE)]
    assert "public/private/posts.ics" in told[1].out
    told += [daymark("feeds", home=home, now=DUE), daymark("feeds", "--json", home=home, now=DUE)]
    assert f"{home}/public/private/posts.ics\n" in told[2].out
    words = "".join(answer.out + answer.err for answer in told)
    assert Path(place).parent.name not in words and secret not in words


def test_news_of_posts_have_what_is_out_at_an_address(daymark: Daymark, at: At) -> None:
    home = at("sent")
    assert json.loads((home / "public" / "posts.json").read_text("utf-8"))["items"] == []
    daymark("done", EVE, "--url", "https://a.example/1", home=home, now=DUE)
    daymark("tick", home=home, now=DUE)
    (item,) = json.loads((home / "public" / "posts.json").read_text("utf-8"))["items"]
    assert (item["url"], item["date_published"]) == ("https://a.example/1", DUE.replace("Z", "+00:00"))


# Upgrading


def test_what_was_published_in_english_keeps_its_numbers_and_the_open_feeds_of_our_posts_are_retired(
    workspace: Path,
) -> None:
    from scheduler import paths
    from scheduler.store.connecting import File
    from scheduler.store.opening import reading
    from scheduler.store.upgrading import engine, run

    put(workspace, "09-02")
    build(workspace)
    path = paths.database(str(workspace))
    with closing(File(path).writer()) as db:
        db.execute("UPDATE feed_entry SET sequence = 7, stamp = '2026-02-02T02:02:02Z' WHERE language = 'en'")
    with engine(path).begin() as sql:
        run(sql, "0006")
        sql.exec_driver_sql(
            "INSERT INTO feed_entry (key, component, uid, sequence, stamp, created, cancelled, feeds, content) VALUES "
            "('post:x', 'VEVENT', 'u', 3, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 0, '[\"campaign.ics\"]', "
            """'{"summary": "secret", "description": "", "categories": [], "url": "", "status": "TENTATIVE","""
            """ "all_day": false, "start": "2026-09-09T09:00:00+00:00", "end": "2026-09-09T09:15:00+00:00"}')"""
        )
    (workspace / "public" / "campaign.ics").write_text("SUMMARY:secret")
    build(workspace, "2026-07-02T09:00:00Z")
    with reading(workspace) as db:
        assert set(db.execute("SELECT DISTINCT sequence, stamp FROM feed_entry WHERE key LIKE 'day:%'")) == {
            (7, "2026-02-02T02:02:02Z")
        }
        assert tuple(db.execute("SELECT sequence, feeds FROM feed_entry WHERE key = 'post:x'").fetchone()) == (
            3, '["private/posts.ics"]',
        )  # fmt: skip
    for name in ("campaign.ics", "tasks.ics"):
        told = (workspace / "public" / name).read_bytes()
        (event,) = Calendar.from_ical(told).subcomponents
        assert (str(event["SUMMARY"]), event["DTSTART"].dt) == ("This calendar has moved", date(2026, 7, 2))
        assert b"PT12H" not in told and b"P1W" in told and b"secret" not in told
    assert not any(build(workspace, "2026-07-02T10:00:00Z").values())
