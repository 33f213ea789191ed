"""Looks for the rules of one language in a text."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.guard.index import Index
from scheduler.guard.phrases import Phrase
from scheduler.guard.plain import END, Plain, plain
from scheduler.guard.rules import Advice, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

OWN_WORDS = 5  # words from which on a quotation is a person's own speech
NEAR_BEFORE, NEAR_AFTER = 4, 2  # words between advice and what it is about
_GRAVITY = {"error": 0, "warning": 1, "hint": 2}
# an opening mark ends the search for the close of an earlier one: time stays linear in the length
_QUOTED = re.compile(
    r"\u201c[^\u201c\u201d\n]*\u201d|\"[^\"\n]*\"|\u00ab[^\u00ab\u00bb\n]*\u00bb|\u201e[^\u201e\u201c\u201d\n]*[\u201c\u201d]"
    r"|\u300c[^\u300c\u300d\n]*\u300d|(?<!\w)\u2018[^\u2018\n]*?\u2019(?!\w)"
)


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
        self.rules = tuple(rules)
        self._advice = advice or Advice()
        self._titles = Index((_title(title), title) for title in titles)
        self._index = Index((catch, rule) for rule in self.rules for catch in rule.catches)

    def look(self, text: str, part: str = "text") -> list[Caught]:
        """What the rules catch in a part of a post, in the order of the text; of one family the gravest at a place."""
        words = plain(text)
        found = []
        for catch, rule in self._index.candidates(words):
            if part in rule.parts:
                found += [
                    c for match in catch.pattern.finditer(words.words) if (c := self._caught(rule, match, words, text))
                ]
        return _gravest(found)

    def _caught(self, rule: Rule, match: re.Match[str], words: Plain, text: str) -> Caught | None:
        first, last = match.start(), match.end()
        if self._is_title(words, first, last) or self._is_advice(words, first, last):
            return None
        if any(u.start() <= first and last <= u.end() for p in rule.unless for u in p.pattern.finditer(words.words)):
            return None
        start = words.spans[bisect_right(words.starts, first) - 1][0]
        end = words.spans[bisect_right(words.starts, last - 1) - 1][1]
        level = "hint" if _is_own_words(text, start, end) else rule.level
        return Caught(rule, level, text[start:end], start, end)

    def _is_title(self, words: Plain, first: int, last: int) -> bool:
        for title, _ in self._titles.candidates(words):
            if any(m.start() <= first and last <= m.end() for m in title.pattern.finditer(words.words)):
                return True
        return False

    def _is_advice(self, words: Plain, first: int, last: int) -> bool:
        """Whether advice stands before or after the words, in their sentence and near."""
        sentence = words.words.rfind(END, 0, first) + 1
        before = words.words[max(sentence - 1, 0) : first]
        for advice in self._advice.before:
            if any(before.count(" ", m.end()) <= NEAR_BEFORE for m in advice.pattern.finditer(before)):
                return True
        stop = words.words.find(END, last)
        after = " " + words.words[last : stop if stop >= 0 else len(words.words)]
        return any(
            after.count(" ", 1, m.start()) <= NEAR_AFTER
            for advice in self._advice.after
            for m in advice.pattern.finditer(after)
        )


def _title(title: str) -> Phrase:
    """A title as a phrase: its words one after the other."""
    words = [word for word in plain(title).words.split() if word != END]
    source = "".join(re.escape(word) + " " for word in words)
    return Phrase(title, source, (max(words, key=len),))


def _is_own_words(text: str, start: int, end: int) -> bool:
    """Whether the place lies in a quotation long enough to be somebody's own words."""
    return any(
        q.start() < start and end < q.end() + 1 and len(q[0].split()) >= OWN_WORDS for q in _QUOTED.finditer(text)
    )


def _gravest(found: list[Caught]) -> list[Caught]:
    kept: list[Caught] = []
    for caught in sorted(found, key=lambda c: (_GRAVITY[c.level], c.start - c.end, c.start, c.rule.id)):
        if not any(k.rule.family == caught.rule.family and k.start < caught.end and caught.start < k.end for k in kept):
            kept.append(caught)
    return sorted(kept, key=lambda c: (c.start, c.rule.id))
