"""days, upcoming, explain: the calendar and its receipts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli import show
from scheduler.cli.options import Home, Json, Now, home_of, moment
from scheduler.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.model import Calendar, Occurrence

FORMATS = ("table", "md", "csv", "xlsx", "json")


def days(
    *,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="The first day; today if not given.")] = "",
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="The last day; a year on if not given.")] = "",
    theme: Annotated[str, typer.Option(help="Only days of this theme.")] = "",
    region: Annotated[str, typer.Option(help="The world's days and this region's: a country code, EU, ...")] = "",
    dimension: Annotated[str, typer.Option(help="One of the seven dimensions of human security.")] = "",
    lang: Annotated[str, typer.Option(help="The language of the names.")] = "en",
    form: Annotated[str, typer.Option("--format", help="table, md (a page by month), csv, xlsx or json.")] = "table",
    out: Annotated[str, typer.Option(metavar="FILE", help="Write to this file, not to standard output.")] = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """List the observances in a span of days, with their dates and certainty."""
    from scheduler.workflow import calendar as workflow

    start = iso_date(first) if first else moment(now).date()
    end = iso_date(last) if last else start + timedelta(365)
    found = workflow.days(calendar_of(home), start, end, theme=theme, region=region, dimension=dimension)
    check_language(lang)
    if json or form != "table":
        show.data(_written("json" if json else form, found, lang), out)
        return
    show.table(("DATE", "ID", "NAME", "CERTAINTY"), [_row(o, lang) for o in found])
    show.aside(f"{len(found)} observances from {start} to {end}")


def _written(form: str, found: list[Occurrence], lang: str) -> bytes:
    from scheduler import exports

    if form == "json":
        return show.as_json([exports.row(o, lang) for o in found])
    if form == "md":
        return exports.as_markdown(found, lang).encode()
    if form == "csv":
        return exports.as_csv(found, lang)
    if form == "xlsx":
        return exports.as_xlsx(found, lang)
    raise UnknownName("format", form, FORMATS, f"choose one of: {', '.join(FORMATS)}")


def upcoming(
    ahead: Annotated[int, typer.Option("--days", min=0, max=3660, help="How many days ahead.")] = 30,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Show what is coming, and how far its campaign is."""
    from scheduler.workflow import calendar as workflow
    from scheduler.workflow.progress import campaigns_of

    place = home_of(home)
    found = workflow.coming(calendar_of(home), moment(now).date(), timedelta(ahead))
    campaigns = campaigns_of(place)
    if json:
        from scheduler.exports.rows import row

        show.document([row(o) | {"campaign": campaigns.get(o.id)} for o in found])
        return
    rows = [(_span(o), o.observance.id, o.observance.name(), _progress(campaigns.get(o.id))) for o in found]
    show.table(("DATE", "ID", "NAME", "CAMPAIGN"), rows)


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
    _tell(told)


def receipt(calendar: Calendar, id: str, found: list[Occurrence]) -> dict[str, Any]:
    from dataclasses import asdict

    from scheduler.dates import describe
    from scheduler.exports.rows import row
    from scheduler.receipts import confidence

    o = calendar.observances[id]
    return {
        "id": id,
        "name": o.name(),
        "names": o.names,
        "name_sources": o.name_sources,
        "origin": str(o.origin),
        "confidence": str(confidence(o)),
        "rule": o.rule,
        "in_words": describe(o),
        "proclaimed": asdict(o.proclaimed),
        "page": o.page,
        "sources": list(o.sources),
        "checked": o.checked.isoformat(),
        "related": list(o.related),
        "occurrences": [row(held) for held in found],
    }


def _tell(told: dict[str, Any]) -> None:
    by = told["proclaimed"]
    lines = {
        "When": f"{told['in_words']}  (rule: {told['rule']})",
        "Set by": by["body"] + (f", {by['year']}" if by["year"] else ""),
        "Document": f"{by['document']}  {by['address']}".strip() or "none known",
        "Page": told["page"] or "none known",
        "Checked": told["checked"],
    }
    show.line(f"{told['name']}  [{told['id']}]")
    for name, text in lines.items():
        show.line(f"  {name + ':':<10}{text}")
    for source in told["sources"]:
        show.line(f"  {'Source:':<10}{source}")
    for o in told["occurrences"]:
        span = o["start"] if o["start"] == o["end"] else f"{o['start']} to {o['end']}"
        show.line(f"  {span}  ({o['certainty']})")


def calendar_of(home: str) -> Calendar:
    """The calendar of the workspace; the shipped one where there is no workspace."""
    from scheduler import paths
    from scheduler.config import folders, require_workspace
    from scheduler.workflow.calendar import current

    place: Path | None = home_of(home) if paths.find_home(home) else None
    if place:
        require_workspace(place)
    return current(folders(place, "calendars"), place)


def iso_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is not a date", "write it like 2027-07-30") from error


def check_language(lang: str) -> None:
    from scheduler.model import LANGUAGES

    if lang not in LANGUAGES:
        raise UnknownName("language", lang, LANGUAGES, f"choose one of: {', '.join(LANGUAGES)}")


def _span(o: Occurrence) -> str:
    return o.start.isoformat() if o.days == 1 else f"{o.start.isoformat()} to {o.end:%m-%d}"


def _row(o: Occurrence, lang: str) -> tuple[str, ...]:
    name = o.observance.name(lang)
    return _span(o), o.observance.id, name if lang in o.observance.names else f"{name} [en]", str(o.certainty)


def _progress(campaign: dict[str, Any] | None) -> str:
    if campaign is None:
        return "not planned"
    return ", ".join(f"{n} {state}" for state, n in campaign["states"].items())
