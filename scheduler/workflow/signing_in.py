"""Signing in to a server of the Mastodon API by OAuth: a person says yes in a browser and brings back a code.

Facts: docs.joinmastodon.org/client/authorized and /methods/oauth, read 2026-11-27.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from scheduler import secrets
from scheduler.channels.http import Http, NoAnswerError, NotSentError, words_of
from scheduler.errors import ChannelError

if TYPE_CHECKING:
    from scheduler.model import Account
    from scheduler.workflow import Workspace

CHANNEL = "mastodon"  # the one whose servers have this sign-in
NOWHERE = "urn:ietf:wg:oauth:2.0:oob"  # the server shows the code to the person
SCOPES = "write:statuses write:media read:statuses read:accounts"  # no more than a post and its look-up need
PLAIN_SCOPES = "read write"  # for servers that know none finer


@dataclass(frozen=True, slots=True)
class App:
    """Daymark as a server knows it: what a sign-in begins and ends with. `page` is for the person's browser."""

    client: str
    secret: str
    scopes: str
    page: str


def register(account: Account) -> App:
    """Makes Daymark known to the account's server. Raises ChannelError."""
    for scopes in (SCOPES, PLAIN_SCOPES):
        asked = {"client_name": "Daymark", "redirect_uris": NOWHERE, "scopes": scopes}
        status, told = _ask(account, "/api/v1/apps", asked)
        if status < 300:
            break
    client, secret = _of(told, "client_id", account), _of(told, "client_secret", account)
    words = {"response_type": "code", "client_id": client, "redirect_uri": NOWHERE, "scope": scopes}
    return App(client, secret, scopes, f"{account.server}/oauth/authorize?{urlencode(words)}")


def finish(ws: Workspace, account: Account, app: App, code: str) -> None:
    """Swaps the code for a token and keeps it. Raises ChannelError if the server does not take it."""
    asked = {"grant_type": "authorization_code", "code": code.strip(), "client_id": app.client}
    asked |= {"client_secret": app.secret, "redirect_uri": NOWHERE, "scope": app.scopes}
    status, told = _ask(account, "/oauth/token", asked)
    if status >= 300:
        raise ChannelError(
            f"{account.server} does not take the code", f"once more: daymark account sign-in {account.name}"
        )
    secrets.keep(ws.home, account.name, "token", _of(told, "access_token", account))


def _ask(account: Account, path: str, asked: dict[str, str]) -> tuple[int, Any]:
    http = Http(account.server)
    http.begin()
    try:
        reply = http.ask("POST", path, data=asked)
        return reply.status, reply.json() if reply.is_good else words_of(reply)
    except (NotSentError, NoAnswerError) as error:
        raise ChannelError(f"{account.server}: {error}", "check the address; try again later") from error
    finally:
        http.close()


def _of(told: Any, name: str, account: Account) -> str:
    if not isinstance(told, dict) or not told.get(name):
        raise ChannelError(f"{account.server} does not speak the Mastodon API: {told}"[:200], "check the address")
    return str(told[name])
