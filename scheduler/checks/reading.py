"""How easily a text is read: long sentences, and LIX (Björnsson 1968) for texts long enough to be letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.checks import masks
from scheduler.checks.draft import HINT, WARNING, Draft, found
from scheduler.checks.helpline import lines_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding

LONG_SENTENCE = 25  # words
# LIX over which a letter is hard: 7 under an ordinary newspaper of the language (English 52, French 55, Spanish 67,
# Russian 65: Björnsson, Readability of Newspapers in 11 Languages, 1983, doi.org/10.2307/747382, read 2026-11-26)
HARD = {"en": 45, "fr": 48, "es": 60, "ru": 58}
LONG_WORD = 6  # letters; LIX counts longer ones
FEWEST_WORDS = 100  # in fewer, LIX is chance: the name of a day alone adds three points
LETTER = 5000  # characters: networks that take as many carry letters, which are read at length
_SENTENCE_END = re.compile(r"(?<=[.!?\u2026\u061f])[\"')\u201d\u00bb]*\s+|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")


def check_reading(draft: Draft) -> Iterator[Finding]:
    """Sentences of at most 25 words; a letter is no harder to read than a newspaper."""
    text = masks.prose(lines_in(draft.text, draft.helplines)[0])
    sentences = [(s, words) for s in _SENTENCE_END.split(text) if (words := _WORD.findall(s))]
    for sentence, words in sentences:
        if len(words) > LONG_SENTENCE:
            why = f"a sentence of {len(words)} words: many readers lose the thread after {LONG_SENTENCE}"
            yield found("reading", HINT, sentence, why, "make two of it")
    all_words = [word for _, words in sentences for word in words]
    most = HARD.get(draft.language)
    if most is None or draft.limits.most < LETTER or len(all_words) < FEWEST_WORDS:
        return
    lix = len(all_words) / len(sentences) + 100 * sum(len(w) > LONG_WORD for w in all_words) / len(all_words)
    if lix > most:
        why = f"hard to read: LIX {lix:.0f}, over {most}, from long sentences and long words"
        yield found("reading", WARNING, sentences[0][0], why, "shorten sentences, and choose shorter words")
