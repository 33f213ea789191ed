"""The nouns of the calendar: observances, their occurrences, helplines."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

FIRST_YEAR, LAST_YEAR = 1945, 2100  # the span of years that dates are computed for
LANGUAGES = ("en", "fr", "es", "ar", "zh", "ru")
DIMENSIONS = ("economic", "food", "health", "environmental", "personal", "community", "political")
WORLD = "world"


class Certainty(StrEnum):
    """How sure a date is. `expected` is computed where the world announces the date year by year and has not yet."""

    FIXED = "fixed"
    COMPUTED = "computed"
    ANNOUNCED = "announced"
    EXPECTED = "expected"


class Origin(StrEnum):
    """Who keeps the day: `un` is on the UN list of days, `un-agency` is kept by one of its bodies beside that list."""

    UN = "un"
    AGENCY = "un-agency"
    REGIONAL = "regional"
    NATIONAL = "national"
    FAITH = "faith"
    CIVIL = "civil-society"
    OWN = "own"


class Sensitivity(StrEnum):
    """How much harm a careless word could do."""

    NORMAL = "normal"
    SENSITIVE = "sensitive"
    TRAUMA = "trauma"


@dataclass(frozen=True, slots=True)
class Proclaimed:
    """Who set the day, and by which document. `year` is when; 0 is unknown."""

    body: str
    document: str
    address: str
    year: int = 0


@dataclass(frozen=True, slots=True)
class YearTheme:
    """The official theme of one year, with the address it was published at."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Former:
    """What a day was up to and with the year `until`: its names and its rule then, with the source of the change."""

    until: int
    names: dict[str, str]
    rule: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` to `end`, both included."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Observance:
    """A day, week or month the world marks. `rule` is text; `scheduler.dates` reads it. Spans are inclusive.

    `since` counts the years of former rules too. `formerly` is ordered by year. An `unverified` one is listed and
    marked, never planned or published: nobody has held it against its sources yet.
    """

    id: str
    names: dict[str, str]
    rule: str
    proclaimed: Proclaimed
    sources: tuple[str, ...]
    checked: date
    page: str = ""
    since: int = FIRST_YEAR
    until: int = LAST_YEAR
    known: tuple[date, ...] = ()
    regions: tuple[str, ...] = (WORLD,)
    dimensions: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    sdg: tuple[str, ...] = ()
    sensitivity: Sensitivity = Sensitivity.NORMAL
    hashtags: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    year_themes: dict[int, YearTheme] = field(default_factory=dict)
    exceptions: dict[int, Span | None] = field(default_factory=dict)  # None: not held that year
    announced: dict[int, Span] = field(default_factory=dict)
    origin: Origin = Origin.OWN
    name_sources: dict[str, str] = field(default_factory=dict)
    hashtag_sources: dict[str, str] = field(default_factory=dict)
    formerly: tuple[Former, ...] = ()
    unverified: bool = False

    def name(self, language: str = "en") -> str:
        """The official name, or the English one where there is none in `language`."""
        return self.names.get(language) or self.names["en"]

    def as_of(self, year: int) -> Observance:
        """The observance with the names and the rule that it had in `year`."""
        old = next((f for f in self.formerly if year <= f.until), None)
        return replace(self, names=old.names, rule=old.rule, formerly=()) if old else self


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An observance in one year. `nth` counts from 1 for days held more than once a year."""

    observance: Observance
    year: int
    start: date
    end: date
    certainty: Certainty
    kind: str  # day, week, month or span
    nth: int = 1

    @property
    def id(self) -> str:
        return f"{self.observance.id}/{self.year}" + (f"-{self.nth}" if self.nth > 1 else "")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True)
class Helpline:
    """Where a reader finds help. Rendered whole or not at all; past `expires` it must not be rendered."""

    id: str
    country: str
    topics: tuple[str, ...]
    name: str
    number: str
    address: str
    checked: date
    expires: date
    sources: tuple[str, ...]
    operator: str = ""
    text: str = ""
    hours: str = ""
    languages: tuple[str, ...] = ()
    unverified: bool = False
    short: str = ""
    names: tuple[tuple[str, str], ...] = ()  # official names in other languages, by language

    def serves(self, country: str, themes: tuple[str, ...], on: date) -> bool:
        """Whether a reader in `country` finds help here with one of `themes`, on a day before it expires.

        An unverified line serves nobody: a wrong number harms people.
        """
        if self.unverified or self.country != country or self.expires < on:
            return False
        return not set(self.topics).isdisjoint(themes)

    @property
    def line(self) -> str:
        """The whole helpline as readers see it in English, on one line."""
        return self.said("en")

    def said(self, language: str, *, brief: bool = False) -> str:
        """The whole helpline on one line in a language; `brief` is its shortest form, without the address."""
        colon, comma = _MARKS.get(language, (": ", ", "))
        name = dict(self.names).get(language, self.name)
        if brief:
            return f"{self.short or name}{colon}{self.number}"
        return f"{name}{colon}{self.number}" + (f"{comma}{self.address}" if self.address else "")

    def forms(self) -> tuple[str, ...]:
        """Every form in which it is whole, the longest first."""
        forms = {self.said(language, brief=brief) for language in LANGUAGES for brief in (False, True)}
        return tuple(sorted(forms, key=lambda form: (-len(form), form)))


# what stands after a name and between the parts of a line, where it is not as in English
_MARKS = {"fr": (" : ", ", "), "zh": ("：", "，"), "ar": (": ", "، ")}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything calendars/ says. `regions` maps a group such as EU to the countries in it."""

    observances: Mapping[str, Observance]
    helplines: tuple[Helpline, ...]
    regions: dict[str, frozenset[str]]

    @property
    def verified(self) -> list[Observance]:
        """The observances that somebody has held against their sources: those that are planned and published."""
        return [o for o in self.observances.values() if not o.unverified]
