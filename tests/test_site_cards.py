"""The pictures of the site's pages: which card a page shows, and that none is drawn for nothing or stops the site."""

from __future__ import annotations

import io
import json
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import files
from PIL import Image
from test_site import Links

from scheduler.config import load_settings
from scheduler.errors import BadFile
from scheduler.workflow import Workspace
from scheduler.workflow.calendar import sync
from scheduler.workflow.keeping import stat_of
from scheduler.workflow.siting import keep_site, write_site

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
BASE = "https://example.org/calendar"
LANGUAGES = ["en", "ar", "zh"]
DAY = """
[{id}]
name = "{name}"
rule = "{rule}"
sources = ["https://example.org/day"]
checked = 2026-11-01
themes = ["human-rights"]
dimensions = ["personal"]
sensitivity = "{kind}"
proclaimed = {{ body = "Us", year = 2020 }}
"""
DAYS = {
    "our-day": ("Our day", "05-05", "normal"),
    "late-day": ("Late day", "11-20", "normal"),
    "hard-day": ("Hard day", "12-02", "trauma"),
}


def days(home: Path, **names: str) -> None:
    """Writes the calendar, with other names for some of its days."""
    made = [
        DAY.format(id=id, name=names.get(id.replace("-", "_"), name), rule=rule, kind=kind)
        for id, (name, rule, kind) in DAYS.items()
    ]
    (home / "calendars" / "own.toml").write_text("".join(made), "utf-8")


def settings(home: Path, *lines: str) -> None:
    """Writes daymark.toml: what `daymark init` wrote, in three languages, with these lines behind it."""
    file = home / "daymark.toml"
    said = file.read_text("utf-8").partition("\n[site]")[0]
    said = re.sub(r"^languages = .*", f"languages = {json.dumps(LANGUAGES)}", said, flags=re.MULTILINE)
    file.write_text("\n".join([said, "[site]", *lines]), "utf-8")


@pytest.fixture
def home(at) -> Path:
    """A workspace with three days and no others."""
    made = at("fresh")
    days(made)
    settings(made)
    return made


def site(home: Path, now: datetime = NOW, base: str = BASE) -> Workspace:
    """The workspace at a moment, its calendar that of its own days."""
    file = home / "daymark.toml"
    file.write_text(re.sub(r'^base = ".*?"', f'base = "{base}"', file.read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    ws = Workspace(replace(load_settings(home), calendars=(home / "calendars",)), now, lambda: now, "test")
    sync(ws)
    return ws


def tags(home: Path, page: str) -> dict[str, str]:
    """The tags of Open Graph and Twitter of a page, by name."""
    metas = [had for tag, had in Links((home / "public" / page).read_text("utf-8")).tags if tag == "meta"]
    return {str(m.get("property") or m["name"]): str(m["content"]) for m in metas if "property" in m or "name" in m}


def shown(home: Path, page: str) -> str:
    """The path of the picture of a page, which is there; empty for none."""
    address = tags(home, page).get("og:image", "")
    path = address.removeprefix(f"{BASE}/")
    assert not address or (address.startswith(f"{BASE}/cards/") and (home / "public" / path).is_file())
    return path


def events(home: Path, page: str) -> list[dict[str, str]]:
    text = (home / "public" / page).read_text("utf-8")
    return [json.loads(found) for found in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page_of_a_language_shows_its_one_general_card(code: str, home: Path) -> None:
    assert not write_site(site(home)).undrawn
    pages = {p.relative_to(home / "public").as_posix() for p in (home / "public" / code).rglob("*.html")}
    (path,) = {shown(home, page) for page in pages}
    assert re.fullmatch(rf"cards/site-{code}-[0-9a-f]{{12}}\.png", path)
    with Image.open(home / "public" / path) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert len(list((home / "public/cards").iterdir())) == len(LANGUAGES)


def test_the_tags_say_what_the_picture_is(home: Path) -> None:
    write_site(site(home))
    said = tags(home, "en/days/our-day.html")
    assert said["og:image:alt"] == "A plain card with the words: Days on human security. Your organisation"
    expected = {"og:image:type": "image/png", "og:image:width": "1200", "og:image:height": "630"}
    assert expected.items() <= said.items() and said["twitter:card"] == "summary_large_image"
    assert {e["image"] for e in events(home, "en/days/our-day.html")} == {said["og:image"]}


@pytest.mark.parametrize(("code", "locale"), [("en", "en_GB"), ("ar", "ar_AR"), ("zh", "zh_CN")])
def test_open_graph_is_told_a_language_with_a_country(code: str, locale: str, home: Path) -> None:
    write_site(site(home))
    assert tags(home, f"{code}/index.html")["og:locale"] == locale


def test_each_day_gets_its_own_card_where_that_is_set_and_other_pages_the_general_one(home: Path) -> None:
    settings(home, "cards = true")
    write_site(site(home))
    for code in LANGUAGES:
        paths = {id: shown(home, f"{code}/days/{id}.html") for id in DAYS}
        assert [re.sub(r"-[0-9a-f]{12}\.png$", "", p) for p in paths.values()] == [f"cards/{id}-{code}" for id in DAYS]
        assert shown(home, f"{code}/all.html").startswith(f"cards/site-{code}-")
    assert len(list((home / "public/cards").iterdir())) == len(LANGUAGES) * (len(DAYS) + 1)
    said = tags(home, "en/days/our-day.html")
    assert said["og:image:alt"] == "A plain card with the words: Our day. 5 May 2027. Your organisation"
    own, general = f"{BASE}/{shown(home, 'en/days/our-day.html')}", f"{BASE}/{shown(home, 'en/all.html')}"
    told = {e["startDate"][:4]: e["image"] for e in events(home, "en/days/our-day.html")}
    assert told == {"2026": general, "2027": own, "2028": general, "2029": general, "2030": general}


MOMENTS = [("2026-11-01", "2026"), ("2026-11-30", "2026"), ("2026-12-01", "2027")]


@pytest.mark.parametrize(("day", "year"), MOMENTS)
def test_a_days_card_and_description_say_the_date_that_comes_next_from_the_first_of_the_month_on(
    day: str, year: str, home: Path
) -> None:
    settings(home, "cards = true")
    write_site(site(home, datetime.fromisoformat(f"{day}T09:00:00Z")))
    said = tags(home, "en/days/late-day.html")
    assert f"20 November {year}" in said["og:image:alt"] and f"20 November {year}" in said["og:description"]


def test_a_date_that_is_only_expected_is_said_to_be_so(home: Path) -> None:
    settings(home, "cards = true")
    own = home / "calendars" / "own.toml"
    own.write_text(own.read_text("utf-8").replace('"05-05"', '"05-05"\nannounced = { 2020 = "2020-05-06" }'), "utf-8")
    write_site(site(home))
    assert "5 May 2027. Expected, not announced yet." in tags(home, "en/days/our-day.html")["og:image:alt"]


def test_again_nothing_is_drawn_or_written(home: Path) -> None:
    settings(home, "cards = true")
    write_site(site(home))
    before = files(home / "public")
    for now in (NOW, NOW.replace(day=28)):
        done = write_site(site(home, now))
        assert (done.changed, done.removed, done.undrawn) == ((), (), {})
    assert files(home / "public") == before


def test_a_card_that_stands_as_the_last_run_told_is_neither_read_nor_drawn_when_a_page_changes(home: Path) -> None:
    settings(home, "cards = true")
    write_site(site(home))
    path = shown(home, "en/days/our-day.html")
    card, record = home / "public" / path, home / ".site.json"
    drawn = card.read_bytes()
    card.write_bytes(b"not read")
    told = json.loads(record.read_text("utf-8"))
    told["files"][path] = stat_of(str(card))
    record.write_text(json.dumps(told), "utf-8")
    settings(home, "cards = true", 'leave = "https://example.org"')
    assert set(write_site(site(home)).changed) == {f"{code}/days/hard-day.html" for code in LANGUAGES}
    assert card.read_bytes() == b"not read"
    card.write_bytes(b"by somebody")
    assert write_site(site(home)).changed == (path,)
    assert card.read_bytes() == drawn


def test_a_changed_name_gives_a_new_picture_a_new_address_and_the_old_one_goes(home: Path) -> None:
    settings(home, "cards = true")
    write_site(site(home))
    before = [shown(home, f"{code}/days/our-day.html") for code in LANGUAGES]
    others = {name: seen for name, seen in files(home / "public/cards").items() if not name.startswith("our-day")}
    days(home, our_day="Our new day")
    done = write_site(site(home))
    after = [shown(home, f"{code}/days/our-day.html") for code in LANGUAGES]
    assert set(done.removed) == set(before) and set(after) <= set(done.changed) and not {*before} & {*after}
    kept = files(home / "public/cards")
    assert {name: kept[name] for name in others} == others and len(kept) == len(others) + len(LANGUAGES)
    settings(home)
    write_site(site(home))
    assert len(files(home / "public/cards")) == len(LANGUAGES)


def test_the_same_data_gives_the_same_pictures(home: Path, tmp_path: Path) -> None:
    settings(home, "cards = true")
    made = []
    for name in ("one", "two"):
        write_site(site(home), tmp_path / name)
        made.append({path: data for path, (data, _) in files(tmp_path / name).items()})
    assert made[0] == made[1] and any(path.startswith("cards/our-day-zh") for path in made[0])


def test_what_a_tick_does_for_the_site_it_does_for_its_pictures(home: Path) -> None:
    settings(home, "cards = true")
    write_site(site(home))
    before = shown(home, "zh/days/our-day.html")
    days(home, our_day="Our new day")
    keep_site(site(home))
    assert shown(home, "zh/days/our-day.html") != before and not (home / "public" / before).exists()


def test_without_an_address_no_page_has_a_picture_and_none_is_drawn(home: Path) -> None:
    settings(home, "cards = true")
    assert not write_site(site(home, base="")).undrawn
    assert not {name for name in tags(home, "en/index.html") if "image" in name or "twitter" in name}
    assert not (home / "public/cards").exists()


def test_without_the_extra_no_page_has_a_picture_and_only_who_asked_for_them_hears_of_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_site(site(home))
    assert shown(home, "en/index.html")
    monkeypatch.setitem(sys.modules, "typst", None)
    done = write_site(site(home))
    assert (shown(home, "en/index.html"), done.undrawn, len(done.removed)) == ("", {}, len(LANGUAGES))
    assert "image" not in events(home, "en/days/our-day.html")[0]
    settings(home, "cards = true")
    undrawn = write_site(site(home)).undrawn
    assert list(undrawn) == [f"site-{code}" for code in LANGUAGES]
    assert "daymark-scheduler[cards]" in undrawn["site-en"]


def test_a_day_whose_card_cannot_be_drawn_shows_the_general_one_and_that_is_told_each_time(home: Path) -> None:
    settings(home, "cards = true")
    days(home, our_day="𐎀")
    own = home / "templates" / "cards" / "hard-day.typ"
    own.parent.mkdir(parents=True)
    own.write_text('#panic("no")', "utf-8")
    for _ in range(2):
        done = write_site(site(home))
        assert set(done.undrawn) == {f"{id}-{code}" for id in ("our-day", "hard-day") for code in LANGUAGES}
        assert "no font for cards has the letters of '𐎀'" in done.undrawn["our-day-zh"]
        assert "hard-day.typ: no" in done.undrawn["hard-day-zh"]
        assert shown(home, "zh/days/our-day.html") == shown(home, "zh/days/hard-day.html") == shown(home, "zh/all.html")
        assert shown(home, "zh/days/late-day.html").startswith("cards/late-day-zh")
    assert done.changed == ()
    own.unlink()
    days(home)
    assert not write_site(site(home)).undrawn
    assert shown(home, "zh/days/our-day.html").startswith("cards/our-day-zh")


WRONG = [
    ("[workspace]\nname", '[workspace]\nname = "𐎀" #', "no font for cards has the letters"),
    ("[site]", '[cards]\nink = "#0b4a57"\n[site]', "has a contrast of"),
    ("[site]", '[cards]\nfonts = ["none"]\n[site]', "holds no font"),
]


@pytest.mark.parametrize(("old", "new", "why"), WRONG)
def test_what_makes_every_card_impossible_leaves_the_site_without_pictures(
    old: str, new: str, why: str, home: Path
) -> None:
    file = home / "daymark.toml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    done = write_site(site(home))
    assert list(done.undrawn) == [f"site-{code}" for code in LANGUAGES] and why in done.undrawn["site-en"]
    assert shown(home, "en/index.html") == "" and (home / "public/en/days/our-day.html").is_file()


def test_the_command_tells_once_what_is_not_drawn(daymark, home: Path) -> None:
    file = home / "daymark.toml"
    said = re.sub(r'^base = ""', f'base = "{BASE}"', file.read_text("utf-8"), flags=re.MULTILINE)
    file.write_text(re.sub(r'^name = "[^"]*"', 'name = "𐎀"', said, flags=re.MULTILINE), "utf-8")
    answer = daymark("site", home=home)
    (told,) = [line for line in answer.err.splitlines() if "not drawn" in line]
    assert answer.code == 0 and told.startswith("not drawn: the card site-en and 2 more: no font for cards has")
    assert set(daymark.json("site", home=home)["undrawn"]) == {"site-en", "site-ar", "site-zh"}


def test_the_site_may_have_a_design_of_its_own(home: Path) -> None:
    write_site(site(home))
    before = shown(home, "en/index.html")
    own = home / "templates" / "cards" / "site.typ"
    own.parent.mkdir(parents=True)
    own.write_text("#set page(width: 1200pt, height: 630pt)\n", "utf-8")
    write_site(site(home))
    path = home / "public" / shown(home, "en/index.html")
    assert path.name != Path(before).name
    with Image.open(io.BytesIO(path.read_bytes())) as picture:
        assert picture.convert("RGB").getcolors() == [(1200 * 630, (255, 255, 255))]


def test_a_setting_that_is_no_yes_or_no_is_told_with_its_line(home: Path) -> None:
    settings(home, 'cards = "wide"')
    with pytest.raises(BadFile) as told:
        load_settings(home)
    assert [(p.line > 0, "cards" in p.say) for p in told.value.problems] == [(True, True)]
