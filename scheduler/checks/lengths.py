"""How long a network thinks a text is."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from scheduler.model import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scheduler.model import Limits

# Country domains (ISO 3166-1 and ac, eu, su, uk) and the common others: X shortens "un.org" as well as "https://un.org".
_COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd "
    "cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd "
    "ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg "
    "kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv "
    "mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa "
    "sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua "
    "ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_OTHERS = (
    "com org net int edu gov mil info biz name museum aero coop jobs mobi travel asia cat post tel app dev page blog "
    "social online site website ngo ong foundation charity care help support news media world international global "
    "earth today community network org xyz club live events fund school university link click email chat tech cloud"
)
_TLD = "|".join(sorted({*_COUNTRIES.split(), *_OTHERS.split()}, key=lambda tld: (-len(tld), tld)))
_IN_PATH = r"[A-Za-z0-9\u00c0-\u024f\u0400-\u04ff!*'();:=+,.$/%#\[\]_~@|&?-]"
_HOST = r"(?:(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}|[\w-]+(?:\.[\w-]+)+)"
_LINK = re.compile(rf"(?<![A-Za-z0-9@$#\uff20\uff03])https?://{_HOST}(?::\d+)?(?:[/?]{_IN_PATH}*)?", re.I)
_BARE = re.compile(
    rf"(?<![\w@$#\uff20\uff03./-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_TLD})(?![A-Za-z0-9@+-])"
    rf"(?::\d+)?(?:[/?]{_IN_PATH}*)?",
    re.I,
)
_NEVER_LAST = "!*'();:,.$%[]~@|&?"
_MENTION = re.compile(r"(?<![=/\w])(@\w+(?:[.-]+\w+)*)@\w+(?:[.-]+\w+)*(?::\d+)?", re.ASCII)

# Code points that X weighs as one (twitter-text config v3); all others weigh two.
_HEAVY = re.compile(r"[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_PICTURE = r"[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_MARKED = rf"{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]?(?:[\U000e0020-\U000e007e]+\U000e007f)?"
EMOJI = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_MARKED}(?:\u200d{_MARKED})*",
)
# Letters and punctuation that never join a neighbour: no need to load the grapheme rules for an accent or a dash.
_SINGLES = re.compile(r"[\u0000-\u02ff\u2010-\u2027]*")


def count(text: str, limits: Limits, note: str = "") -> int:
    """The length of `text` in the network's own unit, `limits.unit`.

    `graphemes`: what readers see as one character (UAX #29 extended clusters). `weighted`: X's weights, where most of
    the world's other scripts and every emoji count two. `characters`: code points, also for any unit that is not in
    UNITS. `utf16`: 16-bit units. A link costs `limits.link` where that is over 0. On Mastodon `@user@host` counts as
    `@user`; on Threads an emoji counts as its UTF-8 bytes; one of `limits.escaped` counts two. A note that has a field
    of its own (`limits.content_note`) counts with the text.
    Sources: templates/limits.toml.
    """
    measure = _emoji_bytes if limits.network == "threads" else UNITS.get(limits.unit, len)
    plain = text.replace("\r\n", "\n")
    if limits.network == "mastodon":
        plain = _MENTION.sub(r"\1", plain)
    rest, links = _without_links(plain, limits) if limits.link else (plain, 0)
    escapes = sum(map(plain.count, limits.escaped))
    return measure(rest) + links * limits.link + escapes + (measure(note) if limits.content_note else 0)


def measures(text: str, limits: Limits, note: str = "") -> list[tuple[int, str, int]]:
    """Each way in which a network measures a text: how long it is, in what, and the most it may be."""
    found = [(count(text, limits, note), limits.unit, limits.most)]
    if limits.bytes_most:
        found.append((len(text.encode("utf-8", "surrogatepass")), "bytes", limits.bytes_most))
    return found


def over(text: str, limits: Limits, note: str = "") -> int:
    """By how much `text` is too long, in the measure that it exceeds most; 0 if it fits."""
    parts = parts_of(text) if limits.threads else (text,)
    return max(0, *(long - most for part in parts for long, _, most in measures(part, limits, note)))


def links(text: str) -> list[str]:
    """The web addresses of a text, whole ones with https:// or http:// only, as the networks find them."""
    return [_trimmed(match[0]) for match in _LINK.finditer(text)]


def _without_links(text: str, limits: Limits) -> tuple[str, int]:
    """The text with its links taken out, and how many there were. Only X finds links that lack https://."""
    links = 0

    def cut(match: re.Match[str]) -> str:
        nonlocal links
        links += 1
        return match[0][len(_trimmed(match[0])) :]

    rest = _LINK.sub(cut, text)
    return (_BARE.sub(cut, rest) if limits.unit == "weighted" else rest), links


def _trimmed(link: str) -> str:
    """The link without the punctuation of the sentence that it ends, but with a bracket that it opened itself."""
    end = len(link.rstrip(_NEVER_LAST))
    closing = link[end : end + 1] == ")" and link.count("(", 0, end) > link.count(")", 0, end)
    return link[: end + closing]


def _graphemes(text: str) -> int:
    if text.isascii() or _SINGLES.fullmatch(text):
        return len(text)
    return sum(1 for _ in _clusters()(text))


@lru_cache(maxsize=1)
def _clusters() -> Callable[[str], Iterable[object]]:
    import regex  # 34 ms: only texts that need it pay for it

    return regex.compile(r"\X").finditer


def _weighted(text: str) -> int:
    if text.isascii():
        return len(text)
    rest, emoji = EMOJI.subn("", unicodedata.normalize("NFC", text))
    return 2 * emoji + len(rest) + len(_HEAVY.findall(rest))


def _utf16(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _emoji_bytes(text: str) -> int:
    emoji = [match[0] for match in EMOJI.finditer(text)] if not text.isascii() else []
    return len(text) + sum(len(e.encode("utf-8", "surrogatepass")) - len(e) for e in emoji)


UNITS: dict[str, Callable[[str], int]] = {
    "graphemes": _graphemes,
    "weighted": _weighted,
    "characters": len,
    "utf16": _utf16,
}
