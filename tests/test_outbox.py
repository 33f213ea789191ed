"""The life of a delivery: what each outcome makes of a row, when it is tried again, and what a hold stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.life import TRANSITIONS
from scheduler.model import (
    FOREVER,
    Begun,
    Delivery,
    DeliveryState,
    Guarantee,
    Hold,
    Post,
    Refused,
    Sensitivity,
    Sent,
    SignedOut,
    TryLater,
    Unsure,
    Wording,
)
from scheduler.outbox import (
    FIRST_WAIT,
    LEASE,
    LONGEST_WAIT,
    MOST_ATTEMPTS,
    after,
    backoff,
    is_held,
    recovered,
)

PROPERTY = settings(deadline=None, max_examples=100, derandomize=True)
STATE = DeliveryState
NOW = datetime(2026, 7, 30, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FOR_EVER = datetime.max.replace(tzinfo=UTC)
ROW = Delivery(
    id=1,
    post="trafficking-in-persons-day/2026/day/main-en",
    account="main",
    service="folder",
    state=STATE.SENDING,
    key="4f2a",
    digest="4f2a",
    due=NOW - HOUR,
    expires=NOW + 15 * HOUR,
    attempts=1,
    claim="worker-1",
    lease=NOW + LEASE,
)
LAST = replace(ROW, attempts=MOST_ATTEMPTS)
OVER = replace(ROW, expires=NOW)
SURE, HOURLY, BLIND = Guarantee(FOREVER, findable=True), Guarantee(keyed=HOUR), Guarantee()
BUSY, WAIT = TryLater("503"), TryLater("429", 2 * HOUR)
IN_DOUBT = replace(ROW, doubt=NOW - HOUR)
MAY = "; an earlier try may be out"
TOO_LATE = "its time was over before the next try: "
OUTCOMES = [
    pytest.param(ROW, Sent("https://a.org/1"), STATE.SENT, "", None, id="sent"),
    pytest.param(LAST, Sent("https://a.org/1"), STATE.SENT, "", None, id="sent at the last try"),
    pytest.param(OVER, Sent("https://a.org/1"), STATE.SENT, "", None, id="sent, though its time was over"),
    pytest.param(ROW, Refused("too long"), STATE.FAILED, "too long", None, id="refused"),
    pytest.param(OVER, Refused("too long"), STATE.FAILED, "too long", None, id="refused when its time was over"),
    pytest.param(ROW, Unsure("cut off"), STATE.WAITING, "cut off", None, id="unsure"),
    pytest.param(
        LAST, Unsure("cut off"), STATE.UNSURE, f"{MOST_ATTEMPTS} tries: cut off{MAY}", None, id="unsure, last"
    ),
    pytest.param(OVER, Unsure("cut off"), STATE.UNSURE, f"{TOO_LATE}cut off{MAY}", None, id="unsure, and over"),
    pytest.param(IN_DOUBT, Refused("gone"), STATE.UNSURE, f"gone{MAY}", None, id="refused, but in doubt"),
    pytest.param(IN_DOUBT, Sent("https://a.org/1"), STATE.SENT, "", None, id="sent, out of doubt"),
    pytest.param(IN_DOUBT, BUSY, STATE.WAITING, "503", None, id="try later, in doubt"),
    pytest.param(
        ROW, SignedOut("401"), STATE.WAITING, "401", FOR_EVER, id="signed out: its account waits for a person"
    ),
    pytest.param(LAST, SignedOut("401"), STATE.WAITING, "401", FOR_EVER, id="signed out at the last try"),
    pytest.param(ROW, BUSY, STATE.WAITING, "503", None, id="try later"),
    pytest.param(ROW, WAIT, STATE.WAITING, "429", NOW + 2 * HOUR, id="try later, not before two hours"),
    pytest.param(LAST, BUSY, STATE.FAILED, f"{MOST_ATTEMPTS} tries: 503", None, id="try later at the last try"),
    pytest.param(OVER, BUSY, STATE.MISSED, f"{TOO_LATE}503", None, id="try later when its time was over"),
]


@pytest.mark.parametrize(("row", "outcome", "state", "reason", "free"), OUTCOMES)
def test_an_outcome_settles_a_row(row, outcome, state, reason, free):
    settled = after(row, outcome, SURE, NOW)
    assert (settled.delivery.state, settled.delivery.reason, settled.account_free) == (state, reason, free)
    assert settled.delivery.place == (outcome.place if isinstance(outcome, Sent) else "")
    assert bool(settled.account_reason) is bool(free)


ALL = (Sent("x"), Refused("x"), Unsure("x"), SignedOut("x"), TryLater("x"), TryLater("x", HOUR))


@pytest.mark.parametrize("outcome", ALL, ids=repr)
def test_a_settled_row_lets_go_of_its_claim_and_keeps_what_it_is(outcome):
    made = after(ROW, outcome, SURE, NOW).delivery
    assert (made.claim, made.lease) == ("", None)
    same = {"state": made.state, "due": made.due, "place": made.place, "reason": made.reason}
    same["doubt"] = NOW if isinstance(outcome, Unsure) else None
    assert made == replace(ROW, claim="", lease=None, **same)


def test_a_row_that_waits_for_its_account_keeps_its_time():
    assert after(ROW, SignedOut("401"), SURE, NOW).delivery.due == ROW.due


keys = st.text(min_size=1, max_size=20)
attempts = st.integers(1, 200)


@PROPERTY
@given(keys, attempts)
def test_the_wait_is_from_half_to_the_whole_of_a_doubling_up_to_a_cap(key, attempt):
    whole = min(FIRST_WAIT * 2 ** min(attempt - 1, 40), LONGEST_WAIT)
    assert whole / 2 <= backoff(key, attempt) <= whole
    assert backoff(key, attempt) == backoff(key, attempt)


def test_posts_that_failed_together_do_not_come_back_together():
    assert len({backoff(f"key-{n}", 6) for n in range(50)}) > 40


def test_the_wait_of_a_key_and_try_is_the_same_in_every_process():
    assert [int(backoff("4f2a", n).total_seconds()) for n in (1, 2, 9, 12)] == [31, 98, 10622, 8036]


AGAIN = [
    pytest.param(1, None, backoff(ROW.post, 1), id="the usual wait"),
    pytest.param(5, None, backoff(ROW.post, 5), id="the usual wait of the fifth try"),
    pytest.param(1, timedelta(seconds=1), backoff(ROW.post, 1), id="the usual wait outlasts a short Retry-After"),
    pytest.param(1, 3 * HOUR, 3 * HOUR, id="a long Retry-After"),
    pytest.param(1, timedelta(days=400), None, id="a Retry-After past its time"),
]


@pytest.mark.parametrize(("attempt", "asked", "wait"), AGAIN)
def test_a_row_is_tried_again_after_the_longer_of_backoff_and_retry_after(attempt, asked, wait):
    made = after(replace(ROW, attempts=attempt), TryLater("busy", asked), SURE, NOW).delivery
    assert made.state is (STATE.MISSED if wait is None else STATE.WAITING)
    assert made.due == (ROW.due if wait is None else NOW + wait)


ENDS = [(timedelta(seconds=1), STATE.WAITING), (timedelta(), STATE.MISSED), (timedelta(seconds=-1), STATE.MISSED)]


@pytest.mark.parametrize(("left", "state"), ENDS, ids=["just in time", "at the end", "too late"])
def test_a_row_whose_next_try_would_be_too_late_is_missed_at_once(left, state):
    row = replace(ROW, expires=NOW + backoff(ROW.post, 1) + left)
    assert after(row, BUSY, SURE, NOW).delivery.state is state


def test_a_row_is_tried_at_most_so_often():
    states = [after(replace(ROW, attempts=n), BUSY, SURE, NOW).delivery.state for n in range(1, MOST_ATTEMPTS + 1)]
    assert states == [STATE.WAITING] * (MOST_ATTEMPTS - 1) + [STATE.FAILED]


LOOKED = [Sent("there", "id-1"), None, Unsure("silence"), Begun("1 of 3")]
STOPPED = NOW - LEASE
RECOVERED = [
    pytest.param(ROW, None, SURE, STATE.WAITING, ROW.due, None, id="not out: again, at its own time"),
    pytest.param(replace(ROW, due=NOW + HOUR), None, SURE, STATE.WAITING, NOW, None, id="not out: again now"),
    pytest.param(ROW, Unsure(""), SURE, STATE.WAITING, ROW.due, STOPPED, id="it does not say: asked again first"),
    pytest.param(ROW, Begun(""), SURE, STATE.WAITING, ROW.due, STOPPED, id="out in part: the rest goes, in doubt"),
    pytest.param(OVER, Begun(""), SURE, STATE.UNSURE, OVER.due, STOPPED, id="out in part and over"),
    pytest.param(LAST, Begun(""), SURE, STATE.UNSURE, LAST.due, STOPPED, id="out in part at the last try"),
    pytest.param(ROW, Sent("there"), SURE, STATE.SENT, ROW.due, None, id="it is out"),
    pytest.param(OVER, Sent("there"), SURE, STATE.SENT, ROW.due, None, id="it is out, told when its time is over"),
    pytest.param(OVER, None, SURE, STATE.MISSED, OVER.due, None, id="not out and over"),
    pytest.param(OVER, Unsure(""), SURE, STATE.UNSURE, OVER.due, STOPPED, id="it does not say, and over"),
    pytest.param(LAST, None, SURE, STATE.FAILED, LAST.due, None, id="not out at the last try"),
    pytest.param(LAST, Unsure(""), SURE, STATE.UNSURE, LAST.due, STOPPED, id="it does not say at the last try"),
    pytest.param(ROW, Unsure(""), HOURLY, STATE.WAITING, ROW.due, STOPPED, id="within the time of its key"),
    pytest.param(IN_DOUBT, Unsure(""), HOURLY, STATE.UNSURE, ROW.due, NOW - HOUR, id="the time of its key is over"),
    pytest.param(OVER, Unsure(""), HOURLY, STATE.UNSURE, OVER.due, STOPPED, id="within the time of its key, but over"),
    pytest.param(ROW, Unsure(""), BLIND, STATE.UNSURE, ROW.due, STOPPED, id="no key: a person looks"),
    pytest.param(OVER, Unsure(""), BLIND, STATE.UNSURE, OVER.due, STOPPED, id="no key and over: it may be out"),
]


@pytest.mark.parametrize(("row", "found", "sure", "state", "due", "doubt"), RECOVERED)
def test_a_row_that_a_crash_left_is_recovered(row, found, sure, state, due, doubt):
    made = recovered(replace(row, lease=NOW), found, sure, NOW)
    assert (made.state, made.due, made.claim, made.lease, made.doubt) == (state, due, "", None, doubt)
    assert (made.key, made.digest, made.attempts) == (row.key, row.digest, row.attempts)
    assert made.reason or made.place == "there"


REPEATS = [
    (SURE, timedelta(days=400), STATE.WAITING),
    (HOURLY, HOUR - timedelta(minutes=2), STATE.WAITING),
    (HOURLY, HOUR, STATE.UNSURE),
    (BLIND, timedelta(), STATE.UNSURE),
]


@pytest.mark.parametrize(("sure", "since", "state"), REPEATS)
def test_after_a_lost_answer_a_row_goes_again_only_while_that_can_do_no_harm(sure, since, state):
    """Also if what comes of the next try is known: the doubt is about the first."""
    row = replace(ROW, lease=NOW + LEASE, doubt=NOW - since if since else None)
    made = after(row, Unsure("cut off"), sure, NOW).delivery
    assert (made.state, made.doubt) == (state, NOW - since)
    if since:
        assert after(row, BUSY, sure, NOW).delivery.state is state


waits = st.none() | st.integers(0, 10**6).map(lambda seconds: timedelta(seconds=seconds))
outcomes = st.one_of(
    st.builds(Sent, keys),
    st.builds(Refused, keys),
    st.builds(Unsure, keys),
    st.builds(SignedOut, keys),
    st.builds(TryLater, keys, waits),
)
guarantees = st.sampled_from([SURE, HOURLY, BLIND])
rows = st.builds(
    lambda key, tries, left: replace(ROW, key=key, attempts=tries, expires=NOW + timedelta(seconds=left)),
    keys,
    st.integers(1, MOST_ATTEMPTS),
    st.integers(-(10**5), 10**6),
)


@PROPERTY
@given(rows, outcomes, guarantees, st.sampled_from(LOOKED))
def test_every_change_is_one_that_is_allowed(row, outcome, sure, found):
    for made in (after(row, outcome, sure, NOW).delivery, recovered(row, found, sure, NOW)):
        assert (row.state, made.state) in TRANSITIONS
        assert made.state is not STATE.WAITING or made.due < made.expires or isinstance(outcome, SignedOut)


@PROPERTY
@given(rows, outcomes, guarantees)
def test_nothing_is_sent_again_that_is_out_or_was_refused_or_may_be_out_unseen(row, outcome, sure):
    made = after(row, outcome, sure, NOW).delivery
    if made.state is STATE.WAITING:
        assert not isinstance(outcome, Sent | Refused)
        assert made.doubt is None or isinstance(outcome, SignedOut) or sure.allows(made.doubt, made.due)


@PROPERTY
@given(rows, outcomes, guarantees)
def test_what_may_be_out_is_never_told_as_not_out(row, outcome, sure):
    row = replace(row, doubt=NOW - HOUR)
    told = {after(row, outcome, sure, NOW).delivery.state, recovered(row, Unsure(""), sure, NOW).state}
    assert not told & {STATE.FAILED, STATE.MISSED, STATE.CANCELLED}


POST = Post(
    id=ROW.post,
    campaign="trafficking-in-persons-day/2026",
    observance="trafficking-in-persons-day",
    year=2026,
    stage="day",
    account="main",
    channel="folder",
    network="mastodon",
    language="en",
    country="GB",
    zone="Europe/London",
    local=datetime.fromisoformat("2026-07-30 09:00"),
    due=NOW,
    expires=NOW + 15 * HOUR,
    start=NOW.date(),
    end=NOW.date(),
    wording=Wording("Today."),
    author="system",
    sensitivity=Sensitivity.TRAUMA,
    digest="4f2a",
)
HOLDS = [
    ("everything", "", True),
    ("theme", "human-trafficking", True),
    ("theme", "food", False),
    ("account", "main", True),
    ("account", "folder", False),
    ("channel", "folder", True),
    ("channel", "mastodon", False),
    ("campaign", "trafficking-in-persons-day/2026", True),
    ("campaign", "trafficking-in-persons-day/2027", False),
    ("country", "GB", True),
    ("country", "FR", False),
]


@pytest.mark.parametrize(("scope", "value", "held"), HOLDS, ids=[f"{s} {v}".strip() for s, v, _ in HOLDS])
def test_a_hold_stops_what_it_names_and_nothing_else(scope, value, held):
    hold = Hold(1, scope, value, "a crisis", "director", NOW)
    elsewhere = Hold(2, "account", "other", "", "", NOW)
    assert is_held([elsewhere, hold], POST, ("human-trafficking",)) == (hold if held else None)


@pytest.mark.parametrize("scope", ["", "language", "Everything"])
def test_a_hold_that_is_not_understood_lets_nothing_pass(scope):
    with pytest.raises(ValueError, match="is unknown"):
        is_held([Hold(1, scope, "en", "", "", NOW)], POST, ())


def test_nothing_is_held_without_a_hold():
    assert is_held([], POST, ("human-trafficking",)) is None


@pytest.mark.parametrize("row", [LAST, OVER], ids=["at its last try", "past its time"])
def test_a_retry_after_holds_the_account_though_this_row_has_ended(row):
    settled = after(row, WAIT, SURE, NOW)
    assert settled.delivery.state in (STATE.FAILED, STATE.MISSED)
    assert settled.account_free == NOW + 2 * HOUR


def test_a_row_that_crashes_at_each_try_is_not_tried_for_ever():
    assert recovered(LAST, None, SURE, NOW).state is STATE.FAILED
