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
    if out and not json and form == "table":
        raise UsageError("a table is not written to a file", "name another format: --format md, csv, xlsx or json")
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
    every: Annotated[bool, typer.Option("--all", help="The days too that daymark.toml does not choose.")] = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Show what is coming of the days that daymark.toml chooses, and how far each campaign is."""
    from scheduler.config import load_settings
    from scheduler.workflow import calendar as workflow
    from scheduler.workflow.progress import campaigns_of, is_ours

    place, calendar = home_of(home), calendar_of(home)
    campaigns, ours = campaigns_of(place), is_ours(load_settings(place), calendar)
    coming = workflow.coming(calendar, moment(now).date(), timedelta(ahead))
    found = [o for o in coming if every or o.id in campaigns or ours(o)]
    if json:
        from scheduler.exports.rows import row

        show.document([row(o) | {"campaign": campaigns.get(o.id)} for o in found])
        return
    rows = [(_span(o), o.observance.id, o.observance.name(), _progress(campaigns.get(o.id))) for o in found]
    show.table(("DATE", "ID", "NAME", "CAMPAIGN"), rows)
    if len(coming) > len(found):
        show.aside(f"{len(coming) - len(found)} more days are not chosen in daymark.toml: daymark upcoming --all")


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
