"""Findings for posts, and for any text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.checks import Draft, check_draft
from scheduler.prepared import prepared_guard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from scheduler.guard import Guard
    from scheduler.model import Calendar, Finding, Limits, Post, Sensitivity


class Checker:
    """Holds posts and texts against the checks. Reads the language guard of a language when a text is in it."""

    def __init__(self, templates: Sequence[Path], limits: Mapping[str, Limits], calendar: Calendar) -> None:
        self.templates, self.limits, self.calendar = templates, limits, calendar
        self._guards: dict[str, Guard] = {}

    def draft(self, post: Post) -> Draft:
        """A post with everything that a check may know about it."""
        w, entry = post.wording, self.calendar.observances.get(post.observance)
        return Draft(
            text=w.text,
            note=w.note,
            alt=w.alt,
            media_sha=w.media.sha256 if w.media else "",
            language=post.language,
            limits=self.limits.get(post.network) or self.limits["plain"],
            sensitivity=post.sensitivity,
            day=post.local.date(),
            start=post.start,
            end=post.end,
            themes=entry.themes if entry else (),
            country=post.country,
            helplines=self.calendar.helplines,
            on=post.local.date(),
            guard=self.guard(post.language),
        )

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
        )
        return check_draft(draft)

    def writing(self, language: str, on: date) -> Draft:
        """An empty draft for texts that are no posts."""
        return Draft(text="", language=language, limits=self.limits["plain"], on=on, guard=self.guard(language))

    def guard(self, language: str) -> Guard:
        """The guard of a language; the calendar's names are titles to it."""
        if language not in self._guards:
            names = (o.names[language] for o in self.calendar.observances.values() if language in o.names)
            self._guards[language] = prepared_guard(self.templates, language, names)
        return self._guards[language]
