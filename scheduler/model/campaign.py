"""The nouns of a campaign: playbooks, accounts, slots, posts, findings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scheduler.model.calendar import Occurrence, Sensitivity


@dataclass(frozen=True, slots=True)
class Stage:
    """One moment of a playbook: `offset` days from the first day, at local time `at`; it makes sense for `good_for`."""

    name: str
    offset: int
    at: time
    good_for: timedelta
    networks: tuple[str, ...] = ()  # empty: all


@dataclass(frozen=True, slots=True)
class Playbook:
    name: str
    about: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a network accepts. `unit`: graphemes, weighted, characters or utf16. A link costs `link`; 0: its length.

    `bytes_most` is the longest text in bytes of UTF-8, and `hashtags_most` the number of hashtags; 0: no such limit.
    Each of the signs in `escaped` counts two, because the network takes it only behind a backslash. `threads`: a text
    may be a thread there, of parts that each keep to these limits.
    """

    network: str
    most: int
    unit: str
    link: int = 0
    content_note: bool = False
    alt_most: int = 1500
    bytes_most: int = 0
    escaped: str = ""
    hashtags_most: int = 0
    threads: bool = False
    source: str = ""
    checked: date = date.min

    def within(self, takes: Takes, *, own: bool) -> Limits:
        """These limits on a server that said what it takes: its own word, or the stricter of both if not its `own`."""

        def most(usual: int, said: int) -> int:
            return usual if not said else said if own else min(usual, said)

        link = takes.link if own and takes.link else self.link
        return replace(self, most=most(self.most, takes.most), alt_most=most(self.alt_most, takes.alt_most), link=link)


@dataclass(frozen=True, slots=True)
class Takes:
    """What an account's server said at `at` that it takes, as Limits has it; 0: it did not say."""

    server: str
    at: datetime
    most: int = 0
    link: int = 0
    alt_most: int = 0
    picture_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """Our name on a channel. `network` says whose limits and habits the text follows; quiet hours are local.

    `fallback` allows English posts, marked as such, where the language has no current text. `server` is the address of
    its service and `handle` its name there, where the channel needs them; `options` are those of the channel.
    """

    name: str
    channel: str
    network: str
    language: str
    country: str
    zone: str
    quiet_from: time = time(21)
    quiet_to: time = time(8)
    a_day: int = 3
    gap: timedelta = timedelta(hours=3)
    themes: tuple[str, ...] = ()
    fallback: bool = False
    server: str = ""
    handle: str = ""
    user: str = ""  # the name that it signs in with, where that is not its handle
    to: str = ""  # the mail address that is written to
    recipients: tuple[str, ...] = ()  # or several of them
    dkim_selector: str = ""  # under which its key for DKIM stands in the DNS; empty: its server signs
    dkim_domain: str = ""
    list: str = ""  # or a file of them, from the workspace's folder on
    unsubscribe: str = ""  # the https address behind List-Unsubscribe
    options: Mapping[str, str] = field(default_factory=dict, hash=False)
    ids: str = ""  # the name that the ids of its posts hold, if it was renamed
    audience: str = ""  # a note for those who write: who reads there
    card: str = ""  # the size of the card that its posts get; empty: none


@dataclass(frozen=True, slots=True)
class Slot:
    """A post that should exist. `local` is the wall clock in the account's zone; `due` and `expires` are UTC."""

    id: str
    campaign: str
    occurrence: Occurrence
    stage: Stage
    account: Account
    local: datetime
    due: datetime
    expires: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A slot that gave way, and to what."""

    slot: str
    campaign: str
    due: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw: `severity` is error, warning or hint; `text` the words it saw, `suggestion` better ones."""

    check: str
    severity: str
    text: str
    why: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """A person's answer to a finding: it holds for the same words under the same rule in the same post."""

    post: str
    rule: str
    words: str
    severity: str
    why: str
    who: str
    at: str


class Review(StrEnum):
    """What people decided."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    APPROVED = "approved"
    CHANGES_WANTED = "changes wanted"


@dataclass(frozen=True, slots=True)
class Media:
    """A picture that goes with a post, by the digest of its bytes.

    `path` is from the workspace's folder on if it lies there, so that the folder may be moved; else the whole path.
    """

    path: str
    sha256: str

    def file(self, home: Path) -> Path:
        """Its file, for the workspace in that folder."""
        return home / self.path  # a whole path stays what it is

    def here(self, home: Path) -> Media:
        """The same with its whole path, for those who know no workspace, such as channels."""
        return replace(self, path=str(self.file(home)))


PART = "---"  # alone on a line it ends a part of a thread


def parts_of(text: str) -> tuple[str, ...]:
    """The parts of a thread without the lines between them; a text that is none is one part, as it is."""
    parts: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip() == PART:
            parts.append([])
        else:
            parts[-1].append(line)
    return tuple("\n".join(part).strip() for part in parts) if len(parts) > 1 else (text,)


@dataclass(frozen=True, slots=True)
class Wording:
    """The exact words of a post, which may be a thread: `parts_of` its text."""

    text: str
    note: str = ""
    alt: str = ""
    media: Media | None = None


WITHDRAWN = date.min  # the end of a consent that was taken back: before any day on which a post could go out


@dataclass(frozen=True, slots=True)
class Consent:
    """A person's consent to their story, by an id that says nothing of them; it holds to the end of `until`."""

    id: str
    until: date


@dataclass(frozen=True, slots=True)
class Campaign:
    """Our plan for one occurrence, with the facts it was planned from."""

    id: str
    observance: str
    year: int
    start: date
    end: date
    name: str
    playbook: str


@dataclass(frozen=True, slots=True)
class Post:
    """What we say in one slot, and what people decided of it. Instants are UTC; `local` is wall time in `zone`.

    `origin` is where its words are from, such as `themes/racism/fr`; empty once a person has reworded them.
    """

    id: str
    campaign: str
    observance: str
    year: int
    stage: str
    account: str
    channel: str
    network: str
    language: str
    country: str
    zone: str
    local: datetime
    due: datetime
    expires: datetime
    start: date
    end: date
    wording: Wording
    author: str
    sensitivity: Sensitivity
    digest: str
    review: Review = Review.DRAFT
    touched: bool = False
    queued: bool = False
    why: str = ""
    origin: str = ""
    consent: Consent | None = None
    essential: bool = False
