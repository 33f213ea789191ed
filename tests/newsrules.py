"""What the formats of news and of the map of a site demand, as a list of what is wrong; nothing wrong, an empty list.

RFC 4287 (Atom), the RSS Advisory Board's RSS 2.0 and its best practices, jsonfeed.org/version/1.1, and sitemaps.org
protocol 0.9; read on 2026-11-27. No validator of these is kept up on a package index. Only what we write is known here:
an element that the format has and we never write is told as unknown.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml

import jsonschema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d\d:\d\d:\d\d ([+-]\d{4}|GMT)"
)
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_HTML = {"p", "br"}  # what may stand in the words of an item


def is_address(text: str | None) -> bool:
    """Whether it is a whole http address as RFC 3986 writes one."""
    if not text or not re.fullmatch(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+", text):
        return False
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def is_iri(text: str | None) -> bool:
    return is_address(text) or bool(re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text or ""))


def is_stamp(text: str | None) -> bool:
    """Whether it is an instant as RFC 3339 writes one; its letters are capitals, as Atom wants them."""
    return bool(_STAMP.fullmatch(text or "")) and bool(datetime.fromisoformat(text or ""))


def is_mail_date(text: str | None) -> bool:
    """Whether it is an instant as RFC 822 writes one, with four digits of the year and its true day of the week."""
    if not _RFC822.fullmatch(text or ""):
        return False
    at = parsedate_to_datetime(text or "")
    return (text or "").startswith("Mon Tue Wed Thu Fri Sat Sun".split()[at.weekday()] + ",")


def is_words(text: str | None) -> bool:
    return bool(text and text.strip())


class _Fragment(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[Any]) -> None:
        if tag not in _HTML or attrs:
            self.wrong.append(f"<{tag}>")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_comment(self, data: str) -> None:
        self.wrong.append("a comment")

    handle_decl = unknown_decl = handle_pi = handle_comment


def text_of(fragment: str) -> str:
    """The words of a piece of HTML."""
    found: list[str] = []
    parser = _Fragment("")
    parser.handle_data = found.append  # type: ignore[method-assign]
    parser.feed(fragment)
    parser.close()
    return "".join(found)


def is_html(text: str | None) -> bool:
    """Whether it is a piece of HTML of plain paragraphs: nothing runs, nothing is loaded, all that opens closes."""
    found = _Fragment(text or "")
    return not found.wrong and not found.open


# Elements: how often (least, most), what their text must be; attributes: which must be there, what each must be.
Spec = tuple[int, int, "Callable[[str | None], bool]"]
_MANY = 10_000
_FEED: dict[str, Spec] = {
    "id": (1, 1, is_iri), "title": (1, 1, is_words), "updated": (1, 1, is_stamp), "subtitle": (0, 1, is_words),
    "link": (1, _MANY, lambda t: not t), "author": (1, _MANY, lambda t: not is_words(t)),
    "entry": (0, _MANY, lambda t: not is_words(t)),
}  # fmt: skip
_ENTRY: dict[str, Spec] = {
    "id": (1, 1, is_iri), "title": (1, 1, is_words), "updated": (1, 1, is_stamp), "published": (1, 1, is_stamp),
    "link": (0, _MANY, lambda t: not t), "category": (0, _MANY, lambda t: not t), "content": (1, 1, is_html),
}  # fmt: skip
_CHANNEL: dict[str, Spec] = {
    "title": (1, 1, is_words), "link": (1, 1, is_address), "description": (1, 1, is_words),
    "language": (1, 1, lambda t: bool(_TAG.fullmatch(t or ""))), "pubDate": (0, 1, is_mail_date),
    f"{ATOM}link": (0, 1, lambda t: not t), "item": (0, _MANY, lambda t: not is_words(t)),
}  # fmt: skip
_ITEM: dict[str, Spec] = {
    "title": (1, 1, is_words), "link": (0, 1, is_address), "description": (1, 1, is_html), "guid": (1, 1, is_iri),
    "category": (0, _MANY, is_words), "pubDate": (1, 1, is_mail_date),
}  # fmt: skip


def _children(parent: Xml.Element, spec: dict[str, Spec], space: str = "") -> Iterator[str]:
    where = parent.tag.rpartition("}")[2]
    found: dict[str, int] = {}
    for child in parent:
        name = child.tag.removeprefix(space)
        found[name] = found.get(name, 0) + 1
        if name not in spec:
            yield f"{where}: unknown element {child.tag}"
        elif not spec[name][2](child.text):
            yield f"{where}: {name} is {child.text!r}"
        if is_words(child.tail):
            yield f"{where}: text after {name}"
    for name, (least, most, _) in spec.items():
        if not least <= found.get(name, 0) <= most:
            yield f"{where}: {found.get(name, 0)} of {name}"


def _attributes(
    element: Xml.Element, must: dict[str, Callable[[str], bool]], may: tuple[str, ...] = ()
) -> Iterator[str]:
    for name, fits in must.items():
        if not fits(element.get(name, "")):
            yield f"{element.tag}: {name} is {element.get(name)!r}"
    for name in element.keys() - must.keys() - set(may):
        yield f"{element.tag}: unknown attribute {name}"


def atom(data: bytes) -> list[str]:
    """What is wrong with an Atom feed; a feed that knows its address is wanted to name it."""
    root = Xml.fromstring(data)
    if root.tag != f"{ATOM}feed":
        return [f"the root is {root.tag}"]
    wrong = [*_children(root, _FEED, ATOM), *_attributes(root, {LANG: lambda t: bool(_TAG.fullmatch(t))})]
    wrong += [
        say for author in root.findall(f"{ATOM}author") for say in _children(author, {"name": (1, 1, is_words)}, ATOM)
    ]
    entries = root.findall(f"{ATOM}entry")
    for entry in entries:
        wrong += _children(entry, _ENTRY, ATOM)
        wrong += [say for tag in entry.findall(f"{ATOM}category") for say in _attributes(tag, {"term": is_words})]
        wrong += [say for one in entry.findall(f"{ATOM}content") for say in _attributes(one, {"type": "html".__eq__})]
    for place in (root, *entries):
        wrong += _links(place)
    ids = [found.text for place in (root, *entries) for found in place.findall(f"{ATOM}id")]
    wrong += [] if len(set(ids)) == len(ids) else ["an id stands twice"]
    stamps = [datetime.fromisoformat(e.findtext(f"{ATOM}updated", "")) for e in entries]
    if stamps and datetime.fromisoformat(root.findtext(f"{ATOM}updated", "")) < max(stamps):
        wrong.append("the feed is older than an entry")
    return wrong


def _links(place: Xml.Element) -> Iterator[str]:
    kinds = []
    for link in place.findall(f"{ATOM}link"):
        yield from _attributes(link, {"href": is_address, "rel": ("alternate", "self").__contains__}, ("type",))
        if link.get("type") and not _TYPE.fullmatch(link.get("type", "")):
            yield f"link: type is {link.get('type')}"
        kinds.append((link.get("rel"), link.get("type")))
    if len(set(kinds)) != len(kinds):
        yield "two links of one kind"


def rss(data: bytes) -> list[str]:
    """What is wrong with an RSS feed; newest first is no rule of the format, but what readers expect."""
    root = Xml.fromstring(data)
    if (root.tag, root.get("version"), len(root)) != ("rss", "2.0", 1):
        return [f"the root is {root.tag} {root.get('version')} with {len(root)} channels"]
    channel = root[0]
    wrong = list(_children(channel, _CHANNEL))
    for link in channel.findall(f"{ATOM}link"):
        wrong += _attributes(link, {"href": is_address, "rel": "self".__eq__, "type": "application/rss+xml".__eq__})
    items = channel.findall("item")
    for item in items:
        wrong += _children(item, _ITEM)
        wrong += [say for guid in item.findall("guid") for say in _attributes(guid, {"isPermaLink": "false".__eq__})]
    guids = [item.findtext("guid") for item in items]
    wrong += [] if len(set(guids)) == len(guids) else ["a guid stands twice"]
    times = [parsedate_to_datetime(item.findtext("pubDate", "")) for item in items]
    return wrong + ([] if times == sorted(times, reverse=True) else ["the newest does not come first"])


_ADDRESS = {"type": "string", "pattern": r"^[hH][tT][tT][pP][sS]?://[!-~]+$"}
_LINE = {"type": "string", "pattern": r"\S"}
_JSON_STAMP = {"type": "string", "pattern": f"^{_STAMP.pattern}$"}
_AUTHOR = {"type": "object", "required": ["name"], "properties": {"name": _LINE}, "additionalProperties": False}
_JSON = {
    "type": "object",
    "required": ["version", "title", "items"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": _LINE,
        "home_page_url": _ADDRESS,
        "feed_url": _ADDRESS,
        "description": _LINE,
        "language": {"type": "string", "pattern": f"^{_TAG.pattern}$"},
        "authors": {
            "type": "array",
            "minItems": 1,
            "items": _AUTHOR,
        },
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "content_text", "date_published"],
                "additionalProperties": False,
                "properties": {
                    "id": _LINE,
                    "url": _ADDRESS,
                    "title": _LINE,
                    "content_text": {"type": "string"},
                    "date_published": _JSON_STAMP,
                    "date_modified": _JSON_STAMP,
                    "tags": {"type": "array", "items": _LINE, "minItems": 1, "uniqueItems": True},
                },
            },
        },
    },
}  # fmt: skip


def json_feed(data: bytes) -> list[str]:
    """What is wrong with a JSON Feed."""
    told = json.loads(data.decode())
    wrong = [
        f"{error.json_path}: {error.message}" for error in jsonschema.Draft202012Validator(_JSON).iter_errors(told)
    ]
    ids = [item.get("id") for item in told.get("items", [])]
    return wrong + ([] if len(set(ids)) == len(ids) else ["an id stands twice"])


RULES: dict[str, Callable[[bytes], list[str]]] = {"atom": atom, "rss": rss, "json": json_feed}
MOST_ADDRESSES, MOST_BYTES, LONGEST = 50_000, 50 * 1024 * 1024, 2048


def site_map(data: bytes, base: str) -> list[str]:
    """What is wrong with a sitemap that stands at `base`/sitemap.xml: it may name only what lies beside or below it."""
    root = Xml.fromstring(data)
    wrong = [] if root.tag == f"{MAP}urlset" and len(data) <= MOST_BYTES else [f"{root.tag}, {len(data)} bytes"]
    wrong += _children(root, {"url": (1, MOST_ADDRESSES, lambda t: not is_words(t))}, MAP)
    named = [url.findtext(f"{MAP}loc", "") for url in root]
    for url in root:
        wrong += _children(url, {"loc": (1, 1, is_address)}, MAP)
    wrong += [f"{loc} is not below {base}" for loc in named if not loc.startswith(f"{base}/") or len(loc) >= LONGEST]
    return wrong + ([] if len(set(named)) == len(named) else ["an address stands twice"])
