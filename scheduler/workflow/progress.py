"""How far each campaign is. Light: `upcoming` asks it at every call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.model import DeliveryState, Review
from scheduler.plan import concerns
from scheduler.review import state_of
from scheduler.store import reads
from scheduler.store.opening import reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scheduler.config import Settings
    from scheduler.model import Calendar, Occurrence


def campaigns_of(home: Path) -> dict[str, dict[str, Any]]:
    """Each campaign with its playbook and how many posts stand where, by campaign id."""
    with reading(home) as db:
        planned, told = reads.campaigns(db), reads.progress(db)
    states: dict[str, dict[str, int]] = {id: {} for id in planned}
    for campaign, review, delivery, number in told:
        word = state_of(Review(review), DeliveryState(delivery) if delivery else None)
        states[campaign][word] = states[campaign].get(word, 0) + number
    return {
        id: {"id": id, "playbook": c.playbook, "posts": sum(states[id].values()), "states": states[id]}
        for id, c in planned.items()
    }


def is_ours(settings: Settings, calendar: Calendar) -> Callable[[Occurrence], bool]:
    """Whether campaigns are planned for an occurrence: by its themes, and by the places and themes of the accounts."""
    accounts = settings.accounts.values()
    return lambda o: settings.wants(o.observance) and any(concerns(o, a, calendar.regions) for a in accounts)
