"""What the pages of the site are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scheduler import dates
from scheduler.feeds.catalogue import COMING, POSTS, news_path
from scheduler.model import Certainty, Sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.model import Helpline, Observance, Occurrence
    from scheduler.site.tongue import Tongue

YEARS_ON_A_PAGE = 5  # of a day, from this year on


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its path within public/, its template, and what the template is filled with."""

    path: str
    template: str
    context: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Topic:
    """What days are sorted by: `kind` is themes, dimensions or regions; `feeds` are its calendars, by language.

    None where no day of it has a date yet.
    """

    kind: str
    subject: str
    feeds: Mapping[str, str]

    @property
    def slug(self) -> str:
        """What stands for it in addresses."""
        return self.subject.lower()


@dataclass(frozen=True, slots=True)
class Picture:
    """What shows a page elsewhere: a PNG, its path within public/, what it says in words, its size in points."""

    path: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Published:
    """A post of ours that is out: where, when by its own wall clock, in which language, and what it says."""

    place: str
    on: date
    language: str
    account: str
    text: str


@dataclass(frozen=True)
class Site:
    """Everything that the pages tell. `years` are those of the calendar pages; `base` is where public/ is served."""

    observances: tuple[Observance, ...]
    tongues: tuple[Tongue, ...]
    topics: tuple[Topic, ...]
    years: range
    today: date
    us: str
    places: Mapping[str, tuple[str, ...]]  # the regions whose pages and calendars each day is in, by the day's id
    feeds: Mapping[str, str]  # the calendar of all days, by language
    base: str = ""
    leave: str = ""
    posts: Mapping[str, tuple[Published, ...]] = field(default_factory=dict)
    helplines: tuple[Helpline, ...] = ()
    pictures: Mapping[tuple[str, str], Picture] = field(default_factory=dict)  # by language and day; "": of every page

    @cached_property
    def by_id(self) -> dict[str, Observance]:
        return {o.id: o for o in self.observances}

    @cached_property
    def coming(self) -> dict[str, tuple[Occurrence, ...]]:
        """What a day's page tells of: its occurrences in five years, from this one on, by the day's id."""
        years = range(self.today.year, self.today.year + YEARS_ON_A_PAGE)
        return {o.id: tuple(held for year in years for held in dates.occurrences(o, year)) for o in self.observances}

    def coming_next(self, o: Observance) -> Occurrence | None:
        """What a day's page shows elsewhere: the first that ends this month or later. It changes once a month."""
        return next((held for held in self.coming[o.id] if held.end >= self.today.replace(day=1)), None)

    def picture(self, language: str, day: str = "") -> Picture | None:
        """The picture of a day's page, or of any."""
        return self.pictures.get((language, day)) or self.pictures.get((language, ""))

    @cached_property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """Every occurrence that has a day in the years of the calendar pages, by date."""
        first, last = date(self.years[0], 1, 1), date(self.years[-1], 12, 31)
        return tuple(dates.between(self.observances, first, last))

    @cached_property
    def by_month(self) -> dict[tuple[int, int], list[Occurrence]]:
        """The occurrences that have a day in a month, by year and month, by date."""
        found: dict[tuple[int, int], list[Occurrence]] = {}
        for o in self.occurrences:
            first, last = (day.year * 12 + day.month - 1 for day in (o.start, o.end))
            for n in range(first, last + 1):
                found.setdefault((n // 12, n % 12 + 1), []).append(o)
        return found

    @cached_property
    def members(self) -> dict[tuple[str, str], tuple[Observance, ...]]:
        """The days of each topic, by kind and subject, by name."""
        found: dict[tuple[str, str], list[Observance]] = {}
        for o in sorted(self.observances, key=lambda o: (o.name().casefold(), o.id)):
            regions = self.places.get(o.id, ())
            for kind, subjects in (("themes", o.themes), ("dimensions", o.dimensions), ("regions", regions)):
                for subject in subjects:
                    found.setdefault((kind, subject), []).append(o)
        return {key: tuple(days) for key, days in found.items()}

    @cached_property
    def shown(self) -> tuple[Topic, ...]:
        """The topics that have a day."""
        return tuple(t for t in self.topics if (t.kind, t.subject) in self.members)


def page(site: Site, tongue: Tongue, path: str, template: str, **context: Any) -> Page:
    """A page with what every page has: its language and the others', links relative to where it stands."""
    inner = path.partition("/")[2] if "/" in path else "index.html"
    common = {
        "site": site,
        "tongue": tongue,
        "say": tongue.say,
        "root": "../" * path.count("/"),
        "path": path,
        "inner": inner,
        "address": f"{site.base}/{path}" if site.base else "",
        "picture": site.picture(tongue.code),
        "news": [news_path(scope, "atom", tongue.code) for scope in (COMING, POSTS)],
    }
    return Page(path, template, common | context)


def named(o: Observance, tongue: Tongue) -> dict[str, str]:
    """A day's name for a page, and the language that it is really in."""
    own = o.names.get(tongue.code)
    if own:
        return {"text": own, "lang": tongue.code, "dir": tongue.direction}
    return {"text": o.name(), "lang": "en", "dir": "ltr"}


def linked(o: Observance, tongue: Tongue) -> dict[str, Any]:
    """A day as a link: its name, and its page within the language's folder."""
    return {"id": o.id, "href": f"{tongue.code}/days/{o.id}.html", "name": named(o, tongue)}


def line(occurrence: Occurrence, tongue: Tongue) -> dict[str, Any]:
    """An occurrence as a line of a list."""
    o = occurrence.observance
    return linked(o, tongue) | {
        "start": occurrence.start,
        "end": occurrence.end,
        "when": tongue.span(occurrence.start, occurrence.end),
        "kind": occurrence.kind,
        "expected": occurrence.certainty is Certainty.EXPECTED,
        "grave": o.sensitivity is not Sensitivity.NORMAL,
    }
