"""helplines, audit, verify: how far the calendar can be trusted, and what others say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli import show
from scheduler.cli.days import calendar_of
from scheduler.cli.options import DryRun, Encoding, Home, Json, Now, moment, workspace
from scheduler.errors import UnknownName

if TYPE_CHECKING:
    from datetime import date

    from scheduler.audit import Gap
    from scheduler.compare import Pair
    from scheduler.model import Calendar, Helpline
    from scheduler.workflow import Workspace
    from scheduler.workflow.verifying import Verified


def helplines(
    country: Annotated[str, typer.Option(help="Only lines of this country, such as GB.")] = "",
    topic: Annotated[str, typer.Option(help="Only lines for this topic, such as human-trafficking.")] = "",
    lang: Annotated[str, typer.Option(help="Only lines that speak this language, such as es.")] = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """List the helplines, and tell which of them may not be trusted any more."""
    from scheduler.receipts import LineState, line_state

    today, lines = moment(now).date(), calendar_of(home).helplines
    _require_topic(topic, lines)
    found = [
        h
        for h in lines
        if country.upper() in ("", h.country) and topic in ("", *h.topics) and lang in ("", *h.languages)
    ]
    if json:
        show.document([_line(h, today) for h in found])
        return
    rows = [
        (h.country, h.name, h.number, ", ".join(h.topics), h.checked, h.expires, line_state(h, today)) for h in found
    ]
    show.table(("COUNTRY", "NAME", "NUMBER", "TOPICS", "CHECKED", "EXPIRES", "STATE"), rows)
    for h in found:
        if line_state(h, today) is not LineState.GOOD:
            show.aside(f"warning: {h.id}: {_WARNINGS[line_state(h, today).value].format(h=h)}")
    show.aside(f"{len(found)} helplines")


_WARNINGS = {
    "ring again": "last checked on {h.checked}, more than 180 days ago; ring the operator and renew checked",
    "expired": "expired on {h.expires}, so it is not rendered; ring the operator and renew checked and expires",
    "unverified": "it rests on one source and is never rendered",
}


def _require_topic(topic: str, lines: tuple[Helpline, ...]) -> None:
    known = sorted({topic for h in lines for topic in h.topics})
    if topic and topic not in known:
        raise UnknownName("topic", topic, known, f"choose one of: {', '.join(known)}")


def _line(h: Helpline, today: date) -> dict[str, Any]:
    from dataclasses import asdict

    from scheduler.receipts import line_state

    return asdict(h) | {"state": str(line_state(h, today)), "checked": str(h.checked), "expires": str(h.expires)}


def audit(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="[log [verify]]", help="The log of who did what, not the calendar.")
    ] = None,
    kind: Annotated[str, typer.Option(help="Only gaps of this kind, such as 'second source'.")] = "",
    page: Annotated[str, typer.Option(metavar="FILE", help="Write an HTML page to this file.")] = "",
    subject: Annotated[str, typer.Option(help="Of the log: only lines on this, such as a post or a campaign.")] = "",
    expect: Annotated[str, typer.Option(metavar="LINK", help="Of log verify: a link noted earlier.")] = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Tell what the calendar lacks: second sources, fresh checks, names, themes, helplines about to expire.

    `audit log` tells who did what; `audit log verify` whether the log is still what was written.
    """
    if what:
        from scheduler.cli import logbook

        logbook.tell(what, workspace(home, now), subject, expect, json=json)
    else:
        _audit(kind, page, home, now, json=json)


def _audit(kind: str, page: str, home: str, now: str, *, json: bool) -> None:
    """What the calendar lacks."""
    from scheduler.audit import KINDS
    from scheduler.audit import audit as look

    if kind and kind not in KINDS:
        raise UnknownName("kind of gap", kind, KINDS, f"choose one of: {', '.join(KINDS)}")
    today, calendar = moment(now).date(), calendar_of(home)
    found = [gap for gap in look(calendar, today) if kind in ("", gap.kind)]
    if page:
        _write_page(page, found, today, calendar, home)
    elif json:
        show.document([{"kind": g.kind, "subject": g.subject, "say": g.say, "do": g.do} for g in found])
    else:
        show.table(("GAP", "ENTRY", "WHAT", "DO"), [(g.kind, g.subject, g.say, g.do) for g in found])
        counts = {name: n for name in KINDS if (n := sum(g.kind == name for g in found))}
        show.aside(f"{len(found)} gaps" + "".join(f"; {name}: {n}" for name, n in counts.items()))


def _write_page(file: str, found: list[Gap], today: date, calendar: Calendar, home: str) -> None:
    from scheduler import paths
    from scheduler.audit import KINDS
    from scheduler.config import folders
    from scheduler.context import Us
    from scheduler.render import Renderer

    place = Path(paths.find_home(home)) if paths.find_home(home) else None
    renderer = Renderer(folders(place, "templates"), Us("", ""), ())
    kinds = [(name, title, [g for g in found if g.kind == name]) for name, title in KINDS.items()]
    lines = {h.id: h for h in calendar.helplines}
    days = calendar.observances
    made = renderer.page("audit.html", today=today, kinds=kinds, days=days, lines=lines, gaps=len(found))
    show.data(made.encode(), file)


def verify(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="CSV, JSON or iCalendar lists of days.")],
    year: Annotated[int, typer.Option(help="Compare this year; the years of the list if not given.")] = 0,
    theme: Annotated[str, typer.Option(help="Only our days of this theme can be missing there.")] = "",
    region: Annotated[str, typer.Option(help="Only the world's days and this region's can be missing there.")] = "",
    encoding: Encoding = "",
    write: Annotated[bool, typer.Option("--write", help="Draft entries for what is missing here.")] = False,
    dry_run: DryRun = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Compare the calendar with somebody else's list; exit code 4 if they differ."""
    from scheduler.workflow import calendar as workflow
    from scheduler.workflow.verifying import verify as compare

    today, calendar = moment(now).date(), calendar_of(home)
    wanted = workflow.filter_of(calendar, theme=theme, region=region)
    paths, in_year = [Path(file) for file in files], workflow.known_year(year)
    done = compare(calendar, paths, today, year=in_year, wanted=wanted, encoding=encoding)
    drafted = _drafted(done, calendar, workspace(home, now), dry_run=dry_run) if write else None
    if json:
        show.document({"files": [_compared(one) for one in done], "drafted": drafted})
    else:
        for one in done:
            _tell(one)
        if drafted:
            what = "would draft" if dry_run else "drafted"
            show.line(
                f"{what} {len(drafted['ids'])} entries in {drafted['file']}: {', '.join(drafted['ids']) or 'none'}"
            )
    if any(one.error for one in done):
        raise typer.Exit(5)
    if any(not one.comparison.is_equal for one in done):
        raise typer.Exit(4)


def _drafted(done: list[Verified], calendar: Calendar, ws: Workspace, *, dry_run: bool) -> dict[str, Any]:
    from scheduler.workflow.adding import add_entries
    from scheduler.workflow.verifying import drafts

    entries = drafts(done, calendar, ws.now.date())
    note = "Seen in a list, not yet held against a source: find its rule, who proclaimed it, and two sources."
    added = add_entries(ws, "drafts.toml", entries, note=note, dry_run=dry_run)
    return {"file": str(added.path), "ids": list(added.ids)}


def _compared(one: Verified) -> dict[str, Any]:
    from collections import Counter

    counts = Counter(str(pair.kind) for pair in one.comparison.pairs)
    return {
        "file": _plain(str(one.path)),
        "error": _plain(one.error.words) if one.error else "",
        "years": list(one.years),
        "read": len(one.listing.days),
        "unread": len(one.listing.notes) + one.listing.more,
        "notes": one.listing.notes,
        "counts": dict(sorted(counts.items())),
        "differences": [_difference(pair) for pair in one.comparison.pairs if pair.kind != "same"],
    }


def _plain(text: str) -> str:
    """A text that JSON can hold, though a file's name in it may be no text at all."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _difference(pair: Pair) -> dict[str, Any]:
    ours, theirs = pair.ours, pair.theirs
    return {
        "kind": str(pair.kind),
        "likeness": round(pair.score, 2),
        "theirs": theirs
        and {"name": theirs.name, "start": str(theirs.start), "end": str(theirs.end), "where": theirs.where},
        "ours": ours
        and {"id": ours.observance.id, "name": ours.observance.name(), "start": str(ours.start), "end": str(ours.end)},
    }


def _tell(one: Verified) -> None:
    if one.error:
        show.aside(f"error: {one.error.words}\n hint: {one.error.hint}")
        return
    told = _compared(one)
    years = ", ".join(map(str, one.years))
    counts = ", ".join(f"{n} {kind}" for kind, n in told["counts"].items())
    show.line(f"{one.path}: {told['read']} days read, compared in {years}: {counts}")
    rows = [_told(pair) for pair in one.comparison.pairs if pair.kind != "same"]
    if rows:
        show.table(("", "THERE", "HERE", "LIKE", "NAME THERE", "NAME HERE"), rows)
    for note in one.listing.notes:
        show.aside(f"{one.path}: {note}")
    if one.listing.more:
        show.aside(f"{one.path}: and {one.listing.more} more that cannot be read")


def _told(pair: Pair) -> tuple[str, ...]:
    theirs, ours = pair.theirs, pair.ours
    return (
        str(pair.kind),
        _span(theirs.start, theirs.end) if theirs else "",
        _span(ours.start, ours.end) if ours else "",
        f"{pair.score:.0%}" if theirs and ours else "",
        theirs.name if theirs else "",
        f"{ours.observance.name()} [{ours.observance.id}]" if ours else "",
    )


def _span(start: date, end: date) -> str:
    return str(start) if start == end else f"{start} to {end:%m-%d}"
