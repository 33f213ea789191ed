"""Which phrases a text could hold at all, by the words that each of them needs."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.guard.phrases import Phrase
    from scheduler.guard.plain import Plain

T = TypeVar("T")
_HEAD = 3  # letters by which words with an open end are looked up


class Index(Generic[T]):
    """Phrases, each with what it stands for, found by the words they need: a text is held against few of many."""

    def __init__(self, phrases: Iterable[tuple[Phrase, T]]) -> None:
        self._all = list(phrases)
        self._whole: dict[str, list[int]] = {}
        self._heads: dict[str, list[tuple[str, int]]] = {}
        self._tails: list[tuple[str, int]] = []
        for n, (phrase, _) in enumerate(self._all):
            for word in phrase.needs[0]:
                self._add(word, n)

    def _add(self, anchor: str, n: int) -> None:
        word = anchor.strip("*")
        if anchor.startswith("*"):
            self._tails.append((anchor, n))
        elif anchor.endswith("*"):
            self._heads.setdefault(word[:_HEAD], []).append((word, n))
        else:
            self._whole.setdefault(word, []).append(n)

    def candidates(self, words: Plain) -> list[tuple[Phrase, T]]:
        """The phrases all of whose needs are among the words, in their own order."""
        found: set[int] = set()
        there = sorted(set(words.words.split()))
        for word in there:
            found.update(self._whole.get(word, ()))
            for size in range(1, _HEAD + 1):
                found.update(n for head, n in self._heads.get(word[:size], ()) if word.startswith(head))
            found.update(n for anchor, n in self._tails if _fits(word, anchor))
        known = _Known(there)
        return [self._all[n] for n in sorted(found) if all(map(known.has_one, self._all[n][0].needs[1:]))]


class _Known:
    """The words of a text, asked for one of several."""

    def __init__(self, words: list[str]) -> None:
        self._sorted, self._asked = words, dict.fromkeys(words, True)

    def has_one(self, needed: tuple[str, ...]) -> bool:
        return any(map(self._has, needed))

    def _has(self, need: str) -> bool:
        if need not in self._asked:
            self._asked[need] = self._look(need)
        return self._asked[need]

    def _look(self, need: str) -> bool:
        if need.startswith("*"):
            return any(_fits(word, need) for word in self._sorted)
        if not need.endswith("*"):
            return False
        head = need[:-1]
        at = bisect_left(self._sorted, head)
        return at < len(self._sorted) and self._sorted[at].startswith(head)


def _fits(word: str, anchor: str) -> bool:
    inner = anchor.strip("*")
    return inner in word if anchor.endswith("*") else word.endswith(inner)
