"""Posts of one account through the real engine and its real channel, with a clock that the test moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from scheduler import deliver, sweep
from scheduler.channels import open_channel
from scheduler.courier import Courier, Tally
from scheduler.kinds import service_of
from scheduler.model import Account, Campaign, Message, Post, Review, Sensitivity, Wording
from scheduler.review import digest_of
from scheduler.store import outbox, planning, reads
from scheduler.store.opening import reading, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from scheduler.channels import Channel
    from scheduler.model import Delivery

CAMPAIGN = Campaign("some-day/2027", "some-day", 2027, date(2027, 7, 30), date(2027, 7, 30), "Some Day", "light")
AWAKE = {"quiet_from": datetime.min.time(), "quiet_to": datetime.min.time()}


def a_message(now: datetime, **said: object) -> Message:
    """A message as the engine gives it to a channel."""
    usual = Message(
        key="a1" * 20,
        post="some-day/2027/day/main-en",
        account="main",
        network="mastodon",
        language="en",
        wording=Wording("Today is the day."),
        local=now.replace(tzinfo=None),
        zone="UTC",
        title="Some Day: day",
        at=now,
        since=now,
    )
    return replace(usual, **said)  # type: ignore[arg-type]


def queued(home: Path, account: Account, wordings: Sequence[Wording], due: datetime) -> None:
    """A database with a post of the account for each wording, approved and due."""
    posts = [_post(account, n, wording, due) for n, wording in enumerate(wordings)]
    with writing(home, due, "test") as tx:
        planning.keep_accounts(tx, [account])
        planning.add_campaign(tx, CAMPAIGN, posts)
        for post in posts:
            assert planning.decide(tx, post, "approved", "Ana")
            assert outbox.enqueue(tx, post, service=service_of(account))


def _post(account: Account, number: int, wording: Wording, due: datetime) -> Post:
    post = Post(
        id=f"some-day/2027/stage{number}/{account.name}-en",
        campaign=CAMPAIGN.id,
        observance="some-day",
        year=2027,
        stage=f"stage{number}",
        account=account.name,
        channel=account.channel,
        network=account.network,
        language="en",
        country="GB",
        zone="UTC",
        local=due.replace(tzinfo=None),
        due=due,
        expires=due + timedelta(days=60),
        start=due.date(),
        end=due.date(),
        wording=wording,
        author="daymark",
        sensitivity=Sensitivity.NORMAL,
        digest="",
        review=Review.IN_REVIEW,
    )
    return replace(post, digest=digest_of(post))


def courier(home: Path, account: Account, clock: Callable[[], datetime]) -> Courier:
    """What sending for an account needs."""
    return Courier(
        home=home,
        who="test",
        clock=clock,
        accounts={account.name: account},
        themes=lambda _: (),
        titles=lambda post: f"Some Day: {post.stage}",
        channels=lambda _: open_channel(account, home),
        refusal=lambda _: "",
    )


def rounds(home: Path, account: Account, since: datetime) -> list[Delivery]:
    """Lets an engine work again and again until nothing waits; how each delivery stands then, oldest first."""
    now = since.astimezone(UTC)

    @cache
    def channel(name: str) -> Channel:
        return open_channel(account if name == account.name else replace(account, name=name), home)

    for _ in range(60):
        made = replace(courier(home, account, lambda now=now: now), channels=lambda post: channel(post.account))
        tally = Tally()
        sweep.recover(made, tally)
        sweep.miss(made, tally)
        deliver.send_due(made, tally)
        now += timedelta(minutes=31)
        with reading(home) as db:
            found = list(reads.deliveries(db).values())
        if not any(d.state in ("waiting", "sending") for d in found):
            break
    return found
