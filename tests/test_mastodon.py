"""The Mastodon channel before a strict imitation of its server, and before the real one of another hand (snac).

Whatever the network does to a request or an answer, a post is out once, or told as in doubt.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import contract
import httpx
import pytest
from faults import FAULTS, Faults
from servers import free_port, snac, their_time, wait_for
from test_pictures import picture
from through import AWAKE, a_message, queued, rounds

from scheduler.channels import http
from scheduler.channels.mastodon import Mastodon
from scheduler.model import Account, Media, Refused, Sent, SignedOut, TryLater, Unsure, Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "mock_token"  # of the imitation
POSTING = "POST /api/v1/statuses "


@pytest.fixture(scope="module")
def imitation() -> Iterator[int]:
    """The port of mastodon-mock, in a process of its own."""
    port = free_port()
    words = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory", "--host", "127.0.0.1", "--port", str(port)]
    running = subprocess.Popen([*words, "--log-level", "critical"], stdout=subprocess.DEVNULL)
    try:
        wait_for(port, running)
        yield port
    finally:
        running.terminate()
        running.wait()


@pytest.fixture
def real(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """The port of a snac on which nothing has been said yet, and a token for it."""
    with snac.running(tmp_path, free_port()) as started:
        yield started


@pytest.fixture
def faults(imitation: int) -> Iterator[Faults]:
    made = Faults(imitation)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYMARK_MAIN_TOKEN", TOKEN)


@pytest.fixture
def now() -> datetime:
    """The server's clock is the real one: what it says of its statuses is compared with ours."""
    return their_time()


def account(url: str, **options: str) -> Account:
    return Account("main", "mastodon", "mastodon", "en", "GB", "UTC", server=url, options=options, **AWAKE)


def statuses(url: str, token: str = TOKEN) -> list[dict]:
    """The account's own statuses, as a stranger's client reads them."""
    said = {"Authorization": f"Bearer {token}", "Connection": "close"}
    with httpx.Client(
        base_url=url, headers=said, limits=httpx.Limits(max_keepalive_connections=0), timeout=60
    ) as client:
        me, found = client.get("/api/v1/accounts/verify_credentials").json()["id"], []
        while page := client.get(
            f"/api/v1/accounts/{me}/statuses", params={"limit": 40} | ({"max_id": found[-1]["id"]} if found else {})
        ).json():
            found += page
        for status in found:
            source = client.get(f"/api/v1/statuses/{status['id']}/source")
            status["text"] = source.json()["text"]
        return found


def test_a_post_goes_out_with_all_that_was_approved(faults: Faults, now: datetime, tmp_path: Path) -> None:
    file = tmp_path / "day.png"
    file.write_bytes(picture("PNG"))
    media = Media(str(file), sha256(file.read_bytes()).hexdigest())
    said = Wording("A day for all.", note="About violence", alt="Two hands", media=media)
    channel = Mastodon(account(faults.url, visibility="unlisted"), tmp_path)
    sent = channel.send(a_message(now, key="b" * 40, wording=said, language="fr"))
    assert isinstance(sent, Sent)
    (status,) = [s for s in statuses(faults.url) if s["id"] == sent.id]
    assert (status["text"], status["spoiler_text"], status["sensitive"]) == ("A day for all.", "About violence", True)
    assert (status["visibility"], status["language"]) == ("unlisted", "fr")
    assert [m["description"] for m in status["media_attachments"]] == ["Two hands"]
    assert sent.place == status["url"]


# What befalls the request that posts, what the channel says, and what a look finds.
SAID = {
    "": (Sent, Sent),
    "refused by a reset": (Unsure, type(None)),
    "answer lost": (Unsure, Sent),
    "answer cut short": (Unsure, Sent),
    "answer that is half a document": (Unsure, Sent),
    "no answer for long": (Unsure, Sent),
    "429": (TryLater, type(None)),
    "500 before the work": (Unsure, type(None)),
    "500 after the work": (Unsure, Sent),
    "503": (Unsure, type(None)),
    "401": (SignedOut, type(None)),
}


@pytest.mark.parametrize("fault", SAID)
def test_what_befalls_a_request_is_told_as_it_is(
    fault: str, faults: Faults, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(SAID) == {"", *FAULTS}
    monkeypatch.setattr(http, "STEP", 0.3)
    faults.fault = lambda line: fault if line.startswith(POSTING) else ""
    channel = Mastodon(account(faults.url), tmp_path)
    message = a_message(
        now, key=sha256(fault.encode()).hexdigest()[:40], wording=Wording(f"With {fault or 'nothing'}.")
    )
    told = channel.send(message)
    assert isinstance(told, SAID[fault][0]), told
    if isinstance(told, TryLater):
        assert told.after == timedelta(seconds=3)
    assert isinstance(channel.find(message), SAID[fault][1])


# What befalls the requests before the one that posts: nothing is out.
BEFORE = {"refused by a reset": TryLater, "answer lost": TryLater, "500 after the work": TryLater, "429": TryLater,
          "401": SignedOut, "answer that is half a document": TryLater}  # fmt: skip


@pytest.mark.parametrize("fault", BEFORE)
def test_what_befalls_a_picture_lets_nothing_go_out(fault: str, faults: Faults, now: datetime, tmp_path: Path) -> None:
    file = tmp_path / "day.png"
    file.write_bytes(picture("PNG"))
    said = Wording(f"A picture, {fault}.", alt="x", media=Media(str(file), sha256(file.read_bytes()).hexdigest()))
    faults.fault = lambda line: fault if "/media" in line else ""
    assert isinstance(Mastodon(account(faults.url), tmp_path).send(a_message(now, wording=said)), BEFORE[fault])
    assert said.text not in [s["text"] for s in statuses(faults.url)]


@pytest.mark.parametrize("fault", [f for f in FAULTS if f != "503"])
def test_a_look_that_fails_says_so(
    fault: str, faults: Faults, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STEP", 0.3)
    channel = Mastodon(account(faults.url), tmp_path)
    message = a_message(now, key="c" * 40, wording=Wording("Looked for."))
    assert isinstance(channel.send(message), Sent)
    for part in ("verify_credentials", "/statuses?", "/source"):
        faults.fault = lambda line, part=part: fault if part in line else ""
        assert isinstance(channel.find(message), Unsure), part


def test_a_look_finds_its_own_status_among_many_and_not_that_of_last_year(
    faults: Faults, now: datetime, tmp_path: Path
) -> None:
    channel = Mastodon(account(faults.url), tmp_path)
    sought = a_message(now, key="d" * 40, wording=Wording("The one  sought.", note="Note"))
    first = channel.send(sought)
    for n in range(45):
        channel.send(a_message(now, key=f"{n:040}", wording=Wording(f"Another, {n}.")))
    assert channel.find(sought) == first
    assert channel.find(replace(sought, wording=Wording("The one  sought."))) is None  # the note is another
    assert channel.find(replace(sought, since=now + timedelta(days=300))) is None


REFUSED = [("", "blank"), ("x" * 501, "too long")]


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_what_the_server_will_not_take_is_refused_with_its_words(
    text: str, why: str, faults: Faults, now: datetime, tmp_path: Path
) -> None:
    del why
    told = Mastodon(account(faults.url), tmp_path).send(a_message(now, key="e" * 40, wording=Wording(text)))
    assert isinstance(told, Refused)
    assert told.why.startswith("posting: 422 ")


def test_without_a_token_an_account_is_signed_out(
    faults: Faults, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAYMARK_MAIN_TOKEN")
    channel = Mastodon(account(faults.url), tmp_path)
    assert isinstance(channel.send(a_message(now)), SignedOut)
    assert isinstance(channel.find(a_message(now)), Unsure)
    assert not faults.seen


def test_a_server_that_is_away_has_not_got_the_post(now: datetime, tmp_path: Path) -> None:
    channel = Mastodon(account(f"http://127.0.0.1:{free_port()}"), tmp_path)
    assert isinstance(channel.send(a_message(now)), TryLater)
    assert isinstance(channel.find(a_message(now)), Unsure)


def through(url: str, fault: str, number: int, now: datetime, home: Path, faults: Faults) -> list[str]:
    """Sends posts with a fault at every second request that posts; how they stand at the end, and why."""
    hit: Counter[str] = Counter()

    def fails(line: str) -> str:
        hit[line] += line.startswith(POSTING)
        return fault if line.startswith(POSTING) and hit[line] % 2 else ""

    faults.fault = fails
    wordings = [Wording(f"{home.name}: {n}, {fault}.") for n in range(number)]
    queued(home, account(url), wordings, now)
    states = [str(d.state) if d.state == "sent" else f"{d.state}: {d.reason}" for d in rounds(home, account(url), now)]
    faults.fault = lambda _: ""
    return states


@pytest.mark.parametrize("fault", [f for f in FAULTS if f != "401"])
def test_whatever_befalls_it_a_post_is_out_once(
    fault: str, faults: Faults, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STEP", 0.3)
    states = through(faults.url, fault, 4, now, tmp_path, faults)
    out = Counter(s["text"] for s in statuses(faults.url) if s["text"].startswith(f"{tmp_path.name}: "))
    assert states == ["sent"] * 4
    assert sorted(out.values()) == [1] * 4


def test_an_account_whose_token_is_no_longer_taken_keeps_its_posts(
    faults: Faults, now: datetime, tmp_path: Path
) -> None:
    assert through(faults.url, "401", 2, now, tmp_path, faults) == ["waiting: posting: 401", "waiting: "]


@pytest.mark.slow
@pytest.mark.parametrize("case", contract.cases("mastodon"), ids=" ".join)
def test_fifty_posts_are_out_once_or_told_whatever_befalls_them(
    case: tuple[str, str], real: tuple[int, str], now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knows no Idempotency-Key: only the look keeps a second one away."""
    port, token = real
    if case[1] == "no answer for long":
        monkeypatch.setattr(http, "STEP", 1.0)
    monkeypatch.setenv("DAYMARK_MAIN_TOKEN", token)
    faults = Faults(port, host=f"localhost:{port}")

    def out(texts: list[str]) -> list[int]:
        found = Counter(s["text"] for s in statuses(f"http://localhost:{port}", token))
        return [found[text] for text in texts]

    contract.run(case, account(faults.url), faults.at(POSTING), out, tmp_path / "ws", now)
    faults.close()
