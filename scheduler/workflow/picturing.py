"""Puts a picture into a post, with the words that describe it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.checks import has_errors
from scheduler.errors import PersonNeeded, UsageError
from scheduler.kinds import KINDS
from scheduler.review import after_planning, digest_of
from scheduler.store import reads
from scheduler.store.opening import writing
from scheduler.workflow.calendar import synced
from scheduler.workflow.reviewing import find, free, require_no_doubt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.model import Media, Post
    from scheduler.workflow import Workspace


def require_pictures(posts: Iterable[Post]) -> None:
    """Raises UsageError for a post whose channel takes no picture with a description."""
    for post in posts:
        if not KINDS[post.channel].shows_pictures:
            say = f"{post.id} goes to the channel {post.channel}, which takes no picture"
            raise UsageError(say, "name posts of other accounts")


def put_picture(ws: Workspace, id: str, media: Media, alt: str, who: str) -> Post:
    """Gives a post a picture and its alt text in place of what it has; any approval is dropped.

    The same again changes nothing. Raises PersonNeeded if the post is out or on its way.
    """
    from scheduler.store import planning as store

    old = find(ws, [id])[0]
    wording = replace(old.wording, alt=alt, media=media)
    if wording == old.wording:
        return old
    new = replace(old, wording=wording, touched=True, queued=False)
    findings = ws.checker(synced(ws)).post(new)
    new = replace(new, digest=digest_of(new), review=after_planning(errors=has_errors(findings)))
    with writing(ws.home, ws.now, who) as tx:
        is_free = free(tx, old, reads.delivery_of(tx.db, id), f"{who} gave it a picture")
        if is_free and not store.reword(tx, old, new):
            raise PersonNeeded(f"{id} has just been changed by somebody else", f"read it again: daymark show {id}")
    require_no_doubt([] if is_free else [id])
    return find(ws, [id])[0]
