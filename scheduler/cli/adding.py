"""add-day: an entry of the workspace's own, from options or from questions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli import show
from scheduler.cli.days import iso_date
from scheduler.cli.options import As, DryRun, Home, Json, Now, workspace
from scheduler.errors import UsageError

if TYPE_CHECKING:
    from scheduler.workflow.adding import Added

Many = list[str]


def add_day(
    *,
    name: Annotated[str, typer.Option(help="The official name, in English.")] = "",
    rule: Annotated[str, typer.Option(help="When: 05-09, first monday of may, announced, ...")] = "",
    body: Annotated[str, typer.Option(help="Who set the day.")] = "",
    source: Annotated[Many, typer.Option(help="The https address of a page that says so; may be repeated.")] = [],  # noqa: B006
    id: Annotated[str, typer.Option("--id", help="Its id for ever; made from the name if not given.")] = "",
    document: Annotated[str, typer.Option(help="The document that set it.")] = "",
    since: Annotated[int, typer.Option(help="The first year it is held.")] = 0,
    page: Annotated[str, typer.Option(help="The https address of its own page.")] = "",
    known: Annotated[Many, typer.Option(help="A date it was held on; a day that moves needs two.")] = [],  # noqa: B006
    announced: Annotated[Many, typer.Option(help="A date, or FIRST..LAST, that was announced for a year.")] = [],  # noqa: B006
    theme: Annotated[Many, typer.Option(help="A theme; may be repeated.")] = [],  # noqa: B006
    dimension: Annotated[Many, typer.Option(help="A dimension of human security; may be repeated.")] = [],  # noqa: B006
    region: Annotated[Many, typer.Option(help="A country code or a region; the world if none.")] = [],  # noqa: B006
    sensitivity: Annotated[str, typer.Option(help="normal, sensitive or trauma.")] = "",
    hashtag: Annotated[Many, typer.Option(help="A hashtag, without the sign; may be repeated.")] = [],  # noqa: B006
    who: As = "",
    dry_run: DryRun = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Add a day of your own to the workspace's calendars/own.toml; asks for what is missing, on a terminal."""
    from scheduler.exports import id_for
    from scheduler.workflow.adding import add_entries

    ws = workspace(home, now, who)
    name = name or _asked("--name", "The official name, in English")
    fields: dict[str, Any] = {
        "name": name,
        "rule": rule or _asked("--rule", "When it is held, such as 05-09 or first monday of may"),
        "since": since or None,
        "page": page,
        "sources": source or _asked("--source", "The https address of a page that says so").split(),
        "checked": ws.now.date(),
        "known": [iso_date(day) for day in known],
        "announced": _by_year(announced),
        "regions": region,
        "dimensions": dimension,
        "themes": theme,
        "sensitivity": sensitivity,
        "hashtags": [tag.removeprefix("#") for tag in hashtag],
        "proclaimed": {"body": body or _asked("--body", "Who set the day"), "document": document},
    }
    id = id or id_for(name)
    _tell(add_entries(ws, "own.toml", {id: fields}, dry_run=dry_run), id, dry_run=dry_run, json=json)


def _by_year(spans: Many) -> dict[str, str]:
    """Announced dates, or FIRST..LAST, under their years. Raises UsageError for what is no date, or two of a year."""
    found: dict[str, str] = {}
    for span in sorted(spans):
        days = [iso_date(day) for day in span.split("..")]
        year = str(days[0].year)
        if year in found:
            raise UsageError(f"two dates are announced for {year}", "give one for each year, or FIRST..LAST")
        found[year] = span
    return found


def _tell(added: Added, id: str, *, dry_run: bool, json: bool) -> None:
    if json:
        show.document({"file": str(added.path), "ids": list(added.ids), "text": added.text})
    elif added.ids:
        show.line(f"{'would add' if dry_run else 'added'} to {added.path}:\n\n{added.text}")
        show.aside(f"Next: daymark explain {id}")
    else:
        show.line(f"{id} is there already; nothing was changed")


def _asked(option: str, question: str) -> str:
    """What a person answers at a terminal. Raises UsageError where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise UsageError(f"{option} is missing", f"give it: {option} ...")
    return str(typer.prompt(question, err=True)).strip()
