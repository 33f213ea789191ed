"""An approval is bound to exact bytes; what a person sees is one word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.model import Consent, DeliveryState, Media, Post, Review, Sensitivity, Wording
from scheduler.review import after_planning, digest, digest_of, state_of

PROPERTY = settings(deadline=None, max_examples=100, derandomize=True)
DUE = datetime(2026, 7, 30, 8, tzinfo=UTC)
PICTURE = Media("templates/posts/day.en.png", "9f" * 32)
WORDING = Wording("Today.", "about trafficking", "a blue heart", PICTURE)
POST = Post(
    id="trafficking-in-persons-day/2026/day/main-en",
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
    due=DUE,
    expires=DUE + timedelta(hours=15),
    start=date(2026, 7, 30),
    end=date(2026, 7, 30),
    wording=WORDING,
    author="system",
    sensitivity=Sensitivity.TRAUMA,
    digest="",
)
BOUND = {
    "text": {"wording": replace(WORDING, text="Today!")},
    "a blank": {"wording": replace(WORDING, text="Today. ")},
    "note": {"wording": replace(WORDING, note="")},
    "alt text": {"wording": replace(WORDING, alt="a heart")},
    "media": {"wording": replace(WORDING, media=replace(PICTURE, sha256="a0" * 32))},
    "no media": {"wording": replace(WORDING, media=None)},
    "language": {"language": "fr"},
    "account": {"account": "other"},
    "due": {"due": DUE + timedelta(seconds=1)},
    "expires": {"expires": DUE + timedelta(hours=16)},
    "consent": {"consent": Consent("K7-114", date(2027, 1, 1))},
    "the end of the consent": {"consent": Consent("K7-114", date(2027, 1, 2))},
}
FREE = {
    "the path of the picture": {"wording": replace(WORDING, media=replace(PICTURE, path="elsewhere.png"))},
    "id": {"id": "x"},
    "a hold may let it pass": {"essential": True},
    "campaign": {"campaign": "x"},
    "observance": {"observance": "x"},
    "year": {"year": 2027},
    "stage": {"stage": "eve"},
    "channel": {"channel": "x"},
    "network": {"network": "x"},
    "country": {"country": "FR"},
    "zone": {"zone": "Europe/Paris"},
    "local": {"local": datetime.fromisoformat("2026-07-30 10:00")},
    "start": {"start": date(2026, 7, 29)},
    "end": {"end": date(2026, 7, 31)},
    "author": {"author": "x"},
    "sensitivity": {"sensitivity": Sensitivity.NORMAL},
    "digest": {"digest": "x"},
    "review": {"review": Review.APPROVED},
    "touched": {"touched": True},
    "queued": {"queued": True},
    "why": {"why": "x"},
    "origin": {"origin": "x"},
}


@pytest.mark.parametrize("change", BOUND.values(), ids=BOUND)
def test_a_change_of_what_goes_out_changes_the_digest(change):
    assert digest_of(replace(POST, **change)) != digest_of(POST)


@pytest.mark.parametrize("change", FREE.values(), ids=FREE)
def test_a_change_of_anything_else_does_not(change):
    assert digest_of(replace(POST, **change)) == digest_of(POST)


def test_every_field_of_a_post_is_in_one_of_the_two_tables():
    tried = {field for change in (*BOUND.values(), *FREE.values()) for field in change}
    assert tried == set(POST.__slots__)


def test_no_two_changes_give_the_same_digest():
    digests = {digest_of(replace(POST, **change)) for change in BOUND.values()}
    assert len(digests) == len(BOUND)


def test_the_digest_is_the_same_in_every_process_and_version():
    assert digest_of(POST) == "7d1209c58e64024089ce7191b6009af0764c154b92fbfd2fcb27b76aea971d7a"


words = st.text(max_size=8)
wordings = st.builds(
    Wording, words, words, words, st.none() | st.builds(Media, st.just(""), st.sampled_from(["a", "b"]))
)


@PROPERTY
@given(wordings, wordings, words, words)
def test_two_wordings_have_the_same_digest_only_if_they_are_the_same(one, other, language, account):
    about = {"language": language, "account": account, "due": DUE, "expires": DUE}
    assert (digest(one, **about) == digest(other, **about)) is (one == other)


@PROPERTY
@given(words, words)
def test_words_that_move_from_one_field_to_the_next_change_the_digest(text, note):
    about = {"language": "en", "account": "main", "due": DUE, "expires": DUE}
    joined, apart = Wording(text + note, ""), Wording(text, note)
    assert (digest(joined, **about) == digest(apart, **about)) is (joined == apart)


STATES = [
    *((review, None, held, str(review)) for review in Review for held in (False, True)),
    *((Review.APPROVED, state, False, str(state)) for state in DeliveryState),
    *((Review.APPROVED, s, True, str(s)) for s in DeliveryState if s is not DeliveryState.WAITING),
    (Review.APPROVED, DeliveryState.WAITING, True, "held"),
]


@pytest.mark.parametrize(
    ("review", "delivery", "held", "seen"), STATES, ids=[f"{r}, {d}{', on hold' * h}" for r, d, h, _ in STATES]
)
def test_what_a_person_sees_is_the_delivery_if_there_is_one_else_the_review(review, delivery, held, seen):
    assert state_of(review, delivery, held=held) == seen


def test_a_new_text_waits_for_its_author_if_it_has_errors_else_for_a_reviewer():
    assert after_planning(errors=True) is Review.DRAFT
    assert after_planning(errors=False) is Review.IN_REVIEW
