"""The calendars that others subscribe to: what they say, how it is revised, and their bytes."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from scheduler.feeds.campaign import campaign_entries
from scheduler.feeds.entry import Content, Entry, Revised, Revision, revise
from scheduler.feeds.header import Header, header_of, title_of
from scheduler.feeds.observances import observance_entries, theme_feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "Content",
    "Entry",
    "Header",
    "Revised",
    "Revision",
    "build",
    "campaign_entries",
    "observance_entries",
    "revise",
    "theme_feed",
    "title_of",
]


def build(
    revisions: Iterable[Revision], *, titles: Mapping[str, str] = MappingProxyType({}), base: str = ""
) -> dict[str, bytes]:
    """The bytes of every feed that has a revision, by path, paths sorted. The same revisions give the same bytes.

    `titles` maps paths to names other than `title_of`; `base` is the address of the folder that the feeds are served
    from, or empty when it is not known.
    """
    from scheduler.feeds.ical import write  # it loads icalendar, a tenth of a second that only a build needs

    feeds: dict[str, list[Revision]] = {}
    for revision in revisions:
        for path in revision.feeds:
            feeds.setdefault(path, []).append(revision)
    written: dict[str, bytes] = {}
    return {
        path: write(path, feeds[path], header_of(path, title=titles.get(path, ""), base=base), written)
        for path in sorted(feeds)
    }
