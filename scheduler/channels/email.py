"""Mail to one address, that of a list or of a newsletter service: one letter for a post, handed to one server.

SMTP (RFC 5321) knows no keys, and a server cannot be asked what it took. So what counts is the line that ends a letter:
before it has left nothing is out, after it only an answer says so. A server that is cut off then has kept the letter
(seen with Postfix 3.7, see the tests). smtplib's `sendmail` does not tell the two apart: the dialogue is driven here.

Encrypted, with the certificate checked, unless the server is this very machine. No DKIM: the server signs.
"""

from __future__ import annotations

import base64
import re
import smtplib
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scheduler import secrets
from scheduler.channels import PictureError, Stopped, picture_bytes
from scheduler.channels.letter import id_of, letter
from scheduler.channels.smtp import Link, SafeLink, one_line, said
from scheduler.errors import BadData, ChannelError
from scheduler.kinds import KINDS, guarantee_of
from scheduler.mail import is_address
from scheduler.model import Refused, Sent, SignedOut, TryLater, Unsure

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.model import Account, Found, Message, Outcome

# Seconds for the last answer. RFC 5321 (4.5.3.2.6) would wait ten minutes, for a server that looks through the letter
# first; but with all that comes before it must end while the post is still claimed.
LAST = 60.0
LOCAL = ("localhost", "127.0.0.1", "::1")
PORTS = {"smtps": 465, "smtp": 587}  # RFC 8314 and 6409
LOCAL_PORT = 25  # of a mail server on this machine, which may offer no other
# The first that a server offers is used, and no other after it: smtplib's `login` tries a password that is not taken
# once more in each way, and servers lock out whoever is wrong too often.
WAYS = ("PLAIN", "LOGIN", "CRAM-MD5")
_HTTPS = re.compile(r"https://[!-;=?-~]{1,880}")  # ASCII without spaces and < >, on one line of a letter
_NOT_SIGNED_IN = (530, 534, 535, 538)  # RFC 4954, section 6


class Email:
    """A sender's way to one address. `place` of what is sent is a mid: URL (RFC 2392), `id` the bare Message-ID."""

    def __init__(self, account: Account, home: Path) -> None:
        self.account, self.home = account, home
        self.guarantee, self.rates = guarantee_of(account), KINDS[account.channel].rates

    def send(self, message: Message) -> Outcome:
        link = None
        try:
            way = _way(self.account, self.home)
            data = _written(message, way)
            link = _connected(way)
            _sign_in(link, way)
            _hand_over(link, way, data)
        except Stopped as stopped:
            return stopped.outcome
        except (OSError, smtplib.SMTPException, ValueError) as error:  # the end of the letter has not left
            return TryLater(f"the mail was not handed over: {said(error)}")
        else:
            return _last_answer(link, way, id_of(message.key, way.sender))
        finally:
            if link:
                link.bye()

    def find(self, message: Message) -> Found:
        del message
        return Unsure("mail cannot be asked for")

    def test(self) -> str:
        """Goes as far as the recipient, and leaves before there is a letter."""
        link = None
        try:
            way = _way(self.account, self.home)
            link = _connected(way)
            _sign_in(link, way)
            _address(link, way)
        except Stopped as stopped:
            hint = f"look at [accounts.{self.account.name}] in daymark.toml, and at its password"
            raise ChannelError(stopped.why, hint) from stopped
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise ChannelError(
                f"{self.account.server}: {said(error)}", "try again later, or check the address"
            ) from error
        finally:
            if link:
                link.bye()
        return f"{way.host} takes mail from {way.sender} to {way.to}; nothing was sent"


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a letter goes and how. `is_wrapped`: encrypted from the first byte. No password: on this machine alone."""

    host: str
    port: int
    is_wrapped: bool
    sender: str
    to: str
    unsubscribe: str
    password: str = field(repr=False)

    @property
    def is_local(self) -> bool:
        return self.host in LOCAL

    def told(self, what: str, code: int, words: bytes | str) -> str:
        """What a server said to what, without the password in any form in which it got it."""
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        if self.password:
            sent = (f"\0{self.sender}\0{self.password}", self.password)
            for secret in (*(base64.b64encode(s.encode()).decode() for s in sent), self.password):
                text = text.replace(secret, "***")
        return f"{what}: {code} {one_line(text)}".strip()


def _way(account: Account, home: Path) -> _Way:
    """An account's way, checked. Raises Stopped."""
    host, port, is_wrapped = _server(account)
    for address, name in ((account.handle, "handle"), (account.to, "to")):
        if not is_address(address):
            raise _wrong(account, f'has no mail address in {name}: write one such as "news@example.org"')
    if account.unsubscribe and not _HTTPS.fullmatch(account.unsubscribe):
        raise _wrong(account, "has an address to unsubscribe at that does not start with https://")
    password = _password(account, home, host)
    return _Way(host, port, is_wrapped, account.handle, account.to, account.unsubscribe, password)


def _server(account: Account) -> tuple[str, int, bool]:
    """Host, port, and whether it is encrypted from the first byte. Raises Stopped."""
    try:
        parts = urlsplit(account.server)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in PORTS:
        raise _wrong(account, 'has no server for mail: write one such as "smtps://mail.example.org"')
    usual = LOCAL_PORT if host in LOCAL and parts.scheme == "smtp" else PORTS[parts.scheme]
    return host, port or usual, parts.scheme == "smtps"


def _password(account: Account, home: Path, host: str) -> str:
    """The password, or '' where none is needed. Raises Stopped."""
    try:
        password, _ = secrets.find(home, account.name, "password")
    except BadData as error:
        raise Stopped(SignedOut(str(error))) from error
    if not password and host not in LOCAL:
        raise _wrong(account, f"has no password: daymark secret set {account.name}.password")
    if not password.isascii():
        raise _wrong(account, "has a password with letters that SMTP does not carry: choose one in plain letters")
    return password


def _wrong(account: Account, what: str) -> Stopped:
    return Stopped(SignedOut(f"{account.name} {what}"))


def _written(message: Message, way: _Way) -> bytes:
    """The letter. Raises Stopped."""
    media = message.wording.media
    try:
        picture = picture_bytes(media, "email") if media else b""
    except PictureError as error:
        raise Stopped(Refused(str(error))) from error
    return letter(message, way.sender, way.to, way.unsubscribe, picture)


def _connected(way: _Way) -> Link:
    """Raises OSError or SMTPException."""
    if way.is_wrapped:
        return SafeLink(way.host, way.port, context=ssl.create_default_context())
    return Link(way.host, way.port)


def _sign_in(link: Link, way: _Way) -> None:
    """On a connection that nobody listens in on. Raises Stopped, OSError or SMTPException."""
    if not way.is_wrapped and not way.is_local:
        link.starttls(context=ssl.create_default_context())  # raises if the server does not offer it
    link.ehlo_or_helo_if_needed()
    if not way.password:
        return
    offered = link.esmtp_features.get("auth", "").upper().split()
    how = next((name for name in WAYS if name in offered), "")
    if not how:
        raise Stopped(SignedOut(f"{way.host} lets nobody sign in with a password"))
    link.user, link.password = way.sender, way.password
    try:
        link.auth(how, getattr(link, f"auth_{how.lower().replace('-', '_')}"))
    except smtplib.SMTPAuthenticationError as error:
        words = way.told("sign-in", error.smtp_code, error.smtp_error)
        is_no = 500 <= error.smtp_code < 600
        raise Stopped(SignedOut(words) if is_no else TryLater(words)) from error


def _address(link: Link, way: _Way, size: int = 0) -> None:
    """Names sender and recipient, and how many bytes will come. Raises Stopped, OSError or SMTPException."""
    told = f" SIZE={size}" if size and link.has_extn("size") else ""  # RFC 1870: a no comes before the bytes
    _ask(link, way, "MAIL", f"FROM:<{way.sender}>{told}")
    _ask(link, way, "RCPT", f"TO:<{way.to}>")


def _hand_over(link: Link, way: _Way, data: bytes) -> None:
    """Everything up to the line that ends the letter. Raises Stopped, OSError or SMTPException: it has not left."""
    _address(link, way, len(data))
    _ask(link, way, "DATA", good=3)
    link.send(re.sub(rb"(?m)^\.", b"..", data))  # RFC 5321, 4.5.2
    link.send(b".\r\n")  # three bytes that the socket does not take have not left


def _ask(link: Link, way: _Way, command: str, words: str = "", good: int = 2) -> None:
    """Raises Stopped unless the answer begins with the digit."""
    code, answer = link.docmd(command, words)
    if code // 100 != good:
        raise Stopped(_no(way, command, code, answer))


def _last_answer(link: Link, way: _Way, id: str) -> Outcome:
    """What the server says of a letter that it may have whole: only its own yes or no counts."""
    link.allow(LAST)
    try:
        code, words = link.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Unsure(f"the whole letter was sent, and no answer came: {said(error)}")
    if code // 100 == 2:
        return Sent(f"mid:{id}", id)
    if code // 100 in (4, 5):
        return _no(way, "the letter", code, words)
    return Unsure(way.told("the letter, and an answer that makes no sense", code, words))


def _no(way: _Way, what: str, code: int, words: bytes) -> Refused | SignedOut | TryLater:
    """What a server's no means; an answer that is neither yes nor no is not one that lasts."""
    told = way.told(what, code, words)
    if code in _NOT_SIGNED_IN:
        return SignedOut(told)
    return Refused(told) if code // 100 == 5 else TryLater(told)
