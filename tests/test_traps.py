"""The shipped calendar where days are easily got wrong. Every date here was counted from the organiser's words."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scheduler import paths
from scheduler.calendars import load_calendar
from scheduler.dates import between, occurrences

if TYPE_CHECKING:
    from conftest import Daymark

DAYS = load_calendar([Path(paths.shipped("calendars"))]).observances


def held(name: str, year: int) -> list[str]:
    """The spans of a year, as the rules of tests/test_rules.py write them."""
    return [str(o.start) if o.days == 1 else f"{o.start}..{o.end}" for o in occurrences(DAYS[name], year)]


def rows(*groups: tuple[str, str]) -> list[object]:
    """A test for each span of each group: the year it is held in is that of its first day."""
    return [pytest.param(name, span, id=f"{name} {span[:4]}") for name, spans in groups for span in spans.split()]


# Years in which the month begins on that weekday stand beside years in which it begins a day later, and months with
# five of the weekday beside months with four.
MOVABLE = rows(
    ("habitat-day", "2024-10-07 2026-10-05 2028-10-02 2029-10-01"),
    ("cooperatives-day", "2022-07-02 2023-07-01 2026-07-04 2028-07-01 2029-07-07"),
    ("girls-in-ict-day", "2025-04-24 2026-04-23 2027-04-22 2028-04-27"),
    ("maritime-day", "2021-09-30 2026-09-24 2027-09-30 2028-09-28"),
    ("philosophy-day", "2025-11-20 2026-11-19 2029-11-15 2030-11-21"),
    ("road-traffic-victims-day", "2025-11-16 2026-11-15 2027-11-21"),
    ("sight-day", "2025-10-09 2026-10-08 2027-10-14"),
    ("school-bullying-day", "2024-11-07 2026-11-05 2029-11-01"),
    ("world-fair-trade-day", "2026-05-09 2027-05-08 2028-05-13"),
    ("safer-internet-day", "2008-02-12 2019-02-05 2025-02-11 2026-02-10 2027-02-09 2030-02-05"),
    ("giving-tuesday", "2024-12-03 2026-12-01 2029-11-27 2030-12-03"),
    ("world-day-migrants-refugees", "2024-09-29 2025-10-04..2025-10-05 2026-09-27 2029-09-30"),
    ("a21-walk-for-freedom", "2017-10-14 2022-10-15 2026-10-17 2027-10-16"),
    ("bs-emancipation", "2022-08-01 2026-08-03 2028-08-07"),
    ("bm-emancipation", "2022-07-28 2024-08-01 2026-07-30 2029-08-02"),
    ("gb-refugee-week", "2022-06-20..2022-06-26 2026-06-15..2026-06-21 2027-06-14..2027-06-20"),
    ("au-child-protection-week", "2024-09-01..2024-09-07 2026-09-06..2026-09-12 2027-09-05..2027-09-11"),
    ("science-and-peace-week", "2024-11-11..2024-11-17 2026-11-09..2026-11-15 2027-11-08..2027-11-14"),
    ("science-and-peace-week", "2028-11-06..2028-11-12 2029-11-05..2029-11-11"),
    ("media-literacy-week", "2026-10-24..2026-10-31 2027-10-24..2027-10-31"),
    ("second-world-war-remembrance-days", "2026-05-08..2026-05-09 2045-05-08..2045-05-09"),
    ("us-human-trafficking-prevention-month", "2026-01-01..2026-01-31"),
    ("us-teen-dating-violence-month", "2026-02-01..2026-02-28 2028-02-01..2028-02-29"),
    ("sixteen-days-of-activism", "2026-11-25..2026-12-10"),
)


@pytest.mark.parametrize(("name", "span"), MOVABLE)
def test_a_day_that_moves_falls_where_a_wall_calendar_puts_it(name: str, span: str) -> None:
    assert held(name, int(span[:4])) == [span]


@pytest.mark.parametrize("year", range(2015, 2041))
def test_the_fourth_thursday_is_never_the_fifth_and_the_last_is_whichever_comes_last(year: int) -> None:
    fourth, last = date.fromisoformat(*held("girls-in-ict-day", year)), date.fromisoformat(*held("maritime-day", year))
    assert {fourth.isoweekday(), last.isoweekday()} == {4}
    assert (fourth.month, fourth.day in range(22, 29)) == (4, True)
    assert (last.month, last.day in range(24, 31)) == (9, True)


VESAK = [
    (2017, "2017-05-10", "announced"), (2021, "2021-05-26", "announced"), (2022, "2022-05-16", "announced"),
    (2023, "2023-05-05", "announced"), (2024, "2024-05-23", "announced"), (2025, "2025-05-12", "announced"),
    (2027, "2027-05-20", "expected"), (2028, "2028-05-08", "expected"), (2029, "2029-05-27", "expected"),
]  # fmt: skip


@pytest.mark.parametrize(("year", "day", "certainty"), VESAK, ids=[str(row[0]) for row in VESAK])
def test_vesak_is_announced_where_the_united_nations_told_it_and_expected_elsewhere(
    year: int, day: str, certainty: str
) -> None:
    assert [(str(o.start), str(o.certainty)) for o in occurrences(DAYS["vesak-day"], year)] == [(day, certainty)]


def test_in_a_may_with_two_full_moons_vesak_is_one_day() -> None:
    (vesak,) = occurrences(DAYS["vesak-day"], 2026)
    assert vesak.start in (date(2026, 5, 1), date(2026, 5, 31))
    if vesak.certainty == "expected":  # until it is announced, the first is what the rule says
        assert vesak.start == date(2026, 5, 1)


def test_world_statistics_day_is_held_every_five_years() -> None:
    years = [year for year in range(2005, 2041) if held("statistics-day", year)]
    assert years == [2010, 2015, 2020, 2025, 2030, 2035, 2040]
    assert held("statistics-day", 2030) == ["2030-10-20"]


ANNOUNCED = rows(
    ("road-safety-week", "2007-04-23..2007-04-29 2013-05-06..2013-05-12 2015-05-04..2015-05-10"),
    ("road-safety-week", "2017-05-08..2017-05-14 2019-05-06..2019-05-12 2021-05-17..2021-05-23"),
    ("road-safety-week", "2023-05-15..2023-05-21 2025-05-12..2025-05-18"),
    ("gb-safeguarding-week", "2019-11-18..2019-11-24 2022-11-21..2022-11-27 2025-11-17..2025-11-21"),
    ("np-anti-trafficking-day", "2016-09-05 2025-09-05"),
    ("ijm-freedom-sunday", "2016-09-25 2020-09-20"),
)


@pytest.mark.parametrize(("name", "span"), ANNOUNCED)
def test_a_week_that_is_only_announced_is_held_when_it_was(name: str, span: str) -> None:
    assert held(name, int(span[:4])) == [span]
    assert [str(o.certainty) for o in occurrences(DAYS[name], int(span[:4]))] == ["announced"]


@pytest.mark.parametrize(("name", "year"), [("road-safety-week", y) for y in (2008, 2014, 2016, 2024, 2026)])
def test_a_week_that_was_not_announced_is_not_guessed(name: str, year: int) -> None:
    assert held(name, year) == []


@pytest.mark.parametrize("name", ["road-safety-week", "gb-safeguarding-week", "np-anti-trafficking-day"])
def test_no_rule_of_ours_stands_behind_what_is_announced(name: str) -> None:
    assert [year for year in range(2060, 2070) if held(name, year)] == []


KINDS = [
    ("media-literacy-week", "week", 8), ("science-and-peace-week", "week", 7), ("racism-solidarity-week", "week", 7),
    ("second-world-war-remembrance-days", "span", 2), ("sixteen-days-of-activism", "span", 16),
    ("au-child-protection-week", "week", 7), ("us-domestic-violence-awareness-month", "month", 31),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "days"), KINDS, ids=[row[0] for row in KINDS])
def test_a_span_is_of_its_kind_and_length(name: str, kind: str, days: int) -> None:
    (found,) = occurrences(DAYS[name], 2027)
    assert (found.kind, found.days) == (kind, days)


BIRDS = [
    (2022, "2022-05-14 2022-10-08"), (2026, "2026-05-09 2026-10-10"),
    (2027, "2027-05-08 2027-10-09"), (2028, "2028-05-13 2028-10-14"),
]  # fmt: skip


@pytest.mark.parametrize(("year", "days"), BIRDS, ids=[str(row[0]) for row in BIRDS])
def test_migratory_birds_have_two_days_a_year_each_with_a_campaign_of_its_own(year: int, days: str) -> None:
    assert held("migratory-bird-day", year) == days.split()
    ids = [o.id for o in occurrences(DAYS["migratory-bird-day"], year)]
    assert ids == [f"migratory-bird-day/{year}", f"migratory-bird-day/{year}-2"]


def test_orange_day_is_the_25th_of_all_twelve_months() -> None:
    assert held("orange-day", 2027) == [f"2027-{month:02}-25" for month in range(1, 13)]
    ids = [o.id for o in occurrences(DAYS["orange-day"], 2027)]
    assert ids == ["orange-day/2027", *(f"orange-day/2027-{n}" for n in range(2, 13))]


# One line for each side of a change: who, when, under which name.
CHANGED = [
    ("gd-emancipation", "2022-08-01", "Emancipation Day (Grenada)"),
    ("gd-emancipation", "2024-08-05", "Emancipation Day (Grenada)"),
    ("gd-emancipation", "2025-08-01", "Emancipation Day (Grenada)"),
    ("gd-emancipation", "2026-08-01", "Emancipation Day (Grenada)"),
    ("peace-day", "2000-09-19", "International Day of Peace"),
    ("peace-day", "2002-09-21", "International Day of Peace"),
    ("maritime-day", "1979-03-17", "World Maritime Day"),
    ("maritime-day", "1980-09-25", "World Maritime Day"),
    ("health-day", "1949-07-22", "World Health Day"),
    ("health-day", "1950-04-07", "World Health Day"),
    ("no-tobacco-day", "1988-04-07", "World No-Smoking Day"),
    ("no-tobacco-day", "1989-05-31", "World No-Tobacco Day"),
    ("biological-diversity-day", "2000-12-29", "International Day for Biological Diversity"),
    ("biological-diversity-day", "2001-05-22", "International Day for Biological Diversity"),
    ("chinese-language-day", "2010-11-12", "Chinese Language Day"),
    ("chinese-language-day", "2011-04-20", "Chinese Language Day"),
    ("spanish-language-day", "2010-10-12", "Spanish Language Day"),
    ("spanish-language-day", "2011-04-23", "Spanish Language Day"),
    ("south-south-cooperation-day", "2011-12-19", "United Nations Day for South-South Cooperation"),
    ("south-south-cooperation-day", "2012-09-12", "United Nations Day for South-South Cooperation"),
    ("disaster-risk-reduction-day", "2009-10-14", "International Day for Natural Disaster Reduction"),
    ("disaster-risk-reduction-day", "2010-10-13", "International Day for Disaster Reduction"),
    ("disaster-risk-reduction-day", "2018-10-13", "International Day for Disaster Reduction"),
    ("disaster-risk-reduction-day", "2019-10-13", "International Day for Disaster Risk Reduction"),
    ("chemical-warfare-victims-day", "2015-04-29", "Day of Remembrance for all Victims of Chemical Warfare"),
    ("chemical-warfare-victims-day", "2016-11-30", "Day of Remembrance for all Victims of Chemical Warfare"),
    ("prematurity-day", "2024-11-17", "World Prematurity Day"),
    ("prematurity-day", "2025-11-15", "World Prematurity Day"),
    ("mf-abolition", "2017-05-27", "Commemoration of the Abolition of Slavery (Saint-Martin)"),
    ("mf-abolition", "2018-05-28", "Commemoration of the Abolition of Slavery (Saint-Martin)"),
    ("immunization-week", "2012-04-21..2012-04-28", "World Immunization Week"),
    ("immunization-week", "2014-04-24..2014-04-30", "World Immunization Week"),
    ("migratory-bird-day", "2017-05-13..2017-05-14", "World Migratory Bird Day"),
    ("us-teen-dating-violence-month", "2009-02-02..2009-02-06",
     "National Teen Dating Violence Awareness and Prevention Week"),
    ("us-teen-dating-violence-month", "2010-02-01..2010-02-28",
     "National Teen Dating Violence Awareness and Prevention Month"),
    ("antimicrobial-resistance-week", "2022-11-18..2022-11-24", "World Antimicrobial Awareness Week"),
    ("antimicrobial-resistance-week", "2023-11-18..2023-11-24", "World Antimicrobial Resistance Awareness Week"),
    ("persons-with-disabilities-day", "2007-12-03", "International Day of Disabled Persons"),
    ("persons-with-disabilities-day", "2008-12-03", "International Day of Persons with Disabilities"),
    ("telecommunication-day", "2006-05-17", "World Information Society Day"),
    ("telecommunication-day", "2007-05-17", "World Telecommunication and Information Society Day"),
    ("rwanda-genocide-reflection-day", "2017-04-07", "International Day of Reflection on the Genocide in Rwanda"),
    ("rwanda-genocide-reflection-day", "2018-04-07",
     "International Day of Reflection on the 1994 Genocide against the Tutsi in Rwanda"),
    ("hearing-day", "2015-03-03", "International Ear Care Day"),
    ("hearing-day", "2016-03-03", "World Hearing Day"),
    ("tt-emancipation", "2023-08-01", "Emancipation Day (Trinidad and Tobago)"),
    ("tt-emancipation", "2024-08-01", "African Emancipation Day (Trinidad and Tobago)"),
    ("gb-child-exploitation-awareness-day", "2019-03-18", "National Child Sexual Exploitation Awareness Day"),
    ("gb-child-exploitation-awareness-day", "2020-03-18", "National Child Exploitation Awareness Day"),
    ("na-human-rights-day", "2004-12-10", "Human Rights Day"),
    ("na-human-rights-day", "2005-12-10", "Day of the Namibian Women and International Human Rights Day"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "span", "called"), CHANGED, ids=[f"{row[0]} {row[1][:4]}" for row in CHANGED])
def test_a_day_that_changed_has_in_each_year_the_date_and_the_name_of_that_year(
    name: str, span: str, called: str
) -> None:
    year = int(span[:4])
    assert held(name, year) == [span]
    (found,) = occurrences(DAYS[name], year)
    assert (found.observance.name(), found.id) == (called, f"{name}/{year}")


@pytest.mark.parametrize("name", [day.id for day in DAYS.values() if day.formerly])
def test_no_entry_tells_of_former_years_in_which_it_says_it_was_not_held(name: str) -> None:
    day = DAYS[name]
    assert [former.until for former in day.formerly if former.until < day.since] == []


def test_the_day_of_peace_of_2001_was_not_yet_the_21st() -> None:
    assert "2001-09-21" not in held("peace-day", 2001)


FIRST = [
    ("artificial-intelligence-day", 2027, "2027-08-31"), ("greening-the-planet-day", 2027, "2027-04-22"),
    ("sustainable-transport-day", 2023, "2023-11-26"), ("lake-day", 2025, "2025-08-27"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "year", "day"), FIRST, ids=[row[0] for row in FIRST])
def test_a_new_day_is_not_held_before_its_first_year(name: str, year: int, day: str) -> None:
    assert (held(name, year - 1), held(name, year)) == ([], [day])
    year_before = between(DAYS.values(), date(year - 1, 1, 1), date(year - 1, 12, 31))
    assert name not in {o.observance.id for o in year_before}


NEAR = {
    "slavery: its victims, its trade, its abolition": {
        "transatlantic-slave-trade-victims-day": "03-25", "slave-trade-remembrance-day": "08-23",
        "abolition-of-slavery-day": "12-02",
    },
    "18 October: two against trafficking": {"eu-anti-trafficking-day": "10-18", "uk-anti-slavery-day": "10-18"},
    "18 November: two for children": {
        "child-sexual-exploitation-day": "11-18", "europe-child-sexual-abuse-day": "11-18",
    },
    "genocide: its victims and Rwanda's": {"genocide-victims-day": "12-09", "rwanda-genocide-reflection-day": "04-07"},
    "genocide: its victims and Srebrenica's": {
        "genocide-victims-day": "12-09", "srebrenica-genocide-reflection-day": "07-11",
    },
    "genocide: its victims and the Holocaust's": {
        "genocide-victims-day": "12-09", "holocaust-remembrance-day": "01-27",
    },
    "refugees and migrants": {"refugee-day": "06-20", "migrants-day": "12-18"},
    "22 April: the planet and the Earth": {"greening-the-planet-day": "04-22", "mother-earth-day": "04-22"},
    "the missing children of the world and of one country": {
        "international-missing-childrens-day": "05-25", "us-national-missing-childrens-day": "05-25",
    },
}  # fmt: skip


@pytest.mark.parametrize("days", NEAR.values(), ids=NEAR)
def test_days_that_are_easily_confused_stay_apart_and_point_at_each_other(days: dict[str, str]) -> None:
    for name, rule in days.items():
        assert DAYS[name].rule == rule
        assert set(days) - {name} <= set(DAYS[name].related), name
    for language in ("en", "fr", "es", "ar", "zh", "ru"):
        names = [DAYS[name].names[language] for name in days if language in DAYS[name].names]
        assert len(set(names)) == len(names)


STORIES = [
    ("trafficking-in-persons-day", 2026, "30 July|A/RES/68/192|General Assembly, 2013|2026-07-30  (fixed)"),
    ("vesak-day", 2026,
     "full moon of May|A/RES/54/115|announced year by year|otherwise expected|2025-05-12  (announced)"
     "|2027-05-20  (expected)"),
    ("gd-emancipation", 2025, "1 August; since 2025; until 2024 the first Monday of August|2024-08-05  (computed)"
     "|2025-08-01  (fixed)"),
    ("disaster-risk-reduction-day", 2019, '13 October|until 2018 as "International Day for Disaster Reduction"'
     '|until 2009 the second Wednesday of October, as "International Day for Natural Disaster Reduction"'),
    ("peace-day", 2002,
     "21 September; since 2002; in 2001 on 11 September; until 2001 the third Tuesday|A/RES/36/67|1981"),
    ("statistics-day", 2030, "20 October, every 5 years from 2010|A/RES/69/282|2030-10-20  (fixed)"),
    ("migratory-bird-day", 2018, "the second Saturday of May and the second Saturday of October; since 2018"
     "|until 2017 2 days from the second Saturday of May|2017-05-13 to 2017-05-14|2018-05-12|2018-10-13"),
    ("safer-internet-day", 2008, "Tuesday between 5 February and 11 February|in 2008 on 12 February"
     "|2008-02-12  (announced)|2009-02-10  (computed)"),
    ("road-safety-week", 2025, "the dates announced year by year|A/RES/60/5|2025-05-12 to 2025-05-18  (announced)"),
    ("orange-day", 2026, "day 25 of every month|2026-02-25|2026-12-25"),
    ("artificial-intelligence-day", 2026, "31 August; since 2027|2027-08-31  (fixed)"),
    ("au-child-protection-week", 2026, "7 days from the first Sunday of September|2026-09-06 to 2026-09-12"),
    ("science-and-peace-week", 2026, "the week, Monday to Sunday, that holds 11 November|2026-11-09 to 2026-11-15"),
    ("second-world-war-remembrance-days", 2026, "8 May to 9 May|A/RES/59/26|2026-05-08 to 2026-05-09"),
    ("world-day-migrants-refugees", 2025, "the last Sunday of September|in 2025 on 4 October to 5 October"),
    ("rwanda-genocide-reflection-day", 2018, "7 April|Genocide against the Tutsi"
     '|until 2017 as "International Day of Reflection on the Genocide in Rwanda"'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "year", "phrases"), STORIES, ids=[row[0] for row in STORIES])
def test_the_receipt_of_a_day_tells_its_story(name: str, year: int, phrases: str, daymark: Daymark) -> None:
    answer = daymark.raw("explain", name, str(year), "--now", "2026-11-26T09:00:00Z")
    assert answer.code == 0, answer
    assert [phrase for phrase in phrases.split("|") if phrase not in answer.out] == [], answer.out


def test_the_receipt_of_a_day_to_come_tells_its_first_date(daymark: Daymark) -> None:
    told = daymark.raw("explain", "greening-the-planet-day", "2026", "--json").json
    assert [row["start"] for row in told["occurrences"]] == ["2027-04-22"]


def test_a_year_of_the_calendar_has_every_day_once_but_those_that_are_held_more_often() -> None:
    found = [o.observance.id for o in between(DAYS.values(), date(2027, 1, 1), date(2027, 1, 1) + timedelta(364))]
    assert {name for name in found if found.count(name) > 1} == {"orange-day", "migratory-bird-day"}
