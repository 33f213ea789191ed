"""The Mastodon API, as its own server and others speak it: a status for a post, with picture, note and language.

Its Idempotency-Key is remembered for an hour by Mastodon itself and not at all by others, so a second try comes after a
look at the account's own statuses. Facts: docs.joinmastodon.org (statuses, media, accounts), read 2026-11-27.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from scheduler import secrets
from scheduler.channels import PictureError, Stopped, picture_bytes
from scheduler.channels.http import Http, NoAnswerError, NotSentError
from scheduler.channels.threads import found_of, key_of, messages_of, send_each
from scheduler.errors import BadData, ChannelError
from scheduler.kinds import KINDS, guarantee_of
from scheduler.model import Refused, Sent, SignedOut, Takes, TryLater, Unsure
from scheduler.pictures import ending

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scheduler.model import Account, Found, Message, Outcome

PAGE, PAGES = 40, 5  # own statuses that a look goes through, at most so many times
# How far our clock and the server's may be apart: a look that began too late would let a post go out twice, one that
# begins too early sees at worst the same words of the same account a day before.
CLOCKS_APART = timedelta(days=2)
POLL = 1.0  # seconds between two questions whether a picture is ready
UNREADY = 206  # what a server answers for a picture that it is still working on


class Mastodon:
    """An account on a server that speaks the Mastodon API."""

    def __init__(self, account: Account, home: Path) -> None:
        self.account, self.home = account, home
        self.guarantee, self.rates = guarantee_of(account), KINDS[account.channel].rates
        self._http: Http | None = None

    def send(self, message: Message) -> Outcome:
        """Of a thread, after a look, the parts that are not out: any try may have been cut in the middle."""
        parts = messages_of(message)
        try:
            http = self._begin()
            there = self._there(http, message, parts) if len(parts) > 1 else []
        except Stopped as stopped:
            return stopped.outcome
        except (NotSentError, NoAnswerError) as error:  # this try has asked for nothing that is public
            return TryLater(str(error))
        return send_each(parts, lambda p, out: there[p.part] if p.part < len(there) else self._send(http, p, out))

    def _send(self, http: Http, message: Message, out: Sequence[Sent]) -> Outcome:
        """One post, or one part as an answer to the last that is out."""
        try:
            fields = self._fields(message, self._upload(http, message))
        except Stopped as stopped:
            return stopped.outcome
        except (NotSentError, NoAnswerError) as error:  # nothing that is public has been asked for yet
            return TryLater(str(error))
        if out:
            fields["in_reply_to_id"] = out[-1].id
        try:
            reply = http.ask("POST", "/api/v1/statuses", data=fields, headers={"Idempotency-Key": key_of(message)})
            if not reply.is_good:
                return http.outcome(reply, "posting")
            status = reply.json()
            return replace(_sent(status), differs=self._differs(http, status, message))
        except NotSentError as error:
            return TryLater(str(error))
        except NoAnswerError as error:
            return Unsure(str(error))

    def find(self, message: Message) -> Found:
        """Looks through the account's own statuses since the first try for one that says the same."""
        parts = messages_of(message)
        try:
            http = self._begin()
            if len(parts) > 1:
                return found_of(self._there(http, message, parts), parts)
            for status in self._own(http, message.since - CLOCKS_APART):
                if self._is(http, status, message):
                    return _sent(status)
        except Stopped as stopped:
            return Unsure(stopped.why)
        except (NotSentError, NoAnswerError) as error:
            return Unsure(str(error))
        return None

    def test(self) -> str:
        try:
            http = self._begin()
            reply = http.ask("GET", "/api/v1/accounts/verify_credentials")
            http.before(reply, "the account")
            name = _field(reply.json(), "acct")
            return f"signed in as @{name} on {self.account.server}"
        except Stopped as stopped:
            raise ChannelError(stopped.why, f"sign in anew: daymark account sign-in {self.account.name}") from stopped
        except (NotSentError, NoAnswerError) as error:
            raise ChannelError(f"{self.account.server}: {error}", "try again later, or check the address") from error

    def takes(self, at: datetime) -> Takes:
        """From version 2 of the instance's page, or 1 where that is all it has. Raises ChannelError."""
        server = self.account.server
        try:
            http = self._begin()
            for version in ("v2", "v1"):
                reply = http.ask("GET", f"/api/{version}/instance")
                if reply.is_good:
                    return _takes(server, at, reply.json())
        except Stopped as stopped:
            raise ChannelError(stopped.why, f"sign in anew: daymark account sign-in {self.account.name}") from stopped
        except (NotSentError, NoAnswerError) as error:
            raise ChannelError(f"{server}: {error}", "try again later, or check the address") from error
        return Takes(server, at)

    def _begin(self) -> Http:
        """The client, with a new time. Raises Stopped without a token or a server."""
        if self._http is None:
            name = self.account.name
            try:
                token, _ = secrets.find(self.home, name, "token")
            except BadData as error:
                raise Stopped(SignedOut(str(error))) from error
            if not token or not self.account.server:
                raise Stopped(SignedOut(f"{name} has no token: daymark account sign-in {name}"))
            self._http = Http(self.account.server, {"Authorization": f"Bearer {token}"}, (token,))
        self._http.begin()
        return self._http

    def _differs(self, http: Http, status: dict[str, Any], message: Message) -> str:
        """How a status, as the server has it, is not what was approved; empty if it is, or cannot be read back."""
        w = message.wording
        asked = {"visibility": self.account.options.get("visibility", "public"), "spoiler_text": w.note}
        told = [f"{name} is '{status.get(name)}'" for name, want in asked.items() if status.get(name, want) != want]
        shown = [str(media.get("description") or "") for media in status.get("media_attachments") or []]
        if shown != ([w.alt] if w.media else []):
            told.append(f"its pictures are described as {shown}")
        with suppress(NotSentError, NoAnswerError):
            source = http.ask("GET", f"/api/v1/statuses/{_field(status, 'id')}/source")
            if source.is_good and _plain(_field(source.json(), "text")) != _plain(w.text):
                told.append("its text is another")
        return "; ".join(told)

    def _upload(self, http: Http, message: Message) -> str:
        """The id of the post's picture once the server has it ready; empty if there is none."""
        w = message.wording
        if not w.media:
            return ""
        try:
            data = picture_bytes(w.media, self.account.channel)
        except PictureError as error:
            raise Stopped(Refused(str(error))) from error
        file = {"file": (f"picture.{ending(data)}", data)}
        reply = http.ask("POST", "/api/v2/media", files=file, data={"description": w.alt})
        http.before(reply, "the picture")
        id = str(_field(reply.json(), "id"))
        while reply.status in (202, UNREADY):
            time.sleep(POLL)  # the whole of a send has an end, which the next question keeps
            reply = http.ask("GET", f"/api/v1/media/{id}")
            http.before(reply, "the picture")
        return id

    def _fields(self, message: Message, picture: str) -> dict[str, Any]:
        """A status as the fields of a form: every server of this API takes those."""
        w = message.wording
        fields: dict[str, Any] = {"status": w.text, "language": message.language}
        fields["visibility"] = self.account.options.get("visibility", "public")
        if w.note:
            fields |= {"spoiler_text": w.note, "sensitive": "true"}
        if picture:
            fields["media_ids[]"] = [picture]
        return fields

    def _own(self, http: Http, since: datetime) -> Iterator[dict[str, Any]]:
        """The account's own statuses, newest first, back to a moment. Raises NoAnswerError if that is too far back."""
        reply = http.ask("GET", "/api/v1/accounts/verify_credentials")
        http.before(reply, "the account")
        path, last = f"/api/v1/accounts/{_field(reply.json(), 'id')}/statuses", ""
        for _ in range(PAGES):
            asked = {"limit": str(PAGE), "exclude_reblogs": "true"} | ({"max_id": last} if last else {})
            reply = http.ask("GET", path, params=asked)
            http.before(reply, "its statuses")
            page = reply.json()
            if not isinstance(page, list):
                raise NoAnswerError("the answer makes no sense: it is no list of statuses")
            for status in page:
                if _made(status) < since:
                    return
                yield status
            if not page or str(_field(page[-1], "id")) == last:
                return
            last = str(_field(page[-1], "id"))
        raise NoAnswerError(f"more than {PAGE * PAGES} statuses since then: look yourself")

    def _there(self, http: Http, message: Message, parts: Sequence[Message]) -> list[Sent]:
        """The first parts of a thread that are out, each an answer to the one before it."""
        out: list[Sent] = []
        own = list(self._own(http, message.since - CLOCKS_APART))
        for part in parts:
            before = out[-1].id if out else ""
            answers = [status for status in own if str(status.get("in_reply_to_id") or "") == before]
            found = next((status for status in answers if self._is(http, status, part)), None)
            if found is None:
                break
            out.append(_sent(found))
        return out

    def _is(self, http: Http, status: dict[str, Any], message: Message) -> bool:
        """Whether a status says what the message says; its HTML is each server's own, so its source is compared."""
        reply = http.ask("GET", f"/api/v1/statuses/{_field(status, 'id')}/source")
        if reply.status == 404:
            if http.ask("GET", f"/api/v1/statuses/{_field(status, 'id')}").status == 404:
                return False  # taken down since the list was made
            raise NoAnswerError("the server does not show what its statuses were written as: look yourself")
        http.before(reply, "the source of a status")
        source, w = reply.json(), message.wording
        says = [_plain(_field(source, name)) for name in ("text", "spoiler_text")]
        return says == [_plain(w.text), _plain(w.note)]


def _takes(server: str, at: datetime, told: Any) -> Takes:
    """What a page of an instance says; `max_toot_chars` and `description_limit` at its top are older servers' words."""
    statuses, media = (_inner(_inner(told, "configuration"), name) for name in ("statuses", "media_attachments"))
    return Takes(
        server,
        at,
        most=_whole(statuses, "max_characters") or _whole(told, "max_toot_chars"),
        link=_whole(statuses, "characters_reserved_per_url"),
        alt_most=_whole(media, "description_limit") or _whole(told, "description_limit"),
        picture_bytes=_whole(media, "image_size_limit"),
    )


def _inner(told: Any, name: str) -> Any:
    return told.get(name) if isinstance(told, dict) else None


def _whole(told: Any, name: str) -> int:
    """A number over 0; 0 for anything else."""
    value = _inner(told, name)
    return value if type(value) is int and value > 0 else 0


def _sent(status: Any) -> Sent:
    """What a server says of a status that is there. Raises NoAnswerError."""
    id = str(_field(status, "id"))
    return Sent(str(status.get("url") or status.get("uri") or id), id)


def _field(told: Any, name: str) -> Any:
    if not isinstance(told, dict) or name not in told:
        raise NoAnswerError(f"the answer makes no sense: it has no {name}")
    return told[name]


def _made(status: Any) -> datetime:
    try:
        return datetime.fromisoformat(str(_field(status, "created_at")))
    except ValueError as error:
        raise NoAnswerError("the answer makes no sense: a status without a time") from error


def _plain(text: Any) -> str:
    return " ".join(str(text or "").split())
