"""Hold and resume: the red button, and its safe release."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler import outbox
from scheduler.channels import CHANNELS
from scheduler.errors import BadData, DatabaseError, PersonNeeded, UnknownName, UsageError
from scheduler.model import DeliveryState, Post
from scheduler.store import reads
from scheduler.store.holds import FILE, in_force, of_file, put_file, take_file_away
from scheduler.store.opening import reading, writing
from scheduler.workflow.calendar import synced

if TYPE_CHECKING:
    from scheduler.model import Calendar, Hold
    from scheduler.store.opening import Tx
    from scheduler.workflow import Workspace

SCOPES = ("account", "channel", "campaign", "theme", "country")


def hold(ws: Workspace, scope: str, value: str, why: str) -> int | None:
    """Stops every send in scope from now on; returns how many posts it keeps back. The same hold again adds none.

    With a database that does not work, the file HOLD stops everything, whatever the scope; then None is returned.
    """
    if scope not in ("everything", *SCOPES):
        raise UnknownName(
            "scope",
            scope,
            ("everything", *SCOPES),
            f"write one of: everything, {', '.join(f'{s}:...' for s in SCOPES)}",
        )
    if scope != "everything" and not value:
        raise UsageError(f"the scope '{scope}' does not say which", f"write --scope {scope}:NAME")
    if not why.strip():
        raise UsageError("a hold needs a reason", 'write --why "..."')
    try:
        return _hold(ws, scope, value, why)
    except DatabaseError as error:
        try:
            put_file(ws.home, why, ws.who)
        except OSError:
            raise error from None
        return None


def _hold(ws: Workspace, scope: str, value: str, why: str) -> int:
    from scheduler.store import outbox as store

    _require_known(ws, scope, value)
    with writing(ws.home, ws.now, ws.who) as tx:
        if not any((h.scope, h.value) == (scope, value) for h in reads.holds(tx.db)):
            store.add_hold(tx, scope, value, why)
    return len(held(ws))


def _require_known(ws: Workspace, scope: str, value: str) -> None:
    """Raises UnknownName for a hold that could never hold anything back: somebody would rely on it."""
    with reading(ws.home) as db:
        campaigns = reads.campaigns(db)
    known = {
        "account": set(ws.settings.accounts),
        "channel": set(CHANNELS),
        "campaign": set(campaigns),
        "theme": {t for o in synced(ws).observances.values() for t in o.themes},
        "country": {a.country for a in ws.settings.accounts.values()},
    }
    if scope in known and value not in known[scope]:
        raise UnknownName(scope, value, known[scope], f"there are: {', '.join(sorted(known[scope])) or 'none yet'}")


def held(ws: Workspace) -> list[Post]:
    """The posts on their way that a hold keeps back."""
    calendar = synced(ws)
    with reading(ws.home) as db:
        holds, deliveries, posts = in_force(ws.home, db), reads.deliveries(db), reads.posts(db)
    waiting = {id for id, d in deliveries.items() if d.state is DeliveryState.WAITING}
    return [p for p in posts if p.id in waiting and _holding(holds, p, calendar)]


def _holding(holds: list[Hold], post: Post, calendar: Calendar) -> Hold | None:
    entry = calendar.observances.get(post.observance)
    return outbox.is_held(holds, post, entry.themes if entry else ())


def resume(ws: Workspace, choice: str = "") -> list[str]:
    """Lifts every hold; returns the posts that were kept back.

    Nothing catches up by itself. With `keep`, posts whose time has come go out at the next tick unless it is over;
    with `drop` they are cancelled, and what failed or was missed is noted. Raises PersonNeeded, and lifts nothing, if
    such posts wait and no choice is made.
    """
    from scheduler.store import outbox as store

    kept = held(ws)
    late = [p for p in kept if p.due <= ws.now]
    if late and not choice:
        raise PersonNeeded(
            f"{len(late)} posts came due while on hold, the first is {late[0].id}",
            "send what is still in time with: daymark resume --keep; or leave it out with: daymark resume --drop",
        )
    with writing(ws.home, ws.now, ws.who) as tx:
        for h in reads.holds(tx.db):
            store.lift(tx, h)
        store.free_accounts(tx)
        if choice == "drop":
            _drop(tx, late)
        if of_file(ws.home):
            tx.audit("resume", f"the file {FILE}", why=of_file(ws.home)[0].why)
    try:
        take_file_away(ws.home)
    except OSError as error:
        raise BadData(f"the file {ws.home / FILE} cannot be removed: {error.strerror}", "remove it yourself") from error
    return [p.id for p in kept]


def _drop(tx: Tx, late: list[Post]) -> None:
    """Cancels what came due on hold, and takes note of what failed or was missed."""
    from scheduler.store import outbox as store

    deliveries = reads.deliveries(tx.db)
    for before in (deliveries[p.id] for p in late):
        store.end(tx, before, replace(before, state=DeliveryState.CANCELLED, reason="dropped after a hold"))
    ended = (DeliveryState.FAILED, DeliveryState.MISSED)
    store.acknowledge(tx, [d.id for d in deliveries.values() if d.state in ended])
