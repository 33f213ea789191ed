"""The shapes of rules: a fixed day, a range, a weekday of a month, ... Each gives its dates, and itself in words."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from scheduler.model import Certainty, Span

MONTHS = (
    "january february march april may june july august september october november december".split()
)  # fmt: skip
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
NTHS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}


class Rule(Protocol):
    """Gives the spans that start in a year, soonest first, and itself in words that finish "It is held on ..."."""

    @property
    def certainty(self) -> Certainty: ...

    def spans(self, year: int) -> list[Span]: ...

    def words(self) -> str: ...


@dataclass(frozen=True, slots=True)
class MonthDay:
    month: int
    day: int

    def on(self, year: int) -> date | None:
        return date(year, self.month, self.day) if self.day <= monthrange(year, self.month)[1] else None

    def words(self) -> str:
        return f"{self.day} {MONTHS[self.month - 1].capitalize()}"


@dataclass(frozen=True, slots=True)
class Fixed:
    at: MonthDay
    certainty = Certainty.FIXED

    def spans(self, year: int) -> list[Span]:
        day = self.at.on(year)
        return [Span(day, day)] if day else []

    def words(self) -> str:
        leap = ", so only in leap years" if (self.at.month, self.at.day) == (2, 29) else ""
        return f"{self.at.words()}{leap}"


@dataclass(frozen=True, slots=True)
class Range:
    first: MonthDay
    last: MonthDay
    certainty = Certainty.FIXED

    def spans(self, year: int) -> list[Span]:
        wraps = (self.last.month, self.last.day) < (self.first.month, self.first.day)
        start, end = self.first.on(year), self.last.on(year + wraps)
        return [Span(start, end)] if start and end else []

    def words(self) -> str:
        return f"{self.first.words()} to {self.last.words()}"


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """`nth` counts from 1, -1 is the last; `weekday` is 0 for Monday."""

    nth: int
    weekday: int
    month: int
    certainty = Certainty.COMPUTED

    def spans(self, year: int) -> list[Span]:
        length = monthrange(year, self.month)[1]
        days = [d for n in range(1, length + 1) if (d := date(year, self.month, n)).weekday() == self.weekday]
        index = self.nth - 1 if self.nth > 0 else self.nth
        return [Span(days[index], days[index])] if index < len(days) else []

    def words(self) -> str:
        nth = next(word for word, n in NTHS.items() if n == self.nth)
        when = ", in the years that have one" if self.nth == 5 else ""
        return f"the {nth} {WEEKDAYS[self.weekday].capitalize()} of {MONTHS[self.month - 1].capitalize()}{when}"


@dataclass(frozen=True, slots=True)
class LastDay:
    month: int
    certainty = Certainty.FIXED

    def spans(self, year: int) -> list[Span]:
        day = date(year, self.month, monthrange(year, self.month)[1])
        return [Span(day, day)]

    def words(self) -> str:
        return f"the last day of {MONTHS[self.month - 1].capitalize()}"


@dataclass(frozen=True, slots=True)
class WeekdayBetween:
    weekday: int
    first: MonthDay
    last: MonthDay
    certainty = Certainty.COMPUTED

    def spans(self, year: int) -> list[Span]:
        start = self.first.on(year)
        if not start:
            return []
        day = start + timedelta((self.weekday - start.weekday()) % 7)
        return [Span(day, day)]

    def words(self) -> str:
        return f"the {WEEKDAYS[self.weekday].capitalize()} between {self.first.words()} and {self.last.words()}"


@dataclass(frozen=True, slots=True)
class WeekOf:
    at: MonthDay
    certainty = Certainty.COMPUTED

    def spans(self, year: int) -> list[Span]:
        day = self.at.on(year)
        if not day:
            return []
        monday = day - timedelta(day.weekday())
        return [Span(monday, monday + timedelta(6))]

    def words(self) -> str:
        return f"the week, Monday to Sunday, that holds {self.at.words()}"


@dataclass(frozen=True, slots=True)
class WholeMonth:
    month: int
    certainty = Certainty.FIXED

    def spans(self, year: int) -> list[Span]:
        return [Span(date(year, self.month, 1), date(year, self.month, monthrange(year, self.month)[1]))]

    def words(self) -> str:
        return f"the whole month of {MONTHS[self.month - 1].capitalize()}"


@dataclass(frozen=True, slots=True)
class Monthly:
    day: int
    certainty = Certainty.FIXED

    def spans(self, year: int) -> list[Span]:
        return [Span(day, day) for month in range(1, 13) for day in [date(year, month, self.day)]]

    def words(self) -> str:
        return f"day {self.day} of every month"


@dataclass(frozen=True, slots=True)
class RunsFrom:
    rule: Rule
    days: int

    @property
    def certainty(self) -> Certainty:
        return self.rule.certainty

    def spans(self, year: int) -> list[Span]:
        return [Span(s.start, s.start + timedelta(self.days - 1)) for s in self.rule.spans(year)]

    def words(self) -> str:
        return f"{self.days} days from {self.rule.words()}"


@dataclass(frozen=True, slots=True)
class FullMoon:
    month: int
    last: bool = False
    certainty = Certainty.COMPUTED

    def spans(self, year: int) -> list[Span]:
        from scheduler.moon import full_moons

        days = full_moons(year, self.month)[-1 if self.last else 0 :][:1]
        return [Span(day, day) for day in days]

    def words(self) -> str:
        which = "last" if self.last else "first"
        month = MONTHS[self.month - 1].capitalize()
        return f"the day of the full moon of {month}, by UTC (the {which} one when there are two)"


@dataclass(frozen=True, slots=True)
class Announced:
    certainty = Certainty.ANNOUNCED

    def spans(self, year: int) -> list[Span]:
        del year  # whatever the year: its date is in the entry, not in the rule
        return []

    def words(self) -> str:
        return "the dates announced year by year"


@dataclass(frozen=True, slots=True)
class Every:
    rule: Rule
    years: int
    start: int

    @property
    def certainty(self) -> Certainty:
        return self.rule.certainty

    def spans(self, year: int) -> list[Span]:
        held = year >= self.start and (year - self.start) % self.years == 0
        return self.rule.spans(year) if held else []

    def words(self) -> str:
        return f"{self.rule.words()}, every {self.years} years from {self.start}"


@dataclass(frozen=True, slots=True)
class Both:
    rules: tuple[Rule, ...]

    @property
    def certainty(self) -> Certainty:
        return next((r.certainty for r in self.rules if r.certainty is not Certainty.FIXED), Certainty.FIXED)

    def spans(self, year: int) -> list[Span]:
        return sorted((s for rule in self.rules for s in rule.spans(year)), key=lambda s: s.start)

    def words(self) -> str:
        return " and ".join(rule.words() for rule in self.rules)
