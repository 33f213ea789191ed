"""The contract of every channel in the table, and the folder channel's own promises."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from test_pictures import picture

from scheduler.channels import open_channel
from scheduler.kinds import KINDS
from scheduler.model import Account, Media, Message, Refused, Sent, TryLater, Wording
from scheduler.pictures import Trace, traces

PICTURE = picture("PNG")

MESSAGE = Message(
    key="a1" * 20,
    post="human-rights-day/2026/day/main-en",
    account="main",
    network="mastodon",
    language="en",
    wording=Wording("Today: <Human Rights> Day & more.", note="A note", alt=""),
    local=datetime(2026, 12, 10, 9),
    zone="Europe/London",
    title="Human Rights Day: day",
    at=datetime(2026, 12, 10, 9, tzinfo=UTC),
    since=datetime(2026, 12, 10, 9, tzinfo=UTC),
)


ACCOUNT = Account("main", "folder", "mastodon", "en", "GB", "Europe/London")


@pytest.mark.parametrize("name", KINDS)
def test_a_channel_guarantees_what_the_table_says(name: str, tmp_path: Path) -> None:
    channel = open_channel(replace(ACCOUNT, channel=name), tmp_path)
    assert (channel.guarantee, channel.rates) == (KINDS[name].guarantee, KINDS[name].rates)


def test_sending_the_same_key_twice_makes_one_pack(tmp_path: Path) -> None:
    channel = open_channel(ACCOUNT, tmp_path)
    first, second = channel.send(MESSAGE), channel.send(MESSAGE)
    assert isinstance(first, Sent)
    assert first == second == channel.find(MESSAGE)
    assert len(list((tmp_path / "outbox").iterdir())) == 1


def pack(home: Path) -> Path:
    (found,) = (home / "outbox").iterdir()
    return found


def test_a_pack_holds_what_a_person_needs_to_post_by_hand(tmp_path: Path) -> None:
    sent = open_channel(ACCOUNT, tmp_path).send(MESSAGE)
    assert sent == Sent(f"outbox/{pack(tmp_path).name}")
    assert pack(tmp_path).name == "2026-12-10_0900_main-en_human-rights-day-2026_day_a1a1a1a1"
    assert (pack(tmp_path) / "post.txt").read_text() == "Today: <Human Rights> Day & more.\n"
    assert (pack(tmp_path) / "content-note.txt").read_text() == "A note\n"
    assert not (pack(tmp_path) / "alt.txt").exists()
    assert json.loads((pack(tmp_path) / "post.json").read_text())["post"] == MESSAGE.post
    page = (pack(tmp_path) / "index.html").read_text()
    assert "Today: &lt;Human Rights&gt; Day &amp; more." in page
    assert "2026-12-10 09:00" in page


def test_what_a_person_changed_in_a_pack_is_left_alone(tmp_path: Path) -> None:
    channel = open_channel(ACCOUNT, tmp_path)
    channel.send(MESSAGE)
    (pack(tmp_path) / "post.txt").write_text("mine")
    channel.send(MESSAGE)
    assert (pack(tmp_path) / "post.txt").read_text() == "mine"


def test_many_at_once_make_one_pack(tmp_path: Path) -> None:
    channel = open_channel(ACCOUNT, tmp_path)
    with ThreadPoolExecutor(8) as threads:
        outcomes = set(threads.map(lambda _: open_channel(ACCOUNT, tmp_path).send(MESSAGE), range(8)))
    assert channel.send(MESSAGE) in outcomes
    assert [p.name for p in (tmp_path / "outbox").iterdir() if not p.name.startswith(".")] == [pack(tmp_path).name]


def test_an_outbox_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    outcome = open_channel(ACCOUNT, tmp_path).send(MESSAGE)
    assert isinstance(outcome, TryLater)
    assert "outbox" in outcome.why


def test_a_picture_goes_out_without_the_place_where_it_was_taken(tmp_path: Path) -> None:
    data = picture("PNG", place=True)
    (tmp_path / "day.en.png").write_bytes(data)
    media = Media(str(tmp_path / "day.en.png"), sha256(data).hexdigest())
    open_channel(ACCOUNT, tmp_path).send(replace(MESSAGE, wording=replace(MESSAGE.wording, alt="A table", media=media)))
    assert Trace.PLACE in traces(data)
    assert traces((pack(tmp_path) / "picture.png").read_bytes()) == frozenset()


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "day.en.png").write_bytes(b"picture")
    media = Media(str(tmp_path / "day.en.png"), sha256(b"picture").hexdigest())
    outcome = open_channel(ACCOUNT, tmp_path).send(replace(MESSAGE, wording=replace(MESSAGE.wording, media=media)))
    assert isinstance(outcome, Refused)
    assert "is no picture that can be read" in outcome.why


def with_picture(path: Path) -> Message:
    media = Media(str(path), sha256(PICTURE).hexdigest())
    return replace(MESSAGE, wording=replace(MESSAGE.wording, alt="A table", media=media))


def test_a_picture_goes_with_its_description(tmp_path: Path) -> None:
    (tmp_path / "day.en.png").write_bytes(PICTURE)
    open_channel(ACCOUNT, tmp_path).send(with_picture(tmp_path / "day.en.png"))
    assert (pack(tmp_path) / "picture.png").read_bytes() == PICTURE
    assert (pack(tmp_path) / "alt.txt").read_text() == "A table\n"


def test_a_picture_that_is_gone_is_refused_and_leaves_no_half_pack(tmp_path: Path) -> None:
    outcome = open_channel(ACCOUNT, tmp_path).send(with_picture(tmp_path / "gone.png"))
    assert isinstance(outcome, Refused)
    assert [p for p in (tmp_path / "outbox").iterdir() if not p.name.startswith(".")] == []


def test_a_picture_that_was_exchanged_after_approval_is_refused(tmp_path: Path) -> None:
    (tmp_path / "day.en.png").write_bytes(b"another picture")
    outcome = open_channel(ACCOUNT, tmp_path).send(with_picture(tmp_path / "day.en.png"))
    assert isinstance(outcome, Refused)
    assert "is not the one that was approved" in outcome.why
