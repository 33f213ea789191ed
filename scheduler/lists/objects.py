"""Days in JSON: a list of objects, wherever in the document it stands, or an object from date to name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scheduler.lists.days import DATE, END, NAME, days_of
from scheduler.lists.listing import Full, Listing, plain
from scheduler.lists.table import order_of
from scheduler.lists.texts import read_span

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST = 20


def read_json(text: str, years: tuple[int, ...]) -> Listing:
    """The days of a document. Raises ValueError if it is not JSON, RecursionError if it is nested without end."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}: this is not JSON: {error.msg}") from error
    listing = Listing()
    found = [(plain(where), fields) for where, fields in _entries(document, "", 0)]
    order = order_of([value for _, fields in found for value in fields.values() if isinstance(value, str)])
    try:
        for where, fields in found:
            days_of(fields, where, years, listing, order)
        _by_date(document, years, listing)
    except Full:
        pass
    return listing


def _entries(value: Any, where: str, depth: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects that have a name and something of a date, with where they stand."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        fields = {str(key).lower().replace("_", " "): inner for key, inner in value.items()}
        rule = fields.get("rule")
        if isinstance(rule, dict):  # {"rule": {"month": 7, "day": 30}}
            fields = {**{str(key).lower(): inner for key, inner in rule.items()}, **fields}
        inside = (e for key, v in value.items() for e in _entries(v, f"{where}.{key}".lstrip("."), depth + 1))
        is_entry = any(name in fields for name in NAME) and any(name in fields for name in (*DATE, *END, "month"))
        first = next(inside, None) if depth == 0 or not is_entry else None  # a list may have a title and a date itself
        if first:
            yield first
            yield from inside
        elif is_entry:
            yield where or "the document", fields
    elif isinstance(value, list):
        for n, inner in enumerate(value, start=1):
            yield from _entries(inner, f"{where} entry {n}".strip(), depth + 1)


def _by_date(document: Any, years: tuple[int, ...], listing: Listing) -> None:
    """Takes in objects that map a date to a name or to several: {"07-30": "World Day against ..."}."""
    if not isinstance(document, dict):
        return
    order = order_of(list(document))
    for key, value in document.items():
        for name in value if isinstance(value, list) else [value]:
            if isinstance(name, str) and read_span(key, order):
                days_of({"name": name, "date": key}, f"'{plain(key)}'", years, listing, order)
