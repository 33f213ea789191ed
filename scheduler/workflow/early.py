"""A day before: what people will post by hand tomorrow lies ready for them to look at. Nothing is sent by it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.channels import early
from scheduler.courier import message_of, refused_by
from scheduler.kinds import BY_HAND
from scheduler.outbox import is_held
from scheduler.store import reads, work
from scheduler.store.holds import in_force
from scheduler.store.opening import reading, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from scheduler.channels.pack import Pack
    from scheduler.courier import Courier
    from scheduler.model import Delivery, Post
    from scheduler.store.connecting import Db
    from scheduler.workflow import Workspace

BEFORE = timedelta(days=1)


def lay_out(ws: Workspace, courier: Courier) -> early.Kept:
    """Lets not-yet/ hold the packs of the coming day, as they would be made now, and no others."""
    with reading(ws.home) as db:
        coming = work.coming(db, BY_HAND, stamp(ws.now), stamp(ws.now + BEFORE))
        holds = in_force(ws.home, db) if coming else []
    stopped: list[str] = []

    def free() -> Iterator[tuple[Delivery, Post]]:
        for delivery, post in coming:
            if post.account not in courier.accounts or is_held(holds, post, courier.themes(post.observance)):
                continue
            if why := refused_by(courier, delivery, post):
                stopped.append(f"{post.id} has no copy in {early.FOLDER}, and would not go out: {why}")
            else:
                yield delivery, post

    kept = early.keep(ws.home, [_pack(ws, courier, *pair) for pair in free()])
    return early.Kept(kept.written, stopped + kept.troubles)


def _pack(ws: Workspace, courier: Courier, delivery: Delivery, post: Post) -> Pack:
    from scheduler.channels.pack import Pack

    limits = ws.settings.limits
    message = message_of(courier, delivery, post)
    return Pack(message, limits.get(message.network) or limits["plain"], delivery.due)


def wakes(db: Db, now: datetime) -> str:
    """The instant at which the next copy is to be made; "9999" if none is in sight."""
    found = work.next_coming(db, BY_HAND, stamp(now + BEFORE))
    return stamp(reads.instant(found) - BEFORE) if found else "9999"
