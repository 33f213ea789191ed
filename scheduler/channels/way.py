"""The way of a letter: which server takes it, from whom, how one signs in there. Checked before anybody is called."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from scheduler import secrets
from scheduler.channels import Stopped
from scheduler.channels.smtp import one_line
from scheduler.errors import BadData
from scheduler.mail import is_address
from scheduler.model import Refused, SignedOut

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.model import Account

LOCAL = ("localhost", "127.0.0.1", "::1")
PORTS = {"smtps": 465, "smtp": 587}  # RFC 8314 and 6409
LOCAL_PORT = 25  # of a mail server on this machine, which may offer no other
_HTTPS = re.compile(r"https://[!-;=?-~]{1,880}")  # ASCII without spaces and < >, on one line of a letter


@dataclass(frozen=True, slots=True)
class Way:
    """Where a letter goes and how. `is_wrapped`: encrypted from the first byte. No password: on this machine alone.

    `is_person`: `to` is one of several, whose address is nobody else's business. `pepper` is what the `{token}` of an
    address to unsubscribe at is made with.
    """

    host: str
    port: int
    is_wrapped: bool
    sender: str
    user: str
    to: str
    unsubscribe: str
    password: str = field(repr=False)
    pepper: str = field(default="", repr=False)
    is_person: bool = False

    @property
    def is_local(self) -> bool:
        return self.host in LOCAL

    def told(self, what: str, code: int, words: bytes | str) -> str:
        """What a server said to what, without the password in any form in which it got it, and without a person."""
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        if self.password:
            sent = (f"\0{self.user}\0{self.password}", self.password)
            for secret in (*(base64.b64encode(s.encode()).decode() for s in sent), self.password):
                text = text.replace(secret, "***")
        if self.is_person and self.to:
            text = re.sub(re.escape(self.to), "the recipient", text, flags=re.IGNORECASE)
        return f"{what}: {code} {one_line(text)}".strip()

    def leave_at(self) -> str:
        """Where the recipient unsubscribes with one click; empty if nowhere. Raises Stopped if that gets too long."""
        token = hmac.new(self.pepper.encode(), self.to.lower().encode(), hashlib.sha256).hexdigest()[:32]
        url = self.unsubscribe.replace("{address}", quote(self.to, safe="")).replace("{token}", token)
        if url and not _HTTPS.fullmatch(url):
            raise Stopped(Refused("the address to unsubscribe at is too long"))
        return url


def way_of(account: Account, home: Path, *, is_many: bool) -> Way:
    """An account's way, checked; to many, its `to` is still open. Raises Stopped."""
    host, port, is_wrapped = server_of(account)
    for address, name in ((account.handle, "handle"), *(() if is_many else ((account.to, "to"),))):
        if not is_address(address):
            raise wrong(account, f'has no mail address in {name}: write one such as "news@example.org"')
    if account.unsubscribe and not _HTTPS.fullmatch(account.unsubscribe):
        raise wrong(account, "has an address to unsubscribe at that does not start with https://")
    pepper = secret_of(account, home, "unsubscribe")
    if "{token}" in account.unsubscribe and not pepper:
        raise wrong(account, f"has nothing to make the token with: daymark secret new {account.name}.unsubscribe")
    return Way(
        host=host,
        port=port,
        is_wrapped=is_wrapped,
        sender=account.handle,
        user=account.user or account.handle,
        to="" if is_many else account.to,
        unsubscribe=account.unsubscribe,
        password=_password(account, home, host),
        pepper=pepper,
        is_person=is_many,
    )


def server_of(account: Account) -> tuple[str, int, bool]:
    """Host, port, and whether it is encrypted from the first byte. Raises Stopped."""
    try:
        parts = urlsplit(account.server)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in PORTS:
        raise wrong(account, 'has no server for mail: write one such as "smtps://mail.example.org"')
    usual = LOCAL_PORT if host in LOCAL and parts.scheme == "smtp" else PORTS[parts.scheme]
    return host, port or usual, parts.scheme == "smtps"


def secret_of(account: Account, home: Path, name: str) -> str:
    """A secret of the account, or '' if it has none of that name. Raises Stopped."""
    try:
        return secrets.find(home, account.name, name)[0]
    except BadData as error:
        raise Stopped(SignedOut(str(error))) from error


def _password(account: Account, home: Path, host: str) -> str:
    """The password, or '' where none is needed. Raises Stopped."""
    password = secret_of(account, home, "password")
    if not password and host not in LOCAL:
        raise wrong(account, f"has no password: daymark secret set {account.name}.password")
    if not (account.user + password).isascii():
        raise wrong(account, "has a password or a user in letters that SMTP does not carry: choose plain letters")
    return password


def wrong(account: Account, what: str) -> Stopped:
    """What an account lacks, which a person has to see to."""
    return Stopped(SignedOut(f"{account.name} {what}"))
