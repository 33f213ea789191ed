"""From observances to dates and their certainty; from wall clocks to instants, in every zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.dates import as_utc, between, describe, occurrences, span_words
from scheduler.model import FIRST_YEAR, LAST_YEAR, Observance, Proclaimed, Span

PROPERTY = settings(deadline=None, max_examples=100, derandomize=True)

DAY = Observance(
    id="test-day",
    names={"en": "Test Day"},
    rule="07-30",
    proclaimed=Proclaimed("UN General Assembly", "A/RES/68/192", ""),
    sources=("https://example.org",),
    checked=date(2026, 1, 1),
)


def span(first: str, last: str = "") -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last or first))


MOON = replace(DAY, rule="full moon of may", announced={2025: span("2025-05-12"), 2027: span("2027-05-20")})
MOVED = replace(DAY, exceptions={2025: span("2025-08-02"), 2026: None, 2027: span("2027-07-30", "2027-08-01")})
WEEK = replace(DAY, rule="12-29..01-04")
HELD = [
    pytest.param(DAY, 2026, ["2026-07-30 fixed"], id="by the rule"),
    pytest.param(DAY, FIRST_YEAR, ["1945-07-30 fixed"], id="in the first year that is computed"),
    pytest.param(DAY, FIRST_YEAR - 1, [], id="not before it"),
    pytest.param(DAY, LAST_YEAR, ["2100-07-30 fixed"], id="in the last year that is computed"),
    pytest.param(DAY, LAST_YEAR + 1, [], id="not after it"),
    pytest.param(replace(DAY, since=2014), 2013, [], id="not before since"),
    pytest.param(replace(DAY, since=2014), 2014, ["2014-07-30 fixed"], id="in the year of since"),
    pytest.param(replace(DAY, since=1850), 1900, [], id="an old since does not widen the years"),
    pytest.param(replace(DAY, until=2020), 2020, ["2020-07-30 fixed"], id="in the year of until"),
    pytest.param(replace(DAY, until=2020), 2021, [], id="not after until"),
    pytest.param(MOVED, 2025, ["2025-08-02 announced"], id="moved by an exception"),
    pytest.param(MOVED, 2026, [], id="cancelled by an exception"),
    pytest.param(MOVED, 2027, ["2027-07-30..2027-08-01 announced"], id="made longer by an exception"),
    pytest.param(MOVED, 2028, ["2028-07-30 fixed"], id="as usual the year after"),
    pytest.param(replace(MOVED, until=2024), 2025, [], id="no exception outside the years"),
    pytest.param(MOON, 2025, ["2025-05-12 announced"], id="announced as computed"),
    pytest.param(MOON, 2027, ["2027-05-20 announced"], id="announced otherwise than computed"),
    pytest.param(MOON, 2026, ["2026-05-01 expected"], id="expected where nothing is announced yet"),
    pytest.param(replace(MOON, announced={}), 2026, ["2026-05-01 computed"], id="computed if nobody announces"),
    pytest.param(replace(MOON, exceptions={2027: None}), 2027, [], id="an exception outweighs an announced date"),
    pytest.param(replace(MOON, rule="announced"), 2027, ["2027-05-20 announced"], id="announced only"),
    pytest.param(replace(MOON, rule="announced"), 2028, [], id="announced only, not yet"),
    pytest.param(WEEK, 2026, ["2026-12-29..2027-01-04 fixed"], id="counted in the year it starts in"),
    pytest.param(replace(DAY, rule="03-01 and 10-01"), 2026, ["2026-03-01 fixed", "2026-10-01 fixed"], id="twice"),
]


@pytest.mark.parametrize(("observance", "year", "held"), HELD)
def test_an_observance_is_held(observance, year, held):
    found = occurrences(observance, year)
    assert [f"{o.start}{'' if o.end == o.start else f'..{o.end}'} {o.certainty}" for o in found] == held
    assert all(o.year == year and o.observance is observance for o in found)


def test_the_second_of_a_year_has_an_id_of_its_own():
    found = occurrences(replace(DAY, rule="10-01 and 03-01"), 2026)
    assert [(o.id, o.nth, o.start.month) for o in found] == [("test-day/2026", 1, 3), ("test-day/2026-2", 2, 10)]


BETWEEN = [
    pytest.param(DAY, "2026-07-30", "2026-07-30", ["test-day/2026"], id="the day itself"),
    pytest.param(DAY, "2026-07-31", "2027-07-29", [], id="the days between two years of it"),
    pytest.param(DAY, "2025-07-30", "2026-07-30", ["test-day/2025", "test-day/2026"], id="both ends are included"),
    pytest.param(WEEK, "2027-01-04", "2027-01-10", ["test-day/2026"], id="a span that began last year"),
    pytest.param(WEEK, "2027-01-05", "2027-01-10", [], id="a span that ended the day before"),
    pytest.param(WEEK, "2026-12-01", "2026-12-29", ["test-day/2026"], id="a span that begins on the last day"),
    pytest.param(replace(DAY, rule="month of july"), "2026-07-10", "2026-07-11", ["test-day/2026"], id="amid a month"),
]


@pytest.mark.parametrize(("observance", "first", "last", "ids"), BETWEEN)
def test_between_gives_what_has_a_day_in_the_span(observance, first, last, ids):
    found = between([observance], date.fromisoformat(first), date.fromisoformat(last))
    assert [o.id for o in found] == ids


def test_between_gives_the_soonest_first_and_the_same_day_by_id():
    days = [replace(DAY, id=name, rule=rule) for name, rule in [("c", "07-30"), ("a", "07-30"), ("b", "07-01")]]
    assert [o.observance.id for o in between(days, date(2026, 7, 1), date(2026, 7, 31))] == ["b", "a", "c"]


@PROPERTY
@given(st.dates(date(1946, 1, 1), date(2099, 1, 1)), st.integers(0, 800), st.sampled_from([WEEK, DAY, MOVED, MOON]))
def test_between_gives_exactly_the_occurrences_that_touch_the_span(first, length, observance):
    last = first + timedelta(length)
    everything = [o for y in range(FIRST_YEAR, LAST_YEAR + 1) for o in occurrences(observance, y)]
    assert between([observance], first, last) == [o for o in everything if o.start <= last and first <= o.end]


WORDS = [
    pytest.param(DAY, "30 July", id="the rule alone"),
    pytest.param(replace(DAY, since=2014, until=2030), "30 July; since 2014; until 2030", id="with its years"),
    pytest.param(
        MOVED,
        "30 July; in 2025 on 2 August; in 2026 not held; in 2027 on 30 July to 1 August",
        id="with its exceptions",
    ),
    pytest.param(
        replace(MOON, rule="05-20"),
        "20 May; announced year by year (known for 2025, 2027), otherwise expected",
        id="with announced years",
    ),
    pytest.param(replace(MOON, rule="announced"), "the dates announced year by year", id="announced only"),
]


@pytest.mark.parametrize(("observance", "words"), WORDS)
def test_a_day_is_described_in_words(observance, words):
    assert describe(observance) == words


SPANS = [
    ("2026-07-30", "2026-07-30", "30 July", "30 July 2026"),
    ("2026-11-25", "2026-12-10", "25 November to 10 December", "25 November to 10 December 2026"),
    ("2026-12-29", "2027-01-04", "29 December to 4 January", "29 December to 4 January 2027"),
]


@pytest.mark.parametrize(("first", "last", "short", "with_year"), SPANS)
def test_a_span_is_said_in_words(first, last, short, with_year):
    assert span_words(span(first, last)) == short
    assert span_words(span(first, last), year=True) == with_year


CLOCKS = [
    ("Europe/Berlin", "2026-07-30 09:00", "2026-07-30 07:00", "summer"),
    ("Europe/Berlin", "2026-01-30 09:00", "2026-01-30 08:00", "winter"),
    ("Europe/Berlin", "2026-03-29 01:59", "2026-03-29 00:59", "just before the gap"),
    ("Europe/Berlin", "2026-03-29 02:00", "2026-03-29 01:00", "the gap's first minute"),
    ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:00", "in the gap"),
    ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00", "just after the gap"),
    ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30", "shown twice: the first"),
    ("Europe/Berlin", "2026-10-25 03:00", "2026-10-25 02:00", "just after the fold"),
    ("America/New_York", "2026-03-08 02:30", "2026-03-08 07:00", "in the gap"),
    ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30", "shown twice: the first"),
    ("Asia/Beirut", "2026-03-29 00:00", "2026-03-28 22:00", "midnight does not exist"),
    ("Asia/Beirut", "2026-03-29 00:59", "2026-03-28 22:00", "the last minute of the gap"),
    ("Asia/Beirut", "2026-03-29 09:00", "2026-03-29 06:00", "the morning after it"),
    ("Pacific/Apia", "2011-12-29 09:00", "2011-12-29 19:00", "the day before the skipped one"),
    ("Pacific/Apia", "2011-12-30 09:00", "2011-12-30 10:00", "the skipped day"),
    ("Pacific/Apia", "2011-12-30 23:59", "2011-12-30 10:00", "the skipped day's last minute"),
    ("Pacific/Apia", "2011-12-31 09:00", "2011-12-30 19:00", "the day after the skipped one"),
    ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30", "in the gap of half an hour"),
    ("Australia/Lord_Howe", "2026-10-04 02:30", "2026-10-03 15:30", "just after it"),
    ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45", "half an hour shown twice: the first"),
    ("Africa/Casablanca", "2026-02-15 02:30", "2026-02-15 01:30", "negative summer time: shown twice, the first"),
    ("Asia/Kathmandu", "2026-07-30 09:00", "2026-07-30 03:15", "a quarter-hour offset"),
    ("UTC", "2026-07-30 09:00", "2026-07-30 09:00", "itself"),
]


@pytest.mark.parametrize(
    ("zone", "wall", "instant"), [c[:3] for c in CLOCKS], ids=[f"{c[0]} {c[1]}: {c[3]}" for c in CLOCKS]
)
def test_the_wall_clock_becomes_the_instant(zone, wall, instant):
    at = datetime.fromisoformat(wall)
    found = as_utc(at.date(), at.time(), ZoneInfo(zone))
    assert found == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert found.utcoffset() == timedelta()


ZONES = sorted(z for z in available_timezones() if not z.startswith(("posix", "right")) and z != "localtime")


def require_right(wall: datetime, zone: ZoneInfo) -> None:
    """The clock shows `wall` for the first time, or jumps over it at exactly this instant."""
    found = as_utc(wall.date(), wall.time(), zone)
    shown = found.astimezone(zone).replace(tzinfo=None)
    if shown == wall:
        assert found.astimezone(zone).fold == 0, f"{zone} {wall}: the second of two"
    else:
        before = (found - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        assert before < wall < shown, f"{zone} {wall}: {found}"


@pytest.mark.parametrize("zone", ZONES)
def test_in_every_zone_each_hour_around_a_change_of_clocks_is_right(zone):
    where = ZoneInfo(zone)
    before = None
    for day in map(date.fromordinal, range(date(2024, 1, 1).toordinal(), date(2036, 1, 1).toordinal())):
        midnight = datetime.combine(day, time())
        offset = midnight.replace(tzinfo=where).utcoffset()
        if before not in (None, offset):
            for minutes in range(-1470, 1470, 30):
                require_right(midnight + timedelta(minutes=minutes), where)
        before = offset


@PROPERTY
@given(st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2035, 12, 31)), st.times())
def test_at_any_time_the_clock_shows_what_was_wanted_or_has_just_jumped_over_it(zone, day, at):
    require_right(datetime.combine(day, at.replace(fold=0)), ZoneInfo(zone))


@PROPERTY
@given(st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2035, 12, 31)), st.times(), st.times())
def test_a_later_wall_time_of_a_day_is_never_an_earlier_instant(zone, day, one, other):
    first, second = sorted((time(one.hour, one.minute), time(other.hour, other.minute)))
    where = ZoneInfo(zone)
    assert as_utc(day, first, where) <= as_utc(day, second, where)


def test_a_week_of_new_year_is_found_by_its_days_of_december():
    observance = replace(DAY, rule="week of 01-01")
    found = between([observance], date(2025, 12, 29), date(2025, 12, 30))
    assert [(o.start, o.end) for o in found] == [(date(2025, 12, 29), date(2026, 1, 4))]
