"""Queue, tick, hold, resume: from approved posts to posts that are out, once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from scheduler import deliver, paths, peek, sweep
from scheduler.channels import Rehearsal, open_channel
from scheduler.channels.early import FOLDER as EARLY
from scheduler.checks import ERROR
from scheduler.courier import Courier, Tally
from scheduler.errors import ClockSetBack, DatabaseError, DaymarkError
from scheduler.kinds import service_of
from scheduler.model import Account
from scheduler.review import unanswered
from scheduler.store import reads, work
from scheduler.store.connecting import place_of
from scheduler.store.opening import copy_database, keeping_open, reading, stamp, writing
from scheduler.workflow import early
from scheduler.workflow.calendar import sync, synced
from scheduler.workflow.facts import drift, occurrence_of
from scheduler.workflow.keeping import MANIFEST
from scheduler.workflow.planning import plan
from scheduler.workflow.publishing import PUBLIC, build_feeds, noted

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.channels import Channel
    from scheduler.model import Post
    from scheduler.store.opening import Tx
    from scheduler.workflow import Workspace
    from scheduler.workflow.checking import Checker

    Ring = Callable[[Tx, list[work.Bell]], None]

RING_AGAIN = timedelta(minutes=2)  # a bell that nobody answered may be lost; one too many costs a look
CLOCK_SLACK = timedelta(hours=1)  # clocks are corrected by less; a day back is a mistake


@dataclass(slots=True)
class Ticked:
    """What a tick did, as counts; `troubles` and `error` are for people."""

    due: int = 0
    sent: int = 0
    failed: int = 0
    unsure: int = 0
    missed: int = 0
    held: int = 0
    planned: int = 0
    early: int = 0  # copies of packs that people will post by hand within a day
    feeds: list[str] = field(default_factory=list)
    busy: bool = False
    troubles: list[str] = field(default_factory=list)
    channel_troubles: list[str] = field(default_factory=list)
    error: DaymarkError | None = None
    good: bool = False
    unheard: bool = False  # the team could not be told: the next tick is no idle one

    def counts(self) -> dict[str, Any]:
        """What programs get of it."""
        names = ("due", "sent", "failed", "unsure", "missed", "held", "planned", "early", "feeds")
        return {name: getattr(self, name) for name in names}


def queue(ws: Workspace, *, dry_run: bool = False) -> list[str]:
    """Gives every approved post whose time is not over its delivery; returns their ids."""
    with reading(ws.home) as db:
        approved = [p for p in work.approved_unqueued(db) if p.expires > ws.now]
    if dry_run or not approved:
        return [p.id for p in approved]
    from scheduler.store import outbox as store
    from scheduler.store.planning import keep_accounts

    with writing(ws.home, ws.now, ws.who) as tx:
        keep_accounts(tx, ws.settings.accounts.values())
        return [p.id for p in approved if store.enqueue(tx, p, service=_service(ws, p))]


def _service(ws: Workspace, post: Post) -> str:
    account = ws.settings.accounts.get(post.account)
    return service_of(account) if account else post.channel


def tick(
    ws: Workspace,
    *,
    accept_clock: bool = False,
    channels: Callable[[Post], Channel] | None = None,
    feeds: bool = True,
    ring: Ring | None = None,
) -> Ticked:
    """One round: sync, plan, queue, recover, send what is due, build the feeds (unless told not to) after a change.

    With `ring`, others do the sending: they are rung for, in the transaction that notes it.

    What cannot be planned does not keep what is approved from going out: its error is kept for the end.
    """
    done = Ticked()
    with place_of(ws.home).alone() as alone:
        if not alone:
            done.busy = True
            return done
        _check_clock(ws, accept_clock=accept_clock)
        inputs = _inputs(ws)
        with keeping_open():
            done.error = _prepare(ws, done)
            queue(ws)
            _send(ws, done, channels or channels_of(ws), ring)
            if ws.settings.notices:
                _notice(ws, done)
            if done.error is None and feeds:
                _publish(ws, done)
        if done.error is None:  # the note tells how the files stand once they are closed
            _remember(ws, inputs, accept_clock=accept_clock, rest=not done.unheard)
        if done.error is None and not done.channel_troubles:
            peek.mark_good(str(ws.home))
            done.good = True
    return done


def would_tick(ws: Workspace) -> Ticked:
    """What a tick would do: the real one, on a copy of the workspace, with channels that only say yes."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        copy_database(ws.home, home)
        for name in ("public", EARLY):
            if (ws.home / name).is_dir():
                shutil.copytree(ws.home / name, home / name)
        settings = replace(ws.settings, home=home, notices=False)
        return tick(replace(ws, settings=settings), channels=lambda _: Rehearsal())


def _check_clock(ws: Workspace, *, accept_clock: bool) -> None:
    with reading(ws.home) as db:
        seen = reads.state(db, "seen_at")
    if accept_clock or not seen or reads.instant(seen) <= ws.now + CLOCK_SLACK:
        return
    raise ClockSetBack(
        f"the clock says {stamp(ws.now)}, but a tick has already run at {seen}",
        "set the clock right; if the earlier time was the wrong one: daymark tick --accept-clock",
    )


def _prepare(ws: Workspace, done: Ticked) -> DaymarkError | None:
    """Syncs and plans when an input changed or a day has passed; returns what kept it from it."""
    with reading(ws.home) as db:
        planned, inputs = reads.state(db, "plan_at"), reads.state(db, "inputs")
    if inputs == _inputs(ws) and stamp(ws.now) < planned:
        return None
    try:
        sync(ws)
        result = plan(ws, synced(ws), (ws.now + ws.settings.horizon).date())
        done.planned = len(result.added)
        done.troubles += [f"{s.slot} is left out: {s.why}" for s in result.untranslated]
    except DatabaseError:
        raise
    except DaymarkError as error:
        return error
    return None


def _inputs(ws: Workspace) -> str:
    """How the files stand that a plan is made from: those of the workspace itself, also for a copy of it."""
    return paths.inputs(str(ws.settings.templates[-1].parent))


def _send(ws: Workspace, done: Ticked, channels: Callable[[Post], Channel], ring: Ring | None) -> None:
    tally = Tally()
    courier = courier_of(ws, channels)
    sweep.recover(courier, tally)
    sweep.miss(courier, tally)
    due = _ring(ws, ring) if ring else deliver.send_due(courier, tally)
    c = tally.counts
    done.due = due + c["missed"]
    done.sent, done.failed, done.unsure = c["sent"], c["failed"], c["unsure"]
    done.missed, done.held = c["missed"], c["held"]
    kept = early.lay_out(ws, courier, _inputs(ws))
    done.early = len(kept.written)
    done.troubles += [*tally.troubles, *kept.troubles]
    done.channel_troubles = tally.channel_troubles


def _notice(ws: Workspace, done: Ticked) -> None:
    """A team that cannot be told makes a tick no less useful, but no good one: the next one tries again."""
    from scheduler.workflow.noticing import tell

    if trouble := tell(ws):
        done.troubles.append(trouble)
        done.channel_troubles.append(trouble)
        done.unheard = True


def _ring(ws: Workspace, ring: Ring) -> int:
    from scheduler.store import outbox as store

    with writing(ws.home, ws.now, ws.who) as tx:
        bells = work.unrung(tx.db, tx.now, stamp(ws.now - RING_AGAIN))
        if bells:
            store.mark_rung(tx, [b.delivery for b in bells])
            ring(tx, bells)
    return len(bells)


def channels_of(ws: Workspace) -> Callable[[Post], Channel]:
    """The channel of each post's account, opened once. One whose account is gone can at most be looked for."""

    @cache
    def opened(name: str, channel: str) -> Channel:
        known = ws.settings.accounts.get(name)
        return open_channel(known or Account(name, channel, "plain", "en", "", "UTC"), ws.home)

    return lambda post: opened(post.account, post.channel)


def courier_of(ws: Workspace, channels: Callable[[Post], Channel]) -> Courier:
    calendar = synced(ws)
    observances, checker = calendar.observances, ws.checker(calendar)

    def title(post: Post) -> str:
        entry = observances.get(post.observance)
        return f"{entry.name(post.language) if entry else post.observance}: {post.stage}"

    return Courier(
        home=ws.home,
        who=ws.who,
        clock=ws.clock,
        accounts=ws.settings.accounts,
        themes=lambda id: observances[id].themes if id in observances else (),
        titles=title,
        pages=lambda post: observances[post.observance].page if post.observance in observances else "",
        channels=channels,
        refusal=lambda post: _refusal(ws, post, checker),
    )


def _refusal(ws: Workspace, post: Post, checker: Checker) -> str:
    """Why an approved post must not go after all: its day has moved, or a check finds an error by now."""
    if moved := drift(post, occurrence_of(post.observance, post.year, post.campaign, checker.calendar)):
        return moved
    errors = [f for f in checker.post(post) if f.severity == ERROR]
    if not errors:
        return ""
    with reading(ws.home) as db:
        left = unanswered(errors, reads.waivers(db, [post.id]))
    return next((f"{f.check}: {f.why}" for f in left), "")


def _publish(ws: Workspace, done: Ticked) -> None:
    done.feeds = [f"{PUBLIC}/{b.name}" for b in build_feeds(ws) if b.changed]
    if (ws.home / MANIFEST).is_file():
        from scheduler.workflow.siting import keep_site  # templates and dates in words take a tenth of a second

        keep_site(ws)


def _remember(ws: Workspace, inputs: str, *, accept_clock: bool, rest: bool) -> None:
    """Leaves for the next tick what it may take as done; with `rest`, also until when it may be idle."""
    from scheduler.store.calendar import remember

    tomorrow = stamp(datetime.combine(ws.now.date() + timedelta(1), time(), UTC))
    with writing(ws.home, ws.now, ws.who) as tx:
        seen = max(stamp(ws.now), "" if accept_clock else reads.state(tx.db, "seen_at"))
        remember(tx, plan_at=tomorrow, inputs=inputs, seen_at=seen)
    home = str(ws.home)
    database = peek.signature(home)  # before the question: what changes after it is seen as a change
    with reading(ws.home) as db:
        wake = min(work.next_work(db, stamp(ws.now)), early.wakes(db, ws.now), tomorrow)
        built = reads.state(db, "feeds_from") == noted(db, ws.now)
    if rest and built and paths.database_url(home) is None:  # a database that is no file changes unseen
        telling = peek.PING if ws.settings.ping else peek.QUIET
        peek.leave_note(home, wake=wake, seen=seen, database=database, inputs=inputs, telling=telling)
