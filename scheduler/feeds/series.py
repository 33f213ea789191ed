"""Observances by rule: one event that repeats where its rule fits RRULE, single events where it does not.

Only the two shapes that every client keeps are written: `FREQ=YEARLY`, and `FREQ=YEARLY;BYMONTH=m;BYDAY=nXX`. A year
that departs from the rule is an EXDATE, and an event of its own where the day was moved. The theme of a year has no
place here. No UID is that of a year's entry: who takes both forms has subscribed to two things.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from scheduler import dates, rules, shapes
from scheduler.feeds.catalogue import RULES
from scheduler.feeds.entry import EVENT, SERIES, Content, Entry
from scheduler.feeds.observances import capital, common_lines, content_of, feeds_of, page_of
from scheduler.model import LAST_YEAR
from scheduler.sayings import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduler.feeds.observances import Edition
    from scheduler.model import Observance

SERIES_FROM = 2025  # the first year that was ever published; one that moved would revise every entry each year
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def series_entries(observances: Iterable[Observance], first_year: int, last_year: int, edition: Edition) -> list[Entry]:
    """The entries of rule feeds: one that repeats without end of each day that is plain enough, else one for each
    occurrence that starts in `first_year` to `last_year`."""
    return [entry for day in observances for entry in _entries(day, range(first_year, last_year + 1), edition)]


def _entries(day: Observance, window: range, edition: Edition) -> Iterator[Entry]:
    feeds = feeds_of(day, (), edition.language, RULES)
    rule, begins = rrule_of(day), _begins(day)
    years = set(window)
    if rule:
        years = {year for year in years if year < begins} | {year for year in day.exceptions if year >= SERIES_FROM}
        yield Entry(f"{SERIES}{day.id}", EVENT, feeds, _content(day, rule, begins, edition), edition.language)
    for year in sorted(years):
        for occurrence in dates.occurrences(day, year):
            key = f"{SERIES}{occurrence.id}"
            yield Entry(key, EVENT, feeds, content_of(occurrence, edition), edition.language)


def rrule_of(day: Observance) -> str:
    """The RRULE of a day; empty where it has none that every client keeps, or an end."""
    rule = rules.parse(day.rule)
    if day.announced or day.until < LAST_YEAR:
        return ""
    if isinstance(rule, shapes.Fixed) and (rule.at.month, rule.at.day) != (2, 29):
        return "FREQ=YEARLY"
    if isinstance(rule, shapes.NthWeekday) and rule.nth != 5:
        return f"FREQ=YEARLY;BYMONTH={rule.month};BYDAY={rule.nth}{_WEEKDAYS[rule.weekday]}"
    return ""


def _begins(day: Observance) -> int:
    return max(SERIES_FROM, day.since, *(former.until + 1 for former in day.formerly))


def _content(day: Observance, rule: str, begins: int, edition: Edition) -> Content:
    (start,) = (span.start for span in rules.parse(day.rule).spans(begins))
    left_out = [span.start for year in sorted(day.exceptions) for span in rules.parse(day.rule).spans(year)]
    said = edition.sayings.say("when", rule=describe(day, edition.sayings))
    lines = (said, *common_lines(day, edition, date.max))
    return Content(
        summary=day.name(edition.language),
        description="\n".join(filter(None, lines)),
        categories=[capital(edition.sayings.theme(theme)) for theme in sorted(set(day.themes))],
        url=page_of(day),
        status="CONFIRMED",
        all_day=True,
        start=start.isoformat(),
        end=(start + timedelta(days=1)).isoformat(),
        rrule=rule,
        exdates=[day.isoformat() for day in left_out if day >= start],
    )
