"""The pictures of the site's pages: cards, drawn where none stands yet. One that cannot be drawn stops nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from scheduler.cards import can_draw, drawn_with
from scheduler.errors import BadData
from scheduler.model import Certainty
from scheduler.pictures import SIZES
from scheduler.site import Picture
from scheduler.workflow.carding import SITE, Draughtsman
from scheduler.workflow.keeping import keep_changed, stat_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scheduler.cards import Card, Drawing
    from scheduler.model import Calendar, Observance
    from scheduler.site import Site, Tongue
    from scheduler.workflow import Workspace

CARDS, SIZE = "cards", "wide"


@dataclass(frozen=True, slots=True)
class Sketch:
    """A card that is not drawn yet: the picture that it will be, what stands on it, and how it is drawn."""

    picture: Picture
    card: Card
    drawing: Drawing


@dataclass(slots=True)
class Album:
    """The pictures of the site by language and day, the day empty for the general one, and what became of them.

    `undrawn` says of each card that there is not why; `refused` holds the same by path for those that Typst refused,
    which are not tried again: with the same name each would be refused again.
    """

    sketches: dict[tuple[str, str], Sketch] = field(default_factory=dict)
    undrawn: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)

    @property
    def pictures(self) -> dict[tuple[str, str], Picture]:
        return {key: s.picture for key, s in self.sketches.items() if s.picture.path not in self.refused}


def matter(ws: Workspace) -> tuple[object, ...]:
    """From what pictures are made, beside what pages are made from: the same matter and month, the same pictures."""
    s = ws.settings
    if not s.feeds_base:
        return ()
    files = [p for folder in s.templates for p in sorted((folder / CARDS).rglob("*")) if p.is_file()]
    designs = [(p.name, sha256(p.read_bytes()).hexdigest()) for p in files]
    return s.site_cards, sorted(s.card_colours.items()), designs, drawn_with(s.card_fonts)


def sketched(ws: Workspace, calendar: Calendar, site: Site, known: Mapping[str, Any]) -> Album:
    """The cards of the site: one for each language, and one for each day where `[site] cards` asks for them.

    None without an address, which pictures of pages need. None without the extra, which is told if they were asked for.
    `known` is what the last run told.
    """
    album, settings = Album(), ws.settings
    if not settings.feeds_base or not (settings.site_cards or can_draw()):
        return album
    draughtsman = Draughtsman(ws, calendar)
    for tongue in site.tongues:
        # where the general card fails the others would too, for the same words and fonts
        if _sketch(album, draughtsman, site, tongue, None) and settings.site_cards:
            for day in site.observances:
                if site.coming_next(day):
                    _sketch(album, draughtsman, site, tongue, day)
    paths = {sketch.picture.path for sketch in album.sketches.values()}
    album.refused = {path: why for path, why in known.get("refused", {}).items() if path in paths}
    album.undrawn |= {_name(path): why for path, why in album.refused.items()}
    return album


def _sketch(album: Album, draughtsman: Draughtsman, site: Site, tongue: Tongue, day: Observance | None) -> bool:
    name = f"{day.id if day else SITE}-{tongue.code}"
    try:
        card, drawing = _card(draughtsman, site, tongue, day), draughtsman.drawing(day, SIZE)
        path = f"{CARDS}/{name}-{drawing.key(card)[:12]}.png"
    except BadData as error:
        album.undrawn[name] = f"{error.words}; {error.hint}"
        return False
    picture = Picture(path, card.alt, *SIZES[SIZE])
    album.sketches[tongue.code, day.id if day else ""] = Sketch(picture, card, drawing)
    return True


def _card(draughtsman: Draughtsman, site: Site, tongue: Tongue, day: Observance | None) -> Card:
    """A day's card names no helpline: nobody knows the reader's country."""
    held = site.coming_next(day) if day else None
    if held is None:
        return draughtsman.card_of_site(tongue.say("title"), tongue.code)
    unsure = tongue.say("expected") if held.certainty is Certainty.EXPECTED else ""
    return draughtsman.card(held, tongue.code, None, unsure[:1].upper() + unsure[1:])


def draw(album: Album, folder: Path, known: Mapping[str, Any]) -> None:
    """Draws what does not stand in the folder as the last run told, one after the other: 100 MB are not held at once.

    Raises BadData if a file cannot be written.
    """
    had = known.get("files", {})
    for sketch in album.sketches.values():
        path = sketch.picture.path
        if path in album.refused or (path in had and had[path] == stat_of(f"{folder}/{path}")):
            continue
        try:
            png = sketch.drawing.png(sketch.card)
        except BadData as error:
            album.refused[path] = album.undrawn[_name(path)] = f"{error.words}; {error.hint}"
            continue
        if keep_changed(folder / path, png):
            album.changed.append(path)


def _name(path: str) -> str:
    return PurePosixPath(path).stem.rpartition("-")[0]
