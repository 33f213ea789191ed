"""The page of a day: when, by which rule, who proclaimed it, what proves it, and where a reader finds help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.model import WORLD, Certainty, Sensitivity
from scheduler.receipts import site as publisher
from scheduler.site.parts import YEARS_ON_A_PAGE, linked, named, page

if TYPE_CHECKING:
    from scheduler.model import Helpline, Observance, Occurrence
    from scheduler.site.parts import Page, Site
    from scheduler.site.tongue import Tongue

_UNION = "EU"  # the only group whose code looks like a country's (reserved in ISO 3166-1)


def day_page(site: Site, tongue: Tongue, o: Observance) -> Page:
    coming, following = site.coming[o.id], site.coming_next(o)
    grave = o.sensitivity is not Sensitivity.NORMAL
    return page(
        site,
        tongue,
        f"{tongue.code}/days/{o.id}.html",
        "day.html",
        day=o,
        name=named(o, tongue),
        kind=coming[0].kind if coming else "day",
        following=_dated(following, tongue) if following else None,
        dates=[_dated(occurrence, tongue) for occurrence in coming],
        rule=tongue.rule(o),
        body=_body(o, tongue),
        checked=tongue.day(o.checked),
        themes=[(y, t) for y, t in sorted(o.year_themes.items(), reverse=True)][:YEARS_ON_A_PAGE],
        names=_names(site, o, tongue),
        topics=_topics(site, o, tongue),
        places=[_region(r, tongue) for r in o.regions],
        related=[linked(site.by_id[id], tongue) for id in o.related if id in site.by_id],
        sources=[(address, publisher(address)) for address in o.sources],
        posts=[(p, tongue.short(p.on)) for p in site.posts.get(o.id, ())],
        helplines=_helplines(site, o, tongue) if grave else [],
        leave=site.leave if grave else "",
        picture=site.picture(tongue.code, o.id),
        data=[_event(site, found, o, tongue) for found in coming if found.certainty is not Certainty.EXPECTED],
    )


def _dated(occurrence: Occurrence, tongue: Tongue) -> dict[str, Any]:
    return {
        "year": occurrence.year,
        "start": occurrence.start,
        "end": occurrence.end,
        "when": tongue.span(occurrence.start, occurrence.end),
        "sure": tongue.say(str(occurrence.certainty)),
    }


def _names(site: Site, o: Observance, tongue: Tongue) -> list[dict[str, str]]:
    """The official names in the other languages."""
    return [
        named(o, other) | {"language": other.name}
        for other in site.tongues
        if other.code != tongue.code and o.names.get(other.code)
    ]


def _topics(site: Site, o: Observance, tongue: Tongue) -> dict[str, list[tuple[str, str]]]:
    """The day's themes and dimensions: the page of each, and its title."""
    of_day = {"themes": o.themes, "dimensions": o.dimensions}
    return {
        kind: [
            (f"{tongue.code}/{kind}/{topic.slug}.html", tongue.title(topic))
            for topic in site.shown
            if topic.kind == kind and topic.subject in subjects
        ]
        for kind, subjects in of_day.items()
    }


def _region(region: str, tongue: Tongue) -> str:
    return tongue.say("world") if region == WORLD else tongue.place(region)


def _body(o: Observance, tongue: Tongue) -> dict[str, str]:
    """Who proclaimed a day, and the language that it is told in: most are but known by their English name."""
    name = tongue.sayings.body(o.proclaimed.body)
    return {"text": name, "lang": "en" if name == o.proclaimed.body else tongue.code}


def _helplines(site: Site, o: Observance, tongue: Tongue) -> list[dict[str, str]]:
    """The lines for a day's themes, each whole, by country in this language's words; none that has expired."""
    found = [h for h in site.helplines if h.serves(h.country, o.themes, site.today)]
    return sorted((_helpline(h, tongue) for h in found), key=lambda h: (h["country"], h["name"]))


def _helpline(h: Helpline, tongue: Tongue) -> dict[str, str]:
    return {
        "country": tongue.place(h.country),
        "name": dict(h.names).get(tongue.code, h.name),
        "number": h.number,
        "call": "".join(sign for sign in h.number if sign.isdigit() or sign == "+"),
        "address": h.address,
        "shown": h.address.partition("://")[2].partition("/")[0].removeprefix("www."),
    }


def _event(site: Site, occurrence: Occurrence, o: Observance, tongue: Tongue) -> dict[str, Any]:
    """The occurrence in the words of schema.org/Event and of Google's page on it (both read 2026-11-27).

    No word of theirs says that a date is but expected, so such a one is not told: programs would take it for a fact.
    """
    name = named(o, tongue)
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": name["text"],
        "inLanguage": name["lang"],
        "startDate": occurrence.start.isoformat(),
        "endDate": occurrence.end.isoformat(),
        "location": [_place(r, tongue) for r in o.regions],
        "description": tongue.rule(o) or name["text"],
        "eventStatus": "https://schema.org/EventScheduled",
    }
    if o.proclaimed.body:
        said["organizer"] = {"@type": "Organization", "name": o.proclaimed.body}
    if site.base:
        said["url"] = f"{site.base}/{tongue.code}/days/{o.id}.html"
        # the day's own picture shows one of its dates
        if shown := site.picture(tongue.code, o.id if occurrence == site.coming_next(o) else ""):
            said["image"] = f"{site.base}/{shown.path}"
    return said


def _place(region: str, tongue: Tongue) -> dict[str, Any]:
    """Where a day is held. Only a country has an address; the world and groups of countries have none."""
    country, _, part = region.partition("-")
    place = {"@type": "Place", "name": _region(region, tongue)}
    if len(country) != 2 or country == _UNION:
        return place
    address = {"@type": "PostalAddress", "addressCountry": country} | ({"addressRegion": part} if part else {})
    return place | {"address": address}
