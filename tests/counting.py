"""A server on loopback that counts what reaches it and loses answers, a channel to it, and processes that die at work.

`python tests/counting.py HOME URL KILLS SEED POSTS` sends what is due in HOME with eight processes at a time, each
killed (-9) at a moment that a digest chooses, until KILLS have died; then quietly. One of the eight is a daemon: it
ticks on until it dies, or the other seven are through; then it is told to end, or killed. It prints how many were
killed, and how many of them were daemons.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import sys
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from scheduler import deliver, sweep
from scheduler.courier import Courier, Tally
from scheduler.engine.timer import keep_ticking
from scheduler.model import (
    Account,
    Campaign,
    Guarantee,
    Post,
    RateLimits,
    Review,
    Sensitivity,
    Sent,
    TryLater,
    Unsure,
    Wording,
)
from scheduler.review import digest_of
from scheduler.store import outbox, planning
from scheduler.store.connecting import place_of
from scheduler.store.opening import writing

MORNING = datetime(2027, 7, 30, 9, tzinfo=UTC)
KINDS = ("keyed", "findable", "blind")
REMEMBERED = timedelta(days=90)


def draw(*words: object) -> int:
    """A number that only these words decide."""
    return int.from_bytes(hashlib.sha256("/".join(map(str, words)).encode()).digest()[:4], "big")


class Server(ThreadingHTTPServer):
    """Keeps posts, by kind and key. One answer in four is lost after the post was kept."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: Counter[str] = Counter()
        self.posts: Counter[str] = Counter()
        self.lost = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """A client that was killed is what this server is for."""


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        key, keyed = self.headers["Idempotency-Key"], self.path == "/keyed"
        with self.server.lock:
            self.server.requests[key] += 1
            if not (keyed and self.server.posts[key]):
                self.server.posts[key] += 1
            number = self.server.requests[key]
            is_lost = draw(key, number) % 4 == 0
            self.server.lost += is_lost
        if is_lost:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(200)

    def do_GET(self) -> None:
        with self.server.lock:
            is_there = bool(self.server.posts[self.path.rpartition("/")[2]])
        self._answer(200 if is_there else 404)

    def _answer(self, code: int) -> None:
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


class Counted:
    """A channel to the server: it dedupes by key, or can be asked for a key, or neither."""

    rates = RateLimits()

    def __init__(self, kind: str, url: str) -> None:
        self.kind, self.place = kind, urlsplit(url).netloc
        self.guarantee = Guarantee(REMEMBERED if kind == "keyed" else timedelta(), findable=kind == "findable")

    def send(self, message):
        try:
            self._ask("POST", f"/{self.kind}", message)
        except ConnectionRefusedError as error:
            return TryLater(str(error))
        except (OSError, http.client.HTTPException) as error:
            return Unsure(f"no answer: {error!r}")
        return Sent(f"/{self.kind}/{message.key}")

    def find(self, message):
        place = f"/findable/{message.key}"
        return Sent(place) if self._ask("GET", place, message) == 200 else None

    def _ask(self, method: str, path: str, message) -> int:
        line = http.client.HTTPConnection(self.place, timeout=30)
        try:
            line.request(method, path, json.dumps({"text": message.wording.text}), {"Idempotency-Key": message.key})
            return line.getresponse().status
        finally:
            line.close()


def fill(home: Path, number: int) -> None:
    """A database with that many posts due, a third of each kind, each of an account of its own."""
    campaign = Campaign("some-day/2027", "some-day", 2027, date(2027, 7, 30), date(2027, 7, 30), "Some Day", "light")
    posts = [_post(KINDS[n % 3], f"a{n}") for n in range(number)]
    with writing(home, MORNING, "test") as tx:
        planning.keep_accounts(tx, [_account(p.account, p.channel) for p in posts])
        planning.add_campaign(tx, campaign, posts)
        for post in posts:
            assert planning.decide(tx, post, "approved", "Ana")
            assert outbox.enqueue(tx, post)


def _account(name: str, kind: str) -> Account:
    return Account(name, kind, "plain", "en", "GB", "UTC", quiet_from=MORNING.time(), quiet_to=MORNING.time())


def _post(kind: str, account: str) -> Post:
    post = Post(
        id=f"some-day/2027/day/{account}-en",
        campaign="some-day/2027",
        observance="some-day",
        year=2027,
        stage="day",
        account=account,
        channel=kind,
        network="plain",
        language="en",
        country="GB",
        zone="UTC",
        local=datetime(2027, 7, 30, 9),
        due=MORNING,
        expires=MORNING + timedelta(days=60),
        start=MORNING.date(),
        end=MORNING.date(),
        wording=Wording("Today is the day."),
        author="daymark",
        sensitivity=Sensitivity.NORMAL,
        digest="",
    )
    return replace(post, digest=digest_of(post), review=Review.IN_REVIEW)


def work(home: Path, url: str, now: datetime, number: int) -> None:
    """One round of a process, as a tick does it; most take no lock, so that they meet at the same rows."""
    accounts = {f"a{n}": _account(f"a{n}", KINDS[n % 3]) for n in range(number)}
    courier = Courier(
        home=home,
        who="test",
        clock=lambda: now,
        accounts=accounts,
        themes=lambda _: (),
        titles=lambda post: post.id,
        channels=lambda post: Counted(post.channel, url),
        refusal=lambda _: "",
    )
    tally = Tally()
    sweep.recover(courier, tally)
    sweep.miss(courier, tally)
    deliver.send_due(courier, tally)


def die_at(count: int) -> None:
    """Kills this process before or after the `count`-th commit, request or answer."""
    left = count

    def step() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    class Watched(sqlite3.Connection):
        def execute(self, sql, *values):
            if sql == "COMMIT":
                step()
            found = super().execute(sql, *values)
            if sql == "COMMIT":
                step()
            return found

    connect, send, answer = sqlite3.connect, socket.socket.sendall, http.client.HTTPConnection.getresponse

    def sendall(self, *words):
        step()
        send(self, *words)
        step()

    def getresponse(self):
        step()
        found = answer(self)
        step()
        return found

    sqlite3.connect = lambda *words, **how: connect(*words, **how, factory=Watched)
    socket.socket.sendall = sendall
    http.client.HTTPConnection.getresponse = getresponse


def die_after(microseconds: int) -> None:
    """Ends this process after so much of its own time, wherever it is by then."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, microseconds / 1e6)


def child(home: Path, url: str, now: datetime, number: int, plan: int | None) -> int:
    """A process that does a round, and is killed in it if there is a plan for that."""
    if pid := os.fork():
        return pid
    try:
        if plan is not None and plan % 4 == 0:
            die_after(2_000 + plan % 40_000)
        elif plan is not None:
            die_at(1 + plan // 4 % 24)
        if plan is not None and plan % 8 == 1:
            with place_of(home).alone() as alone:
                if alone:
                    work(home, url, now, number)
        else:
            work(home, url, now, number)
        os._exit(0)
    except BaseException:  # noqa: BLE001  (a child must not go on as its parent)
        import traceback

        traceback.print_exc()
        os._exit(1)


def daemon(home: Path, url: str, now: datetime, number: int, plan: int) -> int:
    """`daymark run`: its timer, signals and threads, over the same round; it comes to its point in one of its ticks."""
    if pid := os.fork():
        return pid

    def tick() -> None:
        try:
            work(home, url, now, number)
        except BaseException:  # noqa: BLE001  (the timer would swallow it)
            import traceback

            traceback.print_exc()
            os._exit(1)

    die_at(1 + plan // 4 % 48)
    keep_ticking(tick, 1)
    os._exit(0)


def ended(pid: int) -> int:
    """How a process ended: its exit code, or the signal that killed it, below 0."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main(home: Path, url: str, kills: int, seed: str, number: int) -> None:
    killed, daemons, turn, now = 0, 0, 0, MORNING
    while killed < kills:
        plans = [draw(seed, turn, n) for n in range(8)]
        stays = daemon(home, url, now, number, plans[7])
        ends = [ended(pid) for pid in [child(home, url, now, number, plan) for plan in plans[:7]]]
        os.kill(stays, signal.SIGTERM if turn % 2 else signal.SIGKILL)
        ends.append(ended(stays))
        assert set(ends) <= {0, -signal.SIGKILL, -signal.SIGPROF} | ({-signal.SIGTERM} if turn % 2 else set()), ends
        killed += sum(end in (-signal.SIGKILL, -signal.SIGPROF) for end in ends)
        daemons += ends[7] == -signal.SIGKILL
        turn, now = turn + 1, now + timedelta(minutes=3)
        if turn > kills:
            break
    for _ in range(100):
        now += timedelta(hours=5)
        assert ended(child(home, url, now, number, None)) == 0
    print(killed, daemons)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
