"""The rules of the language guard as a page."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.guard import Rule

_LANGUAGES = {"en": "English", "fr": "French", "es": "Spanish", "ar": "Arabic", "zh": "Chinese", "ru": "Russian"}
_FAMILIES = {
    "CSE": "Sexual exploitation of children",
    "TIP": "Trafficking in persons",
    "SV": "Sexual and gender-based violence",
    "MIG": "Migration",
    "POW": "Power: who speaks of whom",
    "STA": "Numbers",
    "DET": "Detail that shocks",
    "IDN": "What leads to a person",
    "IMG": "Pictures, in their alt text",
    "HLP": "Help",
}
_HEAD = "| rule | level | do not write | why | better |\n| --- | --- | --- | --- | --- |"


def rules_page(rules: Iterable[Rule]) -> str:
    """A table for each language and family, in their order, with one bad example of each rule."""
    parts = ["# The rules of the language guard\n"]
    for (language, family), members in groupby(rules, key=lambda r: (r.language, r.family)):
        lines = "\n".join(map(_line, members))
        title = f"{_LANGUAGES[language]}: {_FAMILIES.get(family, family)}"
        parts.append(f"## {title}\n\n{_HEAD}\n{lines}\n")
    return "\n".join(parts)


def _line(rule: Rule) -> str:
    level = f"{rule.level}, awaiting a {rule.awaiting}" if rule.awaiting else rule.level
    sources = ", ".join(f"[{n}]({source})" for n, source in enumerate(rule.sources, start=1))
    cells = (rule.id, level, _cell(rule.bad[0]), f"{_cell(rule.why)} {sources}".strip(), _cell(rule.better))
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("[", "\\[").replace("]", "\\]")
