"""Requests of channels: to the address that an account names and nowhere else, with an end to everything.

https only, or http on this very machine; certificates checked; no redirect followed; a time-out for each step and one
for all of a send; no answer longer than a cap.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx

from scheduler.channels import Stopped
from scheduler.model import Refused, SignedOut, TryLater, Unsure

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping


STEP = 15.0  # seconds for a connection, a write, or a silence between two pieces of an answer
WHOLE = 40.0  # seconds for all requests of one send: a third of the time for which a post is claimed
MOST = 2_000_000  # bytes of an answer
LONGEST_WAIT = timedelta(days=2)  # of a Retry-After that is believed
TOLD = 200  # signs of a server's words that are kept

# A server means by it that it has done nothing. But what stands before a server says it too of a request that it passed
# on and got no answer to: Envoy and Fastly do, Varnish even with a Retry-After, and a Via (docs.fastly.com/en/guides/
# common-503-errors; varnish.org/tips/varnishlog/fetcherror.html; envoyproxy/envoy#14981; read 2026-11-27). So it counts
# as not done only where the server itself says when to come again.
BUSY = 503


class NotSentError(Exception):
    """The request has not reached the server, or the server says that it has done nothing with it."""


class NoAnswerError(Exception):
    """The request has left, and what became of it is unknown."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `headers` have names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body read as JSON. Raises NoAnswerError if it is none: cut short, or of something in between."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise NoAnswerError("the answer makes no sense: it is no JSON, or was cut short") from error


@dataclass(slots=True)
class Http:
    """A client for one account. `server` is the address that all paths are under; no `secrets` stand in its words."""

    server: str
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    clock: Callable[[], float] = time.monotonic
    _client: httpx.Client | None = None
    _until: float = 0.0

    def begin(self) -> None:
        """A new send, or a new look: its time begins."""
        self._until = self.clock() + WHOLE

    def ask(self, method: str, path: str, **words: Any) -> Reply:
        """One request. `words` are httpx's: params, json, data, files, content, headers.

        Raises NotSentError or NoAnswerError.
        """
        left = self._until - self.clock()
        if left <= 0:
            raise NotSentError(f"the service took longer than {WHOLE:g} seconds")
        if self._client is None:
            # Packed answers have no length to cap. A connection is not used twice: where a server closes it without a
            # word (snac does so after every answer), nobody knows whether the next request got through.
            plain = {"User-Agent": "daymark", "Accept-Encoding": "identity", "Connection": "close"}
            once = httpx.Limits(max_keepalive_connections=0)
            self._client = httpx.Client(
                headers=plain | dict(self.headers),
                limits=once,
                follow_redirects=False,
                trust_env=False,
                verify=_certificates(),
            )
        try:
            with self._client.stream(method, self.server + path, timeout=min(STEP, left), **words) as answer:
                return Reply(answer.status_code, dict(answer.headers), self._read(answer))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSentError(self.clean(f"no connection: {_said(error)}")) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise NoAnswerError(self.clean(f"no answer: {_said(error)}")) from error

    def _read(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        for piece in answer.iter_raw():
            body += piece
            if len(body) > MOST:
                raise NoAnswerError(f"the answer is longer than {MOST} bytes")
            if self.clock() > self._until:
                raise NoAnswerError(f"the answer took longer than {WHOLE:g} seconds")
        return bytes(body)

    def before(self, reply: Reply, what: str) -> None:
        """For a request before the one that publishes: nothing is out. Raises Stopped unless the answer is good."""
        if not reply.is_good:
            outcome = self.outcome(reply, what)
            raise Stopped(TryLater(outcome.why, retry_after(reply)) if isinstance(outcome, Unsure) else outcome)

    def outcome(self, reply: Reply, what: str) -> Refused | SignedOut | TryLater | Unsure:
        """What an answer that is not good means for a post. `what` is what was asked for."""
        said = self.clean(f"{what}: {reply.status} {words_of(reply)}".strip())
        wait = retry_after(reply)
        if reply.status == 429 or (reply.status == BUSY and wait is not None and "via" not in reply.headers):
            return TryLater(said, wait if wait is not None else timedelta(minutes=5))
        if reply.status in (401, 403):
            return SignedOut(said)
        if reply.status >= 500 or reply.status in (408, 425) or reply.status < 200:
            return Unsure(said)
        if 300 <= reply.status < 400:
            return Refused(f"{said}: it points elsewhere, and that is not followed")
        return Refused(said)

    def clean(self, text: str) -> str:
        """A text without the account's secrets in it, and not long."""
        for secret in self.secrets:
            if secret:
                text = text.replace(secret, "***")
        return text

    def close(self) -> None:
        if self._client:
            self._client.close()
            self._client = None


@cache
def _certificates() -> ssl.SSLContext:
    """Whom we trust. Reading them takes as long as some ten requests: once is enough for all accounts."""
    return httpx.create_ssl_context(trust_env=False)


def words_of(reply: Reply) -> str:
    """What a server says went wrong, in one line: of JSON the usual fields, of anything else nothing."""
    try:
        told = json.loads(reply.body)
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    said = next((told[name] for name in ("error_description", "message", "error", "detail") if told.get(name)), "")
    return " ".join(str(said).split())[:TOLD]


def retry_after(reply: Reply) -> timedelta | None:
    """How long a server asks to wait, from Retry-After as seconds or as a date; None if it does not say."""
    told = reply.headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return min(timedelta(seconds=min(int(told), 10**9)), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(told)
    except (ValueError, TypeError):
        return None
    try:
        since = parsedate_to_datetime(reply.headers.get("date", ""))  # the server's own clock: ours may go wrong
    except (ValueError, TypeError):
        return None
    if until.tzinfo is None or since.tzinfo is None:
        return None
    return min(max(until - since, timedelta()), LONGEST_WAIT)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:TOLD] or type(error).__name__
