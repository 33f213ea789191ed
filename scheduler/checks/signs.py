"""Emoji, emoticons and signs in place of words: how a screen reader reads them out."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from scheduler.checks import masks
from scheduler.checks.draft import HINT, WARNING, Draft, found
from scheduler.checks.lengths import EMOJI

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding

MOST_EMOJI = 2
_PLAIN_SIGNS = re.compile(
    "[\u00a9\u00ae\u2122\u2139\u2190-\u2319\u2400-\u25ff\u27f0-\u27ff\u2900-\u297f]"
)  # no pictures
_WORDS, _GOES_ON, _WORD_BEFORE = re.compile(r"[^\W\d_]"), re.compile(r"[^\S\n]*\w"), re.compile(r"[\w,][^\S\n]*\Z")
_EMOTICON = re.compile(r"(?<!\S)(?:[:;=][-'o]?[)(\]DPp|*]|[:;]-?/|<3|\^[_.]?\^|[xX]D)(?![\w/])")
_DRAWING = re.compile("[\u2500-\u259f]{3,}")
_SIGN = re.compile(r"(?<=[^\W\d_A-Z] )[&+](?= [^\W\d_A-Z])")


def check_emoji(draft: Draft) -> Iterator[Finding]:
    """At most two emoji, each once, after the words."""
    text = draft.text
    if text.isascii():
        return
    seen = [match for match in EMOJI.finditer(text) if not _PLAIN_SIGNS.match(match[0])]
    if len(seen) > MOST_EMOJI:
        why = f"{len(seen)} emoji: a screen reader says the name of each"
        yield found("emoji", WARNING, " ".join(match[0] for match in seen), why, f"keep {MOST_EMOJI} at most")
    for emoji, times in Counter(match[0] for match in seen).items():
        if times > 1:
            yield found("emoji", WARNING, emoji, f"its name is read out {times} times", "keep it once")
    yield from _places(text, seen[:MOST_EMOJI])


def _places(text: str, seen: list[re.Match[str]]) -> Iterator[Finding]:
    """Emoji that begin a line, and the first few that stand between words."""
    for line in text.splitlines():
        first = EMOJI.match(line.lstrip())
        if first and not _PLAIN_SIGNS.match(first[0]) and _WORDS.search(line):
            why = "an emoji as the first item or in place of a dash is read out before the words"
            yield found("emoji", WARNING, line, why, "begin with the words, or with a dash")
    for match in seen:
        if _GOES_ON.match(text, match.end()) and _WORD_BEFORE.search(text[max(0, match.start() - 3) : match.start()]):
            yield found("emoji", HINT, match[0], "its name is read out within the sentence", "put it last")


def check_signs(draft: Draft) -> Iterator[Finding]:
    """Words rather than emoticons, drawings made of characters, & and +."""
    text = masks.prose(draft.text)
    for sign in _EMOTICON.finditer(text):
        yield found("signs", HINT, sign[0], "an emoticon is read out as punctuation", "say it in words")
    for drawing in _DRAWING.finditer(text):
        why = "a drawing made of characters is read out sign by sign"
        yield found("signs", WARNING, drawing[0], why, "leave it out, or use a picture with alt text")
    for sign in _SIGN.finditer(text):
        word = "and" if sign[0] == "&" else "plus"
        yield found("signs", HINT, text[max(0, sign.start() - 15) : sign.end() + 15], "a sign stands for a word",
                    f"write it out ({word})")  # fmt: skip
