"""The rule language of the calendar: a line that a person can read becomes dates, and words again.

07-30                              the same day every year; 02-29 only in leap years
02-01..02-07                       a range; one that ends before it starts runs into the next year
first monday of october            first to fifth, or last; a fifth that a month lacks is not held
last day of february
tuesday between 02-05 and 02-11    the two dates span exactly one week
week of 11-11                      Monday to Sunday, the week that holds the date
month of january
full moon of may                   by UTC; of two in the month the first, or `last full moon of may`
announced                          only the dates that the entry lists year by year
RULE every 5 years from 2010       held in 2010, 2015, ...
RULE and RULE                      held more than once a year
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Protocol

from scheduler.model import Certainty, Span

if TYPE_CHECKING:
    from collections.abc import Callable

MONTHS = (
    "january february march april may june july august september october november december".split()
)  # fmt: skip
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
NTHS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}


class RuleError(ValueError):
    """A rule that cannot be read. `write` says what to write instead."""

    def __init__(self, say: str, write: str) -> None:
        super().__init__(say)
        self.write = write


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


def parse(text: str) -> Rule:
    """The rule that `text` says. Raises RuleError with what is wrong and what to write."""
    clean = " ".join(text.lower().split())
    clean = re.sub(r"( between \S+) and ", r"\1 to ", clean)  # its "and" does not join two rules
    parts = clean.split(" and ")
    if len(parts) > 1:
        return Both(tuple(parse(part) for part in parts))
    if every := re.fullmatch(r"(.+) every (\d+) years? from (\d{4})", clean):
        if (years := int(every[2])) < 1:
            raise RuleError("'every 0 years' never comes round", "write at least 'every 1 years'")
        return Every(parse(every[1]), years, int(every[3]))
    for pattern, make in _SHAPES:
        if match := re.fullmatch(pattern, clean):
            return make(*match.groups())
    raise RuleError(f"the rule '{text}' is not understood", _advice(clean))


def month_day(text: str) -> MonthDay:
    """`MM-DD` as a month and day that exist. Raises RuleError."""
    match = re.fullmatch(r"(\d\d)-(\d\d)", text)
    if not match:
        raise RuleError(f"'{text}' is no month and day", "write two digits each, such as 07-30")
    month, day = int(match[1]), int(match[2])
    if not 1 <= month <= 12:
        raise RuleError(f"there is no month {match[1]}", "write the month first, from 01 to 12, such as 07-30")
    longest = monthrange(2024, month)[1]
    if not 1 <= day <= longest:
        name = MONTHS[month - 1].capitalize()
        raise RuleError(
            f"{name} has no day {day}", f"write a day from 01 to {longest}, or 'last day of {name.lower()}'"
        )
    return MonthDay(month, day)


def _between(weekday: str, first: str, last: str) -> Rule:
    start, end = month_day(first), month_day(last)
    days = [(e - s).days + 1 for y in (2023, 2024) if (s := start.on(y)) and (e := end.on(y))]
    if 7 not in days:
        raise RuleError(f"{first} to {last} is not one week", "give seven days, so that the weekday falls in them once")
    return WeekdayBetween(_weekday(weekday), start, end)


def _word(word: str, known: list[str], noun: str) -> int:
    if word in known:
        return known.index(word)
    close = get_close_matches(word, known, n=1, cutoff=0.5)
    raise RuleError(f"'{word}' is no {noun}", f"write {close[0] if close else 'one of ' + ', '.join(known)}")


def _month(word: str) -> int:
    return _word(word, MONTHS, "month") + 1


def _weekday(word: str) -> int:
    return _word(word, WEEKDAYS, "weekday")


def _nth(nth: str, weekday: str, month: str) -> Rule:
    order = list(NTHS)
    return NthWeekday(NTHS[order[_word(nth, order, "position")]], _weekday(weekday), _month(month))


_SHAPES: tuple[tuple[str, Callable[..., Rule]], ...] = (
    (r"(\d+-\d+)", lambda at: Fixed(month_day(at))),
    (r"(\d+-\d+) ?\.\. ?(\d+-\d+)", lambda a, b: Range(month_day(a), month_day(b))),
    (r"last day of (\w+)", lambda month: LastDay(_month(month))),
    (r"week of (\S+)", lambda at: WeekOf(month_day(at))),
    (r"month of (\w+)", lambda month: WholeMonth(_month(month))),
    (r"full moon of (\w+)", lambda month: FullMoon(_month(month))),
    (r"last full moon of (\w+)", lambda month: FullMoon(_month(month), last=True)),
    (r"(\w+) between (\S+) to (\S+)", _between),
    (r"(\w+) (\w+) of (\w+)", _nth),
    (r"announced", Announced),
)


def _advice(text: str) -> str:
    examples = ("07-30", "02-01..02-07", "first monday of october", "week of 11-11", "month of january", "announced")
    close = get_close_matches(text, examples, n=1, cutoff=0.6)
    return f"write it like '{close[0]}'" if close else f"write it like one of: {'; '.join(examples)}"
