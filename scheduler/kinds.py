"""The kinds of channels as data: what each can do and guarantees. The one list of them, read without opening one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.model import FOREVER, Guarantee, Rate, RateLimits
from scheduler.recipients import is_many

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.model import Account


BY_HAND = "folder"  # the channel whose packs people post
_ANY = RateLimits()


@dataclass(frozen=True, slots=True)
class Kind:
    """What a channel is. `made_by` is "module:class", imported on first use and made with the workspace's folder.

    `networks`: whose limits its texts may follow, empty: any; the first is the usual one. `pictures`: the most that one
    post has, each of at most `picture_bytes` and `picture_longest` points a side (0: any); larger ones are made
    smaller. `has_alt`, `has_note`, `has_language`: whether it takes alt texts, content notes, and the language of a
    text; `has_threads`: whether it posts a thread, or shows its parts to a person. `edits`: what is possible with a
    post that is out. `secrets`: what an account signs in with; `may_secrets` what else it may have. `needs_server`,
    `needs_handle`, `needs_to`: whether an account must name the address of its service, which begins with one of
    `schemes`, its name there, and whom it mails to (`to`, one address or several, or `list`, a file of them).
    `options`: what an account may choose, each with its values, the usual one first. `is_public`: whether anybody can
    look at what it sends, at the place that it names.
    """

    name: str
    about: str
    made_by: str
    guarantee: Guarantee
    rates: RateLimits = _ANY
    networks: tuple[str, ...] = ()
    pictures: int = 1
    picture_bytes: int = 0
    picture_longest: int = 0
    has_alt: bool = True
    has_note: bool = True
    has_language: bool = True
    has_threads: bool = False
    edits: str = "none"
    secrets: tuple[str, ...] = ()
    may_secrets: tuple[str, ...] = ()
    needs_server: bool = False
    schemes: tuple[str, ...] = ("https",)
    needs_handle: bool = False
    needs_to: bool = False
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_public: bool = True

    @property
    def shows_pictures(self) -> bool:
        """Whether a picture goes out with its description, so that nobody is left out."""
        return bool(self.pictures and self.has_alt)


def _table(*kinds: Kind) -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds}


KINDS = _table(
    Kind(
        name="folder",
        about="a pack in outbox/ for every post, ready to be copied by hand; needs no account",
        made_by="scheduler.channels.folder:Folder",
        picture_bytes=5_000_000,  # as X takes, where people carry it by hand (docs.x.com/x-api/media, read 2026-11-27)
        guarantee=Guarantee(FOREVER, findable=True),
        has_threads=True,
        edits="by hand",
    ),
    Kind(
        name="mastodon",
        about="an account on a server that speaks the Mastodon API",
        made_by="scheduler.channels.mastodon:Mastodon",
        # The server remembers an Idempotency-Key for an hour, other servers of its API not at all: what counts is the
        # look. Media are counted most strictly: 30 uploads in 30 minutes. (docs.joinmastodon.org/api/rate-limits and
        # /methods/statuses, read 2026-11-27)
        guarantee=Guarantee(findable=True),
        rates=RateLimits(account=Rate(25, timedelta(minutes=30)), at_once=4),
        networks=("mastodon", "plain"),
        picture_bytes=8_000_000,
        has_threads=True,
        edits="shown with their history",  # PUT /api/v1/statuses/:id, since 3.5 (methods/statuses, read 2026-11-27)
        picture_longest=4096,  # a square of it is half of image_matrix_limit 33177600 (mastodon.social, 2026-11-27)
        secrets=("token",),
        needs_server=True,
        options={"visibility": ("public", "unlisted")},
    ),
    Kind(
        name="webhook",
        about="a signed request (Standard Webhooks) to n8n, Make, Zapier, Node-RED, Postiz or a program of your own",
        made_by="scheduler.channels.webhook:Webhook",
        # The receiver may know a repeat by its id, as the standard asks of it; nothing says that it does.
        guarantee=Guarantee(),
        pictures=0,
        secrets=("secret",),
        needs_server=True,
        options={"repeats": ("unknown", "ignored"), "busy": ("unknown", "refused")},
        is_public=False,
    ),
    Kind(
        name="bluesky",
        about="an account on Bluesky, or on another server of its protocol (PDS), with an app password",
        made_by="scheduler.channels.bluesky:Bluesky",
        # A record is put at a place of its own, if nothing stands there: a repeat is harmless for ever. Sign-ins are
        # counted most strictly: 30 in 5 minutes, 300 a day; each tick that sends needs one. (code of @atproto/pds
        # 0.4.217, read 2026-11-27)
        guarantee=Guarantee(FOREVER, findable=True),
        rates=RateLimits(account=Rate(30, timedelta(minutes=5)), at_once=4),
        networks=("bluesky", "plain"),
        picture_bytes=1_000_000,  # of 0.4.217; newer ones take 2,000,000
        has_note=False,
        has_threads=True,
        edits="not shown",  # putRecord replaces a record; readers keep what they had
        secrets=("password",),
        needs_server=True,
        needs_handle=True,
        # A self-label for every post of the account (com.atproto.label.defs, read 2026-11-27). None of them is a note.
        options={"label": ("none", "!no-unauthenticated", "graphic-media", "nudity", "sexual", "porn")},
    ),
    Kind(
        name="wordpress",
        about="articles on a site made with WordPress, by a user of it with an application password",
        made_by="scheduler.channels.wordpress:WordPress",
        # An article is found by its slug, which belongs to its row. WordPress counts nothing; what guards a small
        # site does, and each post makes a handful of requests. PHP takes 2 MB of a file unless told otherwise
        # (upload_max_filesize, php.net/manual/en/ini.core.php, read 2026-11-27).
        guarantee=Guarantee(findable=True),
        rates=RateLimits(account=Rate(30, timedelta(minutes=5)), at_once=2),
        networks=("plain",),
        picture_bytes=2_000_000,
        secrets=("password",),
        needs_server=True,
        needs_handle=True,
        options={"status": ("publish", "draft")},
    ),
    Kind(
        name="email",
        about="mail to one address, such as that of a list; or to up to 500 people, one letter each",
        made_by="scheduler.channels.email:Email",
        # SMTP has no keys and tells nobody what it took. Most providers take hundreds of letters an hour; a list of one
        # address needs few.
        guarantee=Guarantee(),
        rates=RateLimits(account=Rate(20, timedelta(hours=1)), at_once=2),
        networks=("plain",),
        picture_bytes=1_000_000,  # every reader gets it, a third larger in base64
        picture_longest=1920,  # the letter shows 640 of its width, on screens of up to three points for one
        secrets=("password",),
        may_secrets=("dkim", "unsubscribe"),
        needs_server=True,
        schemes=("smtps", "smtp"),
        needs_handle=True,
        needs_to=True,
        is_public=False,
    ),
    Kind(
        name="chat",
        about="a chat of your own people, by an address of Apprise; at least once, without pictures",
        made_by="scheduler.channels.chat:Chat",
        guarantee=Guarantee(),
        networks=("plain",),
        pictures=0,
        has_alt=False,
        secrets=("url",),
        is_public=False,
    ),
)


def guarantee_of(account: Account) -> Guarantee:
    """What an account's channel guarantees.

    For a webhook its receiver may be said to ignore what it has seen. To many: another round writes only to those of
    whom it is known that they have no letter.
    """
    is_harmless = account.options.get("repeats") == "ignored" or is_many(account)
    return Guarantee(FOREVER) if is_harmless else KINDS[account.channel].guarantee


def service_of(account: Account) -> str:
    """What fails and rests as one: the host that an account is on, or its channel where there is none."""
    return account.server.partition("://")[2].partition("/")[0] or account.channel
