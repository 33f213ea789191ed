"""Free choices of days: what an address asks for, the calendar of it over a real server, the page that makes it."""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from test_lists import PROPERTY
from test_serve import OTHERS, Site, as_the_docs_have_it, require_feedcheck_is_content, running

from scheduler.feeds.choice import combined, part_of
from scheduler.model import LANGUAGES
from scheduler.serve import choosing
from scheduler.serve.choosing import Choice, Choices, Unfit, choice_of
from scheduler.serve.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

TRADE, FOOD = "themes/human-trafficking.ics", "themes/food.ics"


@pytest.fixture(scope="module")
def home(daymark, tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("chosen") / "home"
    assert daymark.raw("init", str(place)).code == 0
    assert daymark("feeds", home=place).code == 0
    return place


@pytest.fixture(scope="module")
def site(home) -> Iterator[Site]:
    with running(home) as (found, _):
        yield found


def uids(data: bytes) -> set[str]:
    return {str(event["UID"]) for event in Calendar.from_ical(data).walk("VEVENT")}


def those_of(site: Site, *paths: str) -> set[str]:
    return set().union(*(uids((site.public / path).read_bytes()) for path in paths))


UNIONS = [
    ("", [["observances.ics"]]),
    ("lang=fr", [["fr/observances.ics"]]),
    ("themes=food", [[FOOD]]),
    ("themes=food,human-trafficking", [[FOOD, TRADE]]),
    ("themes=food&themes=human-trafficking", [[FOOD, TRADE]]),
    ("themes=%20Food%2C,human-trafficking,food", [[FOOD, TRADE]]),
    ("themes=food,health&dimensions=health", [[FOOD, "themes/health.ics"], ["dimensions/health.ics"]]),
    ("themes=violence&regions=GB,us", [["themes/violence.ics"], ["regions/gb.ics", "regions/us.ics"]]),
    ("lang=ar&themes=peace&regions=world", [["ar/themes/peace.ics"], ["ar/regions/world.ics"]]),
    ("form=rules&themes=food,peace", [["rules/themes/food.ics", "rules/themes/peace.ics"]]),
    ("themes=food&utm_source=letter&fbclid=x", [[FOOD]]),
    ("themes=&regions=&lang=&alarm=none", [["observances.ics"]]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "groups"), UNIONS, ids=[row[0] or "nothing" for row in UNIONS])
def test_names_of_a_kind_widen_a_choice_and_kinds_narrow_it(query, groups, site):
    got = site.ask(f"/feed.ics?{query}")
    assert (got.status, got.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert uids(got.body) == set.intersection(*(those_of(site, *paths) for paths in groups))


def test_an_entry_of_a_choice_has_the_bytes_that_it_has_everywhere(site):
    chosen = re.findall(rb"BEGIN:VEVENT.*?END:VEVENT\r\n", site.ask("/feed.ics?themes=food,peace").body, re.DOTALL)
    everywhere = (site.public / "observances.ics").read_bytes()
    assert len(chosen) > 50
    assert [data for data in chosen if data not in everywhere] == []
    assert b"".join(chosen) == b"".join(sorted(chosen, key=everywhere.index))


SAME = [
    "themes=food,peace&regions=world&lang=en", "regions=world&themes=peace,food",
    "themes=peace&themes=food&regions=WORLD", "lang=EN&regions=world&themes=%66ood,,peace",
    "themes=food,peace&regions=world&alarm=&form=days&utm_medium=x",
]  # fmt: skip


def test_a_choice_is_the_same_in_whatever_order_it_is_asked(site):
    assert len({site.ask(f"/feed.ics?{query}").headers["etag"] for query in SAME}) == 1
    (path,) = {choice_of(query.encode()).path("en") for query in SAME}
    assert path == "feed.ics?themes=food,peace&regions=world&lang=en"


def test_a_choice_says_what_it_is(site):
    told = {
        "themes=food,peace&regions=gb&lang=fr": "alimentation, paix · Royaume-Uni",
        "themes=child-abuse,child-labour,drugs,food,girls": "child abuse, child labour, drugs, food, +1",
    }
    for query, title in told.items():
        assert part_of(site.ask(f"/feed.ics?{query}").body, "feed.ics").title == title


def test_the_address_of_a_choice_stands_in_it_if_that_of_the_calendars_is_known(at, daymark):
    home = at("fresh")
    lines = (home / "daymark.toml").read_text("utf-8")
    (home / "daymark.toml").write_text(lines.replace('base = ""', 'base = "https://example.org/c"'), "utf-8")
    assert daymark("feeds", home=home).code == 0
    whole, food = (part_of((home / "public" / path).read_bytes(), path) for path in ("observances.ics", FOOD))
    data = combined(whole, [[food]], choice_of(b"themes=food").path("en"), empty="-")
    assert b"SOURCE;VALUE=URI:https://example.org/c/feed.ics?themes=food&lang=en\r\n" in data


def test_a_choice_is_given_out_as_a_file_is(site):
    path = "/feed.ics?themes=food,peace"
    got, head, packed = site.ask(path), site.ask(path, "HEAD"), site.ask(path, Accept_Encoding="gzip")
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", got.headers["etag"])
    assert (gzip.decompress(packed.body), packed.headers["etag"] != got.headers["etag"]) == (got.body, True)
    assert site.ask(path, If_None_Match=got.headers["etag"]).status == 304
    assert site.ask(path, If_None_Match=packed.headers["etag"], Accept_Encoding="gzip").status == 304
    assert site.ask(path, If_Modified_Since=got.headers["last-modified"]).status == 304
    assert (got.headers["cache-control"], got.headers["vary"]) == ("public, max-age=3600", "Accept-Encoding")
    assert [site.ask(path, method).status for method in ("PUT", "POST", "PROPFIND")] == [405, 405, 405]


WRONG = [  # the query, the status, a word of what is said
    ("themes=nope", 404, "human-trafficking"), ("themes=food,nope", 404, "'nope'"), ("regions=zz", 404, "world"),
    ("dimensions=food,foo", 404, "economic"), ("lang=xx", 404, "en, fr, es, ar, zh, ru"), ("lang=en-GB", 404, "en, fr"),
    ("theme=food", 400, "themes, dimensions, regions, lang, form, alarm"), ("x", 400, "There are"),
    ("themes=../food", 400, "hyphens"), ("themes=..%2f..%2fdaymark", 400, "hyphens"),
    ("themes=food%00", 400, "hyphens"), ("themes=%ff", 400, "cannot be read"),
    ("themes=f%C3%B6%C3%B6d", 400, "hyphens"), ("themes=" + "a" * 61, 400, "hyphens"),
    ("form=weeks", 400, "days or rules"), ("form=rules&regions=gb", 400, "leave it out"), ("alarm=29", 400, "0 to 28"),
    ("alarm=-1", 400, "0 to 28"), ("alarm=1.5", 400, "0 to 28"), ("alarm=%D9%A1", 400, "0 to 28"),
    ("lang=en&lang=fr", 400, "once only"), ("alarm=1&alarm=2", 400, "once only"), ("themes=food;peace", 400, "hyphens"),
    ("themes=" + "a," * 3000, 414, "too long"), ("&".join(["lang=en"] * 300), 400, "cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "status", "said"), WRONG, ids=[row[0][:40] for row in WRONG])
def test_a_choice_that_there_is_none_of_is_refused_in_a_sentence(query, status, said, site):
    got = site.ask(f"/feed.ics?{query}")
    assert (got.status, got.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert said in got.body.decode() and got.body.count(b"\n") == 1


@PROPERTY
@given(st.one_of(st.binary(max_size=60), st.text("themsrgionlacd=&,;%0ف", max_size=60).map(str.encode)))
def test_whatever_an_address_asks_it_is_a_choice_or_none(query):
    try:
        found = choice_of(query)
    except Unfit as error:
        assert error.status in (400, 414)
    else:
        assert all(re.fullmatch("[a-z0-9-]+", name) for _, names in found.names for name in names)
        asked = found.path(found.language or "en").partition("?")[2]
        assert choice_of(asked.encode()) == Choice(found.names, found.language or "en", found.form, found.alarm)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_choice_without_a_day_says_so_in_the_past(language, site):
    got = site.ask(f"/feed.ics?themes=food&regions=fr&lang={language}")
    (event,) = Calendar.from_ical(got.body).walk("VEVENT")
    assert event.start == date(2025, 1, 1)
    assert part_of(got.body, "feed.ics").about == str(event["SUMMARY"])


RINGS = [
    (0, timedelta(hours=9)),
    (1, -timedelta(hours=15)),
    (2, -timedelta(days=1, hours=15)),
    (28, -timedelta(hours=663)),
]


@pytest.mark.parametrize(("days", "trigger"), RINGS, ids=[f"{row[0]} days before" for row in RINGS])
def test_an_alarm_rings_at_nine_on_each_day_that_is_held(days, trigger, site):
    silent, ringing = site.ask("/feed.ics?themes=food"), site.ask(f"/feed.ics?themes=food&alarm={days}")
    assert b"VALARM" not in silent.body
    events = Calendar.from_ical(ringing.body).walk("VEVENT")
    assert uids(ringing.body) == uids(silent.body)
    for event in events:
        (alarm,) = event.walk("VALARM")
        assert (alarm["ACTION"], alarm.TRIGGER, alarm["DESCRIPTION"]) == ("DISPLAY", trigger, event["SUMMARY"])
        rings = datetime.combine(event.start, datetime.min.time()) + alarm.TRIGGER
        assert rings == datetime.combine(event.start - timedelta(days=days), datetime.min.time()).replace(hour=9)
    assert all(len(line) <= 75 for line in ringing.body.split(b"\r\n"))


def test_a_withdrawn_day_is_told_and_rings_no_more():
    lines = (
        *("BEGIN:VCALENDAR", "NAME:Daymark: all", "X-WR-CALDESC:All.", "BEGIN:VEVENT", "UID:a", "SEQUENCE:1"),
        *("LAST-MODIFIED:20260101T000000Z", "DTSTART;VALUE=DATE:20260102", "SUMMARY:A", "STATUS:CANCELLED"),
        *("END:VEVENT", "END:VCALENDAR", ""),
    )
    part = part_of("\r\n".join(lines).encode(), "all.ics")
    assert combined(part, [], "feed.ics", empty="-", alarm=1).count(b"CANCELLED") == 1
    assert b"VALARM" not in combined(part, [], "feed.ics", empty="-", alarm=1)


# --- made once, made again, and within bounds


@pytest.fixture
def written(home, tmp_path) -> Path:
    return Path(shutil.copytree(home / "public", tmp_path / "public"))


def test_a_choice_follows_the_calendars_that_it_is_made_of(written):
    choices, path = Choices(Shelf(written), str), written / "themes/food.ics"
    first = asyncio.run(choices.get(b"themes=food"))
    assert asyncio.run(choices.get(b"lang=en&themes=food")) is first
    os.utime(path, (1, 1))  # written anew, with the same bytes
    assert asyncio.run(choices.get(b"themes=food")).digest == first.digest
    path.write_bytes(path.read_bytes().replace(b"SEQUENCE:0", b"SEQUENCE:7", 1))
    assert b"SEQUENCE:7" in asyncio.run(choices.get(b"themes=food")).body
    path.unlink()
    with pytest.raises(Unfit, match="no calendar 'food'"):
        asyncio.run(choices.get(b"themes=food"))


def test_while_calendars_are_written_anew_the_later_revision_of_an_entry_counts(written):
    path = written / "themes/food.ics"
    data = re.sub(rb"SEQUENCE:0(.*?SUMMARY:)", rb"SEQUENCE:1\1New: ", path.read_bytes(), flags=re.DOTALL)
    path.write_bytes(data)
    for query in (b"themes=food,hunger", b"themes=hunger,food", b"dimensions=food&themes=food"):
        body = asyncio.run(Choices(Shelf(written), str).get(query)).body
        said = {str(event["UID"]): str(event["SUMMARY"]) for event in Calendar.from_ical(body).walk("VEVENT")}
        assert said and all(said[uid].startswith("New: ") for uid in uids(data) & said.keys())


def test_a_file_that_is_no_calendar_of_ours_is_told_as_unreadable(written):
    for body in (
        b"",
        b"<!doctype html>",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ):
        (written / "themes/food.ics").write_bytes(body)
        with pytest.raises(OSError, match="not as it was written"):
            asyncio.run(Choices(Shelf(written), str).get(b"themes=food"))


def test_what_is_kept_of_choices_has_an_end(written, monkeypatch):
    choices = Choices(Shelf(written), str)
    one = asyncio.run(choices.get(b"themes=food,peace"))
    monkeypatch.setattr(choosing, "MOST_KEPT", len(one.plain.body) + len(one.packed.body) + 1000)
    monkeypatch.setattr(choosing, "MOST_PARTS", 3)
    for other in (b"themes=food", b"themes=peace", b"themes=health", b"themes=water", b"themes=youth"):
        asyncio.run(choices.get(other))
    again = asyncio.run(choices.get(b"themes=food,peace"))
    assert (again is one, again.digest) == (False, one.digest)


def test_who_comes_when_too_many_wait_is_asked_to_come_again(written, monkeypatch):
    monkeypatch.setattr(choosing, "MOST_WAITING", 2)

    async def rush():
        choices = Choices(Shelf(written), str)
        asked = (f"themes=food&alarm={n}".encode() for n in range(8))
        return await asyncio.gather(*map(choices.get, asked), return_exceptions=True), await choices.get(b"")

    found, after = asyncio.run(rush())
    assert [error.status for error in found if isinstance(error, Unfit)] == [503] * 6
    assert after.body.startswith(b"BEGIN:VCALENDAR")


def test_the_same_choice_asked_for_at_once_is_made_once(written):
    async def rush():
        choices = Choices(Shelf(written), str)
        return await asyncio.gather(*(choices.get(b"themes=food") for _ in range(20)))

    assert len({id(item) for item in asyncio.run(rush())}) == 1


def test_where_nothing_was_written_there_is_no_choice(tmp_path):
    with pytest.raises(Unfit, match="no calendars here yet"):
        asyncio.run(Choices(Shelf(tmp_path), str).get(b"lang=fr"))


@pytest.mark.slow
def test_a_query_of_megabytes_is_refused_and_the_next_choice_answered(home):
    with running(home) as (site, process):
        for query in (b"x" * 10_000_000, b"themes=" + b"a," * 20_000):
            assert re.match(
                rb"HTTP/1\.1 4\d\d |$", site.pushed(b"GET /feed.ics?" + query + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            )
            assert site.ask("/feed.ics?themes=food").status == 200
        assert process.poll() is None


# --- with others


def test_the_http_check_of_feedcheck_finds_nothing_in_a_choice(site):
    folder = Path(os.environ.get("DAYMARK_FEEDCHECK", ROOT.parent / "shared" / "tools" / "feedcheck"))
    if not (folder / "fc_http.py").exists():
        pytest.skip(f"feedcheck is not at {folder}; DAYMARK_FEEDCHECK may name it")
    require_feedcheck_is_content(folder, f"http://127.0.0.1:{site.port}/feed.ics?themes=food,peace&lang=fr")


@pytest.mark.slow
@pytest.mark.parametrize("lines", OTHERS)
def test_behind_another_server_of_the_docs_choices_are_made_and_offered(lines, home, site, tmp_path):
    (home / "public" / "page.html").write_text("<!doctype html><title>A page</title>")
    with as_the_docs_have_it(lines, tmp_path, home / "public", choices=site.port) as front:
        asked = "/feed.ics?themes=food"
        made, ours = front.ask(asked), site.ask(asked)
        assert made.body == ours.body
        for name in ("content-type", "cache-control", "content-security-policy", "x-content-type-options", "vary"):
            assert made.headers[name] == ours.headers[name], name
        assert front.ask(asked, If_None_Match=made.headers["etag"]).status == 304
        refused = front.ask("/feed.ics?themes=nope")
        assert (refused.status, refused.headers["content-type"]) == (404, "text/plain; charset=utf-8")
        assert front.ask(asked, "POST").status == 405
        page = front.ask("/page.html")
        assert page.headers["server-timing"] == "choices"
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "public, max-age=600"
        assert "server-timing" not in front.ask("/observances.ics").headers


# --- the page


@pytest.fixture(scope="module")
def seen(home, daymark, tmp_path_factory) -> Iterator[tuple[Site, str]]:
    """The site as `daymark serve` gives it out, and as a server of plain files does."""
    from servers.chromium import served

    place = shutil.copytree(home, tmp_path_factory.mktemp("page") / "home")
    assert daymark("site", home=place).code == 0
    with running(place) as (site, _), served(place / "public") as plain:
        yield site, plain


@pytest.fixture(scope="module")
def browser():
    from servers.chromium import running as chromium

    with chromium() as found:
        yield found


@pytest.fixture
def page(browser):
    context = browser.new_context()
    made = context.new_page()
    wrong = []
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    yield made
    assert wrong == []
    context.close()


@pytest.mark.slow
def test_ticks_and_a_reminder_make_the_link_to_a_calendar_that_is_there(page, seen):
    site, _ = seen
    page.goto(f"http://127.0.0.1:{site.port}/en/subscribe.html")
    field = page.get_by_label("Address of the calendar")
    assert not page.get_by_label("Which days").is_visible()
    assert field.input_value().endswith("/observances.ics")
    page.get_by_text("Themes", exact=True).last.click()
    page.get_by_label("Food", exact=True).check()
    assert field.input_value().endswith("/themes/food.ics")
    page.get_by_label("Peace", exact=True).check()
    page.get_by_text("Regions and countries", exact=True).first.click()
    page.get_by_label("The whole world").check()
    page.get_by_label("In which language").select_option("ar")
    page.get_by_label("Reminder").select_option("1")
    assert page.get_by_label("In which form").is_disabled()
    assert field.input_value().partition("?")[2] == "themes=food,peace&regions=world&lang=ar&alarm=1"
    assert not page.get_by_text("rings no alarm").is_visible()
    google = unquote(page.get_by_role("link", name="Google Calendar").get_attribute("href"))
    assert google.endswith(field.input_value().removeprefix("http:"))
    answer = page.request.get(field.input_value())
    assert answer.ok
    assert answer.body().count(b"BEGIN:VALARM") > 20


@pytest.mark.slow
def test_a_server_of_plain_files_offers_one_calendar_and_no_reminder(page, seen):
    page.goto(f"{seen[1]}/en/subscribe.html#themes/food")
    assert page.get_by_label("Which days").input_value() == "themes/food"
    assert not page.get_by_label("Reminder").is_visible()
    assert page.locator("#choose input[type=checkbox]").count() == 0


@pytest.mark.slow
@pytest.mark.parametrize(("code", "width"), [("en", 1280), ("ar", 360), ("zh", 768), ("ru", 360)])
def test_free_choices_keep_nobody_out_and_fit_the_window(code, width, page, seen):
    from axe_playwright_python.sync_playwright import Axe

    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"http://127.0.0.1:{seen[0].port}/{code}/subscribe.html#themes/food")
    assert page.locator("#several input:checked").count() == 1
    assert page.locator("#several details[open]").count() == 1
    page.evaluate("for (const part of document.querySelectorAll('#several details')) part.open = true")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
