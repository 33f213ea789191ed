"""The full moons, held against the independent library ephem over every year that Daymark computes."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise

import ephem
import pytest

from scheduler.model import FIRST_YEAR, LAST_YEAR
from scheduler.moon import full_moons


@pytest.fixture(scope="module")
def ephem_days() -> dict[tuple[int, int], list[date]]:
    """The UTC days of all full moons by ephem, by year and month."""
    days: dict[tuple[int, int], list[date]] = defaultdict(list)
    at = ephem.Date(f"{FIRST_YEAR - 1}/12/1")
    while at < ephem.Date(f"{LAST_YEAR + 1}/1/1"):
        at = ephem.next_full_moon(at)
        day = at.datetime().date()
        days[day.year, day.month].append(day)
    return days


@pytest.mark.parametrize("decade", range(1940, LAST_YEAR + 1, 10))
def test_the_full_moons_are_those_of_ephem(decade, ephem_days):
    for year in range(max(decade, FIRST_YEAR), min(decade + 9, LAST_YEAR) + 1):
        for month in range(1, 13):
            assert full_moons(year, month) == ephem_days[year, month], f"{year}-{month:02}"


MONTHS = [
    pytest.param(2018, 2, [], id="no full moon in February 2018"),
    pytest.param(2018, 1, [(2018, 1, 2), (2018, 1, 31)], id="two in the January before it"),
    pytest.param(2018, 3, [(2018, 3, 2), (2018, 3, 31)], id="two in the March after it"),
    pytest.param(2026, 5, [(2026, 5, 1), (2026, 5, 31)], id="two in May 2026"),
    pytest.param(2025, 5, [(2025, 5, 12)], id="one in May 2025"),
    pytest.param(1984, 10, [(1984, 10, 9)], id="two minutes before midnight"),
    pytest.param(2085, 12, [(2085, 12, 1), (2085, 12, 30)], id="two minutes before midnight, far ahead"),
    pytest.param(1961, 6, [(1961, 6, 28)], id="at a seam of delta T"),
]


@pytest.mark.parametrize(("year", "month", "days"), MONTHS)
def test_a_month_has_no_full_moon_or_one_or_two(year, month, days):
    assert full_moons(year, month) == [date(*day) for day in days]


def test_full_moons_follow_each_other_after_29_or_30_days():
    days = [d for y in range(FIRST_YEAR, LAST_YEAR + 1) for m in range(1, 13) for d in full_moons(y, m)]
    assert {(b - a).days for a, b in pairwise(days)} == {29, 30}
