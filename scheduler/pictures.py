"""Pictures: what their files tell beside the picture (EXIF, XMP, IPTC, comments), and the picture alone.

A photograph of a telephone holds the place where it was taken. Nothing but the picture and its colours goes out, as
large as the channel takes it.
"""

from __future__ import annotations

import io
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image as Picture

# Cards, width and height in points. A wide one serves previews of links nearly everywhere, the portrait is the tallest
# that Instagram and Threads show whole, the story fills a telephone. (guides of ogimg.xyz and iconello.com, 2026-11-23)
SIZES = {"wide": (1200, 630), "portrait": (1080, 1350), "story": (1080, 1920)}

CARDS = ("pictures", "cards")  # where in a workspace they lie

# How a picture is made smaller: a JPEG rather plainer than shorter, then shorter, as long as it shows something.
_QUALITIES, _STEP, _SHORTEST = (90, 82, 74, 66), 0.8, 320

_GPS, _ORIENTATION = 0x8825, 0x0112  # EXIF 3.0, section 4.6
_COLOURS = ("icc_profile", "transparency", "gamma", "duration", "loop")  # kept: they change what is seen
_TOLD = ("exif", "xmp", "photoshop", "comment")
_PLACE = (b"GPSLatitude", b"GPSLongitude", b"Iptc4xmpCore:Location", b"photoshop:City")


class Trace(StrEnum):
    """What a picture file tells beside the picture."""

    UNREADABLE = "unreadable"  # no picture at all, or a broken one
    PLACE = "place"
    OTHER = "other"  # the camera, the time, a name, a comment


class NoPicture(Exception):
    """The bytes are no picture that can be read."""


@lru_cache(maxsize=4)
def traces(data: bytes) -> frozenset[Trace]:
    """What the file tells; empty for a picture and nothing else."""
    try:
        picture = _opened(data)
    except NoPicture:
        return frozenset({Trace.UNREADABLE})
    has_place = bool(picture.getexif().get_ifd(_GPS)) or any(mark in data for mark in _PLACE)
    found = {Trace.OTHER} if _tells(picture, data) else set()
    return frozenset(found | ({Trace.PLACE} if has_place else set()))


def points(data: bytes) -> tuple[int, int]:
    """Width and height; nothing for what is no picture."""
    try:
        return _opened(data).size
    except NoPicture:
        return 0, 0


def bare(data: bytes) -> bytes:
    """The picture alone, upright; the same bytes if there is nothing else in them. Raises NoPicture.

    A JPEG is written again with its own tables, a turned one in high quality; PNG and WebP lose nothing.
    """
    picture = _opened(data)
    if not traces(data):
        return data
    from PIL import ImageOps

    form = "JPEG" if picture.format == "MPO" else str(picture.format)  # of several pictures in one JPEG, the first
    keeps = picture.format == "JPEG" and picture.getexif().get(_ORIENTATION, 1) == 1
    if not keeps:
        picture = ImageOps.exif_transpose(picture)
    picture.info = {name: value for name, value in picture.info.items() if name in _COLOURS}
    how: dict[str, object] = {"icc_profile": picture.info.get("icc_profile")}
    if form == "JPEG":
        how |= {"quality": "keep"} if keeps else {"quality": 95, "subsampling": 0}
    elif form == "WEBP":
        how |= {"lossless": True, "save_all": getattr(picture, "is_animated", False)}
    return _saved(picture, form, **how)


@lru_cache(maxsize=4)
def fitted(data: bytes, most: int = 0, longest: int = 0) -> bytes:
    """The picture alone, of at most so many bytes and points of its longer side; 0: any. Small enough, it is as it was.

    The same picture gives the same bytes under one version of Pillow. A PNG becomes a JPEG where it has no other way,
    a transparent one stays PNG. Raises NoPicture, also for one that moves or that cannot be made small enough.
    """
    alone = bare(data)
    picture = _opened(alone)
    side = longer = max(picture.size)
    if longest and longer > longest:
        side = longest
    if side == longer and (not most or len(alone) <= most):
        return alone
    if getattr(picture, "is_animated", False):
        raise NoPicture(f"it moves, has {len(alone)} bytes and {longer} points, and cannot be made smaller")
    shortest = min(_SHORTEST, side)
    while side >= shortest:
        for made in _smaller(picture, side):
            if not most or len(made) <= most:
                return made
        side = int(side * _STEP)
    raise NoPicture(f"it has {len(alone)} bytes and cannot be shown in {most}")


def framed(data: bytes, size: str, ground: str) -> bytes:
    """The whole picture in one of SIZES, in the middle of a ground of a colour: nothing cut off, never made larger.

    A PNG stays one, anything else becomes a JPEG. Raises NoPicture, also for one that moves.
    """
    picture = _opened(bare(data))
    if getattr(picture, "is_animated", False):
        raise NoPicture("it moves")
    from PIL import Image, ImageOps

    room = SIZES[size]
    within = min(room[0], picture.width), min(room[1], picture.height)
    shown = ImageOps.contain(_plain(picture), within, Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", room, ground)
    corner = (room[0] - shown.width) // 2, (room[1] - shown.height) // 2
    sheet.paste(shown, corner, shown if shown.mode == "RGBA" else None)
    how: dict[str, object] = {"quality": _QUALITIES[0]} if picture.format != "PNG" else {}
    return _saved(sheet, "JPEG" if how else "PNG", optimize=True, icc_profile=_profile(picture), **how)


def ending(data: bytes) -> str:
    """How the name of a picture's file ends: png, webp or jpg."""
    return "png" if data.startswith(b"\x89PNG") else "webp" if data.startswith(b"RIFF") else "jpg"


def _smaller(picture: Picture, side: int) -> Iterator[bytes]:
    """The picture at a length of its longer side, in the forms that it may have, the best first."""
    from PIL.Image import Resampling

    clear, colours, plain = picture.has_transparency_data, _profile(picture), _plain(picture)
    width, height = (max(1, round(each * side / max(picture.size))) for each in picture.size)
    plain = plain.resize((width, height), Resampling.LANCZOS) if (width, height) != picture.size else plain
    plain.info = {}
    if clear or picture.format == "PNG":
        yield _saved(plain, "PNG", optimize=True, icc_profile=colours)
    if not clear:
        for quality in _QUALITIES:
            yield _saved(plain, "JPEG", quality=quality, optimize=True, icc_profile=colours)


def _plain(picture: Picture) -> Picture:
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _profile(picture: Picture) -> object:
    """The colour profile, where it is one of the colours that are written again."""
    return picture.info.get("icc_profile") if picture.mode in ("RGB", "RGBA") else None


def _saved(picture: Picture, form: str, **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **how)
    return out.getvalue()


def _opened(data: bytes) -> Picture:
    from PIL import Image  # 20 ms: only posts with pictures pay for it

    try:
        picture = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
        picture.load()
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise NoPicture(str(error)) from error
    return picture


def _tells(picture: Picture, data: bytes) -> bool:
    """Whether a file holds anything but a picture and its colours, in fields that are known or not."""
    known = any(name in picture.info for name in _TOLD) or bool(picture.getexif())
    words = getattr(picture, "text", {}) or getattr(picture, "private_chunks", ())
    return known or bool(words) or any(map(_is_foreign, getattr(picture, "applist", ()))) or not _ends(picture, data)


def _is_foreign(segment: tuple[str, bytes]) -> bool:
    """Whether a segment of a JPEG is of no use to show it: APP0 and APP14 say how, APP2 may be the colour profile."""
    name, data = segment
    return name not in ("APP0", "APP14") and not (name == "APP2" and data.startswith(b"ICC_PROFILE"))


def _ends(picture: Picture, data: bytes) -> bool:
    """Whether the file ends with its picture: what is appended is not shown, and goes unseen."""
    match picture.format:
        case "PNG":
            return data.endswith(b"IEND\xaeB`\x82")
        case "WEBP":
            return len(data) <= int.from_bytes(data[4:8], "little") + 8 + 1
    return picture.format == "JPEG" and data.endswith(b"\xff\xd9")
