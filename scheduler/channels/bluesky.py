"""Bluesky and other servers of its protocol (AT): a record for a post, with picture, language and what can be tapped.

A post is put at a place that only its stored row decides, and only if nothing stands there (`swapRecord` null): a
repeat changes nothing, and a look asks for that place alone. createRecord would answer a repeat with 500: that says
nothing.
Bluesky has no content notes, and its labels say other things than a note does: a post with one is refused.
Facts: the code and lexicons of @atproto/pds 0.4.217, and what it answers, read and run 2026-11-27.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from scheduler import secrets
from scheduler.channels import PictureError, Stopped, picture_bytes
from scheduler.channels.facets import facets, mentioned
from scheduler.channels.http import Http, NoAnswerError, NotSentError
from scheduler.channels.records import card, labels, shape, unfit
from scheduler.channels.threads import found_of, messages_of, send_each
from scheduler.channels.tid import dated, rkey_of
from scheduler.errors import BadData, ChannelError
from scheduler.kinds import KINDS, guarantee_of
from scheduler.model import Refused, Sent, SignedOut, TryLater, Unsure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scheduler.channels.http import Reply
    from scheduler.model import Account, Found, Media, Message, Outcome

POSTS = "app.bsky.feed.post"
_OVER = ("ExpiredToken", "InvalidToken")  # 400s that ask for a new sign-in


class Bluesky:
    """An account on a server that speaks the AT protocol, signed in with an app password."""

    def __init__(self, account: Account, home: Path) -> None:
        self.account, self.home = account, home
        self.guarantee, self.rates = guarantee_of(account), KINDS[account.channel].rates
        self._http = Http(f"{account.server}/xrpc")
        self._cids: dict[str, str] = {}  # of the records seen, by their names
        self._did = self._token = ""  # of the sign-in, which is kept until the server no longer takes it

    def send(self, message: Message) -> Outcome:
        self._http.begin()
        parts = messages_of(message)
        for part in parts:  # before any is out
            if why := unfit(part.wording.text, part.wording.note):
                return Refused(why)
        return send_each(parts, self._send)

    def _send(self, part: Message, out: Sequence[Sent]) -> Outcome:
        """One part, as an answer to the last that is out."""
        try:
            return self._put(part, self._record(part) | self._answers(out))
        except Stopped as stopped:
            return stopped.outcome
        except NotSentError as error:
            return TryLater(str(error))
        except NoAnswerError as error:
            return Unsure(str(error))

    def find(self, message: Message) -> Found:
        """Asks for the record at the message's place, and at those of its parts."""
        self._http.begin()
        parts, out = messages_of(message), list[Sent]()
        for part in parts:
            found = self._look(part)
            if not isinstance(found, Sent):
                return Unsure(found.why) if found else found_of(out, parts)
            out.append(found)
        return found_of(out, parts)

    def test(self) -> str:
        a = self.account
        self._http.begin()
        try:
            self._sign_in()
            reply = self._ask("GET", "com.atproto.server.getSession")
            self._http.before(reply, "the account")
            told = reply.json()
            name = _field(told, "handle")
        except Stopped as stopped:
            anew = isinstance(stopped.outcome, SignedOut)
            hint = f"sign in anew: daymark account sign-in {a.name}" if anew else "try again later"
            raise ChannelError(f"{a.server}: {stopped.why}", hint) from stopped
        except (NotSentError, NoAnswerError) as error:
            raise ChannelError(f"{a.server}: {error}", "try again later, or check the address") from error
        if told.get("active") is False:
            raise ChannelError(f"@{name} is {told.get('status', 'not active')}", "set it right in the app")
        return f"signed in as @{name} on {a.server}"

    def _put(self, message: Message, record: dict[str, Any]) -> Outcome:
        """Puts the record at its place, if nothing stands there. Raises NotSentError, NoAnswerError or Stopped."""
        asked = {"repo": self._did, "collection": POSTS, "rkey": rkey_of(message), "record": record}
        reply = self._ask("POST", "com.atproto.repo.putRecord", json=asked | {"validate": True, "swapRecord": None})
        if reply.is_good:
            return replace(self._sent(message, reply.json()), differs=self._differs(asked))
        if _error(reply) == "InvalidSwap":
            return self._look(message) or TryLater("what stood in the post's place is gone")
        return self._http.outcome(reply, "posting")

    def _differs(self, asked: dict[str, Any]) -> str:
        """How the record, as the server has it, is not what was put; empty if it is, or cannot be read back."""
        place = {name: asked[name] for name in ("repo", "collection", "rkey")}
        with suppress(NotSentError, NoAnswerError, Stopped):
            reply = self._ask("GET", "com.atproto.repo.getRecord", params=place)
            has = _field(reply.json(), "value") if reply.is_good else asked["record"]
            names = [name for name in {**asked["record"], **has} if has.get(name) != asked["record"].get(name)]
            return f"the server changed: {', '.join(names)}" if names else ""
        return ""

    def _look(self, message: Message) -> Sent | Refused | Unsure | None:
        """What stands at the message's place: itself, something else (Refused), nothing (None)."""
        try:
            self._signed_in()
            place = {"repo": self._did, "collection": POSTS, "rkey": rkey_of(message)}
            reply = self._ask("GET", "com.atproto.repo.getRecord", params=place)
            if reply.is_good:
                told = reply.json()
                if _field(_field(told, "value"), "text") == message.wording.text:
                    return self._sent(message, told)
                return Refused(f"another post stands where this one should: {_field(told, 'uri')}")
            return None if _error(reply) == "RecordNotFound" else Unsure(self._http.outcome(reply, "the post").why)
        except Stopped as stopped:
            return Unsure(stopped.why)
        except (NotSentError, NoAnswerError) as error:
            return Unsure(str(error))

    def _record(self, message: Message) -> dict[str, Any]:
        """The post as a record: for the same message the same bytes. Raises Stopped or NotSentError."""
        w = message.wording
        with _nothing_is_out():
            self._signed_in()
            record: dict[str, Any] = {
                "$type": POSTS,
                "text": w.text,
                "createdAt": dated(message),
                "langs": [message.language],
            }
            if tapped := facets(w.text, self._people(w.text)):
                record["facets"] = tapped
            if w.media:
                image = {"alt": w.alt} | self._upload(w.media)
                record["embed"] = {"$type": "app.bsky.embed.images", "images": [image]}
            elif shown := card(message):
                record["embed"] = shown
        return record | labels(self.account.options.get("label", ""))

    def _answers(self, out: Sequence[Sent]) -> dict[str, Any]:
        """What makes a record an answer: the first and the last of its thread, by name and digest (cid)."""
        if not out:
            return {}
        root, parent = ({"uri": sent.id, "cid": self._cids[sent.id]} for sent in (out[0], out[-1]))
        return {"reply": {"root": root, "parent": parent}}

    def _people(self, text: str) -> dict[str, str]:
        """The DIDs of those whom a text mentions; who cannot be found stays plain text."""
        found = {}
        for handle in mentioned(text):
            reply = self._ask("GET", "com.atproto.identity.resolveHandle", params={"handle": handle})
            if reply.status != 400:  # Unable to resolve handle
                self._http.before(reply, f"who @{handle} is")
                found[handle] = str(_field(reply.json(), "did"))
        return found

    def _upload(self, media: Media) -> dict[str, Any]:
        """The picture on the server, and the shape of it."""
        try:
            data = picture_bytes(media, self.account.channel)
        except PictureError as error:
            raise Stopped(Refused(str(error))) from error
        form, width, height = shape(data)
        reply = self._ask("POST", "com.atproto.repo.uploadBlob", content=data, headers={"Content-Type": form})
        self._http.before(reply, "the picture")
        return {"image": _field(reply.json(), "blob"), "aspectRatio": {"width": width, "height": height}}

    def _ask(self, method: str, name: str, **words: Any) -> Reply:
        """One request of the account; if its sign-in is over, it signs in once more and asks again.

        Raises NotSentError, NoAnswerError, or Stopped if the account is signed out.
        """
        headers = words.pop("headers", {})
        for last in (False, True):
            signed = {"Authorization": f"Bearer {self._token}", **headers}
            reply = _with_wait(self._http.ask(method, f"/{name}", headers=signed, **words))
            if reply.status != 401 and _error(reply) not in _OVER:
                break
            if last:
                raise Stopped(SignedOut(self._http.outcome(reply, "signed in, but").why))
            self._sign_in()
        return reply

    def _signed_in(self) -> None:
        if not self._token:
            self._sign_in()

    def _sign_in(self) -> None:
        """Signs in with what the secrets hold now. Raises Stopped or NotSentError."""
        name, a = self.account.name, self.account
        try:
            password, _ = secrets.find(self.home, name, "password")
        except BadData as error:
            raise Stopped(SignedOut(str(error))) from error
        if not (password and a.server and a.handle):
            raise Stopped(SignedOut(f"{name} has no app password: daymark account sign-in {name}"))
        self._http.secrets, self._token = (password,), ""
        asked = {"identifier": _bare(a.handle), "password": password}
        with _nothing_is_out():
            reply = _with_wait(self._http.ask("POST", "/com.atproto.server.createSession", json=asked))
            self._http.before(reply, "signing in")
            told = reply.json()
            self._did, self._token = str(_field(told, "did")), str(_field(told, "accessJwt"))
            self._http.secrets = (password, self._token, str(told.get("refreshJwt", "")))

    def _sent(self, message: Message, told: Any) -> Sent:
        place = f"https://bsky.app/profile/{_bare(self.account.handle)}/post/{rkey_of(message)}"
        uri = str(_field(told, "uri"))
        self._cids[uri] = str(_field(told, "cid"))
        return Sent(place, uri)


@contextmanager
def _nothing_is_out() -> Iterator[None]:
    """Around what is asked for before a post is put: without an answer nothing is out either. Raises Stopped."""
    try:
        yield
    except NoAnswerError as error:
        raise Stopped(TryLater(str(error))) from error


def _with_wait(reply: Reply) -> Reply:
    """The answer with a Retry-After, where the server says only RateLimit-Reset, in seconds since 1970."""
    until = reply.headers.get("ratelimit-reset", "")
    if reply.status != 429 or "retry-after" in reply.headers or not (until.isascii() and until.isdigit()):
        return reply
    try:
        now = parsedate_to_datetime(reply.headers.get("date", "")).timestamp()  # the server's clock, not ours
    except ValueError:
        return reply
    return replace(reply, headers={**reply.headers, "retry-after": str(max(0, int(until) - int(now)))})


def _error(reply: Reply) -> str:
    """The name that an answer of 400 gives to what went wrong; empty for any other."""
    if reply.status != 400:
        return ""
    try:
        told = reply.json()
    except NoAnswerError:
        return ""
    return str(told.get("error", "")) if isinstance(told, dict) else ""


def _field(told: Any, name: str) -> Any:
    if not isinstance(told, dict) or name not in told:
        raise NoAnswerError(f"the answer makes no sense: it has no {name}")
    return told[name]


def _bare(handle: str) -> str:
    return handle.removeprefix("@").lower()
