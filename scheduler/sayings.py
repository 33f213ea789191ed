"""What the feeds and pages say in a language: rules in words, names of themes and regions, lines of descriptions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from scheduler import dates, rules, shapes
from scheduler.model import DIMENSIONS, FIRST_YEAR, LAST_YEAR, Observance, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scheduler.model import Former

ENGLISH = "en"
_LEAP = 2024  # a year that has every day


class DateWords(Protocol):
    """How a language says a date: see templates/words."""

    @property
    def months(self) -> Sequence[str]: ...

    @property
    def weekdays(self) -> Sequence[str]: ...

    @property
    def range(self) -> str: ...

    def date(self, span: Span) -> str: ...


@dataclass(frozen=True, slots=True, eq=False)
class Sayings:
    """One language: its dates, and its tables `rules`, `feeds`, `subjects`, `dimensions`, `regions`, `bodies`.

    `countries` gives the names of countries by ISO 3166-1 code, when one is asked for.
    """

    language: str
    dates: DateWords
    tables: Mapping[str, Mapping[str, Any]]
    countries: Callable[[], Mapping[str, str]] = field(default=dict)

    def say(self, key: str, **values: object) -> str:
        """A line of the table `feeds`, filled. Raises KeyError for a line that nobody wrote."""
        return str(self.tables["feeds"][key]).format(**values)

    def theme(self, theme: str) -> str:
        """A theme by itself. In English, and where nobody has said it, the words of its own name."""
        return str(self.tables.get("subjects", {}).get(theme) or theme.replace("-", " "))

    def dimension(self, dimension: str) -> str:
        return str(self.tables["dimensions"].get(dimension) or f"{dimension} security")

    def region(self, code: str) -> str:
        """The name of the world, a group or a country; the code itself where it is not known."""
        return str(self.tables["regions"].get(code) or self.countries().get(code) or code)

    def body(self, body: str) -> str:
        """Who proclaims days; most have but their English name here."""
        return str(self.tables.get("bodies", {}).get(body) or body)

    def missing(self, themes: set[str]) -> list[str]:
        """The themes and dimensions that nobody has said in this language."""
        said = self.tables.get("subjects", {}).keys() | self.tables["dimensions"].keys()
        return [] if self.language == ENGLISH else sorted((themes | set(DIMENSIONS)) - said)


def describe(observance: Observance, sayings: Sayings) -> str:
    """`dates.describe` in a language; in English where the language has no words for rules."""
    if sayings.language == ENGLISH or "rules" not in sayings.tables:
        return dates.describe(observance)
    said = sayings.tables["rules"]
    parts = [rule_words(observance.rule, sayings), *_bounds(observance, said)]
    for year, span in sorted(observance.exceptions.items()):
        words = said["moved"].format(year=year, date=sayings.dates.date(span)) if span else ""
        parts.append(words or said["not_held"].format(year=year))
    if observance.announced and observance.rule != "announced":
        parts.append(said["known"].format(years=", ".join(str(y) for y in sorted(observance.announced))))
    parts += [_before(observance, former, sayings) for former in reversed(observance.formerly)]
    return str(said["apart"]).join(filter(None, parts))


def _bounds(observance: Observance, said: Mapping[str, Any]) -> list[str]:
    since = max([observance.since, *(f.until + 1 for f in observance.formerly if f.rule != observance.rule)])
    first = said["since"].format(year=since) if since > FIRST_YEAR else ""
    return [first, said["until"].format(year=observance.until) if observance.until < LAST_YEAR else ""]


def _before(observance: Observance, former: Former, sayings: Sayings) -> str:
    said, language = sayings.tables["rules"], sayings.language
    if former.rule != observance.rule:
        return str(said["before"].format(year=former.until, rule=rule_words(former.rule, sayings)))
    old = replace(observance, names=former.names).name(language)
    return str(said["named"].format(year=former.until, name=old)) if old != observance.name(language) else ""


@lru_cache(maxsize=8192)
def rule_words(rule: str, sayings: Sayings) -> str:
    """A rule in words: `le premier lundi d'octobre`."""
    return _words(rules.parse(rule), sayings)


def _words(rule: shapes.Rule, s: Sayings) -> str:
    key, values = _SAID[type(rule)](rule, s)
    return str(s.tables["rules"][key]).format(**values)


def _day(at: shapes.MonthDay, s: Sayings) -> str:
    day = date(_LEAP, at.month, at.day)
    return s.dates.date(Span(day, day))


def _month(month: int, s: Sayings, form: str = "months_of") -> str:
    return str((s.tables["rules"].get(form) or s.tables["rules"].get("months_of") or s.dates.months)[month - 1])


def _nth(nth: int, weekday: str, s: Sayings) -> str:
    said = s.tables["rules"]
    gender = next((f"nth_{g}" for g in ("feminine", "neuter") if weekday in said.get(g, ())), "nth")
    return str(said[gender][nth - 1 if nth > 0 else -1])


_Said = tuple[str, dict[str, object]]


def _fixed(rule: shapes.Fixed, s: Sayings) -> _Said:
    return "leap" if (rule.at.month, rule.at.day) == (2, 29) else "fixed", {"day": _day(rule.at, s)}


def _range(rule: shapes.Range, s: Sayings) -> _Said:
    return "range", {"range": s.dates.range.format(first=_day(rule.first, s), last=_day(rule.last, s))}


def _weekday(rule: shapes.NthWeekday, s: Sayings) -> _Said:
    weekday = s.dates.weekdays[rule.weekday]
    said = {"nth": _nth(rule.nth, weekday, s), "weekday": weekday, "month": _month(rule.month, s)}
    return "fifth" if rule.nth == 5 else "weekday", dict(said)


def _between(rule: shapes.WeekdayBetween, s: Sayings) -> _Said:
    weekday = s.dates.weekdays[rule.weekday]
    return "between", {"weekday": weekday, "first": _day(rule.first, s), "last": _day(rule.last, s)}


def _every(rule: shapes.Every, s: Sayings) -> _Said:
    return "every", {"rule": _words(rule.rule, s), "n": rule.years, "year": rule.start}


def _both(rule: shapes.Both, s: Sayings) -> _Said:
    first, *more = (_words(each, s) for each in rule.rules)
    for other in more[:-1]:
        first = str(s.tables["rules"]["both"]).format(first=first, second=other)
    return "both", {"first": first, "second": more[-1]}


_SAID: dict[type, Callable[[Any, Sayings], _Said]] = {
    shapes.Fixed: _fixed,
    shapes.Range: _range,
    shapes.NthWeekday: _weekday,
    shapes.LastDay: lambda rule, s: ("last_day", {"month": _month(rule.month, s)}),
    shapes.WeekdayBetween: _between,
    shapes.WeekOf: lambda rule, s: ("week", {"day": _day(rule.at, s)}),
    shapes.WholeMonth: lambda rule, s: ("month", {"month": _month(rule.month, s, "months_whole")}),
    shapes.Monthly: lambda rule, _: ("monthly", {"n": rule.day}),
    shapes.RunsFrom: lambda rule, s: ("runs", {"n": rule.days, "rule": _words(rule.rule, s)}),
    shapes.FullMoon: lambda rule, s: ("last_moon" if rule.last else "moon", {"month": _month(rule.month, s)}),
    shapes.Announced: lambda *_: ("announced", {}),
    shapes.Every: _every,
    shapes.Both: _both,
}
