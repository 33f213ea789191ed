"""From days, playbooks and accounts to slots: who says what when, who gives way, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.dates import occurrences
from scheduler.model import Account, Observance, Occurrence, Playbook, Proclaimed, Sensitivity, Stage
from scheduler.plan import Taken, awake, concerns, ideal_slots, is_quiet, make_plan

PROPERTY = settings(deadline=None, max_examples=100, derandomize=True)
REGIONS = {"EU": frozenset({"DE", "FR"})}
PRIORITY = ("human-trafficking", "child-labour")
SUMMER = "2026-07-30"
ACCOUNT = Account("main", "folder", "mastodon", "en", "GB", "Europe/London")
NEVER_QUIET = replace(ACCOUNT, quiet_from=time(), quiet_to=time())


def day(name: str = "day", rule: str = "07-30", **changes) -> Occurrence:
    usual = Observance(name, {"en": name}, rule, Proclaimed("UN", "", ""), ("https://un.org",), date(2026, 1, 1))
    return occurrences(replace(usual, **changes), 2026)[0]


def stage(name: str = "day", offset: int = 0, at: str = "09:00", good_for: int = 1, networks=()) -> Stage:
    return Stage(name, offset, time.fromisoformat(at), timedelta(good_for), networks)


def book(*stages: Stage) -> Playbook:
    return Playbook("test", "", stages or (stage(),))


def plan(days, *stages: Stage, accounts=(ACCOUNT,), priority=PRIORITY, taken=()):
    return make_plan(
        days, accounts, playbook_for=lambda _: book(*stages), regions=REGIONS, priority=priority, taken=taken
    )


def times(made) -> dict[str, str]:
    return {f"{s.occurrence.observance.id}/{s.stage.name}": f"{s.local:%m-%d %H:%M}" for s in made.slots}


def test_a_slot_is_named_by_what_it_is_and_stands_at_the_wall_time_of_its_account():
    (slot,) = plan([day()]).slots
    assert slot.id == "day/2026/day/main-en"
    assert slot.campaign == "day/2026"
    assert slot.local == datetime.fromisoformat(f"{SUMMER} 09:00")
    assert slot.due == datetime(2026, 7, 30, 8, tzinfo=UTC)


DUE = [
    ("Europe/Berlin", "03-29", "02:30", "2026-03-29 01:00", "in the gap: its end"),
    ("Europe/Berlin", "10-25", "02:30", "2026-10-25 00:30", "shown twice: the first"),
    ("Asia/Beirut", "03-29", "00:30", "2026-03-28 22:00", "midnight that does not exist"),
    ("Pacific/Kiritimati", "07-30", "09:00", "2026-07-29 19:00", "the day before in UTC"),
    ("Pacific/Pago_Pago", "07-30", "20:00", "2026-07-31 07:00", "the day after in UTC"),
]


@pytest.mark.parametrize(("zone", "rule", "at", "due"), [r[:4] for r in DUE], ids=[f"{r[0]}: {r[4]}" for r in DUE])
def test_nine_in_the_morning_is_nine_in_the_morning_everywhere(zone, rule, at, due):
    (slot,) = plan([day(rule=rule)], stage(at=at), accounts=[replace(NEVER_QUIET, zone=zone)]).slots
    assert slot.due == datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert f"{slot.local:%m-%d %H:%M}" == f"{rule} {at}"


STAGES = [
    pytest.param("07-30", stage(offset=0), "07-30", "07-31 00:00", id="the day itself"),
    pytest.param("07-30", stage(offset=0, good_for=3), "07-30", "08-02 00:00", id="the day, good for three days"),
    pytest.param(
        "07-30", stage(offset=-1, good_for=5), "07-29", "07-30 00:00", id="an announcement ends before the day"
    ),
    pytest.param("07-30", stage(offset=1), "07-31", "08-01 00:00", id="the thanks"),
    pytest.param("11-25..12-10", stage(offset=0), "11-25", "11-26 00:00", id="a span begins on its first day"),
    pytest.param("11-25..12-10", stage(offset=1), "12-11", "12-12 00:00", id="after a span counts from its last day"),
    pytest.param("month of january", stage(offset=7), "02-07", "02-08 00:00", id="a week after a month"),
]


@pytest.mark.parametrize(("rule", "moment", "at", "expires"), STAGES)
def test_a_stage_has_its_day_and_its_end(rule, moment, at, expires):
    (slot,) = plan([day(rule=rule)], moment, accounts=[replace(ACCOUNT, zone="UTC")]).slots
    assert f"{slot.local:%m-%d}" == at
    assert f"{slot.expires:%m-%d %H:%M}" == expires


def test_the_end_of_a_post_is_midnight_on_the_wall_of_its_account():
    (slot,) = plan([day(rule="03-28")], accounts=[replace(ACCOUNT, zone="Asia/Beirut")]).slots
    assert slot.expires == datetime(2026, 3, 28, 22, tzinfo=UTC)  # midnight of the 29th is skipped


def test_a_stage_for_some_networks_is_left_out_on_the_others():
    made = plan([day()], stage("day"), stage("long", at="15:00", networks=("wordpress",)))
    assert times(made) == {"day/day": "07-30 09:00"}


QUIET = [
    ("21:00-08:00", "08:00", "08:00"),
    ("21:00-08:00", "21:00", "20:59"),
    ("21:00-08:00", "23:30", "20:59"),
    ("21:00-08:00", "00:00", "08:00"),
    ("21:00-08:00", "07:59", "08:00"),
    ("21:00-00:00", "22:00", "20:59"),
    ("21:00-00:00", "00:00", "00:00"),
    ("00:00-00:00", "03:00", "03:00"),
    ("12:00-12:00", "12:00", "12:00"),
    ("12:00-14:00", "13:30", "14:00"),
    ("00:00-23:59", "12:00", "23:59"),
    ("00:01-00:00", "12:00", "00:00"),
]


@pytest.mark.parametrize(("quiet", "at", "moved"), QUIET, ids=[f"{q} {a}" for q, a, _ in QUIET])
def test_a_post_in_quiet_hours_moves_to_their_edge_and_says_so(quiet, at, moved):
    first, last = map(time.fromisoformat, quiet.split("-"))
    account = replace(ACCOUNT, quiet_from=first, quiet_to=last)
    (slot,) = ideal_slots(day(), book(stage(at=at)), account)
    assert f"{slot.local:%m-%d %H:%M}" == f"07-30 {moved}"
    assert slot.why == ("" if at == moved else f"moved from {at} to {moved}: quiet hours")


CONCERNS = [
    pytest.param(("world",), (), "GB", (), True, id="the world concerns all"),
    pytest.param(("GB",), (), "GB", (), True, id="the own country"),
    pytest.param(("GB",), (), "", (), False, id="a country is not for those of none"),
    pytest.param(("EU",), (), "DE", (), True, id="a member of the region"),
    pytest.param(("world",), ("food",), "GB", ("food", "water"), True, id="one of the account's themes"),
    pytest.param(("world",), ("peace",), "GB", ("food",), False, id="none of the account's themes"),
]


@pytest.mark.parametrize(("where", "themes", "country", "own", "wanted"), CONCERNS)
def test_a_day_concerns_an_account_by_region_and_theme(where, themes, country, own, wanted):
    account = replace(ACCOUNT, country=country, themes=own)
    assert concerns(day(regions=where, themes=themes), account, REGIONS) is wanted
    assert bool(plan([day(regions=where, themes=themes)], accounts=[account]).slots) is wanted


ONE_A_DAY = replace(ACCOUNT, a_day=1)
EVE, DAY = (stage("eve", -1),), (stage("day", 0),)
CHILD, TRAFFICKING = ("child-labour",), ("x", "human-trafficking")
TOP = "its theme human-trafficking comes first in [plan] priority"
CLASHES = [
    (day("a", "07-31"), EVE, day("b", themes=("x",)), DAY, "it is a post of the day itself"),
    (day("a", "07-31", themes=CHILD), EVE, day("b"), DAY, "it is a post of the day itself"),
    (day("a"), DAY, day("b", themes=TRAFFICKING), DAY, TOP),
    (day("a", themes=CHILD), DAY, day("b", themes=TRAFFICKING), DAY, TOP),
    (day("a"), DAY, day("b", regions=("GB",)), DAY, "it is a day of GB"),
    (day("a", "08-02"), (stage("early", -3),), day("b", "07-31"), EVE, "it is nearer to its day"),
    (day("a"), (stage("late", at="10:00"),), day("b"), DAY, "it is earlier"),
]  # fmt: skip


@pytest.mark.parametrize(("loser", "its", "winner", "others", "why"), CLASHES)
def test_of_two_posts_for_one_place_the_first_by_rank_stands_and_the_other_says_why(loser, its, winner, others, why):
    books = {loser.id: book(*its), winner.id: book(*others)}
    days = [loser, winner]
    made = make_plan(days, [ONE_A_DAY], playbook_for=lambda o: books[o.id], regions=REGIONS, priority=PRIORITY)
    (stands,), (gave_way,) = made.slots, made.skipped
    assert (stands.occurrence, gave_way.campaign) == (winner, loser.id)
    assert gave_way.why == f"main already has 1 posts on {stands.local.date()}: {stands.id} goes first, {why}"


def test_a_post_too_near_to_another_moves_to_later_the_same_day():
    made = plan([day("a"), day("b", themes=("child-labour",))])
    assert times(made) == {"b/day": "07-30 09:00", "a/day": "07-30 12:00"}
    moved = made.slots[1]
    assert moved.due == datetime(2026, 7, 30, 11, tzinfo=UTC)
    assert moved.why == (
        "moved from 09:00 to 12:00: b/2026/day/main-en goes first, "
        "its theme child-labour comes first in [plan] priority"
    )


HOUR, HARD = timedelta(hours=1), {"sensitivity": Sensitivity.TRAUMA}
ROOM = [
    pytest.param(replace(ACCOUNT, gap=13 * HOUR), {}, "no free time on 2026-07-30", id="not into quiet hours"),
    pytest.param(replace(NEVER_QUIET, gap=16 * HOUR), {}, "no free time on 2026-07-30", id="not into the next day"),
    pytest.param(replace(ACCOUNT, a_day=1), {}, "main already has 1 posts on 2026-07-30", id="not over the cap"),
    pytest.param(replace(ACCOUNT, gap=9 * HOUR), HARD, "no free time on 2026-07-30", id="not late if hard"),
]


@pytest.mark.parametrize(("account", "hard", "why"), ROOM)
def test_a_post_without_room_on_its_day_gives_way(account, hard, why):
    made = plan([day("b", themes=("child-labour",)), day("a", **hard)], accounts=[account])
    assert list(times(made)) == ["b/day"]
    assert made.skipped[0].why.startswith(why)


def test_a_calm_post_may_stand_later_than_a_hard_one():
    made = plan([day("b", themes=("child-labour",)), day("a")], accounts=[replace(ACCOUNT, gap=9 * HOUR)])
    assert times(made)["a/day"] == "07-30 18:00"


def test_what_is_settled_keeps_its_place_and_is_not_planned_again():
    settled = Taken("b/2026/day/main-en", "main", datetime.fromisoformat(f"{SUMMER} 10:00"))
    other = replace(settled, post="x", account="other")
    made = plan([day("a"), day("b", themes=("child-labour",))], taken=[settled, other])
    assert times(made) == {"a/day": "07-30 13:00"}
    assert made.slots[0].why == "moved from 09:00 to 13:00: b/2026/day/main-en goes first, it is already settled"


def test_accounts_do_not_stand_in_each_others_way():
    made = plan([day("a"), day("b")], accounts=[ONE_A_DAY, replace(ONE_A_DAY, name="other")])
    assert Counter(s.account.name for s in made.slots) == {"main": 1, "other": 1}


hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30, 59]))
a_stage = st.tuples(st.integers(-3, 3), hours, st.integers(1, 4))
books = st.lists(a_stage, min_size=1, max_size=4).map(
    lambda made: book(*(Stage(f"s{n}", o, at, timedelta(good)) for n, (o, at, good) in enumerate(made)))
)
a_day = st.tuples(
    st.dates(date(2026, 3, 27), date(2026, 4, 1)),
    st.integers(0, 2),
    st.sampled_from([(), CHILD, TRAFFICKING]),
    st.sampled_from(Sensitivity),
    st.sampled_from([("world",), ("GB",), ("EU",)]),
)
some_days = st.lists(a_day, min_size=1, max_size=8).map(
    lambda made: [
        day(f"d{n}", f"{d:%m-%d}..{d + timedelta(more):%m-%d}", themes=t, sensitivity=s, regions=r)
        for n, (d, more, t, s, r) in enumerate(made)
    ]
)
an_account = st.builds(
    lambda **own: replace(ACCOUNT, **own),
    country=st.sampled_from(["GB", "DE", ""]),
    zone=st.sampled_from(["Europe/London", "Asia/Beirut", "UTC", "Australia/Lord_Howe"]),
    quiet_from=hours,
    quiet_to=hours,
    a_day=st.integers(1, 3),
    gap=st.integers(0, 600).map(lambda minutes: timedelta(minutes=minutes)),
)
some_accounts = st.lists(an_account, min_size=1, max_size=2).map(
    lambda made: [replace(account, name=f"account-{n}") for n, account in enumerate(made)]
)


@PROPERTY
@given(some_days, books, some_accounts, st.randoms())
def test_the_order_of_days_and_accounts_does_not_matter(days, playbook, accounts, chance):
    made = plan(days, *playbook.stages, accounts=accounts)
    chance.shuffle(days)
    chance.shuffle(accounts)
    assert plan(days, *playbook.stages, accounts=accounts) == made


@PROPERTY
@given(some_days, books, some_accounts)
def test_caps_gaps_quiet_hours_and_ids_hold_in_every_plan(days, playbook, accounts):
    made = plan(days, *playbook.stages, accounts=accounts)
    ids = [s.id for s in made.slots] + [s.slot for s in made.skipped]
    wanted = sum(concerns(o, account, REGIONS) for o in days for account in accounts) * len(playbook.stages)
    assert len(set(ids)) == len(ids) == wanted
    for account in accounts:
        own = [s for s in made.slots if s.account == account]
        walls = sorted(s.local for s in own)
        assert all(after - before >= account.gap for before, after in pairwise(walls))
        assert all(count <= account.a_day for count in Counter(w.date() for w in walls).values())
        assert not any(is_quiet(w.time(), account) for w in walls)
        assert all(s.due < s.expires for s in own)


@PROPERTY
@given(hours, hours, hours)
def test_outside_quiet_hours_nothing_moves_and_inside_all_does(first, last, at):
    account = replace(ACCOUNT, quiet_from=first, quiet_to=last)
    moved = awake(at, account)
    assert (moved == at) is not is_quiet(at, account)
    assert not is_quiet(moved, account)


@pytest.mark.parametrize(
    ("quiet", "at", "moved"), [("20:00-23:59", "20:30", "19:59"), ("12:00-14:00", "12:10", "11:59")]
)
def test_quiet_hours_within_a_day_move_a_post_to_their_nearest_edge(quiet, at, moved):
    first, last = map(time.fromisoformat, quiet.split("-"))
    assert awake(time.fromisoformat(at), replace(ACCOUNT, quiet_from=first, quiet_to=last)) == time.fromisoformat(moved)


def test_a_post_just_after_midnight_finds_a_later_place_after_one_just_before():
    settled = Taken("x", "main", datetime.fromisoformat("2026-07-29 23:30"))
    made = plan([day()], stage(at="00:30"), accounts=[NEVER_QUIET], taken=[settled])
    assert times(made) == {"day/day": "07-30 02:30"}


def test_the_gap_is_kept_in_hours_that_pass_when_the_clocks_go_forward():
    account = replace(NEVER_QUIET, zone="Europe/Berlin", gap=HOUR)
    made = plan([day(rule="03-29")], stage("one", at="01:30"), stage("two", at="02:30"), accounts=[account])
    one, two = made.slots
    assert two.due - one.due >= HOUR
