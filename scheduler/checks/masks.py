"""Parts of a text that other rules must not read: links, tags, document symbols, dates, quotations.

Hidden parts become as many private-use characters, so that positions stay and nothing grows together.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.guard.plain import EMAIL, HANDLE, LINK

if TYPE_CHECKING:
    from collections.abc import Iterable

FILL = "\ue000"
# Of a word; Chinese characters stand right beside numbers. Without (?-i:) the range costs 8 ms to compile.
LETTER = r"(?-i:[^\W\u3400-\u9fff])"

HASHTAG = re.compile(r"(?<![\w&/])[#\uff03](\w+)")
# A/RES/68/192, CEDAW/C/GC/38, 2011/36/EU, Resolution 1325 (2000), Convention No. 182
SYMBOL = re.compile(
    r"(?<![\w/])[A-Z]{1,6}(?:/[\w.()-]+){2,}|\b\d{2,4}/\d{1,4}/[A-Z]{2,4}\b"
    r"|(?i:\b(?:r[eé]solu[ct]i[oó]n|UNSCR|SCR|convention|convenio|directive|directiva|recommendation|ley|loi|law|act|decreto"
    r"|protocol|article|art\.|ISO))s?\s+(?:no\.?\s*|n[\u00b0\u00ba]\s*)?\d[\d/]*(?:\s?\([\dIVXLC]{1,8}\))?"
)
DATE = re.compile(
    r"\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?\b|\b\d{1,2}([./ -])\d{1,2}\1(?:19|20)\d{2}\b|\b(?:19|20)\d{2}/\d{2}/\d{2}\b"
)
TIME = re.compile(r"\b\d{1,2}[:h]\d{2}(?::\d{2})?\b|\b24\s?/\s?7\b")
YEARS = re.compile(
    r"(?<!\d)(?<!\d[ .-])(?:19|20)\d{2}\s?[-\u2013/]\s?(?:(?:19|20)\d{2}|\d{2})\b"
    r"|(?<![\d+])(?<!\d[ .-])(?:19[4-9]\d|20\d{2})(?![\d])(?![.-]\d)"
)


def hide(text: str, *patterns: re.Pattern[str]) -> str:
    """The text with every match of the patterns filled; as long as before."""
    for pattern in patterns:
        text = pattern.sub(_fill, text)
    return text


def prose(text: str) -> str:
    """The text without links, addresses, hashtags and handles; as long as before."""
    return hide(text, LINK, EMAIL, HASHTAG, HANDLE)


def hide_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with the given stretches filled, which follow one another; as long as before."""
    pieces, last = [], 0
    for start, end in spans:
        pieces += [text[last:start], FILL * (end - start)]
        last = end
    return "".join([*pieces, text[last:]])


def _fill(match: re.Match[str]) -> str:
    return FILL * len(match[0])
