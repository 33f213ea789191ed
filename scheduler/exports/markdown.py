"""Occurrences as a page by month: when, what, by which rule, set by whom in which document."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from scheduler import dates
from scheduler.model import WORLD, Certainty, Span
from scheduler.receipts import Confidence, confidence
from scheduler.shapes import MONTHS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.model import Occurrence

_HEAD = "| when | day | rule | set by |\n| --- | --- | --- | --- |"


def as_markdown(occurrences: Sequence[Occurrence], language: str = "en") -> str:
    """The page. A name that is missing in `language` is given in English and marked."""
    parts = ["# Observances\n"]
    for (year, month), held in groupby(occurrences, key=lambda o: (o.start.year, o.start.month)):
        lines = [_line(o, language) for o in held]
        parts.append(f"## {MONTHS[month - 1].capitalize()} {year}\n\n{_HEAD}\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _line(o: Occurrence, language: str) -> str:
    day = o.observance
    name = day.name(language) + ("" if language in day.names else " [en]")
    shown = _link(name, day.page)
    where = "" if day.regions == (WORLD,) else f" ({', '.join(day.regions)})"
    marks = [o.certainty] if o.certainty in (Certainty.EXPECTED, Certainty.ANNOUNCED) else []
    doubt = [confidence(day)] if confidence(day) is Confidence.UNVERIFIED else []
    when = ", ".join([dates.span_words(Span(o.start, o.end)), *marks, *doubt])
    by = ", ".join(filter(None, (_cell(day.proclaimed.body), _document(o))))
    return f"| {when} | {shown}{where} `{day.id}` | {_cell(dates.words_of(day.rule))} | {by} |"


def _document(o: Occurrence) -> str:
    by = o.observance.proclaimed
    return _link(by.document, by.address) if by.document else ""


def _link(text: str, address: str) -> str:
    safe = address.replace("|", "%7C").replace(" ", "%20")
    return f"[{_cell(text)}]({safe})" if address else _cell(text)


def _cell(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line.replace("|", "\\|").replace("[", "\\[").replace("]", "\\]")
