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
    from datetime import datetime

    from scheduler.channels.pack import Pack
    from scheduler.courier import Courier
    from scheduler.model import Delivery, Hold, Post
    from scheduler.store.connecting import Db
    from scheduler.workflow import Workspace

BEFORE = timedelta(days=1)


def lay_out(ws: Workspace, courier: Courier, inputs: str) -> early.Kept:
    """Lets not-yet/ hold the packs of the coming day, as they would be made now, and no others.

    `inputs` is how the files stand that posts are checked with.
    """
    with reading(ws.home) as db:
        coming = work.coming(db, BY_HAND, stamp(ws.now), stamp(ws.now + BEFORE))
        holds = in_force(ws.home, db) if coming else []
    free = {d.key: (d, p) for d, p in coming if _is_free(courier, holds, p)}
    packs = [_pack(ws, courier, *pair) for pair in free.values()]
    basis = f"{ws.now.date()} {inputs}"  # what a check may speak for by now: the files and the day
    return early.keep(ws.home, packs, basis=basis, refused=lambda pack: refused_by(courier, *free[pack.message.key]))


def _is_free(courier: Courier, holds: list[Hold], post: Post) -> bool:
    return post.account in courier.accounts and not is_held(holds, post, courier.themes(post.observance))


def _pack(ws: Workspace, courier: Courier, delivery: Delivery, post: Post) -> Pack:
    from scheduler.channels.pack import Pack

    limits = ws.settings.limits
    message = message_of(courier, delivery, post)
    return Pack(message, limits.get(message.network) or limits["plain"], delivery.due)


def wakes(db: Db, now: datetime) -> str:
    """The instant at which the next copy is to be made; "9999" if none is in sight."""
    found = work.next_coming(db, BY_HAND, stamp(now + BEFORE))
    return stamp(reads.instant(found) - BEFORE) if found else "9999"
