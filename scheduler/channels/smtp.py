"""A connection to a server for mail (RFC 5321), with an end to every wait and to all that the server says."""

from __future__ import annotations

import io
import smtplib
import socket
import time
from contextlib import suppress
from typing import Any

STEP = 15.0  # seconds for a connection, or for an answer
WHOLE = 40.0  # seconds for everything up to the end of a letter
BYE = 3.0  # seconds to say goodbye in
MOST = 64_000  # bytes of all answers
TOLD = 200  # signs of a server's words that are kept
WE = "[127.0.0.1]"  # in EHLO: the server sees where we are, and the readers of a letter need not


class Link(smtplib.SMTP):
    """Made, it is connected. It raises OSError or SMTPException, and when the time is over a kind of one of them."""

    def __init__(self, host: str, port: int, **how: Any) -> None:
        self.step, self.until, self.heard = STEP, time.monotonic() + WHOLE, 0
        super().__init__(host, port, WE, timeout=STEP, **how)

    def connect(self, host: str = "localhost", port: int = 0, source_address: Any = None) -> tuple[int, bytes]:
        """Small pieces go at once: the end of a letter would else wait 40 ms for a word of the other machine."""
        told = super().connect(host, port, source_address)
        if self.sock:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return told

    def left(self) -> float:
        """The seconds that are left. Raises TimeoutError."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the server took too long")
        return left

    def begin(self) -> None:
        """Another letter begins on the same connection: it has as much time as the first."""
        self.step, self.until, self.heard = STEP, time.monotonic() + WHOLE, 0

    def allow(self, seconds: float) -> None:
        """From now on there is so much time, in one wait or in many."""
        self.step, self.until = seconds, time.monotonic() + seconds

    def send(self, s: Any) -> None:
        if self.sock:
            self.sock.settimeout(self.left())  # all of it: a letter may go over a slow line
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock:
            self.file = io.BufferedReader(_Answers(self))
        return super().getreply()

    def bye(self) -> None:
        """Ends the session; what comes of that changes nothing."""
        self.allow(BYE)
        with suppress(OSError, smtplib.SMTPException, ValueError):
            self.docmd("QUIT")
        self.close()


class SafeLink(Link, smtplib.SMTP_SSL):
    """One that is encrypted from the first byte; it takes an SSL `context`."""


class _Answers(io.RawIOBase):
    """What a server says, piece by piece. smtplib would wait for each piece anew, and take any number of them."""

    def __init__(self, link: Link) -> None:
        self.link = link

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        link = self.link
        if link.sock is None:
            return 0
        link.sock.settimeout(min(link.step, link.left()))
        got = link.sock.recv_into(room)
        link.heard += got
        if link.heard > MOST:
            raise OSError(f"its answers are longer than {MOST} bytes")
        return got


def said(error: Exception) -> str:
    """What an error of the connection says, in one line that is not long."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {one_line(error.smtp_error)}"
    return one_line(str(error)) or type(error).__name__


def one_line(words: bytes | str) -> str:
    """A server's words in one line of at most `TOLD` signs, nothing in it that a terminal obeys."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:TOLD]
