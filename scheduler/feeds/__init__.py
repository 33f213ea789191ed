"""The calendars that others subscribe to: what they say, how it is revised, and their bytes."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from scheduler.feeds.campaign import campaign_entries
from scheduler.feeds.catalogue import Feed, catalogue
from scheduler.feeds.entry import Content, Entry, Revised, Revision, revise
from scheduler.feeds.header import Header, header_of
from scheduler.feeds.ical import Writer
from scheduler.feeds.observances import Edition, observance_entries, theme_feed
from scheduler.feeds.series import series_entries

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

__all__ = [
    "Content",
    "Edition",
    "Entry",
    "Feed",
    "Header",
    "Revised",
    "Revision",
    "build",
    "campaign_entries",
    "catalogue",
    "observance_entries",
    "revise",
    "series_entries",
    "theme_feed",
]


def build(
    revisions: Iterable[Revision],
    known: Mapping[str, Feed] = MappingProxyType({}),
    *,
    base: str = "",
    only: Collection[str] | None = None,
) -> dict[str, bytes]:
    """The bytes of every calendar that has a revision, or of `only` some, by path, paths sorted.

    `known` are the feeds of the catalogue by path; `base` is the address of the folder that the feeds are served from,
    or empty when it is not known. The same revisions give the same bytes. An entry is written once for all its feeds.
    """
    feeds: dict[str, list[Revision]] = {}
    for revision in revisions:
        for path in revision.feeds:
            if only is None or path in only:
                feeds.setdefault(path, []).append(revision)
    writer = Writer()
    return {
        path: writer.write(path, feeds[path], header_of(path, known.get(path), base=base)) for path in sorted(feeds)
    }
