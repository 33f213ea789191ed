"""The public site: which pages there are, where each stands, and what each says. Templates make HTML of it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from scheduler.site.calendar import home, years
from scheduler.site.day import day_page
from scheduler.site.maps import ROBOTS, SITEMAP, robots, sitemap
from scheduler.site.parts import Page, Picture, Published, Site, Topic
from scheduler.site.subscribe import subscribe
from scheduler.site.tongue import Tongue
from scheduler.site.topics import everything, lost, topic_pages, topics

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ROBOTS", "SITEMAP", "Page", "Picture", "Published", "Site", "Tongue", "Topic", "pages", "robots", "sitemap"]


def pages(site: Site) -> Iterator[Page]:
    """Every page, language by language. The same site gives the same pages, in the same order."""
    for tongue in site.tongues:
        yield from chain(
            [home(site, tongue), topics(site, tongue), everything(site, tongue), subscribe(site, tongue)],
            years(site, tongue),
            topic_pages(site, tongue),
            (day_page(site, tongue, o) for o in site.observances),
        )
    first = site.tongues[0]
    yield home(site, first, path="index.html")
    yield lost(site, first)
