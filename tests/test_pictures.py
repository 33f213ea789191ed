"""Pictures go out without what their files tell of people and places."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import date

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from scheduler.checks import ERROR, HINT, Draft, check_draft
from scheduler.model import Limits
from scheduler.pictures import NoPicture, Trace, bare, ending, fitted, traces

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
