"""The public site in a real browser: for everybody, by keyboard too, with and without a script."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from test_site import GRAVE, workspace

from scheduler.model import LANGUAGES
from scheduler.workflow.siting import write_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]
NOW = datetime(2027, 7, 30, 9, tzinfo=UTC)
BASE = "https://example.org/calendar"
PAGES = ["index", "topics", "all", "subscribe", "2027/index", "2027/12", f"days/{GRAVE}", "themes/human-trafficking"]
WIDTHS = [360, 768, 1280]


@pytest.fixture(scope="module")
def address(daymark, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from servers.chromium import served

    home: Path = tmp_path_factory.mktemp("seen") / "home"
    assert daymark.raw("init", str(home)).code == 0
    write_site(workspace(home, NOW))
    assert daymark("feeds", home=home, now=NOW.isoformat()).code == 0
    with served(home / "public") as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from servers.chromium import running

    with running() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    made = context.new_page()
    made.clock.set_fixed_time(NOW)
    made.wrong = []
    made.on("pageerror", lambda error: made.wrong.append(str(error)))
    made.on("request", lambda asked: made.wrong.append(asked.url) if "127.0.0.1" not in asked.url else None)
    yield made
    assert made.wrong == []
    context.close()


SEEN = [*((code, "light") for code in LANGUAGES), ("en", "dark"), ("ar", "dark")]


@pytest.mark.parametrize(("code", "scheme"), SEEN)
def test_no_page_keeps_anybody_out(code: str, scheme: str, page: Page, address: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    for name in PAGES:
        page.goto(f"{address}/{code}/{name}.html")
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == [], f"{code}/{name}"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("code", LANGUAGES)
def test_no_page_is_wider_than_its_window(code: str, width: int, page: Page, address: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for name in PAGES:
        page.goto(f"{address}/{code}/{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{code}/{name}"


def test_two_clicks_lead_from_the_first_page_to_a_calendar_app(page: Page, address: str) -> None:
    page.goto(f"{address}/en/index.html")
    page.locator(".hero").get_by_role("link", name="Subscribe").click()
    apple = page.get_by_role("link", name="Apple Calendar")
    assert apple.get_attribute("href") == "webcal://example.org/calendar/observances.ics"
    google = page.get_by_role("link", name="Google Calendar").get_attribute("href")
    assert unquote(google).endswith("cid=webcal://example.org/calendar/observances.ics")


def test_choices_make_the_link_and_each_link_is_a_calendar(page: Page, address: str) -> None:
    page.goto(f"{address}/fr/subscribe.html")
    field = page.get_by_label("Adresse du calendrier")
    options = page.locator("#what option").evaluate_all("all => all.map(o => o.value)")
    assert len(options) > 100
    for what in [options[0], options[1], options[40], options[-1]]:
        for code in LANGUAGES:
            page.get_by_label("Quelles journées").select_option(what)
            page.get_by_label("Dans quelle langue").select_option(code)
            https = field.input_value()
            assert https.startswith(f"{BASE}/")
            answer = page.request.get(https.replace(BASE, address))
            assert answer.ok and answer.body().startswith(b"BEGIN:VCALENDAR"), https
            outlook = page.get_by_role("link", name="Outlook.com").get_attribute("href")
            assert unquote(outlook).endswith(f"url={https}")


def test_a_topic_leads_to_its_own_calendar(page: Page, address: str) -> None:
    page.goto(f"{address}/en/themes/human-trafficking.html")
    page.locator("main .button").click()
    assert page.get_by_label("Address of the calendar").input_value() == f"{BASE}/themes/human-trafficking.ics"


def test_the_keyboard_alone_is_enough(page: Page, address: str) -> None:
    page.goto(f"{address}/en/subscribe.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "what"
    page.keyboard.press("ArrowDown")
    assert page.locator("#what").input_value() != "all"
    for _ in ("language", "form", "Google"):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Google Calendar"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_search_finds_names_and_themes_without_their_accents(page: Page, address: str) -> None:
    page.goto(f"{address}/fr/index.html")
    page.get_by_label("Rechercher").fill("traite personnes")
    page.keyboard.press("Enter")
    page.wait_for_url("**/all.html?q=*")
    shown = page.locator("#days > li:visible")
    assert 1 <= shown.count() < 40 and "traite" in shown.first.inner_text()
    page.get_by_label("Rechercher").fill("ESCLAVAGE memoire")
    assert page.locator("output").inner_text() != "" and page.locator("#days > li:visible").count() >= 0
    page.get_by_label("Rechercher").fill("zzzz")
    assert page.locator("output").inner_text().startswith("Rien")


def test_today_is_marked_by_the_readers_own_clock(page: Page, address: str) -> None:
    page.goto(f"{address}/en/index.html")
    marked = page.locator(".today").all_inner_texts()
    assert any("Trafficking in Persons" in text for text in marked)


def test_whoever_leaves_in_haste_does_not_come_back_by_the_back_button(page: Page, address: str) -> None:
    page.goto(f"{address}/en/index.html")
    page.goto(f"{address}/en/days/{GRAVE}.html")
    page.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="elsewhere"))
    page.get_by_role("link", name="Leave this page").click()
    page.wait_for_url("https://www.wikipedia.org/")
    page.go_back()
    assert page.url == f"{address}/en/index.html"
    assert [url for url in page.wrong if not url.startswith("https://www.wikipedia.org")] == []
    page.wrong.clear()


def test_without_a_script_everything_is_there(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/en/subscribe.html")
        calendars = page.locator("#list a[href$='.ics']:visible")
        assert calendars.count() > 100
        assert not page.locator("#choose").is_visible()
        page.goto(f"{address}/en/all.html")
        assert page.locator("#days > li:visible").count() > 300
        assert not page.locator("#search").is_visible()


def test_a_page_can_be_printed(page: Page, address: str) -> None:
    page.goto(f"{address}/en/days/{GRAVE}.html")
    page.emulate_media(media="print")
    assert not page.locator("header.top nav").is_visible() and not page.locator("[data-leave]").is_visible()
    assert page.locator("h1").is_visible() and page.locator(".help").is_visible()


def test_repeating_calendars_can_be_chosen_where_there_are_any(page: Page, address: str) -> None:
    page.goto(f"{address}/fr/subscribe.html")
    field, form = page.get_by_label("Adresse du calendrier"), page.get_by_label("Sous quelle forme")
    form.select_option("rules")
    found = []
    for what in ("all", "themes/human-trafficking", "dimensions/food", "regions/gb"):
        page.get_by_label("Quelles journées").select_option(what)
        for code in ("fr", "en"):
            page.get_by_label("Dans quelle langue").select_option(code)
            assert page.request.get(field.input_value().replace(BASE, address)).ok, field.input_value()
            found.append(field.input_value().removeprefix(f"{BASE}/"))
    assert found[:3] == ["fr/rules/observances.ics", "rules/observances.ics", "fr/rules/themes/human-trafficking.ics"]
    assert (found[-1], form.is_disabled()) == ("regions/gb.ics", True)


def test_what_is_over_does_not_stand_under_what_comes(page: Page, address: str) -> None:
    page.goto(f"{address}/en/index.html")
    shown = page.locator("[data-coming] [data-end]:visible").evaluate_all("all => all.map(i => i.dataset.end)")
    assert shown and min(shown) >= NOW.date().isoformat()
    assert page.locator("[data-coming] [data-end]").count() > len(shown)
