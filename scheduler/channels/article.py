"""A post as an article of a website: HTML that holds its words and nothing else, and what makes them findable.

What WordPress does to such HTML decides its form: square brackets would run shortcodes, so they are written as
numbers; and entities are written as its filter (kses) writes them, so that what it stores is what it was given. (code
of WordPress 6.1.9, read and run 2026-11-27)
"""

from __future__ import annotations

import re
import unicodedata
from html import escape
from typing import TYPE_CHECKING

from scheduler.channels.facets import facets

if TYPE_CHECKING:
    from scheduler.model import Message

RIGHT_TO_LEFT = ("ar",)
TAGS_MOST = 20  # each is a request
EXCERPT_MOST = 300  # signs: about the 55 words that WordPress takes for one
_BLANK = re.compile(r"\n\s*\n")
_NO_NUMBER = "&amp;&#035;"  # of a text that holds &#39; itself: kses would take "&amp;#39;" for that sign
_SHORTCODES = {"[": "&#091;", "]": "&#093;"}


def slug_of(message: Message) -> str:
    """The name of an article in its address: readable, and by its last 16 signs that of its stored row alone."""
    said = re.sub(r"[^a-z0-9]+", "-", "-".join(message.post.lower().split("/")[:3]))[:100].strip("-")
    return f"{said}-{message.key[:16]}"


def title_of(message: Message) -> str:
    """The name of the day."""
    return _written(" ".join((message.title.rpartition(": ")[0] or message.title).split()))


def content_of(message: Message) -> str:
    """The note, if there is one, and the text: a blank line ends a paragraph, an address becomes a link."""
    w = message.wording
    parts = [f"<p><strong>{_written(w.note.strip())}</strong></p>"] if w.note.strip() else []
    parts += [f"<p>{_linked(part)}</p>" for part in _paragraphs(w.text)]
    side = "rtl" if message.language in RIGHT_TO_LEFT else "ltr"
    inner = "\n".join(parts).replace("\n</p>", "</p>")
    return f'<div lang="{_quoted(message.language)}" dir="{side}">\n{inner}\n</div>'


def excerpt_of(message: Message) -> str:
    """What lists of articles show: the note where there is one, since nobody is warned after the words; else a part."""
    w = message.wording
    whole = " ".join((w.note or next(iter(_paragraphs(w.text)), "")).split())
    if len(whole) <= EXCERPT_MOST:
        return _written(whole)
    cut = whole[: EXCERPT_MOST - 1]
    return _written((cut.rpartition(" ")[0] or cut) + "…")


def tags_of(message: Message) -> list[str]:
    """The hashtags of a text without their signs, each once whatever its capitals, in their order."""
    tags: dict[str, str] = {}
    for facet in facets(_sound(message.wording.text), {}):
        if tag := facet["features"][0].get("tag"):
            tags.setdefault(tag.casefold(), tag)
    return [*tags.values()][:TAGS_MOST]


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in _BLANK.split(_sound(text)) if part.strip()]


def _linked(text: str) -> str:
    """A paragraph as HTML; what can be tapped is told in bytes."""
    data, made, last = text.encode(), "", 0
    for facet in facets(text, {}):
        uri = facet["features"][0].get("uri")
        if uri:
            begin, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
            made += _written(data[last:begin].decode()) + f'<a href="{_quoted(uri)}">{_written(uri)}</a>'
            last = end
    return (made + _written(data[last:].decode())).replace("\n", "<br />\n")


def _written(text: str) -> str:
    """Text in HTML."""
    told = escape(_sound(text), quote=False).replace("&amp;#", _NO_NUMBER)
    return "".join(_SHORTCODES.get(sign, sign) for sign in told)


def _quoted(text: str) -> str:
    """Text in an attribute of HTML."""
    return _written(text).replace('"', "&quot;")


def _sound(text: str) -> str:
    """A text that UTF-8 can write, with one kind of line end and no other control character than tabs."""
    lines = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) != "Cc")
