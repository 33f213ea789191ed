"""`daymark toolkit`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli import show
from scheduler.cli.options import DryRun, Home, Json, Now, workspace
from scheduler.errors import UnknownName, UsageError
from scheduler.model import LANGUAGES

if TYPE_CHECKING:
    from scheduler.workflow.toolkit import Toolkit


def toolkit(
    campaign: Annotated[str, typer.Argument(help="The campaign, as `daymark upcoming` names it.")],
    language: Annotated[str, typer.Option(help="The language of its page: en, fr, es, ar, zh or ru.")] = "en",
    embargo: Annotated[
        str | None,
        typer.Option(
            metavar="MOMENT", help='Ask partners to wait until then (2027-07-29T06:00+00:00); "" takes it back.'
        ),
    ] = None,
    dry_run: DryRun = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Write a campaign's approved texts and pictures for partners: a page, a folder, a ZIP, and what changed."""
    from scheduler.workflow.calendar import sync
    from scheduler.workflow.toolkit import make_toolkit

    if language not in LANGUAGES:
        raise UnknownName("language", language, LANGUAGES, f"choose one of: {', '.join(LANGUAGES)}")
    ws = workspace(home, now)
    sync(ws)
    made = make_toolkit(ws, campaign, language, _moment(embargo), dry_run=dry_run)
    if json:
        show.document(asdict(made) | {"folder": str(made.folder), "archive": str(made.archive)})
        return
    _tell(made, dry_run=dry_run)


def _tell(made: Toolkit, *, dry_run: bool) -> None:
    for reason in made.left_out:
        show.aside(f"left out: {reason}")
    show.line(f"would write {made.archive}" if dry_run else str(made.archive))
    for what, key in (("new", "new"), ("changed", "changed"), ("no longer to be used", "gone")):
        for name in getattr(made.change, key, ()):
            show.aside(f"{what}: {name}")
    news = "nothing changed" if made.change is None else "new"
    page = "" if dry_run else f"; the page is {made.folder / 'index.html'}"
    show.aside(f"version {made.version} ({news}), {len(made.texts)} texts{page}")


def _moment(text: str | None) -> str | None:
    """The moment in ISO form, with its zone. Raises UsageError."""
    if not text:
        return text
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is not a moment", "write --embargo 2027-07-29T06:00+00:00") from error
    if found.tzinfo is None:
        raise UsageError(
            f"'{text}' does not say in which zone", "add it: --embargo 2027-07-29T06:00+00:00, or +02:00 for yours"
        )
    return found.isoformat()
