"""The pages that show days by what they are about, the list of all days, and the page for an address that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.model import WORLD
from scheduler.site.parts import line, linked, page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Observance
    from scheduler.site.parts import Page, Site, Topic
    from scheduler.site.tongue import Tongue

KINDS = ("themes", "dimensions", "regions")


def topics(site: Site, tongue: Tongue) -> Page:
    """Every theme, dimension and region with the number of its days."""
    shown = {kind: sorted(_linked(site, tongue, kind), key=lambda t: t["title"].casefold()) for kind in KINDS}
    return page(site, tongue, f"{tongue.code}/topics.html", "topics.html", kinds=shown)


def _linked(site: Site, tongue: Tongue, kind: str) -> list[dict[str, Any]]:
    return [
        {
            "href": _path(tongue, topic),
            "title": tongue.title(topic),
            "count": len(site.members[topic.kind, topic.subject]),
        }
        for topic in site.shown
        if topic.kind == kind
    ]


def _path(tongue: Tongue, topic: Topic) -> str:
    return f"{tongue.code}/{topic.kind}/{topic.slug}.html"


def topic_pages(site: Site, tongue: Tongue) -> Iterator[Page]:
    """A page for each topic: its days, each when it comes next, and its calendar. It changes once a month."""
    for topic in site.shown:
        days = site.members[topic.kind, topic.subject]
        held = [coming for o in days if (coming := site.coming_next(o))]
        lines = [line(o, tongue) for o in sorted(held, key=lambda o: (o.start, o.observance.id))]
        others = [linked(o, tongue) for o in days if not site.coming_next(o)]
        yield page(
            site,
            tongue,
            _path(tongue, topic),
            "topic.html",
            title=tongue.title(topic),
            kind=topic.kind,
            slug=topic.slug,
            lines=lines,
            others=others,
            feed=topic.feeds.get(tongue.code, ""),
        )


def everything(site: Site, tongue: Tongue) -> Page:
    """All days from A to Z, with the words that a search looks in."""
    titles = {(t.kind, t.subject): tongue.title(t) for t in site.shown}
    shown = [linked(o, tongue) | _beside(o, tongue, titles) for o in site.observances]
    shown.sort(key=lambda d: (d["name"]["lang"] != tongue.code, d["name"]["text"].casefold()))
    return page(site, tongue, f"{tongue.code}/all.html", "all.html", days=shown)


def _beside(o: Observance, tongue: Tongue, titles: dict[tuple[str, str], str]) -> dict[str, str]:
    """When a day is, and what else it may be looked for by."""
    places = [tongue.place(r) for r in o.regions if r != WORLD]
    words = [o.name(), *(titles.get(("themes", theme), "") for theme in o.themes), *places]
    return {"rule": tongue.rule(o), "words": " ".join(words)}


def lost(site: Site, tongue: Tongue) -> Page:
    """What a web server shows for an address that is none. It may stand at any depth, so its links are whole."""
    root = f"{site.base}/" if site.base else "/"
    return page(site, tongue, "404.html", "lost.html", root=root)
