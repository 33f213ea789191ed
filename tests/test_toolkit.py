"""The toolkit for partners: only what was approved, the same bytes for the same posts, and what changed."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING

import html5lib
import pytest
from conftest import COOPS, DAY, EVE, everything, files
from PIL import Image

from scheduler.model import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

CAMPAIGN = "cooperatives-day/2026"
NAMES = [f"{stage}-mastodon-en" for stage in ("eve", "day", "thanks")]
SHAPES = {"wide": (1200, 630), "portrait": (1080, 1350), "story": (1080, 1920)}
MOVED = """[cooperatives-day]
name = "International Day of Cooperatives"
rule = "07-11"
sources = ["https://www.example.org/moved"]
checked = 2026-07-01
dimensions = ["economic"]
themes = ["decent-work"]
proclaimed = { body = "The harbour" }
"""


def made(daymark, home: Path, *words: str, now: str = "2026-07-01T10:00:00Z"):
    return daymark.json("toolkit", CAMPAIGN, *words, home=home, now=now)


def folder(home: Path) -> Path:
    return home / "toolkits" / "cooperatives-day-2026"


@pytest.fixture
def home(daymark, at) -> Path:
    place = at("planned")
    assert daymark("approve", *COOPS, "--as", "Ana", home=place).code == 0
    return place


def test_it_holds_each_approved_text_as_it_was_approved(daymark, home: Path) -> None:
    told = made(daymark, home)
    assert (told["texts"], told["version"], told["left_out"]) == (NAMES, 1, [])
    shown = {id: daymark.json("show", id, home=home)["text"] for id in COOPS}
    texts = [(folder(home) / "texts" / f"{name}.txt").read_text("utf-8") for name in NAMES]
    assert texts == [f"{shown[id]}\n" for id in COOPS]
    rows = list(csv.DictReader(io.StringIO((folder(home) / "posts.csv").read_text("utf-8-sig"))))
    assert [(r["name"], r["text"]) for r in rows] == list(zip(NAMES, shown.values(), strict=True))


def test_nothing_is_in_it_to_which_nobody_said_yes(daymark, at) -> None:
    place = at("planned")
    answer = daymark("toolkit", CAMPAIGN, home=place)
    assert (answer.code, "no post of cooperatives-day/2026 is approved yet" in answer.err) == (3, True)
    assert not (place / "toolkits").exists()
    daymark("approve", EVE, "--as", "Ana", home=place)
    told = made(daymark, place)
    assert told["texts"] == NAMES[:1]
    assert told["left_out"] == [f"{id}: nobody has approved it" for id in COOPS[1:]]


def test_a_story_told_with_consent_is_not_passed_on(daymark, home: Path) -> None:
    daymark("consent", "c-17", EVE, "--until", "2026-12-31", "--as", "Ana", home=home)
    daymark("approve", EVE, "--as", "Ben", home=home)
    told = made(daymark, home)
    assert told["texts"] == NAMES[1:]
    assert [line.split(": ")[0] for line in told["left_out"]] == [EVE]


def test_the_same_posts_give_the_same_files_and_no_new_version(daymark, home: Path) -> None:
    made(daymark, home)
    before = files(home / "toolkits")
    told = made(daymark, home, now="2026-07-02T10:00:00Z")
    assert (told["version"], told["change"]) == (1, None)
    assert files(home / "toolkits") == before


def test_the_archive_is_the_folder(daymark, home: Path) -> None:
    told = made(daymark, home)
    with zipfile.ZipFile(told["archive"]) as archive:
        inside = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert inside == {name: data for name, (data, _) in files(folder(home)).items()}


def test_a_later_version_says_what_is_new_changed_and_gone(daymark, at) -> None:
    place = at("planned")
    daymark("approve", EVE, DAY, "--as", "Ana", home=place)
    made(daymark, place)
    daymark("reword", DAY, "--file", "-", "--as", "Ana", home=place, stdin="Co-operatives feed people.")
    daymark("reject", EVE, "--why", "not now", "--as", "Ben", home=place)
    daymark("approve", DAY, COOPS[2], "--as", "Ben", home=place)
    told = made(daymark, place, now="2026-07-02T10:00:00Z")
    assert told["change"] == {
        "version": 2,
        "date": "2026-07-02",
        "new": [NAMES[2]],
        "changed": [NAMES[1]],
        "gone": [NAMES[0]],
        "embargo": None,
    }
    changes = (folder(place) / "CHANGES.txt").read_text("utf-8")
    assert changes.index("Version 2 of 2026-07-02") < changes.index("Version 1 of 2026-07-01")
    assert not (folder(place) / "texts" / f"{NAMES[0]}.txt").exists()


def test_a_dry_run_tells_of_the_version_that_the_run_then_writes(daymark, home: Path) -> None:
    told = made(daymark, home, "--dry-run")
    assert not (home / "toolkits").exists()
    assert made(daymark, home) == told
    daymark("reject", COOPS[0], "--why", "not now", "--as", "Ben", home=home)
    before = files(home / "toolkits")
    would, did = (daymark("toolkit", CAMPAIGN, *more, home=home) for more in (["--dry-run"], []))
    gone = f"no longer to be used: {NAMES[0]}\n"
    assert gone in would.err and gone in did.err
    assert would.out == f"would write {did.out}"
    assert files(home / "toolkits") != before


def test_an_embargo_stays_until_it_is_taken_back(daymark, home: Path) -> None:
    made(daymark, home)
    made(daymark, home, "--embargo", "2026-07-03T06:00+01:00")
    assert made(daymark, home)["change"] is None
    page = folder(home) / "index.html"
    assert "publish nothing of this before Friday, 3 July 2026, 06:00 UTC+01:00" in page.read_text("utf-8")
    made(daymark, home, "--embargo", "")
    asked = "please publish nothing of this before Friday, 3 July 2026, 06:00 UTC+01:00"
    assert asked not in page.read_text("utf-8").partition("<h2>")[0]
    changes = (folder(home) / "CHANGES.txt").read_text("utf-8").splitlines()
    told = ["- The embargo is lifted.", f"- Embargo: {asked}.", "- the first version"]
    assert [line for line in changes if line.startswith("-")] == told


def test_an_embargo_that_is_over_is_not_given_but_one_that_was_kept_goes_on(daymark, home: Path) -> None:
    made(daymark, home)
    before = everything(folder(home))
    words = ("toolkit", CAMPAIGN, "--embargo", "2026-07-03T06:00+01:00")
    for now, code in (("2026-07-03T05:00:00Z", 2), ("2026-07-03T04:59:00Z", 0), ("2026-07-03T05:00:00Z", 0)):
        answer = daymark(*words, home=home, now=now)
        assert (answer.code, "is over already" in answer.err) == (code, code == 2), answer.err
        assert (everything(folder(home)) == before) is (code == 2)


@pytest.mark.parametrize(
    ("words", "code", "say"),
    [
        (["nothing/2026"], 2, "there is no campaign 'nothing/2026'"),
        ([CAMPAIGN, "--embargo", "tomorrow"], 2, "'tomorrow' is not a moment"),
        ([CAMPAIGN, "--embargo", "2026-07-03T06:00"], 2, "does not say in which zone"),
        ([CAMPAIGN, "--embargo", "2025-07-03T06:00+00:00"], 2, "2025-07-03T06:00:00+00:00 is over already: it is 2026"),
        ([CAMPAIGN, "--language", "de"], 2, "there is no language 'de'"),
    ],
)
def test_what_makes_no_sense_is_told(words: list[str], code: int, say: str, daymark, home: Path) -> None:
    answer = daymark("toolkit", *words, home=home)
    assert (answer.code, say in answer.err) == (code, True), answer.err


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_page_is_html_without_an_error_in_every_language(language: str, daymark, home: Path) -> None:
    made(daymark, home, "--language", language)
    html5lib.HTMLParser(strict=True).parse((folder(home) / "index.html").read_text("utf-8"))


def test_the_day_comes_as_a_calendar_under_the_identity_of_our_feeds(daymark, home: Path) -> None:
    made(daymark, home)
    daymark("feeds", home=home)
    uid = next(line for line in (folder(home) / "day.ics").read_text("utf-8").splitlines() if line.startswith("UID:"))
    feed = (home / "public" / "observances.ics").read_text("utf-8")
    assert uid in feed.splitlines()


def test_partners_hear_that_the_day_moved_and_that_it_is_no_longer_held(daymark, home: Path) -> None:
    cards = [f"card-en-{size}" for size in ("wide", "portrait", "story")]
    made(daymark, home)
    own = home / "calendars" / "own.toml"
    own.write_text(MOVED)
    told = made(daymark, home, now="2026-07-02T10:00:00Z")
    assert (told["change"]["changed"], told["change"]["gone"]) == (["day.ics"], [*NAMES, *cards])
    assert told["left_out"] == [f"{id}: its day moved from 2026-07-04 to 2026-07-11" for id in COOPS]
    lines = (folder(home) / "day.ics").read_text("utf-8").splitlines()
    assert {"DTSTART;VALUE=DATE:20260711", "SEQUENCE:1", "DTSTAMP:20260702T000000Z"} <= set(lines)
    assert "11 July 2026" in (folder(home) / "index.html").read_text("utf-8")
    own.write_text("[cooperatives-day]\nhidden = true\n")
    told = made(daymark, home, now="2026-07-03T10:00:00Z")
    assert (told["version"], told["change"]["gone"]) == (3, ["day.ics"])
    assert not (folder(home) / "day.ics").exists()


def test_partners_hear_that_every_text_was_withdrawn(daymark, home: Path) -> None:
    made(daymark, home)
    daymark("reject", *COOPS, "--why", "not now", "--as", "Ben", home=home)
    told = made(daymark, home)
    assert (told["texts"], told["change"]["gone"][:3]) == ([], NAMES)
    assert not list((folder(home) / "texts").glob("*"))


def shown(daymark, home: Path, picture: Image.Image, name: str = "eve.jpg", **how: object) -> dict:
    """A toolkit whose first text shows a picture of our own."""
    place = home / "templates" / "posts" / "observances" / "cooperatives-day"
    place.mkdir(parents=True)
    picture.save(place / name, **how)
    (place / "eve.alt.txt").write_text("Hands that plant a tree.")
    assert daymark("plan", home=home).code == 0
    assert daymark("approve", EVE, "--as", "Ben", "--why", "it is ours", home=home).code == 0
    return made(daymark, home)


def test_a_picture_comes_bare_with_its_description(daymark, at) -> None:
    home, exif = at("fresh"), Image.Exif()
    exif[0x010E] = "where it was taken"
    shown(daymark, home, Image.new("RGB", (800, 600), "teal"), exif=exif)
    for path in (folder(home) / "pictures").glob(f"{NAMES[0]}*"):
        kept = path.read_bytes()
        assert b"where it was taken" not in kept and kept.startswith(b"\xff\xd8")
    assert 'alt="Hands that plant a tree."' in (folder(home) / "index.html").read_text("utf-8")


WHITE = {"RGB": (255, 255, 255), "RGBA": (255, 255, 255, 255), "L": 255, "CMYK": (0, 0, 0, 0)}
OWN = {  # mode, form, points, and the points in which it is seen on each sheet
    "a photograph": ("RGB", "jpg", (3000, 2000), {"wide": (945, 630), "portrait": (1080, 720), "story": (1080, 720)}),
    "a small one": ("RGB", "jpg", (400, 300), dict.fromkeys(SHAPES, (400, 300))),
    "a drawing": ("RGBA", "png", (1000, 2000), {"wide": (315, 630), "portrait": (675, 1350), "story": (960, 1920)}),
    "grey": ("L", "png", (2160, 2160), {"wide": (630, 630), "portrait": (1080, 1080), "story": (1080, 1080)}),
    "for print": ("CMYK", "jpg", (2160, 2160), {"wide": (630, 630), "portrait": (1080, 1080), "story": (1080, 1080)}),
    "a WebP": ("RGB", "webp", (2160, 2160), {"wide": (630, 630), "portrait": (1080, 1080), "story": (1080, 1080)}),
}


@pytest.mark.parametrize(("mode", "form", "points", "seen"), OWN.values(), ids=OWN)
def test_a_picture_of_our_own_is_whole_in_every_size(
    mode: str, form: str, points: tuple[int, int], seen: dict[str, tuple[int, int]], daymark, at
) -> None:
    home = at("fresh")
    told = shown(daymark, home, Image.new(mode, points, WHITE[mode]), f"eve.{form}")
    page = (folder(home) / "index.html").read_text("utf-8")
    assert not [why for why in told["left_out"] if "sizes" in why]
    for size, shape in SHAPES.items():
        path = f"pictures/{NAMES[0]}-{size}.{'png' if form == 'png' else 'jpg'}"
        with Image.open(folder(home) / path) as sheet:
            inside = sheet.convert("L").point(lambda grey: 255 if grey > 200 else 0).getbbox()
            assert sheet.size == shape
        left, top, right, bottom = inside
        assert (right - left, bottom - top) == seen[size]
        assert abs(left - (shape[0] - right)) <= 1 and abs(top - (shape[1] - bottom)) <= 1
        assert f'<a href="{path}"><bdi>{shape[0]} × {shape[1]}</bdi></a>' in page


def test_a_picture_that_has_a_size_already_is_not_made_again(daymark, at) -> None:
    home = at("fresh")
    shown(daymark, home, Image.new("RGB", SHAPES["portrait"], "teal"))
    assert {p.stem.removeprefix(NAMES[0]) for p in (folder(home) / "pictures").glob(f"{NAMES[0]}*")} == {
        "",
        "-wide",
        "-story",
    }


def test_a_picture_that_moves_comes_in_its_own_size_alone(daymark, at) -> None:
    frames = [Image.new("RGB", (800, 600), colour) for colour in ("teal", "white")]
    told = shown(daymark, at("fresh"), frames[0], "eve.webp", save_all=True, append_images=frames[1:])
    assert [why for why in told["left_out"] if "sizes" in why] == [f"pictures/{NAMES[0]}.webp in other sizes: it moves"]


def test_a_card_in_a_post_is_not_framed_for_it_is_drawn_in_every_size(daymark, home: Path) -> None:
    assert daymark("card", EVE, "--attach", "--as", "Ana", home=home).code == 0
    assert daymark("approve", EVE, "--as", "Ben", home=home).code == 0
    made(daymark, home)
    assert [p.name for p in (folder(home) / "pictures").glob(f"{NAMES[0]}*")] == [f"{NAMES[0]}.png"]


def test_the_cards_of_the_day_are_in_it_in_every_size_and_language_of_its_texts(daymark, home: Path) -> None:
    made(daymark, home)
    found = {}
    for path in (folder(home) / "pictures").glob("card-*.png"):
        with Image.open(path) as card:
            found[path.stem] = card.size
    assert found == {f"card-en-{size}": shape for size, shape in SHAPES.items()}
    alt = (folder(home) / "pictures" / "card-en-wide.txt").read_text("utf-8").strip()
    assert "International Day of Cooperatives" in alt and alt in (folder(home) / "index.html").read_text("utf-8")


def test_a_record_that_cannot_be_read_begins_anew(daymark, home: Path) -> None:
    made(daymark, home)
    (folder(home) / "toolkit.json").write_text("{")
    assert made(daymark, home)["version"] == 1
    assert json.loads((folder(home) / "toolkit.json").read_text("utf-8"))["campaign"] == CAMPAIGN
