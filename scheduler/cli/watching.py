"""status, missed: knowing that posts go out, and what did not."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler import peek
from scheduler.cli import show
from scheduler.cli.options import As, Home, Json, Now, choice, workspace
from scheduler.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from scheduler.workflow import Workspace
    from scheduler.workflow.listing import Attention
    from scheduler.workflow.missing import Missed

FORMATS = ("table", "json", "prometheus")


def status(
    form: Annotated[str, typer.Option("--format", help="table, json, or prometheus for a monitor.")] = "table",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Say what is due, waits, failed or was missed. Exit code 3 while something waits for a person."""
    from scheduler.workflow.listing import attention, counts

    if form not in FORMATS:
        raise UnknownName("format", form, FORMATS, f"choose one of: {', '.join(FORMATS)}")
    ws = workspace(home, now)
    found, numbers = attention(ws), counts(ws)
    if form == "prometheus":  # a monitor judges by the numbers; it takes any other exit code for a broken probe
        show.line(_metrics(ws, found, numbers))
        return
    if json or form == "json":
        show.document(numbers | {"attention": [asdict(a) for a in found]})
    else:
        told = [f"{number} {name}" for name, number in numbers.items() if number or name in ("posts", "due")]
        show.line(", ".join(told))
        show.table(("WAITS FOR YOU", "", "DO"), [(a.subject, f"{a.what}: {a.say}", a.do) for a in found])
        if not found:
            show.line("nothing waits for a person")
    if found:
        raise typer.Exit(3)


def missed(
    noted: Annotated[
        bool, typer.Option("--noted", help="Take note of them all: they no longer wait for a person.")
    ] = False,
    send: Annotated[bool, typer.Option("--send", help="Send after all those whose time is not over.")] = False,
    choose: Annotated[
        list[str], typer.Option(metavar="POST=send|note", help="Choose for one post; may be repeated.")
    ] = [],  # noqa: B006  (Typer reads it as the type of the option)
    name: As = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """List what did not go out in time, why, and what may still be done. Nothing goes late by itself."""
    from scheduler.workflow.missing import missed as workflow

    if noted and send:
        raise UsageError("--noted and --send do not go together", "choose one of them")
    single = dict(choice(text, "send", "note") for text in choose)
    found = workflow(workspace(home, now, name), "note" if noted else "send" if send else "", single)
    if json:
        show.document([asdict(m) | {"noted": m.done and m.choice == "note"} for m in found])
        return
    rows = [(m.post, m.reason, m.choice, f"{m.at:%Y-%m-%d %H:%M}Z" if m.at else "", m.why) for m in found]
    show.table(("POST", "WHY", "DO", "AT", "BECAUSE"), rows)
    show.aside(_in_words(found))


def _in_words(found: list[Missed]) -> str:
    if not found:
        return "nothing was missed"
    done = Counter(m.choice for m in found if m.done)
    told = [f"{len(found)} posts missed"]
    told += [f"{done['send']} of them are sent after all"] if done["send"] else []
    told += [f"{done['note']} of them taken note of"] if done["note"] else []
    if done.total() < len(found):
        told.append("do what is proposed with: daymark missed --send --as NAME; take note of all with --noted")
    return "; ".join(told)


def _metrics(ws: Workspace, found: list[Attention], numbers: dict[str, int]) -> str:
    """The text format of Prometheus, version 0.0.4: for a textfile collector, or any program that reads lines."""
    lines = ["# HELP daymark_posts Posts by where they stand.", "# TYPE daymark_posts gauge"]
    lines += [
        f'daymark_posts{{state="{name}"}} {number}' for name, number in numbers.items() if name not in ("posts", "due")
    ]
    lines += ["# HELP daymark_posts_due Posts whose time has come.", "# TYPE daymark_posts_due gauge"]
    lines.append(f"daymark_posts_due {numbers['due']}")
    kinds = Counter(a.what for a in found)
    lines += ["# HELP daymark_attention What waits for a person.", "# TYPE daymark_attention gauge"]
    lines += [f'daymark_attention{{what="{kind}"}} {number}' for kind, number in sorted(kinds.items())]
    lines.append(f'daymark_attention{{what="any"}} {len(found)}')
    if (good := Path(peek.good_tick(str(ws.home)))).exists():
        told = "When a tick last ended well, in seconds since 1970."
        lines += [f"# HELP daymark_last_good_tick_seconds {told}", "# TYPE daymark_last_good_tick_seconds gauge"]
        lines.append(f"daymark_last_good_tick_seconds {int(good.stat().st_mtime)}")
    return "\n".join(lines)
