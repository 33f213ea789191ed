"""One entry of a table or of a JSON list becomes days: its fields go by many names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scheduler.compare import Listed
from scheduler.lists.listing import Listing, plain
from scheduler.lists.texts import Day, Order, dates_of, joined, read_span

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = ("name", "name en", "title", "summary", "observance", "event", "event name", "subject", "label", "day name")
DATE = ("start", "date", "start date", "startdate", "dtstart", "when", "day", "dates", "date start", "begin", "on")
END = ("end", "end date", "enddate", "dtend", "last day", "until", "to")


def days_of(
    fields: Mapping[str, Any],
    where: str,
    years: tuple[int, ...],
    listing: Listing,
    order: Order = Order(),  # noqa: B008
) -> None:
    """Adds the days of one entry to the listing, or a note of why it has none. Raises Full when there are too many."""
    name = plain(_text(_first(fields, NAME)))
    span = _span(fields, order)
    if not name:
        listing.note(f"{where}: it has no name")
    elif span is None:
        listing.note(f"{where}: '{name[:60]}' has no date that can be read")
    else:
        own = span[0].year
        listing.years |= {own} if own else set()
        found = [(y, dates_of(span, y)) for y in ((own,) if own else years)]
        if not any(dates for _, dates in found) and (own or (span[0].month, span[0].day) != (2, 29)):
            listing.note(f"{where}: the date of '{name[:60]}' does not exist")
        id = plain(_text(fields.get("id")))
        listing.add(Listed(name, *dates, where, id) for _, dates in found if dates)


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((fields[name] for name in names if fields.get(name) not in (None, "")), "")


def _text(value: Any) -> str:
    """A text, or the English one of several languages, or what a value is written as."""
    if isinstance(value, dict):
        value = value.get("en") or next((v for v in value.values() if isinstance(v, str)), "")
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _span(fields: Mapping[str, Any], order: Order) -> tuple[Day, Day] | None:
    span, year = _written(fields, order), _text(fields.get("year")).strip()
    if span and not span[0].year and re.fullmatch(r"\d{4}", year):
        return Day(int(year), span[0].month, span[0].day), span[1]
    return span


def _written(fields: Mapping[str, Any], order: Order) -> tuple[Day, Day] | None:
    month, day = _text(fields.get("month")).strip(), _text(fields.get("day")).strip()
    if month and day:
        return read_span(f"{month}-{day}" if month.isdigit() else f"{day} {month}", Order(day_first=False))
    first = read_span(_text(_first(fields, DATE)), order)
    last = read_span(_text(_first(fields, END)), order)
    return joined(first[0], last[1]) if first and last else first
