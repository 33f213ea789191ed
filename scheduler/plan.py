"""Occurrences, playbooks and accounts become slots: who says what when, and who gives way when days clash.

Clashes are settled over the ideal plan of all days in sight, whatever the moment of planning, so that planning in two
steps gives the same slots as planning at once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scheduler.dates import as_utc
from scheduler.model import WORLD, Account, Occurrence, Playbook, Skipped, Slot, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_LATEST_SENSITIVE = time(17)  # nobody should read of violence late in the evening, with no moderator on duty


@dataclass(frozen=True, slots=True)
class Taken:
    """A time on an account that is not ours to move: a post that a person has touched or that is on its way."""

    post: str
    account: str
    local: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """The slots that have a place, soonest first, and those that gave way with the reason."""

    slots: tuple[Slot, ...]
    skipped: tuple[Skipped, ...]


def concerns(occurrence: Occurrence, account: Account, regions: Mapping[str, frozenset[str]]) -> bool:
    """Whether the account speaks on this day: by country or region, and by the account's own themes if it has any."""
    o = occurrence.observance
    here = any(r in (WORLD, account.country) or account.country in regions.get(r, ()) for r in o.regions)
    return here and (not account.themes or bool(set(account.themes) & set(o.themes)))


def ideal_slots(occurrence: Occurrence, playbook: Playbook, account: Account) -> list[Slot]:
    """One slot per stage, at its own time moved out of the account's quiet hours, nothing else considered."""
    zone = ZoneInfo(account.zone)
    stages = [s for s in playbook.stages if not s.networks or account.network in s.networks]
    return [_slot(occurrence, stage, account, zone) for stage in stages]


def _slot(occurrence: Occurrence, stage: Stage, account: Account, zone: ZoneInfo) -> Slot:
    base = occurrence.end if stage.offset > 0 else occurrence.start
    day = base + timedelta(stage.offset)
    at = awake(stage.at, account)
    why = "" if at == stage.at else f"moved from {stage.at:%H:%M} to {at:%H:%M}: quiet hours"
    return Slot(
        id=f"{occurrence.id}/{stage.name}/{account.ids or account.name}-{account.language}",
        campaign=occurrence.id,
        occurrence=occurrence,
        stage=stage,
        account=account,
        local=datetime.combine(day, at),
        due=as_utc(day, at, zone),
        expires=as_utc(_last_day(occurrence, stage, day) + timedelta(1), time(), zone),
        why=why,
    )


def _last_day(occurrence: Occurrence, stage: Stage, day: date) -> date:
    """The last local day on which the post still makes sense: what announces a day ends before it."""
    last = day + stage.good_for - timedelta(1)
    return min(last, occurrence.start - timedelta(1)) if stage.offset < 0 else last


def is_quiet(at: time, account: Account) -> bool:
    """Whether the wall clock shows the account's quiet hours; they may run over midnight; equal ends mean none."""
    first, last = account.quiet_from, account.quiet_to
    return first <= at < last if first <= last else at >= first or at < last


def awake(at: time, account: Account) -> time:
    """The nearest time of the same day outside quiet hours; the time itself if quiet hours fill the day."""
    if not is_quiet(at, account):
        return at
    edges = [account.quiet_to, *([_minute_before(account.quiet_from)] if account.quiet_from > time() else [])]
    free = [edge for edge in edges if not is_quiet(edge, account)]
    return min(free, key=lambda edge: abs(_minutes(edge) - _minutes(at)), default=at)


def next_awake(at: datetime, account: Account) -> datetime:
    """The first moment from `at` on (UTC) that is not in the account's quiet hours; `at` if those fill the day."""
    local = at.astimezone(ZoneInfo(account.zone))
    if not is_quiet(local.time(), account) or is_quiet(account.quiet_to, account):
        return at
    day = local.date() + timedelta(local.time() >= account.quiet_to)
    return as_utc(day, account.quiet_to, ZoneInfo(account.zone))


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _minute_before(at: time) -> time:
    return (datetime.combine(date.min + timedelta(1), at) - timedelta(minutes=1)).time()


def make_plan(
    occurrences: Iterable[Occurrence],
    accounts: Iterable[Account],
    *,
    playbook_for: Callable[[Occurrence], Playbook],
    regions: Mapping[str, frozenset[str]],
    priority: Sequence[str],
    taken: Iterable[Taken] = (),
) -> Plan:
    """The plan for all the days given. `priority` lists themes, the most important first.

    Slots whose id is already taken are left out: they exist.
    """
    held = tuple(taken)
    exists = {t.post for t in held}
    days = tuple(occurrences)
    slots: list[Slot] = []
    skipped: list[Skipped] = []
    for account in accounts:
        wanted = [
            slot
            for day in days
            if concerns(day, account, regions)
            for slot in ideal_slots(day, playbook_for(day), account)
            if slot.id not in exists
        ]
        wanted.sort(key=lambda s: _rank(s, priority))
        agenda = _Agenda(account, priority, [t for t in held if t.account == account.name])
        for slot in wanted:
            placed = agenda.place(slot)
            if isinstance(placed, Slot):
                slots.append(placed)
            else:
                skipped.append(placed)
    slots.sort(key=lambda s: (s.due, s.id))
    return Plan(tuple(slots), tuple(sorted(skipped, key=lambda s: s.slot)))


def theme_rank(occurrence: Occurrence, priority: Sequence[str]) -> int:
    """Where the day's most important theme stands in `priority`, from 0; past its end if none does."""
    themes = occurrence.observance.themes
    return min((priority.index(t) for t in themes if t in priority), default=len(priority))


def _rank(slot: Slot, priority: Sequence[str]) -> tuple[int, int, int, int, datetime, str]:
    """Smaller goes first: a post of the day itself, then theme, a day of the own region, nearness, time and id."""
    around = 0 if slot.stage.offset == 0 else 1  # the thanks for one day must not push out the post of another
    own = 0 if WORLD not in slot.occurrence.observance.regions else 1
    return around, theme_rank(slot.occurrence, priority), own, abs(slot.stage.offset), slot.due, slot.id


@dataclass(frozen=True, slots=True)
class _Placed:
    """A post with its place on an account. `slot` is None for one that was settled before."""

    due: datetime
    post: str
    slot: Slot | None


class _Agenda:
    """What one account already has in its days, while slots find their places by rank."""

    def __init__(self, account: Account, priority: Sequence[str], taken: Iterable[Taken]) -> None:
        self.account, self.priority, self.zone = account, priority, ZoneInfo(account.zone)
        self.by_day: dict[date, list[_Placed]] = defaultdict(list)
        for t in taken:
            due = as_utc(t.local.date(), t.local.time(), self.zone)
            self.by_day[t.local.date()].append(_Placed(due, t.post, None))

    def place(self, slot: Slot) -> Slot | Skipped:
        """The slot at its time, or later the same day, or the reason why it has no place."""
        day = slot.local.date()
        if len(self.by_day[day]) >= self.account.a_day:
            return self._gave_way(slot, self._full(day, slot))
        near = self._near(slot.due, day)
        due = slot.due if near is None else self._free_time(slot)
        if due is None:
            return self._gave_way(slot, self._told(f"no free time on {day}", near, slot))
        if due != slot.due:
            local = self._wall(due)
            why = self._told(f"moved from {slot.local:%H:%M} to {local:%H:%M}", near, slot)
            slot = replace(slot, local=local, due=due, why=why)
        self.by_day[day].append(_Placed(slot.due, slot.id, slot))
        return slot

    @staticmethod
    def _gave_way(slot: Slot, why: str) -> Skipped:
        return Skipped(slot.id, slot.campaign, slot.due, why)

    def _wall(self, due: datetime) -> datetime:
        return due.astimezone(self.zone).replace(tzinfo=None)

    def _around(self, day: date) -> list[_Placed]:
        return [placed for n in (-1, 0, 1) for placed in self.by_day.get(day + timedelta(n), ())]

    def _near(self, due: datetime, day: date) -> _Placed | None:
        """The first post that stands nearer than the account's gap, in time that passes."""
        return next((p for p in self._around(day) if abs(p.due - due) < self.account.gap), None)

    def _free_time(self, slot: Slot) -> datetime | None:
        after = sorted(placed.due + self.account.gap for placed in self._around(slot.local.date()))
        return next((due for due in after if due > slot.due and self._fits(due, slot)), None)

    def _fits(self, due: datetime, slot: Slot) -> bool:
        local, day = self._wall(due), slot.local.date()
        same_day = local.date() == day and not is_quiet(local.time(), self.account)
        calm = slot.occurrence.observance.sensitivity == "normal" or local.time() <= _LATEST_SENSITIVE
        return same_day and calm and self._near(due, day) is None

    def _full(self, day: date, slot: Slot) -> str:
        return self._told(
            f"{self.account.name} already has {self.account.a_day} posts on {day}", self.by_day[day][0], slot
        )

    def _told(self, what: str, other: _Placed | None, slot: Slot) -> str:
        if other is None:
            return what
        return f"{what}: {other.post} goes first, {self._reason(slot, other.slot)}"

    def _reason(self, slot: Slot, winner: Slot | None) -> str:
        if winner is None:
            return "it is already settled"
        mine, theirs = (_rank(s, self.priority) for s in (slot, winner))
        reasons = (
            "it is a post of the day itself",
            f"its theme {self.priority[theirs[1]]} comes first in [plan] priority"
            if theirs[1] < len(self.priority)
            else "",
            f"it is a day of {', '.join(winner.occurrence.observance.regions)}",
            "it is nearer to its day",
        )
        first = next((i for i in range(len(reasons)) if theirs[i] != mine[i]), None)
        return "it is earlier" if first is None else reasons[first]
