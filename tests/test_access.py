"""Posts that a screen reader, a tired reader and a reader of another script can follow: tables of what trips, and near
misses that must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from scheduler.checks import CHECKS, ERROR, HINT, WARNING, Draft, check_draft
from scheduler.model import Limits

MASTODON = Limits("mastodon", 500, "graphemes", link=23, content_note=True)
LETTER = Limits("plain", 5000, "characters")


def test_the_page_of_the_checks_lists_them_as_they_are():
    page = (Path(__file__).parents[1] / "docs" / "templates.md").read_text(encoding="utf-8")
    assert "\n".join(f"| `{c.id}` | {c.title} | {c.severity} |" for c in CHECKS) in page


def severities(check, text, **changes):
    draft = replace(Draft(text=text, limits=MASTODON, on=date(2027, 7, 1), language="en"), **changes)
    return [f.severity for f in check_draft(draft) if f.check == check]


EMOJI = [
    ("Thank you all 💙", []),
    ("Thank you all 💙🕊️", []),
    ("© Daymark ™ → next", []),
    ("Thank you 💙🕊️🌱", [WARNING]),
    ("Thank you 💙💙", [WARNING]),
    ("Thank you 💙💙💙💙", [WARNING, WARNING]),
    ("👉 Sign up for the course", [WARNING]),
    ("A list:\n✅ bread\n✅ milk", [WARNING, WARNING, WARNING]),
    ("We 💙 our volunteers", [HINT]),
    ("Flags: 🇬🇧 🇫🇷", []),
    ("A family 👨\u200d👩\u200d👧 is one emoji", [HINT]),
]


@pytest.mark.parametrize(("text", "severity"), EMOJI)
def test_emoji_are_few_and_last(text, severity):
    assert severities("emoji", text) == severity


SIGNS = [
    ("thanks :)", [HINT]), ("see you ;-)", [HINT]), ("with love <3", [HINT]), ("thanks: (a) bread", []),
    ("at 10:30) we go", []), ("https://un.org", []), ("╔══════╗", [WARNING]), ("a — b – c", []),
    ("bread & roses", [HINT]), ("Q&A with Marks & Spencer", []), ("Human Rights & You", []),
    ("a house + garden", [HINT]), ("C++ and 1 + 1", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "severity"), SIGNS)
def test_words_stand_rather_than_signs(text, severity):
    assert severities("signs", text) == severity


TAGS = [
    ("Words.\n#EndSlavery", "mastodon", 0, []),
    ("Words.\n#EndSlavery #FairWork #HumanRights", "mastodon", 0, []),
    ("Words.\n#A1 #B2 #C3 #D4", "mastodon", 0, [WARNING]),
    ("Words.\n#One #Two", "threads", 1, [ERROR]),
    ("Words.\n#One", "threads", 1, []),
    ("Words.\n#One #Two #Three #Four #Five #Six", "instagram", 5, [ERROR]),
    ("Words.\n#One #Two #Three #Four #Five", "instagram", 5, [WARNING]),
    ("We fight #HumanTrafficking every day", "mastodon", 0, [HINT]),
    ("We say: #EndSlavery.", "mastodon", 0, []),
    ("See issue #12 and https://un.org/#Part two", "mastodon", 0, []),
]


@pytest.mark.parametrize(("text", "network", "most", "severity"), TAGS)
def test_hashtags_are_few_and_last(text, network, most, severity):
    assert severities("hashtag-number", text, limits=Limits(network, 500, "characters", hashtags_most=most)) == severity


LINKS = [
    ("[click here](https://un.org)", [ERROR]), ("[Read more](https://un.org)", [ERROR]),
    ('<a href="https://un.org">here</a>', [ERROR]), ("[Our report of 2026](https://un.org)", []),
    ("[Where to find help here](https://un.org)", []), ("Click here: https://un.org", [HINT]),
    ("[en savoir plus](https://un.org)", [ERROR]), ("[Leer más](https://un.org)", [ERROR]),
    ("[подробнее](https://un.org)", [ERROR]), ("[المزيد](https://un.org)", [ERROR]),
    ("[点击这里](https://un.org)", [ERROR]),
    ("We are here for you.", []), ("Cliquez ici : https://un.org", [HINT]), ("Haz clic aquí: https://un.org", [HINT]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "severity"), LINKS)
def test_a_link_says_where_it_leads(text, severity):
    assert severities("link-text", text) == severity


def words(count, word="bread"):
    return " ".join([word] * count)


HARD = "Organisations internationally coordinating multidisciplinary "
LIX_50 = "aa aa aa aa aa aa bbbbbbb bbbbbbb bbbbbbb bbbbbbb. " * 10  # sentences of 10 words, 4 of them long
READING = [
    pytest.param(words(25) + ".", MASTODON, "en", [], id="25 words"),
    pytest.param(words(26) + ".", MASTODON, "en", [HINT], id="26 words"),
    pytest.param(words(20) + ".\n" + words(20), MASTODON, "en", [], id="two lines"),
    pytest.param(words(20) + "! " + words(20), MASTODON, "en", [], id="two sentences"),
    pytest.param(words(26) + ". #EndSlavery", MASTODON, "zh", [HINT], id="in any language"),
    pytest.param(". ".join([HARD] * 30), LETTER, "en", [WARNING], id="long words in a letter"),
    pytest.param(". ".join([HARD] * 30), MASTODON, "en", [], id="long words in a short post"),
    pytest.param(". ".join([HARD] * 24), LETTER, "en", [], id="too short to judge"),
    pytest.param(". ".join([HARD] * 30), LETTER, "zh", [], id="a language without a measure"),
    pytest.param("The road is open. " * 30, LETTER, "en", [], id="plain words"),
    pytest.param(LIX_50, LETTER, "en", [WARNING], id="50 in English"),
    pytest.param(LIX_50, LETTER, "es", [], id="50 in Spanish"),
]


@pytest.mark.parametrize(("text", "limits", "language", "severity"), READING)
def test_sentences_are_short_and_letters_are_plain(text, limits, language, severity):
    assert severities("reading", text, limits=limits, language=language) == severity


HOURS = [
    ("Our helpline is open 24/7.", "en", [HINT]), ("Call us 24 hours a day.", "en", [HINT]),
    ("The line is staffed around the clock.", "en", [HINT]), ("The kitchen works around the clock.", "en", []),
    ("Notre ligne d'écoute est ouverte 24h/24 et 7j/7.", "fr", [HINT, HINT]),
    ("La línea atiende las 24 horas.", "es", [HINT]), ("It took 24 hours.", "en", []),
    ("On 24/7/2027 we meet.", "en", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language", "severity"), HOURS)
def test_opening_hours_typed_by_hand_are_told(text, language, severity):
    assert severities("helpline", text, language=language) == severity


DIRECTION = [
    ("اليوم https://un.org", [HINT]), ("اليوم \u2066https://un.org\u2069", []), ("اليوم\nhttps://un.org", []),
    ("مع Test Charity اليوم", [HINT]), ("مع UNHCR اليوم", []), ("اليوم #EndSlavery", [HINT]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "severity"), DIRECTION)
def test_words_of_the_other_direction_are_kept_together_in_arabic(text, severity):
    assert severities("bidi-marks", text, language="ar") == severity


ALT = [
    pytest.param("A nurse reads a letter aloud.", [], id="brief"),
    pytest.param("word " * 49 + "words", [], id="250 characters"),
    pytest.param("word " * 51, [HINT], id="more than 250"),
    pytest.param("word " * 400, [ERROR], id="more than the network takes"),
]


@pytest.mark.parametrize(("alt", "severity"), ALT)
def test_alt_text_is_brief(alt, severity):
    assert severities("alt", "Words.", alt=alt, media_sha="0" * 64) == severity
