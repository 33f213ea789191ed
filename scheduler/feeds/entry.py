"""What the feeds say of one thing, and its revisions: one identity for ever, stamps that move only with the content."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NotRequired, TypedDict
from uuid import UUID, uuid5

from scheduler.feeds.text import address, one_line, plain
from scheduler.sayings import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EVENT, TODO = "VEVENT", "VTODO"
DAY, SERIES = "day:", "rule:"  # keys of observances start so; all other keys are our own
NAMESPACE = UUID("b40ce7a2-5ce1-4885-8705-984a50e582f9")  # never change it: every published UID hangs on it
TOMBSTONE_LIFE = timedelta(days=90)


class Content(TypedDict):
    """What is published of an entry, as JSON can hold it. `status` is a word of RFC 5545 3.8.1.11.

    `start` and `end`, or `due`, are ISO dates when `all_day`, else ISO instants with an offset. `end` is exclusive.
    `rrule` repeats an all-day entry without end, but for the ISO dates in `exdates`.
    """

    summary: str
    description: str
    categories: list[str]
    url: str
    status: str
    all_day: bool
    start: NotRequired[str]
    end: NotRequired[str]
    due: NotRequired[str]
    rrule: NotRequired[str]
    exdates: NotRequired[list[str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the feeds should say now. `key` names the thing for ever; `component` is VEVENT or VTODO.

    `language` is that of the words; empty for what is our own.
    """

    key: str
    component: str
    feeds: tuple[str, ...]
    content: Content
    language: str = ""

    @property
    def id(self) -> str:
        """The thing in its language: what has revisions of its own."""
        return id_of(self.key, self.language)


@dataclass(frozen=True, slots=True)
class Revision:
    """An entry as published. A cancelled one is a tombstone, which goes after the day `drop_after`.

    `stamp` is when the content last changed, `created` when it first came; both in UTC and whole seconds.
    """

    key: str
    component: str
    uid: str
    sequence: int
    stamp: datetime
    created: datetime
    cancelled: bool
    drop_after: date | None
    feeds: tuple[str, ...]
    content: Content
    language: str = ""

    @property
    def id(self) -> str:
        """As the entry's."""
        return id_of(self.key, self.language)


@dataclass(frozen=True, slots=True)
class Revised:
    """What to publish, by id; which of it to store, being new, bumped or newly cancelled; which to forget.

    `touched` are the feeds that are not what they were.
    """

    current: tuple[Revision, ...]
    changed: tuple[Revision, ...]
    dropped: tuple[Revision, ...]
    touched: frozenset[str] = frozenset()


def id_of(key: str, language: str) -> str:
    """`day:x/2027` in English, `day:x/2027@fr` in French."""
    return key if language in ("", ENGLISH) else f"{key}@{language}"


def published(content: Content) -> Content:
    """The content as readers will see it: clean text, cut to length, categories sorted."""
    return content | {
        "summary": one_line(content["summary"]),
        "description": plain(content["description"]),
        "categories": sorted({one_line(category) for category in content["categories"]} - {""}),
        "url": address(content["url"]),
    }


def utc_seconds(at: datetime) -> datetime:
    """The instant in UTC, without its fraction of a second. Raises ValueError when `at` has no zone."""
    if at.tzinfo is None:
        raise ValueError("an instant in a feed needs a time zone")
    return at.astimezone(UTC).replace(microsecond=0)


def revise(entries: Iterable[Entry], stored: Mapping[str, Revision], now: datetime, *, identity: str = "") -> Revised:
    """Brings the stored revisions, by id, up to what `entries` say at `now`.

    Unchanged content keeps its revision; changed content, or leaving a feed, or joining one that others are in, raises
    its sequence and stamp; a feed that is new altogether takes entries as they are. What is no longer there becomes a
    tombstone until its last day or for 90 days, whichever is sooner; if its last day is past it is dropped at once. A
    feed that once had an entry always keeps one: days that left it stay in it when nothing else is there, and the last
    of its dropped ones is kept. `identity` tells our posts and reviews from those of other organisations; observances
    have one UID everywhere. Raises ValueError on two entries with one id or a `now` without a zone.
    """
    at = utc_seconds(now)
    wanted = _in_no_empty_feed(_by_id(entries), stored)
    filled = {feed for old in stored.values() for feed in old.feeds}
    live = [_revision(entry, stored.get(id), at, identity, filled) for id, entry in wanted.items()]
    retired = [_retired(old, at) for id, old in stored.items() if id not in wanted]
    current = sorted(live + _kept(live, retired, at.date()), key=lambda revision: revision.id)
    changed = tuple(revision for revision in current if stored.get(revision.id) != revision)
    dropped = tuple(stored[id] for id in sorted(stored.keys() - {revision.id for revision in current}))
    moved = (*changed, *(stored[r.id] for r in changed if r.id in stored), *dropped)
    return Revised(tuple(current), changed, dropped, frozenset(feed for r in moved for feed in r.feeds))


def _by_id(entries: Iterable[Entry]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.id in found:
            raise ValueError(f"two feed entries have the key {entry.id!r}")
        found[entry.id] = replace(entry, feeds=tuple(sorted(set(entry.feeds))), content=published(entry.content))
    return found


def _in_no_empty_feed(wanted: dict[str, Entry], stored: Mapping[str, Revision]) -> dict[str, Entry]:
    """Leaves entries in a feed that all of them have left: clients keep stale entries of a feed without any."""
    empty = {feed for old in stored.values() for feed in old.feeds}
    empty -= {feed for entry in wanted.values() for feed in entry.feeds}
    if not empty:
        return wanted
    return {
        id: replace(entry, feeds=tuple(sorted({*entry.feeds, *(empty & set(stored[id].feeds))})))
        if id in stored and not stored[id].cancelled
        else entry
        for id, entry in wanted.items()
    }


def _revision(entry: Entry, old: Revision | None, at: datetime, identity: str, filled: set[str]) -> Revision:
    if old is None:
        uid, said = _uid(entry.key, identity), (entry.feeds, entry.content, entry.language)
        return Revision(entry.key, entry.component, uid, 0, at, at, False, None, *said)
    fresh = replace(old, component=entry.component, feeds=entry.feeds, content=entry.content)
    fresh = replace(fresh, cancelled=False, drop_after=None)
    if fresh == old:
        return old
    there = set(entry.feeds) & filled == set(old.feeds)
    same = there and not old.cancelled and (old.component, old.content) == (entry.component, entry.content)
    return fresh if same else _bumped(fresh, at)


@lru_cache(maxsize=8192)
def _uid(key: str, identity: str) -> str:
    """The same in every language."""
    # Two organisations may both have a post "x/2027/eve/main-en"; the day itself is the same for both.
    return str(uuid5(NAMESPACE, key if key.startswith((DAY, SERIES)) else f"{identity}\n{key}"))


def _bumped(old: Revision, at: datetime) -> Revision:
    """The next revision. Its stamp is later even when the clock is not: some clients look at nothing else."""
    return replace(old, sequence=old.sequence + 1, stamp=max(at, old.stamp + timedelta(seconds=1)))


def _retired(old: Revision, at: datetime) -> Revision:
    last = _last_day(old.content)
    lapsed = last < at.date() and old.content["status"] != "NEEDS-ACTION"  # should it stay, an open task must be closed
    if old.cancelled or lapsed:
        return old
    return _bumped(replace(old, cancelled=True, drop_after=min(last, at.date() + TOMBSTONE_LIFE)), at)


def _last_day(content: Content) -> date:
    """The last day, in UTC, on which the entry has any part."""
    if "rrule" in content:
        return date.max
    end = content.get("end") or content["due"]
    return date.fromisoformat(end) - timedelta(days=1) if content["all_day"] else datetime.fromisoformat(end).date()


def _goes_after(retired: Revision) -> date:
    return retired.drop_after or _last_day(retired.content)


def _kept(live: list[Revision], retired: list[Revision], today: date) -> list[Revision]:
    """The tombstones that still have time, and for each feed that would be empty the latest of the others."""
    kept = [revision for revision in retired if revision.cancelled and today <= _goes_after(revision)]
    filled = {feed for revision in live + kept for feed in revision.feeds}
    for revision in sorted(retired, key=lambda r: (_goes_after(r), r.id), reverse=True):
        if not filled.issuperset(revision.feeds):
            kept.append(revision)
            filled.update(revision.feeds)
    return kept
