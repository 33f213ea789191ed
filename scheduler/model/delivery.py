"""The nouns of delivery: what leaves the house, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

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


class Stop(StrEnum):
    """How a person has called off a delivery that may be out: what becomes of it once it is known not to be."""

    DROPPED = "dropped"
    MISSED = "missed"
    TAKEN_BACK = "taken back"  # its post is with people again


@dataclass(frozen=True, slots=True)
class Delivery:
    """Getting one post out. `key` is the idempotency key; it belongs to the stored row and never changes.

    `doubt` is when the first try began of which nobody knows whether it got through; None: it is certainly not out.
    `stop` stands only in one that is unsure: it does not go out any more, whatever is found.
    """

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
    doubt: datetime | None = None
    remote: str = ""  # the id that the service gave it
    stop: Stop | None = None


FOREVER = timedelta.max


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What may be done about a try of which nobody knows whether it got through.

    `keyed`: for so long a second send of the same key makes no second post. `findable`: `find` says whether a message
    is out, and a second send goes only after it has said no. Neither: a person has to look.
    """

    keyed: timedelta = timedelta()
    findable: bool = False

    def allows(self, doubt: datetime | None, at: datetime) -> bool:
        """Whether another try at `at` can do no harm, if the first doubtful one began at `doubt`."""
        return doubt is None or self.findable or at - doubt < self.keyed


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
    """What a channel is given: exact words, and the key that makes a second send harmless.

    `at` is now; `since` when the first try that may be out began, or when the post was due. `page` is the day's own.
    Of a thread it is the part of that number, from 0, of so many; channels make those of the whole.
    """

    key: str
    post: str
    account: str
    network: str
    language: str
    wording: Wording
    local: datetime
    zone: str
    title: str
    at: datetime
    since: datetime
    page: str = ""
    part: int = 0
    of: int = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """It is out. `place` is the address or path where it can be found, `id` the name that the service gave it.

    `differs` says in words how what was read back there is not what was approved; `short` who of many did not get it.
    """

    place: str
    id: str = ""
    differs: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Partly:
    """It is out to some of those who are to get it; nothing is wrong, and the rest may go on at once."""

    why: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """This try is certainly not out, and trying again makes sense, not before `after` if given."""

    why: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """This try is certainly not out, and trying the same again is useless."""

    why: str


@dataclass(frozen=True, slots=True)
class SignedOut:
    """This try is certainly not out: the account must be connected again; its posts wait."""

    why: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """It may or may not be out: no answer came, or none that says so. Nobody may guess.

    `is_last`: all the rest is done, and no further try would tell more.
    """

    why: str
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """The first parts of a thread are out, and the others are not: another send sends those alone."""

    why: str


Outcome = Sent | Partly | TryLater | Refused | SignedOut | Unsure
Found = Sent | Begun | Unsure | None  # what asking for a message came to; None: it is certainly not out
