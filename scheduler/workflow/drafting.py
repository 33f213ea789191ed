"""A slot becomes a draft: what renders its words, and the post that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.context import Us
from scheduler.facts import load_facts
from scheduler.model import Post
from scheduler.render import Renderer

if TYPE_CHECKING:
    from scheduler.config import Settings
    from scheduler.model import Calendar, Slot, Wording


def renderer(settings: Settings, calendar: Calendar) -> Renderer:
    us = Us(settings.name, settings.site)
    return Renderer(settings.templates, us, calendar.helplines, load_facts(settings.templates), settings.home)


def post_of(slot: Slot, wording: Wording, language: str, author: str) -> Post:
    """A slot with its words: not checked, without its digest."""
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
        digest="",
    )
