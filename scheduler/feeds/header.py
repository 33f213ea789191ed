"""What each feed says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from scheduler.feeds.campaign import OWN
from scheduler.feeds.catalogue import ALL, DIMENSION

if TYPE_CHECKING:
    from scheduler.feeds.catalogue import Feed

# COLOR takes a CSS name (RFC 7986 5.9), Apple and ICSx5 a value: both of one colour.
COLOURS = {
    "darkgoldenrod": "#b8860b",
    "indianred": "#cd5c5c",
    "mediumpurple": "#9370db",
    "seagreen": "#2e8b57",
    "sienna": "#a0522d",
    "slategray": "#708090",
    "steelblue": "#4682b4",
    "teal": "#008080",
}


@dataclass(frozen=True, slots=True)
class Header:
    """A feed's own lines. `colour` is a name in COLOURS; `base` the address of the feeds' folder, or empty."""

    name: str
    description: str
    colour: str
    base: str = ""


def header_of(path: str, feed: Feed | None = None, *, base: str = "") -> Header:
    """The header of a feed: one of the catalogue, one of our own, or one that all days have left."""
    if feed:
        return Header(feed.title, feed.about, _colour(feed.scope, feed.subject), base)
    name = path.rpartition("/")[2]
    if name in OWN:
        return Header(*OWN[name], base)
    subject = name.removesuffix(".ics")
    return Header(f"Daymark: {subject.replace('-', ' ')}", "Days, weeks and months.", _colour("", subject), base)


def _colour(scope: str, subject: str) -> str:
    """The same in every language. A theme's hangs on its own name only: a new theme changes no other."""
    if scope == ALL:
        return "teal"
    words = subject.replace("-", " ") + (" security" if scope == DIMENSION else "")
    return list(COLOURS)[crc32(words.encode()) % len(COLOURS)]
