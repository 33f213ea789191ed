"""A text as plain words: lower case, accents folded, hyphens gone, sentences kept apart, places remembered."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

END = "\x1e"  # stands where a sentence ends; no phrase crosses it
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u0640]")
LINK = re.compile(r"(?:https?://|(?<![\w.@/-])www\.)\S+", re.I)
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
HANDLE = re.compile(r"(?<![\w/=])@\w[\w.-]*(?:@[\w.-]+)?")
# an opening mark ends the search for the close of an earlier one: time stays linear in the length
QUOTED = re.compile(
    r"\u201c[^\u201c\u201d\n]*\u201d|\"[^\"\n]*\"|\u00ab[^\u00ab\u00bb\n]*\u00bb|\u201e[^\u201e\u201c\u201d\n]*[\u201c\u201d]"
    r"|\u300c[^\u300c\u300d\n]*\u300d|(?<!\w)\u2018[^\u2018\n]*?\u2019(?!\w)"
)
_TOKEN = re.compile(
    r"(?P<tag>[#\uff03]\w+)|(?P<number>\d+(?:[.,\u2019']\d+)*)|(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])"
    r"|(?P<word>(?:(?![\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])[^\W\d_][\u0300-\u036f\u064b-\u0655\u0670]*)+)|(?P<percent>[%\u066a\uff05])"
    r"|(?P<end>(?<!\.[^\W\d_])(?<!\bSt)(?<!\b[Nn]o)(?<!\b[DM]r)(?<!\bMs)(?<!\bvs)[.!?\u2026;]+(?=\s|$|[\"')\]\u201d\u00bb])|[\u3002\uff01\uff1f\u061f\u06d4]|\n\s*(?:\n|[-\u2022*\u2013]\s))"
)
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Plain:
    """The words of a text, each followed by a blank after one blank in front, and where each stood in the text.

    `spans[n]` is the stretch of word n; `starts[n]` its place in `words`.
    """

    words: str
    starts: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


def fold(word: str) -> str:
    """A word without case and accents."""
    if word.isascii():
        return word.lower()
    if word[:1].isdigit():
        return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in word)
    flat = unicodedata.normalize("NFKD", word.casefold()).replace("\u0153", "oe").replace("\u00e6", "ae")
    return "".join(c for c in flat if not unicodedata.combining(c))


@lru_cache(maxsize=4096)
def plain(text: str) -> Plain:
    """The plain words of a text."""
    shown, places = _visible(text)
    for skipped in (LINK, EMAIL, HANDLE):
        shown = skipped.sub(lambda m: " " * len(m[0]), shown)
    words, starts, spans, at = [" "], [], [], 1
    for word, start, end in _tokens(shown):
        starts.append(at)
        spans.append((places[start], places[end - 1] + 1) if places else (start, end))
        words.append(f"{word} ")
        at += len(word) + 1
    return Plain("".join(words), tuple(starts), tuple(spans))


def _visible(text: str) -> tuple[str, list[int]]:
    """The text without marks that nobody sees, and the place of each of its characters; none if nothing was taken."""
    if not _INVISIBLE.search(text):
        return text, []
    kept = [(c, n) for n, c in enumerate(text) if not _INVISIBLE.match(c)]
    return "".join(c for c, _ in kept), [n for _, n in kept]


def _tokens(text: str) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    for match in _TOKEN.finditer(text):
        kind, start = match.lastgroup, match.start()
        if kind == "tag":
            found += [(fold(text[a:b]), a, b) for a, b in _tag_words(text, start + 1, match.end())]
        elif kind in ("end", "percent"):
            found.append((END if kind == "end" else "%", start, match.end()))
        else:
            found.append((fold(match[0]), start, match.end()))
    return found


def _tag_words(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the words of a hashtag stand: each begins with a capital, a number after letters, or is a Chinese sign."""
    words, first = [], start
    for at in range(start, end):
        if at > first and _begins_word(text, at, end):
            words.append((first, at))
            first = at
    return [(a, b) for a, b in [*words, (first, end)] if text[a:b].strip("_")]


def _begins_word(text: str, at: int, end: int) -> bool:
    before, here, after = text[at - 1], text[at], text[at + 1] if at + 1 < end else ""
    if _HAN.match(before) or _HAN.match(here) or "_" in (before, here) or before.isdigit() != here.isdigit():
        return True
    return here.isupper() and (not before.isupper() or after.islower())
