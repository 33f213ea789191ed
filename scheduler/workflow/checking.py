"""Findings for posts, and for any text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.checks import Draft, check_draft

if TYPE_CHECKING:
    from datetime import date

    from scheduler.config import Settings
    from scheduler.model import Calendar, Finding, Helpline, Limits, Post, Sensitivity


def draft_of(post: Post, limits: Limits, themes: tuple[str, ...], helplines: tuple[Helpline, ...]) -> Draft:
    """A post with everything that a check may know about it."""
    w = post.wording
    return Draft(
        text=w.text,
        note=w.note,
        alt=w.alt,
        media_sha=w.media.sha256 if w.media else "",
        language=post.language,
        limits=limits,
        sensitivity=post.sensitivity,
        day=post.local.date(),
        start=post.start,
        end=post.end,
        themes=themes,
        country=post.country,
        helplines=helplines,
        on=post.local.date(),
    )


def check_post(post: Post, settings: Settings, calendar: Calendar) -> list[Finding]:
    """What the checks say of a post as it stands."""
    entry = calendar.observances.get(post.observance)
    limits = settings.limits.get(post.network) or settings.limits["plain"]
    return check_draft(draft_of(post, limits, entry.themes if entry else (), calendar.helplines))


def check_text(
    text: str, *, language: str, limits: Limits, sensitivity: Sensitivity, helplines: tuple[Helpline, ...], on: date
) -> list[Finding]:
    """What the checks say of any text, without an observance or an account."""
    draft = Draft(text=text, language=language, limits=limits, sensitivity=sensitivity, helplines=helplines, on=on)
    return check_draft(draft)
