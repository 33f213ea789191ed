"""News of posts and of coming days as Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1: the same items, the same ids.

Every date is data: a coming day becomes news a fortnight before it, a post when it went out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING, Any
from uuid import uuid5
from xml.etree import ElementTree as Xml

from scheduler.feeds.entry import DAY, NAMESPACE, Revision
from scheduler.feeds.text import address, one_line, plain
from scheduler.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.feeds.catalogue import Feed
    from scheduler.sayings import Sayings

AHEAD, STAYS = timedelta(days=14), timedelta(days=30)
MOST = 50  # items; readers keep what they have seen
_NEVER = datetime(2025, 1, 1, tzinfo=UTC)  # of a feed without an item: formats want a date, and the clock is none
_ATOM = "http://www.w3.org/2005/Atom"
_XML = "{http://www.w3.org/XML/1998/namespace}"


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news. `id` is a URN for ever; `url` may be empty."""

    id: str
    title: str
    text: str
    url: str
    published: datetime
    updated: datetime
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class House:
    """Who publishes: a name, our own site, the address of the feeds' folder; the last two may be empty."""

    name: str
    site: str = ""
    base: str = ""

    @property
    def whose(self) -> str:
        """What tells our news from those of other organisations."""
        return self.base or self.site or self.name

    @property
    def link(self) -> str:
        """Where readers of a feed are led; RSS wants some address."""
        return self.site or self.base or "https://www.un.org/en/observances"


def coming_items(revisions: Iterable[Revision], sayings: Sayings, today: date) -> list[Item]:
    """The days of a language that begin within a fortnight of `today`, and those of the last month."""
    return [
        _coming(r, start, sayings)
        for r in revisions
        if r.language == sayings.language and r.key.startswith(DAY) and not r.cancelled
        for start in [date.fromisoformat(r.content["start"])]
        if start - AHEAD <= today <= start + STAYS
    ]


def changes_after(revisions: Iterable[Revision], today: date) -> date:
    """The next day on which `coming_items` gives something else, or a tombstone has had its time."""
    turns = {date.max}
    for r in revisions:
        if r.drop_after:
            turns.add(r.drop_after + timedelta(days=1))
        elif r.key.startswith(DAY):
            start = date.fromisoformat(r.content["start"])
            turns |= {start - AHEAD, start + STAYS + timedelta(days=1)}
    return min(turn for turn in turns if turn > today)


def _coming(revision: Revision, start: date, sayings: Sayings) -> Item:
    content = revision.content
    last = date.fromisoformat(content["end"]) - timedelta(days=1)
    published = datetime.combine(start - AHEAD, time(), UTC)
    when = f"{sayings.dates.date(Span(start, last))} {last.year}"
    return Item(
        id=f"urn:uuid:{revision.uid}",
        title=f"{content['summary']} – {when}",
        text=content["description"],
        url=content["url"],
        published=published,
        updated=max(published, revision.stamp),
        tags=tuple(content["categories"]),
    )


def write_news(feed: Feed, items: Iterable[Item], house: House) -> bytes:
    """The bytes of a news feed, newest first, in the form that its `kind` names."""
    newest = sorted(items, key=lambda item: (item.published, item.id), reverse=True)[:MOST]
    clean = [_clean(item) for item in newest]
    return {"atom": _atom, "rss": _rss, "json": _json}[feed.kind](feed, clean, house)


def _clean(item: Item) -> Item:
    return Item(
        item.id,
        one_line(item.title),
        plain(item.text),
        address(item.url),
        item.published.astimezone(UTC).replace(microsecond=0),
        item.updated.astimezone(UTC).replace(microsecond=0),
        item.tags,
    )


def _newest(items: list[Item]) -> datetime:
    return max((item.updated for item in items), default=_NEVER)


def _self(feed: Feed, house: House) -> str:
    return address(f"{house.base.rstrip('/')}/{feed.path}") if house.base else ""


def post_id(post: str, house: House) -> str:
    """A post of ours, for ever."""
    return f"urn:uuid:{uuid5(NAMESPACE, f'{house.whose}{chr(10)}news:{post}')}"


def feed_id(feed: Feed, house: House) -> str:
    """The feed itself, for ever: its place among those of its house."""
    return f"urn:uuid:{uuid5(NAMESPACE, f'{house.whose}{chr(10)}{feed.scope}/{feed.language}')}"


def _add(parent: Xml.Element, name: str, text: str = "", **attributes: str) -> Xml.Element:
    made = Xml.SubElement(parent, name, attributes)
    made.text = text or None
    return made


def _bytes(root: Xml.Element) -> bytes:
    Xml.indent(root)
    text: str = Xml.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _html(text: str) -> str:
    """Plain words as HTML. Readers take the words of RSS for HTML, and run the lines of Atom's plain text together."""
    return escape(text, quote=False).replace("\n", "<br>\n")


def _atom(feed: Feed, items: list[Item], house: House) -> bytes:
    root = Xml.Element("feed", {"xmlns": _ATOM, f"{_XML}lang": feed.language})
    _add(root, "id", feed_id(feed, house))
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.about)
    _add(root, "updated", _newest(items).isoformat())
    if own := _self(feed, house):
        _add(root, "link", rel="self", type="application/atom+xml", href=own)
    _add(root, "link", rel="alternate", href=house.link)
    _add(_add(root, "author"), "name", one_line(house.name))
    for item in items:
        _atom_entry(_add(root, "entry"), item)
    return _bytes(root)


def _atom_entry(entry: Xml.Element, item: Item) -> None:
    _add(entry, "id", item.id)
    _add(entry, "title", item.title)
    if item.url:
        _add(entry, "link", rel="alternate", href=item.url)
    _add(entry, "published", item.published.isoformat())
    _add(entry, "updated", item.updated.isoformat())
    for tag in item.tags:
        _add(entry, "category", term=tag)
    _add(entry, "content", _html(item.text), type="html")


def _rss(feed: Feed, items: list[Item], house: House) -> bytes:
    root = Xml.Element("rss", {"version": "2.0", "xmlns:atom": _ATOM})
    channel = _add(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", house.link)
    _add(channel, "description", feed.about)
    _add(channel, "language", feed.language)
    _add(channel, "pubDate", format_datetime(_newest(items)))
    if own := _self(feed, house):
        _add(channel, "atom:link", rel="self", type="application/rss+xml", href=own)
    for item in items:
        entry = _add(channel, "item")
        _add(entry, "title", item.title)
        if item.url:
            _add(entry, "link", item.url)
        _add(entry, "description", _html(item.text))
        for tag in item.tags:
            _add(entry, "category", tag)
        _add(entry, "guid", item.id, isPermaLink="false")
        _add(entry, "pubDate", format_datetime(item.published))
    return _bytes(root)


def _json(feed: Feed, items: list[Item], house: House) -> bytes:
    told: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": house.link,
        "feed_url": _self(feed, house),
        "description": feed.about,
        "language": feed.language,
        "authors": [{"name": one_line(house.name)}],
    }
    told = {name: value for name, value in told.items() if value} | {"items": list(map(_json_item, items))}
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _json_item(item: Item) -> dict[str, Any]:
    told = {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_text": item.text,
        "date_published": item.published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "tags": list(item.tags),
    }
    return {name: value for name, value in told.items() if value or name == "content_text"}
