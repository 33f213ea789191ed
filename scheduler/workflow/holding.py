"""Hold: the red button, and the posts that it may let pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler import outbox
from scheduler.errors import DatabaseError, UnknownName, UsageError
from scheduler.kinds import KINDS
from scheduler.model import DeliveryState, Post
from scheduler.store import holds, reads
from scheduler.store.holds import in_force, put_file
from scheduler.store.opening import reading, writing
from scheduler.workflow.calendar import synced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.model import Calendar, Hold
    from scheduler.workflow import Workspace

SCOPES = ("account", "channel", "campaign", "theme", "country")


def require_scope(scope: str, value: str) -> None:
    """Raises UnknownName for a scope that there is not, UsageError for one that does not say which."""
    if scope not in ("everything", *SCOPES):
        hint = f"write one of: everything, {', '.join(f'{s}:...' for s in SCOPES)}"
        raise UnknownName("scope", scope, ("everything", *SCOPES), hint)
    if scope != "everything" and not value:
        raise UsageError(f"the scope '{scope}' does not say which", f"write --scope {scope}:NAME")


def hold(ws: Workspace, scope: str, value: str, why: str, *, essential: bool = False) -> int | None:
    """Stops every send in scope from now on; returns how many posts it keeps back. The same hold again adds none.

    With `essential`, posts that are marked so still go. With a database that does not work, the file HOLD stops
    everything, whatever the scope; then None is returned.
    """
    require_scope(scope, value)
    if not why.strip():
        raise UsageError("a hold needs a reason", 'write --why "..."')
    try:
        return _hold(ws, scope, value, why, essential=essential)
    except DatabaseError as error:
        try:
            put_file(ws.home, why, ws.who)
        except OSError:
            raise error from None
        return None


def _hold(ws: Workspace, scope: str, value: str, why: str, *, essential: bool) -> int:
    _require_known(ws, scope, value)
    with writing(ws.home, ws.now, ws.who) as tx:
        if not any((h.scope, h.value, h.essential) == (scope, value, essential) for h in reads.holds(tx.db)):
            holds.add_hold(tx, scope, value, why, essential=essential)
    return len(held(ws))


def _require_known(ws: Workspace, scope: str, value: str) -> None:
    """Raises UnknownName for a hold that could never hold anything back: somebody would rely on it."""
    with reading(ws.home) as db:
        campaigns = reads.campaigns(db)
    known = {
        "account": set(ws.settings.accounts),
        "channel": set(KINDS),
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
        found, deliveries, posts = in_force(ws.home, db), reads.deliveries(db), reads.posts(db)
    waiting = {id for id, d in deliveries.items() if d.state is DeliveryState.WAITING}
    return [p for p in posts if p.id in waiting and holding(found, p, calendar)]


def holding(holds: Sequence[Hold], post: Post, calendar: Calendar) -> Hold | None:
    """The hold that keeps a post back, if one does."""
    entry = calendar.observances.get(post.observance)
    return outbox.is_held(holds, post, entry.themes if entry else ())


def mark_essential(ws: Workspace, ids: Sequence[str], *, essential: bool) -> list[str]:
    """Marks posts as ones that a hold may let pass, or takes the mark away; returns those that it changed."""
    from scheduler.workflow.reviewing import find

    posts = find(ws, ids)
    with writing(ws.home, ws.now, ws.who) as tx:
        return [p.id for p in posts if holds.mark_essential(tx, p.id, essential=essential)]
