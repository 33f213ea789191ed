"""A slot becomes a draft: what renders its words, and the post that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.context import Us
from scheduler.facts import load_facts
from scheduler.model import Post
from scheduler.render import Renderer
from scheduler.review import digest

if TYPE_CHECKING:
    from scheduler.config import Settings
    from scheduler.model import Calendar, Slot, Wording


def renderer(settings: Settings, calendar: Calendar) -> Renderer:
    us = Us(settings.name, settings.site)
    return Renderer(settings.templates, us, calendar.helplines, load_facts(settings.templates), settings.home)


def post_of(slot: Slot, wording: Wording, language: str, author: str, **more: Any) -> Post:
    """A slot with its words and their digest, not checked. `more` are fields of a post that neither decides."""
    a, o = slot.account, slot.occurrence
    return Post(
        id=slot.id,
        campaign=slot.campaign,
        observance=o.observance.id,
        year=o.year,
        stage=slot.stage.name,
        account=a.name,
        channel=a.channel,
        network=a.network,
        language=language,
        country=a.country,
        zone=a.zone,
        local=slot.local,
        due=slot.due,
        expires=slot.expires,
        start=o.start,
        end=o.end,
        wording=wording,
        author=author,
        sensitivity=o.observance.sensitivity,
        digest=digest(wording, language=language, account=a.name, due=slot.due, expires=slot.expires),
        **more,
    )
