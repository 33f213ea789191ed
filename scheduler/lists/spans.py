"""The first and last days on which something is held, put together."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterable


def joined(spans: list[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap made one: many lists have each day of a week."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if found and span.start <= found[-1].end + timedelta(1) and span.start.year == found[-1].start.year:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def by_year(spans: Iterable[Span]) -> dict[int, list[Span]]:
    """Spans under the years in which they begin."""
    found: dict[int, list[Span]] = {}
    for span in spans:
        found.setdefault(span.start.year, []).append(span)
    return found
