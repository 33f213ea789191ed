"""How many posts a channel gets out before its own server, as a ratio to a bare loop of the same requests, in one run.

python tests/bench_channels.py [POSTS]      Postfix, Mastodon's imitation, a PDS, webhooks, WordPress
"""

from __future__ import annotations

import os
import re
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from servers import free_port, pds, their_time, wait_for, wordpress
from through import AWAKE, a_message, queued, rounds

from scheduler.channels import open_channel
from scheduler.model import Account, Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "q8Rr1Yx5s0Z3m9V7b2N4c6X8l0K1j3H5"


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def receiver() -> Iterator[str]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()


@contextmanager
def imitation() -> Iterator[str]:
    port = free_port()
    words = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory", "--host", "127.0.0.1", "--port", str(port)]
    running = subprocess.Popen([*words, "--log-level", "critical"], stdout=subprocess.DEVNULL)
    wait_for(port, running)
    yield f"http://127.0.0.1:{port}"
    running.terminate()


@contextmanager
def bluesky() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as state, pds.running(Path(state), free_port(), free_port()) as server:
        os.environ["DAYMARK_MAIN_PASSWORD"] = server.password
        yield server.url


@contextmanager
def site() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, wordpress.running(Path(folder), free_port()) as server:
        os.environ["DAYMARK_MAIN_PASSWORD"] = server.password
        yield server.url


def recorded(account: Account, home: Path, send: Callable[[object], object]) -> list[httpx.Request]:
    """The requests that one post makes, once its account has signed in."""
    seen: list[httpx.Request] = []
    real = httpx.Client.send

    def send_noted(client: httpx.Client, request: httpx.Request, **how: object) -> httpx.Response:
        request.read()
        seen.append(request)
        return real(client, request, **how)  # type: ignore[arg-type]

    send(a_message(their_time(), key="0" * 40, wording=Wording("The first.")))
    httpx.Client.send = send_noted  # type: ignore[method-assign,assignment]
    try:
        send(a_message(their_time(), key="1" * 40, wording=Wording("The second.")))
    finally:
        httpx.Client.send = real  # type: ignore[method-assign]
    del account, home
    return seen


def bare(requests: list[httpx.Request], number: int) -> float:
    """The same requests again and again, and nothing else: seconds."""
    once = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(limits=once, trust_env=False) as client:
        began = time.perf_counter()
        for n in range(number):
            made = b""
            for r in requests:
                url, headers, content = _fresh(r, n, made)
                answer = client.request(r.method, url, content=content, headers=headers)
                made = (re.findall(rb'^{"id":(\d+)', answer.read()) or [made])[0]
        return time.perf_counter() - began


def _fresh(request: httpx.Request, number: int, made: bytes) -> tuple[str, httpx.Headers, bytes]:
    """A request for another post: of one that a server has had it would make nothing new.

    `made` is the number of what the request before has made; empty if it made nothing.
    """
    headers, content = request.headers.copy(), request.content
    url = re.sub(r"(?<=%2Fposts%2F)\d+", made.decode(), str(request.url))
    url = re.sub(r"(?<=-day-)1{16}", f"{number:016}", url)
    content = re.sub(rb"(?<=-day-)1{16}", b"%016d" % number, content)
    if "idempotency-key" in headers:
        headers["idempotency-key"] = f"{number:040}"
    name = re.search(rb'"rkey":"(\w{13})"', content)
    if name:
        signs = "234567abcdefghijklmnopqrstuvwxyz"
        last = "".join(signs[number >> 5 * place & 31] for place in (2, 1, 0)).encode()
        content = content.replace(name[1], name[1][:10] + last)
    return url, headers, content


def measured(name: str, number: int, **more: object) -> None:
    start = {"mastodon": imitation, "bluesky": bluesky, "webhook": receiver, "wordpress": site}[name]
    with start() as url, tempfile.TemporaryDirectory() as folder:
        account = Account("main", name, "plain", "en", "GB", "UTC", server=url, **AWAKE, **more)
        home = Path(folder)
        same = recorded(account, home, open_channel(account, home).send)
        now = their_time()
        queued(home, account, [Wording(f"{n}") for n in range(number)], now)
        began = time.perf_counter()
        states = [d.state for d in rounds(home, account, now)]
        ours = time.perf_counter() - began
        assert states == ["sent"] * number
        theirs = bare(same, number)
    print(
        f"{name}: {number / ours:.1f} posts a second, a bare loop of their {len(same)} requests {number / theirs:.1f}: "
        f"ratio {theirs / ours:.2f}",
        flush=True,
    )


def mailed(number: int) -> None:
    """One post for many through Postfix, and a bare loop of smtplib that sends as many letters on one connection."""
    from servers.postfix import postfix

    people = tuple(f"person{n}@example.test" for n in range(number))
    with tempfile.TemporaryDirectory() as folder, postfix(Path(folder) / "no-certificate") as server:
        account = Account("main", "email", "plain", "en", "GB", "UTC", handle="news@example.org", **AWAKE)
        account = replace(account, server=f"smtp://127.0.0.1:{server.port}", recipients=people)
        now = their_time()
        queued(Path(folder), account, [Wording("Today is the day.")], now)
        began = time.perf_counter()
        (found,) = rounds(Path(folder), account, now)
        ours = time.perf_counter() - began
        assert (found.state, found.reason) == ("sent", "")
        server.wait_for("status=sent")
        letter = server.inbox()[0]
        began = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", server.port) as link:
            for person in people:
                link.sendmail("news@example.org", [person], letter)
        theirs = time.perf_counter() - began
    print(
        f"email: {number / ours:.1f} letters a second, a bare loop of smtplib {number / theirs:.1f}: "
        f"ratio {theirs / ours:.2f}",
        flush=True,
    )


if __name__ == "__main__":
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    os.environ |= {"DAYMARK_MAIN_TOKEN": "mock_token", "DAYMARK_MAIN_SECRET": f"whsec_{KEY}"}
    mailed(posts)
    measured("webhook", posts)
    measured("mastodon", posts)
    measured("bluesky", posts, handle=pds.HANDLE)
    measured("wordpress", posts, handle=wordpress.USER)
