"""Simulate: the engine itself, on a copy of the database, with a clock and a network that are made up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scheduler import deliver, sweep
from scheduler.courier import Tally
from scheduler.errors import UnknownName, UsageError
from scheduler.kinds import KINDS
from scheduler.model import Review, Sent, TryLater, Wording
from scheduler.store import holds, log, reads, work
from scheduler.store.opening import copy_database, keeping_open, reading, stamp, writing
from scheduler.store.planning import decide
from scheduler.workflow.calendar import sync, synced
from scheduler.workflow.drafting import post_of, renderer
from scheduler.workflow.planning import plan
from scheduler.workflow.resuming import resume
from scheduler.workflow.sending import courier_of, queue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scheduler.model import Calendar, Found, Message, Outcome, Post, Slot
    from scheduler.workflow import Workspace
    from scheduler.workflow.carding import Drawn

AUTHOR, UNWRITTEN = "daymark simulate", Wording("(not written yet)")
TOLD = ("sent", "waiting", "failed", "unsure", "missed", "cancelled", "put off", "service rests", "hold", "resume")
LATE = timedelta(hours=1)
PICTURED = ("pictures", "templates")  # where pictures of posts lie: the checks look at them


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to before `end`, in UTC."""

    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Script:
    """What is to happen. `approve`: everything that waits for a yes gets it at once."""

    span: Span
    every: timedelta = timedelta(minutes=5)
    outages: Sequence[Span] = ()
    holds: Sequence[Span] = ()
    failing: Sequence[tuple[str, Span]] = ()
    approve: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the log that people care about: when, what, of which post or hold, and why."""

    at: str
    what: str
    subject: str
    why: str


@dataclass(slots=True)
class Simulated:
    """What would happen. `late` has posts that went out more than an hour after their time, with how long after."""

    events: list[Event] = field(default_factory=list)
    late: dict[str, timedelta] = field(default_factory=dict)
    unapproved: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def simulate(ws: Workspace, script: Script) -> Simulated:
    """Runs the engine over a span, on a copy of the database; nothing of the workspace changes.

    Posts that are not planned yet are taken to be written and clean. Raises UsageError for a span that is none.
    """
    _require_sense(ws, script)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        copy_database(ws.home, home)
        for name in PICTURED:
            (home / name).symlink_to((ws.home / name).resolve())
        copy = replace(ws, settings=replace(ws.settings, home=home), now=script.span.start)
        with keeping_open(scratch=home):
            sync(copy)
            with reading(home) as db:
                before = reads.last_audit(db)
            _Run(copy, script).go()
            return _told(copy, script, int(before or 0))


def _require_sense(ws: Workspace, script: Script) -> None:
    if script.span.end <= script.span.start:
        raise UsageError("the span ends before it begins", "swap --from and --to")
    for name, _ in script.failing:
        if name not in ws.settings.accounts:
            raise UnknownName("account", name, ws.settings.accounts, "see [accounts] in daymark.toml")


class _Run:
    """One run: the moment that it is at, and what it has already done."""

    def __init__(self, ws: Workspace, script: Script) -> None:
        self.ws, self.script, self.now = ws, script, script.span.start
        self.calendar = synced(ws)
        real = courier_of(ws, lambda post: _Network(post.channel, script, lambda: self.now))
        refusal = real.refusal
        self.courier = replace(
            real,
            clock=lambda: self.now,
            lanes=1,
            refusal=lambda p: "" if p.author == AUTHOR or p.id in self.taken_on_trust else refusal(p),
        )
        self.taken_on_trust: set[str] = set()
        self.edges = sorted({at for s in (*script.outages, *script.holds) for at in (s.start, s.end)})
        self.planned = False
        self.holding = False

    def go(self) -> None:
        """From tick to tick, past those at which nothing can happen."""
        while self.now < self.script.span.end:
            outage = next((s for s in self.script.outages if self.now in s), None)
            if outage:
                self.now, self.planned = self._on_grid(outage.end), False
                continue
            self._push_buttons()
            counts = self._tick()
            self.now = self._next(counts)

    def _tick(self) -> Counter[str]:
        ws = replace(self.ws, now=self.now)
        if not self.planned:
            self._plan(ws)
            if self.script.approve:
                self.taken_on_trust |= _approve(ws)
        queue(ws)
        tally = Tally()
        sweep.recover(self.courier, tally)
        sweep.miss(self.courier, tally)
        deliver.send_due(self.courier, tally)
        return tally.counts

    def _plan(self, ws: Workspace) -> None:
        """Plans up to the next outage at once; each slot counts as planned on the day that brought it into sight."""
        ends = [s.start for s in self.script.outages if s.start > self.now] + [self.script.span.end]
        horizon = self.ws.settings.horizon
        plan(
            ws,
            self.calendar,
            (min(ends) + horizon).date(),
            pen=_Pen(ws, self.calendar, approve=self.script.approve),
            planned_at=lambda slot: max(self.now, self._sighted(slot)),
        )
        self.planned = True

    def _sighted(self, slot: Slot) -> datetime:
        day = slot.occurrence.start - timedelta(days=self.ws.settings.horizon.days)
        return self._on_grid(datetime.combine(day, time(), UTC))

    def _push_buttons(self) -> None:
        """Holds everything, or releases it as `daymark resume --keep` would."""
        ws = replace(self.ws, now=self.now)
        wanted = any(self.now in s for s in self.script.holds)
        if wanted and not self.holding:
            with writing(ws.home, self.now, AUTHOR) as tx:
                holds.add_hold(tx, "everything", "", AUTHOR)
        elif self.holding and not wanted:
            resume(ws, "everything", choice="keep")
        self.holding = wanted

    def _next(self, counts: Counter[str]) -> datetime:
        """The next tick at which something may happen. What only waits for a person wakes nobody."""
        after = self.now + self.script.every
        if counts["quiet"] or counts["busy"]:
            return after
        with reading(self.ws.home) as db:
            wakes = [reads.instant(at) for at in work.wakes(db, stamp(self.now)) if stamp(self.now) < at < "9"]
        return max(after, self._on_grid(min([*wakes, *(e for e in self.edges if e > self.now), self.script.span.end])))

    def _on_grid(self, at: datetime) -> datetime:
        """The first tick at or after a moment."""
        first, every = self.script.span.start, self.script.every
        return first + -((first - at) // every) * every if at > first else first


class _Pen:
    """Writes posts that say nothing: what they would say does not decide when they go. `approve`: with a yes."""

    def __init__(self, ws: Workspace, calendar: Calendar, *, approve: bool) -> None:
        self.review = Review.APPROVED if approve else Review.IN_REVIEW
        self.renderer = renderer(ws.settings, calendar)
        self.cards: list[Drawn] = []  # a picture does not decide when they go either
        with reading(ws.home) as db:
            self.existing = {p.id: p for p in reads.posts(db, after=stamp(ws.now))}

    def post(self, slot: Slot) -> Post:
        if slot.id in self.existing:
            return self.existing[slot.id]
        approved = self.review is Review.APPROVED
        return post_of(slot, UNWRITTEN, self.renderer.language(slot), AUTHOR, review=self.review, touched=approved)


class _Network:
    """A channel that reaches nobody: it says yes, but for accounts whose failure is in the script."""

    def __init__(self, channel: str, script: Script, clock: Callable[[], datetime]) -> None:
        kind = KINDS[channel]
        self.guarantee, self.rates = kind.guarantee, kind.rates
        self.script, self.clock = script, clock

    def send(self, message: Message) -> Outcome:
        now = self.clock()
        if any(name == message.account and now in span for name, span in self.script.failing):
            return TryLater("simulated failure")
        return Sent("simulated")

    def find(self, message: Message) -> Found:
        del message
        return None

    def test(self) -> str:
        return "simulated"


def _approve(ws: Workspace) -> set[str]:
    """Says yes to all that waited for it: whoever does so will have seen to what the checks find. Returns their ids."""
    with reading(ws.home) as db:
        waiting = work.in_review(db, stamp(ws.now))
    if waiting:
        with writing(ws.home, ws.now, AUTHOR + "s for you") as tx:
            for post in waiting:
                decide(tx, post, "approved", AUTHOR + "s for you")
    return {p.id for p in waiting}


def events(home: Path, after: int = 0) -> list[Event]:
    """The event log after a line of the audit log: what became of posts and holds, by moment and name."""
    with reading(home) as db:
        told = [
            Event(line["at"], line["what"], line["subject"], line["why"])
            for line in log.lines(db, after)
            if line["what"] in TOLD
        ]
    return sorted(told, key=lambda e: (e.at, e.subject))


def _told(ws: Workspace, script: Script, before: int) -> Simulated:
    found = Simulated(events=events(ws.home, before))
    with reading(ws.home) as db:
        standing = {s.post: s for s in reads.standing(db)}
    for e in found.events:
        after = reads.instant(e.at) - standing[e.subject].due if e.what == "sent" else timedelta()
        if after > LATE:
            found.late[e.subject] = after
    due = [s for s in standing.values() if s.due in script.span]
    found.unapproved = [s.post for s in due if s.review != Review.APPROVED]
    states = Counter(s.delivery or "nothing yet" for s in due)
    found.counts = {"due": len(due), "late": len(found.late), "unapproved": len(found.unapproved), **states}
    return found
