"""hold, resume, essential, settle: a person stops, releases, and says what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli import show
from scheduler.cli.options import As, DryRun, Home, Json, Now, workspace
from scheduler.cli.options import choice as each
from scheduler.errors import UsageError

if TYPE_CHECKING:
    from scheduler.workflow.resuming import Resumed

_SCOPE = "everything, or account:NAME, channel:, campaign:, theme:, country:"


def hold(
    why: Annotated[str, typer.Option(help="The reason, for everybody to see.")],
    scope: Annotated[str, typer.Option(help=f"{_SCOPE}.")] = "everything",
    but_essential: Annotated[
        bool, typer.Option("--but-essential", help="Posts marked essential still go: see `daymark essential`.")
    ] = False,
    name: As = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Stop sending at once: the red button."""
    from scheduler.workflow.holding import hold as workflow

    kind, _, value = scope.partition(":")
    held = workflow(workspace(home, now, name), kind, value, why, essential=but_essential)
    if json:
        show.document({"held": held})
    elif held is None:
        show.line("the database does not work: the file HOLD stops everything. Lift it with: daymark resume")
    else:
        show.line(f"on hold; {held} posts that wait to be sent are kept back. Lift it with: daymark resume")


def essential(
    posts: Annotated[list[str], typer.Argument(metavar="POST...", help="Posts, by id.")],
    take_away: Annotated[bool, typer.Option("--not", help="Take the mark away.")] = False,
    name: As = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Mark posts as essential: a hold with --but-essential lets them pass, such as where help is to be found."""
    from scheduler.workflow.holding import mark_essential

    changed = mark_essential(workspace(home, now, name), posts, essential=not take_away)
    if json:
        show.document({"changed": changed})
        return
    for id in changed:
        show.line(id)
    show.aside(f"{len(changed)} posts {'no longer ' if take_away else ''}marked as essential")


def resume(
    scope: Annotated[str, typer.Option(help=f"Lift only the holds on this: {_SCOPE}.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Do with posts that came due what is proposed.")] = False,
    drop: Annotated[
        bool, typer.Option("--drop", help="Posts that came due are left out; what failed or was missed is noted.")
    ] = False,
    choose: Annotated[
        list[str], typer.Option(metavar="POST=keep|move|drop", help="Choose for one post; may be repeated.")
    ] = [],  # noqa: B006  (Typer reads it as the type of the option)
    name: As = "",
    dry_run: DryRun = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Lift holds. Nothing catches up by itself: posts that came due are kept, moved or dropped, as you choose."""
    from scheduler.workflow.resuming import resume as workflow

    if keep and drop:
        raise UsageError("--keep and --drop do not go together", "choose one of them")
    single = dict(each(text, "keep", "move", "drop") for text in choose)
    kind, _, value = scope.partition(":")
    choice = "keep" if keep else "drop" if drop else ""
    found = workflow(workspace(home, now, name), kind, value, choice=choice, single=single, dry_run=dry_run)
    _tell(found, scope, dry_run=dry_run, json=json)


def _tell(found: Resumed, scope: str, *, dry_run: bool, json: bool) -> None:
    late = [{"post": p.post, "choice": p.choice, "at": p.at, "why": p.why} for p in found.late]
    if json:
        show.document({"held": len(found.free), "late": late})
        return
    rows = [(p.post, p.choice, f"{p.at:%Y-%m-%d %H:%M}Z" if p.choice != "drop" else "", p.why) for p in found.late]
    if rows:
        show.table(("CAME DUE ON HOLD", "DO", "AT", "BECAUSE"), rows)
    if dry_run:
        show.aside(f"{len(found.free)} posts would come free; nothing was changed")
    else:
        lifted = f"no hold on {scope} is in force" if scope else "no hold is in force"
        show.line(f"{lifted}; {len(found.free)} posts had been kept back")


def settle(
    post: Annotated[str, typer.Argument(metavar="POST", help="A post that is unsure, by id.")],
    out: Annotated[bool, typer.Option("--out", help="You looked: it is out.")] = False,
    not_out: Annotated[
        bool,
        typer.Option(
            "--not-out",
            help="You looked: it is not out. It goes at the next tick, if in time and not stopped.",
        ),
    ] = False,
    place: Annotated[str, typer.Option(metavar="URL", help="Where it is, with --out.")] = "",
    name: As = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Say whether a post that may or may not have gone out is out. Nobody else can know."""
    from scheduler.workflow.settling import settle as workflow

    if out == not_out:
        raise UsageError("it is not said whether it is out", "write --out or --not-out")
    state = workflow(workspace(home, now, name), post, is_out=out, place=place)
    show.document({"post": post, "state": state}) if json else show.line(f"{post}: {state}")
