"""Which phrases a text could hold at all, by the words that each of them needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.guard.phrases import Phrase
    from scheduler.guard.plain import Plain

T = TypeVar("T")
_HEAD = 3  # letters by which words with an open end are looked up


class Index(Generic[T]):
    """Phrases, each with what it stands for, found by their anchors: a text is held against few of many."""

    def __init__(self, phrases: Iterable[tuple[Phrase, T]]) -> None:
        self._all = list(phrases)
        self._whole: dict[str, list[int]] = {}
        self._heads: dict[str, list[tuple[str, int]]] = {}
        self._tails: list[tuple[str, int]] = []
        for n, (phrase, _) in enumerate(self._all):
            for anchor in phrase.anchors:
                self._add(anchor, n)

    def _add(self, anchor: str, n: int) -> None:
        word = anchor.strip("*")
        if anchor.startswith("*"):
            self._tails.append((anchor, n))
        elif anchor.endswith("*"):
            self._heads.setdefault(word[:_HEAD], []).append((word, n))
        else:
            self._whole.setdefault(word, []).append(n)

    def candidates(self, words: Plain) -> list[tuple[Phrase, T]]:
        """The phrases that have an anchor among the words, in their own order."""
        found: set[int] = set()
        for word in set(words.words.split()):
            found.update(self._whole.get(word, ()))
            for size in range(1, _HEAD + 1):
                found.update(n for head, n in self._heads.get(word[:size], ()) if word.startswith(head))
            found.update(n for anchor, n in self._tails if _fits(word, anchor))
        return [self._all[n] for n in sorted(found)]


def _fits(word: str, anchor: str) -> bool:
    inner = anchor.strip("*")
    return inner in word if anchor.endswith("*") else word.endswith(inner)
