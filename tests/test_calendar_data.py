"""The shipped calendars: every entry can be traced to its source, and every name and number can be read aloud."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from datetime import date, timedelta
from pathlib import Path

import pytest

from scheduler import paths
from scheduler.calendars import REGION, files_in, load_calendar
from scheduler.dates import describe, occurrences
from scheduler.model import DIMENSIONS, FIRST_YEAR, LANGUAGES, WORLD, Certainty, Helpline, Observance, Sensitivity
from scheduler.rules import parse

FOLDER = Path(paths.shipped("calendars"))
CALENDAR = load_calendar([FOLDER])
EVERY = pytest.mark.parametrize("day", CALENDAR.observances.values(), ids=CALENDAR.observances)
EACH_LINE = pytest.mark.parametrize("line", CALENDAR.helplines, ids=[h.id for h in CALENDAR.helplines])
SCRIPTS = {"ar": "ARABIC", "zh": "CJK", "ru": "CYRILLIC", "en": "LATIN", "fr": "LATIN", "es": "LATIN"}
REQUIRED = {
    "trafficking-in-persons-day": "07-30",
    "abolition-of-slavery-day": "12-02",
    "sexual-violence-in-conflict-day": "06-19",
    "child-labour-day": "06-12",
    "refugee-day": "06-20",
    "violence-against-women-day": "11-25",
    "human-rights-day": "12-10",
    "eu-anti-trafficking-day": "10-18",
    "uk-anti-slavery-day": "10-18",
}
# Dates counted by hand from the rule that the organiser states; not read from our files.
GIVEN = [
    ("habitat-day", ["2025-10-06", "2026-10-05", "2027-10-04"]),
    ("cooperatives-day", ["2025-07-05", "2026-07-04", "2027-07-03"]),
    ("road-traffic-victims-day", ["2025-11-16", "2026-11-15", "2027-11-21"]),
    ("safer-internet-day", ["2025-02-11", "2026-02-10", "2027-02-09"]),
]
EU_27 = set("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split())


def is_https(address: str) -> bool:
    return re.fullmatch(r"https://[^/\s]+\.[^/\s]+(/\S*)?", address) is not None


def test_there_are_at_least_sixty_days():
    assert len(CALENDAR.observances) >= 60


@pytest.mark.parametrize(("name", "rule"), REQUIRED.items(), ids=REQUIRED)
def test_the_days_we_exist_for_are_there_on_their_dates(name, rule):
    assert CALENDAR.observances[name].rule == rule


@EVERY
def test_a_day_stands_on_a_source_a_body_and_a_date_of_check(day: Observance):
    assert day.sources
    assert day.proclaimed.body or day.proclaimed.document
    assert date(2025, 1, 1) <= day.checked < date(2030, 1, 1)


@EVERY
def test_every_address_of_a_day_is_https(day: Observance):
    themes = [theme.source for theme in day.year_themes.values()]
    for address in (*day.sources, *filter(None, (day.page, day.proclaimed.address)), *themes):
        assert is_https(address), address


def test_no_entry_says_again_what_another_of_its_fields_says():
    entries = [entry for file in files_in([FOLDER]) for entry in tomllib.loads(file.read_text("utf-8")).items()]
    for name, entry in entries:
        by = entry.get("proclaimed", {})
        assert "since" not in entry or entry["since"] != by.get("year"), f"{name}: since is the year of proclaimed"
        known = [entry.get("page"), *entry.get("sources", [])]
        assert "document" in by or by.get("address", "none") not in known, f"{name}: the address is there already"


@EVERY
def test_no_source_of_a_day_is_named_twice(day: Observance):
    assert len(set(day.sources)) == len(day.sources)


@EVERY
def test_a_day_falls_on_its_known_dates(day: Observance):
    for known in day.known:
        assert known in [o.start for o in occurrences(day, known.year)]


@pytest.mark.parametrize(("name", "starts"), GIVEN, ids=[name for name, _ in GIVEN])
def test_a_day_that_moves_falls_on_the_dates_its_organisers_give(name, starts):
    found = [str(o.start) for year in (2025, 2026, 2027) for o in occurrences(CALENDAR.observances[name], year)]
    assert found == starts


@EVERY
def test_a_day_that_moves_is_proved_by_two_years(day: Observance):
    if parse(day.rule).certainty is Certainty.COMPUTED:
        assert len({known.year for known in day.known}) >= 2


@EVERY
def test_a_day_is_held_in_the_coming_years_or_says_why_not(day: Observance):
    for year in range(2026, 2031):
        held = occurrences(day, year)
        outside = year < day.since or year > day.until or year in day.exceptions
        assert held or outside or "every" in day.rule or day.rule == "announced"
    assert describe(day)


@EVERY
def test_the_fields_that_plans_depend_on_hold_known_words(day: Observance):
    assert day.themes, "without a theme no playbook and no feed finds it"
    assert day.dimensions
    assert set(day.dimensions) <= set(DIMENSIONS)
    assert day.sensitivity in Sensitivity
    for region in day.regions:
        assert region == WORLD or region in CALENDAR.regions or REGION.fullmatch(region)
    for goal in day.sdg:
        assert re.fullmatch(r"(1[0-7]|[1-9])(\.([0-9]{1,2}|[a-d]))?", goal), goal
    for tag in day.hashtags:
        assert re.fullmatch(r"\w+", tag), tag


def test_days_about_trafficking_are_treated_as_hard():
    hard = [o.id for o in CALENDAR.observances.values() if "human-trafficking" in o.themes]
    assert all(CALENDAR.observances[name].sensitivity is not Sensitivity.NORMAL for name in hard)


@EVERY
def test_related_days_exist_and_are_others(day: Observance):
    assert set(day.related) <= set(CALENDAR.observances) - {day.id}


@EVERY
def test_names_are_in_the_script_of_their_language(day: Observance):
    assert "en" in day.names
    assert set(day.names) <= set(LANGUAGES)
    for language, name in day.names.items():
        letters = [unicodedata.name(c) for c in name if c.isalpha()]
        right = sum(letter.startswith(SCRIPTS[language]) for letter in letters)
        assert right > 0.9 * len(letters), f"{language}: {name}"


@EVERY
def test_names_are_composed_trimmed_and_hold_no_hidden_marks(day: Observance):
    for name in day.names.values():
        assert unicodedata.is_normalized("NFC", name)
        assert name == " ".join(name.split())
        assert not [c for c in name if unicodedata.category(c) in ("Cf", "Cc", "Co", "Cn")], name


def test_no_two_days_share_a_name():
    for language in LANGUAGES:
        names = [o.names[language] for o in CALENDAR.observances.values() if language in o.names]
        assert len(set(names)) == len(names), language


@pytest.mark.parametrize("name", list(REQUIRED)[:7])
def test_the_un_days_we_exist_for_have_names_in_most_un_languages(name):
    assert {"en", "fr", "es", "ru"} <= set(CALENDAR.observances[name].names)


@EACH_LINE
def test_a_helpline_stands_on_two_sources_of_different_addresses(line: Helpline):
    assert line.unverified or len(set(line.sources)) >= 2
    assert all(is_https(address) for address in (*line.sources, line.address) if address)


@EACH_LINE
def test_a_helpline_is_trusted_for_at_most_a_year_after_its_check(line: Helpline):
    assert timedelta() < line.expires - line.checked <= timedelta(366)


@EACH_LINE
def test_a_helpline_says_who_what_and_for_whom(line: Helpline):
    assert re.fullmatch("[A-Z]{2}", line.country)
    assert re.fullmatch(r"[+0-9][0-9 ()-]*", line.number), line.number
    assert line.name
    themes = {theme for o in CALENDAR.observances.values() for theme in o.themes}
    assert set(line.topics) & themes, "no day has a theme for which this line is offered"
    assert "\n" not in line.line


def test_the_helpline_of_the_united_kingdom_is_the_one_its_operator_publishes():
    line = next(h for h in CALENDAR.helplines if h.country == "GB" and "modern-slavery" in h.topics)
    assert line.number.replace(" ", "") == "08000121700"


def test_the_european_union_has_its_27_members():
    assert CALENDAR.regions["EU"] == EU_27


@pytest.mark.parametrize("path", files_in([FOLDER]), ids=lambda p: p.name)
def test_a_calendar_file_is_plain_utf_8_without_a_byte_order_mark(path: Path):
    data = path.read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    assert data.endswith(b"\n")


@EVERY
def test_no_day_is_held_before_it_was_proclaimed_unless_its_entry_says_since_when(day: Observance):
    if day.since == FIRST_YEAR:
        assert occurrences(day, day.proclaimed.year - 1) == []
