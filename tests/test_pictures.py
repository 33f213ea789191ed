"""Pictures go out without what their files tell of people and places."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from scheduler.checks import ERROR, HINT, Draft, check_draft
from scheduler.model import Limits
from scheduler.pictures import NoPicture, Trace, bare, traces

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
