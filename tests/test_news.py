"""News and the map of the site by the rules of their formats: every language, posts that are out, hostile texts."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import feedparser
import newsrules
import pytest
from conftest import DUE, ROOT, Daymark
from test_everywhere import ACCOUNT
from test_feeds import LATER, SAYINGS
from test_feeds import NOW as THEN

from scheduler.calendars import load_calendar
from scheduler.feeds import catalogue
from scheduler.feeds.news import House, Item, post_id, write_news
from scheduler.model import LANGUAGES

BASE = "https://example.org/calendar"
KINDS = tuple(newsrules.RULES)
NASTY = (
    "plain", "]]> <![CDATA[ & &amp; &lt; &#0;", "<script>alert(1)</script><p>unclosed", "\x00\x07\x1b\ufffe\ud800lone",
    "\u202eright to left\u202c \u200f العربية mixed with English 中文", "👩🏽‍🚒👨‍👩‍👧‍👦 🏳️‍🌈",
    "line\r\nbreaks\u2028of\x85every\rkind\n\n\nend",
    "very long " * 2000, "--> <!-- <?xml version='1.0'?>", "a < b, c > d, \"quotes\" 'too'",
    "e\u0301 \ufeff   tabs\t\tand blanks   ",
)  # fmt: skip
ADDRESSES = (
    "", "https://e.org/ü?a=1&b=2#ж", "https://e.org/100% sure", "https://e.org/a b\"c<d>`{|}\\^",
    "javascript:alert(1)", "outbox/2026-07-04/post", "HTTPS://E.org/%C3%BC%2F", "https://e.org/\x00\n",
)  # fmt: skip


def nasty_items(house: House) -> list[Item]:
    return [
        Item(post_id(f"{n}/{m}", house), f"{n} {words}", words, url, THEN, LATER, ("x & y", "<z>"))
        for n, words in enumerate(NASTY)
        for m, url in enumerate(ADDRESSES)
    ]


def of(kind: str, language: str, scope: str, items: list[Item], house: House) -> bytes:
    feeds = catalogue([], {}, [SAYINGS[language]])
    (feed,) = (f for f in feeds if (f.scope, f.kind) == (scope, kind))
    return write_news(feed, items, house)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_told_the_news_keep_the_rules_of_their_format(kind: str, language: str) -> None:
    for house in (House("Us & <Co>", "https://example.org", BASE), House("Нас\u202e", "", BASE), House("Us")):
        items = nasty_items(house)
        for some in (items[:44], items[44:], []):
            for scope in ("coming", "posts"):
                assert newsrules.RULES[kind](of(kind, language, scope, some, house)) == []


@pytest.mark.parametrize("words", NASTY)
def test_readers_show_the_words_as_they_are(words: str) -> None:
    """What a reader makes of a piece of HTML is the plain text again, line by line: nothing of it was markup."""
    from scheduler.feeds.text import plain

    house = House("Us", "https://example.org", BASE)
    for kind in ("atom", "rss"):
        (entry,) = feedparser.parse(
            of(kind, "en", "posts", [Item(post_id("x", house), "x", words, "", THEN, LATER)], house),
            sanitize_html=False,
        ).entries
        shown = entry.content[0].value if kind == "atom" else entry.description
        lines = [" ".join(newsrules.text_of(line).split()) for line in re.split(r"<br ?/?>", shown)]
        assert lines == [" ".join(line.split()) for line in plain(words).split("\n")]


@pytest.fixture(scope="module")
def six(daymark: Daymark, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with an account in each language whose posts went out, and its site."""
    home = tmp_path_factory.mktemp("six") / "home"
    assert daymark.raw("init", str(home)).code == 0
    text = (home / "daymark.toml").read_text("utf-8")
    head, feeds = text.split("# One table for each account")[0], text[text.index("[feeds]") :]
    accounts = "".join(
        ACCOUNT.format(name=code, country="GB", zone="Europe/London").replace('"en"', f'"{code}"') for code in LANGUAGES
    )
    feeds = re.sub(r'^base = ".*?"', f'base = "{BASE}"', feeds, flags=re.MULTILINE)
    (home / "daymark.toml").write_text(head + accounts + "\n" + feeds, "utf-8")
    assert daymark("plan", "--until", "2026-07-05", home=home).code == 0
    due = [post["id"] for post in daymark.json("posts", home=home) if post["stage"] == "eve"]
    assert daymark("approve", *due, "--as", "Ana", home=home).code == 0
    posted = [f"done {id} --url https://a.example/{n}" for n, id in enumerate(due)]
    for words in ("queue", "tick", *posted, "feeds", "site"):
        assert daymark(*words.split(), home=home, now=DUE).code == 0
    return home / "public"


def folder(language: str) -> str:
    return "" if language == "en" else f"{language}/"


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_news_of_a_workspace_keep_the_rules_of_their_format(language: str, six: Path) -> None:
    for kind, wrong_with in newsrules.RULES.items():
        for scope in ("coming", "posts"):
            data = (six / f"{folder(language)}{scope}.{kind}").read_bytes()
            assert wrong_with(data) == []
            assert (b"urn:uuid:" in data.partition(b"<entry")[2]) or kind != "atom" or scope != "coming"
            assert f"{BASE}/{folder(language)}{scope}.{kind}".encode() in data


@pytest.mark.slow
def test_every_language_has_news_of_its_own_posts(six: Path) -> None:
    entries = {
        code: len(re.findall("<entry>", (six / f"{folder(code)}posts.atom").read_text("utf-8"))) for code in LANGUAGES
    }
    assert set(entries.values()) == {1}


@pytest.mark.slow
def test_the_map_keeps_the_rules_and_pages_name_each_other_in_all_languages(six: Path) -> None:
    """Search engines want the links between languages to go both ways, each page to name itself, and no dead end."""
    data = (six / "sitemap.xml").read_bytes()
    assert newsrules.site_map(data, BASE) == []
    named = set(re.findall(r"<loc>(.*?)</loc>", data.decode()))
    groups = Counter()
    for address in sorted(named):
        page = (six / address.removeprefix(f"{BASE}/")).read_text("utf-8").partition("</head>")[0]
        others = dict(re.findall(r'<link rel="alternate" hreflang="(\w+)" href="(.*?)">', page))
        assert set(others) == set(LANGUAGES) and address in others.values() and set(others.values()) <= named
        assert f'<link rel="canonical" href="{address}">' in page
        groups[tuple(sorted(others.values()))] += 1
    assert set(groups.values()) == {len(LANGUAGES)}


BROKEN = (  # what stands in a feed, what is put there instead, what is told
    ("atom", "<published>2026", "<published>26", "published is"),
    ("atom", "<title>", "<subtitle/><title>", "2 of subtitle"),
    ("atom", 'xml:lang="en"', "", "lang is None"), ("atom", "<entry>", "<entry><b/>", "unknown element"),
    ("atom", "https://e", "/e", "href is"), ("rss", "+0000", "UTC", "pubDate is"),
    ("rss", "Sun, 01 Mar", "Mon, 01 Mar", "pubDate is"),
    ("rss", 'isPermaLink="false"', "", "isPermaLink is"), ("rss", "urn:uuid:", "", "guid is"),
    ("json", '"version"', '"ver"', "version"), ("json", "T09:00:00+00:00", "", "date_"),
    ("json", "https://e", "/e", "url"),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "there", "instead", "told"), BROKEN)
def test_the_rules_tell_what_is_broken(kind: str, there: str, instead: str, told: str) -> None:
    house = House("Us", "https://example.org", BASE)
    whole = of(kind, "en", "posts", [Item(post_id("x", house), "x", "y", "https://e.org/", THEN, LATER)], house)
    assert newsrules.RULES[kind](whole) == []
    text = whole.decode()
    assert there in text
    assert any(told in say for say in newsrules.RULES[kind](text.replace(there, instead).encode()))


def test_the_map_of_the_longest_site_stays_within_the_protocol() -> None:
    from scheduler.site import sitemap

    days = len(load_calendar([ROOT / "calendars"]).verified)
    pages = len(LANGUAGES) * (20 * 13 + 2 * days + 400)  # twenty years of months, twice the days, all topics
    assert newsrules.site_map(sitemap(BASE, (f"ar/days/{n:0100}.html" for n in range(pages))), BASE) == []
