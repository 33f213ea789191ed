"""WordPress by its REST API: an article for a post, with picture, tags and language.

WordPress knows no keys, and makes of a second article of the same slug one more, with -2 at the end. So an article is
made as a draft, which no reader sees, under a slug that only its stored row decides; then it is published by its
number. Before either it is looked for. A draft that comes late, after the look that did not see it, stays a draft: it
is one too many for the editors, and no reader gets a post twice. Publishing the same number again changes nothing.
What a person has changed is never written over.
Facts: developer.wordpress.org/rest-api, and what WordPress 6.1.9 answers, read and run 2026-11-27.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from scheduler import secrets
from scheduler.channels import PictureError, Stopped, picture_bytes
from scheduler.channels.article import content_of, excerpt_of, slug_of, tags_of, title_of
from scheduler.channels.http import Http, NoAnswerError, NotSentError
from scheduler.errors import BadData, ChannelError
from scheduler.kinds import KINDS, guarantee_of
from scheduler.model import Refused, Sent, SignedOut, TryLater, Unsure

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.channels.http import Reply
    from scheduler.model import Account, Found, Media, Message, Outcome

API = "/wp/v2"
BIN = "trash"
_BINNED = "__trashed"  # ends the slug of what lies in the bin
_NOT_TAKEN = "the site does not take the application password, or its server does not pass it on"
_NO_API = "the REST API of WordPress is not there"
_RAW = ("title", "content", "excerpt")  # told as what was written and as what is shown


class WordPress:
    """A user of a site, signed in with an application password."""

    def __init__(self, account: Account, home: Path) -> None:
        self.account, self.home = account, home
        self.guarantee, self.rates = guarantee_of(account), KINDS[account.channel].rates
        self.status = account.options.get("status", "publish")
        self._http = Http(account.server)

    def send(self, message: Message) -> Outcome:
        try:
            self._sign()
            stands = self._look(message)
            if stands and (told := self._told(stands)):
                return told
            fields, shown = self._fields(message)
            if stands:
                self._same(stands, fields)
            elif self.status == "publish":
                stands = self._made(fields)
        except Stopped as stopped:
            return stopped.outcome
        except (NotSentError, NoAnswerError) as error:  # at most a draft is there
            return TryLater(str(error))
        return self._publish(stands, fields, shown)

    def find(self, message: Message) -> Found:
        """Looks for the article by its slug. A draft is not out, unless the account is for drafts."""
        try:
            self._sign()
            stands = self._look(message)
        except Stopped as stopped:
            return Unsure(stopped.why)
        except (NotSentError, NoAnswerError) as error:
            return Unsure(str(error))
        told = self._told(stands) if stands else None
        return Unsure(told.why) if isinstance(told, Refused) else told

    def test(self) -> str:
        a = self.account
        try:
            self._sign()
            site = self._site()
            reply = self._ask("GET", "/users/me", params={"context": "edit"})
            if reply.status == 401 and "application-passwords" not in (site.get("authentication") or {}):
                raise ChannelError(f"{a.server} takes no application passwords", "they need https and may be off")
            self._http.before(reply, "signing in")
            return self._may(site, reply.json())
        except Stopped as stopped:
            anew = isinstance(stopped.outcome, SignedOut)
            hint = (
                f"sign in anew: daymark account sign-in {a.name}" if anew else "try again later, or check the address"
            )
            raise ChannelError(f"{a.server}: {stopped.why}", hint) from stopped
        except (NotSentError, NoAnswerError) as error:
            raise ChannelError(f"{a.server}: {error}", "try again later, or check the address") from error

    def _site(self) -> dict[str, Any]:
        """What the site says of itself. Raises ChannelError if it does not speak the API."""
        reply = self._http.ask("GET", "/", params={"rest_route": "/"})
        if 300 <= reply.status < 400:
            hint = f"write the address that it points to: {reply.headers.get('location', '?').partition('?')[0]}"
            raise ChannelError(f"{self.account.server} points elsewhere, and that is not followed", hint)
        if reply.status not in (401, 403, 404, 410):
            self._http.before(reply, "the site")
            try:
                site = reply.json()
                if "wp/v2" in _field(site, "namespaces"):
                    return dict(site)
            except NoAnswerError:
                pass  # a page of something else
        hint = "check the address; a plug-in may have turned the API off"
        raise ChannelError(f"{self.account.server} answers {reply.status} without the REST API of WordPress", hint)

    def _may(self, site: dict[str, Any], me: Any) -> str:
        """Who is signed in, and what they may do. Raises ChannelError if that is not enough for the account."""
        able = _field(me, "capabilities")
        name, where = _field(me, "username"), f"{site.get('name', '')} ({self.account.server})".strip()
        needed = {"publish": "publish_posts", "draft": "edit_posts"}[self.status]
        if not able.get(needed):
            raise ChannelError(
                f"{name} may not {self.status} articles on {where}",
                'make it an author there, or write status = "draft"',
            )
        pictures = "upload pictures" if able.get("upload_files") else "not upload pictures"
        done = "publish articles" if self.status == "publish" else "write drafts"
        return f"signed in as {name} on {where}; it may {done} and {pictures}"

    def _sign(self) -> None:
        """Begins, with what the secrets hold now. Raises Stopped."""
        name, a = self.account.name, self.account
        try:
            password, _ = secrets.find(self.home, name, "password")
        except BadData as error:
            raise Stopped(SignedOut(str(error))) from error
        if not (password and a.server and a.handle):
            raise Stopped(SignedOut(f"{name} has no application password: daymark account sign-in {name}"))
        token = b64encode(f"{a.handle}:{password}".encode()).decode()
        self._http.secrets = (token, password, password.replace(" ", ""))
        self._token = token
        self._http.begin()

    def _ask(self, method: str, route: str, **words: Any) -> Reply:
        """One request of the user. The address with rest_route works whatever the site's permalinks are."""
        params = {"rest_route": API + route, **words.pop("params", {})}
        # Nothing between the site and us may answer a look from memory.
        signed = {"Authorization": f"Basic {self._token}", "Cache-Control": "no-cache"}
        return self._http.ask(method, "/", params=params, headers=signed, **words)

    def _look(self, message: Message) -> dict[str, Any] | None:
        """The message's article, whatever became of it; a draft only if there is nothing else. Raises Stopped."""
        slug = slug_of(message)
        asked = {"slug": f"{slug},{slug}{_BINNED}", "status": f"any,{BIN}", "_fields": "id,slug,status,link"}
        reply = self._ask("GET", "/posts", params=asked)
        if reply.status in (400, 404):  # who is not signed in may not ask for drafts; or there is no API
            why = _NOT_TAKEN if reply.status == 400 else _NO_API
            raise Stopped(SignedOut(f"{self._http.outcome(reply, 'looking for the article').why}: {why}"))
        self._http.before(reply, "looking for the article")
        told = reply.json()
        if not isinstance(told, list):
            raise NoAnswerError("the answer makes no sense: it is no list of articles")
        found = [t for t in told if _field(t, "slug").removesuffix(_BINNED) == slug]
        order = {"publish": 0, "draft": 2, BIN: 3}
        return min(found, key=lambda t: (order.get(_field(t, "status"), 1), _field(t, "id")), default=None)

    def _told(self, stands: dict[str, Any]) -> Sent | Refused | None:
        """What an article that stands there means: it is out, thrown away by a person, or (None) to be published."""
        status = _field(stands, "status")
        if status == BIN:
            return Refused(f"its article {stands['id']} lies in the site's bin: take it out, or delete it for good")
        if status == "draft" and self.status == "publish":
            return None
        return _sent(stands, "" if status == self.status else f"its status is '{status}'")

    def _same(self, stands: dict[str, Any], fields: dict[str, Any]) -> None:
        """Raises Stopped if a draft is not what was approved: somebody has worked on it."""
        reply = self._ask("GET", f"/posts/{stands['id']}", params={"context": "edit"})
        self._http.before(reply, "the draft")
        if other := _others(reply.json(), {name: fields[name] for name in _RAW}):
            raise Stopped(Refused(f"its draft {_field(stands, 'link')} is not what was approved: {other}"))

    def _fields(self, message: Message) -> tuple[dict[str, Any], str]:
        """An article, with its picture and tags there, and how the picture is not described as it should be.

        Raises Stopped, NotSentError or NoAnswerError.
        """
        w = message.wording
        try:
            f"{w.text}{w.note}{w.alt}".encode()
        except UnicodeEncodeError as error:
            raise Stopped(Refused("the text holds halves of signs (surrogates)")) from error
        picture = self._picture(message, w.media) if w.media else {"id": 0}
        alt = picture.get("alt_text", w.alt)
        fields = {"title": title_of(message), "content": content_of(message), "excerpt": excerpt_of(message)}
        placed = {"slug": slug_of(message), "featured_media": _field(picture, "id")}
        tags = {"tags": sorted({self._tag(name) for name in tags_of(message)})}
        return fields | placed | tags, "" if alt == w.alt else f"its picture is described as '{alt}'"

    def _tag(self, name: str) -> int:
        """The number of a tag, which is made if it is not there: WordPress tells the number of one that is."""
        reply = self._ask("POST", "/tags", json={"name": name})
        told = reply.json() if reply.is_good or reply.status == 400 else {}
        if reply.status == 400 and isinstance(told, dict) and told.get("code") == "term_exists":
            return int(_field(_field(told, "data"), "term_id"))
        self._http.before(reply, f"the tag {name}")
        return int(_field(told, "id"))

    def _picture(self, message: Message, media: Media) -> dict[str, Any]:
        """The post's picture as the site has it, found again or uploaded."""
        w, slug = message.wording, f"{slug_of(message)}-picture"
        reply = self._ask("GET", "/media", params={"slug": slug})
        self._http.before(reply, "looking for the picture")
        stands = next((t for t in reply.json() if _field(t, "slug") == slug), None)
        if stands and stands.get("alt_text") == w.alt:
            return dict(stands)
        told = {"alt_text": w.alt}
        if stands:  # uploaded by a request that died before it was described
            reply = self._ask("POST", f"/media/{_field(stands, 'id')}", json=told)
        else:
            file = {"file": _file(media, slug)}
            reply = self._ask("POST", "/media", files=file, data=told | {"slug": slug, "title": title_of(message)})
        self._http.before(reply, "the picture")
        return dict(reply.json())

    def _made(self, fields: dict[str, Any]) -> dict[str, Any]:
        """A new draft. Raises Stopped, NotSentError or NoAnswerError; without an answer there may be one."""
        reply = self._ask("POST", "/posts", json=fields | {"status": "draft"})
        self._http.before(reply, "writing the draft")
        made: dict[str, Any] = reply.json()
        _field(made, "id")
        return made

    def _publish(self, stands: dict[str, Any] | None, fields: dict[str, Any], shown: str) -> Outcome:
        """Publishes a draft that stands there, or makes the one that the account is for.

        `shown` is what differs already.
        """
        asked = {name: fields[name] for name in ("tags", "featured_media")} if stands else fields
        route, what = (f"/posts/{stands['id']}", "publishing") if stands else ("/posts", "writing the draft")
        try:
            reply = self._ask("POST", route, json=asked | {"status": self.status})
            if not reply.is_good:
                return self._http.outcome(reply, what)
            told = reply.json()
            others = _others(told, fields | {"status": self.status})
            return _sent(told, "; ".join(filter(None, (others, shown))))
        except NotSentError as error:
            return TryLater(str(error))
        except NoAnswerError as error:
            return Unsure(str(error))


def _file(media: Media, name: str) -> tuple[str, bytes]:
    """The picture as a file with a name. Raises Stopped."""
    try:
        return f"{name}.{media.path.rpartition('.')[2]}", picture_bytes(media)
    except PictureError as error:
        raise Stopped(Refused(str(error))) from error


def _others(told: Any, wanted: dict[str, Any]) -> str:
    """How an article, as the site has it, is not what it should be; empty if it is. Raises NoAnswerError."""
    has = {name: _field(_field(told, name), "raw") if name in _RAW else _field(told, name) for name in wanted}
    if "tags" in has:
        has["tags"] = sorted(has["tags"])
    names = [name for name in wanted if has[name] != wanted[name]]
    shown = [f"its {name} is '{has[name]}'" for name in names if name in ("status", "slug")]
    changed = ", ".join(name for name in names if name not in ("status", "slug"))
    return "; ".join([*shown, *([f"the site changed: {changed}"] if changed else [])])


def _sent(told: Any, differs: str = "") -> Sent:
    return Sent(str(_field(told, "link")), str(_field(told, "id")), differs)


def _field(told: Any, name: str) -> Any:
    if not isinstance(told, dict) or name not in told:
        raise NoAnswerError(f"the answer makes no sense: it has no {name}")
    return told[name]
