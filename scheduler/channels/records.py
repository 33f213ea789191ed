"""The parts of a record on servers of the AT protocol that need no server: what fits, what its picture is, its card.

A card is made of what Daymark knows of a page itself, and only for the page of the day: nothing is fetched.
Facts: the lexicons of @atproto/pds 0.4.217 (feed.post, embed.external, com.atproto.label.defs), read 2026-11-27.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from scheduler.checks.lengths import UNITS, links

if TYPE_CHECKING:
    from scheduler.model import Message

MOST, BYTES_MOST = 300, 3000  # of a text, in graphemes and in bytes
NO_LABEL = "none"
_FORMS = {"PNG": "image/png", "WEBP": "image/webp"}


def unfit(text: str, note: str) -> str:
    """Why Bluesky does not take a post; empty if it does."""
    if note:
        return "Bluesky has no place for a content note: let the text begin with it"
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "the text holds halves of signs (surrogates)"
    signs = UNITS["graphemes"](text)
    if signs > MOST or size > BYTES_MOST:
        return f"the text has {signs} signs and {size} bytes, and Bluesky takes {MOST} and {BYTES_MOST}"
    return ""


def shape(data: bytes) -> tuple[str, int, int]:
    """The media type of a picture, and its width and height in points."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as picture:
        return _FORMS.get(str(picture.format), "image/jpeg"), picture.width, picture.height


def card(message: Message) -> dict[str, Any]:
    """The card of the first link to the day's own page, with the day's name; empty without such a link."""
    if not message.page or message.page not in links(message.wording.text):
        return {}
    name = message.title.rpartition(": ")[0] or message.title
    return {
        "$type": "app.bsky.embed.external",
        "external": {"uri": message.page, "title": name, "description": ""},
    }


def labels(label: str) -> dict[str, Any]:
    """What a post says of itself, for readers who chose not to see such posts, or not at once."""
    if label in ("", NO_LABEL):
        return {}
    return {"labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": label}]}}
