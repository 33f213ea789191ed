"""A proxy on loopback that does to requests and answers what networks do to them; and posts sent through a channel.

Real sockets in front of a real server: what the server did before its answer was lost, it has done.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

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
_TOLD = {"429": "429 Too Many Requests\r\nRetry-After: 3", "503": "503 Busy", "401": "401 Unauthorized"}


class Faults:
    """Stands in front of a server on 127.0.0.1. `fault` says what befalls a request, by its first line; '': nothing."""

    def __init__(self, port: int, fault: Callable[[str], str] = lambda _: "", *, host: str = "") -> None:
        self.to, self.fault = port, fault
        self.host = host  # the name that the server goes by; else as it was asked
        self.seen: Counter[str] = Counter()
        self._server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

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
