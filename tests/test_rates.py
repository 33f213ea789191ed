"""Rates and services in trouble: kept in the database, shared by all who send, and no service waits for another."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from test_store import NOW, a_post, home, keep  # noqa: F401  (a fixture: a file of SQLite, then PostgreSQL)

from scheduler import deliver
from scheduler.courier import Courier, Tally
from scheduler.model import FOREVER, Account, Guarantee, Message, Post, Rate, RateLimits, Refused, Sent, TryLater
from scheduler.outbox import LEASE, TROUBLES, after
from scheduler.review import digest_of
from scheduler.store import outbox, planning, reads
from scheduler.store.opening import reading, stamp, writing

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.model import Outcome

MINUTE = timedelta(minutes=1)
ACCOUNTS = {f"{channel}-{n}": channel for channel in ("slow", "fast") for n in range(6)}


def many(place: Path) -> list[Post]:
    """A post due for each account, approved and queued."""
    posts = [
        replace(a_post(), id=f"some-day/2027/day/{name}-en", account=name, channel=channel, zone="UTC")
        for name, channel in ACCOUNTS.items()
    ]
    posts = [replace(post, digest=digest_of(post)) for post in posts]
    with writing(place, NOW, "test") as tx:
        planning.keep_accounts(tx, [Account(n, c, "plain", "en", "GB", "UTC") for n, c in ACCOUNTS.items()])
    keep(place, *posts)
    with writing(place, NOW, "test") as tx:
        for post in posts:
            assert planning.decide(tx, post, "approved", "Ana")
            assert outbox.enqueue(tx, post)
    return posts


def goes(place: Path, post: Post, at: timedelta, rates: RateLimits, *, settle: bool = True) -> bool:
    """Whether a post can be claimed so long after NOW."""
    now = NOW + at
    with reading(place) as db:
        waiting = reads.delivery_of(db, post.id)
    try:
        with writing(place, now, "test") as tx:
            mine = outbox.claim(tx, waiting, "token", now + LEASE, rates)
    except outbox.NotOurs:
        return False
    if settle:
        with writing(place, now, "test") as tx:
            assert outbox.settle(
                tx, mine, after(mine, Sent("there"), Guarantee(FOREVER, findable=True), now), "Sent", stamp(now)
            )
    return True


def test_a_service_takes_its_number_at_once_and_then_as_it_is_refilled(home: Path) -> None:  # noqa: F811
    posts, rates = many(home), RateLimits(service=Rate(2, MINUTE))
    told = [
        goes(home, post, at * timedelta(seconds=1), rates)
        for post, at in zip(posts, (0, 0, 0, 29, 30, 30), strict=False)
    ]
    assert told == [True, True, False, False, True, False]


def test_a_rate_that_turns_a_post_away_takes_nothing_from_the_account(home: Path) -> None:  # noqa: F811
    posts, rates = many(home), RateLimits(service=Rate(1, MINUTE), account=Rate(1, MINUTE))
    assert goes(home, posts[0], timedelta(), rates)
    assert not goes(home, posts[1], timedelta(seconds=30), rates)
    assert goes(home, posts[1], MINUTE, rates)


def test_an_account_has_a_bucket_of_its_own(home: Path) -> None:  # noqa: F811
    posts, rates = many(home), RateLimits(account=Rate(1, MINUTE))
    assert goes(home, posts[0], timedelta(), rates)
    assert goes(home, posts[1], timedelta(), rates)


def test_only_so_many_sends_are_under_way_on_a_service(home: Path) -> None:  # noqa: F811
    posts, rates = many(home), RateLimits(at_once=2)
    told = [goes(home, post, timedelta(), rates, settle=False) for post in posts[:3]]
    assert told == [True, True, False]
    assert goes(home, posts[6], timedelta(), rates, settle=False)  # another service is as wide


class Channel:
    """A channel that gives the answers it is told to give, and counts."""

    guarantee, rates = Guarantee(FOREVER, findable=True), RateLimits()

    def __init__(self, answer) -> None:
        self.answer, self.asked = answer, 0

    def find(self, message: Message) -> Sent | None:
        del message
        return None

    def send(self, message: Message) -> Outcome:
        self.asked += 1
        return self.answer(message)


def round_at(place: Path, at: timedelta, **channels: Channel) -> Tally:
    tally, now = Tally(), NOW + at
    courier = Courier(
        home=place,
        who="test",
        clock=lambda: now,
        accounts={n: Account(n, c, "plain", "en", "GB", "UTC") for n, c in ACCOUNTS.items()},
        themes=lambda _: (),
        titles=lambda post: post.id,
        channels=lambda post: channels[post.channel],
        refusal=lambda _: "",
    )
    deliver.send_due(courier, tally)
    return tally


def test_a_service_that_gives_no_answer_rests_and_one_try_tells_when_it_is_well(home: Path) -> None:  # noqa: F811
    many(home)
    broken, well = Channel(lambda _: TryLater("no answer")), Channel(lambda _: Sent("there"))
    round_at(home, timedelta(), slow=broken, fast=well)
    assert (broken.asked, well.asked) == (TROUBLES, 6)  # the sixth post of the broken one is left alone
    round_at(home, timedelta(seconds=30), slow=broken, fast=well)
    assert broken.asked == TROUBLES
    round_at(home, MINUTE, slow=broken, fast=well)
    assert broken.asked == TROUBLES + 1  # half open: one try, and it rests twice as long
    round_at(home, 2 * MINUTE, slow=broken, fast=well)
    assert broken.asked == TROUBLES + 1
    healed = Channel(lambda _: Sent("there"))
    assert round_at(home, 5 * MINUTE, slow=healed, fast=well).counts["sent"] == healed.asked == 6


@pytest.mark.parametrize("answer", [TryLater("429", MINUTE), Refused("too long")], ids=["come again", "no"])
def test_a_service_that_answers_is_well(answer: Outcome, home: Path) -> None:  # noqa: F811
    many(home)
    channel = Channel(lambda _: answer)
    round_at(home, timedelta(), slow=channel, fast=Channel(lambda _: Sent("there")))
    assert channel.asked == 6


def test_no_service_waits_for_a_slow_one(home: Path) -> None:  # noqa: F811
    many(home)
    done = threading.Event()

    def fast(message: Message) -> Outcome:
        if message.account == "fast-5":
            done.set()
        return Sent("there")

    waited = []
    slow = Channel(lambda _: (waited.append(done.wait(60)), Sent("there"))[1])
    assert round_at(home, timedelta(), slow=slow, fast=Channel(fast)).counts["sent"] == 12
    assert all(waited)  # the slow one had its answer only when all the others were out
