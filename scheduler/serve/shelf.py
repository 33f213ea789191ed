"""The files of a folder in memory, each looked at again at every request: one that was rewritten is seen at once."""

from __future__ import annotations

import gzip
import os
import stat
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MOST_KEPT = 64 * 2**20  # bytes of all the files in memory
MOST_FILE = 64 * 2**20  # bytes of a file; a larger one is not given out
TYPES = {  # by the end of the name; RFC 5545 8.1, RFC 4287 7, jsonfeed.org/version/1.1, all read on 2026-11-27
    ".ics": "text/calendar; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".atom": "application/atom+xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
}
_PACKED = (".png", ".jpg", ".webp", ".woff2", ".pdf", ".zip")  # no smaller for being packed again


@dataclass(frozen=True)
class Form:
    """The bytes of a file as they are sent, packed or not, and the tag that names just these."""

    body: bytes
    etag: bytes
    encoding: bytes = b""


@dataclass(eq=False)
class Item:
    """A file as it was read. `modified` is its own time in whole seconds: a feed is rewritten only when it changes.

    The newest LAST-MODIFIED in a feed would not do: it stays when a withdrawn day is dropped.
    """

    suffix: str
    body: bytes
    modified: int
    seen: tuple[int, ...]
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        self.digest = sha256(self.body).hexdigest()[:32]

    @property
    def media_type(self) -> str:
        return TYPES.get(self.suffix, "application/octet-stream")

    @property
    def may_pack(self) -> bool:
        return self.suffix in TYPES and self.suffix not in _PACKED

    @cached_property
    def last_modified(self) -> bytes:
        return formatdate(self.modified, usegmt=True).encode()

    @cached_property
    def plain(self) -> Form:
        return Form(self.body, f'"{self.digest}"'.encode())

    @cached_property
    def packed(self) -> Form:
        """Packed by gzip, the same bytes each time; as it is, if that is no larger."""
        made = gzip.compress(self.body, compresslevel=6, mtime=0) if self.may_pack else self.body
        return Form(made, f'"{self.digest}-gzip"'.encode(), b"gzip") if len(made) < len(self.body) else self.plain


class Shelf:
    """The files of a folder. What a link leads out of it is not there; nor is what is no plain file."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.path.abspath(folder)  # noqa: PTH100  (one string for every request)
        self._items: dict[str, Item] = {}
        self._kept = 0

    def get(self, place: str) -> Item | None:
        """The file at a place, which is one that `place_of` gave; None if there is none.

        Raises OSError for one that is there and cannot be read.
        """
        path = f"{self._folder}/{place}"
        try:
            now = os.stat(path)  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError):
            self._forget(place)
            return None
        seen = (now.st_mtime_ns, now.st_ctime_ns, now.st_size, now.st_ino, now.st_dev)
        if (item := self._items.get(place)) and item.seen == seen:
            return item
        self._forget(place)
        return self._read(place, path, now) if stat.S_ISREG(now.st_mode) and now.st_size <= MOST_FILE else None

    def has_folder(self, place: str) -> bool:
        return os.path.isfile(f"{self._folder}/{place}/index.html")  # noqa: PTH113

    def names(self, folder: str) -> list[str]:
        """What files a folder of this one has, sorted; `folder` is a place as for `get`."""
        try:
            return sorted(name for name in os.listdir(f"{self._folder}/{folder}") if not name.startswith("."))  # noqa: PTH208
        except OSError:
            return []

    def _read(self, place: str, path: str, before: os.stat_result) -> Item | None:
        real = os.path.realpath(path)
        if not real.startswith(os.path.realpath(self._folder) + os.sep):
            return None
        with open(real, "rb") as file:  # noqa: PTH123
            body, now = file.read(MOST_FILE + 1), os.fstat(file.fileno())
        if now.st_ino != before.st_ino or len(body) != now.st_size:  # replaced meanwhile: whole, but not to be kept
            return Item(os.path.splitext(place)[1], body, int(now.st_mtime), ())  # noqa: PTH122
        seen = (now.st_mtime_ns, now.st_ctime_ns, now.st_size, now.st_ino, now.st_dev)
        item = Item(os.path.splitext(place)[1], body, int(now.st_mtime), seen)  # noqa: PTH122
        self._keep(place, item)
        return item

    def _keep(self, place: str, item: Item) -> None:
        while self._items and self._kept + len(item.body) > MOST_KEPT:
            self._forget(next(iter(self._items)))
        if len(item.body) <= MOST_KEPT:
            self._items[place] = item
            self._kept += len(item.body)

    def _forget(self, place: str) -> None:
        if old := self._items.pop(place, None):
            self._kept -= len(old.body)
