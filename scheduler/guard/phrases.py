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
from functools import lru_cache
from typing import TYPE_CHECKING

from scheduler.guard.plain import END, fold, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PIECE = re.compile(r"<[a-z][a-z0-9-]*>|\.\.\.|\.\.|[()|?#%]|[^\s()|?#%]+|\s+")
_ANY = rf"[^ {END}]"
_NUMBERS = (  # in words, in the languages that write them so in posts
    "(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    "|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|un|deux|trois"
    "|quatre|cinq|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingts?|trente|quarante|cinquante|soixante"
    "|cents?|mille|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieciseis|diecisiete"
    "|veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|mil) (?:(?:and|et|y) )?){1,5}"
)
_LONGEST = 600  # pieces of a phrase


class PhraseError(ValueError):
    """A phrase that cannot be read; its text says why."""


@dataclass(slots=True)
class Phrase:
    """A phrase. Of each of `needs` a text must have a word for the phrase to be in it; `*` marks an open end.

    The first of `needs` is the most telling.
    """

    text: str
    source: str
    needs: tuple[tuple[str, ...], ...]
    _compiled: re.Pattern[str] | None = field(default=None, repr=False)

    @property
    def pattern(self) -> re.Pattern[str]:
        """Its regular expression over `Plain.words`; compiled when it is first needed."""
        if self._compiled is None:
            self._compiled = re.compile(f"(?<= ){self.source}")
        return self._compiled


def phrase(text: str, lists: Lists | None = None) -> Phrase:
    """The phrase that a text says; `lists` are what `<name>` stands for. Raises PhraseError."""
    pieces = _pieces(text)
    if not pieces or len(pieces) > _LONGEST:
        raise PhraseError(f"'{text}' has no words, or too many")
    reader = _Reader(text, pieces, lists or Lists({}))
    source, needs = reader.sequence()
    if reader.at < len(pieces):
        raise PhraseError(f"'{text}' has a bracket too many")
    if not needs:
        raise PhraseError(f"'{text}' has no word that must be there")
    return Phrase(text, source, tuple(sorted(needs, key=_worth, reverse=True)))


def _pieces(text: str) -> list[str]:
    return [piece for piece in _PIECE.findall(text.replace("\u2026", "...")) if not piece.isspace()]


class Lists:
    """Lists of words that phrases name, each read once however many phrases name it. A list may name others."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._lists = dict(lists)
        self._read: dict[str, tuple[str, tuple[str, ...]]] = {}

    def part(self, name: str) -> tuple[str, tuple[str, ...]]:
        """A list as part of a phrase. Raises PhraseError if it is not there, is wrong, or names itself."""
        if name not in self._read:
            if name not in self._lists:
                raise PhraseError(f"there are no words by the name '{name}'")
            text = f"({'|'.join(self._lists.pop(name))})"
            reader = _Reader(text, _pieces(text), self)
            reader.at = 1
            self._read[name] = reader.group()
        return self._read[name]


class _Reader:
    def __init__(self, text: str, pieces: list[str], lists: Lists) -> None:
        self.text, self.pieces, self.lists, self.at = text, pieces, lists, 0

    def sequence(self) -> tuple[str, list[tuple[str, ...]]]:
        """Pieces up to a bar, a bracket or the end: the expression, and the words that each part of it needs."""
        parts: list[str] = []
        needs: list[tuple[str, ...]] = []
        while self.at < len(self.pieces) and self.pieces[self.at] not in "|)":
            source, words = self._piece()
            parts.append(source)
            needs += [words] if words else []
        return "".join(parts), needs

    def _piece(self) -> tuple[str, tuple[str, ...]]:
        piece = self.pieces[self.at]
        self.at += 1
        if piece == "(":
            source, anchors = self.group()
        elif piece.startswith("<") and piece.endswith(">"):
            source, anchors = self.lists.part(piece[1:-1])
        else:
            source, anchors = _single(piece, self.text)
        if self.at < len(self.pieces) and self.pieces[self.at] == "?":
            self.at += 1
            return f"(?:{source})?", ()
        return source, anchors

    def group(self) -> tuple[str, tuple[str, ...]]:
        sources: list[str] = []
        words: list[str] = []
        complete = True
        while True:
            source, needs = self.sequence()
            sources.append(source)
            if needs:
                words += sorted(needs, key=_worth)[-1]
            complete = complete and bool(needs)
            if self.at >= len(self.pieces):
                raise PhraseError(f"'{self.text}' has a bracket that is not closed")
            self.at += 1
            if self.pieces[self.at - 1] == ")":
                return f"(?:{'|'.join(sources)})", tuple(words) if complete else ()


def _single(piece: str, text: str) -> tuple[str, tuple[str, ...]]:
    if piece in ("..", "..."):
        return rf"(?:{_ANY}+ ){{0,{3 if piece == '..' else 8}}}?", ()
    if piece == "_":
        return rf"{_ANY}+ ", ()
    if piece == "#":
        return rf"(?:\d[\d.,]* (?:\d{{3}} ){{0,3}}|{_NUMBERS})", ()
    if piece == "%":
        return "% ", ("%",)
    if piece in "?)|":
        raise PhraseError(f"'{text}' has a '{piece}' out of place")
    return _word(piece)


@lru_cache(maxsize=10_000)  # rules share most of their words
def _word(piece: str) -> tuple[str, tuple[str, ...]]:
    before, after, bare = piece.startswith("*"), piece.endswith("*"), piece.strip("*")
    simple = bare.isascii() and bare.isalnum()  # most are, and the rest cost ten times as much
    words = [bare.lower()] if simple else plain(bare).words.split()
    if not words or "*" in bare or END in words:
        raise PhraseError(f"'{piece}' is no word")
    parts = [re.escape(fold(word)) + " " for word in words]
    if before:
        parts[0] = f"{_ANY}*{parts[0]}"
    if after:
        parts[-1] = f"{parts[-1][:-1]}{_ANY}* "
    longest = max(range(len(words)), key=lambda n: len(words[n]))
    open_start, open_end = before and longest == 0, after and longest == len(words) - 1
    return "".join(parts), (f"{'*' * open_start}{words[longest]}{'*' * open_end}",)


@lru_cache(maxsize=10_000)
def _worth(words: tuple[str, ...]) -> float:
    """How telling words are: long, few, and not open at the front, which costs most to look up."""
    shortest = min(len(word.strip("*")) for word in words)
    return shortest - len(words) - 20 * any(word.startswith("*") for word in words)
