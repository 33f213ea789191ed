"""Phrases over plain words, that people can read: `(child|minor*) prostitut*`, `sex with .. (child|girl)`.

word        itself, whole          word*  *word   with any ending, any beginning
(a|b c|d)   one of these           (a|b)?  word?  it may be missing
_           any word               ..  ...        up to 3, up to 8 words, not across the end of a sentence
#           a number               %              the sign of a percentage
<name>      one of the words that the file lists under that name

Every part is bounded, so no text makes a phrase slow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scheduler.guard.plain import END, fold, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PIECE = re.compile(r"\.\.\.|\.\.|[()|?#%]|[^\s()|?#%]+|\s+")
_NAMED = re.compile(r"<([a-z][a-z0-9-]*)>")
_ANY = rf"[^ {END}]"
_LONGEST = 600  # pieces of a phrase


class PhraseError(ValueError):
    """A phrase that cannot be read; its text says why."""


@dataclass(slots=True)
class Phrase:
    """A phrase. `anchors` are words one of which a text must have for the phrase to be in it; `*` marks an open end."""

    text: str
    source: str
    anchors: tuple[str, ...]
    _compiled: re.Pattern[str] | None = field(default=None, repr=False)

    @property
    def pattern(self) -> re.Pattern[str]:
        """Its regular expression over `Plain.words`; compiled when it is first needed."""
        if self._compiled is None:
            self._compiled = re.compile(f"(?<= ){self.source}")
        return self._compiled


def phrase(text: str, words: Mapping[str, Sequence[str]] | None = None) -> Phrase:
    """The phrase that a text says; `words` are those that `<name>` stands for. Raises PhraseError."""
    return _phrase(text, _with_words(text, words or {}))


def _with_words(text: str, words: Mapping[str, Sequence[str]]) -> str:
    """The text with a group in place of each `<name>`; a list may name lists."""
    for _ in range(3):
        names = set(_NAMED.findall(text))
        if unknown := names - words.keys():
            raise PhraseError(f"there are no words by the name '{min(unknown)}'")
        text = _NAMED.sub(lambda match: f"({'|'.join(words[match[1]])})", text)
    return text


def _phrase(name: str, text: str) -> Phrase:
    pieces = [piece for piece in _PIECE.findall(text.replace("\u2026", "...")) if not piece.isspace()]
    if not pieces or len(pieces) > _LONGEST:
        raise PhraseError(f"'{text}' has no words, or too many")
    reader = _Reader(text, pieces)
    source, anchors = reader.sequence()
    if reader.at < len(pieces):
        raise PhraseError(f"'{text}' has a bracket too many")
    if not anchors:
        raise PhraseError(f"'{text}' has no word that must be there")
    return Phrase(name, source, anchors)


class _Reader:
    def __init__(self, text: str, pieces: list[str]) -> None:
        self.text, self.pieces, self.at = text, pieces, 0

    def sequence(self) -> tuple[str, tuple[str, ...]]:
        """Pieces up to a bar, a bracket or the end: the expression, and the anchors of its most telling part."""
        parts: list[str] = []
        best: tuple[str, ...] = ()
        while self.at < len(self.pieces) and self.pieces[self.at] not in "|)":
            source, anchors = self._piece()
            parts.append(source)
            if anchors and (not best or _worth(anchors) > _worth(best)):
                best = anchors
        return "".join(parts), best

    def _piece(self) -> tuple[str, tuple[str, ...]]:
        piece = self.pieces[self.at]
        self.at += 1
        source, anchors = self._group() if piece == "(" else _single(piece, self.text)
        if self.at < len(self.pieces) and self.pieces[self.at] == "?":
            self.at += 1
            return f"(?:{source})?", ()
        return source, anchors

    def _group(self) -> tuple[str, tuple[str, ...]]:
        sources: list[str] = []
        anchors: list[str] = []
        complete = True
        while True:
            source, found = self.sequence()
            sources.append(source)
            anchors += found
            complete = complete and bool(found)
            if self.at >= len(self.pieces):
                raise PhraseError(f"'{self.text}' has a bracket that is not closed")
            self.at += 1
            if self.pieces[self.at - 1] == ")":
                return f"(?:{'|'.join(sources)})", tuple(anchors) if complete else ()


def _single(piece: str, text: str) -> tuple[str, tuple[str, ...]]:
    if piece in ("..", "..."):
        return rf"(?:{_ANY}+ ){{0,{3 if piece == '..' else 8}}}?", ()
    if piece == "_":
        return rf"{_ANY}+ ", ()
    if piece == "#":
        return r"\d[\d.,]* (?:\d{3} ){0,3}", ()
    if piece == "%":
        return "% ", ("%",)
    if piece in "?)|":
        raise PhraseError(f"'{text}' has a '{piece}' out of place")
    return _word(piece, text)


def _word(piece: str, text: str) -> tuple[str, tuple[str, ...]]:
    before, after = piece.startswith("*"), piece.endswith("*")
    words = plain(piece.strip("*")).words.split()
    if not words or "*" in piece.strip("*") or END in words:
        raise PhraseError(f"'{piece}' in '{text}' is no word")
    parts = [re.escape(fold(word)) + " " for word in words]
    if before:
        parts[0] = f"{_ANY}*{parts[0]}"
    if after:
        parts[-1] = f"{parts[-1][:-1]}{_ANY}* "
    longest = max(range(len(words)), key=lambda n: len(words[n]))
    open_start, open_end = before and longest == 0, after and longest == len(words) - 1
    return "".join(parts), (f"{'*' * open_start}{words[longest]}{'*' * open_end}",)


def _worth(anchors: tuple[str, ...]) -> float:
    """How telling anchors are: long words, few of them, and not open at the front, which costs most to look up."""
    shortest = min(len(anchor.strip("*")) for anchor in anchors)
    return shortest - len(anchors) - 20 * any(anchor.startswith("*") for anchor in anchors)
