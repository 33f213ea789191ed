"""WordPress: an article for a post, with picture, tags and language, on a site of one's own.

WordPress knows no keys, and gives a second article of the same slug one with -2 at its end. So an article is made as a
draft, which no reader sees, under a slug that only its stored row decides; then it is published by its number. Before
either it is looked for. A draft that comes late, after the look that did not see it, stays a draft: it is one too many
for the editors, and no reader gets a post twice. Publishing the same number again changes nothing.
What a person has changed is never written over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.channels import PictureError, Stopped, picture_bytes
from scheduler.channels.article import content_of, excerpt_of, slug_of, tags_of, title_of
from scheduler.channels.http import NoAnswerError, NotSentError
from scheduler.channels.press import Press, number, numbers, row_of, said
from scheduler.errors import ChannelError
from scheduler.kinds import KINDS, guarantee_of
from scheduler.model import Refused, Sent, SignedOut, TryLater, Unsure
from scheduler.pictures import ending

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scheduler.model import Account, Found, Media, Message, Outcome

BIN = "trash"
_BINNED = "__trashed"  # ends the slug of what lies in the bin
_ORDER = {"publish": 0, "draft": 2, BIN: 3}  # which counts of several with one slug; what is neither comes after 0
_NEEDED = {"publish": "publish_posts", "draft": "edit_posts"}  # what a user must be able to do
_READ: dict[str, Callable[[dict[str, Any], str], object]] = {"featured_media": number, "tags": numbers}
_TEXTS = ("title", "content", "excerpt")


class WordPress:
    """A user of a site, signed in with an application password."""

    def __init__(self, account: Account, home: Path) -> None:
        self.account, self.status = account, account.options.get("status", "publish")
        self.guarantee, self.rates = guarantee_of(account), KINDS[account.channel].rates
        self._site = Press(account, home)

    def send(self, message: Message) -> Outcome:
        try:
            self._site.begin()
            stands = self._look(message)
            if stands and (told := self._told(stands)):
                return told
            fields, shown = self._fields(message)
            if stands:
                self._require_same(stands, fields)
            elif self.status == "publish":
                stands = self._site.row("POST", "/posts", "writing the draft", json=fields | {"status": "draft"})
                number(stands)
        except Stopped as stopped:
            return stopped.outcome
        except (NotSentError, NoAnswerError) as error:  # at most a draft is there
            return TryLater(str(error))
        return self._publish(stands, fields, shown)

    def find(self, message: Message) -> Found:
        """Looks for the article by its slug. A draft is not out, unless the account is for drafts."""
        try:
            self._site.begin()
            stands = self._look(message)
            told = self._told(stands) if stands else None
        except Stopped as stopped:
            return Unsure(stopped.why)
        except (NotSentError, NoAnswerError) as error:
            return Unsure(str(error))
        return Unsure(told.why) if isinstance(told, Refused) else told

    def test(self) -> str:
        a = self.account
        try:
            self._site.begin()
            about = self._site.about()
            reply = self._site.ask("GET", "/users/me", params={"context": "edit"})
            if reply.status == 401 and "application-passwords" not in (about.get("authentication") or {}):
                raise ChannelError(
                    f"{a.server} takes no application passwords", "it needs https, or a plug-in has turned them off"
                )
            self._site.http.before(reply, "signing in")
            return self._may(f"{about.get('name', '')} ({a.server})".strip(), row_of(reply))
        except Stopped as stopped:
            anew = f"sign in anew: daymark account sign-in {a.name}; or its server keeps the password from WordPress"
            hint = anew if isinstance(stopped.outcome, SignedOut) else "try again later, or check the address"
            raise ChannelError(f"{a.server}: {stopped.why}", hint) from stopped
        except (NotSentError, NoAnswerError) as error:
            raise ChannelError(f"{a.server}: {error}", "try again later, or check the address") from error

    def _may(self, where: str, me: dict[str, Any]) -> str:
        """Who is signed in, and what they may do. Raises ChannelError if that is not enough for the account."""
        able, name = me.get("capabilities"), said(me, "username")
        able = able if isinstance(able, dict) else {}
        if not able.get(_NEEDED[self.status]):
            raise ChannelError(
                f"{name} may not {self.status} articles on {where}",
                'make it an author there, or write status = "draft"',
            )
        done = "publish articles" if self.status == "publish" else "write drafts"
        pictures = "upload pictures" if able.get("upload_files") else "not upload pictures"
        return f"signed in as {name} on {where}; it may {done} and {pictures}"

    def _look(self, message: Message) -> dict[str, Any] | None:
        """The message's article, whatever became of it; a draft only if there is nothing else. Raises Stopped."""
        slug, what = slug_of(message), "looking for the article"
        asked = {"slug": f"{slug},{slug}{_BINNED}", "status": f"any,{BIN}", "_fields": "id,slug,status,link"}
        found = [
            row for row in self._site.rows("/posts", what, **asked) if said(row, "slug") in asked["slug"].split(",")
        ]
        return min(found, key=lambda row: (_ORDER.get(said(row, "status"), 1), number(row)), default=None)

    def _told(self, stands: dict[str, Any]) -> Sent | Refused | None:
        """What an article that stands there means: it is out, thrown away by a person, or (None) to be published."""
        status = said(stands, "status")
        if status == BIN:
            return Refused(f"its article {number(stands)} lies in the site's bin: take it out, or delete it for good")
        if status == "draft" and self.status == "publish":
            return None
        return _sent(stands, "" if status == self.status else f"its status is '{status}'")

    def _require_same(self, stands: dict[str, Any], fields: dict[str, Any]) -> None:
        """Raises Stopped if a draft is not what was approved: somebody has worked on it."""
        draft = self._site.row("GET", f"/posts/{number(stands)}", "the draft", params={"context": "edit"})
        if other := _others(draft, {name: fields[name] for name in _TEXTS}):
            raise Stopped(Refused(f"its draft {said(stands, 'link')} is not what was approved: {other}"))

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
        placed = {"slug": slug_of(message), "featured_media": number(picture)}
        tags = {"tags": sorted({self._tag(name) for name in tags_of(message)})}
        return fields | placed | tags, "" if alt == w.alt else f"its picture is described as '{alt}'"

    def _tag(self, name: str) -> int:
        """The number of a tag, which is made if it is not there: WordPress tells the number of one that is."""
        reply = self._site.ask("POST", "/tags", json={"name": name})
        told = row_of(reply) if reply.is_good or reply.status == 400 else {}
        if told.get("code") == "term_exists" and isinstance(told.get("data"), dict):
            return number(told["data"], "term_id")
        self._site.http.before(reply, f"the tag {name}")
        return number(told)

    def _picture(self, message: Message, media: Media) -> dict[str, Any]:
        """The post's picture as the site has it, found again or uploaded."""
        slug, told = f"{slug_of(message)}-picture", {"alt_text": message.wording.alt}
        found = self._site.rows("/media", "looking for the picture", slug=slug)
        stands = next((row for row in found if said(row, "slug") == slug), None)
        if stands and stands.get("alt_text") == message.wording.alt:
            return stands
        if stands:  # uploaded by a request that died before it was described
            return self._site.row("POST", f"/media/{number(stands)}", "the picture", json=told)
        told |= {"slug": slug, "title": title_of(message)}
        return self._site.row("POST", "/media", "the picture", files={"file": _file(media, slug)}, data=told)

    def _publish(self, stands: dict[str, Any] | None, fields: dict[str, Any], shown: str) -> Outcome:
        """Publishes a draft that stands there, or makes the one that the account is for.

        `shown` is what differs already.
        """
        asked = {name: fields[name] for name in ("tags", "featured_media")} if stands else fields
        route, what = (f"/posts/{number(stands)}", "publishing") if stands else ("/posts", "writing the draft")
        try:
            reply = self._site.ask("POST", route, json=asked | {"status": self.status})
            if not reply.is_good:
                return self._site.http.outcome(reply, what)
            told = row_of(reply)
            others = _others(told, fields | {"status": self.status})
            return _sent(told, "; ".join(filter(None, (others, shown))))
        except NotSentError as error:
            return TryLater(str(error))
        except NoAnswerError as error:
            return Unsure(str(error))


def _file(media: Media, name: str) -> tuple[str, bytes]:
    """The picture as a file with a name. Raises Stopped."""
    try:
        data = picture_bytes(media, "wordpress")
    except PictureError as error:
        raise Stopped(Refused(str(error))) from error
    return f"{name}.{ending(data)}", data


def _others(told: dict[str, Any], wanted: dict[str, Any]) -> str:
    """How an article, as the site has it, is not what it should be; empty if it is. Raises NoAnswerError."""
    names = [name for name, want in wanted.items() if _READ.get(name, said)(told, name) != want]
    shown = [f"its {name} is '{told[name]}'" for name in names if name in ("status", "slug")]
    changed = ", ".join(name for name in names if name not in ("status", "slug"))
    return "; ".join([*shown, *([f"the site changed: {changed}"] if changed else [])])


def _sent(told: dict[str, Any], differs: str = "") -> Sent:
    return Sent(said(told, "link"), str(number(told)), differs)
