"""card: draws the card of a day or of posts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli import show
from scheduler.cli.days import check_language
from scheduler.cli.options import As, DryRun, Home, Json, Now, somebody, workspace
from scheduler.errors import UsageError

if TYPE_CHECKING:
    from scheduler.workflow.carding import Drawn

_OF = "A day, such as human-rights-day, or posts, such as human-rights-day/2026/day/main-en."


def card(
    of: Annotated[list[str], typer.Argument(metavar="DAY|POST...", help=_OF)],
    *,
    year: Annotated[int, typer.Option(help="Of a day: the year; else the next one.")] = 0,
    language: Annotated[str, typer.Option(help="Of a day: en, fr, es, ar, zh or ru.")] = "en",
    country: Annotated[str, typer.Option(help="Of a hard day: whose helpline stands on it, such as GB.")] = "",
    size: Annotated[str, typer.Option(help="wide (1200x630), portrait (1080x1350) or story (1080x1920).")] = "wide",
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Else into pictures/cards/.")] = "",
    attach: Annotated[bool, typer.Option("--attach", help="Put it into the posts; any approval is dropped.")] = False,
    dry_run: DryRun = False,
    name: As = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Draw the card of a day, or of posts in the language of each, and say it in words. Same data, same bytes."""
    from scheduler.workflow import carding

    ws = workspace(home, now, name)
    _require_sense(of, out, year, attach=attach)
    if "/" in of[0]:
        cards = carding.cards_of_posts(ws, of, size)
    else:
        check_language(language)
        cards = [carding.card_of_day(ws, of[0], year, language, size, country)]
    if out:
        cards = [replace(drawn, path=Path(out)) for drawn in cards]
    if attach and not dry_run:
        cards = carding.attach(ws, cards, somebody(name))
    elif not dry_run:
        for drawn in cards:
            carding.write_card(drawn, given=bool(out))
    _tell(cards, attached=attach, json=json)


def _require_sense(of: list[str], out: str, year: int, *, attach: bool) -> None:
    are_posts = {"/" in each for each in of}
    if len(of) > 1 and are_posts != {True}:
        raise UsageError("one day at a time, or posts", "write: daymark card DAY, or daymark card POST POST")
    if attach and are_posts != {True}:
        raise UsageError("a card is put into posts, and a day was named", "name the posts: daymark posts lists them")
    if out and (attach or len(of) > 1):
        raise UsageError("--out is for one card that is put into no post", "leave it out")
    if year and are_posts == {True}:
        raise UsageError("a post has its year", "leave out --year")


def _tell(cards: list[Drawn], *, attached: bool, json: bool) -> None:
    from scheduler.pictures import SIZES

    if json:
        told = []
        for c in cards:
            width, height = SIZES[c.size]
            shown = {"post": c.post, "language": c.language, "width": width, "height": height, "file": str(c.path)}
            told.append(shown | {"sha256": c.media.sha256, "alt": c.alt, "attached": attached, "review": c.review})
        show.document(told)
        return
    for c in cards:
        show.line(f"{c.post}: {c.review}, with {c.path}" if attached else str(c.path))
        show.line(f"  {c.alt}")
