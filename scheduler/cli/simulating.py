"""simulate: what would go out, be late, be missed or wait for a person, before it happens."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli import show
from scheduler.cli.options import Home, Json, Now, workspace
from scheduler.errors import UsageError

if TYPE_CHECKING:
    from scheduler.workflow.simulating import Event, Simulated, Span

_SPANS = "A..B: days, both included, or moments (UTC)."


def simulate(
    first: Annotated[str, typer.Option("--from", metavar="WHEN", help="A day or a moment; now if not given.")] = "",
    last: Annotated[str, typer.Option("--to", metavar="WHEN", help="A day, included, or a moment; 60 days on.")] = "",
    *,
    outage: Annotated[list[str], typer.Option(metavar="A..B", help=f"No tick runs. {_SPANS} May be repeated.")] = [],  # noqa: B006
    hold: Annotated[list[str], typer.Option(metavar="A..B", help="Everything is on hold, then released.")] = [],  # noqa: B006
    fail: Annotated[list[str], typer.Option(metavar="ACCOUNT:A..B", help="Sends of an account fail.")] = [],  # noqa: B006
    approve: Annotated[
        bool, typer.Option("--approve", help="As if every post that waits for a yes got it, and was put right before.")
    ] = False,
    every: Annotated[int, typer.Option(min=1, max=1440, help="Minutes between two ticks.")] = 5,
    log: Annotated[bool, typer.Option("--log", help="Print the event log only, a line an event.")] = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Run the real engine on a copy, with a made-up clock and network, and tell what would happen. Changes nothing."""
    from scheduler.workflow.simulating import Script, Span
    from scheduler.workflow.simulating import simulate as workflow

    ws = workspace(home, now)
    start = _moment(first) if first else ws.now.replace(second=0, microsecond=0)
    end = _moment(last, ends=True) if last else start + timedelta(60)
    script = Script(
        Span(start, end),
        every=timedelta(minutes=every),
        outages=[_span(text) for text in outage],
        holds=[_span(text) for text in hold],
        failing=[_failing(text) for text in fail],
        approve=approve,
    )
    _tell(workflow(ws, script), log=log, json=json)


def _failing(text: str) -> tuple[str, Span]:
    account, colon, span = text.partition(":")
    if not colon:
        raise UsageError(f"'{text}' does not say which account fails when", "write --fail ACCOUNT:A..B")
    return account, _span(span)


def _span(text: str) -> Span:
    from scheduler.workflow.simulating import Span

    first, dots, last = text.partition("..")
    if not dots:
        raise UsageError(f"'{text}' is not a span", "write two days or moments: 2027-03-01..2027-03-04")
    found = Span(_moment(first), _moment(last, ends=True))
    if found.end <= found.start:
        raise UsageError(f"the span {text} ends before it begins", "swap its two ends")
    return found


def _moment(text: str, *, ends: bool = False) -> datetime:
    """A moment in UTC; a day is its beginning, or its end where it ends a span."""
    try:
        if "T" not in text and " " not in text:
            return datetime.combine(date.fromisoformat(text) + timedelta(ends), time(), UTC)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"'{text}' is neither a day nor a moment", "write 2027-03-01 or 2027-03-01T09:00Z") from error
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def _tell(found: Simulated, *, log: bool, json: bool) -> None:
    if json:
        late: dict[str, Any] = {id: int(after.total_seconds()) for id, after in found.late.items()}
        events = [{"at": e.at, "what": e.what, "subject": e.subject, "why": e.why} for e in found.events]
        show.document({"counts": found.counts, "late": late, "unapproved": found.unapproved, "events": events})
        return
    if log:
        for e in found.events:
            show.line(as_line(e))
        return
    rows = [(e.at, e.what, e.subject, _remark(e, found)) for e in found.events]
    show.table(("WHEN", "WHAT", "POST OR HOLD", "WHY"), rows)
    show.line(", ".join(f"{number} {name}" for name, number in found.counts.items() if number or name == "due"))
    if found.unapproved:
        show.aside(f"{len(found.unapproved)} posts came due without a yes; --approve shows what a yes in time would do")


def as_line(e: Event) -> str:
    """One line of the event log."""
    return "\t".join((e.at, e.what, e.subject, e.why))


def _remark(e: Event, found: Simulated) -> str:
    if e.what == "sent" and e.subject in found.late:
        return f"late by {found.late[e.subject]}"
    return e.why
