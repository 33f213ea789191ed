"""The Mastodon channel before a strict imitation of its server, and before the real one of another hand (snac).

Whatever the network does to a request or an answer, a post is out once, or told as in doubt.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import contract
import httpx
import pytest
from conftest import EVE, NOW, Daymark
from faults import FAULTS, SAID, Faults, impatient
from servers import free_port, snac, their_time, wait_for
from test_pictures import picture
from through import AWAKE, a_message, queued, rounds

from scheduler.channels import http
from scheduler.channels.mastodon import Mastodon
from scheduler.model import Account, Begun, Media, Refused, Sent, SignedOut, Takes, TryLater, Unsure, Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scheduler.model import Delivery

TOKEN = "mock_token"  # of the imitation
POSTING = "POST /api/v1/statuses "


@contextmanager
def imitating() -> Iterator[int]:
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


@pytest.fixture(scope="module")
def imitation() -> Iterator[int]:
    with imitating() as port:
        yield port


@pytest.fixture
def unused() -> Iterator[Faults]:
    """Faults before an imitation on which nothing has been said yet: a look goes only so far back."""
    with imitating() as port:
        made = Faults(port)
        yield made
        made.close()


@pytest.fixture
def real(tmp_path: Path) -> Iterator[snac.Snac]:
    """A snac on which nothing has been said yet."""
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


@pytest.mark.parametrize("fault", SAID)
def test_what_befalls_a_request_is_told_as_it_is(
    fault: str, faults: Faults, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(SAID) == {"", *FAULTS}
    impatient(monkeypatch, fault, POSTING)
    faults.fault = lambda line: fault if line.startswith(POSTING) else ""
    channel = Mastodon(account(faults.url), tmp_path)
    message = a_message(
        now, key=sha256(fault.encode()).hexdigest()[:40], wording=Wording(f"With {fault or 'nothing'}.")
    )
    told = channel.send(message)
    assert isinstance(told, SAID[fault][0]), told
    if isinstance(told, TryLater):
        assert told.after == timedelta(seconds=3)
    if FAULTS.get(fault):
        faults.worked(fault)
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
    impatient(monkeypatch, fault, POSTING, lambda n: bool(n % 2))
    states = through(faults.url, fault, 4, now, tmp_path, faults)
    out = Counter(s["text"] for s in statuses(faults.url) if s["text"].startswith(f"{tmp_path.name}: "))
    assert states == ["sent"] * 4
    assert sorted(out.values()) == [1] * 4


def threads(url: str, name: str, token: str = TOKEN) -> list[str]:
    """The texts of a thread from its first part on, by what answers what; all that begins with its name is in it."""
    said = [status for status in statuses(url, token) if status["text"].startswith(name)]
    assert len({status["in_reply_to_id"] for status in said}) == len(said)
    after = {status["in_reply_to_id"]: status for status in said}
    texts, last = [], None
    while last in after:
        texts.append(after[last]["text"])
        last = after[last]["id"]
    assert len(texts) == len(said)
    return texts


def parts_through(
    fault: str, faults: Faults, now: datetime, home: Path, patch: pytest.MonkeyPatch | None = None
) -> Iterator[tuple[str, list[str], Delivery]]:
    """Sends threads, at each of which the first, second or third request that posts does not come to its end."""
    for at in (1, 2, 3):
        (place := home / str(at)).mkdir()
        seen: Counter[str] = Counter()

        def fails(line: str, at: int = at, seen: Counter[str] = seen) -> str:
            seen[POSTING] += line.startswith(POSTING)
            return fault if line.startswith(POSTING) and seen[POSTING] == at else ""

        name = f"{home.name} {fault} {at}"
        parts = [f"{name}: {n}." for n in ("one", "two", "three")]
        faults.fault = fails
        if patch:
            impatient(patch, fault, POSTING, lambda n, at=at: n == at)
        queued(place, account(faults.url), [Wording("\n---\n".join(parts), note="A note")], now)
        (told,) = rounds(place, account(faults.url), now)
        faults.fault = lambda _: ""
        yield name, parts, told


@pytest.mark.parametrize("fault", [f for f in FAULTS if f != "401"])
def test_whatever_befalls_it_each_part_of_a_thread_is_out_once_and_in_order(
    fault: str, unused: Faults, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, parts, told in parts_through(fault, unused, now, tmp_path, monkeypatch):
        assert (told.state, told.reason) == ("sent", "")
        assert threads(unused.url, name) == parts


@pytest.mark.slow
@pytest.mark.parametrize("fault", [f for f in FAULTS if f != "401"])
def test_whatever_befalls_it_each_part_of_a_thread_is_out_once_on_a_real_server(
    fault: str, real: snac.Snac, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STEP", 1.0)
    monkeypatch.setenv("DAYMARK_MAIN_TOKEN", token := real.token())
    faults = Faults(real.port, host=f"localhost:{real.port}")
    for name, parts, told in parts_through(fault, faults, now, tmp_path):
        assert told.state == "sent"
        assert threads(real.url, name, token) == parts
    faults.close()


def test_a_thread_that_stopped_in_the_middle_is_found_so_and_goes_on(
    unused: Faults, now: datetime, tmp_path: Path
) -> None:
    whole = a_message(now, key="9" * 40, wording=Wording("Stopped: 1.\n---\nStopped: 2.\n---\nStopped: 3."))
    answers = iter(["", "500 before the work"])
    unused.fault = lambda line: next(answers, "503") if line.startswith(POSTING) else ""
    channel = Mastodon(account(unused.url), tmp_path)
    assert channel.find(whole) is None
    assert channel.send(whole) == Unsure("1 of 3 parts are out; posting: 500")
    assert channel.find(whole) == Begun("1 of 3 parts are out")
    asked: list[str] = []
    unused.fault = lambda line: asked.append(line) or ""  # type: ignore[func-returns-value]
    sent = Mastodon(account(unused.url), tmp_path).send(whole)
    assert sent == channel.find(whole) == channel.send(whole)
    assert len([line for line in asked if line.startswith(POSTING)]) == 2  # what was out is not asked for again
    assert threads(unused.url, "Stopped: ") == ["Stopped: 1.", "Stopped: 2.", "Stopped: 3."]


def test_an_account_whose_token_is_no_longer_taken_keeps_its_posts(
    faults: Faults, now: datetime, tmp_path: Path
) -> None:
    assert through(faults.url, "401", 2, now, tmp_path, faults) == ["waiting: posting: 401", "waiting: "]


SPEAKS = ("--language", "en", "--country", "GB", "--zone", "Europe/London")


def signed_in(daymark: Daymark, home: Path, url: str, code: Callable[[str], str]) -> str:
    """Adds an account and signs in to it by the command; `code` is what a person brings back from the page."""
    assert daymark("account", "add", "social", "--channel", "mastodon", "--server", url, *SPEAKS, home=home).code == 0
    words = [daymark.python, "-m", "scheduler", "account", "sign-in", "social", "--home", str(home), "--now", NOW]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, env=daymark.env, cwd=daymark.nest, text=True, **pipes) as running:
        page = next(line.strip() for line in running.stderr if line.startswith("http"))
        told, wrong = running.communicate(f"{code(page)}\n", timeout=60)
    assert (running.returncode, wrong.strip()) == (0, ""), wrong
    return told


def picked(url: str) -> Callable[[str], str]:
    """The code that the imitation's page gives to the first of its accounts."""

    def code(page: str) -> str:
        told = httpx.get(page).text
        form = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', told))
        name = re.findall(r'name="username" value="([^"]+)"', told)[0]
        given = httpx.post(f"{url}/oauth/authorize", data=form | {"username": name}).text
        return given.partition("code: ")[2].partition("<")[0]

    return code


def test_a_person_signs_in_with_the_code_of_a_page_and_posts(
    imitation: int, daymark: Daymark, workspace: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://127.0.0.1:{imitation}"
    told = signed_in(daymark, workspace, url, picked(url))
    assert told.startswith("social: signed in as @")
    assert told.endswith(f" on {url}; it takes 500 signs\n")
    monkeypatch.delenv("DAYMARK_MAIN_TOKEN")
    channel = Mastodon(replace(account(url), name="social"), workspace)
    assert isinstance(channel.send(a_message(now, key="f" * 40, wording=Wording("Signed in."))), Sent)


def test_a_code_that_is_none_signs_nobody_in(imitation: int, daymark: Daymark, workspace: Path) -> None:
    url = f"http://127.0.0.1:{imitation}"
    assert daymark("account", "add", "a", "--channel", "mastodon", "--server", url, *SPEAKS, home=workspace).code == 0
    answer = daymark("account", "sign-in", "a", home=workspace, stdin="no code\n")
    assert (answer.code, "does not take the code" in answer.err) == (7, True)
    assert not (workspace / "secrets.toml").exists()


@pytest.mark.slow
def test_a_person_signs_in_to_a_real_server_and_posts(
    real: snac.Snac, daymark: Daymark, workspace: Path, now: datetime
) -> None:
    told = signed_in(daymark, workspace, real.url, real.code)
    assert told.startswith(f"social: signed in as @daymark on {real.url}; it takes ")
    channel = Mastodon(replace(account(real.url), name="social"), workspace)
    assert isinstance(channel.send(a_message(now, key="f" * 40, wording=Wording("Signed in."))), Sent)


# What a server says of itself at version 2 and 1 of its page, and what of it is kept.
LONG = {"statuses": {"max_characters": 5000, "characters_reserved_per_url": 20}}
PAGES = [
    ("the page of today", {"v2": {"configuration": LONG | {"media_attachments": {"description_limit": 900}}}},
     {"most": 5000, "link": 20, "alt_most": 900}),
    ("the older page alone", {"v1": {"configuration": LONG}}, {"most": 5000, "link": 20}),
    ("other servers' words", {"v1": {"max_toot_chars": 3000, "description_limit": 700}},
     {"most": 3000, "alt_most": 700}),
    ("a size of pictures", {"v2": {"configuration": {"media_attachments": {"image_size_limit": 9}}}},
     {"picture_bytes": 9}),
    ("no numbers", {"v2": {"configuration": {"statuses": {"max_characters": "many"}}}}, {}),
    ("numbers below one", {"v2": {"configuration": {"statuses": {"max_characters": 0}}, "max_toot_chars": -1}}, {}),
    ("a list", {"v2": []}, {}),
    ("no page", {}, {}),
]  # fmt: skip


class Instance(ThreadingHTTPServer):
    """A server that says what it takes, and who signs in."""

    def __init__(self, pages: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Shown)
        self.url, self.pages = f"http://127.0.0.1:{self.server_port}", pages
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


class _Shown(BaseHTTPRequestHandler):
    server: Instance

    def do_GET(self) -> None:
        version = self.path.split("/")[2]
        is_page = self.path.endswith("/instance")
        said = json.dumps(self.server.pages.get(version) if is_page else {"acct": "us"}).encode()
        self.send_response(404 if is_page and version not in self.server.pages else 200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.mark.parametrize(("pages", "kept"), [row[1:] for row in PAGES], ids=[row[0] for row in PAGES])
def test_a_server_says_how_much_it_takes(pages: dict, kept: dict, now: datetime, tmp_path: Path) -> None:
    with Instance(pages) as server:
        assert Mastodon(account(server.url), tmp_path).takes(now) == Takes(server.url, now, **kept)
        server.shutdown()


@pytest.mark.parametrize(("most", "fits"), [(200, [False, False]), (500, [True, False]), (5000, [True, True])])
def test_a_post_may_be_as_long_as_the_server_of_its_account_said(
    most: int, fits: list[bool], daymark: Daymark, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, (short, long) = workspace, ("Words here. " * 30, "Words here. " * 300)
    monkeypatch.setitem(daymark.env, "DAYMARK_MAIN_TOKEN", TOKEN)
    with Instance({"v2": {"configuration": {"statuses": {"max_characters": most}}}}) as server:
        text = (home / "daymark.toml").read_text().replace(
            'channel = "folder"', f'channel = "mastodon"\nserver = "{server.url}"', 1
        )  # fmt: skip
        (home / "daymark.toml").write_text(text)
        assert daymark("plan", home=home).code == 0
        assert daymark("account", "test", "main", "--dry-run", home=home).code == 0
        assert daymark.json("account", home=home)[0]["takes"] is None
        told = daymark("account", "test", "main", home=home)
        assert (told.code, told.out) == (0, f"main: signed in as @us on {server.url}; it takes {most} signs\n")
        server.shutdown()
    assert daymark.json("account", home=home)[0]["takes"]["most"] == most
    seen = []
    for said in (short, long):
        assert daymark("reword", EVE, "--file", "-", "--as", "Ana", home=home, stdin=said).code == 0
        seen.append(all(f["check"] != "length" for f in daymark.json("show", EVE, home=home)["findings"]))
    assert seen == fits
    (home / "daymark.toml").write_text(text.replace(server.url, "https://social.example"))
    assert daymark.json("account", home=home)[0]["takes"] is None  # what another server said counts no more


@pytest.mark.slow
@pytest.mark.parametrize("case", contract.cases("mastodon"), ids=" ".join)
def test_fifty_posts_are_out_once_or_told_whatever_befalls_them(
    case: tuple[str, str], real: snac.Snac, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knows no Idempotency-Key: only the look keeps a second one away."""
    port, token = real.port, real.token()
    if case[1] == "no answer for long":
        monkeypatch.setattr(http, "STEP", 1.0)
    monkeypatch.setenv("DAYMARK_MAIN_TOKEN", token)
    faults = Faults(port, host=f"localhost:{port}")

    def out(texts: list[str]) -> list[int]:
        found = Counter(s["text"] for s in statuses(f"http://localhost:{port}", token))
        return [found[text] for text in texts]

    contract.run(case, account(faults.url), faults.at(POSTING), out, tmp_path / "ws", now)
    faults.close()
