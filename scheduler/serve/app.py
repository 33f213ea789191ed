"""The ASGI application: a request in, a file, a "not modified" or a plain refusal out. No body is read."""

from __future__ import annotations

import asyncio
import json
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from scheduler.errors import DaymarkError
from scheduler.model import LANGUAGES
from scheduler.serve import choosing
from scheduler.serve.asking import form_of, is_current
from scheduler.serve.choosing import Choices, Unfit
from scheduler.serve.health import Watch
from scheduler.serve.places import place_of
from scheduler.serve.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from pathlib import Path

    from scheduler.serve.shelf import Item

    Headers = list[tuple[bytes, bytes]]
    Answer = tuple[int, Headers, bytes]
    Send = Callable[[dict[str, Any]], Awaitable[None]]

HEALTH = b"/health"
CHOICE = f"/{choosing.CHOICE}".encode()
PUBLIC = "public"
# A page may use what lies beside it, and nothing from anywhere else; anything that is no page may use nothing.
_PAGE = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FILE = b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_FEEDS = (".ics", ".json", ".atom", ".rss", ".xml")  # which pages of others may read, too: they are public
_FRESH = {".html": b"public, max-age=600"}
# A script reads this word of the page that it is in, and asks for nothing: whoever gives out the page also gives out
# free choices, so that the page may offer them. Plain files say no such thing.
_OFFER = (b"server-timing", b"choices")
_HOUR = b"public, max-age=3600"


PRIVATE = "private/"  # below it lies what only those may read who know the address
_SECRET = [
    *_ALWAYS,
    (b"cache-control", b"private, no-cache"),
    (b"x-robots-tag", b"noindex"),
    (b"content-security-policy", _FILE),
]


class App:
    """What `daymark serve` answers with, for the workspace `home`. `clock` tells the moment, for /health alone."""

    def __init__(self, home: Path, clock: Callable[[], datetime]) -> None:
        self._shelf = Shelf(home / PUBLIC)
        self._choices = Choices(self._shelf, partial(_empty, home))
        self._watch = Watch(home, clock)

    async def __call__(self, scope: dict[str, Any], receive: object, send: Send) -> None:
        del receive  # the body of a request, which says nothing here
        if scope["type"] != "http":
            return
        status, headers, body = await self.answer(
            scope["method"], _raw_path(scope), scope["headers"], scope.get("query_string") or b""
        )
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def answer(self, method: str, path: bytes, asked: Headers, query: bytes = b"") -> Answer:
        if method not in ("GET", "HEAD"):
            return _refusal(405, b"Only GET and HEAD are answered here.\n", (b"allow", b"GET, HEAD"))
        if path == HEALTH:
            return await self._health()
        if path == CHOICE:
            return await self._choice(query, asked)
        return self._at(path, asked)

    def _at(self, path: bytes, asked: Headers) -> Answer:
        """What lies at a path of the folder."""
        place = place_of(path)
        try:
            item = self._shelf.get(place) if place else None
        except OSError:
            return _unreadable()
        if item and place:
            return self._file(item, asked, is_private=place.startswith(PRIVATE))
        if place and not path.endswith(b"/") and self._shelf.has_folder(place):
            return _refusal(308, b"", (b"location", _below(path)))
        return _refusal(404, b"There is nothing here under that name.\n")

    def _file(self, item: Item, asked: Headers, *, is_private: bool) -> Answer:
        form = form_of(item, asked)
        headers = [
            (b"etag", form.etag),
            (b"last-modified", item.last_modified),
            *(_SECRET if is_private else _lasting(item.suffix)),
        ]
        if item.may_pack:
            headers.append((b"vary", b"Accept-Encoding"))
        if is_current(item, form, asked):
            return 304, headers, b""
        headers += [(b"content-type", item.media_type.encode()), (b"content-length", b"%d" % len(form.body))]
        if form.encoding:
            headers.append((b"content-encoding", form.encoding))
        return 200, headers, form.body

    async def _choice(self, query: bytes, asked: Headers) -> Answer:
        try:
            item = await self._choices.get(query)
        except Unfit as error:
            more = [(b"retry-after", b"60")] if error.status == 503 else []
            return _refusal(error.status, f"{error.words}\n".encode(), *more)
        except OSError:
            return _unreadable()
        return self._file(item, asked, is_private=False)

    async def _health(self) -> Answer:
        health = await asyncio.to_thread(self._watch.ask)
        body = json.dumps(health.told(), ensure_ascii=False).encode() + b"\n"
        headers = [*_ALWAYS, (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        return 503 if health.wrong else 200, [*headers, (b"cache-control", b"no-store")], body


@lru_cache(maxsize=len(LANGUAGES))
def _empty(home: Path, language: str) -> str:
    """What is said where a choice holds no day. Raises OSError if the workspace's own words cannot be read."""
    from scheduler.config import load_settings
    from scheduler.words import load_sayings

    try:
        return load_sayings(tuple(reversed(load_settings(home).templates)), language).say("none")
    except DaymarkError as error:
        raise OSError(str(error)) from error


def _raw_path(scope: dict[str, Any]) -> bytes:
    """The path as it was sent, without its query."""
    raw: bytes = scope.get("raw_path") or b""
    return raw.partition(b"?")[0] or scope["path"].encode("utf-8", "surrogateescape")


def _below(path: bytes) -> bytes:
    """The page of a folder, from the folder that holds it: no host is named, so none can be slipped in."""
    return path.rpartition(b"/")[2] + b"/"


def _lasting(suffix: str) -> Headers:
    """The headers that do not depend on what is in a file."""
    found = _lasts.get(suffix)
    if found is None:
        found = [*_ALWAYS, (b"cache-control", _FRESH.get(suffix, _HOUR))]
        found.append((b"content-security-policy", _PAGE if suffix == ".html" else _FILE))
        found += [_OFFER] if suffix == ".html" else []
        found += [(b"access-control-allow-origin", b"*")] if suffix in _FEEDS else []
        _lasts[suffix] = found
    return found


_lasts: dict[str, Headers] = {}


def _unreadable() -> Answer:
    return _refusal(503, b"This cannot be read just now.\n", (b"retry-after", b"60"))


def _refusal(status: int, body: bytes, *more: tuple[bytes, bytes]) -> Answer:
    """An answer in plain words: a calendar that is not there must never look like a page."""
    headers = [*_ALWAYS, (b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    return status, [*headers, (b"cache-control", b"no-cache"), *more], body
