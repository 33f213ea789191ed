"""The rule language of the calendar: a line that a person can read becomes dates, and words again.

07-30                              the same day every year; 02-29 only in leap years
02-01..02-07                       a range; one that ends before it starts runs into the next year
first monday of october            first to fifth, or last; a fifth that a month lacks is not held
last day of february
tuesday between 02-05 and 02-11    the two dates span exactly one week
week of 11-11                      Monday to Sunday, the week that holds the date
month of january
25 of every month                  twelve days a year
7 days from first sunday of september
                                   as many days from the day of another rule; 2 to 60
full moon of may                   by UTC; of two in the month the first, or `last full moon of may`
announced                          only the dates that the entry lists year by year
RULE every 5 years from 2010       held in 2010, 2015, ...
RULE and RULE                      held more than once a year
"""

from __future__ import annotations

import re
from calendar import monthrange
from difflib import get_close_matches
from typing import TYPE_CHECKING

from scheduler.shapes import (
    MONTHS,
    NTHS,
    WEEKDAYS,
    Announced,
    Both,
    Every,
    Fixed,
    FullMoon,
    LastDay,
    MonthDay,
    Monthly,
    NthWeekday,
    Range,
    Rule,
    RunsFrom,
    WeekdayBetween,
    WeekOf,
    WholeMonth,
)

if TYPE_CHECKING:
    from collections.abc import Callable


class RuleError(ValueError):
    """A rule that cannot be read. `write` says what to write instead."""

    def __init__(self, say: str, write: str) -> None:
        super().__init__(say)
        self.write = write


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
    if runs := re.fullmatch(r"(\d+) days from (.+)", clean):
        return _runs_from(int(runs[1]), parse(runs[2]))
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
    wraps = (end.month, end.day) < (start.month, start.day)
    one, other = start.on(2023), end.on(2023 + wraps)  # a common year: in a leap one the first such weekday counts
    if one is None or other is None or (other - one).days != 6:
        raise RuleError(f"{first} to {last} is not one week", "give seven days, so that the weekday falls in them once")
    return WeekdayBetween(_weekday(weekday), start, end)


def _runs_from(days: int, start: Rule) -> Rule:
    if not 2 <= days <= 60:
        raise RuleError(f"'{days} days from' is no span that a rule can give", "write from 2 to 60 days")
    if isinstance(start, (Both, Announced, Monthly)):
        raise RuleError(f"'{days} days from' does not begin on one day", "write it like '7 days from 09-01'")
    return RunsFrom(start, days)


def _monthly(day: str) -> Rule:
    if not 1 <= int(day) <= 28:
        raise RuleError(f"not every month has a day {day}", "write a day from 1 to 28")
    return Monthly(int(day))


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
    (r"(\d+) of every month", _monthly),
    (r"announced", Announced),
)


def _advice(text: str) -> str:
    examples = (
        *("07-30", "02-01..02-07", "first monday of october", "week of 11-11", "month of january"),
        *("25 of every month", "7 days from 09-01", "announced"),
    )
    close = get_close_matches(text, examples, n=1, cutoff=0.6)
    return f"write it like '{close[0]}'" if close else f"write it like one of: {'; '.join(examples)}"
