"""The team's chat: told of what went wrong and of what waits, once each, and again if the chat was away."""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import contract
import pytest
from conftest import COOPS, DUE, NOW, Daymark
from faults import Faults
from through import AWAKE, a_message

from scheduler.channels.chat import Chat
from scheduler.cli.options import moment
from scheduler.model import Account, Sent, SignedOut, TryLater, Unsure, Wording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LATER = "2026-07-20T09:00:00Z"


class Room(ThreadingHTTPServer):
    """A chat as Apprise's plain JSON address speaks to one."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.said: list[dict] = []
        self.code = 200
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Room

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.code == 200:
            self.server.said.append(told)
        self.send_response(self.server.code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    yield made
    made.shutdown()
    made.server_close()


def with_a_team(daymark: Daymark, home: Path, url: str) -> None:
    with (home / "daymark.toml").open("a") as file:
        file.write("\n[watch]\nnotices = true\n")
    assert daymark("secret", "set", "team.url", home=home, stdin=url).code == 0


def test_the_team_hears_once_a_day_what_waits_for_a_yes(daymark: Daymark, at, room: Room) -> None:
    home = at("planned")
    with_a_team(daymark, home, room.url)
    for now in (NOW, NOW, "2026-07-02T10:00:00Z", "2026-07-02T11:00:00Z"):
        assert daymark("tick", home=home, now=now).code == 0
    (told,) = room.said
    assert f"in review: {COOPS[0]}, due {DUE}" in told["message"]


def test_the_team_hears_of_what_was_missed_and_only_once(daymark: Daymark, at, room: Room) -> None:
    home = at("queued")
    with_a_team(daymark, home, room.url)
    daymark("tick", home=home)
    before = len(room.said)
    assert daymark("tick", home=home, now=LATER).code == 0
    daymark("tick", home=home, now=LATER)
    (told,) = room.said[before:]
    assert f"missed: {COOPS[0]} (no tick ran in time)" in told["message"]


def test_the_team_hears_once_a_day_how_many_packs_nobody_has_said_are_up(daymark: Daymark, at, room: Room) -> None:
    home = at("sent")
    with_a_team(daymark, home, room.url)
    for now in ("2026-07-03T12:00:00Z", "2026-07-03T13:00:00Z"):
        assert daymark("tick", home=home, now=now).code == 0
    (told,) = room.said
    assert "1 handed off, and nobody has said that they are up (daymark done --open)" in told["message"]
    daymark("done", COOPS[0], home=home)
    daymark("tick", home=home, now="2026-07-04T07:30:00Z")
    assert "nobody has said" not in "".join(told["message"] for told in room.said[1:])


def test_a_chat_that_is_away_hears_of_it_later_and_no_tick_is_good_until_then(daymark: Daymark, at, room: Room) -> None:
    home = at("queued")
    with_a_team(daymark, home, room.url)
    daymark("tick", home=home)
    before, good = len(room.said), (home / ".tick.good").stat().st_mtime_ns
    room.code = 500
    answer = daymark("tick", home=home, now=LATER)
    assert "the team was not told" in answer.out + answer.err
    assert (home / ".tick.good").stat().st_mtime_ns == good
    room.code = 200
    daymark("tick", home=home, now=LATER)
    assert len(room.said) == before + 1


def test_what_a_tick_would_do_is_told_to_nobody(daymark: Daymark, at, room: Room) -> None:
    home = at("planned")
    with_a_team(daymark, home, room.url)
    assert daymark("tick", "--dry-run", home=home, now="2026-07-02T10:00:00Z").code == 0
    assert room.said == []


def test_doctor_says_that_the_team_has_no_address(daymark: Daymark, workspace: Path) -> None:
    with (workspace / "daymark.toml").open("a") as file:
        file.write("\n[watch]\nnotices = true\n")
    parts = {part["check"]: part for part in json.loads(daymark("doctor", "--json", home=workspace).out)}
    assert "team has no address of a chat" in parts["accounts"]["say"]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # Apprise's own, where there is one
def test_a_chat_takes_posts_at_least_once(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = Chat(Account("main", "chat", "plain", "en", "GB", "UTC", **AWAKE), tmp_path)
    message = a_message(moment(NOW), wording=Wording("A day for all.", note="Hard"))
    assert isinstance(channel.send(message), SignedOut)
    monkeypatch.setenv("DAYMARK_MAIN_URL", room.url)
    assert channel.send(message) == Sent("")
    assert room.said[0]["message"] == "Hard\n\nA day for all."
    assert isinstance(channel.find(message), Unsure)
    room.code = 500
    assert isinstance(channel.send(message), TryLater)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
@pytest.mark.parametrize("case", contract.cases("chat"), ids=" ".join)
def test_fifty_posts_are_out_once_or_told_whatever_befalls_them(
    case: tuple[str, str], room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least once: after a lost answer a chat gets a post again."""
    faults = Faults(room.server_port)
    monkeypatch.setenv("DAYMARK_MAIN_URL", f"json://127.0.0.1:{faults.port}/?rto=1.0&cto=1.0")

    def out(texts: list[str]) -> list[int]:
        found = Counter(told["message"] for told in room.said)
        return [found[text] for text in texts]

    account = Account("main", "chat", "plain", "en", "GB", "UTC", **AWAKE)
    contract.run(case, account, faults.at("POST /"), out, tmp_path / case[1].replace(" ", "-"), moment(NOW))
    faults.close()
