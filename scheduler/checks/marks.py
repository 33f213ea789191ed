"""Hidden marks, imitation letters, and words of the other direction in a right-to-left text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.checks.draft import ERROR, HINT, WARNING, Draft, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding

_EMBEDDINGS = re.compile("[\u202a-\u202e]")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u061c\u2060\ufeff]")
_ANY_MARK = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u061c\ufeff]")
_ISOLATES = re.compile("[\u2066-\u2069]")
_IMITATION = re.compile(
    "[\U0001d400-\U0001d7ff\u249c-\u24e9\U0001f110-\U0001f149\U0001f150-\U0001f169"
    "\U0001f172-\U0001f17d\U0001f180-\U0001f189\u2102\u210a-\u2115\u2118-\u211d\u2124\u2128\u212c-\u2138]+"
)
_FULL_WIDTH = re.compile("[\uff21-\uff3a\uff41-\uff5a]+")
_RIGHT_TO_LEFT = ("ar",)
_ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3]")
_ISOLATED = re.compile("\u2066[^\u2066-\u2069]*\u2069")
_FOREIGN = re.compile(r"https?://\S+|[@#][A-Za-z]\w+|[A-Za-z]+(?:[ -][A-Za-z]+)+")


def check_marks(draft: Draft) -> Iterator[Finding]:
    """No mark that nobody sees and that reorders or splits words; no letters that only look like letters."""
    for part in draft.parts:
        for mark in _one_of_each(_EMBEDDINGS, part):
            yield _mark(
                part,
                mark,
                ERROR,
                "it can reorder the text and hide what it says",
                "take it out, or use U+2066 to U+2069",
            )
        for mark in _one_of_each(_INVISIBLE, part):
            yield _mark(
                part, mark, WARNING, "an invisible mark: it splits words for search and screen readers", "take it out"
            )
        yield from _check_isolates(part)
        yield from _check_imitation(part, draft.language)
        if draft.language in _RIGHT_TO_LEFT:
            yield from _check_direction(part)


def _one_of_each(pattern: re.Pattern[str], part: str) -> list[re.Match[str]]:
    return list({mark[0]: mark for mark in pattern.finditer(part)}.values())


def _mark(part: str, mark: re.Match[str], severity: str, why: str, suggestion: str) -> Finding:
    """Named by its number, because printing the mark itself would do to the report what it does to the post."""
    around = _ANY_MARK.sub("", part[max(0, mark.start() - 20) : mark.end() + 20])
    return found("bidi-marks", severity, f"U+{ord(mark[0]):04X} near: {around}", why, suggestion)


def _check_isolates(part: str) -> Iterator[Finding]:
    for line in part.splitlines():  # a paragraph ends every isolate (UAX #9)
        depth = 0
        for mark in _ISOLATES.finditer(line):
            depth += -1 if mark[0] == "\u2069" else 1
            if depth < 0:
                break
        if depth:
            words = _ISOLATES.sub("", line)
            why = "a direction is opened and not closed, or closed and not opened"
            yield found("bidi-marks", ERROR, words, why, "close each of U+2066 to U+2068 with U+2069 on the same line")


def _check_imitation(part: str, language: str) -> Iterator[Finding]:
    for pattern in (_IMITATION, _FULL_WIDTH):
        if pattern is _FULL_WIDTH and language == "zh":
            continue  # full-width letters are at home among Chinese characters
        for run in pattern.finditer(part):
            why = "imitation letters: screen readers spell them as symbols or skip them"
            yield found("bidi-marks", ERROR, run[0], why, "write plain letters")


def _check_direction(part: str) -> Iterator[Finding]:
    """In a line of right-to-left words, a link, a handle or a name of the other direction is kept together by marks."""
    for line in part.splitlines():
        rest = _ISOLATED.sub("", line)
        if _ARABIC.search(rest) and (run := _FOREIGN.search(rest)):
            why = "words of the other direction may be shown in the wrong order within this line"
            yield found(
                "bidi-marks", HINT, run[0], why, "put them on a line of their own, or between U+2066 and U+2069"
            )
