"""The page on which a reader chooses a calendar and gets a link to it, for the calendar app at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.feeds.catalogue import by_rule
from scheduler.site.parts import page
from scheduler.site.topics import KINDS

if TYPE_CHECKING:
    from scheduler.site.parts import Page, Site, Topic
    from scheduler.site.tongue import Tongue

# How each app takes an address: the page's script fills in `{https}` and `{webcal}` percent-encoded, `{plain}` as is.
# Google and Microsoft do not document these; they are what many sites link to (read in public sources 2026-11-27).
APPS = {
    "google": "https://calendar.google.com/calendar/r?cid={webcal}",
    "apple": "{plain}",
    "outlook": "https://outlook.live.com/calendar/0/addfromweb?url={https}",
    "office": "https://outlook.office.com/calendar/0/addfromweb?url={https}",
    "webcal": "{plain}",
}


def subscribe(site: Site, tongue: Tongue) -> Page:
    """Every calendar with its links; the page's script shows one at a time, without it all stand in a list."""
    first = {"title": tongue.say("every_day"), "kind": "all", "slug": "", **_places(site, site.feeds)}
    groups = {kind: [_choice(site, t, tongue) for t in site.shown if t.kind == kind and t.feeds] for kind in KINDS}
    for group in groups.values():
        group.sort(key=lambda choice: str(choice["title"]).casefold())
    path = f"{tongue.code}/subscribe.html"
    return page(
        site, tongue, path, "subscribe.html", first=first, groups=groups, apps=APPS, webcal=_webcal, by_rule=by_rule
    )


def _choice(site: Site, topic: Topic, tongue: Tongue) -> dict[str, Any]:
    titled = {"title": tongue.title(topic), "kind": topic.kind, "slug": topic.slug}
    return titled | _places(site, topic.feeds)


def _places(site: Site, feeds: Any) -> dict[str, Any]:
    return {"paths": {t.code: feeds[t.code] for t in site.tongues if t.code in feeds}}


def _webcal(base: str, path: str) -> str:
    """The address that opens a calendar app."""
    return f"webcal://{base.partition('://')[2]}/{path}"
