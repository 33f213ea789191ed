"""Every form of the rule language, held against the calendar itself, in every year that Daymark computes."""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.dates import kind_of
from scheduler.model import FIRST_YEAR, LAST_YEAR, Certainty, Span
from scheduler.rules import MONTHS, WEEKDAYS, RuleError, parse

PROPERTY = settings(deadline=None, max_examples=100, derandomize=True)
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
NTHS = ("first", "second", "third", "fourth", "fifth", "last")

years = st.integers(FIRST_YEAR, LAST_YEAR)
months = st.integers(1, 12)
weekdays = st.integers(0, 6)
month_days = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda d: f"{d:%m-%d}")


def held(rule: str, year: int) -> list[str]:
    """The spans of a year as text: one day, or first..last."""
    return [
        s.start.isoformat() if s.start == s.end else f"{s.start.isoformat()}..{s.end.isoformat()}"
        for s in parse(rule).spans(year)
    ]


DATES = [
    ("07-30", 2026, ["2026-07-30"]),
    ("  07-30 ", 2026, ["2026-07-30"]),
    ("02-29", 2024, ["2024-02-29"]),
    ("02-29", 2026, []),
    ("02-29", 2100, []),
    ("02-01..02-07", 2026, ["2026-02-01..2026-02-07"]),
    ("12-29..01-04", 2026, ["2026-12-29..2027-01-04"]),
    ("12-31..01-01", 1999, ["1999-12-31..2000-01-01"]),
    ("02-22..02-29", 2028, ["2028-02-22..2028-02-29"]),
    ("02-22..02-29", 2027, []),
    ("12-01..02-29", 2027, ["2027-12-01..2028-02-29"]),
    ("12-01..02-29", 2028, []),
    ("first monday of october", 2026, ["2026-10-05"]),
    ("First  Monday of OCTOBER", 2025, ["2025-10-06"]),
    ("second saturday of may", 2026, ["2026-05-09"]),
    ("third thursday of november", 2025, ["2025-11-20"]),
    ("fourth sunday of february", 2026, ["2026-02-22"]),
    ("fifth friday of january", 2026, ["2026-01-30"]),
    ("fifth friday of january", 2025, ["2025-01-31"]),
    ("fifth friday of january", 2024, []),
    ("fifth sunday of february", 2032, ["2032-02-29"]),
    ("fifth sunday of february", 2028, []),
    ("last thursday of september", 2026, ["2026-09-24"]),
    ("last thursday of february", 2024, ["2024-02-29"]),
    ("last day of february", 2024, ["2024-02-29"]),
    ("last day of february", 2026, ["2026-02-28"]),
    ("last day of february", 2100, ["2100-02-28"]),
    ("tuesday between 02-05 and 02-11", 2025, ["2025-02-11"]),
    ("tuesday between 02-05 and 02-11", 2026, ["2026-02-10"]),
    ("tuesday between 02-05 and 02-11", 2019, ["2019-02-05"]),
    ("monday between 02-25 and 03-03", 2026, ["2026-03-02"]),
    ("week of 11-11", 2026, ["2026-11-09..2026-11-15"]),
    ("week of 11-11", 2024, ["2024-11-11..2024-11-17"]),
    ("week of 11-11", 2029, ["2029-11-05..2029-11-11"]),
    ("week of 01-01", 2026, ["2025-12-29..2026-01-04"]),
    ("week of 01-01", 2024, ["2024-01-01..2024-01-07"]),
    ("week of 12-31", 2026, ["2026-12-28..2027-01-03"]),
    ("week of 02-29", 2027, []),
    ("month of january", 2026, ["2026-01-01..2026-01-31"]),
    ("month of february", 2028, ["2028-02-01..2028-02-29"]),
    ("full moon of may", 2025, ["2025-05-12"]),
    ("full moon of may", 2026, ["2026-05-01"]),
    ("last full moon of may", 2026, ["2026-05-31"]),
    ("last full moon of may", 2025, ["2025-05-12"]),
    ("full moon of february", 2018, []),
    ("announced", 2026, []),
    ("10-20 every 5 years from 2010", 2009, []),
    ("10-20 every 5 years from 2010", 2010, ["2010-10-20"]),
    ("10-20 every 5 years from 2010", 2011, []),
    ("10-20 every 5 years from 2010", 2005, []),
    ("10-20 every 5 years from 2010", 2030, ["2030-10-20"]),
    ("10-20 every 1 year from 2025", 2026, ["2026-10-20"]),
    ("first monday of june every 2 years from 2024", 2026, ["2026-06-01"]),
    ("10-01 and 03-01", 2026, ["2026-03-01", "2026-10-01"]),
    ("02-29 and 03-01", 2026, ["2026-03-01"]),
    ("second saturday of may and second saturday of october", 2026, ["2026-05-09", "2026-10-10"]),
    ("tuesday between 02-05 and 02-11 and 05-01", 2026, ["2026-02-10", "2026-05-01"]),
    ("01-05 and 03-01 every 2 years from 2025", 2026, ["2026-01-05"]),
]


@pytest.mark.parametrize(("rule", "year", "dates"), DATES, ids=[f"{r.strip()} {y}" for r, y, _ in DATES])
def test_a_rule_gives_the_dates_of_a_year(rule, year, dates):
    assert held(rule, year) == dates


@pytest.mark.parametrize("year", YEARS)
def test_29_february_is_held_in_leap_years_only_and_the_last_day_of_february_always(year):
    assert held("02-29", year) == ([f"{year}-02-29"] if isleap(year) else [])
    assert held("last day of february", year) == [f"{year}-02-{29 if isleap(year) else 28}"]


@PROPERTY
@given(years, months, weekdays, st.sampled_from(NTHS))
def test_the_nth_weekday_is_that_weekday_of_that_month_and_the_nth(year, month, weekday, nth):
    days = [date(year, month, n) for n in range(1, monthrange(year, month)[1] + 1)]
    fitting = [d for d in days if d.weekday() == weekday]
    spans = parse(f"{nth} {WEEKDAYS[weekday]} of {MONTHS[month - 1]}").spans(year)
    if nth == "fifth" and len(fitting) < 5:
        assert spans == []
    else:
        wanted = fitting[-1] if nth == "last" else fitting[NTHS.index(nth)]
        assert spans == [Span(wanted, wanted)]


@PROPERTY
@given(years, weekdays, st.dates(date(2023, 1, 1), date(2023, 12, 25)))
def test_a_weekday_between_two_dates_is_that_weekday_and_lies_between_them(year, weekday, first):
    last = first + timedelta(6)
    (span,) = parse(f"{WEEKDAYS[weekday]} between {first:%m-%d} and {last:%m-%d}").spans(year)
    assert span.start == span.end
    assert span.start.weekday() == weekday
    assert date(year, first.month, first.day) <= span.start <= date(year, last.month, last.day)


@PROPERTY
@given(years, month_days)
def test_the_week_of_a_date_runs_monday_to_sunday_and_holds_the_date(year, at):
    spans = parse(f"week of {at}").spans(year)
    if at == "02-29" and not isleap(year):
        assert spans == []
        return
    (span,) = spans
    assert (span.start.weekday(), span.end - span.start) == (0, timedelta(6))
    assert span.start <= date.fromisoformat(f"{year}-{at}") <= span.end


@PROPERTY
@given(years, month_days, month_days)
def test_a_range_starts_in_its_year_and_never_ends_before_it_starts(year, first, last):
    for span in parse(f"{first}..{last}").spans(year):
        assert f"{span.start:%Y-%m-%d}" == f"{year}-{first}"
        assert f"{span.end:%m-%d}" == last
        assert timedelta() <= span.end - span.start < timedelta(366)


@PROPERTY
@given(years, st.lists(month_days, min_size=2, max_size=4))
def test_rules_joined_by_and_give_the_dates_of_each_soonest_first(year, parts):
    starts = [s.start for s in parse(" and ".join(parts)).spans(year)]
    assert starts == sorted(s.start for part in parts for s in parse(part).spans(year))


@PROPERTY
@given(years, st.integers(1, 12), st.integers(1945, 2050))
def test_every_n_years_is_held_in_its_first_year_and_each_nth_after(year, n, first):
    wanted = year in range(first, LAST_YEAR + 1, n)
    assert bool(held(f"07-30 every {n} years from {first}", year)) is wanted


@PROPERTY
@given(years, months, st.sampled_from(["month of {}", "last day of {}", "full moon of {}", "last full moon of {}"]))
def test_a_rule_about_a_month_stays_in_it(year, month, form):
    for span in parse(form.format(MONTHS[month - 1])).spans(year):
        assert {(d.year, d.month) for d in (span.start, span.end)} == {(year, month)}
        assert span.start <= span.end


KINDS = [
    ("07-30", "day"),
    ("first monday of october", "day"),
    ("02-01..02-07", "week"),
    ("03-21..03-28", "week"),
    ("week of 11-11", "week"),
    ("11-25..12-10", "span"),
    ("month of january", "month"),
    ("month of february", "month"),
]


@pytest.mark.parametrize(("rule", "kind"), KINDS, ids=[r for r, _ in KINDS])
def test_the_kind_is_told_by_length_and_only_a_whole_month_is_a_month(rule, kind):
    for year in YEARS:
        for span in parse(rule).spans(year):
            assert kind_of(rule, span) == kind


CERTAINTIES = [
    ("07-30", Certainty.FIXED),
    ("02-01..02-07", Certainty.FIXED),
    ("last day of february", Certainty.FIXED),
    ("first monday of october", Certainty.COMPUTED),
    ("tuesday between 02-05 and 02-11", Certainty.COMPUTED),
    ("week of 11-11", Certainty.COMPUTED),
    ("full moon of may", Certainty.COMPUTED),
    ("announced", Certainty.ANNOUNCED),
    ("first monday of june every 2 years from 2024", Certainty.COMPUTED),
    ("03-01 and second saturday of may", Certainty.COMPUTED),
    ("03-01 and 10-01", Certainty.FIXED),
]


@pytest.mark.parametrize(("rule", "certainty"), CERTAINTIES, ids=[r for r, _ in CERTAINTIES])
def test_a_rule_knows_how_sure_its_dates_are(rule, certainty):
    assert parse(rule).certainty is certainty


WORDS = [
    ("07-30", "30 July"),
    ("02-29", "29 February, so only in leap years"),
    ("02-01..02-07", "1 February to 7 February"),
    ("first monday of october", "the first Monday of October"),
    ("fifth friday of january", "the fifth Friday of January, in the years that have one"),
    ("last thursday of september", "the last Thursday of September"),
    ("last day of february", "the last day of February"),
    ("tuesday between 02-05 and 02-11", "the Tuesday between 5 February and 11 February"),
    ("week of 11-11", "the week, Monday to Sunday, that holds 11 November"),
    ("month of january", "the whole month of January"),
    ("full moon of may", "the day of the full moon of May, by UTC (the first one when there are two)"),
    ("last full moon of may", "the day of the full moon of May, by UTC (the last one when there are two)"),
    ("announced", "the dates announced year by year"),
    ("10-20 every 5 years from 2010", "20 October, every 5 years from 2010"),
    ("03-01 and 10-01", "1 March and 1 October"),
]


@pytest.mark.parametrize(("rule", "words"), WORDS, ids=[r for r, _ in WORDS])
def test_a_rule_says_itself_in_words(rule, words):
    assert parse(rule).words() == words


MISTAKES = [
    ("", "the rule '' is not understood", "write it like one of: 07-30"),
    ("someday", "the rule 'someday' is not understood", "write it like"),
    ("anounced", "the rule 'anounced' is not understood", "write it like 'announced'"),
    ("first monday in october", "is not understood", "write it like 'first monday of october'"),
    ("7-30", "'7-30' is no month and day", "two digits each, such as 07-30"),
    ("13-01", "there is no month 13", "the month first, from 01 to 12"),
    ("30-07", "there is no month 30", "the month first"),
    ("02-30", "February has no day 30", "a day from 01 to 29, or 'last day of february'"),
    ("04-31", "April has no day 31", "a day from 01 to 30"),
    ("07-00", "July has no day 0", "a day from 01 to 31"),
    ("week of 1111", "'1111' is no month and day", "two digits each"),
    ("frist monday of october", "'frist' is no position", "write first"),
    ("sixth monday of october", "'sixth' is no position", "write"),
    ("first moonday of october", "'moonday' is no weekday", "write monday"),
    ("first monday of octobre", "'octobre' is no month", "write october"),
    ("last day of xyz", "'xyz' is no month", "write one of january, february"),
    ("month of febuary", "'febuary' is no month", "write february"),
    ("full moon of mai", "'mai' is no month", "write may"),
    ("tuesday between 02-05 and 02-20", "02-05 to 02-20 is not one week", "seven days"),
    ("tuesday between 02-11 and 02-05", "02-11 to 02-05 is not one week", "seven days"),
    ("tuseday between 02-05 and 02-11", "'tuseday' is no weekday", "write tuesday"),
    ("10-20 every 0 years from 2010", "never comes round", "at least 'every 1 years'"),
    ("10-32 every 5 years from 2010", "October has no day 32", "a day from 01 to 31"),
    ("03-01 and 02-30", "February has no day 30", "a day from 01 to 29"),
]


@pytest.mark.parametrize(("rule", "said", "write"), MISTAKES, ids=[r or "empty" for r, _, _ in MISTAKES])
def test_a_bad_rule_is_told_with_what_to_write_instead(rule, said, write):
    with pytest.raises(RuleError, match=re.escape(said)) as caught:
        parse(rule)
    assert write in caught.value.write


@PROPERTY
@given(
    st.text(max_size=40)
    | st.from_regex(r"[a-z]{3,8} [a-z]{3,9} of [a-z]{3,9}|[0-9]{2}-[0-9]{2}(\.\.)?", fullmatch=True)
)
def test_any_text_is_a_rule_or_a_rule_error_and_nothing_else(text):
    try:
        rule = parse(text)
    except RuleError as error:
        assert str(error)
        assert error.write
    else:
        assert rule.words()


@pytest.mark.parametrize("year", [2023, 2027, 2028])
def test_a_week_that_has_seven_days_only_in_leap_years_is_refused_or_kept_to(year):
    try:
        rule = parse("saturday between 02-26 and 03-03")
    except RuleError:
        return
    assert all(date(year, 2, 26) <= s.start <= date(year, 3, 3) for s in rule.spans(year))


def test_a_weekday_between_two_dates_may_lie_after_new_year():
    assert held("sunday between 12-28 and 01-03", 2027) == ["2028-01-02"]
