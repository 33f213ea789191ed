"""Pairs the entries of a list with our occurrences, the surest pairs first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING

from scheduler.compare.names import Likeness, normal, telling
from scheduler.model import WORLD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scheduler.model import Occurrence

SAME_DATE, OTHER_DATE = 0.3, 0.72  # how alike names must be, on one date and on two
_BONUS = 0.3  # on one date, a poorer likeness goes before a better one on another; half as much for one last day


class Kind(StrEnum):
    """What a comparison says of a day."""

    SAME = "same"
    OTHER_DATE = "other date"
    OTHER_NAME = "other name"
    MISSING_HERE = "missing here"
    MISSING_THERE = "missing there"


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of somebody's list. `where` says where it stands there; `id` is one of our ids, or empty."""

    name: str
    start: date
    end: date
    where: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A day here, there or on both sides. `score` is how alike the names are, from 0 to 1."""

    kind: Kind
    ours: Occurrence | None
    theirs: Listed | None
    score: float = 0.0

    @property
    def first_day(self) -> date:
        return self.theirs.start if self.theirs else self.ours.start if self.ours else date.min


@dataclass(slots=True)
class Comparison:
    """All pairs, by kind and date. Equal means that none differs."""

    pairs: list[Pair] = field(default_factory=list)

    def of(self, kind: Kind) -> list[Pair]:
        return [pair for pair in self.pairs if pair.kind is kind]

    @property
    def is_equal(self) -> bool:
        return all(pair.kind is Kind.SAME for pair in self.pairs)


def compare(ours: Sequence[Occurrence], theirs: Iterable[Listed]) -> Comparison:
    """Each of theirs with at most one of ours.

    The same name counts first, whatever the date; then likeness, a shared date weighing more than a likeness alone. A
    name is the same in any of our languages, and if it was the day's name in other years.
    """
    free, rest = {n: _Ours(o) for n, o in enumerate(ours)}, list(theirs)
    pairs, rest = _by_name(free, rest)
    pairs += _by_likeness(free, rest)
    paired = {id(pair.theirs) for pair in pairs}
    pairs += [Pair(Kind.MISSING_HERE, None, listed) for listed in rest if id(listed) not in paired]
    pairs += [Pair(Kind.MISSING_THERE, our.occurrence, None) for our in free.values()]
    order = list(Kind)
    return Comparison(sorted(pairs, key=lambda p: (order.index(p.kind), p.first_day)))


class _Ours:
    """An occurrence with all the names that its day has or had."""

    def __init__(self, occurrence: Occurrence) -> None:
        self.occurrence = occurrence
        day = occurrence.observance
        self.now = {*day.names.values()}
        self.names = {*self.now, *(name for former in day.formerly for name in former.names.values())}


def _by_name(free: dict[int, _Ours], theirs: list[Listed]) -> tuple[list[Pair], list[Listed]]:
    """Pairs of one name, and what of theirs is left. Takes ours out of `free`.

    Those on one date come before others, and what a day is called before what it was called.
    """
    named: dict[str, dict[int, bool]] = {}
    for key, our in free.items():
        now = {our.occurrence.observance.id, *map(normal, our.now)}
        for word in {*now, *map(normal, our.names)}:
            named.setdefault(word, {})[key] = word in now
    pairs: list[Pair] = []
    for same_date, only_now in product((True, False), repeat=2):
        rest = []
        for listed in theirs:
            keys = named.get(listed.id) or named.get(normal(listed.name)) or {}
            fit = [key for key, is_now in keys.items() if key in free and (is_now or not only_now)]
            far = [(abs(free[key].occurrence.start - listed.start), key) for key in fit]
            if far and (not same_date or not min(far)[0]):
                pairs.append(_pair(free.pop(min(far)[1]), listed, 1.0, same_name=True))
            else:
                rest.append(listed)
        theirs = rest
    return pairs, theirs


def _by_likeness(free: dict[int, _Ours], theirs: Iterable[Listed]) -> list[Pair]:
    """Pairs of names that are alike, the best first. Takes ours out of `free`."""
    likeness = Likeness(name for our in free.values() for name in our.names)
    sharing: dict[str, set[int]] = {}
    for key, our in free.items():
        for word in {word for name in our.names for word in telling(name)}:
            sharing.setdefault(word, set()).add(key)
    candidates = []
    for n, listed in enumerate(theirs):
        for key in {key for word in likeness.spelled(listed.name) for key in sharing.get(word, ())}:
            same_date = free[key].occurrence.start == listed.start
            score = max(likeness.of(name, listed.name, surely=not same_date) for name in free[key].names)
            if score >= (SAME_DATE if same_date else OTHER_DATE):
                same_end = free[key].occurrence.end == listed.end
                local = WORLD not in free[key].occurrence.observance.regions  # of two as like, the world's day
                candidates.append((-score - _BONUS * (same_date + same_end / 2), local, n, key, score, listed))
    pairs, taken = [], set()
    for _, _, n, key, score, listed in sorted(candidates, key=lambda c: c[:4]):
        if n not in taken and key in free:
            taken.add(n)
            pairs.append(_pair(free.pop(key), listed, score, same_name=False))
    return pairs


def _pair(ours: _Ours, theirs: Listed, score: float, *, same_name: bool) -> Pair:
    o = ours.occurrence
    if (o.start, o.end) != (theirs.start, theirs.end) and not (o.start == theirs.start == theirs.end):
        return Pair(Kind.OTHER_DATE, o, theirs, score)
    return Pair(Kind.SAME if same_name else Kind.OTHER_NAME, o, theirs, score)
