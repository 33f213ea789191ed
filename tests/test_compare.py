"""A list is held against our days: the same day is found under other names and on other dates, each day only once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import islice, permutations, product

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.calendars import load_calendar
from scheduler.compare import Kind, Listed, compare
from scheduler.compare.match import OTHER_DATE, SAME_DATE
from scheduler.compare.names import MOST_LOOKED, Likeness, normal
from scheduler.dates import occurrences
from scheduler.model import Calendar, Former, Observance, Proclaimed
from scheduler.workflow.verifying import MOST_YEARS, drafts, verify

TODAY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def calendar():
    return load_calendar([ROOT / "calendars"])


@pytest.fixture(scope="module")
def ours(calendar):
    return [o for day in calendar.observances.values() for o in occurrences(day, 2027)]


def listed(*rows):
    """Entries written as `Name 2027-07-30` or `Name 2027-08-01..2027-08-07`."""
    found = []
    for n, row in enumerate(rows, start=1):
        name, _, span = row.rpartition(" ")
        start, _, end = span.partition("..")
        found.append(Listed(name, date.fromisoformat(start), date.fromisoformat(end or start), f"line {n}"))
    return found


def paired(ours, *rows):
    """What each entry is paired with, in the order in which they are listed: the kind and the id."""
    pairs = compare(ours, listed(*rows)).pairs
    found = sorted((p for p in pairs if p.theirs), key=lambda p: int(p.theirs.where.split()[1]))
    return [(str(p.kind), p.ours.observance.id if p.ours else "") for p in found]


NAMES = [
    ("World Children's Day 2027-11-20", "same", "world-childrens-day"),
    ("WORLD CHILDRENS\u2019 DAY 2027-11-20", "same", "world-childrens-day"),
    ("World Children\u2019s Day 2027-11-20", "same", "world-childrens-day"),
    ("Universal Children's Day 2027-11-20", "other name", "world-childrens-day"),
    ("World Day Against Trafficking In Persons 2027-07-30", "same", "trafficking-in-persons-day"),
    ("Trafficking Persons Day 2027-07-30", "other name", "trafficking-in-persons-day"),
    ("Journée mondiale de l'eau 2027-03-22", "same", "water-day"),
    ("Journee mondiale de l’eau 2027-03-22", "same", "water-day"),
    ("Water Day 2027-03-22", "other name", "water-day"),
    ("World Day of Water 2027-03-23", "other date", "water-day"),
    ("World Food Day 2027-10-15", "other date", "food-day"),
    ("Women's Day 2027-03-08", "other name", "womens-day"),
    ("Zero Discriminaton Day 2027-03-01", "other name", "zero-discrimination-day"),
    ("Nelson Mandela Day 2027-07-18", "other name", "nelson-mandela-day"),
    ("Press Freedom 2027-05-03", "other name", "press-freedom-day"),
    ("Holocaust Remembrance Day 2027-01-27", "other name", "holocaust-remembrance-day"),
    ("Zero Tolerance for FGM 2027-02-06", "other name", "female-genital-mutilation-zero-tolerance-day"),
    ("Srebrenica Day 2027-07-11", "other name", "srebrenica-genocide-reflection-day"),
    ("Anti-Trafficking Day 2027-10-18", "other name", "eu-anti-trafficking-day"),
    ("International Day of Persons with Disability 2027-12-03", "other name", "persons-with-disabilities-day"),
    ("International Day for Disaster Reduction 2027-10-13", "same", "disaster-risk-reduction-day"),
    ("Pi Day 2027-03-14", "missing here", ""), ("Star Wars Day 2027-05-04", "missing here", ""),
    ("International Dance Day 2027-04-29", "missing here", ""), ("Mothers Day 2027-05-09", "missing here", ""),
    ("World Polio Day 2027-10-24", "missing here", ""), ("Harbour Trust Open Day 2027-07-30", "missing here", ""),
    ("Day 2027-03-22", "missing here", ""), ("International Day 2027-12-10", "missing here", ""),
    ("World Freedom Day 2027-11-09", "missing here", ""),
    ("!!! 2027-07-30", "missing here", ""), ("世界水日 2027-03-22", "same", "water-day"),
    ("世界水日节 2027-03-22", "other name", "water-day"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "kind", "id"), NAMES, ids=[row[0] for row in NAMES])
def test_a_name_that_others_use_finds_our_day_or_none(row, kind, id, ours):
    assert paired(ours, row) == [(kind, id)]


NEAR = [
    [("Slavery Remembrance Day 2027-03-25", "transatlantic-slave-trade-victims-day"),
     ("Day for the Remembrance of the Slave Trade 2027-08-23", "slave-trade-remembrance-day"),
     ("Day for Abolition of Slavery 2027-12-02", "abolition-of-slavery-day")],
    [("Rwanda Genocide Day 2027-04-07", "rwanda-genocide-reflection-day"),
     ("Genocide Victims Day 2027-12-09", "genocide-victims-day")],
    [("European Day for Protection of Children from Sexual Abuse 2027-11-18", "europe-child-sexual-abuse-day"),
     ("World Day for Prevention of Child Sexual Exploitation and Violence 2027-11-18", "child-sexual-exploitation-day"),
     ("Islamic Art Day 2027-11-18", "islamic-art-day")],
    [("Human Rights Day 2027-12-10", "human-rights-day"),
     ("Day of the Namibian Women and International Human Rights Day 2027-12-10", "na-human-rights-day")],
]  # fmt: skip


@pytest.mark.parametrize("rows", NEAR, ids=[row[0][0] for row in NEAR])
def test_days_that_are_nearly_alike_are_told_apart_in_whatever_order_they_are_listed(rows, ours):
    for order in permutations(rows):
        assert [id for _, id in paired(ours, *(row for row, _ in order))] == [id for _, id in order]


def test_one_date_weighs_more_than_a_better_likeness_on_another(ours):
    assert paired(ours, "Slave Trade Remembrance Day 2027-08-23") == [("other name", "slave-trade-remembrance-day")]
    assert paired(ours, "Slave Trade Remembrance Day 2027-06-06") == [("other date", "slave-trade-remembrance-day")]
    assert paired(ours, "Slave Trade Remembrance Day 2027-03-25") == [
        ("other name", "transatlantic-slave-trade-victims-day")
    ]


DAY = Observance(
    "red-day", {"en": "World Red Lantern Day"}, "07-30", Proclaimed("Us", "", ""), ("https://x.org",), TODAY
)


def day(id, name, rule, **more):
    return replace(DAY, id=id, names={"en": name}, rule=rule, **more)


def held(*days, year=2027):
    return [o for day in days for o in occurrences(day, year)]


WEEK = day("lantern-week", "Lantern Week", "08-01..08-07")
WEEKS = [
    ("Lantern Week 2027-08-01..2027-08-07", "same"), ("Lantern Week 2027-08-01", "same"),
    ("Lantern Week 2027-08-01..2027-08-08", "other date"), ("Lantern Week 2027-08-02", "other date"),
    ("Lantern Week 2027-08-07", "other date"), ("LANTERN  WEEK! 2027-08-01", "same"),
    ("Lantern 2027-08-01", "other name"), ("Lantern Week 2026-08-01", "other date"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "kind"), WEEKS, ids=[row[0] for row in WEEKS])
def test_a_week_may_be_listed_by_its_first_day(row, kind):
    assert paired(held(WEEK), row) == [(kind, "lantern-week")]


def test_a_day_of_ours_is_no_week_because_it_begins_one():
    assert paired(held(DAY), "World Red Lantern Day 2027-07-30..2027-08-05") == [("other date", "red-day")]


def test_each_day_is_paired_once():
    rows = ["World Red Lantern Day 2027-07-30", "World Red Lantern Day 2027-07-30", "Red Lantern Day 2027-07-30"]
    assert paired(held(DAY), *rows) == [("same", "red-day"), ("missing here", ""), ("missing here", "")]
    rows = ["World Red Lantern Day 2027-09-09", "World Red Lantern Day 2027-07-30"]
    assert paired(held(DAY), *rows) == [("missing here", ""), ("same", "red-day")]


def test_a_day_held_twice_is_paired_with_each_of_its_dates():
    twice = day("bird-day", "Bird Day", "05-08 and 10-09")
    assert paired(held(twice), "Bird Day 2027-10-09", "Bird Day 2027-05-08") == [("same", "bird-day")] * 2
    pairs = compare(held(twice), listed("Bird Day 2027-10-10")).pairs
    assert [(str(p.kind), str(p.ours.start)) for p in pairs] == [
        ("other date", "2027-10-09"),
        ("missing there", "2027-05-08"),
    ]


def test_the_same_name_counts_before_any_likeness():
    other = day("green-day", "Green Lantern Day", "07-30")
    rows = ["Red Lantern Day 2027-07-30", "Green Lantern Day 2027-09-01"]
    assert paired(held(DAY, other), *rows) == [("other name", "red-day"), ("other date", "green-day")]


FORMER = replace(DAY, formerly=(Former(2020, {"en": "Paper Lamp Day", "fr": "Jour de la lampe"}, "07-30"),))
FRENCH = replace(DAY, names={"en": "Red Lantern Day", "fr": "Journée de la lanterne rouge", "ru": "День фонаря"})
SAME = [
    (FORMER, "Paper Lamp Day"), (FORMER, "Jour de la Lampe"), (FORMER, "World Red Lantern Day"),
    (FRENCH, "JOURNEE DE LA LANTERNE ROUGE"), (FRENCH, "день фонаря"), (FRENCH, "red-lantern  day"),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "name"), SAME, ids=[row[1] for row in SAME])
def test_a_name_in_another_language_or_of_another_year_is_the_same(ours, name):
    assert paired(held(ours), f"{name} 2027-07-30") == [("same", "red-day")]
    assert paired(held(ours), f"{name} 2027-09-09") == [("other date", "red-day")]


@pytest.mark.parametrize("turned", [False, True])
def test_what_a_day_is_called_counts_before_what_another_was_called(turned):
    new = day("lamp-day", "Paper Lamp Day", "07-30")
    ours = held(*((new, FORMER) if turned else (FORMER, new)))
    rows = ["Paper Lamp Day 2027-07-30", "World Red Lantern Day 2027-07-30"]
    for order in (rows, rows[::-1]):
        assert dict(zip(order, paired(ours, *order), strict=True)) == {
            rows[0]: ("same", "lamp-day"),
            rows[1]: ("same", "red-day"),
        }


def test_our_id_in_a_list_counts_before_its_name_and_a_foreign_id_does_not():
    one, other = listed("X 2027-07-30", "Lantern Week 2027-08-01")
    found = [replace(one, id="red-day"), replace(other, id="17")]
    assert [p.kind for p in compare(held(DAY, WEEK), found).pairs] == [Kind.SAME, Kind.SAME]


def test_kinds_come_in_their_order_and_days_by_date():
    days = [DAY, WEEK, day("a-day", "Amber Candle Day", "03-01"), day("b-day", "Blue Torch Day", "02-01")]
    rows = [
        "Nothing Like It 2027-05-05", "Whatever Else 2027-04-04", "Lantern Week 2027-09-01",
        "Red Lantern Day 2027-07-30", "Amber Candle Day 2027-03-01",
    ]  # fmt: skip
    pairs = compare(held(*days), listed(*rows)).pairs
    assert [(str(p.kind), f"{p.first_day:%m-%d}") for p in pairs] == [
        ("same", "03-01"), ("other date", "09-01"), ("other name", "07-30"),
        ("missing here", "04-04"), ("missing here", "05-05"), ("missing there", "02-01"),
    ]  # fmt: skip
    assert not compare(held(*days), listed(*rows)).is_equal
    assert compare(held(DAY), listed("World Red Lantern Day 2027-07-30")).is_equal


def test_likeness_is_from_0_to_1_and_one_shared_word_is_not_sure():
    like = Likeness(["Child Labour Day", "Labour Day", "Water Day", "Child Rights Day"])
    assert like.of("Water Day", "World Water Day") == 1.0
    assert like.of("Water Day", "Labour Day") == 0.0
    assert SAME_DATE < like.of("Child Labour Day", "Labour Week") < OTHER_DATE
    assert like.of("Child Labour Day", "Labour Week", surely=True) == 0.0
    assert like.of("Water Day", "International Day of Water", surely=True) == 1.0
    assert like.of("Child Labour Day", "Labor Chilld Day") > 0


@given(ours=st.text(max_size=30), theirs=st.text(max_size=30))
@settings(deadline=None, max_examples=200, derandomize=True)
def test_any_two_texts_have_a_likeness(ours, theirs):
    score = Likeness([ours, "Water Day"]).of(ours, theirs)
    assert -1e-9 <= score <= 1 + 1e-9
    assert normal(normal(theirs)) == normal(theirs)


def test_only_so_many_unknown_words_are_put_right():
    like = Likeness(["Zero Discrimination Day", "Water Day"])
    assert like.of("Zero Discrimination Day", "Discriminaton") > 0
    for letters in islice(product("abcdefghijklmnop", repeat=6), MOST_LOOKED):
        like.spelled("".join(letters))
    assert like.of("Zero Discrimination Day", "Discriminatoin") == 0


def checked(tmp_path, days, text, **how):
    (tmp_path / "list.csv").write_text("name,date\n" + text, "utf-8")
    calendar = Calendar({day.id: day for day in days}, (), {})
    done = verify(calendar, [tmp_path / "list.csv"], TODAY, **how)
    return calendar, done


def kinds(done):
    return [(str(p.kind), p.ours.observance.id if p.ours else p.theirs.name) for p in done[0].comparison.pairs]


UNVERIFIED = day("kite-day", "Kite Day", "announced", announced={2027: held(DAY)[0]}, unverified=True)


def test_an_unverified_day_of_ours_is_never_missing_there(tmp_path):
    _, done = checked(tmp_path, [DAY, replace(WEEK, unverified=True)], "Kite Day,2027-05-05\n")
    assert kinds(done) == [("missing here", "Kite Day"), ("missing there", "red-day")]


@pytest.mark.parametrize(
    "text", ["Kite Day,2027-07-30", "Kite Day,2027-09-09", "KITE DAY,2028-07-30", "Kite Day,5 May"]
)
def test_an_unverified_day_of_ours_is_never_drafted_again(text, tmp_path):
    calendar, done = checked(tmp_path, [UNVERIFIED], text)
    assert drafts(done, calendar, TODAY) == {}


def test_a_verified_day_that_is_not_held_in_a_year_is_not_drafted_under_another_id(tmp_path):
    calendar, done = checked(tmp_path, [replace(DAY, since=2030)], "World Red Lantern Day,2027-07-30\n")
    assert kinds(done) == [("missing here", "World Red Lantern Day")]
    assert drafts(done, calendar, TODAY) == {}


def test_a_draft_stands_on_the_dates_that_were_seen_and_on_no_others(tmp_path):
    text = "Kite Day,2028-05-06\nKITE DAY,2027-05-05\nKite week,2027-06-01 to 2027-06-07\nRed Day!,2027-09-09\n"
    calendar, done = checked(tmp_path, [day("red-day", "Something Else", "01-01")], text)
    made = drafts(done, calendar, TODAY)
    assert {id: entry["announced"] for id, entry in made.items()} == {
        "kite-day": {"2027": "2027-05-05", "2028": "2028-05-06"},
        "kite-week": {"2027": "2027-06-01..2027-06-07"},
        "red-day-2": {"2027": "2027-09-09"},
    }
    assert {(e["rule"], e["checked"], e["unverified"]) for e in made.values()} == {("announced", TODAY, True)}


YEARS = [
    ("A,2029-01-01\nB,2031-05-05\nC,30 July\n", 0, (2029, 2031)), ("A,30 July\n", 0, (2026,)),
    ("A,2029-01-01\nB,30 July\n", 2027, (2027,)),
    ("".join(f"A,{year}-01-01\n" for year in range(1950, 2100)), 0, tuple(range(2020, 2020 + MOST_YEARS))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "year", "years"), YEARS, ids=[str(row[2]) for row in YEARS])
def test_a_list_is_compared_in_its_own_years_or_in_the_one_asked_for(text, year, years, tmp_path):
    _, done = checked(tmp_path, [DAY], text, year=year)
    assert done[0].years == years
    assert {p.first_day.year for p in done[0].comparison.pairs} == {*years}


def test_days_that_are_not_wanted_may_be_missing_there_but_are_still_compared(tmp_path):
    text = "Lantern Week,2027-08-01\n"
    _, done = checked(tmp_path, [DAY, WEEK], text, wanted=lambda o: o.id == "lantern-week")
    assert kinds(done) == [("same", "lantern-week")]
