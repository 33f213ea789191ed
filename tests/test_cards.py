"""Cards: every day in every language and size, the same bytes each time, said in words, put into posts."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import DAY, EVE, NOW, ROOT, TRAUMA, everything, files
from PIL import Image

from scheduler import dates
from scheduler.calendars import load_calendar
from scheduler.cards import Drawing, load_card_words, load_palette, say
from scheduler.colours import contrast
from scheduler.config import load_settings
from scheduler.context import helpline_for
from scheduler.errors import BadData, BadFile, TemplateError
from scheduler.model import LANGUAGES, Sensitivity, YearTheme
from scheduler.pictures import SIZES, traces
from scheduler.words import load_words

TEMPLATES = ROOT / "templates"
CALENDAR = load_calendar([ROOT / "calendars"])
HELPLINE = next(h for h in CALENDAR.helplines if h.serves("GB", ("human-trafficking",), date(2026, 7, 1)))
HARD, MILD = "trafficking-in-persons-day", "cooperatives-day"


def size_of(file):
    with Image.open(file) as shown:
        return shown.size


def card(id=HARD, language="en", us="Harbour Trust", helpline=HELPLINE, theme="", year=2027):
    occurrence = dates.occurrences(CALENDAR.observances[id], year)[0]
    if theme:
        themed = replace(occurrence.observance, year_themes={year: YearTheme(theme, "")})
        occurrence = replace(occurrence, observance=themed)
    words, sayings = load_words([TEMPLATES], language), load_card_words([TEMPLATES], language)
    return say(occurrence, language, words, sayings, us, helpline)


def drawing(size="wide", template=TEMPLATES / "cards/card.typ", **more):
    return Drawing(template, load_palette([TEMPLATES], Sensitivity.TRAUMA, {}), SIZES[size], **more)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_has_its_size_tells_nothing_beside_and_is_no_empty_ground(language, size):
    data = drawing(size).png(card(language=language))
    shown = Image.open(io.BytesIO(data)).convert("RGB")
    assert (shown.format, shown.size, traces(data)) == (None, SIZES[size], frozenset())
    assert len(shown.getcolors(1 << 24)) > 50  # letters have soft edges


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_alt_text_says_every_word_of_the_card(language):
    said = card(language=language, theme="Leave no child behind")
    words = [said.name, said.date, said.theme, said.us, said.number, said.address, HELPLINE.said(language)]
    assert [word for word in words if word not in said.alt] == []
    assert bool(said.theme) is (language == "en")  # a theme is official in English


def test_the_words_of_a_card_stand_so():
    said = "World Day against Trafficking in Persons. 30 July 2027. 2027 theme: Leave no child behind. Harbour Trust."
    expected = f"A plain card with the words: {said} Help and advice: {HELPLINE.line}"
    assert card(theme="Leave no child behind.").alt == expected


TWICE = """
import sys, hashlib
sys.path[:0] = [{root!r}, {tests!r}]
from test_cards import LANGUAGES, SIZES, card, drawing
print(*(hashlib.sha256(drawing(s).png(card(language=l))).hexdigest() for l in LANGUAGES for s in SIZES))
print(*(drawing(s).key(card(language=l)) for l in LANGUAGES for s in SIZES))
"""


def test_two_machines_draw_the_same_bytes():
    code = TWICE.format(root=str(ROOT), tests=str(ROOT / "tests"))
    places = (
        {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": "1"},
        {"TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "77", "LANG": "ar"},
    )
    told = [
        subprocess.run([sys.executable, "-c", code], env=os.environ | at, capture_output=True, check=True).stdout
        for at in places
    ]
    assert told[0] == told[1]
    assert len(set(told[0].split())) == 2 * len(LANGUAGES) * len(SIZES)


LONG = {
    language: max((o for o in CALENDAR.verified if language in o.names), key=lambda o: len(o.names[language])).id
    for language in LANGUAGES
}


def last_year(id):
    """A year in which a day is held."""
    return next(y for y in range(2027, 2000, -1) if dates.occurrences(CALENDAR.observances[id], y))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_name_of_each_language_fits(language, size):
    theme = "A theme as long as the United Nations at times like to have it, with a second part: and a third one"
    drawing(size).png(card(LONG[language], language, theme=theme, year=last_year(LONG[language])))


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_of_the_calendar_fits(language):
    for o in CALENDAR.verified:
        if language in o.names and (held := dates.occurrences(o, 2027)):
            assert drawing().png(card(held[0].observance.id, language))


def test_what_cannot_be_made_small_enough_is_told():
    with pytest.raises(TemplateError, match=r"card\.typ: the words of this card are too long for it"):
        drawing().png(replace(card(), name="word " * 300))
    with pytest.raises(TemplateError, match="too long"):
        drawing().png(replace(card(), name="w" * 200))


@pytest.mark.parametrize("text", ["𐎀𐎁", "Harbour 𓀀 Trust"])
def test_letters_that_no_font_has_are_refused_and_never_drawn_as_boxes(text):
    with pytest.raises(BadData, match="no font for cards has the letters of") as told:
        drawing().png(card(us=text))
    assert "fonts = [" in told.value.hint


def test_without_the_package_of_chinese_a_chinese_card_is_refused(monkeypatch):
    monkeypatch.setattr("scheduler.cards.drawing._PACKAGES", ("manimgx_fonts",))
    drawing().png(card(language="ar"))
    with pytest.raises(BadData, match="no font"):
        drawing().png(card(language="zh"))


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    for draw in (drawing().png, drawing().key):
        with pytest.raises(BadData, match="Typst, which is not installed") as told:
            draw(card())
        assert "daymark-scheduler[cards]" in told.value.hint


def test_fonts_of_the_workspace_go_first_and_a_folder_without_fonts_is_told(tmp_path):
    import manimgx_fonts

    (tmp_path / "Own.ttf").write_bytes((Path(manimgx_fonts.__file__).parent / "NotoSans[wght].ttf").read_bytes())
    with_own = drawing(fonts=(tmp_path,))
    assert with_own.png(card()) == drawing().png(card())  # the same font from another place
    assert with_own.key(card()) != drawing().key(card())
    with pytest.raises(BadData, match="holds no font"):
        drawing(fonts=(tmp_path / "none",)).png(card())


@pytest.mark.parametrize("us", ['#panic("no")', "<b>", "$x$", '"', "\\", "*bold*", "{{ us }}", "=== Heading"])
def test_what_looks_like_a_command_is_only_words(us):
    assert drawing().png(card(us=us)) != drawing().png(card())


def test_a_design_of_ones_own_replaces_the_shipped_one_and_may_fetch_nothing(tmp_path):
    own = tmp_path / "card.typ"
    own.write_text('#set page(width: 10pt, height: 10pt)\n#import "@preview/cetz:0.3.0"\n')
    with pytest.raises(TemplateError, match="imports a package from the network"):
        drawing(template=own).png(card())
    own.write_text("#set page(width: 10pt, height: 10pt)\n#nothing")
    with pytest.raises(TemplateError, match=r"card\.typ: unknown variable: nothing"):
        drawing(template=own).png(card())
    own.write_text("#set page(width: 10pt, height: 10pt)\n#datetime.today().display()")
    assert drawing(template=own).png(card())


CONTRASTS = [
    ("#000000", "#ffffff", 21.0),
    ("#ffffff", "#ffffff", 1.0),
    ("#767676", "#ffffff", 4.54),  # the lightest grey that does on white
    ("#777777", "#ffffff", 4.48),
]


@pytest.mark.parametrize(("one", "other", "ratio"), CONTRASTS)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert round(contrast(one, other), 2) == round(contrast(other, one), 2) == ratio


@pytest.mark.parametrize("sensitivity", Sensitivity)
def test_the_shipped_colours_stand_out(sensitivity):
    load_palette([TEMPLATES], sensitivity, {})


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"ground": "#ffffff", "shade": "#ffffff", "ink": "#777777"}, "ink #777777 on ground #ffffff .* of 4.47 to 1"),
        ({"quiet": "#0b4a57"}, "quiet #0b4a57 on ground"),
        ({"shade": "#ffffff"}, "on shade #ffffff"),
    ],
)
def test_words_that_do_not_stand_out_are_refused_and_not_rounded_up(own, told):
    with pytest.raises(BadData, match=told):
        load_palette([TEMPLATES], Sensitivity.NORMAL, own)


def test_what_is_no_colour_is_told_with_its_line(workspace):
    file = workspace / "daymark.toml"
    file.write_text(file.read_text("utf-8") + '\n[cards]\nink = "white"\nfont = []\n', "utf-8")
    with pytest.raises(BadFile) as told:
        load_settings(workspace)
    assert [(p.line > 0, p.say) for p in told.value.problems] == [
        (True, "ink is 'white', not a colour"),
        (True, "there is no field 'font'"),
    ]


@pytest.mark.parametrize(
    ("id", "country", "on", "shown"),
    [
        (HARD, "GB", "2027-01-01", True),
        (HARD, "", "2027-01-01", False),
        (HARD, "GB", "2026-07-01", True),
        (MILD, "GB", "2027-01-01", False),
    ],
)
def test_a_hard_day_shows_the_helpline_of_the_country(daymark, at, id, country, on, shown):
    home = at("planned")
    words = ["card", id, "--year", "2027", "--dry-run", "--country", country]
    (told,) = daymark.json(*words, home=home, now=f"{on}T09:00:00Z")
    assert (HELPLINE.number in told["alt"]) is shown
    assert not (home / "pictures").exists()


def test_a_helpline_past_its_date_stands_on_no_card():
    late = HELPLINE.expires.replace(year=HELPLINE.expires.year + 1)
    assert helpline_for([HELPLINE], "GB", ("human-trafficking",), late, "en") is None


def test_a_card_of_a_day_goes_into_a_file_and_again_changes_nothing(daymark, at):
    home = at("planned")
    (first,) = daymark.json("card", MILD, home=home)
    made = files(home)
    assert size_of(first["file"]) == (first["width"], first["height"]) == SIZES["wide"]
    assert daymark.json("card", MILD, home=home) == [first]
    assert files(home) == made
    (out,) = daymark.json("card", MILD, "--out", "own.png", "--size", "story", "--language", "ar", home=home)
    assert (out["language"], out["height"], Path(out["file"]).name) == ("ar", 1920, "own.png")


def test_a_card_is_put_into_a_post_with_its_words_and_drops_the_approval(daymark, at):
    home = at("planned")
    daymark.json("approve", TRAUMA, EVE, "--as", "Ana", home=home)
    before = everything(home)
    (promised,) = daymark.json("card", TRAUMA, "--attach", "--dry-run", home=home)
    assert everything(home) == before
    (done,) = daymark.json("card", TRAUMA, "--attach", "--as", "Ben", home=home)
    assert (done["alt"], done["sha256"], done["review"]) == (promised["alt"], promised["sha256"], "in review")
    post = daymark.json("show", TRAUMA, home=home)
    assert (post["alt"], home / post["media"]) == (done["alt"], Path(done["file"]))
    assert [f for f in daymark.json("check", TRAUMA, home=home) if f["severity"] != "hint"] == []
    after = everything(home)
    daymark.json("card", TRAUMA, "--attach", "--as", "Ben", home=home)
    assert everything(home) == after


def test_a_card_that_was_changed_after_the_yes_is_not_sent(daymark, at):
    home = at("planned")
    (done,) = daymark.json("card", EVE, "--attach", home=home)
    daymark.json("approve", EVE, "--as", "Ana", home=home)
    daymark.json("queue", home=home)
    Path(done["file"]).write_bytes(Path(done["file"]).read_bytes() + b"x")
    answer = daymark("tick", home=home, now="2026-07-03T09:05:00Z")
    assert "is not the one that was approved" in answer.err + answer.out


def account(home, line):
    file = home / "daymark.toml"
    file.write_text(file.read_text("utf-8").replace("[accounts.main]", f"[accounts.main]\n{line}"), "utf-8")


def test_an_account_with_cards_plans_its_posts_with_them(daymark, workspace):
    account(workspace, 'card = "portrait"')
    before = everything(workspace)
    promised = daymark.json("plan", "--dry-run", home=workspace)
    assert everything(workspace) == before
    assert daymark.json("plan", home=workspace)["added"] == promised["added"]
    told = daymark.json("posts", "--campaign", "cooperatives-day/2026", home=workspace)
    assert {size_of(workspace / p["media"]) for p in told} == {SIZES["portrait"]}
    made = everything(workspace)
    daymark.json("plan", home=workspace)
    assert everything(workspace) == made


def test_a_picture_of_ones_own_goes_before_the_card(daymark, workspace):
    account(workspace, 'card = "wide"')
    place = workspace / "templates/posts/observances" / MILD
    place.mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(place / "day.png")
    (place / "day.alt.txt").write_text("A dark square")
    daymark.json("plan", home=workspace)
    assert daymark.json("show", DAY, home=workspace)["alt"] == "A dark square"
    assert daymark.json("show", EVE, home=workspace)["alt"].startswith("A plain card")


WRONG = [
    (["card", MILD, EVE], 2, "one day at a time, or posts"),
    (["card", MILD, "--attach"], 2, "a card is put into posts"),
    (["card", EVE, "--attach", "--out", "x.png"], 2, "--out is for one card"),
    (["card", EVE, "--year", "2027"], 2, "a post has its year"),
    (["card", MILD, "--size", "huge"], 2, "there is no size 'huge'"),
    (["card", MILD, "--language", "xx"], 2, "xx"),
    (["card", "cooperative-day"], 2, "did you mean cooperatives-day?"),
    (["card", "no/such/post"], 2, "there is no post"),
    (["card", MILD, "--year", "1950"], 2, "it is not held in 1950"),
    (["card", MILD, "--out", "/nowhere/x.png"], 5, "cannot be written"),
]


@pytest.mark.parametrize(("words", "code", "told"), WRONG)
def test_what_is_wrong_is_told_and_nothing_changes(daymark, at, words, code, told):
    home = at("planned")
    before = everything(home)
    answer = daymark(*words, "--json", home=home)
    assert (answer.code, told in json.dumps(answer.json)) == (code, True), answer
    assert everything(home) == before


def test_an_account_that_shows_no_pictures_gets_no_cards(daymark, workspace):
    account(workspace, 'card = "wide"')
    file = workspace / "daymark.toml"
    text = file.read_text("utf-8").replace('channel = "folder"', 'channel = "chat"')
    file.write_text(text.replace('network = "mastodon"', 'network = "plain"'), "utf-8")
    daymark.json("plan", home=workspace, now=NOW)
    assert daymark.json("show", EVE, home=workspace)["media"] == ""
    answer = daymark("card", EVE, "--attach", home=workspace)
    assert (answer.code, "takes no picture" in answer.err) == (2, True)
