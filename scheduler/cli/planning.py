"""plan, preview: what is going to be said, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli import show
from scheduler.cli.days import iso_date
from scheduler.cli.options import DryRun, Home, Json, Now, workspace

if TYPE_CHECKING:
    from scheduler.workflow.planning import Planned


def plan(
    until: Annotated[str, typer.Option(metavar="DATE", help="Days that begin by then; else [plan] horizon_days.")] = "",
    dry_run: DryRun = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say why each post stands where it stands.")] = False,
    late: Annotated[
        bool, typer.Option("--late", help="Also stages whose time has come, while they still make sense.")
    ] = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Plan campaigns and draft their posts, up to a date. A second time adds nothing."""
    from scheduler.workflow import planning as workflow
    from scheduler.workflow.calendar import current, sync

    ws = workspace(home, now)
    end = iso_date(until) if until else (ws.now + ws.settings.horizon).date()
    if not dry_run:
        sync(ws)
    calendar = current(ws.settings.calendars, ws.home)
    done = workflow.plan(ws, calendar, end, late=late, dry_run=dry_run)
    if json:
        show.document(
            {
                "campaigns": done.campaigns,
                "posts": done.posts,
                "added": [p.id for p in done.added],
                "kept": done.kept,
                "skipped": [{"slot": s.slot, "why": s.why} for s in done.skipped],
                "untranslated": [{"slot": s.slot, "why": s.why} for s in done.untranslated],
                "moved": [old.id for old, _ in done.moved],
                "dropped": [p.id for p in done.dropped],
                "changed": [{"post": c.post, "what": c.what} for c in done.changed],
            }
        )
        return
    _tell(done, dry_run=dry_run, explain=explain)


def _tell(done: Planned, *, dry_run: bool, explain: bool) -> None:
    if explain:
        rows = [(f"{s.local:%Y-%m-%d %H:%M}", s.id, s.why or "at its playbook's time") for s in done.slots]
        show.table(("WHEN", "POST", "WHY"), rows)
        show.table(("LEFT OUT", "WHY"), [(s.slot, s.why) for s in done.skipped])
    else:
        show.table(("WHEN", "POST", "REVIEW"), [(f"{p.local:%Y-%m-%d %H:%M}", p.id, p.review) for p in done.added])
    for old, new in done.moved:
        show.line(f"redrafted: {old.id}" + ("" if old.due == new.due else f", now {new.local:%Y-%m-%d %H:%M}"))
    for post in done.dropped:
        show.line(f"dropped: {post.id}, its day is no longer held")
    for change in done.changed:
        show.line(f"needs you: {change.post}: {change.what}; daymark reword {change.post}")
    for slot in done.untranslated:
        show.line(f"needs you: {slot.slot}: {slot.why}")
    would = "would be " if dry_run else ""
    show.line(
        f"{len(done.added)} posts {would}added, {len(done.moved)} redrafted, {done.kept} kept as they are,"
        f" {len(done.skipped)} left out ({'see above' if explain else 'daymark plan --explain says why'})"
    )


def preview(
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Such as human-rights-day/2026.")],
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Write one page that shows every post of a campaign as its readers will see it, with the findings beside it."""
    from scheduler.workflow.previewing import write_preview

    path = write_preview(workspace(home, now), campaign)
    if json:
        show.document({"path": str(path)})
    else:
        show.line(f"open {path} in a browser")
