"""One occurrence with its receipt, as flat fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler import dates
from scheduler.receipts import confidence

if TYPE_CHECKING:
    from scheduler.model import Occurrence


def row(o: Occurrence, language: str = "en") -> dict[str, Any]:
    """The fields of an occurrence; `name_lang` is the language that the name is really in, dates are ISO text."""
    day = o.observance
    theme = day.year_themes.get(o.year)
    return {
        "id": day.id,
        "name": day.name(language),
        "name_lang": language if language in day.names else "en",
        "start": o.start.isoformat(),
        "end": o.end.isoformat(),
        "kind": o.kind,
        "certainty": str(o.certainty),
        "themes": list(day.themes),
        "dimensions": list(day.dimensions),
        "regions": list(day.regions),
        "sensitivity": str(day.sensitivity),
        "origin": str(day.origin),
        "confidence": str(confidence(day)),
        "rule": day.rule,
        "in_words": dates.words_of(day.rule),
        "body": day.proclaimed.body,
        "document": day.proclaimed.document,
        "year_theme": theme.text if theme else "",
        "page": day.page,
    }
