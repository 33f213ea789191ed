"""A signed request to a program that goes on from there: n8n, Make, Zapier, Node-RED, Postiz, or one's own.

Signed as Standard Webhooks 1.0.0 says (github.com/standard-webhooks/standard-webhooks, read 2026-11-27), with the id
that stays the same at each try; beside it the headers that older recipes know.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING

from scheduler import secrets
from scheduler.channels.http import BUSY, Http, NoAnswerError, NotSentError, retry_after
from scheduler.errors import BadData
from scheduler.kinds import KINDS, guarantee_of
from scheduler.model import Sent, SignedOut, TryLater, Unsure

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.channels.http import Reply
    from scheduler.model import Account, Found, Message, Outcome

TYPE = "post.due"
PREFIX = "whsec_"
GONE = 410  # the standard's word for: send nothing here any more


class Webhook:
    """An address that takes posts."""

    def __init__(self, account: Account, home: Path) -> None:
        self.account, self.home = account, home
        self.guarantee, self.rates = guarantee_of(account), KINDS[account.channel].rates
        self._http: Http | None = None

    def send(self, message: Message) -> Outcome:
        try:
            secret, _ = secrets.find(self.home, self.account.name, "secret")
            key = key_of(secret)
        except BadData as error:
            return SignedOut(str(error))
        if self._http is None:
            self._http = Http(self.account.server, {"Content-Type": "application/json"}, (secret,))
        self._http.begin()
        at = int(message.at.timestamp())  # a new one at each try: a receiver refuses what is old
        body = body_of(message, at)
        try:
            reply = self._http.ask("POST", "", content=body, headers=signed(key, message.key, at, body))
        except NotSentError as error:
            return TryLater(str(error))
        except NoAnswerError as error:
            return Unsure(str(error))
        return Sent(self.account.server, message.key) if reply.is_good else self._meant(self._http, reply)

    def _meant(self, http: Http, reply: Reply) -> Outcome:
        """What an answer that is not good means."""
        if reply.status == GONE:
            return SignedOut(f"{self.account.server} says 410: it takes no posts any more")
        told = http.outcome(reply, "the receiver")
        if reply.status == BUSY and self.account.options.get("busy") == "refused":
            return TryLater(told.why, retry_after(reply))
        return told

    def find(self, message: Message) -> Found:
        del message
        return Unsure("a receiver cannot be asked")

    def test(self) -> str:
        secret, where = secrets.find(self.home, self.account.name, "secret")
        key_of(secret)
        return f"its secret is right, from {where}; nothing was sent: a receiver cannot be asked without a post"


def key_of(secret: str) -> bytes:
    """The bytes that sign, of a secret `whsec_` and base64 of 24 to 64 bytes. Raises BadData."""
    hint = "make one with: daymark secret new ACCOUNT.secret, and give it to the receiver"
    if not secret:
        raise BadData("the webhook has no secret", hint)
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise BadData("the secret of the webhook is none of Standard Webhooks", hint)
    return key


def body_of(message: Message, at: int) -> bytes:
    """What is sent: the post as JSON. `at` is the moment of the try, in seconds since 1970."""
    w = message.wording
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    data = {"id": message.key, "post": message.post, "account": message.account, "network": message.network}
    data |= {"language": message.language, "text": w.text, "content_note": w.note, "title": message.title}
    data |= {"local": message.local.isoformat(), "zone": message.zone}
    return json.dumps({"type": TYPE, "timestamp": moment, "data": data}, ensure_ascii=False).encode()


def signed(key: bytes, id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of a try: the standard's three, the draft of Idempotency-Key, and a digest that older tools check."""
    signature = base64.b64encode(_hmac(key, f"{id}.{at}.".encode() + body)).decode()
    return {
        "webhook-id": id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
        "Idempotency-Key": f'"{id}"',
        "X-Hub-Signature-256": f"sha256={_hmac(key, body).hex()}",
    }


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()
