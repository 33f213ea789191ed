"""Findings for posts, and for any text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scheduler.checks import Draft, check_draft
from scheduler.checks.helpline import offers
from scheduler.facts import load_facts
from scheduler.kinds import KINDS
from scheduler.model import WITHDRAWN, Consent, Sensitivity
from scheduler.pictures import CARDS, points, traces
from scheduler.prepared import prepared_guard
from scheduler.rights import load_pictures, picture_at
from scheduler.texts import SOURCE, Texts, Translation

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from scheduler.guard import Guard
    from scheduler.model import Calendar, Fact, Finding, Limits, Media, Picture, Post, Takes


class Checker:
    """Holds posts and texts against the checks. Reads the language guard of a language when a text is in it.

    `beside` gives the posts of a post's campaign, and is asked where one of them may speak for another. `takes` is what
    the servers of accounts said, by account. `home` is the workspace whose pictures posts show, and `withdrawn` gives
    the consents that were taken back.
    """

    def __init__(
        self,
        templates: Sequence[Path],
        limits: Mapping[str, Limits],
        calendar: Calendar,
        beside: Callable[[Post], Iterable[Post]] = lambda _: (),
        *,
        takes: Mapping[str, Takes] | None = None,
        home: Path | None = None,
        withdrawn: Callable[[], Container[str]] = tuple,
    ) -> None:
        self.home, self.withdrawn = home, withdrawn
        self.templates, self.limits, self.calendar, self.beside = templates, limits, calendar, beside
        self.takes = takes or {}
        self._guards: dict[str, Guard] = {}
        self.texts = Texts(templates)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(load_facts(self.templates).values())

    def limits_of(self, account: str, channel: str, network: str) -> Limits:
        """What a post of an account may have: what its network accepts, as far as its server has not said another."""
        usual, said = self.limits.get(network) or self.limits["plain"], self.takes.get(account)
        return usual.within(said, own=network in KINDS[channel].networks[:1]) if said else usual

    def draft(self, post: Post) -> Draft:
        """A post with everything that a check may know about it."""
        w, entry = post.wording, self.calendar.observances.get(post.observance)
        themes = entry.themes if entry else ()
        return Draft(
            text=w.text,
            note=w.note,
            alt=w.alt,
            media_sha=w.media.sha256 if w.media else "",
            language=post.language,
            limits=self.limits_of(post.account, post.channel, post.network),
            sensitivity=post.sensitivity,
            day=post.local.date(),
            start=post.start,
            end=post.end,
            themes=themes,
            country=post.country,
            helplines=self.calendar.helplines,
            on=post.local.date(),
            guard=self.guard(post.language),
            facts=self.facts,
            consent=post.consent,
            last=_last_day(post),
            stale=self._stale(post),
            is_offered=self._is_offered(post, themes),
            sends_threads=KINDS[post.channel].has_threads,
            traces=self._seen(w.media, traces, frozenset()),
            points=self._seen(w.media, points, (0, 0)),
            is_own=self._is_own(w.media),
            picture=self._picture(w.media),
            shows_pictures=KINDS[post.channel].shows_pictures,
        )

    @cached_property
    def pictures(self) -> tuple[Picture, ...]:
        return load_pictures(self.home) if self.home else ()

    def _seen(self, media: Media | None, look: Callable[[bytes], Any], nothing: Any) -> Any:
        """What is seen in the file of a picture; nothing in one that is gone, which the channel refuses."""
        try:
            return look(media.file(self.home).read_bytes()) if media and self.home else nothing
        except OSError:
            return nothing

    def _is_own(self, media: Media | None) -> bool:
        """Whether a picture is another than a card of ours, which needs nobody's leave."""
        return bool(media and self.home and not media.file(self.home).is_relative_to(self.home.joinpath(*CARDS)))

    def _picture(self, media: Media | None) -> Picture | None:
        """What is entered of a picture, with its consent as it stands."""
        seen = picture_at(self.pictures, self.home, media.file(self.home)) if media and self.home else None
        if seen is None or seen.consent is None or seen.consent.id not in self.withdrawn():
            return seen
        return replace(seen, consent=Consent(seen.consent.id, WITHDRAWN))

    def _stale(self, post: Post) -> str:
        """Where the words of a post are from, if that is a translation whose source has changed since."""
        place, _, language = post.origin.rpartition("/")
        stale = place and self.texts.state(place, post.stage, language) is Translation.STALE
        return post.origin if stale else ""

    def _is_offered(self, post: Post, themes: tuple[str, ...]) -> bool:
        """Whether another post of the same campaign, account and day gives the helpline that this one does not."""
        on = post.local.date()
        fitting = tuple(h for h in self.calendar.helplines if h.serves(post.country, themes, on))
        if post.sensitivity is Sensitivity.NORMAL or not fitting or offers(post.wording.text, fitting):
            return False
        others = (p for p in self.beside(post) if (p.account, p.local.date()) == (post.account, on) and p.id != post.id)
        return any(offers(p.wording.text, fitting) for p in others)

    def post(self, post: Post) -> list[Finding]:
        """What the checks say of a post as it stands."""
        return check_draft(self.draft(post))

    def text(
        self, text: str, *, language: str, network: str, sensitivity: Sensitivity, on: date, alt: str = ""
    ) -> list[Finding]:
        """What the checks say of any text, without an observance or an account."""
        draft = Draft(
            text=text,
            alt=alt,
            language=language,
            limits=self.limits[network],
            sensitivity=sensitivity,
            helplines=self.calendar.helplines,
            on=on,
            guard=self.guard(language),
            facts=self.facts,
        )
        return check_draft(draft)

    def writing(self, language: str, on: date) -> Draft:
        """An empty draft for texts that are no posts."""
        limits, guard = self.limits["plain"], self.guard(language)
        return Draft(
            text="", language=language, limits=limits, on=on, guard=guard,
            helplines=self.calendar.helplines, facts=self.facts,
        )  # fmt: skip

    def guard(self, language: str) -> Guard:
        """The guard of a language; names of days and helplines are titles to it, in other languages hashtags too."""
        if language not in self._guards:
            entries = self.calendar.observances.values()
            names = [o.names[language] for o in entries if language in o.names]
            names += [h.name for h in self.calendar.helplines]
            if language != SOURCE:  # a day's own hashtag is mostly English
                names += [f"#{tag}" for o in entries for tag in o.hashtags]
            self._guards[language] = prepared_guard(self.templates, language, names)
        return self._guards[language]


def _last_day(post: Post) -> date:
    """The last local date on which the post may still go out, late as it may be."""
    from zoneinfo import ZoneInfo

    return (post.expires - timedelta(seconds=1)).astimezone(ZoneInfo(post.zone)).date()
