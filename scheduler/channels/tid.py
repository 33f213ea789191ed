"""The names and dates of records on servers of the AT protocol: from what is stored of a post, never from the moment.

A name is a TID: microseconds since 1970 and ten bits more, in 13 signs that sort as the times do.
Facts: atproto.com/specs/tid and what the PDS takes, read and run 2026-11-27.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scheduler.dates import as_utc

if TYPE_CHECKING:
    from scheduler.model import Message

LATE = timedelta(hours=1)  # a post that goes later than this after its time is dated anew: readers sort by that date
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIGNS = "234567abcdefghijklmnopqrstuvwxyz"


def rkey_of(message: Message) -> str:
    """The name of the message's record, a TID: its planned moment in microseconds, and ten more bits of its key."""
    moment = (_planned(message) - _back(message) - _before(message) - _EPOCH) // timedelta(microseconds=1)
    number = moment << 10 | _digest(message) >> 54
    return "".join(_SIGNS[number >> 5 * place & 31] for place in reversed(range(13)))


def dated(message: Message) -> str:
    """The date that readers see and sort by: the planned moment; for a post that is late, when it became due again."""
    planned = _planned(message)
    moment = planned if message.since - planned <= LATE else message.since.astimezone(UTC)
    made = min(moment - _back(message), message.at.astimezone(UTC)) - _before(message)
    return made.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _planned(message: Message) -> datetime:
    return as_utc(message.local.date(), message.local.time(), ZoneInfo(message.zone))


def _back(message: Message) -> timedelta:
    """Less than a second, by the key: posts of one minute get names and dates of their own, none in the future.

    Of two posts with the same date a reader sees one (github.com/bluesky-social/atproto/issues/2468).
    """
    return timedelta(microseconds=_digest(message) % 1_000_000)


def _before(message: Message) -> timedelta:
    """Parts of a thread follow each other by a millisecond, the last with the moment of the whole."""
    return timedelta(milliseconds=message.of - 1 - message.part)


def _digest(message: Message) -> int:
    return int.from_bytes(sha256(message.key.encode()).digest()[:8], "big")
