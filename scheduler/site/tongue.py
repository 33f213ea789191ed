"""How one language says what the site says: its labels, and dates as the CLDR writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, get_day_names, get_month_names

from scheduler.sayings import describe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from scheduler.model import Observance
    from scheduler.sayings import Sayings
    from scheduler.site.parts import Topic

_REGIONAL = {"en": "en_001"}  # readers are everywhere: the day stands before the month

# Open Graph wants a country behind the language (ogp.me, og:locale), and Facebook knows but those of its list, where
# ar_AR is Arabic of every country (developers.facebook.com, Localization). English is written as the British do.
_TERRITORIAL = {"ar": "ar_AR", "en": "en_GB", "es": "es_ES", "fr": "fr_FR", "ru": "ru_RU", "zh": "zh_CN"}


@dataclass(frozen=True)
class Tongue:
    """A language of the site. `labels` are the texts of its pages, by key; `{...}` in them is filled in.

    `sayings` is what its feeds say too: rules, themes, regions.
    """

    sayings: Sayings
    labels: Mapping[str, str] = field(repr=False)

    @cached_property
    def _days(self) -> dict[date, str]:
        """Days as they were said: each stands on several pages."""
        return {}

    @cached_property
    def code(self) -> str:
        return self.sayings.language

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse(_REGIONAL.get(self.code, self.code))

    @cached_property
    def territorial(self) -> str:
        """The language as Open Graph names it: `en_GB`."""
        return _TERRITORIAL[self.code]

    @cached_property
    def name(self) -> str:
        """The language's own name of itself, as it begins a line: `Français`."""
        own = str(Locale.parse(self.code).get_display_name(self.code))
        return own[:1].upper() + own[1:]

    @cached_property
    def direction(self) -> str:
        return "rtl" if self.locale.text_direction == "rtl" else "ltr"

    def say(self, key: str, **values: object) -> str:
        """A text of the pages. Raises KeyError for a key that no language has."""
        return self.labels[key].format(**values) if values else self.labels[key]

    def day(self, at: date) -> str:
        """`Friday, 30 July 2027`."""
        if at not in self._days:
            self._days[at] = format_date(at, "full", locale=self.locale)
        return self._days[at]

    def span(self, start: date, end: date) -> str:
        """`Friday, 30 July 2027`, or `25 Nov - 10 Dec 2027`."""
        return self.day(start) if start == end else format_interval(start, end, "yMMMd", locale=self.locale)

    def short(self, at: date) -> str:
        """`30 July`."""
        return format_skeleton("MMMMd", at, locale=self.locale)

    def weekday(self, at: date) -> str:
        """`Fri`."""
        return self.weekdays[at.weekday()]

    @cached_property
    def weekdays(self) -> tuple[str, ...]:
        """`Mon` to `Sun`."""
        names = get_day_names("abbreviated", context="stand-alone", locale=self.locale)
        return tuple(names[n] for n in range(7))

    @property
    def first_weekday(self) -> int:
        """The day on which a week begins in calendars of this language; 0 is Monday."""
        return int(self.locale.first_week_day)

    def month(self, at: date) -> str:
        """`July 2027`."""
        return format_skeleton("yMMMM", at, locale=self.locale)

    def month_name(self, at: date) -> str:
        """`July`, as it begins a line."""
        name = str(get_month_names("wide", context="stand-alone", locale=self.locale)[at.month])
        return name[:1].upper() + name[1:]

    def place(self, region: str) -> str:
        """The name of a country or a group of them; of a part of a country, `Canada (ON)`."""
        name = self.sayings.region(region)
        if name != region or "-" not in region:
            return name
        country, _, part = region.partition("-")
        return f"{self.sayings.region(country)} ({part})"

    def title(self, topic: Topic) -> str:
        """A topic as it stands at the top of a page."""
        said = {"themes": self.sayings.theme, "dimensions": self.sayings.dimension, "regions": self.place}
        name = said[topic.kind](topic.subject)
        return name[:1].upper() + name[1:]

    def rule(self, o: Observance) -> str:
        """A day's rule in words."""
        return describe(o, self.sayings)
