"""Pictures go out without what their files tell of people and places."""

from __future__ import annotations

import hashlib
import io
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import DAY, EVE, Daymark, everything
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from test_operations import move

from scheduler.checks import ERROR, HINT, WARNING, Draft, check_draft
from scheduler.errors import BadFile
from scheduler.model import WITHDRAWN, Consent, Limits, Picture
from scheduler.pictures import NoPicture, Trace, bare, ending, fitted, points, traces
from scheduler.rights import load_pictures

CAMERA = "Phone of Ana"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf exif:GPSLatitude="51,30.5N"/></x:xmpmeta>'
FORMS = ("JPEG", "PNG", "WEBP")


def picture(form: str, *, place: bool = False, camera: bool = False, turned: bool = False, **more: object) -> bytes:
    image = Image.new("RGB", (16, 8), "navy")
    image.paste("orange", (0, 0, 8, 8))
    exif = Image.Exif()
    if camera:
        exif[0x0110] = CAMERA
    if turned:
        exif[0x0112] = 6
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 26.0), 3: "W", 4: (0.0, 7.0, 39.0)})
        exif[0x8825] = exif.get_ifd(0x8825)
    if place or camera or turned:
        more["exif"] = exif
    out = io.BytesIO()
    image.save(out, form, **({"lossless": True} if form == "WEBP" else {}) | more)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_and_nothing_else_goes_out_as_it_is(form):
    data = picture(form)
    assert (traces(data), bare(data)) == (frozenset(), data)


@pytest.mark.parametrize("form", FORMS)
def test_the_place_and_the_camera_are_seen_and_taken_out(form):
    data = picture(form, place=True, camera=True)
    clean = bare(data)
    assert traces(data) == {Trace.PLACE, Trace.OTHER}
    assert traces(clean) == frozenset()
    assert CAMERA.encode() in data and CAMERA.encode() not in clean
    assert (dict(opened(clean).getexif()), opened(clean).format, opened(clean).size) == ({}, form, (16, 8))


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_is_seen_stays_the_same_to_the_point(form):
    data = picture(form, place=True)
    assert opened(bare(data)).convert("RGB").tobytes() == opened(data).convert("RGB").tobytes()


@pytest.mark.parametrize("form", FORMS)
def test_a_turned_picture_is_set_upright(form):
    clean = opened(bare(picture(form, turned=True)))
    assert (clean.size, dict(clean.getexif())) == ((8, 16), {})


OTHERS = [
    pytest.param("JPEG", {"comment": b"taken by Ana"}, b"taken by Ana", {Trace.OTHER}, id="a comment"),
    pytest.param("JPEG", {"xmp": XMP}, b"GPSLatitude", {Trace.OTHER, Trace.PLACE}, id="a place in XMP"),
    pytest.param("WEBP", {"xmp": XMP}, b"GPSLatitude", {Trace.OTHER, Trace.PLACE}, id="a place in XMP of WebP"),
]


@pytest.mark.parametrize(("form", "more", "words", "told"), OTHERS)
def test_other_words_in_a_file_are_taken_out(form, more, words, told):
    data = picture(form, **more)
    assert words in data and traces(data) == told
    assert words not in bare(data) and traces(bare(data)) == frozenset()


@pytest.mark.parametrize("form", FORMS)
def test_what_is_appended_behind_the_picture_is_taken_off(form):
    data = picture(form) + XMP
    assert traces(data) == {Trace.OTHER, Trace.PLACE}
    assert b"GPSLatitude" not in bare(data) and traces(bare(data)) == frozenset()


def test_of_several_pictures_in_one_jpeg_the_first_goes_out_alone():
    out = io.BytesIO()
    first = Image.new("RGB", (16, 8), "navy")
    first.save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (16, 8), "red")])
    assert traces(out.getvalue()) == {Trace.OTHER}
    assert traces(bare(out.getvalue())) == frozenset()
    assert opened(bare(out.getvalue())).format == "JPEG"


def test_words_in_a_png_are_taken_out():
    told = PngInfo()
    told.add_text("Author", "Ana of Kisumu")
    told.add_itxt("XML:com.adobe.xmp", XMP.decode())
    data = picture("PNG", pnginfo=told)
    assert traces(data) == {Trace.OTHER, Trace.PLACE}
    assert b"Kisumu" not in bare(data) and traces(bare(data)) == frozenset()


def test_the_same_picture_gives_the_same_bytes():
    data = picture("JPEG", place=True)
    assert bare(data) == bare(data) == bare(bare(data))


def grain(form: str, mode: str = "RGB", size: tuple[int, int] = (600, 400), **more: object) -> bytes:
    """A picture as hard to make small as a photograph of sand."""
    side = size[0] * size[1] * len(mode)
    dots = b"".join(hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(side // 32 + 1))[:side]
    out = io.BytesIO()
    Image.frombytes(mode, size, dots).save(out, form, **more)
    return out.getvalue()


LARGE = [
    pytest.param(grain("JPEG", quality=95), "JPEG", id="a JPEG"),
    pytest.param(grain("PNG"), "JPEG", id="a PNG"),
    pytest.param(grain("PNG", "RGBA", (900, 600)), "PNG", id="one that lets its ground through"),
    pytest.param(grain("PNG", "LA", (900, 600)), "PNG", id="a grey one that lets its ground through"),
    pytest.param(grain("JPEG", "CMYK", quality=95), "JPEG", id="one for print"),
    pytest.param(grain("WEBP", lossless=True), "JPEG", id="a WebP"),
    pytest.param(grain("JPEG", quality=95, comment="Ana"), "JPEG", id="one that tells"),
]


@pytest.mark.parametrize(("data", "form"), LARGE)
@pytest.mark.parametrize("part", [2, 3])
def test_a_picture_that_is_too_large_is_made_smaller_the_same_each_time(data, form, part):
    most = len(data) // part
    made = fitted(data, most)
    shown, was = opened(made), opened(data)
    assert len(made) <= most < len(data)
    assert (shown.format, traces(made), ending(made)) == (form, frozenset(), {"PNG": "png", "JPEG": "jpg"}[form])
    assert abs(shown.width / shown.height - was.width / was.height) < 0.02
    fitted.cache_clear()
    assert fitted(data, most) == made
    assert fitted(made, most) == made  # once small enough, it stays as it is


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_that_fits_stays_as_it_is(form):
    data = picture(form)
    assert fitted(data, len(data), 16) == fitted(data) == data


def test_the_longer_side_has_a_limit_of_its_own():
    assert opened(fitted(grain("PNG", size=(300, 900)), 0, 450)).size == (150, 450)
    turned = fitted(picture("JPEG", turned=True), 0, 8)
    assert opened(turned).size == (4, 8)


def test_a_flat_drawing_stays_png_and_sharp():
    drawn = Image.new("RGB", (2000, 1000), "navy")
    out = io.BytesIO()
    drawn.save(out, "PNG", compress_level=0)
    assert opened(fitted(out.getvalue(), 100_000)).format == "PNG"


def test_what_moves_or_cannot_be_made_small_enough_is_refused_in_words():
    one, two = (Image.new("RGB", (64, 64), colour) for colour in ("navy", "orange"))
    out = io.BytesIO()
    one.save(out, "WEBP", save_all=True, append_images=[two])
    with pytest.raises(NoPicture, match="it moves"):
        fitted(out.getvalue(), 10)
    with pytest.raises(NoPicture, match="cannot be shown in 100"):
        fitted(grain("JPEG"), 100)


BROKEN = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"words", id="words"),
    pytest.param(picture("JPEG")[:-40], id="half a JPEG"),
    pytest.param(picture("PNG")[:60], id="half a PNG"),
    pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="a drawing"),
]


@pytest.mark.parametrize("data", BROKEN)
def test_what_is_no_picture_is_told(data):
    assert traces(data) == {Trace.UNREADABLE}
    with pytest.raises(NoPicture):
        bare(data)


@pytest.mark.parametrize(
    ("told", "severity"),
    [((), []), ((Trace.OTHER,), []), ((Trace.PLACE,), [HINT]), ((Trace.UNREADABLE,), [ERROR])],
)
def test_a_place_is_reported_and_a_broken_picture_is_stopped(told, severity):
    draft = Draft(text="x", limits=Limits("plain", 5000, "characters"), on=date(2027, 1, 1), language="en")
    found = check_draft(replace(draft, traces=frozenset(told), alt="A table", media_sha="0" * 64))
    assert [f.severity for f in found if f.check == "picture"] == severity


ENTERED = Picture("boat", "pictures/boat.png", "CC BY 4.0", "Photo: A. Example")
AGREED = Consent("C-2027-014", date(2027, 8, 1))
OVER, BACK = Consent("C-2027-014", date(2027, 7, 30)), Consent("C-2027-014", WITHDRAWN)


def entered(**more):
    return {"picture": replace(ENTERED, **more)}


RIGHTS = [
    ("not entered", {"picture": None}, [WARNING]),
    ("entered", entered(), []),
    ("drawn by us", {"picture": None, "is_own": False}, []),
    ("its last day is the post's", entered(expires=date(2027, 7, 31)), []),
    ("over a day before", entered(expires=date(2027, 7, 30)), [ERROR]),
    ("with a consent that holds", entered(consent=AGREED), []),
    ("with one that ends before", entered(consent=OVER), [ERROR]),
    ("with one taken back", entered(consent=BACK), [ERROR]),
    ("too small", entered() | {"points": (319, 240)}, [ERROR]),
    ("just large enough", entered() | {"points": (240, 320)}, []),
    ("of unknown size", entered() | {"points": (0, 0)}, []),
    ("all at once", entered(expires=date(2026, 1, 1), consent=BACK) | {"points": (8, 8)}, [ERROR] * 3),
]


@pytest.mark.parametrize(("about", "more", "severities"), RIGHTS, ids=[row[0] for row in RIGHTS])
def test_a_picture_of_ones_own_is_ours_to_show_as_long_as_the_post_may_go_out(about, more, severities):
    draft = Draft(text="x", limits=Limits("plain", 5000, "characters"), on=date(2027, 7, 30), language="en")
    shown = replace(draft, alt="A boat", media_sha="0" * 64, is_own=True, last=date(2027, 7, 31))
    found = check_draft(replace(shown, **more))
    assert [f.severity for f in found if f.check == "picture"] == severities


def test_points_are_width_and_height_and_none_of_what_is_no_picture():
    assert (points(picture("PNG")), points(b"words")) == ((16, 8), (0, 0))


ENTRY = """
[boat]
file = "templates/posts/observances/cooperatives-day/day.png"
licence = "CC BY 4.0"
credit = "Photo: A. Example"
consent = "C-2027-014"
consent_until = 2027-12-31
"""


def with_a_photograph(home: Path) -> Path:
    """A workspace whose day has a photograph of its own; the place of its entry."""
    place = home / "templates/posts/observances/cooperatives-day"
    place.mkdir(parents=True)
    Image.new("RGB", (640, 480), "navy").save(place / "day.png")
    (place / "day.alt.txt").write_text("A boat at dawn")
    (home / "pictures").mkdir()
    return home / "pictures/pictures.toml"


def seen(daymark: Daymark, home: Path) -> list[tuple[str, str]]:
    found = daymark("check", DAY, "--json", home=home).json
    return [(f["severity"], f["why"]) for f in found if f["check"] == "picture"]


def test_an_entry_answers_for_a_picture_and_a_consent_taken_back_stops_every_post_with_it(daymark, workspace):
    entry = with_a_photograph(workspace)
    daymark.json("plan", home=workspace)
    assert seen(daymark, workspace) == [("warning", "nobody has said whose picture this is, and under which licence")]
    entry.write_text(ENTRY)
    assert seen(daymark, workspace) == []
    daymark.json("approve", DAY, EVE, "--as", "Ana", home=workspace)
    told = daymark.json("consent", "C-2027-014", "--withdraw", "--as", "Ana", home=workspace)
    assert [(p["id"], p["review"]) for p in told] == [(DAY, "draft")]
    assert daymark.json("show", EVE, home=workspace)["state"] == "approved"
    said = "the consent C-2027-014 of the people in boat was withdrawn, and the post may go out until 2026-07-04"
    assert seen(daymark, workspace) == [("error", said)]
    after = everything(workspace)
    daymark.json("consent", "C-2027-014", "--withdraw", "--as", "Ana", home=workspace)
    assert everything(workspace) == after


def test_a_consent_of_a_picture_that_no_post_shows_is_told(daymark, workspace):
    with_a_photograph(workspace).write_text(ENTRY)
    answer = daymark("consent", "C-2027-014", "--withdraw", "--as", "Ana", home=workspace)
    assert (answer.code, "no post shows the picture 'boat'" in answer.err) == (2, True)


def test_a_picture_whose_time_is_over_is_not_sent(daymark, workspace):
    entry = with_a_photograph(workspace)
    entry.write_text(ENTRY)
    daymark.json("plan", home=workspace)
    daymark.json("approve", DAY, "--as", "Ana", home=workspace)
    entry.write_text(ENTRY + "expires = 2026-07-03\n")
    daymark.json("queue", home=workspace)
    daymark("tick", home=workspace, now="2026-07-04T09:05:00Z")
    assert daymark.json("show", DAY, home=workspace)["state"] not in ("sent", "waiting")


def test_simulate_tells_of_a_picture_whose_time_is_over(daymark, workspace):
    entry = with_a_photograph(workspace)
    entry.write_text(ENTRY)
    daymark.json("plan", home=workspace)
    daymark.json("approve", DAY, "--as", "Ana", home=workspace)
    words = ("simulate", "--to", "2026-07-05", "--json")
    assert daymark(*words, home=workspace).json["counts"]["sent"] == 1
    entry.write_text(ENTRY + "expires = 2026-07-03\n")
    told = daymark(*words, home=workspace).json
    assert [e["why"].partition(":")[0] for e in told["events"] if e["what"] == "failed"] == ["picture"]


def due_with_a_photograph(daymark: Daymark, home: Path) -> str:
    """A workspace with a post that waits to be sent with a picture; where that lies, as the post has it."""
    with_a_photograph(home).write_text(ENTRY)
    daymark.json("plan", home=home)
    daymark.json("approve", DAY, "--as", "Ana", home=home)
    daymark.json("queue", home=home)
    return daymark.json("show", DAY, home=home)["media"]


def sent_with_its_picture(daymark: Daymark, home: Path) -> bool:
    daymark("tick", home=home, now="2026-07-04T09:05:00Z")
    return len(list(home.glob("outbox/*_day_*/picture.png"))) == 1


def says_where(home: Path, path: str) -> None:
    with closing(sqlite3.connect(home / "daymark.db")) as db, db:
        db.execute("UPDATE post SET media = ? WHERE media <> ''", (path,))


def test_a_workspace_that_was_moved_sends_its_pictures(daymark, workspace):
    place = "templates/posts/observances/cooperatives-day/day.png"
    assert due_with_a_photograph(daymark, workspace) == place
    assert sent_with_its_picture(daymark, workspace.rename(workspace.with_name("moved")))


def test_a_picture_that_lies_elsewhere_is_found_by_its_whole_path(daymark, workspace, tmp_path):
    place = due_with_a_photograph(daymark, workspace)
    (workspace / "pictures/pictures.toml").unlink()
    says_where(workspace, str((workspace / place).rename(tmp_path / "day.png")))
    assert sent_with_its_picture(daymark, workspace)


@pytest.mark.parametrize("when", ["before", "after", "never"])
def test_whole_paths_of_an_older_database_are_named_from_the_folder_on(when, daymark, workspace, tmp_path):
    place = due_with_a_photograph(daymark, workspace)
    move(workspace, "0009")
    elsewhere = tmp_path / "day.png"
    elsewhere.write_bytes((workspace / place).read_bytes() + b"another")
    whole = str(elsewhere if when == "never" else workspace / place)
    says_where(workspace, whole)
    home = workspace.rename(workspace.with_name("moved")) if when == "before" else workspace
    assert daymark.json("show", DAY, home=home)["media"] == (whole if when == "never" else place)
    if when != "never":
        assert sent_with_its_picture(daymark, home)
        move(home, "0009")
        with closing(sqlite3.connect(home / "daymark.db")) as db:
            assert {row[0] for row in db.execute("SELECT media FROM post")} == {"", str(home / place)}


WRONG = [
    ('file = "none.png"', "there is no file none.png"),
    ('licence = ""', "licence"),
    ('consent = "Maria Example"', "'Maria Example' could say who the person is"),
    ("consent_until = 5", "consent_until"),
    ('licens = "x"', "there is no field 'licens'"),
]


@pytest.mark.parametrize(("line", "told"), WRONG)
def test_what_is_wrong_in_an_entry_is_told_with_its_line(workspace, line, told):
    entry = with_a_photograph(workspace)
    name = line.partition(" ")[0]
    kept = [old for old in ENTRY.splitlines() if not old.startswith(f"{name} ")]
    entry.write_text("\n".join([*kept, line, ""]))
    with pytest.raises(BadFile) as error:
        load_pictures(workspace)
    (problem,) = error.value.problems
    assert (problem.line > 1, problem.entry, told in problem.say) == (True, "boat", True)
