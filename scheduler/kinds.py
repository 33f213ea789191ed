"""The kinds of channels as data: what each can do and guarantees. The one list of them, read without opening one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.model import FOREVER, Guarantee, Rate, RateLimits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.model import Account


_ANY = RateLimits()


@dataclass(frozen=True, slots=True)
class Kind:
    """What a channel is. `made_by` is "module:class", imported on first use and made with the workspace's folder.

    `networks`: whose limits its texts may follow, empty: any; the first is the usual one. `pictures`: the most that one
    post has, each of at most `picture_bytes` (0: any size). `has_alt`, `has_note`, `has_language`: whether it takes alt
    texts, content notes, and the language of a text. `secrets`: what an account needs to sign in. `needs_server`,
    `needs_handle`, `needs_to`: whether an account must name the address of its service, which begins with one of
    `schemes`, its name there, and the mail address that it writes to. `options`: what an account may choose, each with
    its values, the usual one first. `is_public`: whether anybody can look at what it sends, at the place that it names.
    """

    name: str
    about: str
    made_by: str
    guarantee: Guarantee
    rates: RateLimits = _ANY
    networks: tuple[str, ...] = ()
    pictures: int = 1
    picture_bytes: int = 0
    has_alt: bool = True
    has_note: bool = True
    has_language: bool = True
    secrets: tuple[str, ...] = ()
    needs_server: bool = False
    schemes: tuple[str, ...] = ("https",)
    needs_handle: bool = False
    needs_to: bool = False
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_public: bool = True


def _table(*kinds: Kind) -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds}


KINDS = _table(
    Kind(
        name="folder",
        about="a pack in outbox/ for every post, ready to be copied by hand; needs no account",
        made_by="scheduler.channels.folder:Folder",
        guarantee=Guarantee(FOREVER, findable=True),
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
        options={"repeats": ("unknown", "ignored")},
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
        picture_bytes=1_000_000,
        has_note=False,
        secrets=("password",),
        needs_server=True,
        needs_handle=True,
    ),
    Kind(
        name="email",
        about="mail to one address: that of a list, or of a newsletter service",
        made_by="scheduler.channels.email:Email",
        # SMTP has no keys and tells nobody what it took. Most providers take hundreds of letters an hour; a list of one
        # address needs few.
        guarantee=Guarantee(),
        rates=RateLimits(account=Rate(20, timedelta(hours=1)), at_once=2),
        networks=("plain",),
        picture_bytes=1_000_000,  # every reader gets it, a third larger in base64
        secrets=("password",),
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
    """What an account's channel guarantees; for a webhook its receiver may be said to ignore what it has seen."""
    ignored = account.options.get("repeats") == "ignored"
    return Guarantee(FOREVER) if ignored else KINDS[account.channel].guarantee


def service_of(account: Account) -> str:
    """What fails and rests as one: the host that an account is on, or its channel where there is none."""
    return account.server.partition("://")[2].partition("/")[0] or account.channel
