"""Every good tick asks for an address, so that a watch elsewhere calls out when it hears nothing; a journal in JSON."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from conftest import DUE, NOW

from scheduler import watch

LONG = "2026-07-10T09:00:00Z"


class Listener(BaseHTTPRequestHandler):
    """Answers with the number in the path; `/moved` leads to another host, `/flood` never ends its words."""

    def do_GET(self) -> None:
        self.server.heard.append(self.path)
        word = self.path.partition("?")[0].strip("/")
        self.send_response(302 if word == "moved" else int(word) if word.isdigit() else 200)
        if word == "moved":
            self.send_header("Location", "http://elsewhere.invalid/200")
        self.end_headers()
        if word == "flood":
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                self.server.heard.append("gone")

    def log_message(self, *args: object) -> None:
        """Says nothing on standard error."""


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as made:
        made.heard = []
        made.at = f"http://127.0.0.1:{made.server_port}"
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@contextmanager
def silent(said: bytes = b""):
    """A server that takes the call, says so much of an answer, and then nothing more."""
    with closing(socket.create_server(("127.0.0.1", 0))) as ear:
        calls = []

        def answer() -> None:
            call, _ = ear.accept()
            calls.append(call)
            call.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{ear.getsockname()[1]}/secret"
        thread.join()
        for call in calls:
            call.close()


def watched(home: Path, address: str) -> Path:
    """The workspace with this address in its daymark.toml."""
    file = home / "daymark.toml"
    file.write_text(file.read_text("utf-8") + f'\n[watch]\nping = "{address}"\n', "utf-8")
    return home


@pytest.mark.parametrize("way", ["daymark.toml", "DAYMARK_PING", "credential"])
def test_every_good_tick_asks_for_the_address_the_idle_ones_too(way, daymark, at, server, tmp_path: Path) -> None:
    home, address, env = at("planned"), f"{server.at}/200?of=harbour", {}
    if way == "daymark.toml":
        watched(home, address)
    elif way == "DAYMARK_PING":
        env = {"DAYMARK_PING": address}
    else:
        (tmp_path / "ping").write_text(address + "\n")
        env = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    for count in (1, 2, 3):
        answer = daymark("tick", home=home, env=env)
        assert (answer.code, answer.err, server.heard) == (0, "", ["/200?of=harbour"] * count), answer
    assert answer.out == "nothing to do\n"


def test_what_the_machine_says_goes_before_the_file(daymark, at, server) -> None:
    home = watched(at("planned"), f"{server.at}/file")
    for _ in range(2):
        daymark("tick", home=home, env={"DAYMARK_PING": f"{server.at}/machine"})
    assert server.heard == ["/machine", "/machine"]


def test_an_address_that_is_taken_away_is_no_longer_asked_for(daymark, at, server) -> None:
    home = watched(at("planned"), f"{server.at}/200")
    daymark("tick", home=home)
    file = home / "daymark.toml"
    file.write_text(file.read_text("utf-8").partition("[watch]")[0], "utf-8")
    daymark("tick", home=home)
    daymark("tick", home=home)
    assert server.heard == ["/200"]


def test_a_tick_that_only_tries_or_that_fails_tells_nobody(daymark, at, server) -> None:
    home = watched(at("queued"), f"{server.at}/200")
    assert daymark("tick", "--dry-run", home=home, now=DUE).code == 0
    (home / "calendars").mkdir(exist_ok=True)
    (home / "calendars" / "own.toml").write_text("[broken\n")
    assert daymark("tick", home=home, now=DUE).code == 5
    assert server.heard == []


def test_a_watch_that_cannot_be_told_makes_no_tick_fail(daymark, at) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as ear:
        address = f"http://127.0.0.1:{ear.getsockname()[1]}/secret-id"
    home = watched(at("queued"), address)
    for words in ((), ("--json",), ()):
        answer = daymark("tick", *words, home=home, now=DUE)
        assert (answer.code, answer.err.count("ping to 127.0.0.1 failed"), "secret" in answer.err) == (0, 1, False)


BAD_ANSWERS = [
    ("/500", "the ping to 127.0.0.1 failed: it answers 500"),
    ("/404", "the ping to 127.0.0.1 failed: it answers 404"),
    ("/moved", "points elsewhere"),
    ("/200", ""),
    ("/204", ""),
    ("?of=harbour", ""),
]


@pytest.mark.parametrize(("path", "say"), BAD_ANSWERS)
def test_only_a_good_answer_is_one_and_no_redirect_is_followed(path, say, server) -> None:
    told = watch.ping(server.at + path)
    assert say in told and bool(say) == bool(told)
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nX-Slow: 1\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]
)
def test_a_server_that_never_ends_its_answer_is_not_waited_for(said) -> None:
    with silent(said) as address:
        assert watch.ping(address, timeout=0.2) == "the ping to 127.0.0.1 failed: no answer within 0.2 seconds"


def test_an_answer_that_comes_in_drops_is_not_waited_for() -> None:
    over = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as ear:

        def drip() -> None:
            with ear.accept()[0] as call:
                call.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                for _ in range(100):  # every drop comes sooner than the time-out of a socket would notice
                    if over.wait(0.05):
                        return
                    call.sendall(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        told = watch.ping(f"http://127.0.0.1:{ear.getsockname()[1]}/", timeout=0.3)
        over.set()
        thread.join()
    assert told == "the ping to 127.0.0.1 failed: no answer within 0.3 seconds"


def test_something_that_does_not_speak_http_is_told() -> None:
    with silent(b"220 mail ready\r\n") as address:
        assert "secret" not in (told := watch.ping(address, timeout=5)) and "failed" in told


def test_an_endless_answer_is_read_for_a_kilobyte(server) -> None:
    assert watch.ping(f"{server.at}/flood") == ""


RIGHT = [
    ("https://hc.example.org/abc", True),
    ("https://hc.example.org:8443?x=1", True),
    ("http://localhost/abc", True),
    ("http://127.0.0.1:8000/", True),
    ("http://[::1]:8000/", True),
    ("http://hc.example.org/abc", False),
    ("http://localhost.example.org/", False),
    ("http://127.0.0.1@example.org/", False),
    ("https://name:word@example.org/", False),
    ("https://example.org:port/", False),
    ("https://example.org/a b", False),
    ("https://example.org/a\nb", False),
    ("https://", False),
    ("ftp://example.org", False),
    ("file:///etc/passwd", False),
    ("example.org", False),
]


@pytest.mark.parametrize(("address", "right"), RIGHT)
def test_an_address_is_one_of_https_or_of_this_machine(address, right, daymark, workspace) -> None:
    assert watch.is_right(address) is right
    if not right:
        assert watch.ping(address).startswith("the ping was not sent")


def test_a_wrong_address_in_the_file_is_told_with_its_line(daymark, workspace) -> None:
    answer = daymark("doctor", home=watched(workspace, "http://example.org/"))
    assert answer.code == 5 and "[watch]: ping is not an https address" in answer.out
    assert daymark("tick", home=workspace).code == 5


def lines(answer) -> list[dict]:
    found = [json.loads(line) for line in answer.out.splitlines()]
    assert all(line.keys() >= {"at", "level", "event", "message"} for line in found)
    return found


def test_a_journal_gets_one_json_object_a_line(daymark, at) -> None:
    home = at("queued")
    (line,) = lines(daymark("tick", "--log-format", "json", home=home, now=DUE))
    assert (line["at"], line["level"], line["event"], line["sent"]) == (DUE, "info", "tick", 1)
    for env in ({}, {"DAYMARK_LOG_FORMAT": "json"}):
        answer = daymark("tick", *([] if env else ["--log-format=json"]), home=home, now=DUE, env=env)
        (line,) = lines(answer)
        assert (line["message"], line["due"], answer.err) == ("nothing to do", 0, "")


def test_a_journal_gets_what_is_amiss_too(daymark, at) -> None:
    home, env = at("queued"), {"DAYMARK_LOG_FORMAT": "json"}
    late = daymark("tick", home=home, now=LONG, env=env)
    first, *more = lines(late)
    assert first["missed"] > 0 and late.err == ""
    assert {line["event"] for line in more} <= {"trouble"} and {line["level"] for line in more} <= {"warning"}
    (line,) = lines(daymark("tick", home=home, now=NOW, env=env))
    assert (line["event"], line["level"], line["exit"], "clock" in line["message"]) == ("failed", "error", 5, True)
    (home / "daymark.toml").write_text("[broken\n")
    answer = daymark("tick", home=home, now=LONG, env=env)
    (line,) = lines(answer)
    assert (line["exit"], answer.code, bool(line["hint"]), answer.err) == (5, 5, True, "")


def test_a_journal_hears_of_a_ping_that_failed(daymark, at, server) -> None:
    env = {"DAYMARK_LOG_FORMAT": "json", "DAYMARK_PING": f"{server.at}/500"}
    answer = daymark("tick", home=at("planned"), env=env)
    assert [(line["event"], line["level"]) for line in lines(answer)][-1] == ("ping", "warning")
    assert answer.err == ""


def test_one_document_goes_before_lines_and_another_form_is_refused(daymark, at) -> None:
    home = at("planned")
    assert daymark.json("tick", home=home, env={"DAYMARK_LOG_FORMAT": "json"})["due"] == 0
    assert daymark("tick", "--log-format", "xml", home=home).code == 2
    assert daymark("tick", home=home, env={"DAYMARK_LOG_FORMAT": "xml"}).code == 2
