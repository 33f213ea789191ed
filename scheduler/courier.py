"""What sending needs, and what may keep a post from it: holds, quiet hours, and the check that speaks last."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scheduler import outbox
from scheduler.model import Delivery, DeliveryState, Message, Post, Review
from scheduler.plan import is_quiet
from scheduler.review import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from scheduler.channels import Channel
    from scheduler.model import Account, Hold

LANES = 8  # services that one process sends to at the same time


@dataclass(slots=True)
class Tally:
    """What a round of sending came to: counts by state, and what went wrong, in words."""

    counts: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    channel_troubles: list[str] = field(default_factory=list)

    def note(self, state: DeliveryState, trouble: str = "") -> None:
        self.counts[str(state)] += 1
        if trouble:
            self.troubles.append(trouble)

    def add(self, other: Tally) -> None:
        self.counts.update(other.counts)
        self.troubles += other.troubles
        self.channel_troubles += other.channel_troubles


@dataclass(frozen=True, slots=True)
class Courier:
    """Everything sending needs. `themes` gives an observance's themes; `refusal` says why a post must not go, or ''."""

    home: Path
    who: str
    clock: Callable[[], datetime]
    accounts: Mapping[str, Account]
    themes: Callable[[str], tuple[str, ...]]
    titles: Callable[[Post], str]
    channels: Callable[[Post], Channel]
    refusal: Callable[[Post], str]
    lanes: int = LANES
    pages: Callable[[Post], str] = lambda _: ""  # the address of a day's own page


def stopped(c: Courier, holds: list[Hold], post: Post, now: datetime) -> str:
    """`held` for a person's hold, `quiet` in the account's quiet hours."""
    held = outbox.is_held(holds, post, c.themes(post.observance))
    account = c.accounts.get(post.account)
    if held or account is None:
        return "held"  # without its account: it was taken out of daymark.toml, its posts wait, `status` tells
    local = now.astimezone(ZoneInfo(post.zone))
    if is_quiet(local.time(), account) and not is_quiet(post.local.time(), account):
        return "quiet"
    return ""


def ended(c: Courier, waiting: Delivery, post: Post, channel: Channel, now: datetime) -> Delivery | None:
    """The end of a delivery that must not go, or not again; None if it may."""
    if refused := refused_by(c, waiting, post):
        return outbox.ended(waiting, DeliveryState.FAILED, refused)
    if not channel.guarantee.allows(waiting.doubt, now):
        return replace(waiting, state=DeliveryState.UNSURE, reason=f"too late to repeat it: {waiting.reason}")
    return None


def refused_by(c: Courier, delivery: Delivery, post: Post) -> str:
    """Why this post must not go out, or an empty text: approval covers exact bytes, and the checks speak last."""
    if post.review is not Review.APPROVED:
        return "nobody has approved it"  # a no may come between the moment it is read and the one it is queued
    if not post.digest == delivery.digest == digest_of(post):
        return "it is not what was approved"
    return c.refusal(post)


def message_of(c: Courier, delivery: Delivery, post: Post) -> Message:
    """What a channel is given of a delivery."""
    w = post.wording
    return Message(
        key=delivery.key,
        post=post.id,
        account=post.account,
        network=post.network,
        language=post.language,
        wording=replace(w, media=w.media.here(c.home)) if w.media else w,
        local=post.local,
        zone=post.zone,
        title=c.titles(post),
        at=c.clock(),
        since=delivery.doubt or delivery.due,
        page=c.pages(post),
    )
