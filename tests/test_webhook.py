"""The webhook: signed so that the reference library of Standard Webhooks takes it; no repeat where that may harm."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import contract
import httpx
import pytest
from faults import FAULTS, Faults
from servers import free_port, nodered, their_time
from standardwebhooks import Webhook as Reference
from standardwebhooks import WebhookVerificationError
from through import AWAKE, a_message, queued, rounds

from scheduler.channels import http
from scheduler.channels.webhook import Webhook, key_of
from scheduler.errors import BadData
from scheduler.model import Account, Refused, Sent, SignedOut, TryLater, Unsure, Wording
from scheduler.workflow.accounting import new_secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "q8Rr1Yx5s0Z3m9V7b2N4c6X8l0K1j3H5"
SECRET = f"whsec_{KEY}"


class Receiver(ThreadingHTTPServer):
    """Takes posts as a careful program does: it checks who signed, and knows what it has had."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reference = Reference(SECRET)
        self.seen: Counter[str] = Counter()
        self.kept: dict[str, dict] = {}
        self.headers: list[dict[str, str]] = []
        self.answer = (200, {})
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told = {name.lower(): value for name, value in self.headers.items()}
        self.server.headers.append(told)
        code, more = self.server.answer
        if code == 200:
            try:
                data = self.server.reference.verify(body, told)
                self.server.seen[told["webhook-id"]] += 1
                self.server.kept.setdefault(told["webhook-id"], data)
            except WebhookVerificationError:
                code = 401
        self.send_response(code)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYMARK_MAIN_SECRET", SECRET)


@pytest.fixture
def now() -> datetime:
    """A receiver refuses what was signed long ago, by its own clock."""
    return their_time()


def account(url: str, **says: str) -> Account:
    return Account("main", "webhook", "plain", "en", "GB", "UTC", server=url, options=says, **AWAKE)


def test_a_receiver_that_checks_as_the_standard_says_takes_it(
    receiver: Receiver, now: datetime, tmp_path: Path
) -> None:
    said = Wording("A day for all: \u0627\u0644\u064a\u0648\u0645.", note="Hard")
    channel = Webhook(account(f"http://127.0.0.1:{receiver.server_port}/hook"), tmp_path)
    message = a_message(now, wording=said, language="ar")
    assert isinstance(channel.send(message), Sent)
    (got,) = receiver.kept.values()
    assert (got["type"], got["data"]["text"], got["data"]["content_note"]) == ("post.due", said.text, "Hard")
    assert (got["data"]["id"], got["data"]["language"]) == (message.key, "ar")
    (told,) = receiver.headers
    assert (told["webhook-id"], told["idempotency-key"]) == (message.key, f'"{message.key}"')


def test_a_repeat_has_the_same_id_and_a_new_time_and_signature(
    receiver: Receiver, now: datetime, tmp_path: Path
) -> None:
    channel = Webhook(account(f"http://127.0.0.1:{receiver.server_port}"), tmp_path)
    for later in (timedelta(), timedelta(seconds=9)):
        channel.send(a_message(now + later))
    first, second = receiver.headers
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 9
    assert first["webhook-signature"] != second["webhook-signature"]
    assert list(receiver.seen.values()) == [2]
    assert len(receiver.kept) == 1


WRONG = ["", "whsec_", "whsec_short", f"{KEY}", "whsec_" + "A" * 100, "whsec_not base64 at all, not at all!!"]


@pytest.mark.parametrize("given", WRONG)
def test_a_secret_that_is_none_signs_nothing(
    given: str, receiver: Receiver, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYMARK_MAIN_SECRET", given)
    with pytest.raises(BadData):
        key_of(given)
    assert isinstance(
        Webhook(account(f"http://127.0.0.1:{receiver.server_port}"), tmp_path).send(a_message(now)), SignedOut
    )
    assert not receiver.headers


def test_a_new_secret_is_one_and_each_is_another() -> None:
    made = {new_secret() for _ in range(20)}
    assert len(made) == 20
    assert {len(key_of(secret)) for secret in made} == {32}


# What a receiver answers, and what that means.
ANSWERS = [
    (200, {}, Sent, None),
    (202, {}, Sent, None),
    (301, {"Location": "http://127.0.0.1:1/elsewhere"}, Refused, None),
    (400, {}, Refused, None),
    (401, {}, SignedOut, None),
    (404, {}, Refused, None),
    (410, {}, SignedOut, None),
    (429, {"Retry-After": "7"}, TryLater, timedelta(seconds=7)),
    (429, {}, TryLater, timedelta(minutes=5)),
    (503, {"Retry-After": "120"}, TryLater, timedelta(minutes=2)),
    (503, {"Retry-After": "99999999999999"}, TryLater, http.LONGEST_WAIT),
    (503, {"Retry-After": "5", "Via": "1.1 cache (Varnish/7.1)"}, Unsure, None),  # of what stands before the receiver
    (503, {"Retry-After": "soon"}, Unsure, None),
    (503, {}, Unsure, None),
    (500, {"Retry-After": "7"}, Unsure, None),
    (500, {}, Unsure, None),
]
# What it means where the account says that a receiver which is busy has done nothing.
REFUSED = [
    (503, {}, TryLater, None),
    (503, {"Retry-After": "120"}, TryLater, timedelta(minutes=2)),
    (503, {"Retry-After": "5", "Via": "1.1 cache (Varnish/7.1)"}, TryLater, timedelta(seconds=5)),
    (500, {}, Unsure, None),
    (502, {}, Unsure, None),
    (504, {"Retry-After": "9"}, Unsure, None),
]
SAID = [({}, *case) for case in ANSWERS] + [({"busy": "refused"}, *case) for case in REFUSED]


@pytest.mark.parametrize(("says", "code", "headers", "kind", "wait"), SAID)
def test_an_answer_is_told_as_what_it_means(
    says: dict,
    code: int,
    headers: dict,
    kind: type,
    wait: timedelta | None,
    receiver: Receiver,
    now: datetime,
    tmp_path: Path,
) -> None:
    receiver.answer = (code, headers)
    told = Webhook(account(f"http://127.0.0.1:{receiver.server_port}", **says), tmp_path).send(a_message(now))
    assert isinstance(told, kind), told
    if wait:
        assert told.after == wait
    assert len(receiver.headers) == 1  # no redirect is followed


def test_an_answer_without_end_is_not_read_to_it(now: datetime, tmp_path: Path) -> None:
    class Endless(_Handler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                self.close_connection = True

    made = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    told = Webhook(account(f"http://127.0.0.1:{made.server_port}"), tmp_path).send(a_message(now))
    made.shutdown()
    made.server_close()
    assert isinstance(told, Unsure)
    assert "longer than" in told.why


def fails_first(faults: Faults, fault: str) -> None:
    """Lets every second request suffer."""
    number: Counter[str] = Counter()

    def fails(line: str) -> str:
        number[line] += 1
        return fault if number[line] % 2 else ""

    faults.fault = fails


BLIND = [f for f in FAULTS if f not in ("401", "answer cut short", "answer that is half a document")]


@pytest.mark.parametrize("fault", BLIND)
def test_a_receiver_that_may_not_know_repeats_gets_none_and_a_person_is_asked(
    fault: str, receiver: Receiver, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STEP", 0.3)
    faults = Faults(receiver.server_port)
    fails_first(faults, fault)
    receiver.reference.verify = lambda body, _: json.loads(body)  # type: ignore[method-assign]  # rounds are hours apart
    to = account(faults.url)
    queued(tmp_path, to, [Wording(f"{n}") for n in range(4)], now)
    states = Counter(str(d.state) for d in rounds(tmp_path, to, now))
    faults.close()
    assert set(receiver.seen.values()) <= {1}
    assert states == ({"sent": 4} if fault == "429" else {"sent": 2, "unsure": 2})


def test_a_receiver_that_does_nothing_when_it_is_busy_is_tried_again_and_nobody_is_asked(
    receiver: Receiver, now: datetime, tmp_path: Path
) -> None:
    faults = Faults(receiver.server_port)
    fails_first(faults, "503")
    receiver.reference.verify = lambda body, _: json.loads(body)  # type: ignore[method-assign]  # rounds are hours apart
    to = account(faults.url, busy="refused")
    queued(tmp_path, to, [Wording(f"{n}") for n in range(4)], now)
    states = [str(d.state) for d in rounds(tmp_path, to, now)]
    faults.close()
    assert states == ["sent"] * 4
    assert list(receiver.seen.values()) == [1] * 4


@pytest.mark.parametrize("fault", BLIND)
def test_a_receiver_that_ignores_what_it_has_seen_gets_each_post_once(
    fault: str, receiver: Receiver, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STEP", 0.3)
    faults = Faults(receiver.server_port)
    fails_first(faults, fault)
    receiver.reference.verify = lambda body, _: json.loads(body)  # type: ignore[method-assign]
    to = account(faults.url, repeats="ignored")
    queued(tmp_path, to, [Wording(f"{n}") for n in range(4)], now)
    states = [str(d.state) for d in rounds(tmp_path, to, now)]
    faults.close()
    assert states == ["sent"] * 4
    assert len(receiver.kept) == 4


def test_what_no_service_listens_to_has_not_been_sent(tmp_path: Path) -> None:
    told = Webhook(account(f"http://127.0.0.1:{free_port()}"), tmp_path).send(
        a_message(datetime(2027, 7, 30, tzinfo=UTC))
    )
    assert isinstance(told, TryLater)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Node-RED whose flow checks signatures, however old they are, and keeps an id once."""
    with nodered.running(tmp_path_factory.mktemp("nodered"), free_port(), KEY, oldest=10**7) as url:
        yield url


SAYS = {"webhook": {}, "webhook-ignored": {"repeats": "ignored"}, "webhook-refused": {"busy": "refused"}}


@pytest.mark.slow
@pytest.mark.parametrize("case", contract.cases(*SAYS), ids=" ".join)
def test_fifty_posts_are_out_once_or_told_whatever_befalls_them(
    case: tuple[str, str], real: str, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if case[1] == "no answer for long":
        monkeypatch.setattr(http, "STEP", 1.0)
    faults, home = Faults(int(real.rpartition(":")[2])), tmp_path / "-".join(case).replace(" ", "-")

    def out(texts: list[str]) -> list[int]:
        kept = Counter(data["text"] for data in httpx.get(f"{real}/kept", timeout=60).json().values())
        return [kept[text] for text in texts]

    to = account(f"{faults.url}/hook", **SAYS[case[0]])
    contract.run(case, to, faults.at("POST /hook"), out, home, now)
    faults.close()
