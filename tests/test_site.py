"""The public site: every page is whole, its links lead somewhere, and only what changed is written."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from posixpath import normpath
from typing import Any
from urllib.parse import urlsplit

import html5lib
import jsonschema
import pytest
from conftest import ROOT, files

from scheduler import paths
from scheduler.config import folders, load_settings
from scheduler.errors import BadFile
from scheduler.labels import load_labels
from scheduler.model import LANGUAGES
from scheduler.workflow import Workspace
from scheduler.workflow.calendar import sync
from scheduler.workflow.siting import write_site

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
GRAVE, LIGHT = "trafficking-in-persons-day", "human-rights-day"
OWN = """
[our-day]
name = "A \\"quoted\\" & brave day"
rule = "05-05"
sources = ["https://example.org/day"]
checked = 2026-11-01
themes = ["human-rights"]
dimensions = ["personal"]
sensitivity = "normal"
proclaimed = { body = "Us </script><script>alert(1)</script>", year = 2020 }
"""


class Links(HTMLParser):
    """What a page refers to, its ids, and its language."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: set[str] = set()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = dict(attrs)
        self.tags.append((tag, had))
        self.ids |= {had["id"]} if had.get("id") else set()
        if tag == "a" and had.get("href"):
            self.links.append(had["href"])
        if tag in ("script", "img", "iframe", "link") and (found := had.get("src") or had.get("href")):
            is_loaded = tag != "link" or had.get("rel") in ("stylesheet", "icon", "preload")
            self.loaded += [found] if is_loaded else []


def workspace(home: Path, now: datetime = NOW, *, base: str = "https://example.org/calendar") -> Workspace:
    text = (home / "daymark.toml").read_text("utf-8")
    (home / "daymark.toml").write_text(re.sub(r'^base = ".*?"', f'base = "{base}"', text, flags=re.MULTILINE))
    ws = Workspace(load_settings(home), now, lambda: now, "test")
    sync(ws)
    return ws


@pytest.fixture(scope="module")
def site(daymark, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one day of its own whose name is hostile, and its site."""
    home = tmp_path_factory.mktemp("site") / "home"
    assert daymark.raw("init", str(home)).code == 0
    (home / "calendars").mkdir(exist_ok=True)
    (home / "calendars" / "own.toml").write_text(OWN)
    ws = workspace(home)
    daymark("feeds", home=home, now=NOW.isoformat())
    write_site(ws)
    return home


@cache
def read(path: Path) -> Links:
    return Links(path.read_text("utf-8"))


def some(public: Path) -> list[Path]:
    """A page of every kind in every language."""
    names = ["index", "topics", "all", "subscribe", "2027/index", "2027/07", f"days/{GRAVE}", "days/our-day"]
    names += ["themes/human-trafficking", "dimensions/personal"]
    return [public / code / f"{name}.html" for code in LANGUAGES for name in names] + [
        public / "index.html",
        public / "404.html",
    ]


def test_every_kind_of_page_is_html_without_an_error(site: Path) -> None:
    for path in some(site / "public"):
        html5lib.HTMLParser(strict=True).parse(path.read_text("utf-8"))


def test_every_link_within_the_site_leads_to_a_file_and_every_mark_to_its_place(site: Path) -> None:
    public = site / "public"
    there = {path.relative_to(public).as_posix() for path in public.rglob("*") if path.is_file()}
    broken = []
    for path in sorted(public.rglob("*.html")):
        at = path.relative_to(public)
        for link in {*read(path).links, *read(path).loaded} if at.name != "404.html" else ():
            found = urlsplit(link)
            if found.scheme or found.netloc:
                continue
            target = normpath((at.parent / found.path).as_posix()) if found.path else at.as_posix()
            if target not in there:
                broken.append(f"{at}: {link}")
    assert broken == []


def test_no_page_loads_anything_from_elsewhere_or_holds_a_style_or_a_script_of_its_own(site: Path) -> None:
    for path in (site / "public").rglob("*.html"):
        page = read(path)
        assert [link for link in page.loaded if urlsplit(link).netloc and path.name != "404.html"] == []
        assert [tag for tag, had in page.tags if "style" in had or any(name.startswith("on") for name in had)] == []
        kinds = {had.get("type") for tag, had in page.tags if tag == "script" and "src" not in had}
        assert kinds <= {"application/ld+json"} and "style" not in {tag for tag, _ in page.tags}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_says_its_language_and_direction_and_links_to_the_others(code: str, site: Path) -> None:
    page = read(site / "public" / code / "days" / f"{GRAVE}.html")
    assert ("html", {"lang": code, "dir": "rtl" if code == "ar" else "ltr"}) in page.tags
    others = {had["hreflang"]: had["href"] for tag, had in page.tags if tag == "a" and "hreflang" in had}
    assert others == {other: f"../../{other}/days/{GRAVE}.html" for other in LANGUAGES}
    named = {had["hreflang"]: had["href"] for tag, had in page.tags if tag == "link" and "hreflang" in had}
    assert named == {other: f"https://example.org/calendar/{other}/days/{GRAVE}.html" for other in LANGUAGES}


def test_a_text_of_an_entry_is_shown_as_it_is_written_and_never_as_markup(site: Path) -> None:
    text = (site / "public/en/days/our-day.html").read_text("utf-8")
    assert "alert(1)</script>" not in text and "A &#34;quoted&#34; &amp; brave day" in text
    event = events(site / "public/en/days/our-day.html")[0]
    assert event["organizer"]["name"] == "Us </script><script>alert(1)</script>"


def test_search_engines_are_told_each_date_of_the_next_five_years(site: Path) -> None:
    text = (site / f"public/fr/days/{GRAVE}.html").read_text("utf-8")
    events = [json.loads(found) for found in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)]
    assert [e["startDate"] for e in events] == [f"{year}-07-30" for year in range(2026, 2031)]
    assert {(e["@type"], e["inLanguage"]) for e in events} == {("Event", "fr")}


def test_a_grave_day_offers_help_and_a_way_out_and_another_day_does_not(site: Path) -> None:
    grave = (site / f"public/en/days/{GRAVE}.html").read_text("utf-8")
    light = (site / "public/en/days/our-day.html").read_text("utf-8")
    assert "08000 121 700" in grave and 'href="tel:08000121700"' in grave and "data-leave" in grave
    assert "data-leave" not in light and "tel:" not in light


def test_a_helpline_is_gone_from_the_day_on_which_it_has_expired(site: Path, tmp_path: Path) -> None:
    ws = workspace(site)
    expires = max(h.expires for h in calendar(ws).helplines)
    later = replace(ws, now=datetime(expires.year + 1, 1, 1, tzinfo=UTC))
    write_site(later, tmp_path)
    assert "tel:" not in (tmp_path / f"en/days/{GRAVE}.html").read_text("utf-8")


def test_a_helpline_that_ends_within_a_month_is_gone_on_the_next_day_and_no_other_page_is_touched(at) -> None:
    home = at("fresh")
    ws = workspace(home)
    line = next(h for h in calendar(ws).helplines if "human-trafficking" in h.topics and h.expires.day < 28)
    last = datetime(line.expires.year, line.expires.month, line.expires.day, tzinfo=UTC)
    page = home / "public" / "en" / "days" / f"{GRAVE}.html"
    write_site(replace(ws, now=last))
    assert line.number in page.read_text("utf-8")
    changed = write_site(replace(ws, now=last + timedelta(days=1))).changed
    assert line.number not in page.read_text("utf-8")
    assert {Path(name).parent.as_posix() for name in changed} == {"en/days"}
    assert set(write_site(replace(ws, now=last)).changed) == set(changed)


def calendar(ws: Workspace):
    from scheduler.workflow.calendar import synced

    return synced(ws)


def test_nothing_is_written_when_nothing_changed_also_on_the_next_day(site: Path) -> None:
    before = files(site / "public")
    for now in (NOW, NOW.replace(day=28)):
        done = write_site(workspace(site, now))
        assert (done.changed, done.removed) == ((), ())
    assert files(site / "public") == before


def test_a_file_that_somebody_took_away_or_changed_is_written_again(site: Path) -> None:
    before = {name: data for name, (data, _) in files(site / "public").items()}
    (site / "public/en/index.html").unlink()
    (site / "public/fr/index.html").write_text("ours")
    assert set(write_site(workspace(site)).changed) == {"en/index.html", "fr/index.html"}
    assert {name: data for name, (data, _) in files(site / "public").items()} == before


def test_a_changed_day_rewrites_the_pages_that_it_is_on_and_a_withdrawn_one_goes(site: Path) -> None:
    own = site / "calendars" / "own.toml"
    own.write_text(OWN.replace("alert(1)", "alert(2)"))
    changed = write_site(workspace(site)).changed
    assert set(changed) == {f"{code}/days/our-day.html" for code in LANGUAGES}
    own.write_text("")
    done = write_site(workspace(site))
    assert set(done.removed) == {f"{code}/days/our-day.html" for code in LANGUAGES}
    assert not any("our-day" in path for path in done.changed) and f"en/days/{GRAVE}.html" not in done.changed
    own.write_text(OWN)
    write_site(workspace(site))


def test_only_what_is_ours_is_taken_away(site: Path) -> None:
    theirs = site / "public" / "en" / "days" / "by-hand.html"
    theirs.write_text("mine")
    (site / "calendars" / "own.toml").write_text("")
    write_site(workspace(site))
    (site / "calendars" / "own.toml").write_text(OWN)
    write_site(workspace(site))
    assert theirs.read_text() == "mine"
    theirs.unlink()


@pytest.mark.parametrize("name", ["../../mine", "/mine", "en/../../mine"])
def test_a_list_of_pages_that_somebody_changed_takes_nothing_away_outside_the_site(name: str, site: Path) -> None:
    mine = site.parent / "mine"
    mine.write_text("mine")
    named = str(mine) if name == "/mine" else name
    (site / ".site.json").write_text(json.dumps({"from": "", "files": {named: [1, 1]}}))
    assert write_site(workspace(site)).removed == ()
    assert mine.exists() and (site / "daymark.toml").exists()


def test_another_site_is_not_written_over_and_ours_is_known_again(daymark, at) -> None:
    home = at("fresh")
    theirs = home.parent / "theirs"
    theirs.mkdir()
    (theirs / "index.html").write_text("<h1>Theirs</h1>")
    (home / "public" / "index.html").write_text("<h1>By hand</h1>")
    for out, folder in ([], home / "public"), (["--out", str(theirs)], theirs):
        answer = daymark("site", *out, home=home)
        assert (answer.code, answer.out) == (5, "")
        assert f"error: {folder / 'index.html'} is the page of another site, which would be" in answer.err
        assert [path.name for path in folder.iterdir()] == ["index.html"]
    (home / "public" / "index.html").unlink()
    for _ in range(2):
        assert daymark("site", home=home).code == daymark("site", "--out", str(theirs / "ours"), home=home).code == 0
        (home / ".site.json").unlink()


def test_a_web_server_may_read_new_pages_and_feeds_of_a_folder_that_it_may_read_whatever_the_umask(daymark, at) -> None:
    home = at("fresh")
    for mode in (0o755, 0o750, 0o700):
        shutil.rmtree(home / "public")
        (home / "public").mkdir()
        (home / "public").chmod(mode)
        (home / ".site.json").unlink(missing_ok=True)
        before = os.umask(0o077)
        try:
            assert daymark("site", home=home).code == 0
        finally:
            os.umask(before)
        found = [path for path in (home / "public").rglob("*") if path.is_file() or path.is_dir()]
        assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {mode, mode & 0o644}


def test_a_mistake_in_an_own_template_is_told_with_its_line(daymark, at) -> None:
    home = at("fresh")
    own = home / "templates" / "site" / "home.html"
    own.parent.mkdir(parents=True)
    own.write_text('{% extends "base.html" %}\n{% block content %}{{ nope }}{% endblock %}')
    answer = daymark("site", home=home)
    assert (answer.code, "home.html, line 2: 'nope' is undefined" in answer.err) == (5, True)
    assert "compare it with the shipped template" in answer.err


def test_a_tick_keeps_a_site_up_to_date_that_somebody_has_made_and_makes_none(daymark, at) -> None:
    home = at("fresh")
    assert daymark("tick", home=home).code == 0
    assert not (home / "public" / "index.html").exists()
    assert daymark("site", home=home).code == 0
    (home / "calendars" / "own.toml").write_text(OWN)
    assert daymark("tick", home=home).code == 0
    assert (home / "public/en/days/our-day.html").is_file()
    before = files(home / "public")
    assert daymark("tick", home=home, now="2026-07-02T09:00:00Z").code == 0
    assert {n for n, f in files(home / "public").items() if n.endswith(".html") and f != before[n]} == set()


PLACES = [("UTC", "C", "0"), ("Pacific/Kiritimati", "C.UTF-8", "1"), ("America/St_Johns", "C", "2")]


def test_the_same_data_gives_the_same_pages_in_any_zone_locale_and_hash_seed(site: Path, tmp_path: Path) -> None:
    made = []
    for zone, locale, seed in PLACES:
        out = tmp_path / seed
        words = ["site", "--home", str(site), "--now", NOW.isoformat(), "--out", str(out)]
        env = {"TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
        subprocess.run([sys.executable, "-m", "scheduler", *words], env=env, check=True, capture_output=True)
        made.append({name: data for name, (data, _) in files(out).items()})
    assert made[0] == made[1] == made[2]


def test_without_an_address_the_site_stands_and_the_buttons_say_what_they_need(daymark, at) -> None:
    home = at("fresh")
    answer = daymark("site", home=home)
    assert answer.code == 0 and "base under [feeds]" in answer.err
    page = (home / "public/en/subscribe.html").read_text("utf-8")
    assert "data-no-base" in page and "webcal://" not in page
    assert not (home / "public/sitemap.xml").exists()
    told = daymark.json("site", home=home)
    assert (told["changed"], told["removed"], told["files"] > 300) == ([], [], True)


def test_the_map_names_every_page_once(site: Path) -> None:
    public = site / "public"
    named = re.findall(r"<loc>https://example\.org/calendar/(.*?)</loc>", (public / "sitemap.xml").read_text("utf-8"))
    there = {path.relative_to(public).as_posix() for path in public.rglob("*.html")} - {"index.html", "404.html"}
    assert (set(named), len(named)) == (there, len(there))
    assert "Sitemap: https://example.org/calendar/sitemap.xml" in (public / "robots.txt").read_text("utf-8")


WORDS = {"type": "string", "pattern": r"\S"}
DATE = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
ADDRESS = {"type": "string", "pattern": r"^https://[!-~]+$"}


def thing(kind: str, must: str, **fields: object) -> dict[str, object]:
    """The schema of a thing of schema.org, which has nothing but these fields; the first ones must be there."""
    return {
        "type": "object",
        "required": ["@type", *must.split()],
        "properties": {"@type": {"const": kind}, **fields},
        "additionalProperties": False,
    }


POSTAL = thing(
    "PostalAddress", "addressCountry", addressCountry={"type": "string", "pattern": "^[A-Z]{2}$"}, addressRegion=WORDS
)
EVENT = thing(
    "Event", "@context name startDate endDate location description eventStatus url",
    **{"@context": {"const": "https://schema.org"}}, name=WORDS, description=WORDS, startDate=DATE, endDate=DATE,
    inLanguage={"enum": list(LANGUAGES)}, eventStatus={"const": "https://schema.org/EventScheduled"}, url=ADDRESS,
    image=ADDRESS, organizer=thing("Organization", "name", name=WORDS),
    location={"type": "array", "minItems": 1, "items": thing("Place", "name", name=WORDS, address=POSTAL)},
)  # fmt: skip


def events(path: Path) -> list[dict[str, Any]]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', path.read_text("utf-8"))
    return [json.loads(told) for told in found]


def test_what_pages_tell_programs_has_the_fields_that_search_engines_ask_for_and_no_date_that_is_but_expected(
    site: Path,
) -> None:
    told = jsonschema.Draft202012Validator(EVENT)
    days = json.loads((site / "public/calendar.json").read_text("utf-8"))["observances"]
    expected = {(d["id"], o["first_day"]) for d in days for o in d["occurrences"] if o["certainty"] == "expected"}
    seen = 0
    for path in sorted((site / "public").glob("*/days/*.html")):
        for event in events(path):
            assert [error.message for error in told.iter_errors(event)] == [], path
            assert date.fromisoformat(event["startDate"]) <= date.fromisoformat(event["endDate"])
            assert event["url"] == f"https://example.org/calendar/{path.parts[-3]}/days/{path.name}"
            assert (path.stem, event["startDate"]) not in expected
            seen += 1
    assert seen > 1000 and expected


def place(name: str, country: str = "", **part: str) -> dict[str, Any]:
    address = {"address": {"@type": "PostalAddress", "addressCountry": country, **part}} if country else {}
    return {"@type": "Place", "name": name, **address}


HELD = {
    GRAVE: place("Worldwide"),
    "eu-anti-trafficking-day": place("European Union"),
    "uk-anti-slavery-day": place("United Kingdom", "GB"),
    "ca-on-human-trafficking-awareness-day": place("Canada (ON)", "CA", addressRegion="ON"),
}


@pytest.mark.parametrize(("day", "where"), HELD.items())
def test_a_country_has_an_address_the_world_and_a_union_have_none(day: str, where: dict[str, Any], site: Path) -> None:
    assert events(site / f"public/en/days/{day}.html")[0]["location"] == [where]


def test_the_first_page_is_light(site: Path) -> None:
    public = site / "public"
    sizes = [
        sum((public / name).stat().st_size for name in (f"{code}/index.html", "site.css", "site.js"))
        for code in LANGUAGES
    ]
    assert max(sizes) < 60_000


def test_every_language_says_everything(tmp_path: Path) -> None:
    shipped = folders(None, "templates")
    english = load_labels(shipped, "en")
    words = Path(paths.shipped("templates")) / "site" / "words"
    for code in LANGUAGES:
        own = set(re.findall(r"^(\w+) = ", (words / f"{code}.toml").read_text("utf-8"), re.MULTILINE))
        assert own == english.keys(), code
        assert {key: gaps(text) for key, text in load_labels(shipped, code).items()} == {
            key: gaps(text) for key, text in english.items()
        }


def gaps(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize(
    ("line", "say"),
    [
        ('tittle = "x"', "the site has no text 'tittle'"),
        ('made = "of {them}"', "'made' fills in what is not there"),
        ("made = 3", "made"),
    ],
)
def test_own_words_that_are_wrong_are_told_with_their_line(line: str, say: str, tmp_path: Path) -> None:
    own = tmp_path / "site" / "words" / "fr.toml"
    own.parent.mkdir(parents=True)
    own.write_text(f"# ours\n{line}\n")
    with pytest.raises(BadFile) as error:
        load_labels((*folders(None, "templates"), tmp_path), "fr")
    assert say in str(error.value) and "fr.toml, line 2" in str(error.value)


def test_own_words_replace_ours_one_by_one(tmp_path: Path) -> None:
    own = tmp_path / "site" / "words" / "fr.toml"
    own.parent.mkdir(parents=True)
    own.write_text('title = "Nos journées"\n')
    said = load_labels((*folders(None, "templates"), tmp_path), "fr")
    assert (said["title"], said["subscribe"]) == ("Nos journées", "S’abonner")


def test_a_day_of_the_first_page_is_not_older_than_its_month(site: Path) -> None:
    starts = [had["data-start"] for tag, had in read(site / "public/en/index.html").tags if "data-start" in had]
    assert starts and min(map(date.fromisoformat, starts)) >= date(2026, 11, 1) and max(starts) < "2027-02"


def test_a_topic_lists_its_days_by_when_they_come_next(site: Path) -> None:
    text = (site / "public" / "en" / "themes" / "human-trafficking.html").read_text("utf-8")
    ends = re.findall(r'data-end="([\d-]+)"', text)
    starts = re.findall(r'data-start="([\d-]+)"', text)
    assert len(starts) > 10
    assert starts == sorted(starts)
    assert min(ends) >= f"{NOW:%Y-%m}-01"
