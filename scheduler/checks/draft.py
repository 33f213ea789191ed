"""What a check is given, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.model import Consent, Fact, Finding, Helpline, Limits, Picture, Sensitivity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from scheduler.guard import Guard
    from scheduler.pictures import Trace

ERROR, WARNING, HINT = "error", "warning", "hint"
POST, TEXT, WRITING = "post", "text", "writing"
SEEN_MOST = 80  # characters of a post quoted in a finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A post as it would go out, with all that a check may know of it. Two equal drafts get equal findings.

    `day` is the local date it goes out; `start` and `end` are the occurrence, both included; all three may be
    unknown. `helplines` is the whole registry, and `on` the date at which a helpline must not be past its expiry.
    `country` is the account's. `media_sha` is empty where there is no picture. `guard` has the rules of the language.
    `facts` is the whole registry. `stale` says which translation the words are from, if its source has changed since.
    `last` is the last local date on which the post may still go out. `is_offered`: another post of the same campaign,
    account and day gives readers the helpline. `traces`: what the file of the picture tells beside it.
    `points`: its width and height, 0 if unknown. `is_own`: it was not drawn by Daymark; then `picture` is what is known
    of it. `shows_pictures`: the channel takes a picture with its description; `sends_threads`: it takes a thread.
    """

    text: str
    limits: Limits
    on: date
    language: str = ""
    note: str = ""
    alt: str = ""
    media_sha: str = ""
    sensitivity: Sensitivity = Sensitivity.NORMAL
    day: date | None = None
    start: date | None = None
    end: date | None = None
    themes: tuple[str, ...] = ()
    country: str = ""
    helplines: tuple[Helpline, ...] = ()
    guard: Guard | None = None
    facts: tuple[Fact, ...] = ()
    consent: Consent | None = None
    last: date | None = None
    stale: str = ""
    is_offered: bool = False
    traces: frozenset[Trace] = frozenset()
    points: tuple[int, int] = (0, 0)
    is_own: bool = False
    picture: Picture | None = None
    shows_pictures: bool = True
    sends_threads: bool = True

    @property
    def parts(self) -> tuple[str, ...]:
        """Everything readers or their screen readers get: the text, the content note, the alt text."""
        return tuple(part for part in (self.text, self.note, self.alt) if part)


@dataclass(frozen=True, slots=True)
class Check:
    """One rule. `severity` is the gravest that it gives; `function` yields what it sees, and never raises.

    `reads` is what it makes sense for: POST, a post with its day and account; TEXT, the words of one without them;
    WRITING, any writing, a report as well.
    """

    id: str
    title: str
    severity: str
    function: Callable[[Draft], Iterator[Finding]]
    reads: str


def found(check: str, severity: str, text: str, why: str, suggestion: str) -> Finding:
    """A finding whose quotation is one line of at most 80 characters; empty where something is absent."""
    seen = " ".join(text.split())
    short = seen if len(seen) <= SEEN_MOST else seen[: SEEN_MOST - 1] + "\u2026"
    return Finding(check, severity, short, why, suggestion)
