"""Text as iCalendar takes it (RFC 5545 3.1 and 3.3.11): made clean, cut to length, escaped, folded."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from urllib.parse import quote

SUMMARY_MOST = 255  # characters as escaped; Outlook cuts there (MS-OXCICAL)
DESCRIPTION_MOST = 8192  # characters as escaped; Google's limit
LINE_OCTETS = 75

# A day says the same each year and its themes say the same of each day, so what was made clean is kept for a while.
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
# iCalendar takes no control but the tab; lone surrogates, byte order marks and non-characters break readers.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_BLANKS = re.compile("[ \t]{40,}")  # longer than a line they would make a folded line of nothing but blanks
_STRAY = re.compile("%(?![0-9A-Fa-f]{2})")  # a per cent sign that encodes nothing
_SPECIAL = re.compile(r"[\\;,\n]")


@lru_cache(maxsize=1024)
def plain(text: str, most: int = DESCRIPTION_MOST) -> str:
    """`text` in NFC, its lines ended by `\\n`, without controls and trailing blanks, at most `most` characters escaped.

    A text that is cut ends in an ellipsis. Applying it twice changes nothing.
    """
    clean = unicodedata.normalize("NFC", _UNFIT.sub("", _BREAKS.sub("\n", text)))
    lines = (_BLANKS.sub(" ", line).rstrip() for line in clean.split("\n"))
    return _cut("\n".join(lines).strip(), most)


@lru_cache(maxsize=1024)
def one_line(text: str, most: int = SUMMARY_MOST) -> str:
    """`plain` text on one line."""
    return plain(" ".join(plain(text).split("\n")), most)


def _cut(text: str, most: int) -> str:
    if len(escape(text)) <= most:
        return text
    lengths = accumulate(2 if _SPECIAL.match(char) else 1 for char in text)
    return text[: bisect_right(list(lengths), most - 1)].rstrip() + "…"


def escape(text: str) -> str:
    """A TEXT value. `text` must be `plain`."""
    return _SPECIAL.sub(lambda found: "\\n" if found[0] == "\n" else "\\" + found[0], text)


def unescape(value: str) -> str:
    """The text of a TEXT value."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


@lru_cache(maxsize=1024)
def address(url: str) -> str:
    """`url` in ASCII, percent-encoded where it must be, or nothing when it is no http or https address."""
    clean = _STRAY.sub("%25", _UNFIT.sub("", url).strip())
    return quote(clean, safe="%:/?#[]@!$&'()*+,;=~") if re.match("https?://.", clean, re.IGNORECASE) else ""


def fold(line: str) -> bytes:
    """The content line as UTF-8 with its CRLF, in pieces of at most 75 octets that part no character and no escape."""
    octets = line.encode()
    if len(octets) <= LINE_OCTETS:
        return octets + b"\r\n"
    pieces, start, room = [], 0, LINE_OCTETS
    while len(octets) - start > room:
        end = _parted(octets, start, start + room)
        pieces.append(octets[start:end])
        start, room = end, LINE_OCTETS - 1
    return b"\r\n ".join((*pieces, octets[start:])) + b"\r\n"


def _parted(octets: bytes, start: int, end: int) -> int:
    """The last place from `start` to `end` that is within no character and no escape; `start` itself is in none."""
    while octets[end] & 0xC0 == 0x80:  # within a character (RFC 3629)
        end -= 1
    piece = octets[start:end]
    return end - (len(piece) - len(piece.rstrip(b"\\"))) % 2
