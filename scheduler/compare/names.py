"""How alike two names of days are: by their telling words, each weighed by how few other days have it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from difflib import get_close_matches
from functools import lru_cache
from math import log, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_EMPTY = frozenset(
    "the a an of for on in to and as its it with all or from by against anti day days week weeks month international "
    "world national global un united nations observance annual official intl int "
    "le la les l d de des du un une et en au aux pour sur contre journee semaine internationale mondiale nationale "
    "el los las y del al por para contra dia semana internacional mundial nacional".split()
)
_ONE_WORD = {  # words that lists write for one another
    "children": "child",
    "labor": "labour",
    "men": "man",
    "organised": "organized",
    "racial": "racism",
    "slavery": "slave",
    "women": "woman",
}
MOST_LOOKED = 20_000  # unknown words of one list that are put right: each costs a search
_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile("[\u3400-\u9fff]")


def normal(name: str) -> str:
    """The name without case, accents, signs and doubled blanks: two that are equal are the same name."""
    return " ".join(_words(name))


def _words(name: str) -> list[str]:
    flat = unicodedata.normalize("NFKD", name.casefold().replace("\u2019", "'"))
    bare = "".join(c for c in flat if not unicodedata.combining(c)).replace("'s ", "s ").replace("'", " ")
    return _WORD.findall(bare)


@lru_cache(maxsize=20_000)
def telling(name: str) -> frozenset[str]:
    """The words that tell one day from another; all of them if there is none."""
    words = [piece for word in _words(name) for piece in _pieces(word)]
    return frozenset(w for w in words if w not in _EMPTY) or frozenset(words)


def _pieces(word: str) -> list[str]:
    if _CJK.search(word):  # no blanks between words: pairs of signs serve as words
        return [word[i : i + 2] for i in range(max(1, len(word) - 1))]
    single = word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
    return [_ONE_WORD.get(single, single)]


class Likeness:
    """Scores from 0 to 1 between names, the words weighed over the names given."""

    def __init__(self, names: Iterable[str]) -> None:
        sets = [telling(name) for name in set(names)]
        self._count = Counter(word for words in sets for word in words)
        self._all = len(sets) + 1
        self._known: dict[str, list[str]] = {}
        for word in sorted(self._count):
            self._known.setdefault(word[0], []).append(word)
        self._looked = 0
        self._spelled: dict[str, frozenset[str]] = {}
        self._scores: dict[tuple[str, str], tuple[float, bool]] = {}

    def of(self, ours: str, theirs: str, *, surely: bool = False) -> float:
        """How alike: 1 for the same telling words, 0 for none in common.

        `surely` asks for two words in common, or for no other word: one word alone is shared by many days.
        """
        if (ours, theirs) not in self._scores:
            one, other = telling(ours), self.spelled(theirs)
            shared = one & other
            weight = self._weight(shared)
            score = weight / sqrt(self._weight(one) * self._weight(other)) if shared else 0.0
            self._scores[ours, theirs] = score, len(shared) > 1 or one == other
        score, is_sure = self._scores[ours, theirs]
        return score if is_sure or not surely else 0.0

    def spelled(self, name: str) -> frozenset[str]:
        """The telling words of a name; one that we do not know is put right if it is nearly one that we do."""
        if name not in self._spelled:
            self._spelled[name] = frozenset(w if w in self._count else self._near(w) for w in telling(name))
        return self._spelled[name]

    def _weight(self, words: Iterable[str]) -> float:
        return sum(log(1 + self._all / (1 + self._count[word])) ** 2 for word in words)

    def _near(self, word: str) -> str:
        if len(word) <= 5 or not word.isalpha() or self._looked >= MOST_LOOKED:
            return word
        self._looked += 1
        near = get_close_matches(word, self._known.get(word[0], ()), n=1, cutoff=0.84)
        return near[0] if near else word
