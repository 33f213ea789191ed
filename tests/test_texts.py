"""Where the words of a post come from, how a translation stands to its source, and how it travels."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_render import ACCOUNT, DAY, MASTODON, SHIPPED, WORDS, renderer, slot

from scheduler.calendars import load_calendar
from scheduler.errors import BadFile, TemplateError
from scheduler.exchange import FORMS, Row, read_rows, rows_of, written
from scheduler.model import LANGUAGES
from scheduler.render import Untranslated, places
from scheduler.style import load_guard
from scheduler.texts import FIELDS, SOURCE, Texts, Translation
from scheduler.workflow.translating import states, take

AT = datetime(2027, 1, 1, tzinfo=UTC)
FRAME = "{{ text.opening }}\n{{ text.long }}\n{{ text.help }}\n{{ helpline }}\n-----\n{{ text.short }}"
ENGLISH = """
[every]
opening = "{{ day.name }}."
help = "Help:"
note = "about harm"

[day]
long = "The long text."
short = "The short text."
"""


def workspace(home: Path, files: dict[str, str]) -> Path:
    shipped = {"words/en.toml": WORDS, "words/fr.toml": WORDS, "posts/default/post.txt": FRAME}
    for name, text in ({f"shipped/{n}": t for n, t in shipped.items()} | files).items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return home


def made(home: Path, files: dict[str, str], **account):
    workspace(home, files)
    return renderer(home, {}).post(slot(account=replace(ACCOUNT, **account)), MASTODON)


def texts(home: Path) -> Texts:
    return Texts([home / "shipped", home / "own"])


def french(long: str, of: str = "", stage: str = "day") -> str:
    bound = f'of = "{of}"\n' if of else ""
    return f'[{stage}]\n{bound}long = "{long}"\nshort = "{long}"\n'


NEAREST = [
    "own/posts/observances/test-day/en.toml",
    "own/posts/themes/human-trafficking/en.toml",
    "own/posts/themes/children/en.toml",
    "own/posts/dimensions/personal/en.toml",
    "own/posts/default/en.toml",
    "shipped/posts/default/en.toml",
]


@pytest.mark.parametrize("first", range(len(NEAREST)), ids=NEAREST)
def test_the_words_of_the_nearest_place_are_used_with_the_frame_of_all(first, tmp_path):
    files = {name: french(name) for name in NEAREST[first:]}
    workspace(tmp_path, {"shipped/posts/default/en.toml": ENGLISH} | files)
    post = renderer(tmp_path, {}).post(slot(dimensions=("personal",)), MASTODON)
    assert NEAREST[first] in post.wording.text
    assert post.origin == NEAREST[first].partition("posts/")[2].removesuffix(".toml")


def test_what_a_place_does_not_say_is_said_as_in_general(tmp_path):
    own = french("Ours.") + 'help = "Ask us:"\n'
    said = made(tmp_path, {"shipped/posts/default/en.toml": ENGLISH, "own/posts/themes/children/en.toml": own})
    assert said.wording.text.startswith("Test Day.\nOurs.\nAsk us:\nTest Line: 0800 000 000")


def test_a_frame_of_the_stage_goes_before_the_general_one_and_may_use_the_words(tmp_path):
    files = {"shipped/posts/default/en.toml": ENGLISH, "own/posts/default/day.en.txt": "Dear reader. {{ text.short }}"}
    assert made(tmp_path, files).wording.text == "Dear reader. The short text."


def test_a_frame_of_a_network_goes_before_the_general_one(tmp_path):
    files = {"shipped/posts/default/en.toml": ENGLISH, "own/posts/default/post.mastodon.txt": "Toot: {{ text.short }}"}
    assert made(tmp_path, files).wording.text == "Toot: The short text."
    assert made(tmp_path, files, network="bluesky").wording.text != "Toot: The short text."


STATES = [
    pytest.param("", Translation.ORIGINAL, id="bound to no source"),
    pytest.param("now", Translation.CURRENT, id="bound to what the source says"),
    pytest.param("0badbeef", Translation.STALE, id="bound to something else"),
]


@pytest.mark.parametrize(("of", "state"), STATES)
def test_a_translation_stands_to_its_source(of, state, tmp_path):
    workspace(tmp_path, {"shipped/posts/default/en.toml": ENGLISH})
    digest = texts(tmp_path).at("default", "en")["day"].digest if of == "now" else of
    workspace(tmp_path, {"shipped/posts/default/fr.toml": french("Texte.", digest)})
    assert texts(tmp_path).state("default", "day", "fr") is state
    assert texts(tmp_path).state("default", "eve", "fr") is Translation.MISSING


def test_any_change_of_the_source_makes_the_translation_stale(tmp_path):
    workspace(tmp_path, {"shipped/posts/default/en.toml": ENGLISH})
    digest = texts(tmp_path).at("default", "en")["day"].digest
    workspace(tmp_path, {"shipped/posts/default/fr.toml": french("Texte.", digest)})
    for change in ('long = "Ours."', 'short = "Ours."', 'help = "Ask:"', 'brief = "Ours."'):
        workspace(tmp_path, {"own/posts/default/en.toml": f"[day]\n{change}\n"})
        assert texts(tmp_path).state("default", "day", "fr") is Translation.STALE, change


def test_a_stale_text_gives_way_to_a_current_one_of_a_wider_place(tmp_path):
    files = {
        "shipped/posts/default/en.toml": ENGLISH,
        "shipped/posts/themes/children/en.toml": french("Children."),
        "shipped/posts/themes/children/fr.toml": french("Enfants.", "0badbeef"),
        "shipped/posts/default/fr.toml": french("En général."),
    }
    assert made(tmp_path, files, language="fr").origin == "default/fr"


def test_a_stale_or_missing_language_does_not_go_out_unless_the_account_allows_english(tmp_path):
    files = {"shipped/posts/default/en.toml": ENGLISH, "shipped/posts/default/fr.toml": french("Texte.", "0badbeef")}
    with pytest.raises(Untranslated) as caught:
        made(tmp_path, files, language="fr")
    assert "no current text for stage 'day' in language 'fr'" in caught.value.words
    assert "fallback = true in [accounts.main]" in caught.value.hint
    post = made(tmp_path, files | {"shipped/posts/default/fr.toml": '[every]\nfallback = "En anglais :"\n'},
                language="fr", fallback=True)  # fmt: skip
    assert (post.language, post.origin) == ("en", "default/en")
    assert post.wording.text.startswith("En anglais :\nTest Day.\nThe long text.")
    assert "in English" in post.why


def test_arabic_keeps_words_of_the_other_direction_together(tmp_path):
    files = {
        "shipped/words/ar.toml": WORDS,
        "shipped/posts/default/ar.toml": '[every]\nopening = "{{ day.name }}"\n'
        + french("نص {{ us.name }} {{ tags }}").replace('short = "نص', 'help = "عون:"\nshort = "نص'),
    }
    post = made(tmp_path, files, language="ar")
    assert "نص \u2066Test Charity\u2069 \u2066#TestDay #Care\u2069" in post.wording.text
    assert "\u2066Test Line: 0800 000 000، https://line.example.org\u2069" in post.wording.text


WRONG = [
    pytest.param('[day]\nlong = "x"\n', "there is a long text and no short one", id="half a text"),
    pytest.param('[day]\nlog = "x"\n', "there is no field 'log'", id="an unknown field"),
    pytest.param("day = 1\n", "is not a table", id="no table"),
    pytest.param('[day]\nlong = 1\nshort = "x"\n', "long is not text", id="no text"),
    pytest.param(french("x", "12345678"), "of stands in a text that translations are made from", id="bound English"),
]


@pytest.mark.parametrize(("body", "say"), WRONG)
def test_a_mistake_in_a_file_is_told(body, say, tmp_path):
    workspace(tmp_path, {"own/posts/default/en.toml": body})
    with pytest.raises(BadFile, match=say):
        texts(tmp_path).at("default", "en")


def test_a_mistake_in_a_text_is_told_with_its_line(tmp_path):
    broken = ENGLISH.replace("The long text.", "The {{ day.nmae }} text.")
    with pytest.raises(TemplateError, match=r"default/en.toml, line 8: .*nmae"):
        made(tmp_path, {"shipped/posts/default/en.toml": broken})


@pytest.fixture
def exchanged(tmp_path):
    children = french("A; 'B', 100 %")
    workspace(tmp_path, {"shipped/posts/default/en.toml": ENGLISH, "shipped/posts/themes/children/en.toml": children})
    return texts(tmp_path), tmp_path


@pytest.mark.parametrize("form", FORMS)
def test_texts_go_out_come_back_translated_and_then_change_nothing(form, exchanged):
    there, home = exchanged
    rows = [replace(row, text=f"fr: {row.source}") for row in rows_of(there, "fr")]
    path = home / f"fr.{form}"
    path.write_bytes(written(form, rows, "fr", AT))
    taken = take(there, read_rows(path), "fr", home / "own")
    assert (taken.texts, taken.left) == (3, [])
    for file, text in taken.files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    now = texts(home)
    assert [(r.key, r.text, r.state) for r in rows_of(now, "fr")] == [(r.key, r.text, "current") for r in rows]
    path.write_bytes(written(form, rows_of(now, "fr"), "fr", AT))
    assert take(now, read_rows(path), "fr", home / "own").files == {}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(said=st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1).map(str.strip).filter(bool))
def test_no_form_loses_a_sign(form, said, tmp_path_factory):
    path = tmp_path_factory.mktemp("form") / f"x.{form}"
    rows = [Row("default", "day", "long", f"en {said}", said), Row("default", "day", "short", "en", f"{said}\n{said}")]
    path.write_bytes(written(form, rows, "fr", AT))
    assert [(r.key, r.source, r.text) for r in read_rows(path)] == [(r.key, r.source, r.text) for r in rows]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_texts_give_the_same_bytes(form, exchanged):
    there, _ = exchanged
    assert written(form, rows_of(there, "fr"), "fr", AT) == written(form, rows_of(there, "fr"), "fr", AT)


def test_what_else_a_file_says_stays(exchanged):
    there, home = exchanged
    own = home / "own/posts/default/fr.toml"
    own.parent.mkdir(parents=True)
    own.write_text('# ours\n[eve]\nlong = "La veille."  # keep\nshort = "La veille."\n', encoding="utf-8")
    rows = [replace(row, text="fr") for row in rows_of(there, "fr") if row.place == "default"]
    text = take(there, rows, "fr", home / "own").files[own]
    assert text.startswith('# ours\n[eve]\nlong = "La veille."  # keep\n')
    assert tomllib.loads(text)["day"]["long"] == "fr"


LEFT = [
    pytest.param({"text": ""}, "long is not translated", id="a field is empty"),
    pytest.param({"state": "stale"}, "marked as stale", id="fuzzy"),
    pytest.param({"source": "Another text."}, "translated from another text", id="the source has changed"),
    pytest.param({"text": "{{ day.name"}, "unexpected end|expected token", id="an open bracket"),
    pytest.param({"text": "{{ jour }}"}, "it names 'jour'", id="a translated name"),
]


@pytest.mark.parametrize(("change", "why"), LEFT)
def test_what_cannot_be_taken_is_left_and_told(change, why, exchanged):
    there, home = exchanged
    rows = [replace(row, text="fr") for row in rows_of(there, "fr")]
    rows = [replace(row, **change) if row.key == ("default", "day", "long") else row for row in rows]
    taken = take(there, rows, "fr", home / "own")
    assert taken.texts == 2
    ((text, said),) = taken.left
    assert text == "default/day"
    assert any(part in said for part in why.split("|"))


BROKEN = [
    pytest.param("x.po", b"nothing \xff", "not UTF-8 text", id="no text"),
    pytest.param("x.po", b"msgid nothing", "not a PO file", id="no PO"),
    pytest.param("x.xlsx", b"PK nothing", "not a workbook", id="no workbook"),
    pytest.param("x.csv", b"a,b\n1,2\n", "no column 'place'", id="other columns"),
    pytest.param("x.csv", b"place,stage,field,english,translation\ndefault,day,log,a,b\n", "no field", id="a field"),
    pytest.param("x.docx", b"", "no form", id="another form"),
]


@pytest.mark.parametrize(("name", "data", "say"), BROKEN)
def test_a_file_that_is_none_is_told_in_one_sentence(name, data, say, tmp_path):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadFile, match=say):
        read_rows(tmp_path / name)


SHIPPED_TEXTS = Texts([SHIPPED])
PLACES = sorted({place for place, _ in SHIPPED_TEXTS.files})
STAGES = [stage for stage in SHIPPED_TEXTS.at("default", SOURCE) if stage != "every"]


def test_places_are_looked_at_from_the_nearest_to_the_general_one():
    day = replace(DAY, dimensions=("personal", "economic"))
    assert places(day) == ["observances/test-day", "themes/human-trafficking", "themes/children",
                           "dimensions/personal", "dimensions/economic", "default"]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_every_shipped_place_says_every_stage(place):
    said = SHIPPED_TEXTS.at(place, SOURCE)
    assert [stage for stage in STAGES if stage not in said or "long" not in said[stage].says] == []


def test_texts_are_shipped_for_ten_themes_seven_dimensions_and_twenty_days():
    kinds = Counter(place.partition("/")[0] for place in PLACES)
    assert kinds == {"default": 1, "themes": 10, "dimensions": 7, "observances": 20}
    calendar = load_calendar([SHIPPED.parent / "calendars"])
    assert {place for place in PLACES if place.startswith("observances/")} <= {f"observances/{o}" for o in
                                                                              calendar.observances}  # fmt: skip


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != SOURCE])
def test_no_shipped_translation_is_stale_and_none_that_is_promised_is_missing(language):
    counted = states(SHIPPED_TEXTS, language)
    promised = PLACES if language in ("fr", "es") else [p for p in PLACES if not p.startswith("observances/")]
    assert sum(n["stale"] + n["original"] for n in counted.values()) == 0
    assert {place: dict(counted[place]) for place in promised} == {
        place: {"current": len(SHIPPED_TEXTS.at(place, SOURCE))} for place in promised
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_shipped_text_trips_the_guard_of_its_language(language):
    guard = load_guard([SHIPPED], language)
    places = [place for place, each in SHIPPED_TEXTS.files if each == language]
    said = [
        s.text for place in places for text in SHIPPED_TEXTS.at(place, language).values() for s in text.says.values()
    ]
    assert [(c.rule.id, c.text) for text in said for c in guard.look(text)] == []
    assert len(said) > 40


def test_every_field_is_written_somewhere():
    files = (SHIPPED_TEXTS.at(place, language) for place, language in SHIPPED_TEXTS.files)
    assert {name for said in files for text in said.values() for name in text.says} == set(FIELDS)
