"""What can be tapped in a text on Bluesky: its links, mentions and hashtags, by their place in its UTF-8 bytes.

A post there is plain text: without facets its links are dead. The server takes facets that lie beside the text, so the
places are ours to get right. Facts: app.bsky.richtext.facet, as @atproto/pds 0.4.217 holds it, read 2026-11-27.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import regex

from scheduler.checks.masks import hide_spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TAG_MOST, TAG_BYTES_MOST = 64, 640  # of a hashtag, in signs and in bytes, without its #

# No space stands before or after a link in Chinese, and marks of other scripts end one. A host ends with letters from A
# to Z if it can: 谢谢 after un.org is no part of it.
_ENDS_PATH = (
    r"\s<>\"«»\u2018-\u201f\u2026\u3000-\u303f\uff00-\uff65\u060c\u061b\u061f\u200b-\u200f\u202a-\u202e\u2066-\u2069"
)
_HOST = r"(?:[\w-]+\.)+(?:xn--[a-z0-9-]+|[a-z]{2,}|[\w-]+)"
_LINK = regex.compile(rf"(?<![a-z0-9@#\uff03])https?://{_HOST}(?::\d+)?(?:[/?#][^{_ENDS_PATH}]*)?", regex.I)
_NEVER_LAST = ".,;:!?'"
_OPENS = {")": "(", "]": "[", "}": "{"}
# A handle is a host name (atproto.com/specs/handle); @user.name@host is somebody elsewhere.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_MENTION = regex.compile(rf"(?<![\w@./-])@((?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?)(?![\w@]|[.-]\w)",
                         regex.I | regex.A)  # fmt: skip
_TAG = regex.compile(
    r"(?<![\w&/])[#\uff03](\w+)"
)  # of regex: its \w holds the marks of Arabic and Hindi, re's does not


def mentioned(text: str) -> list[str]:
    """The handles that a text mentions, in lower case, each once, in their order."""
    return list(dict.fromkeys(match[1].lower() for match in _MENTION.finditer(_without_links(text))))


def facets(text: str, people: Mapping[str, str]) -> list[dict[str, Any]]:
    """The facets of a text, first to last. `people`: the DID of each handle; who is not among them stays plain text."""
    return [
        {
            "index": {"byteStart": len(text[:start].encode()), "byteEnd": len(text[:end].encode())},
            "features": [{"$type": f"app.bsky.richtext.facet#{kind}", name: value}],
        }
        for start, end, kind, name, value in sorted(_found(text, people))
    ]


def _found(text: str, people: Mapping[str, str]) -> Iterator[tuple[int, int, str, str, str]]:
    """What can be tapped: from where to where in `text`, and what it is."""
    for start, end in _links(text):
        yield start, end, "link", "uri", text[start:end]
    rest = _without_links(text)
    for match in _MENTION.finditer(rest):
        if did := people.get(match[1].lower()):
            yield *match.span(), "mention", "did", did
    for match in _TAG.finditer(rest):
        tag = match[1]
        if not tag.isdecimal() and len(tag) <= TAG_MOST and len(tag.encode()) <= TAG_BYTES_MOST:
            yield *match.span(), "tag", "tag", tag


def _without_links(text: str) -> str:
    return hide_spans(text, _links(text))


def _links(text: str) -> list[tuple[int, int]]:
    return [(match.start(), match.start() + len(_trimmed(match[0]))) for match in _LINK.finditer(text)]


def _trimmed(link: str) -> str:
    """The link without the marks of the sentence that it ends, but with a bracket that it opened itself."""
    last = link[-1]
    if last in _NEVER_LAST or (last in _OPENS and link.count(_OPENS[last]) < link.count(last)):
        return _trimmed(link[:-1])
    return link
