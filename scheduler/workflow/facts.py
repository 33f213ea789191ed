"""What a post was planned from, held against the calendar as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler import dates

if TYPE_CHECKING:
    from datetime import date

    from scheduler.model import Calendar, Occurrence, Post


def occurrence_of(observance: str, year: int, campaign: str, calendar: Calendar) -> Occurrence | None:
    """The occurrence that a campaign is for, as the calendar has it now; None if it is no longer held."""
    entry = calendar.observances.get(observance)
    held = dates.occurrences(entry, year) if entry and not entry.unverified else []
    return next((o for o in held if o.id == campaign), None)


def drift(post: Post, now: Occurrence | None) -> str:
    """How the calendar has moved away from what the post was planned from; empty if it has not."""
    if now is None:
        return f"{post.observance} is no longer held in {post.year}"
    if (now.start, now.end) != (post.start, post.end):
        return f"its day moved from {_days(post.start, post.end)} to {_days(now.start, now.end)}"
    return ""


def _days(first: date, last: date) -> str:
    return str(first) if first == last else f"{first} to {last}"
