"""Our own feeds: posts and reviews at an address that nobody can guess, news of what is out, old addresses retired."""

from __future__ import annotations

import secrets
import shutil
from typing import TYPE_CHECKING

from scheduler import feeds
from scheduler.errors import BadData
from scheduler.feeds import news
from scheduler.feeds.campaign import OWN
from scheduler.feeds.catalogue import POSTS, news_feeds
from scheduler.feeds.header import header_of
from scheduler.feeds.ical import write
from scheduler.feeds.retired import RETIRED, retired_feed
from scheduler.model import DeliveryState
from scheduler.store import reads
from scheduler.store.opening import reading, writing
from scheduler.workflow.calendar import synced
from scheduler.workflow.editions import YEARS_BACK, house_of, languages_of, revised, sayings_of
from scheduler.workflow.keeping import publishing
from scheduler.workflow.listing import published

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from scheduler.feeds import Entry, Revision
    from scheduler.feeds.news import Item
    from scheduler.model import Calendar, Delivery, Post
    from scheduler.workflow import Workspace

PRIVATE = "private/"
ADDRESS, GONE = "feeds_address", "feeds_retired"  # in the table of states
_BYTES = 20  # 160 bits
_NO_LIST = b"<!doctype html><title>Nothing here</title>\n"  # in place of the list of files that some servers show


def address(ws: Workspace) -> str:
    """The secret part of the address of our own feeds; empty as long as nobody has asked for one."""
    with reading(ws.home) as db:
        return reads.state(db, ADDRESS)


def make_address(ws: Workspace) -> str:
    """The secret part, made if there is none yet. It is told to nobody else: not to the log either."""
    if found := address(ws):
        return found
    return _renew(ws, "feed address made")


def revoke_address(ws: Workspace) -> str:
    """Makes the old address a dead one and returns a new one. Raises BadData if the old files cannot be removed."""
    with publishing(ws.home):  # else a build that knows the old one could write there once more
        old = address(ws)
        folder = ws.home / "public" / PRIVATE / old
        if old and folder.is_dir():
            try:
                shutil.rmtree(folder)
            except OSError as error:
                raise BadData(f"{folder.parent} cannot be emptied: {error.strerror}", "check its rights") from error
        return _renew(ws, "feed address revoked" if old else "feed address made")


def places(ws: Workspace, token: str) -> dict[str, str]:
    """Where each of our own feeds stands, by its name: an address, or a path where none is known."""
    folder = ws.settings.feeds_base or str(ws.home / "public")
    return {name.removesuffix(".ics"): f"{folder}/{PRIVATE}{token}/{name}" for name in OWN}


def _renew(ws: Workspace, what: str) -> str:
    from scheduler.store import feeds as store
    from scheduler.store.calendar import remember

    token = secrets.token_hex(_BYTES)
    with writing(ws.home, ws.now, ws.who) as tx:
        remember(tx, **{ADDRESS: token})
        store.forget(tx, [f"{PRIVATE}{name}" for name in OWN])
        tx.audit(what, "private feeds")
    return token


def hidden(ws: Workspace, name: str) -> str:
    """The path of a feed below its folder: `private/posts.ics` stands at `private/<secret>/posts.ics`."""
    if name.removeprefix(PRIVATE) in OWN and name.startswith(PRIVATE):
        return f"{PRIVATE}{address(ws)}/{name.removeprefix(PRIVATE)}"
    return name


def shown(path: str) -> str:
    """A path as it may be told: `public/private/posts.ics`, without the secret."""
    head, private, rest = path.partition(PRIVATE)
    return f"{head}{private}{rest.rpartition('/')[2]}"


def changed(ws: Workspace, standing: Collection[str]) -> dict[str, bytes]:
    """The bytes of our own feeds: posts and reviews below an address, news, and what tells of retired addresses."""
    calendar = synced(ws)
    return _private(ws, calendar, standing) | _news(ws, calendar) | _retired(ws)


def _private(ws: Workspace, calendar: Calendar, standing: Collection[str]) -> dict[str, bytes]:
    token = address(ws)
    if not token:
        return {}
    found = revised(ws, _entries(ws, {id: o.name() for id, o in calendar.observances.items()}), ours=True)
    by_feed: dict[str, list[Revision]] = {}
    for revision in found.current:
        for name in revision.feeds:
            if name in found.touched or name not in standing:
                by_feed.setdefault(name, []).append(revision)
    files = {
        name: write(hidden(ws, name), shown, header_of(name, base=ws.settings.feeds_base))
        for name, shown in by_feed.items()
    }
    return files | {f"{PRIVATE}index.html": _NO_LIST}


def _entries(ws: Workspace, names: Mapping[str, str]) -> list[Entry]:
    from scheduler.workflow.listing import states

    first = f"{ws.now.year - YEARS_BACK}-01-01"
    with reading(ws.home) as db:
        deliveries = reads.deliveries(db)
        gone = {id for id, d in deliveries.items() if d.state is DeliveryState.CANCELLED}
        posts = [p for p in reads.posts(db, after=first) if not (p.queued and p.id in gone)]
        created = reads.planned(db)
    sent = {id: d.place for id, d in deliveries.items() if d.state is DeliveryState.SENT}
    return feeds.campaign_entries(posts, sent, now=ws.now, names=names, states=states(ws, posts), created=created)


def _news(ws: Workspace, calendar: Calendar) -> dict[str, bytes]:
    """What is out, in every form and language."""
    with reading(ws.home) as db:
        when = reads.sent_at(db)
    items: dict[str, list[Item]] = {}
    for post, delivery in published(ws):
        item = _item(ws, post, delivery, calendar, when.get(delivery.id, ""))
        items.setdefault(post.language, []).append(item)
    known = [feed for sayings in sayings_of(ws, languages_of(ws)) for feed in news_feeds(POSTS, sayings)]
    return {feed.path: news.write_news(feed, items.get(feed.language, []), house_of(ws)) for feed in known}


def _item(ws: Workspace, post: Post, delivery: Delivery, calendar: Calendar, sent: str) -> Item:
    observance = calendar.observances.get(post.observance)
    at = reads.instant(sent) if sent else delivery.due
    words = "\n\n".join(filter(None, (post.wording.note, post.wording.text)))
    title = observance.name(post.language) if observance else post.observance
    return news.Item(news.post_id(post.id, house_of(ws)), title, words, delivery.place, at, at)


def _retired(ws: Workspace) -> dict[str, bytes]:
    """Calendars for those who subscribed to our feeds when these stood in the open: they say that the feed moved."""
    with reading(ws.home) as db:
        row = db.execute("SELECT value FROM state WHERE name = ?", (GONE,)).fetchone()
    if row is None:
        return {}
    since = row[0]
    if not since:
        from scheduler.store.calendar import remember

        since = ws.now.date().isoformat()
        with writing(ws.home, ws.now, ws.who) as tx:
            remember(tx, **{GONE: since})
    return {name: retired_feed(name, since) for name in RETIRED}
