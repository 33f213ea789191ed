"""The calendar as data for programs: public/calendar.json, which docs/calendar.schema.json describes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid5

from scheduler import dates
from scheduler.feeds.entry import DAY, NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.model import Observance, Occurrence

FORM = 1  # goes up when a field changes its meaning or goes


def calendar_json(observances: Iterable[Observance], first_year: int, last_year: int) -> bytes:
    """Every observance by id, with its occurrences that start in `first_year` to `last_year`."""
    told = {
        "form": FORM,
        "years": [first_year, last_year],
        "observances": [_observance(o, first_year, last_year) for o in sorted(observances, key=lambda o: o.id)],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _observance(o: Observance, first: int, last: int) -> dict[str, Any]:
    by = o.proclaimed
    return {
        "id": o.id,
        "names": dict(sorted(o.names.items())),
        "rule": o.rule,
        "when": dates.describe(o),
        "themes": sorted(o.themes),
        "dimensions": sorted(o.dimensions),
        "regions": sorted(o.regions),
        "sdg": sorted(o.sdg),
        "sensitivity": str(o.sensitivity),
        "origin": str(o.origin),
        "proclaimed": {"body": by.body, "document": by.document, "address": by.address, "year": by.year},
        "page": o.page,
        "sources": list(o.sources),
        "checked": o.checked.isoformat(),
        "related": sorted(o.related),
        "occurrences": [_occurrence(found) for y in range(first, last + 1) for found in dates.occurrences(o, y)],
    }


def _occurrence(o: Occurrence) -> dict[str, Any]:
    theme = o.observance.year_themes.get(o.year)
    return {
        "id": o.id,
        "uid": str(uuid5(NAMESPACE, f"{DAY}{o.id}")),
        "year": o.year,
        "first_day": o.start.isoformat(),
        "last_day": o.end.isoformat(),
        "certainty": str(o.certainty),
        "theme": theme.text if theme else "",
    }
