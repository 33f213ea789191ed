"""consent: names the consent on which a person's story goes out, or withdraws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli import show
from scheduler.cli.options import Home, Json, Now, workspace
from scheduler.errors import UsageError

if TYPE_CHECKING:
    from scheduler.model import Post
    from scheduler.workflow import Workspace


def consent(
    id: Annotated[str, typer.Argument(metavar="ID", help="An id that says nothing of the person, such as C-2027-014.")],
    post: Annotated[
        list[str] | None, typer.Argument(metavar="[POST...]", help="The posts that tell the story.")
    ] = None,
    until: Annotated[str, typer.Option(metavar="DATE", help="The last day on which it holds.")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="It is taken back: nothing with it goes out.")] = False,
    name: Annotated[str, typer.Option("--as", help="Who records it.")] = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Bind posts that tell a person's story to their consent, or withdraw it. Any approval is dropped."""
    if not name.strip():
        raise UsageError("a consent is recorded by somebody", "write --as NAME")
    ws = workspace(home, now, name)
    if withdraw:
        _withdraw(ws, id, name.strip(), json=json)
        return
    from scheduler.model import Consent
    from scheduler.toml import as_day
    from scheduler.workflow.consenting import give_consent

    day = as_day(until)
    if day is None or not post:
        raise UsageError("a consent needs its last day and a post", "write: daymark consent ID POST --until 2027-12-31")
    _tell(give_consent(ws, post, Consent(id, day), name.strip()), [], json=json)


def _withdraw(ws: Workspace, id: str, who: str, *, json: bool) -> None:
    from scheduler.workflow.consenting import withdraw

    kept, out = withdraw(ws, id, who)
    _tell(kept, out, json=json)


def _tell(bound: list[Post], out: list[Post], *, json: bool) -> None:
    if json:
        told = [(post, "bound") for post in bound] + [(post, "out already") for post in out]
        show.document([{"id": p.id, "review": str(p.review), "is": what} for p, what in told])
        return
    for post in bound:
        show.line(f"{post.id}: {post.review}")
    for post in out:
        show.line(f"{post.id}: it is out, or on its way: take it down by hand")
