"""Templates become posts: which file is used, what a mistake in one says, and what no template may do."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from scheduler import paths
from scheduler.calendars import load_calendar
from scheduler.checks import HINT, Draft, check_draft
from scheduler.config import load_settings
from scheduler.context import Us
from scheduler.dates import occurrences
from scheduler.errors import BadFile, TemplateError
from scheduler.model import (
    Account,
    Helpline,
    Limits,
    Observance,
    Playbook,
    Proclaimed,
    Sensitivity,
    Slot,
    Stage,
    YearTheme,
)
from scheduler.plan import ideal_slots
from scheduler.render import Renderer

SHIPPED = Path(paths.shipped("templates"))
CALENDAR = load_calendar([Path(paths.shipped("calendars"))])
US = Us("Test Charity", "https://charity.example.org")
MASTODON = Limits("mastodon", 500, "graphemes", link=23, content_note=True)
ACCOUNT = Account("main", "folder", "mastodon", "en", "GB", "Europe/London")
WORDS = (SHIPPED / "words" / "en.toml").read_text(encoding="utf-8")
DAY = Observance(
    id="test-day",
    names={"en": "Test Day", "fr": "Journée d'essai"},
    rule="07-30",
    proclaimed=Proclaimed("General Assembly", "", ""),
    sources=("https://un.org",),
    checked=date(2026, 1, 1),
    page="https://un.org/test",
    since=2014,
    themes=("human-trafficking", "children"),
    hashtags=("TestDay", "Care"),
    year_themes={2026: YearTheme("Leave no one", "https://un.org/theme")},
)
LINE = Helpline(
    id="gb",
    country="GB",
    topics=("human-trafficking",),
    name="Test Line",
    number="0800 000 000",
    address="https://line.example.org",
    checked=date(2026, 1, 1),
    expires=date(2026, 7, 30),
    sources=("https://a.org", "https://b.org"),
)


def slot(stage: str = "day", account: Account = ACCOUNT, year: int = 2026, **changes) -> Slot:
    moments = Playbook("test", "", (Stage(stage, 0, time(9), timedelta(1)),))
    return ideal_slots(occurrences(replace(DAY, **changes), year)[0], moments, account)[0]


def renderer(home: Path, files: dict[str, str], helplines=(LINE,)) -> Renderer:
    """A renderer over home/shipped and home/own; a bare name is a default post of the workspace."""
    for name, text in ({"shipped/words/en.toml": WORDS} | files).items():
        path = home / (name if "/" in name else f"own/posts/default/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Renderer([home / "shipped", home / "own"], US, helplines)


def text(home: Path, template: str, **about) -> str:
    return renderer(home, {"day.en.txt": template}).post(slot(**about), MASTODON).wording.text


ORDER = [  # the nearest first; each wins over all that stand below it
    "own/posts/observances/test-day/day.mastodon.en.txt",
    "shipped/posts/observances/test-day/day.mastodon.en.txt",
    "own/posts/observances/test-day/day.en.txt",
    "shipped/posts/observances/test-day/day.en.txt",
    "own/posts/themes/human-trafficking/day.mastodon.en.txt",
    "own/posts/themes/human-trafficking/day.en.txt",
    "shipped/posts/themes/human-trafficking/day.en.txt",
    "own/posts/themes/children/day.mastodon.en.txt",
    "shipped/posts/themes/children/day.en.txt",
    "own/posts/default/day.mastodon.en.txt",
    "shipped/posts/default/day.mastodon.en.txt",
    "own/posts/default/day.en.txt",
    "shipped/posts/default/day.en.txt",
]
OTHERS = [
    "own/posts/default/day.bluesky.en.txt",
    "own/posts/default/day.fr.txt",
    "own/posts/default/eve.en.txt",
    "own/posts/themes/food/day.en.txt",
    "own/posts/observances/other-day/day.en.txt",
]


@pytest.mark.parametrize("first", range(len(ORDER)), ids=ORDER)
def test_the_nearest_text_is_used(first, tmp_path):
    files = {name: name for name in ORDER[first:] + OTHERS}
    assert renderer(tmp_path, files).post(slot(), MASTODON).wording.text == ORDER[first]


def test_a_text_for_another_stage_network_language_or_day_is_not_used(tmp_path):
    with pytest.raises(TemplateError) as caught:
        renderer(tmp_path, {name: name for name in OTHERS}).post(slot(), MASTODON)
    assert "no text for stage 'day' in language 'en'" in caught.value.words
    assert "main" in caught.value.words
    assert "test-day/2026" in caught.value.words
    assert "write [day] in templates/posts/default/en.toml" in caught.value.hint


FIELDS = [
    ("{{ day.name }}, {{ day.weekday }} {{ day.date }} {{ day.year }}", "Test Day, Thursday 30 July 2026"),
    ("{{ day.theme }} / {{ day.body }} / {{ day.since }}", "Leave no one / General Assembly / 2014"),
    ("{{ day.page }} {{ day.lasts_days }}", "https://un.org/test 1"),
    ("{{ day.topics }}", "human trafficking and children"),
    ("{{ us.name }} {{ us.site }}", "Test Charity https://charity.example.org"),
    ("{{ tags }}", "#TestDay #Care"),
    ("{{ helpline }}", "Test Line: 0800 000 000, https://line.example.org"),
    ("Tom & Jerry's <b>", "Tom & Jerry's <b>"),
]


@pytest.mark.parametrize(("template", "filled"), FIELDS)
def test_a_template_is_filled(template, filled, tmp_path):
    assert text(tmp_path, template) == filled


FOLDED = [
    pytest.param("a\n\n\n\nb", "a\n\nb", id="many empty lines"),
    pytest.param("a\n\nb\nc", "a\n\nb\nc", id="one empty line stays"),
    pytest.param("a  \nb\t\n", "a\nb", id="blanks at the ends of lines"),
    pytest.param("a\n  \n\t\n\nb", "a\n\nb", id="lines of blanks"),
    pytest.param("\n\n a\n\n", "a", id="both ends"),
    pytest.param("a\n\n{% if not day.name %}\nx\n{% endif %}\n\nb", "a\n\nb", id="a part that is left out"),
]


@pytest.mark.parametrize(("template", "folded"), FOLDED)
def test_empty_lines_are_folded(template, folded, tmp_path):
    assert text(tmp_path, template) == folded


MISTAKES = [
    pytest.param("ok\n{{ day.nmae }}", 2, "nmae", "use only day, us, text, fact", id="an unknown field"),
    pytest.param("ok\n\n{{ helplin }}", 3, "'helplin' is undefined", "use only day", id="an unknown name"),
    pytest.param("x" * 501 + "\n-----\nok\n{{ nope }}", 4, "'nope'", "use only", id="in the second"),
    pytest.param("a\n-----\nb\n----- \n{{ a b }}", 5, "expected token", "correct", id="in the third variant"),
    pytest.param("ok\n{{ day.name", 2, "expected token|unexpected end", "correct", id="an open bracket"),
    pytest.param("ok\n{% if %}", 2, "Expected an expression", "correct", id="an empty if"),
    pytest.param("ok\n{{ day.name | shout }}", 2, "No filter named 'shout'", "correct", id="an unknown filter"),
    pytest.param("ok\n{{ 1 // 0 }}", 2, "division", "correct", id="a division by zero"),
    pytest.param("ok\n{{ ''.__class__.__mro__ }}", 2, "unsafe|undefined|class", "", id="the way out of the sandbox"),
    pytest.param("{{ day.update({'name': 'x'}) }}", 1, "unsafe|not safely", "", id="a change of what it was given"),
    pytest.param("{{ '{0.__class__}'.format(us) }}", 1, "unsafe|class", "", id="the way out through format"),
    pytest.param("{{ range(10**9) | list }}", 1, "Range too big", "correct", id="a list without end"),
    pytest.param("{% include 'daymark.toml' %}", 1, "no loader", "correct", id="another file"),
]  # fmt: skip


@pytest.mark.parametrize(("template", "line", "said", "write"), MISTAKES)
def test_a_mistake_in_a_template_is_told_with_its_line(template, line, said, write, tmp_path):
    with pytest.raises(TemplateError, match=said) as caught:
        text(tmp_path, template)
    assert f"{tmp_path / 'own/posts/default/day.en.txt'}, line {line}: " in caught.value.words
    assert write in caught.value.hint


def test_html_is_escaped_and_text_is_not(tmp_path):
    made = renderer(tmp_path, {"day.en.html": "<p>{{ day.name }}</p>", "eve.en.txt": "{{ day.name }}"})
    names = {"en": "<b>Tom & Jerry</b>"}
    assert made.post(slot(names=names), MASTODON).wording.text == "<p>&lt;b&gt;Tom &amp; Jerry&lt;/b&gt;</p>"
    assert made.post(slot("eve", names=names), MASTODON).wording.text == "<b>Tom & Jerry</b>"


def test_a_page_is_escaped_and_the_own_one_goes_first(tmp_path):
    made = renderer(tmp_path, {"shipped/site/p.html": "shipped", "own/site/p.html": "<i>{{ x }}</i>"})
    assert made.page("p.html", x="<script>") == "<i>&lt;script&gt;</i>\n"


VARIANTS = [(500, "L"), (499, "M"), (300, "M"), (299, "S"), (3, "S")]


@pytest.mark.parametrize(("most", "used"), VARIANTS)
def test_the_longest_variant_that_fits_is_used_else_the_shortest(most, used, tmp_path):
    made = renderer(tmp_path, {"day.en.txt": "\n-----\n".join(["L" * 500, "M" * 300, "S" * 100])})
    assert made.post(slot(), replace(MASTODON, most=most)).wording.text[0] == used


def test_a_content_note_stands_on_hard_days_where_there_is_a_place_for_it_and_counts(tmp_path):
    note = '[every]\nnote = "about {{ day.topics }}"\n[day]\nlong = "l"\nshort = "s"\n'
    files = {"en.toml": note, "day.en.txt": "L" * 500 + "\n-----\nS"}
    hard = slot(sensitivity=Sensitivity.TRAUMA)
    post = renderer(tmp_path, files).post(hard, MASTODON).wording
    assert (post.note, post.text) == ("about human trafficking and children", "S")
    assert renderer(tmp_path, files).post(hard, replace(MASTODON, content_note=False)).wording.note == ""
    assert renderer(tmp_path, files).post(slot(), MASTODON).wording.note == ""


HELP = [
    pytest.param(ACCOUNT, {}, 2026, True, id="for the country and the theme, on its last day"),
    pytest.param(ACCOUNT, {}, 2027, False, id="not after it expired"),
    pytest.param(replace(ACCOUNT, country="IE"), {}, 2026, False, id="not for another country"),
    pytest.param(replace(ACCOUNT, country=""), {}, 2026, False, id="not for no country"),
    pytest.param(ACCOUNT, {"themes": ("children",)}, 2026, False, id="not for another theme"),
]


@pytest.mark.parametrize(("account", "changes", "year", "given"), HELP)
def test_a_helpline_stands_only_where_it_helps(account, changes, year, given, tmp_path):
    made = text(tmp_path, "Help: {{ helpline }}", account=account, year=year, **changes)
    assert made == ("Help: " + LINE.line if given else "Help:")


def test_accounts_of_one_renderer_get_the_helpline_of_their_own_country(tmp_path):
    made = renderer(tmp_path, {"day.en.txt": "{{ day.name }} {{ helpline }}"})
    texts = [made.post(slot(account=replace(ACCOUNT, country=c)), MASTODON).wording.text for c in ("GB", "IE", "GB")]
    assert texts == [f"Test Day {LINE.line}", "Test Day", f"Test Day {LINE.line}"]


@pytest.mark.parametrize("end", [".png", ".jpg", ".webp"])
def test_a_picture_goes_with_its_alt_text(end, tmp_path):
    made = renderer(tmp_path, {"day.en.txt": "x", f"day.en{end}": "bytes", "day.en.alt.txt": "A sign: {{ day.name }}"})
    post = made.post(slot(), MASTODON).wording
    assert post.media.path == str(tmp_path / f"own/posts/default/day.en{end}")
    assert post.media.sha256 == hashlib.sha256(b"bytes").hexdigest()
    assert post.alt == "A sign: Test Day"


def test_a_picture_of_the_workspace_is_named_from_its_folder_on(tmp_path):
    made = renderer(tmp_path, {"day.en.txt": "x", "day.en.png": "bytes"})
    made.home = tmp_path
    assert made.post(slot(), MASTODON).wording.media.path == "own/posts/default/day.en.png"


def test_a_picture_for_all_languages_is_described_in_each(tmp_path):
    files = {"day.en.txt": "x", "day.png": "bytes", "day.en.alt.txt": "A sign", "day.fr.alt.txt": "Un panneau"}
    made = renderer(tmp_path, files | {"shipped/words/fr.toml": WORDS, "day.fr.txt": "x"})
    alts = [made.post(slot(account=replace(ACCOUNT, language=each)), MASTODON).wording.alt for each in ("en", "fr")]
    assert alts == ["A sign", "Un panneau"]


def test_a_picture_of_another_template_does_not_go_with_it(tmp_path):
    post = (
        renderer(tmp_path, {"day.en.txt": "x", "eve.en.png": "bytes", "day.en.alt.txt": "x"})
        .post(slot(), MASTODON)
        .wording
    )
    assert (post.media, post.alt) == (None, "")


def test_a_language_without_words_is_told_with_the_file_to_write(tmp_path):
    with pytest.raises(TemplateError) as caught:
        renderer(tmp_path, {"day.fr.txt": "x"}).post(slot(account=replace(ACCOUNT, language="fr")), MASTODON)
    assert "language 'fr'" in caught.value.words
    assert "templates/words/fr.toml" in caught.value.hint


def test_own_words_go_before_shipped_ones_and_a_span_is_said_in_them(tmp_path):
    own = WORDS.replace("{first} to {last}", "{first} - {last}").replace('"{day} {month}"', '"{month} {day}"')
    made = renderer(tmp_path, {"own/words/en.toml": own, "day.en.txt": "{{ day.date }}"})
    assert made.post(slot(rule="11-25..12-10"), MASTODON).wording.text == "November 25 - December 10"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / "daymark.toml").write_bytes((SHIPPED / "workspace" / "daymark.toml").read_bytes())
    settings = load_settings(home)
    return settings, Renderer(settings.templates, US, CALENDAR.helplines)


@pytest.mark.parametrize("country", ["GB", *(pytest.param(c, marks=pytest.mark.slow) for c in ("US", ""))])
@pytest.mark.parametrize("day", CALENDAR.observances.values(), ids=CALENDAR.observances)
def test_every_shipped_text_of_a_day_passes_the_checks_on_every_network(day, country, shop):
    settings, made = shop
    o = next(o for year in (2027, 2026, 2025, 2028, 2030, *range(2024, 2010, -1)) for o in occurrences(day, year))
    for account in (replace(ACCOUNT, network=n, country=country) for n in settings.limits):
        limits = settings.limits[account.network]
        for s in (s for book in settings.playbooks.values() for s in ideal_slots(o, book, account)):
            post = made.post(s, limits).wording
            draft = Draft(
                text=post.text, limits=limits, on=s.local.date(), language="en", note=post.note, alt=post.alt,
                media_sha=post.media.sha256 if post.media else "", sensitivity=day.sensitivity, day=s.local.date(),
                start=o.start, end=o.end, themes=day.themes, country=account.country, helplines=CALENDAR.helplines,
            )  # fmt: skip
            assert [f for f in check_draft(draft) if f.severity != HINT] == [], f"{s.id} on {account.network}"
            assert "since 1945" not in post.text, f"{s.id}: nobody stated that year"


BROKEN = [
    pytest.param("{{ tags | map('nope') | list }}", WORDS, b"x", TemplateError, id="an unknown filter by name"),
    pytest.param("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", WORDS, b"x", TemplateError, id="an endless macro"),
    pytest.param("x", WORDS, "é".encode("latin-1"), TemplateError, id="an alt text that is not UTF-8"),
    pytest.param("x", WORDS.replace('"{day} {month}"', '"{dy}"'), b"x", BadFile, id="a date with an unknown part"),
    pytest.param("x", WORDS + "human-trafficking = 1\n", b"x", BadFile, id="a theme that is no text"),
]


@pytest.mark.parametrize(("template", "words", "alt", "error"), BROKEN)
def test_no_mistake_in_a_template_or_its_words_escapes_as_a_traceback(template, words, alt, error, tmp_path):
    made = renderer(tmp_path, {"shipped/words/en.toml": words, "day.en.txt": template, "day.en.png": "bytes"})
    (tmp_path / "own/posts/default/day.en.alt.txt").write_bytes(alt)
    with pytest.raises(error):
        made.post(slot(), MASTODON)
