"""Resume: the safe release of the red button. Nothing floods, and no day that is over is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.errors import BadData, PersonNeeded, UnknownName
from scheduler.model import DeliveryState, Stop
from scheduler.outbox import called_off
from scheduler.plan import next_awake
from scheduler.store import holds, reads
from scheduler.store.holds import FILE, in_force, of_file, take_file_away
from scheduler.store.opening import reading, writing
from scheduler.workflow.calendar import synced
from scheduler.workflow.holding import holding, require_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from scheduler.model import Account, Delivery, Hold, Post
    from scheduler.store.opening import Tx
    from scheduler.workflow import Workspace

OVER = "its time is over before it could go"
CHOICES = ("keep", "move", "drop")
SPACE = timedelta(minutes=30)  # between two posts of an account whose own gap is unknown or none


@dataclass(frozen=True, slots=True)
class Proposal:
    """What becomes of a post that came due on hold: it goes at the next tick, is moved to `at`, or is dropped."""

    post: str
    choice: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a resume did or would do: the posts that come free, and what becomes of those whose time has come."""

    free: tuple[str, ...]
    late: tuple[Proposal, ...]


def resume(
    ws: Workspace,
    scope: str = "",
    value: str = "",
    *,
    choice: str = "",
    single: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> Resumed:
    """Lifts the holds of a scope, or every hold. `choice` is keep (as proposed) or drop; `single` chooses for a post.

    Raises PersonNeeded, and lifts nothing, if posts came due meanwhile and no choice is made for them.
    """
    if scope:
        require_scope(scope, value)
    freed, waiting = _freed(ws, scope, value)
    late = [p for p in freed if p.due <= ws.now]
    proposals = [_chosen(p, choice, single or {}) for p in proposed(late, ws.settings.accounts, ws.now)]
    _require_known(single or {}, late)
    found = Resumed(tuple(p.id for p in freed), tuple(proposals))
    if dry_run:
        return found
    undecided = [p for p in proposals if not choice and p.post not in (single or {})]
    if undecided:
        raise PersonNeeded(
            f"{len(undecided)} posts came due while on hold, the first is {undecided[0].post}",
            "see what is proposed with: daymark resume --dry-run; do that with: daymark resume --keep; "
            "or leave them all out with: daymark resume --drop",
        )
    _apply(ws, scope, value, [(waiting[p.post], p) for p in proposals], choice)
    return found


def _freed(ws: Workspace, scope: str, value: str) -> tuple[list[Post], dict[str, Delivery]]:
    """The posts on their way that nothing holds once these holds are lifted, soonest first, and their deliveries."""
    calendar = synced(ws)
    with reading(ws.home) as db:
        found, deliveries, posts = in_force(ws.home, db), reads.deliveries(db), reads.posts(db)
    waiting = {id: d for id, d in deliveries.items() if d.state is DeliveryState.WAITING}
    left = [h for h in found if not _meant(h, scope, value)]
    freed = [p for p in posts if p.id in waiting and holding(found, p, calendar) and not holding(left, p, calendar)]
    return freed, waiting


def _meant(hold: Hold, scope: str, value: str) -> bool:
    return not scope or (hold.scope, hold.value) == (scope, value)


def proposed(late: Iterable[Post], accounts: Mapping[str, Account], now: datetime) -> list[Proposal]:
    """What is best for posts that came due on hold, soonest first: an account's posts keep its gap and its nights."""
    free: dict[str, datetime] = {}
    told = []
    for post in late:
        account = accounts.get(post.account)
        first = free.get(post.account, now)
        at = next_awake(first, account) if account else first
        if at >= post.expires:
            told.append(Proposal(post.id, "drop", at, OVER))
            continue
        why = "it is night there" if at != first else "others of its account go first"
        told.append(Proposal(post.id, "move", at, why) if at > now else Proposal(post.id, "keep", at, "it is in time"))
        free[post.account] = at + ((account.gap if account else None) or SPACE)
    return told


def _chosen(p: Proposal, choice: str, single: Mapping[str, str]) -> Proposal:
    """The proposal as a person has it. What is over stays dropped, whatever is chosen."""
    wanted = single.get(p.post, choice)
    by_name = p.post in single
    if wanted == "drop" or (wanted == "keep" and p.choice == "move" and by_name):
        return replace(p, choice=wanted, why="a person chose so")
    return p


def _require_known(single: Mapping[str, str], late: list[Post]) -> None:
    for post, wanted in single.items():
        if wanted not in CHOICES:
            raise UnknownName("choice", wanted, CHOICES, f"write {post}=keep, {post}=move or {post}=drop")
        if post not in {p.id for p in late}:
            raise UnknownName("post that came due on hold", post, [p.id for p in late], "see: daymark resume --dry-run")


def _apply(ws: Workspace, scope: str, value: str, late: list[tuple[Delivery, Proposal]], choice: str) -> None:
    from scheduler.store import outbox as store

    with writing(ws.home, ws.now, ws.who) as tx:
        for h in reads.holds(tx.db):
            if _meant(h, scope, value):
                holds.lift(tx, h)
        if scope in ("", "account"):
            store.free_accounts(tx, value)
        for before, p in late:
            _settle(tx, before, p)
        if choice == "drop":
            ended = (DeliveryState.FAILED, DeliveryState.MISSED)
            store.acknowledge(tx, [d.id for d in reads.deliveries(tx.db).values() if d.state in ended])
    if scope in ("", "everything"):
        _take_file_away(ws)


def _take_file_away(ws: Workspace) -> None:
    found = of_file(ws.home)
    if not found:
        return
    with writing(ws.home, ws.now, ws.who) as tx:
        tx.audit("resume", f"the file {FILE}", why=found[0].why)
    try:
        take_file_away(ws.home)
    except OSError as error:
        raise BadData(f"the file {ws.home / FILE} cannot be removed: {error.strerror}", "remove it yourself") from error


def _settle(tx: Tx, before: Delivery, p: Proposal) -> None:
    from scheduler.store import outbox as store

    if p.choice == "drop":
        stop = Stop.MISSED if p.why == OVER else Stop.DROPPED
        store.end(tx, before, called_off(before, stop, f"dropped after a hold: {p.why}"))
    elif p.choice == "move":
        store.put_off(tx, before, p.at, f"moved after a hold: {p.why}")
