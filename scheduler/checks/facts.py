"""A figure of the registry is said with its source, and not once it has expired."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.checks.draft import ERROR, WARNING, Draft, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Fact, Finding

_NAMES = re.compile(r"(?<!\w)[A-Z\u0400-\u042f]\w+")


def check_facts(draft: Draft) -> Iterator[Finding]:
    """No expired figure, and none without who counted it."""
    for fact in draft.facts:
        words = next((words for _, words in fact.said if _says(draft.text, words)), "")
        if words and fact.expires < draft.on:
            why = f"the figure was checked on {fact.checked} and is out of date since {fact.expires}"
            yield found("fact", ERROR, words, why, f"look for a newer one at {fact.page} and renew {fact.id}")
        elif words and not _is_cited(draft.text, fact):
            why = "a figure of the registry without who counted it"
            yield found("fact", WARNING, words, why, f"write it whole: {fact.full(draft.language)}")


def says(text: str, fact: Fact) -> bool:
    """Whether a text says the fact's figure, in any language."""
    return any(_says(text, words) for _, words in fact.said)


def _says(text: str, words: str) -> bool:
    """Whether the words stand in the text, whatever its blanks; 49.6 is not in 149.6."""
    if not all(word in text for word in words.split()):
        return False  # most texts
    spaced = r"\s+".join(map(re.escape, words.split()))
    return re.search(rf"(?<![\d.,]){spaced}(?!\w)", text) is not None


def _is_cited(text: str, fact: Fact) -> bool:
    """Whether a text has the citation, or names one of those who counted it and the year of their report."""
    plain = " ".join(text.split())
    return any(
        " ".join(cite.split()) in plain or (str(fact.year) in plain and any(n in plain for n in _NAMES.findall(cite)))
        for _, cite in fact.cite
    )
