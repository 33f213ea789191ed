"""The nouns of delivery: what leaves the house, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from scheduler.model.campaign import Wording


class DeliveryState(StrEnum):
    """What machines did."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNSURE = "unsure"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Getting one post out. `key` is the idempotency key; it belongs to the stored row and never changes."""

    id: int
    post: str
    account: str
    service: str
    state: DeliveryState
    key: str
    digest: str
    due: datetime
    expires: datetime
    attempts: int = 0
    claim: str = ""
    lease: datetime | None = None
    place: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """A person's stop. `scope` is everything, account, channel, campaign, theme or country; `value` names which."""

    id: int
    scope: str
    value: str
    why: str
    who: str
    since: datetime
    essential: bool = False  # posts marked essential pass


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: at most `most` sends at once, refilled evenly over `per`."""

    most: int
    per: timedelta

    @property
    def cost(self) -> int:
        """What one send takes from the bucket, in milliseconds of refilling."""
        return round(self.per.total_seconds() * 1000 / self.most)

    @property
    def slack(self) -> int:
        """How far the bucket may be from full for one more send, in milliseconds."""
        return self.cost * (self.most - 1)


@dataclass(frozen=True, slots=True)
class RateLimits:
    """How often a channel may send for one account and on one service, and how many sends may be under way there."""

    account: Rate | None = None
    service: Rate | None = None
    at_once: int = 0  # 0: any number


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is given: exact words, and the key that makes a second send harmless."""

    key: str
    post: str
    account: str
    network: str
    language: str
    wording: Wording
    local: datetime
    zone: str
    title: str


@dataclass(frozen=True, slots=True)
class Sent:
    """It is out. `place` is the address or path where it can be found."""

    place: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """Trying again makes sense, not before `after` if given. It is certainly not out, unless it `may_be_out`.

    That is for an answer that was lost where a second send of the same key is harmless; when there is no time or try
    left, a person has to look.
    """

    why: str
    after: timedelta | None = None
    may_be_out: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """It is certainly not out, and trying the same again is useless."""

    why: str


@dataclass(frozen=True, slots=True)
class SignedOut:
    """It is certainly not out: the account must be connected again; its posts wait."""

    why: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """It may or may not be out. Nobody may guess."""

    why: str


Outcome = Sent | TryLater | Refused | SignedOut | Unsure
