"""Every feed there is, as data: its path, what it is called in its language, what is in it.

A path, once published, never changes. English ones stand at the top; those of other languages in a folder of the
language; those in which days repeat by rule in `rules/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.model import DIMENSIONS, WORLD
from scheduler.sayings import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scheduler.model import Observance
    from scheduler.sayings import Sayings

ALL, THEME, DIMENSION, REGION = "all", "theme", "dimension", "region"
DAYS, RULES = "days", "rules"  # an event for each year; one that repeats where it can
COMING, POSTS, DATA = "coming", "posts", "data"
ALL_DAYS = "observances.ics"
BRAND = "Daymark: "  # what every calendar's name begins with, so that it is found among others
NEWS = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
RULES_FOLDER = "rules/"
_FOLDERS = {THEME: "themes", DIMENSION: "dimensions", REGION: "regions"}


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed. `kind` is ics, atom, rss or json; `subject` a theme, a dimension or a region's code, else empty."""

    path: str
    title: str
    about: str
    kind: str
    language: str
    scope: str
    subject: str = ""
    form: str = DAYS


def path_of(scope: str, subject: str = "", *, language: str = ENGLISH, form: str = DAYS) -> str:
    """Where a calendar stands: `themes/food.ics`, `fr/rules/observances.ics`, `regions/gb.ics`."""
    inner = f"{_FOLDERS[scope]}/{subject.lower()}.ics" if subject else ALL_DAYS
    return folder_of(language) + (RULES_FOLDER if form == RULES else "") + inner


def by_rule(path: str) -> str:
    """Where the calendar stands whose days repeat by rule, beside the one at `path`, which is of no region."""
    folder = path[:3] if path[2:3] == "/" else ""  # of a language
    return f"{folder}{RULES_FOLDER}{path.removeprefix(folder)}"


def folder_of(language: str) -> str:
    return "" if language == ENGLISH else f"{language}/"


def catalogue(
    observances: Iterable[Observance], groups: Mapping[str, Iterable[str]], languages: Iterable[Sayings]
) -> list[Feed]:
    """Every feed of these observances, by language, scope and subject. `groups` maps a region to its countries.

    Days that repeat by rule are offered for all, themes and dimensions; regions have too few days to gain by it.
    """
    days = list(observances)
    subjects = [(ALL, "")]
    subjects += [(THEME, theme) for theme in sorted({t for o in days for t in o.themes})]
    subjects += [(DIMENSION, dimension) for dimension in sorted({d for o in days for d in o.dimensions})]
    subjects += [(REGION, code) for code in sorted({r for found in places_of(days, groups).values() for r in found})]
    return [feed for sayings in languages for feed in _in_a_language(sayings, subjects)]


def _in_a_language(sayings: Sayings, subjects: list[tuple[str, str]]) -> Iterator[Feed]:
    language = sayings.language
    for scope, subject in subjects:
        title, about = _words(sayings, scope, subject)
        yield Feed(path_of(scope, subject, language=language), title, about, "ics", language, scope, subject)
        if scope != REGION:
            path = path_of(scope, subject, language=language, form=RULES)
            titled = sayings.say("rules", title=title)
            yield Feed(path, titled, about, "ics", language, scope, subject, RULES)
    for scope in (COMING, POSTS):
        yield from news_feeds(scope, sayings)
    if language == ENGLISH:
        yield Feed("calendar.json", f"{BRAND}observances", sayings.say("all_about"), "json", language, DATA)


def news_feeds(scope: str, sayings: Sayings) -> list[Feed]:
    """The news of a language in every form. `scope` is COMING or POSTS."""
    title, about, language = BRAND + sayings.say(scope), sayings.say(f"{scope}_about"), sayings.language
    return [Feed(news_path(scope, kind, language), title, about, kind, language, scope) for kind in NEWS]


def news_path(scope: str, kind: str, language: str) -> str:
    """Where news stand: `coming.atom`, `coming.rss`, `fr/posts.json`."""
    return f"{folder_of(language)}{scope}.{kind}"


def _words(sayings: Sayings, scope: str, subject: str) -> tuple[str, str]:
    if scope == ALL:
        return BRAND + sayings.say("all"), sayings.say("all_about")
    said = {THEME: sayings.theme, DIMENSION: sayings.dimension, REGION: sayings.region}[scope](subject)
    return BRAND + said, sayings.say("region_about" if scope == REGION else "about", subject=said)


def places_of(observances: Iterable[Observance], groups: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """The codes of the regions whose feeds each observance is in, by its id.

    A country that has days of its own is given those of its parts and of the groups it is in; a group those of its
    members. Days of the whole world are in the world's feed alone, so that nobody who takes both sees a day twice.
    """
    own = {o.id: {r if r == WORLD or r in groups else r.partition("-")[0] for r in o.regions} for o in observances}
    countries = {code for codes in own.values() for code in codes if code not in groups and code != WORLD}
    members = {group: set(codes) & countries for group, codes in groups.items()}
    known = {group for codes in own.values() for group in codes & groups.keys()}
    above = {code: {group for group in known if code in members[group]} for code in countries}
    return {
        id: tuple(
            sorted({*codes, *(near for code in codes for near in {*above.get(code, ()), *members.get(code, ())})})
        )
        for id, codes in own.items()
    }


def subjects_of(observance: Observance, places: Iterable[str]) -> list[tuple[str, str]]:
    """The scopes and subjects whose feeds a day is in."""
    return [
        (ALL, ""),
        *((THEME, theme) for theme in sorted(set(observance.themes))),
        *((DIMENSION, dimension) for dimension in DIMENSIONS if dimension in observance.dimensions),
        *((REGION, place) for place in places),
    ]
