"""Lengths as the networks count them, held against independent counters."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import emoji
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from uniseg.graphemecluster import grapheme_clusters

from scheduler.checks.lengths import UNITS, count, measures, over
from scheduler.model import Limits

PLAIN = Limits("plain", 5000, "characters")
MASTODON = Limits("mastodon", 500, "graphemes", link=23, content_note=True)
BLUESKY = Limits("bluesky", 300, "graphemes", bytes_most=3000)
LINKEDIN = Limits("linkedin", 3000, "characters", escaped="\\|{}@[]()<>#*_~")
X = Limits("x", 280, "weighted", link=23)
THREADS = Limits("threads", 500, "characters")
TELEGRAM = Limits("telegram", 4096, "utf16")
LONG_LINK = "https://www.ohchr.org/en/instruments-mechanisms/instruments/protocol-prevent-suppress"

TEXTS = (
    "",
    "Today: World Day Against Trafficking in Persons.",
    "It\u2019s a day \u2013 and a \u201cquestion\u201d\u2026",
    "Journée mondiale de la lutte contre la traite d\u2019êtres humains",
    "Día Mundial contra la Trata: ¿qué hacer?",
    "اليوم العالمي لمكافحة الاتجار بالأشخاص",
    "世界打击贩运人口行为日。",
    "Всемирный день борьбы с торговлей людьми",
    "मानव तस्करी के खिलाफ",
    "e\u0301 cafe\u0301 \u00e9",
    "blue heart 💙 and 🧡",
    "family 👨\u200d👩\u200d👧\u200d👦 hand 👍🏽 flag 🇬🇧",
    "England 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "keycap 1\ufe0f\u20e3 and #\ufe0f\u20e3, heart \u2764\ufe0f, copyright \u00a9",
    f"Read {LONG_LINK}.",
    f"({LONG_LINK}) and {LONG_LINK}, twice",
    "see https://en.wikipedia.org/wiki/Trafficking_(law) now",
    "see https://x.org/日本。Then",
    "www.unodc.org and un.org and gov.uk/help, not foo@bar.org, not 3.5 or e.g. this",
    "no space https://un.org/a?b=c&d=e#f!",
    "line\r\nbreak\r\n",
    "\u2066https://un.org\u2069 اليوم",
    "#EndHumanTrafficking @UN_Women @user@mastodon.social",
    "a" * 300,
)


@pytest.mark.parametrize("text", TEXTS)
def test_x_counts_as_the_reference_does(text):
    from twitter_text import parse_tweet  # slow to load

    assert count(text, X) == parse_tweet(text.replace("\r\n", "\n")).weightedLength


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([text for text in TEXTS if "\r" not in text]), max_size=5).map(" ".join))
def test_x_counts_mixtures_as_the_reference_does(text):
    from twitter_text import parse_tweet

    assert count(text, X) == parse_tweet(text).weightedLength


@pytest.mark.parametrize("text", TEXTS)
def test_bluesky_counts_grapheme_clusters_and_bytes(text):
    plain = text.replace("\r\n", "\n")
    assert count(text, BLUESKY) == len(list(grapheme_clusters(plain))) == len(regex.findall(r"\X", plain))
    assert [m[::2] for m in measures(text, BLUESKY)] == [(count(text, BLUESKY), 300), (len(text.encode()), 3000)]


@pytest.mark.parametrize("text", TEXTS)
def test_telegram_counts_as_utf_16_is_written(text):
    assert count(text, TELEGRAM) == len(text.replace("\r\n", "\n").encode("utf-16-le")) // 2


@pytest.mark.parametrize("text", [text for text in TEXTS if "\ufe0f" not in text and "\u00a9" not in text])
def test_threads_counts_the_bytes_of_emoji_and_the_characters_of_all_else(text):
    plain = text.replace("\r\n", "\n")
    assert count(text, THREADS) == len(emoji.replace_emoji(plain, lambda found, _: "a" * len(found.encode())))


@pytest.mark.parametrize("text", TEXTS)
def test_linkedin_counts_a_backslash_before_each_of_its_own_signs(text):
    plain = text.replace("\r\n", "\n")
    assert count(text, LINKEDIN) == len(regex.sub(r"[\\|{}@\[\]()<>#*_~]", lambda sign: f"\\{sign[0]}", plain))


@pytest.mark.parametrize("text", [text for text in TEXTS if "\u2066" not in text])
def test_mastodon_counts_its_links_as_23_wherever_the_reference_of_x_finds_one(text):
    from twitter_text import extract_urls_with_indices  # slow to load; Mastodon uses the same rules

    plain, last, long = text.replace("\r\n", "\n"), 0, 0
    links = [u["indices"] for u in extract_urls_with_indices(plain) if u["url"].startswith("http")]
    for start, end in links:
        long, last = long + len(list(grapheme_clusters(_local(plain[last:start])))) + 23, end
    assert count(text, MASTODON) == long + len(list(grapheme_clusters(_local(plain[last:]))))


def _local(text):
    return regex.sub(r"(@\w+)@[\w.-]+\w", r"\1", text)


@given(st.text())
def test_graphemes_of_any_text_are_those_of_the_standard(text):
    assert count(text, BLUESKY) == len(regex.findall(r"\X", text))


@given(st.text(st.characters(max_codepoint=0x10FFFF), max_size=200))
def test_every_unit_counts_any_text(text):
    for unit in (*UNITS, "furlongs"):
        assert count(text, Limits("any", 10, unit, link=23, content_note=True), text) >= 0


@pytest.mark.parametrize(
    ("limits", "text", "length"),
    [
        (PLAIN, "👨\u200d👩\u200d👧", 5),
        (BLUESKY, "👨\u200d👩\u200d👧", 1),
        (X, "👨\u200d👩\u200d👧", 2),
        (TELEGRAM, "👨\u200d👩\u200d👧", 8),
        (THREADS, "👨\u200d👩\u200d👧", 18),
        (THREADS, "love 💙", 9),
        (THREADS, "é — “ж”", 7),
        (TELEGRAM, "a💙", 3),
        (MASTODON, LONG_LINK, 23),
        (MASTODON, f"a {LONG_LINK}.", 26),
        (MASTODON, "www.un.org", 10),
        (X, "www.un.org", 23),
        (BLUESKY, LONG_LINK, len(LONG_LINK)),
        (PLAIN, LONG_LINK, len(LONG_LINK)),
        (MASTODON, "hi @user@example.social!", 9),
        (MASTODON, "hi @user!", 9),
        (BLUESKY, "hi @user@example.social!", 24),
        (MASTODON, "mail user@example.org", 21),
        (BLUESKY, "a\r\nb", 3),
        (PLAIN, "a\r\nb", 3),
        (BLUESKY, "e\u0301", 1),
        (X, "e\u0301", 1),
        (PLAIN, "e\u0301", 2),
        (X, "\u2066a\u2069", 5),
        (X, "日本", 4),
    ],
)
def test_each_network_has_its_own_measure(limits, text, length):
    assert count(text, limits) == length


def test_the_content_note_counts_only_where_it_has_a_field():
    assert count("four", MASTODON, "note: é") == 11
    assert count("four", X, "note") == count("four", BLUESKY, "note") == 4


def test_over_says_by_how_much():
    assert over("a" * 280, X) == 0
    assert over("a" * 281, X) == 1
    assert over("a" * 498, MASTODON, "note") == 2


def test_a_text_of_few_signs_and_many_bytes_is_too_long_for_bluesky():
    text = "a" + "\u0301" * 1500
    assert (count(text, BLUESKY), over(text, BLUESKY)) == (1, 1)


def test_the_grapheme_rules_load_only_when_they_are_needed():
    import subprocess
    import sys

    code = (
        "import sys; from scheduler.checks import lengths; from scheduler.model import Limits; "
        "b = Limits('bluesky', 300, 'graphemes'); "
        "lengths.count('plain', b); lengths.count('caf\\u00e9 \\u2013 \\u201cno\\u201d', b); "
        "print('regex' in sys.modules, end=' '); "
        "lengths.count('\\U0001f499', b); print('regex' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_every_network_has_a_limit_a_source_and_a_date():
    text = Path(__file__).parents[1].joinpath("templates/limits.toml").read_text("utf-8")
    networks = tomllib.loads(text)
    assert list(networks) == "plain mastodon bluesky x threads linkedin facebook instagram telegram".split()
    for name, entry in networks.items():
        made = Limits(network=name, **entry)
        assert made.unit in UNITS
        assert made.most > 0 and made.alt_most > 0 and made.checked > date(2026, 1, 1)
        assert name == "plain" or made.source.startswith("https://")
