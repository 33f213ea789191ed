"""Cards for days and for posts: drawn into pictures/cards/, and put into a post with their alt text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from scheduler import dates
from scheduler.cards import Drawing, load_card_words, load_palette, say
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
    from scheduler.model import Calendar, Occurrence, Post
    from scheduler.workflow import Workspace


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
        return Media(str(self.path), sha256(self.png).hexdigest())


class Draughtsman:
    """Draws the cards of a workspace, each once: those that lie in pictures/cards/ are not drawn again."""

    def __init__(self, ws: Workspace, calendar: Calendar) -> None:
        self.ws, self.calendar = ws, calendar
        self._drawn: dict[tuple[str, str], bytes] = {}

    def draw(self, o: Occurrence, language: str, size: str, country: str, on: date) -> Drawn:
        """The card of a day in a language; on a hard day with the helpline of `country` that is current `on` a day.

        Raises BadData, TemplateError for a card that cannot be drawn, UsageError for a size that there is not.
        """
        s, day = self.ws.settings, o.observance
        if size not in SIZES:
            raise UsageError(f"there is no size '{size}'", f"write --size {' or '.join(SIZES)}")
        hard = day.sensitivity is not Sensitivity.NORMAL
        helpline = helpline_for(self.calendar.helplines, country, day.themes, on, language) if hard else None
        words = load_words(tuple(reversed(s.templates)), language)
        card = say(o, language, words, load_card_words(s.templates, language), s.name, helpline)
        palette = load_palette(s.templates, day.sensitivity, s.card_colours)
        drawing = Drawing(_template(s.templates, day.id), palette, SIZES[size], s.card_fonts)
        key = drawing.key(card)
        name = f"{o.id.replace('/', '-')}-{language}-{size}-{key[:12]}.png"
        path = s.home.joinpath(*CARDS, name)
        return Drawn("", language, size, path, self._png(path, drawing, card), card.alt)

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


def _template(folders: Sequence[Path], observance: str) -> Path:
    """The design of a day's card: its own, else the general one; the workspace's before the shipped."""
    names = (f"{observance}.typ", "card.typ")
    return next(p for name in names for folder in reversed(folders) if (p := folder / "cards" / name).is_file())
