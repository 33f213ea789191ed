"""Mail: one letter to the address of a list or of a newsletter service, or one letter each to some hundred people.

SMTP (RFC 5321) knows no keys, and a server cannot be asked what it took. So what counts is the line that ends a letter:
before it has left nothing is out, after it only an answer says so. A server that is cut off then has kept the letter
(seen with Postfix 3.7, see the tests). smtplib's `sendmail` does not tell the two apart: the dialogue is driven here.

One recipient a transaction: each letter names its own, and each answer is about one. Encrypted, with the certificate
checked, unless the server is this very machine.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.channels import PictureError, Stopped, picture_bytes
from scheduler.channels.letter import id_of, letter
from scheduler.channels.seal import seal_of
from scheduler.channels.smtp import Link, SafeLink, said
from scheduler.channels.way import way_of
from scheduler.errors import BadData, ChannelError
from scheduler.kinds import KINDS, guarantee_of
from scheduler.model import Refused, Sent, SignedOut, TryLater, Unsure
from scheduler.recipients import is_many, name_of, recipients_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scheduler.channels.seal import Seal
    from scheduler.channels.way import Way
    from scheduler.model import Account, Found, Message, Outcome

# Seconds for the last answer. RFC 5321 (4.5.3.2.6) would wait ten minutes, for a server that looks through the letter
# first; but with all that comes before it must end while the post is still claimed.
LAST = 60.0
# The first that a server offers is used, and no other after it: smtplib's `login` tries a password that is not taken
# once more in each way, and servers lock out whoever is wrong too often.
WAYS = ("PLAIN", "LOGIN", "CRAM-MD5")
_NOT_SIGNED_IN = (530, 534, 535, 538)  # RFC 4954, section 6
_CLOSING = 421  # RFC 5321, 4.2.3: it hangs up, whoever is written to


class Email:
    """A sender's way to one address or to many. `place` of one letter is a mid: URL (RFC 2392), `id` its Message-ID."""

    def __init__(self, account: Account, home: Path) -> None:
        self.account, self.home = account, home
        self.guarantee, self.rates = guarantee_of(account), KINDS[account.channel].rates
        self.is_many = is_many(account)

    def send(self, message: Message) -> Outcome:
        """To the one address that the account writes to."""
        desk = None
        try:
            desk = self._desk(message)
            return desk.send(desk.way.to, message.key)
        except Stopped as stopped:
            return stopped.outcome
        finally:
            if desk:
                desk.close()

    def recipients(self) -> tuple[str, ...]:
        """Whom the account writes to, where that is more than one. Raises Stopped."""
        try:
            return recipients_of(self.account, self.home)
        except BadData as error:
            raise Stopped(SignedOut(error.words)) from error

    @contextmanager
    def sitting(self, message: Message) -> Iterator[Callable[[str], Outcome]]:
        """One connection for letters to many, each with a Message-ID of its own."""
        desk = self._desk(message)
        try:
            yield lambda to: desk.send(to, name_of(message.key, to))
        finally:
            desk.close()

    def find(self, message: Message) -> Found:
        del message
        return Unsure("mail cannot be asked for")

    def test(self) -> str:
        """Goes as far as the recipient, or the first of them, and leaves before there is a letter."""
        link, to = None, self.account.to
        try:
            many = self.recipients() if self.is_many else ()
            way = self._way()
            way, to = (replace(way, to=many[0]), f"{len(many)} people") if many else (way, to)
            seal_of(self.account, self.home)
            link = _connected(way)
            _sign_in(link, way)
            if refused := _address(link, way):
                raise Stopped(refused)
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
        return f"{way.host} takes mail from {way.sender} to {to}; nothing was sent"

    def _desk(self, message: Message) -> _Desk:
        """Raises Stopped."""
        return _Desk(self._way(), seal_of(self.account, self.home), message)

    def _way(self) -> Way:
        return way_of(self.account, self.home, is_many=self.is_many)


class _Desk:
    """Where letters of one message are written and handed over, on one connection as long as that holds."""

    def __init__(self, way: Way, seal: Seal | None, message: Message) -> None:
        self.way, self.seal, self.message, self.picture = way, seal, message, _picture(message)
        self.link: Link | None = None
        self.is_clean = True  # no letter is begun on the connection

    def send(self, to: str, key: str) -> Outcome:
        """A letter to somebody; its Message-ID is made of the key. Raises Stopped for what is not about them alone."""
        way = replace(self.way, to=to)
        data = letter(replace(self.message, key=key), way.sender, to, way.leave_at(), self.picture)
        data = self.seal.signed(data) if self.seal else data
        link, refused = self._handed_over(way, data)
        came = refused or _last_answer(link, way, id_of(key, way.sender))
        self.is_clean = isinstance(came, Sent)
        if isinstance(came, Unsure):  # whatever it says now may be about this letter
            self.close()
        return came

    def _handed_over(self, way: Way, data: bytes, until: float = 0.0) -> tuple[Link, Outcome | None]:
        """The connection on which a letter went, all but the answer; or why the recipient gets none. Raises Stopped.

        A server may hang up after so many letters: then it is called once more, with the time that is left of the
        first call. The end of this letter has not left.
        """
        was_open = self.link is not None
        try:
            link = self._ready()
            link.until = until = min(link.until, until or link.until)
            return link, _hand_over(link, way, data)
        except Stopped as stopped:
            no = stopped.outcome
        except (OSError, smtplib.SMTPException, ValueError) as error:
            no = TryLater(f"the mail was not handed over: {said(error)}")
        self.close()
        if was_open and isinstance(no, TryLater):
            return self._handed_over(way, data, until)
        raise Stopped(no)

    def _ready(self) -> Link:
        """A connection that waits for a letter. Raises Stopped, OSError or SMTPException."""
        if self.link:
            self.link.begin()
            if not self.is_clean:
                _ask(self.link, self.way, "RSET")
        else:
            self.link = _connected(self.way)
            _sign_in(self.link, self.way)
        return self.link

    def close(self) -> None:
        if self.link:
            self.link.bye()
            self.link = None


def _picture(message: Message) -> bytes:
    """The picture of a message, empty if it has none. Raises Stopped."""
    media = message.wording.media
    try:
        return picture_bytes(media, "email") if media else b""
    except PictureError as error:
        raise Stopped(Refused(str(error))) from error


def _connected(way: Way) -> Link:
    """Raises OSError or SMTPException."""
    if way.is_wrapped:
        return SafeLink(way.host, way.port, context=ssl.create_default_context())
    return Link(way.host, way.port)


def _sign_in(link: Link, way: Way) -> None:
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
    link.user, link.password = way.user, way.password
    try:
        link.auth(how, getattr(link, f"auth_{how.lower().replace('-', '_')}"))
    except smtplib.SMTPAuthenticationError as error:
        words = way.told("sign-in", error.smtp_code, error.smtp_error)
        is_no = 500 <= error.smtp_code < 600
        raise Stopped(SignedOut(words) if is_no else TryLater(words)) from error


def _address(link: Link, way: Way, size: int = 0) -> Outcome | None:
    """Names sender and recipient, and how many bytes will come. Says why this recipient gets no letter, if so.

    Raises Stopped, OSError or SMTPException.
    """
    told = f" SIZE={size}" if size and link.has_extn("size") else ""  # RFC 1870: a no comes before the bytes
    _ask(link, way, "MAIL", f"FROM:<{way.sender}>{told}")
    code, words = link.docmd("RCPT", f"TO:<{way.to}>")
    return None if code // 100 == 2 else _about(way, "RCPT", code, words)


def _hand_over(link: Link, way: Way, data: bytes) -> Outcome | None:
    """Everything up to the line that ends the letter; or why this recipient gets none.

    Raises Stopped, OSError or SMTPException: it has not left.
    """
    if refused := _address(link, way, len(data)):
        return refused
    _ask(link, way, "DATA", good=3)
    link.send(re.sub(rb"(?m)^\.", b"..", data))  # RFC 5321, 4.5.2
    link.send(b".\r\n")  # three bytes that the socket does not take have not left
    return None


def _ask(link: Link, way: Way, command: str, words: str = "", good: int = 2) -> None:
    """Raises Stopped unless the answer begins with the digit."""
    code, answer = link.docmd(command, words)
    if code // 100 != good:
        raise Stopped(_no(way, command, code, answer))


def _last_answer(link: Link, way: Way, id: str) -> Outcome:
    """What the server says of a letter that it may have whole: only its own yes or no counts. Raises Stopped."""
    link.allow(LAST)
    try:
        code, words = link.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Unsure(f"the whole letter was sent, and no answer came: {said(error)}")
    if code // 100 == 2:
        return Sent(f"mid:{id}", id)
    if code // 100 in (4, 5):
        return _about(way, "the letter", code, words)
    return Unsure(way.told("the letter, and an answer that makes no sense", code, words))


def _about(way: Way, what: str, code: int, words: bytes) -> Outcome:
    """A no to one recipient. Raises Stopped for one that is about us: it would be said to the next one too."""
    no = _no(way, what, code, words)
    if code // 100 not in (4, 5) or code == _CLOSING or isinstance(no, SignedOut):
        raise Stopped(no)
    return no


def _no(way: Way, what: str, code: int, words: bytes) -> Refused | SignedOut | TryLater:
    """What a server's no means; an answer that is neither yes nor no is not one that lasts."""
    told = way.told(what, code, words)
    if code in _NOT_SIGNED_IN:
        return SignedOut(told)
    return Refused(told) if code // 100 == 5 else TryLater(told)
