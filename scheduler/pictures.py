"""Pictures: what their files tell beside the picture (EXIF, XMP, IPTC, comments), and the picture alone.

A photograph of a telephone holds the place where it was taken. Nothing but the picture and its colours goes out.
"""

from __future__ import annotations

import io
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_GPS, _ORIENTATION = 0x8825, 0x0112  # EXIF 3.0, section 4.6
_COLOURS = ("icc_profile", "transparency", "gamma", "duration", "loop")  # kept: they change what is seen
_TOLD = ("exif", "xmp", "photoshop", "comment", "XML:com.adobe.xmp", "Raw profile type exif", "Raw profile type iptc")
_PLACE = (b"GPSLatitude", b"GPSLongitude", b"Iptc4xmpCore:Location", b"photoshop:City")


class Trace(StrEnum):
    """What a picture file tells beside the picture."""

    UNREADABLE = "unreadable"  # no picture at all, or a broken one
    PLACE = "place"
    OTHER = "other"  # the camera, the time, a name, a comment


class NoPicture(Exception):
    """The bytes are no picture that can be read."""


@lru_cache(maxsize=64)
def traces(data: bytes) -> frozenset[Trace]:
    """What the file tells; empty for a picture and nothing else."""
    try:
        picture = _opened(data)
    except NoPicture:
        return frozenset({Trace.UNREADABLE})
    info = _said(picture)
    exif = picture.getexif()
    has_place = bool(exif.get_ifd(_GPS)) or any(mark in data for mark in _PLACE)
    found = {Trace.PLACE} if has_place else set()
    return frozenset(found | ({Trace.OTHER} if info or set(exif) - {_GPS} else set()))


def bare(data: bytes) -> bytes:
    """The picture alone, upright; the same bytes if there is nothing else in them. Raises NoPicture.

    A JPEG is written again with its own tables, a turned one in high quality; PNG and WebP lose nothing.
    """
    picture = _opened(data)
    if not _said(picture) and not picture.getexif():
        return data
    from PIL import ImageOps

    form = str(picture.format)
    turned = picture.getexif().get(_ORIENTATION, 1) != 1
    if turned:
        picture = ImageOps.exif_transpose(picture)
    picture.info = {name: value for name, value in picture.info.items() if name in _COLOURS}
    how: dict[str, object] = {"icc_profile": picture.info.get("icc_profile")}
    if form == "JPEG":
        how |= {"quality": 95, "subsampling": 0} if turned else {"quality": "keep"}
    elif form == "WEBP":
        how |= {"lossless": True, "save_all": getattr(picture, "is_animated", False)}
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


def _said(picture: Picture) -> set[str]:
    """The names of what the file tells in words: known fields, and the text chunks of a PNG."""
    return {name for name in picture.info if name in _TOLD} | set(getattr(picture, "text", {}))
