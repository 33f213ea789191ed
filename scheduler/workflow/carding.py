"""Cards for days and for posts: drawn into pictures/cards/, and put into a post with their alt text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from scheduler import dates
from scheduler.cards import Drawing, load_card_words, load_palette, say, say_site
from scheduler.context import helpline_for
from scheduler.errors import BadData, UnknownName, UsageError
from scheduler.model import Media, Sensitivity
from scheduler.pictures import CARDS, SIZES
from scheduler.words import load_words
from scheduler.workflow.calendar import synced
from scheduler.workflow.facts import occurrence_of
from scheduler.workflow.picturing import put_picture, require_pictures
from scheduler.workflow.reviewing import find

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from scheduler.cards import Card
    from scheduler.model import Calendar, Helpline, Observance, Occurrence, Post
    from scheduler.workflow import Workspace

SITE = "site"  # what stands for the whole site in names of files


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card: the file that holds it or would, its bytes, and what it says. `post` is empty for one of a day."""

    post: str
    language: str
    size: str
    path: Path
    png: bytes
    alt: str
    review: str = ""

    @property
    def media(self) -> Media:
        """The card as a post shows it: from where it is drawn to."""
        return Media("/".join((*CARDS, self.path.name)), sha256(self.png).hexdigest())


class Draughtsman:
    """Draws the cards of a workspace, each once: those that lie in pictures/cards/ are not drawn again.

    What many cards share (words, colours, designs, fonts) is read once.
    """

    def __init__(self, ws: Workspace, calendar: Calendar) -> None:
        self.ws, self.calendar = ws, calendar
        self._drawn: dict[tuple[str, str], bytes] = {}
        folders = ws.settings.templates
        self._words = cache(lambda language: load_words(tuple(reversed(folders)), language))
        self._sayings = cache(lambda language: load_card_words(folders, language))
        self._drawing = cache(self._new_drawing)

    def draw(self, o: Occurrence, language: str, size: str, country: str, on: date) -> Drawn:
        """The card of a day in a language; on a hard day with the helpline of `country` that is current `on` a day.

        Raises BadData, TemplateError for a card that cannot be drawn, UsageError for a size that there is not.
        """
        day = o.observance
        if size not in SIZES:
            raise UsageError(f"there is no size '{size}'", f"write --size {' or '.join(SIZES)}")
        hard = day.sensitivity is not Sensitivity.NORMAL
        helpline = helpline_for(self.calendar.helplines, country, day.themes, on, language) if hard else None
        card, drawing = self.card(o, language, helpline), self.drawing(day, size)
        name = f"{o.id.replace('/', '-')}-{language}-{size}-{drawing.key(card)[:12]}.png"
        path = self.ws.home.joinpath(*CARDS, name)
        return Drawn("", language, size, path, self._png(path, drawing, card), card.alt)

    def card(self, o: Occurrence, language: str, helpline: Helpline | None, note: str = "") -> Card:
        """What stands on the card of a day. Raises TemplateError, BadFile for words that are missing or wrong."""
        return say(o, language, self._words(language), self._sayings(language), self.ws.settings.name, helpline, note)

    def card_of_site(self, title: str, language: str) -> Card:
        """What stands on the card of the whole site. Raises as `card` does."""
        return say_site(title, language, self._sayings(language), self.ws.settings.name)

    def drawing(self, day: Observance | None, size: str) -> Drawing:
        """How the card of a day is drawn, or that of the site. Raises BadFile, BadData for colours that are wrong."""
        template = _template(self.ws.settings.templates, day.id if day else SITE)
        return self._drawing(template, day.sensitivity if day else Sensitivity.NORMAL, size)

    def _new_drawing(self, template: Path, sensitivity: Sensitivity, size: str) -> Drawing:
        s = self.ws.settings
        return Drawing(template, load_palette(s.templates, sensitivity, s.card_colours), SIZES[size], s.card_fonts)

    def _png(self, path: Path, drawing: Drawing, card: Card) -> bytes:
        key = (path.name, card.alt)
        if key not in self._drawn:
            self._drawn[key] = path.read_bytes() if path.is_file() else drawing.png(card)
        return self._drawn[key]


def card_of_day(ws: Workspace, id: str, year: int, language: str, size: str, country: str) -> Drawn:
    """The card of a day in a year, 0 for the next one, not yet written. Raises UnknownName, UsageError, BadData."""
    calendar = synced(ws)
    entry = calendar.observances.get(id)
    if entry is None:
        raise UnknownName("day or post", id, calendar.observances, "list the days with: daymark days")
    today = ws.now.date()
    held = [o for y in ([year] if year else [today.year, today.year + 1]) for o in dates.occurrences(entry, y)]
    coming = next((o for o in held if year or o.end >= today), None)
    if entry.unverified or coming is None:
        when = f"in {year}" if year else f"until the end of {today.year + 1}"
        why = "nobody has held it against its sources yet" if entry.unverified else f"it is not held {when}"
        raise UsageError(f"there is no card of {id}: {why}", f"look at it: daymark explain {id}")
    return Draughtsman(ws, calendar).draw(coming, language, size, country, coming.start)


def cards_of_posts(ws: Workspace, ids: Sequence[str], size: str) -> list[Drawn]:
    """The cards of posts, in the language of each and for its country, not yet written. Raises as `draw` does."""
    posts, calendar = find(ws, ids), synced(ws)
    draughtsman = Draughtsman(ws, calendar)
    return [_card_of(post, draughtsman, size) for post in posts]


def _card_of(post: Post, draughtsman: Draughtsman, size: str) -> Drawn:
    now = occurrence_of(post.observance, post.year, post.campaign, draughtsman.calendar)
    if now is None:
        say = f"{post.observance} is no longer held in {post.year}"
        raise BadData(f"{post.id}: {say}", "reject the post, or look at the day's entry")
    drawn = draughtsman.draw(now, post.language, size, post.country, post.local.date())
    return replace(drawn, post=post.id, review=str(post.review))


def write_card(drawn: Drawn, *, given: bool = False) -> bool:
    """Writes a card to its file; False if it is there. Raises BadData if that cannot be done.

    `given`: a person has named the file, so that its folder must be there.
    """
    if drawn.path.is_file() and drawn.path.read_bytes() == drawn.png:
        return False
    part = drawn.path.with_name(f".{drawn.path.name}.part")
    try:
        if not given:
            part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(drawn.png)
        part.replace(drawn.path)
    except OSError as error:
        say = f"{drawn.path} cannot be written: {error.strerror}"
        raise BadData(say, "choose a file that you may write") from error
    return True


def attach(ws: Workspace, cards: Sequence[Drawn], who: str) -> list[Drawn]:
    """Puts cards into their posts with their alt texts; any approval is dropped. Again: nothing changes.

    Raises PersonNeeded for a post that is out or on its way, UsageError for a channel that takes no pictures.
    """
    require_pictures(find(ws, [c.post for c in cards]))
    attached = []
    for drawn in cards:
        write_card(drawn)
        post = put_picture(ws, drawn.post, drawn.media, drawn.alt, who)
        attached.append(replace(drawn, review=str(post.review)))
    return attached


def _template(folders: Sequence[Path], id: str) -> Path:
    """The design of the card of a day or the site: its own, else the general; the workspace's before the shipped."""
    names = (f"{id}.typ", "card.typ")
    return next(p for name in names for folder in reversed(folders) if (p := folder / "cards" / name).is_file())
