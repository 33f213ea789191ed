"""A proxy on loopback that does to requests and answers what networks do to them; and posts sent through a channel.

Real sockets in front of a real server: what the server did before its answer was lost, it has done.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections import Counter
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

from scheduler.channels import http
from scheduler.model import Sent, SignedOut, TryLater, Unsure

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

# What may befall a request, and whether the server has done the work then.
FAULTS = {
    "refused by a reset": False,
    "answer lost": True,
    "answer cut short": True,
    "answer that is half a document": True,
    "no answer for long": True,
    "429": False,
    "500 before the work": False,
    "500 after the work": True,
    "503": False,
    "401": False,
}
# What may befall a letter, and what is said instead of the work; nothing is said where the connection ends.
SMTP_FAULTS = {
    "refused by a reset": b"",
    "421 as the greeting": b"",
    "letter lost before the server had it": b"",
    "451 instead of the work": b"451 4.3.0 no room\r\n",
    "554 instead of the work": b"554 5.7.1 not these words\r\n",
    "answer lost": b"",
    "answer cut short": b"",
    "no answer for long": b"",
}
_TOLD = {"429": "429 Too Many Requests\r\nRetry-After: 3", "503": "503 Busy", "401": "401 Unauthorized"}


# What befalls the request that publishes, what a channel that can be asked says, and what a look finds.
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


def impatient(patch: pytest.MonkeyPatch, fault: str, words: str, when: Callable[[int], bool] = bool) -> None:
    """Has clients give up soon where they would wait for long, and on no other request, however slow the machine is.

    `words` are those of the requests that the fault befalls, and `when` says of the n-th of them, from 1, if it does.
    """
    if fault != "no answer for long":
        return
    ask, number = http.Http.ask, count(1)

    def asked(self: http.Http, method: str, path: str, **said: Any) -> http.Reply:
        with patch.context() as soon:
            if f"{method} {path} ".startswith(words) and when(next(number)):
                soon.setattr(http, "STEP", 0.3)
            return ask(self, method, path, **said)

    patch.setattr(http.Http, "ask", asked)


class Faults:
    """Stands in front of a server on 127.0.0.1. `fault` says what befalls a request, by its first line; '': nothing."""

    def __init__(self, port: int, fault: Callable[[str], str] = lambda _: "", *, host: str = "") -> None:
        self.to, self.fault = port, fault
        self.host = host  # the name that the server goes by; else as it was asked
        self.seen: Counter[str] = Counter()
        self._worked, self._work = Counter[str](), threading.Condition()
        self._server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def at(self, words: str) -> Callable[[Callable[[], str]], None]:
        """What sets a fault for the requests whose first line has these words, and for no others."""

        def set_fault(fault: Callable[[], str]) -> None:
            self.fault = lambda line: fault() if words in line else ""

        return set_fault

    def worked(self, fault: str) -> None:
        """Waits until the server has done the work of a request with this fault, whose client may have given up."""
        with self._work:
            assert self._work.wait_for(lambda: self._worked[fault], timeout=60)

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if not (request := _read(client)):
                return
            line = request.partition(b"\r\n")[0].decode()
            fault = self.fault(line)
            self.seen[fault] += 1
            if fault == "refused by a reset":
                _reset(client)
                return
            if fault in ("429", "503", "401", "500 before the work"):
                status = _TOLD.get(fault, "500 Internal Server Error")
                client.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode())
                return
            answer = self._ask(request)
            with self._work:
                self._worked[fault] += 1
                self._work.notify_all()
            head, _, body = answer.partition(b"\r\n\r\n")
            match fault:
                case "answer lost":
                    _reset(client)
                case "answer cut short":
                    client.sendall(head + b"\r\n\r\n" + body[: len(body) // 2])
                case "answer that is half a document":
                    half = body[: len(body) // 2]
                    client.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(half)}\r\n\r\n".encode() + half)
                case "no answer for long":
                    client.recv(1)  # until the client goes away
                case "500 after the work":
                    client.sendall(b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                case _:
                    client.sendall(answer)

    def _ask(self, request: bytes) -> bytes:
        """The server's whole answer to a request, with its length said, on a connection of its own."""
        with socket.create_connection(("127.0.0.1", self.to)) as server:
            head, _, body = request.partition(b"\r\n\r\n")
            left = (b"connection:", b"host:") if self.host else (b"connection:",)
            lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(left)]
            lines += [b"Host: " + self.host.encode()] if self.host else []
            server.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body)
            answer = b"".join(iter(lambda: server.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        if b"transfer-encoding: chunked" in head.lower():
            body = _whole(body)
        ours = (b"transfer-encoding:", b"connection:", b"content-length:")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(ours)]
        return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"Connection: close"]) + b"\r\n\r\n" + body


def _read(client: socket.socket) -> bytes:
    """One request with its body; empty if the client went away before one was whole."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := client.recv(65536)):
            return b""
        data += piece
    head = data.partition(b"\r\n\r\n")[0].lower()
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(data) < len(head) + 4 + length:
        if not (piece := client.recv(65536)):
            return b""
        data += piece
    return data


def _whole(chunked: bytes) -> bytes:
    body = b""
    while chunked:
        size, _, chunked = chunked.partition(b"\r\n")
        if not (number := int(size.split(b";")[0] or b"0", 16)):
            break
        body, chunked = body + chunked[:number], chunked[number + 2 :]
    return body


def _reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class SmtpFaults:
    """Stands in front of a mail server on 127.0.0.1. `fault` says what befalls a connection's letter; '': nothing."""

    def __init__(self, port: int, fault: Callable[[], str] = str) -> None:
        self.to, self.fault = port, fault
        self.taken = 0  # letters that the server said it took, whatever the client heard of it
        self._server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._carry, args=(client, self.fault()), daemon=True).start()

    def _carry(self, client: socket.socket, fault: str) -> None:
        with client, suppress(OSError):
            if fault == "refused by a reset":
                _reset(client)
                return
            if fault == "421 as the greeting":
                client.sendall(b"421 4.3.2 busy\r\n")
                return
            with socket.create_connection(("127.0.0.1", self.to)) as server:
                is_letter = False
                while answer := _until(server, lambda data: data[data.rfind(b"\n", 0, -1) + 4 :][:1] == b" "):
                    client.sendall(answer)
                    is_letter = answer.startswith(b"354")
                    said = _until(client, lambda data: data.endswith(b"\r\n.\r\n") or not is_letter)  # noqa: B023
                    if is_letter and not self._letter(client, server, said, fault):
                        return
                    if not is_letter:
                        server.sendall(said)

    def _letter(self, client: socket.socket, server: socket.socket, letter: bytes, fault: str) -> bool:
        """Carries a letter and its answer, or lets the fault befall them; False if the connection is over."""
        if fault == "letter lost before the server had it":
            server.sendall(letter[: len(letter) // 2])
            _reset(client)
            return False
        if said := SMTP_FAULTS.get(fault):
            client.sendall(said)
            return False
        server.sendall(letter)
        answer = _until(server, lambda _: True)
        self.taken += answer.startswith(b"250")
        match fault:
            case "answer lost":
                _reset(client)
            case "answer cut short":
                client.sendall(answer[:2])
            case "no answer for long":
                client.recv(1)  # until the client goes away
            case _:
                client.sendall(answer)
                server.sendall(_until(client, lambda _: True))
                return True
        return False


def _until(peer: socket.socket, is_whole: Callable[[bytes], bool]) -> bytes:
    """What a peer says up to the end of a line at which it is whole; empty if the peer went away before."""
    data = b""
    while not data.endswith(b"\n") or not is_whole(data):
        if not (piece := peer.recv(65536)):
            return b""
        data += piece
    return data
