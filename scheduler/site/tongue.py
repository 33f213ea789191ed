"""How one language says what the site says: its labels, and dates as the CLDR writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, get_day_names, get_month_names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_REGIONAL = {"en": "en_001"}  # readers are everywhere: the day stands before the month


@dataclass(frozen=True)
class Tongue:
    """A language of the site. `labels` are the texts of its pages, by key; `{...}` in them is filled in."""

    code: str
    labels: Mapping[str, str] = field(repr=False)

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse(_REGIONAL.get(self.code, self.code))

    @property
    def name(self) -> str:
        """The language's own name of itself, as it begins a line: `Français`."""
        own = str(Locale.parse(self.code).get_display_name(self.code))
        return own[:1].upper() + own[1:]

    @property
    def direction(self) -> str:
        return "rtl" if self.locale.text_direction == "rtl" else "ltr"

    def say(self, key: str, **values: object) -> str:
        """A text of the pages. Raises KeyError for a key that no language has."""
        return self.labels[key].format(**values) if values else self.labels[key]

    def day(self, at: date) -> str:
        """`Friday, 30 July 2027`."""
        return format_date(at, "full", locale=self.locale)

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
        """A country's name; of a part of one, `Canada (ON)`; the code itself where neither is known."""
        country, _, part = region.partition("-")
        name = self.locale.territories.get(country)
        if name is None:
            return region
        return f"{name} ({part})" if part else str(name)
