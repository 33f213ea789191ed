"""explain: the receipt of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli import show
from scheduler.cli.days import calendar_of
from scheduler.cli.options import Home, Json, Now, moment

if TYPE_CHECKING:
    from scheduler.model import Calendar, Observance, Occurrence

_ORIGINS = {
    "un": "the United Nations, on its own list of days",
    "un-agency": "a body of the United Nations, beside its list of days",
    "regional": "a union of states",
    "national": "a state",
    "faith": "a faith",
    "civil-society": "civil society",
    "own": "this workspace",
}


def explain(
    id: Annotated[str, typer.Argument(metavar="ID", help="An observance, such as trafficking-in-persons-day.")],
    year: Annotated[int, typer.Argument(metavar="[YEAR]", help="The year in the middle; this one if not given.")] = 0,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Give the receipt of a date: its rule in words, who set it by which document, sources, three years around."""
    from scheduler.workflow import calendar as workflow

    calendar = calendar_of(home)
    found = workflow.around(calendar, id, year or moment(now).year)
    told = receipt(calendar, id, found)
    if json:
        show.document(told)
        return
    _tell(told, calendar)
    if not found:
        _tell_next(calendar.observances[id], year or moment(now).year)


def receipt(calendar: Calendar, id: str, found: list[Occurrence]) -> dict[str, Any]:
    """All that is known of a day, as programs get it."""
    from dataclasses import asdict

    from scheduler.dates import describe
    from scheduler.exports.rows import row
    from scheduler.receipts import confidence, publishers

    o = calendar.observances[id]
    return {
        "id": id,
        "name": o.name(),
        "names": o.names,
        "name_sources": o.name_sources,
        "origin": str(o.origin),
        "confidence": str(confidence(o)),
        "publishers": sorted(publishers(o)),
        "rule": o.rule,
        "in_words": describe(o),
        "proclaimed": asdict(o.proclaimed),
        "page": o.page,
        "sources": list(o.sources),
        "checked": o.checked.isoformat(),
        "related": [other for other in o.related if other in calendar.observances],
        "occurrences": [row(held) for held in found],
    }


def _tell(told: dict[str, Any], calendar: Calendar) -> None:
    day, by = calendar.observances[told["id"]], told["proclaimed"]
    lines = [
        ("When", f"{told['in_words']}  (rule: {told['rule']})"),
        ("Set by", (by["body"] or "unknown") + (f", {by['year']}" if by["year"] else "")),
        ("Document", f"{by['document']}  {by['address']}".strip() or "none known"),
        ("Kept by", _ORIGINS[told["origin"]]),
        ("Page", told["page"] or "none known"),
        ("Checked", told["checked"]),
        ("Trust", f"{told['confidence']}: {', '.join(told['publishers']) or 'no source'}"),
        *(("Source", source) for source in told["sources"]),
        *(("Theme", f"{year}: {theme.text}  ({theme.source})") for year, theme in sorted(day.year_themes.items())),
        ("Names", _languages(day)),
        *(("See also", f"{calendar.observances[id].name()}  [{id}]") for id in told["related"]),
    ]
    show.line(f"{told['name']}  [{told['id']}]")
    for name, text in lines:
        show.line(f"  {name + ':':<10}{text}")
    for o in told["occurrences"]:
        span = o["start"] if o["start"] == o["end"] else f"{o['start']} to {o['end']}"
        other = "" if o["name"] == told["name"] else f'  as "{o["name"]}"'
        show.line(f"  {span}  ({o['certainty']}){other}")


def _languages(day: Observance) -> str:
    from scheduler.model import LANGUAGES

    missing = [language for language in LANGUAGES if language not in day.names]
    there = [language for language in LANGUAGES if language in day.names]
    return ", ".join(there) + (f"; none in {', '.join(missing)}" if missing else "")


def _tell_next(day: Observance, year: int) -> None:
    """When a day that is not held around a year is held again, or was last."""
    from scheduler.dates import occurrences
    from scheduler.model import FIRST_YEAR, LAST_YEAR

    later = (o for y in range(year, LAST_YEAR + 1) for o in occurrences(day, y))
    earlier = (o for y in range(year, FIRST_YEAR - 1, -1) for o in occurrences(day, y))
    for word, held in (("next", next(later, None)), ("last", next(earlier, None))):
        if held:
            show.line(f"  not held in {year - 1} to {year + 1}; {word} held on {held.start}")
            return
