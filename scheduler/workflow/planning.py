"""Campaigns and posts up to a date: added where they are missing, followed where their entry changed, never doubled."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from scheduler import dates
from scheduler.checks import Draft, check_draft, has_errors
from scheduler.errors import BadData, UsageError
from scheduler.kinds import KINDS
from scheduler.model import LAST_YEAR, Calendar, Campaign, DeliveryState, Occurrence, Post, Skipped, Slot
from scheduler.plan import Plan, Taken, make_plan
from scheduler.render import Untranslated
from scheduler.review import after_planning
from scheduler.store import reads
from scheduler.store.opening import reading, stamp, writing
from scheduler.workflow.drafting import post_of, renderer
from scheduler.workflow.facts import drift, occurrence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from scheduler.config import Settings
    from scheduler.model import Wording
    from scheduler.render import Rendered
    from scheduler.workflow import Workspace
    from scheduler.workflow.carding import Draughtsman, Drawn

AUTHOR = "daymark"  # who wrote a draft that nobody has reworded


@dataclass(frozen=True, slots=True)
class Change:
    """A post that a person has touched, or that is on its way, and what its entry would change in it."""

    post: str
    what: str


@dataclass(slots=True)
class Planned:
    """What planning does or would do. Lists hold posts; `slots` are all that have a place, with their reasons."""

    campaigns: int = 0
    posts: int = 0
    kept: int = 0
    added: list[Post] = field(default_factory=list)
    moved: list[tuple[Post, Post]] = field(default_factory=list)
    dropped: list[Post] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    untranslated: list[Skipped] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    followed: list[Campaign] = field(default_factory=list)


class Pen(Protocol):
    """What turns a slot into a post. `cards` are those of its posts, drawn and not yet written."""

    cards: list[Drawn]

    def post(self, slot: Slot) -> Post:
        """The post of a slot. Raises Untranslated, TemplateError."""
        ...


def plan(
    ws: Workspace,
    calendar: Calendar,
    until: date,
    *,
    late: bool = False,
    dry_run: bool = False,
    pen: Pen | None = None,
    planned_at: Callable[[Slot], datetime] | None = None,
) -> Planned:
    """Plans every campaign whose day begins by `until`.

    A stage whose time has come is left out, unless `late` is asked for and it is still good. Raises TemplateError if
    a text is missing or wrong; then nothing is changed. A simulation plans ahead of its time: it brings a `pen` that
    costs little, and says when each slot would be planned.
    """
    _require_sense(ws, calendar, until)
    with reading(ws.home) as db:
        existing = {p.id: p for p in reads.posts(db, after=stamp(ws.now))}
        campaigns, number = reads.campaigns(db), reads.count_posts(db)
    writer = pen or Writer(ws, calendar)
    days = _in_sight(ws, calendar, until)
    whole = _ideal(ws, calendar, days, existing.values())
    near = {o.id for o in days if o.start <= until}
    result = Planned(skipped=[s for s in whole.skipped if s.campaign in near and s.due > ws.now])
    for slot in _timely(whole.slots, until, planned_at or (lambda _: ws.now), late=late):
        _draft(result, slot, writer, existing.get(slot.id), ws)
    _compare(result, existing, campaigns, calendar, ws)
    result.kept = number - len(result.moved) - len(result.dropped)
    result.posts = number + len(result.added)
    result.campaigns = len(campaigns.keys() | {p.campaign for p in result.added})
    if not dry_run and (result.added or result.moved or result.dropped or result.followed):
        _write(ws, result, writer.cards)
    return result


def _draft(result: Planned, slot: Slot, writer: Pen, old: Post | None, ws: Workspace) -> None:
    """Notes what a slot's post would be: new, another than before, the same, or one that nobody has translated."""
    try:
        new = writer.post(slot)
    except Untranslated as lacking:
        result.untranslated.append(Skipped(slot.id, slot.campaign, slot.due, f"{lacking.words}; {lacking.hint}"))
        return
    result.slots.append(slot)
    if old is None:
        result.added.append(new)
    elif _open(old, ws) and new.digest != old.digest:
        result.moved.append((old, new))


def _require_sense(ws: Workspace, calendar: Calendar, until: date) -> None:
    """Raises UsageError past the years we compute, BadData for a theme that no day has: it would act in silence."""
    if until.year > LAST_YEAR:
        raise UsageError(f"dates are computed up to {LAST_YEAR}", "choose an earlier --until")
    s = ws.settings
    known = {theme for o in calendar.verified for theme in o.themes}
    named = {*s.themes, *s.priority, *s.playbook_by_theme, *(t for a in s.accounts.values() for t in a.themes)}
    if unknown := sorted(named - known):
        say = f"{ws.home / 'daymark.toml'} names themes that no day has: {', '.join(unknown)}"
        raise BadData(say, "daymark days --json shows the themes that there are")


def _in_sight(ws: Workspace, calendar: Calendar, until: date) -> list[Occurrence]:
    """The days whose posts could meet those of days up to `until`."""
    s = ws.settings
    reach = timedelta(days=1 + max(abs(stage.offset) for book in s.playbooks.values() for stage in book.stages))
    # twice the reach: a day just past `until` may itself have given way to one beyond it
    seen = dates.between(calendar.verified, ws.now.date() - reach, until + 2 * reach)
    return [o for o in seen if s.wants(o.observance)]


def _ideal(ws: Workspace, calendar: Calendar, days: Iterable[Occurrence], existing: Iterable[Post]) -> Plan:
    """The plan of all days in sight, around what people have touched and what is on its way."""
    s = ws.settings
    return make_plan(
        days,
        s.accounts.values(),
        playbook_for=lambda o: s.playbook_for(o.observance.themes),
        regions=calendar.regions,
        priority=s.priority,
        taken=[Taken(p.id, p.account, p.local) for p in existing if p.touched or p.queued],
    )


def _timely(slots: Iterable[Slot], until: date, planned_at: Callable[[Slot], datetime], *, late: bool) -> list[Slot]:
    near = [(s, planned_at(s)) for s in slots if s.occurrence.start <= until]
    return [s for s, now in near if s.due > now or (late and s.expires > now)]


def _open(post: Post, ws: Workspace) -> bool:
    """Whether a draft is still ours to change: no person has touched it, and its time is not over."""
    return not post.touched and not post.queued and post.expires > ws.now


def _compare(
    result: Planned, existing: dict[str, Post], campaigns: dict[str, Campaign], calendar: Calendar, ws: Workspace
) -> None:
    """Finds what changed entries mean for posts that exist."""
    moved = {old.id for old, _ in result.moved}
    kept: set[str] = set()
    for post in existing.values():
        if post.expires <= ws.now or post.id in moved:
            continue
        now = occurrence_of(post.observance, post.year, post.campaign, calendar)
        what = drift(post, now)
        if what and now is None and _open(post, ws):
            result.dropped.append(post)
        elif what:
            result.changed.append(Change(post.id, what))
            kept.add(post.campaign)
    result.followed = [c for c in _new_facts(campaigns, calendar) if c.id not in kept]


def _new_facts(campaigns: dict[str, Campaign], calendar: Calendar) -> list[Campaign]:
    """Campaigns whose entry says something else now, with the new facts."""
    fresh = []
    for c in campaigns.values():
        now = occurrence_of(c.observance, c.year, c.id, calendar)
        if now:
            facts = replace(c, start=now.start, end=now.end, name=now.observance.name())
            fresh += [facts] if facts != c else []
    return fresh


class Writer:
    """Turns slots into posts: rendered, checked, with their digest."""

    def __init__(self, ws: Workspace, calendar: Calendar) -> None:
        self.settings, self.checker = ws.settings, ws.checker(calendar)
        self.renderer = renderer(ws.settings, calendar)
        self.errors: dict[Draft, bool] = {}
        self.ws, self.calendar = ws, calendar
        self.cards: list[Drawn] = []

    @cached_property
    def draughtsman(self) -> Draughtsman:
        from scheduler.workflow.carding import Draughtsman  # the cost of cards is for accounts that have some

        return Draughtsman(self.ws, self.calendar)

    def post(self, slot: Slot) -> Post:
        """The post of a slot. Raises Untranslated, TemplateError."""
        a = slot.account
        post = self._drafted(slot, self.renderer.post(slot, self.checker.limits_of(a.name, a.channel, a.network)))
        draft = self.checker.draft(post)
        if draft not in self.errors:  # accounts of one country and network say the same
            self.errors[draft] = has_errors(check_draft(draft))
        return replace(post, review=after_planning(errors=self.errors[draft]))

    def _drafted(self, slot: Slot, rendered: Rendered) -> Post:
        why = "; ".join(filter(None, (slot.why, rendered.why)))
        wording = self._with_card(slot, rendered)
        return post_of(slot, wording, rendered.language, AUTHOR, why=why, origin=rendered.origin)

    def _with_card(self, slot: Slot, rendered: Rendered) -> Wording:
        """The words of a post, with its card where the account has some and no picture of its own is there."""
        account, wording = slot.account, rendered.wording
        if wording.media or not (account.card and KINDS[account.channel].shows_pictures):
            return wording
        on = slot.local.date()
        drawn = self.draughtsman.draw(slot.occurrence, rendered.language, account.card, account.country, on)
        self.cards.append(drawn)
        return replace(wording, alt=drawn.alt, media=drawn.media)


def _write_cards(cards: Iterable[Drawn], posts: Iterable[Post]) -> None:
    from scheduler.workflow.carding import write_card

    shown = {post.wording.media for post in posts}
    for drawn in {c.path: c for c in cards if c.media in shown}.values():
        write_card(drawn)


def _write(ws: Workspace, result: Planned, cards: list[Drawn]) -> None:
    from scheduler.store import outbox as outbox_store
    from scheduler.store import planning as store

    if cards:
        _write_cards(cards, [*result.added, *(new for _, new in result.moved)])
    by_campaign: dict[str, list[Post]] = {}
    for post in result.added:
        by_campaign.setdefault(post.campaign, []).append(post)
    first = {s.campaign: s for s in reversed(result.slots)}
    with writing(ws.home, ws.now, ws.who) as tx:
        store.keep_accounts(tx, ws.settings.accounts.values())
        for id, posts in by_campaign.items():
            store.add_campaign(tx, _campaign(first[id], ws.settings), posts)
        for campaign in result.followed:
            store.follow(tx, campaign)
        for old, new in result.moved:
            store.replace_draft(tx, old, new)
        for post in result.dropped:
            outbox_store.enqueue(tx, post, state=DeliveryState.CANCELLED, reason="its day is no longer held")


def _campaign(slot: Slot, settings: Settings) -> Campaign:
    o = slot.occurrence
    book = settings.playbook_for(o.observance.themes).name
    return Campaign(o.id, o.observance.id, o.year, o.start, o.end, o.observance.name(), book)
