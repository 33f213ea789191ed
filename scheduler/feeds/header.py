"""What each feed says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from scheduler.feeds.campaign import CAMPAIGN, TASKS
from scheduler.feeds.observances import ALL_DAYS

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

_KNOWN = {
    ALL_DAYS: ("observances", "Days, weeks and months on human security and human trafficking.", "teal"),
    CAMPAIGN: ("campaign", "When our posts go out, and by when they must be reviewed.", "steelblue"),
    TASKS: ("reviews", "The posts to review, each due before it goes out.", "darkgoldenrod"),
}


@dataclass(frozen=True, slots=True)
class Header:
    """A feed's own lines. `colour` is a name in COLOURS; `base` the address of the feeds' folder, or empty."""

    name: str
    description: str
    colour: str
    base: str = ""


def header_of(path: str, *, title: str = "", base: str = "") -> Header:
    """The header of the feed at `path`, under its own `title_of` where none is given."""
    _, about, colour = _words(path)
    return Header(title or title_of(path), about, colour, base)


def title_of(path: str) -> str:
    """The feed's name: `Daymark: human trafficking` for `themes/human-trafficking.ics`."""
    return f"Daymark: {_words(path)[0]}"


def _words(path: str) -> tuple[str, str, str]:
    """Name, description and colour. A theme's colour hangs on its own name only: a new theme changes no other."""
    folder, _, file = path.rpartition("/")
    theme = file.removesuffix(".ics").replace("-", " ") + (" security" if folder == "dimensions" else "")
    colour = list(COLOURS)[crc32(theme.encode()) % len(COLOURS)]
    return _KNOWN.get(path, (theme, f"Days, weeks and months on {theme}.", colour))
