"""A site made with WordPress, as its REST API shows it to one user with an application password.

Facts: developer.wordpress.org/rest-api, and what WordPress 6.1.9 answers, read and run 2026-11-27.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from scheduler import secrets
from scheduler.channels import Stopped
from scheduler.channels.http import Http, NoAnswerError
from scheduler.errors import BadData, ChannelError
from scheduler.model import SignedOut

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.channels.http import Reply
    from scheduler.model import Account

API = "wp/v2"
_ABSENT = (401, 403, 404, 410)  # where it is turned off, or never was


class Press:
    """What is asked of a site for an account."""

    def __init__(self, account: Account, home: Path) -> None:
        self.account, self.home = account, home
        self.http = Http(account.server)
        self._token = ""

    def begin(self) -> None:
        """A new send or look, with what the secrets hold now. Raises Stopped."""
        name, a = self.account.name, self.account
        try:
            password, _ = secrets.find(self.home, name, "password")
        except BadData as error:
            raise Stopped(SignedOut(str(error))) from error
        if not (password and a.server and a.handle):
            raise Stopped(SignedOut(f"{name} has no application password: daymark account sign-in {name}"))
        self._token = b64encode(f"{a.handle}:{password}".encode()).decode()
        self.http.secrets = (self._token, password, password.replace(" ", ""))
        self.http.begin()

    def ask(self, method: str, route: str, **words: Any) -> Reply:
        """One request of the user. The address with rest_route works whatever the site's permalinks are.

        Raises NotSentError or NoAnswerError.
        """
        params = {"rest_route": f"/{API}{route}", **words.pop("params", {})}
        # Nothing between the site and us may answer a look from memory.
        signed = {"Authorization": f"Basic {self._token}", "Cache-Control": "no-cache"}
        return self.http.ask(method, "/", params=params, headers=signed, **words)

    def row(self, method: str, route: str, what: str, **words: Any) -> dict[str, Any]:
        """What a request before the one that publishes is answered with. Raises Stopped too."""
        reply = self.ask(method, route, **words)
        self.http.before(reply, what)
        return row_of(reply)

    def rows(self, route: str, what: str, **asked: str) -> list[dict[str, Any]]:
        """What the site has of a kind. Raises Stopped too: also where not everything would be shown."""
        reply = self.ask("GET", route, params=asked)
        if reply.status in (400, 404):  # who is not signed in may not ask for drafts; or there is no API
            why = "the site does not take the application password, or its server does not pass it on"
            why = why if reply.status == 400 else "the REST API of WordPress is not there"
            raise Stopped(SignedOut(f"{self.http.outcome(reply, what).why}: {why}"))
        self.http.before(reply, what)
        told = reply.json()
        if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
            raise NoAnswerError("the answer makes no sense: it is no list")
        return told

    def about(self) -> dict[str, Any]:
        """What the site says of itself to everybody. Raises ChannelError if it does not speak the API."""
        server = self.account.server
        reply = self.http.ask("GET", "/", params={"rest_route": "/"})
        if 300 <= reply.status < 400:
            to = reply.headers.get("location", "").partition("?")[0]
            raise ChannelError(
                f"{server} points elsewhere, and that is not followed", f"write the address that it points to: {to}"
            )
        if reply.status not in _ABSENT:
            self.http.before(reply, "the site")
            try:
                site = row_of(reply)
            except NoAnswerError:
                site = {}  # a page of something else
            if API in (site.get("namespaces") or ()):
                return site
        hint = "check the address; a plug-in may have turned the API off"
        raise ChannelError(f"{server} answers {reply.status} without the REST API of WordPress", hint)


def row_of(reply: Reply) -> dict[str, Any]:
    """The answer as what it should be. Raises NoAnswerError."""
    told = reply.json()
    if not isinstance(told, dict):
        raise NoAnswerError("the answer makes no sense: it is a list, or no more than a value")
    return told


def said(row: dict[str, Any], name: str) -> str:
    """A text of a row; of a text that is told as written and as shown, what was written. Raises NoAnswerError."""
    value = row.get(name)
    value = value.get("raw") if isinstance(value, dict) else value
    if not isinstance(value, str):
        raise NoAnswerError(f"the answer makes no sense: it has no {name}")
    return value


def number(row: dict[str, Any], name: str = "id") -> int:
    """A number of a row. Raises NoAnswerError."""
    value = row.get(name)
    if not isinstance(value, int):
        raise NoAnswerError(f"the answer makes no sense: it has no {name}")
    return value


def numbers(row: dict[str, Any], name: str) -> list[int]:
    """The numbers of a row in their order. Raises NoAnswerError."""
    value = row.get(name)
    if not isinstance(value, list) or not all(isinstance(n, int) for n in value):
        raise NoAnswerError(f"the answer makes no sense: it has no {name}")
    return sorted(value)
