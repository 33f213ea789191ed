"""calendar import: other people's iCalendar files become days of one's own, looked at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli import show
from scheduler.cli.days import calendar_of
from scheduler.cli.options import As, DryRun, Encoding, Home, Json, Now, workspace
from scheduler.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from scheduler.workflow.adding import Added
    from scheduler.workflow.importing import Found, Reviewed


def calendar(
    verb: Annotated[str, typer.Argument(metavar="import", help="import, the only verb.")],
    source: Annotated[str, typer.Argument(metavar="FILE|ADDRESS", help="An iCalendar file, or its https address.")],
    *,
    write: Annotated[bool, typer.Option("--write", help="Take what is new into calendars/imported.toml.")] = False,
    only: Annotated[list[str], typer.Option(metavar="ID", help="Take just this day; may be repeated.")] = [],  # noqa: B006
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Ask an address inside a private network, too.")
    ] = False,
    encoding: Encoding = "",
    who: As = "",
    dry_run: DryRun = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Hold somebody else's iCalendar file against the calendar; with --write, take what is new as days of your own."""
    from scheduler.workflow import importing

    if verb != "import":
        raise UnknownName("verb", verb, ["import"], "daymark calendar import FILE")
    if only and not write:
        raise UsageError("--only says what to write", "give --write, too")
    ws = workspace(home, now, who)
    data = importing.read_source(source, allow_private=allow_private)
    reviewed = importing.review(calendar_of(home), source, data, ws.now.date(), encoding)
    added = importing.take(ws, reviewed, only, dry_run=dry_run) if write else None
    if json:
        show.document(_told(reviewed, added))
    else:
        _show(reviewed, added, dry_run=dry_run)


def _told(reviewed: Reviewed, added: Added | None) -> dict[str, Any]:
    return {
        "source": reviewed.source.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        "days": [_day(one) for one in reviewed.found],
        "notes": reviewed.listing.notes,
        "unread": len(reviewed.listing.notes) + reviewed.listing.more,
        "written": added and {"file": str(added.path), "ids": list(added.ids)},
    }


def _day(one: Found) -> dict[str, Any]:
    day = one.series.day
    return {
        "kind": one.kind,
        "id": one.id,
        "name": day.name(),
        "rule": day.rule,
        "dates": {
            str(year): span and {"start": str(span.start), "end": str(span.end)}
            for year, span in sorted((day.announced | day.exceptions).items())
        },
        "where": one.series.where,
        "ours": one.ours,
        "lacks": list(one.lacks),
    }


def _show(reviewed: Reviewed, added: Added | None, *, dry_run: bool) -> None:
    from scheduler.workflow.importing import MOST_NEW

    show.table(("", "ID", "WHEN", "NAME THERE", "HERE"), [_row(one) for one in reviewed.found])
    for note in reviewed.listing.notes:
        show.aside(f"not taken: {note}")
    if reviewed.listing.more:
        show.aside(f"not taken: and {reviewed.listing.more} more")
    if reviewed.listing.notes:
        show.aside("What was not taken can be corrected in the file, or added with: daymark add-day")
    new = len(reviewed.new)
    show.aside(f"{len(reviewed.found)} days, {new} of them new")
    if new > MOST_NEW:
        show.aside(f"only {MOST_NEW} new days are taken at once")
    if added:
        said = f"{'would add' if dry_run else 'added'} {len(added.ids)} days to {added.path}"
        show.line(said if added.ids else "nothing was added")
    elif new:
        show.aside(
            "Next: the same with --write takes what is new; --only ID takes just that day, even one that is here"
        )


def _row(one: Found) -> tuple[str, str, str, str, str]:
    day = one.series.day
    held = [
        str(span.start) if span.start == span.end else f"{span.start}..{span.end}" for span in day.announced.values()
    ]
    when = (", ".join(held[:3]) + (", ..." if len(held) > 3 else "")) if held else day.rule
    lacks = f", not in {', '.join(map(str, one.lacks))}" if one.lacks else ""
    return one.kind, one.id, when, day.name(), f"{one.ours}{lacks}"
