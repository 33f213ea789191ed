"""Looks for the rules of one language in a text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from scheduler.guard.index import Index
from scheduler.guard.phrases import Phrase
from scheduler.guard.plain import END, QUOTED, Plain, plain
from scheduler.guard.rules import Advice, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

OWN_WORDS = 5  # words from which on a quotation is a person's own speech
NAMED_WORDS = 4  # words up to which a quotation may be a term that is spoken about
NEAR_BEFORE, NEAR_AFTER = 4, 2  # words between advice and what it is about
MOST = 500  # things caught in one text: nobody reads more
_GRAVITY = {"error": 0, "warning": 1, "hint": 2}


@dataclass(frozen=True, slots=True)
class Caught:
    """A rule that a text breaks: the words it does it with, where they stand, and how grave it is there."""

    rule: Rule
    level: str
    text: str
    start: int
    end: int


class Guard:
    """The rules of one language, ready to look. `titles` are names in which caught words are right."""

    def __init__(self, rules: Iterable[Rule], titles: Iterable[str] = (), advice: Advice | None = None) -> None:
        self.rules, self.names = tuple(rules), tuple(titles)
        self.advice = advice = advice or Advice()
        self.titles = Index((_title(title), title) for title in self.names)
        self.before, self.after = Index((p, p) for p in advice.before), Index((p, p) for p in advice.after)
        self.quoted = Index((p, p) for p in advice.quoted)
        self._index = Index((catch, rule) for rule in self.rules for catch in rule.catches)

    def look(self, text: str, part: str = "text") -> list[Caught]:
        """What the rules catch in a part of a post, in the order of the text; of one family the gravest at a place."""
        sight = _Sight(text, self)
        found = []
        for catch, rule in self._index.candidates(sight.words):
            if part in rule.parts:
                found += [c for match in catch.pattern.finditer(sight.words.words) if (c := sight.caught(rule, match))]
            if len(found) > MOST:
                break
        return _gravest(found[:MOST])


class _Sight:
    """One text while it is looked at: where its titles, its advice and its quotations stand, each found once."""

    def __init__(self, text: str, guard: Guard) -> None:
        self.text, self.words = text, plain(text)
        self._titles = _Spans(guard.titles, self.words)
        self._unless: dict[str, _Spans] = {}
        self._before = sorted(end for _, end in _matches(guard.before, self.words))
        self._after = sorted(start for start, _ in _matches(guard.after, self.words))
        self._mentions = sorted(start for start, _ in _matches(guard.quoted, self.words))
        self._quoted = [(*q.span(), len(q[0].split())) for q in QUOTED.finditer(text)]

    def caught(self, rule: Rule, match: re.Match[str]) -> Caught | None:
        """What a match means here; None if it is a title, an exception of the rule, or only mentioned."""
        first, last = match.span()
        if self._titles.touch(first, last) or self._is_advice(first, last):
            return None
        if rule.id not in self._unless:
            self._unless[rule.id] = _Spans(Index((p, p) for p in rule.unless), self.words)
        if self._unless[rule.id].hold(first, last):
            return None
        start = self.words.spans[bisect_right(self.words.starts, first) - 1][0]
        end = self.words.spans[bisect_right(self.words.starts, last - 1) - 1][1]
        quoted = [(b, size) for a, b, size in self._quoted if a < start < b]
        own = any(size >= OWN_WORDS and end <= b for b, size in quoted)
        if any(size <= NAMED_WORDS for _, size in quoted) and self._is_mentioned(first, last):
            return None
        return Caught(rule, "hint" if own else rule.level, self.text[start:end], start, end)

    def _is_mentioned(self, first: int, last: int) -> bool:
        """Whether the sentence has a word that speaks of words."""
        start, stop = self.words.words.rfind(END, 0, first), self.words.words.find(END, last)
        n = bisect_right(self._mentions, start)
        return n < len(self._mentions) and (stop < 0 or self._mentions[n] < stop)

    def _is_advice(self, first: int, last: int) -> bool:
        """Whether advice stands before or after the words, in their sentence and near."""
        n = bisect_right(self._before, first)
        between = self.words.words[self._before[n - 1] : first] if n else END
        if END not in between and between.count(" ") <= NEAR_BEFORE:
            return True
        n = bisect_left(self._after, last)
        between = self.words.words[last : self._after[n]] if n < len(self._after) else END
        return END not in between and between.count(" ") <= NEAR_AFTER


class _Spans:
    """Stretches of a text that phrases found, asked whether one of them holds another stretch."""

    def __init__(self, index: Index[Any], words: Plain) -> None:
        spans = sorted(_matches(index, words))
        self._starts = [start for start, _ in spans]
        self._furthest = list(accumulate((end for _, end in spans), max))

    def touch(self, first: int, last: int) -> bool:
        n = bisect_right(self._starts, last - 1)
        return n > 0 and self._furthest[n - 1] > first

    def hold(self, first: int, last: int) -> bool:
        n = bisect_right(self._starts, first)
        return n > 0 and self._furthest[n - 1] >= last


def _matches(index: Index[Any], words: Plain) -> list[tuple[int, int]]:
    return [match.span() for found, _ in index.candidates(words) for match in found.pattern.finditer(words.words)]


def _title(title: str) -> Phrase:
    """A title as a phrase: its words one after the other."""
    words = [word for word in plain(title).words.split() if word != END]
    source = "".join(re.escape(word) + " " for word in words)
    return Phrase(title, source, ((max(words, key=len),),))


def _gravest(found: list[Caught]) -> list[Caught]:
    kept: list[Caught] = []
    for caught in sorted(found, key=lambda c: (_GRAVITY[c.level], c.start - c.end, c.start, c.rule.id)):
        if not any(k.rule.family == caught.rule.family and k.start < caught.end and caught.start < k.end for k in kept):
            kept.append(caught)
    return sorted(kept, key=lambda c: (c.start, c.rule.id))
