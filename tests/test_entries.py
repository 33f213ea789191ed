"""What an entry may say beyond its date: what it was formerly, by whom it is told, whether it is hidden or unproved."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_loading import CHECKED, COLUMNS, DAY, END, D, mistakes, require_told, row, write

from scheduler.calendars import load_calendar
from scheduler.dates import describe, occurrences
from scheduler.model import Certainty, Origin
from scheduler.receipts import confidence
from scheduler.rules import RuleError, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Daymark

    from scheduler.model import Observance

SOURCE = '"https://www.un.org/en/observances"'
BODY = f"[test-day.proclaimed]\n{END}"
LISTED = """\
[the-list]
title = "The list of days"
address = "https://list.example.org/en"
checked = 2026-01-01

[the-list.languages]
fr = "https://list.example.org/fr"
es = "https://list.example.org/es"

[other-list]
title = "Another list"
address = "https://other.example.org"
checked = 2026-01-01

[other-list.languages]
ar = "https://other.example.org/ar"
"""
HEAD = "checked = 2026-01-01\n\n"  # of the list, not of a day


def only(folder: Path, text: str, *, lists: str = "") -> Observance:
    """The one day that a folder with this file holds."""
    write(folder, "days.toml", text)
    if lists:
        write(folder, "sources.toml", lists)
    (day,) = load_calendar([folder]).observances.values()
    return day


def more(text: str, at: str = END) -> str:
    """A day with something after its body, or after its date of check."""
    return DAY.replace(at, at + text)


# --- formerly

TWICE = """
[test-day.formerly.2018]
name = "New Day"
[test-day.formerly.2009]
name = "Old Day"
rule = "second sunday of january"
source = "https://www.un.org/old"
"""
AS_OF = [
    (2008, ["2008-01-13"], "Old Day"), (2009, ["2009-01-11"], "Old Day"), (2010, ["2010-07-30"], "New Day"),
    (2018, ["2018-07-30"], "New Day"), (2019, ["2019-07-30"], "Test Day"), (2026, ["2026-07-30"], "Test Day"),
]  # fmt: skip


@pytest.mark.parametrize(("year", "days", "name"), AS_OF, ids=[str(row[0]) for row in AS_OF])
def test_a_day_is_in_each_year_what_it_was_then(year: int, days: list[str], name: str, tmp_path: Path) -> None:
    found = occurrences(only(tmp_path, more(TWICE)), year)
    assert [str(o.start) for o in found] == days
    assert {(o.observance.name(), o.id) for o in found} == {(name, f"test-day/{year}")}


def test_what_a_day_was_is_told_the_newest_first(tmp_path: Path) -> None:
    assert describe(only(tmp_path, more(TWICE))) == (
        '30 July; since 2010; until 2018 as "New Day"; until 2009 the second Sunday of January, as "Old Day"'
    )


def test_a_former_name_stands_without_the_translations_of_the_new_one(tmp_path: Path) -> None:
    names = '[test-day.names]\nfr = "Journée"\n'
    day = only(tmp_path, more(names + '[test-day.formerly.2018]\nname = "Old Day"\n'))
    assert (day.as_of(2018).names, day.as_of(2019).names["fr"]) == ({"en": "Old Day"}, "Journée")
    kept = only(tmp_path, more(names + '[test-day.formerly.2018]\nrule = "07-01"\n'))
    assert (kept.as_of(2018).names["fr"], occurrences(kept, 2018)[0].start) == ("Journée", date(2018, 7, 1))


def test_the_years_of_a_former_rule_count_since_the_day_was_first_held(tmp_path: Path) -> None:
    day = only(tmp_path, more("since = 2005\n", CHECKED) + '[test-day.formerly.2009]\nrule = "07-01"\n')
    held = [str(o.start) for year in (2004, 2005, 2009, 2010) for o in occurrences(day, year)]
    assert held == ["2005-07-01", "2009-07-01", "2010-07-30"]


def test_an_exception_outweighs_a_former_rule(tmp_path: Path) -> None:
    old = '[test-day.formerly.2009]\nname = "Old Day"\nrule = "07-01"\n[test-day.exceptions]\n2008 = "2008-07-04"\n'
    (found,) = occurrences(only(tmp_path, more(old)), 2008)
    assert (str(found.start), found.observance.name(), found.certainty) == ("2008-07-04", "Old Day", "announced")


# --- named sources


def test_a_named_source_is_spelled_out_and_lends_names_the_edition_of_their_language(tmp_path: Path) -> None:
    names = '[test-day.names]\nfr = "Jour"\nar = "يوم"\nzh = "日"\n'
    names += 'es = { text = "Día", source = "https://es.example.org" }\n'
    text = more(names).replace(SOURCE, f'"the-list", {SOURCE}, "other-list"')
    day = only(tmp_path, text, lists=LISTED)
    assert day.sources == (
        "https://list.example.org/en", "https://www.un.org/en/observances", "https://other.example.org",
    )  # fmt: skip
    assert day.names == {"en": "Test Day", "fr": "Jour", "ar": "يوم", "zh": "日", "es": "Día"}
    assert day.name_sources == {
        "fr": "https://list.example.org/fr", "ar": "https://other.example.org/ar", "es": "https://es.example.org",
    }  # fmt: skip


def test_a_workspace_gives_a_named_source_another_address(tmp_path: Path) -> None:
    write(tmp_path / "shipped", "sources.toml", LISTED)
    write(tmp_path / "shipped", "days.toml", DAY.replace(SOURCE, '"the-list"'))
    own = LISTED.partition("[other-list]")[0].replace("list.example", "mine.example")
    write(tmp_path / "own", "sources.toml", own)
    write(tmp_path / "own", "mine.toml", DAY.replace(SOURCE, '"the-list", "other-list"').replace(D, "own-day"))
    found = load_calendar([tmp_path / "shipped", tmp_path / "own"]).observances
    assert found[D].sources == ("https://mine.example.org/en",)
    assert found["own-day"].sources == ("https://mine.example.org/en", "https://other.example.org")


LISTS = [
    row("no title", LISTED, 'title = "Another list"\n', "", 10, "other-list", "title is missing", "add title"),
    row("no https", LISTED, "https://other.example.org\"\nc", "other\"\nc", 12, "other-list", "not an https", "https://"),
    row("a typo", LISTED, 'title = "Another', 'titel = "x"\ntitle = "Another', 11, "other-list", "'titel'", "'title'"),
    row("a language", LISTED, "ar = ", "de = ", 16, "other-list.languages", "'de' is not one", "en, fr"),
    row("an edition", LISTED, '"https://list.example.org/es"', '"es"', 8, "the-list.languages", "es is not", "https"),
]  # fmt: skip


@COLUMNS(LISTS)
def test_a_mistake_in_a_named_source_is_told(text, line, entry, said, what_to_write, tmp_path):
    write(tmp_path, "days.toml", DAY)
    file = write(tmp_path, "sources.toml", text)
    require_told(mistakes(load_calendar, [tmp_path])[0], file, line, entry, said, what_to_write)


# --- resolutions

RESOLUTIONS = [
    ('document = "A/RES/68/192"', "United Nations General Assembly", "https://undocs.org/A/RES/68/192"),
    ('document = "A/RES/32/40 B"', "United Nations General Assembly", "https://undocs.org/A/RES/32/40B"),
    ('document = "A/RES/423(V)"', "United Nations General Assembly", "https://undocs.org/A/RES/423(V)"),
    ('document = "A/RES/1/1"\nbody = "Us"', "Us", "https://undocs.org/A/RES/1/1"),
    ('document = "A/RES/1/1"\naddress = "https://a.org"', "United Nations General Assembly", "https://a.org"),
    ('document = "E/RES/1/1"\nbody = "ECOSOC"', "ECOSOC", ""),
]  # fmt: skip


@pytest.mark.parametrize(("said", "body", "address"), RESOLUTIONS, ids=[row[0] for row in RESOLUTIONS])
def test_a_resolution_of_the_assembly_says_who_and_where(said: str, body: str, address: str, tmp_path: Path) -> None:
    by = only(tmp_path, DAY.replace(END, said + "\n")).proclaimed
    assert (by.body, by.address) == (body, address)


# --- hashtags


def test_a_hashtag_may_say_where_it_is_official(tmp_path: Path) -> None:
    tags = 'hashtags = ["One", { tag = "Two", source = "https://two.example.org" }, { tag = "Three" }]\n'
    day = only(tmp_path, more(tags, CHECKED))
    assert day.hashtags == ("One", "Two", "Three")
    assert day.hashtag_sources == {"Two": "https://two.example.org"}


# --- mistakes, each in the second entry of a file, so that its line is its own

FIRST = DAY.replace(D, "first-day").replace(
    END, END + '[first-day.names]\nfr = "Un"\n[first-day.formerly.2001]\nname = "x"\n'
)
FIRST = FIRST.replace(CHECKED, CHECKED + 'hashtags = ["One"]\n')
TOP = FIRST.count("\n")  # lines before the entry that is wrong


def wrong(name: str, old: str, new: str, line: int, entry: str, said: str, what: str) -> object:
    assert DAY.count(old) == 1
    return pytest.param(FIRST + DAY.replace(old, new), TOP + line, entry, said, what, id=name)


F = "test-day.formerly"
ENTRY_MISTAKES = [
    wrong("an unknown rule then", END, f'{END}[{F}.2010]\nrule = "x day"\n', 10, f"{F}.2010", "'x day'", "07-30"),
    wrong("a bad year", END, f'{END}[{F}]\n10 = {{ name = "x" }}\n', 10, F, "'10' is not a year", "four digits"),
    wrong("a typo then", END, f'{END}[{F}.2010]\nnaem = "x"\n', 10, f"{F}.2010", "no field 'naem'", "'name'"),
    wrong("no https then", END, f'{END}[{F}.2010]\nsource = "x"\n', 10, f"{F}.2010", "not an https", "https://"),
    wrong("not a table", END, f'{END}[{F}]\n2010 = "x"\n', 10, F, "2010 is not a table", f"[{F}.2010]"),
    wrong("an unknown list", SOURCE, '"no-list"', 4, D, "'no-list' is not an https address", "a word of sources.toml"),
    wrong("a source that is a number", SOURCE, f"{SOURCE}, 5", 4, D, "sources holds something that is not text", "..."),
    wrong("an empty name", END, f'{END}[test-day.names]\nfr = {{ text = "" }}\n', 10, "test-day.names.fr", "text is",
          "write text"),
    wrong("a name from nowhere", END, f'{END}[test-day.names]\nfr = {{ text = "a", source = "b" }}\n', 10,
          "test-day.names.fr", "source is not an https", "https://"),
    wrong("a hidden mark", END, f'{END}[test-day.names]\nfr = {{ text = "a\u200bb", source = "https://a.org" }}\n', 10,
          D, "the name in fr holds hidden", "retype"),
    wrong("a tag from nowhere", CHECKED, CHECKED + 'hashtags = [{ tag = "A", source = "b" }]\n', 6,
          "test-day.hashtags", "source is not an https", "https://"),
    wrong("no tag", CHECKED, CHECKED + 'hashtags = [{ source = "https://a.org" }]\n', 6, "test-day.hashtags",
          "tag is missing", "add tag"),
    wrong("a theme from nowhere", END, f'{END}[test-day.themes_by_year]\n2026 = {{ text = "a", source = "b" }}\n', 10,
          "test-day.themes_by_year.2026", "source is not an https", "https://"),
    wrong("an origin", CHECKED, CHECKED + 'origin = "regonal"\n', 6, D, "origin is 'regonal'", "write 'regional'"),
    wrong("no origin at all", CHECKED, CHECKED + 'origin = "mars"\n', 6, D, "origin is 'mars'", "un-agency, regional"),
    wrong("unverified", CHECKED, CHECKED + 'unverified = "yes"\n', 6, D, "neither true nor false", "unverified = true"),
    wrong("hidden = false", CHECKED, CHECKED + "hidden = false\n", 6, D, "there is no field 'hidden'", "write"),
    wrong("not one day", '"07-30"', '"7 days from announced"', 3, D, "does not begin on one day", "7 days from 09-01"),
]  # fmt: skip


@COLUMNS(ENTRY_MISTAKES)
def test_a_mistake_in_an_entry_is_told_with_its_own_line(text, line, entry, said, what_to_write, tmp_path):
    file = write(tmp_path, "days.toml", text)
    require_told(mistakes(load_calendar, [tmp_path])[0], file, line, entry, said, what_to_write)


@pytest.mark.parametrize("origin", list(Origin))
def test_every_origin_is_read(origin: Origin, tmp_path: Path) -> None:
    assert only(tmp_path, more(f'origin = "{origin}"\n', CHECKED)).origin is origin


def test_a_day_that_does_not_say_who_keeps_it_is_our_own(tmp_path: Path) -> None:
    assert only(tmp_path, DAY).origin is Origin.OWN


# --- hidden

HIDE = f"[{D}]\nhidden = true\n"


def test_a_workspace_hides_a_shipped_day(tmp_path: Path) -> None:
    other = DAY.replace(D, "other-day").replace(CHECKED, CHECKED + f'related = ["{D}"]\n')
    write(tmp_path / "shipped", "days.toml", DAY + other)
    write(tmp_path / "own", "own.toml", HIDE)
    assert list(load_calendar([tmp_path / "shipped", tmp_path / "own"]).observances) == ["other-day"]


HIDINGS = [
    ({"own.toml": "# mine\n[nosuch]\nhidden = true\n"}, "own.toml", 3, "nosuch", "hides 'nosuch', which is not"),
    ({"own.toml": HIDE + 'name = "x"\n'}, "own.toml", 2, D, "hidden stands beside other fields"),
    ({"a.toml": DAY, "b.toml": HIDE}, "b.toml", 1, D, "the id 'test-day' is already in"),
    ({"a.toml": HIDE, "b.toml": DAY}, "b.toml", 1, D, "the id 'test-day' is already in"),
    ({"a.toml": HIDE, "b.toml": HIDE}, "b.toml", 1, D, "the id 'test-day' is already in"),
]  # fmt: skip


@pytest.mark.parametrize(("own", "file", "line", "entry", "said"), HIDINGS, ids=[
    "an unknown id", "other fields beside it", "after a day of the same folder", "before a day of the same folder",
    "twice",
])  # fmt: skip
def test_a_hiding_that_makes_no_sense_is_told(own, file, line, entry, said, tmp_path):
    write(tmp_path / "shipped", "days.toml", DAY)
    for name, text in own.items():
        write(tmp_path / "own", name, text)
    (problem,) = mistakes(load_calendar, [tmp_path / "shipped", tmp_path / "own"])
    assert said in problem.say
    assert (problem.file, problem.line, problem.entry) == (str(tmp_path / "own" / file), line, entry)


def test_a_hidden_day_is_gone_from_lists_plans_and_feeds(daymark: Daymark, workspace: Path) -> None:
    write(workspace / "calendars", "own.toml", "[cooperatives-day]\nhidden = true\n")
    for words in (("days",), ("plan", "--until", "2026-07-05")):
        assert "cooperatives-day" not in daymark(*words, "--json", home=workspace).out
    assert daymark("explain", "cooperatives-day", home=workspace).code == 2
    assert not is_published("International Day of Cooperatives", daymark, workspace)
    (workspace / "calendars/own.toml").unlink()
    assert daymark.json("plan", "--until", "2026-07-05", home=workspace)["campaigns"] == 1
    assert is_published("International Day of Cooperatives", daymark, workspace)


# --- unverified

BARE = """\
[test-day]
name = "Test Day"
rule = "first saturday of july"
checked = 2026-01-01
themes = ["cooperatives"]
dimensions = ["economic"]
"""


def test_an_unverified_day_needs_neither_source_nor_proclaimer_nor_known_dates(tmp_path: Path) -> None:
    day = only(tmp_path, BARE + "unverified = true\n")
    assert (day.unverified, day.sources, day.proclaimed.body, confidence(day)) == (True, (), "", "unverified")
    write(tmp_path, "days.toml", BARE)
    said = {problem.say for problem in mistakes(load_calendar, [tmp_path])}
    assert said == {
        "proclaimed is missing", "body is missing", "sources names 0 of at least 1",
        "a day that moves needs two known dates as proof",
    }  # fmt: skip


def planned_and_published(daymark: Daymark, home: Path) -> tuple[bool, bool, bool]:
    """Whether the day is listed, planned and in a feed."""
    listed = "test-day" in daymark("days", "--json", home=home).out
    planned = any(id.startswith("test-day/") for id in daymark.json("plan", home=home)["added"])
    return listed, planned, is_published("Test Day", daymark, home)


def is_published(name: str, daymark: Daymark, home: Path) -> bool:
    """Whether any feed has an entry of the day."""
    made = [Path(row["path"]).read_bytes().decode() for row in daymark.json("feeds", home=home)["files"]]
    return any(f"\nSUMMARY:{name}\r" in text for text in made)


def test_an_unverified_day_is_listed_never_planned_and_never_in_a_feed(
    daymark: Daymark, at: Callable[[str], Path]
) -> None:
    home = at("fresh")
    settings = (home / "daymark.toml").read_text("utf-8")
    themes = next(theme for theme in ("cooperatives", "human-trafficking") if theme in settings)
    text = BARE.replace("cooperatives", themes) + "unverified = true\n"
    write(home / "calendars", "own.toml", text)
    assert planned_and_published(daymark, home) == (True, False, False)
    assert "UNVERIFIED" in daymark("days", "--format", "md", home=home).out.upper()
    proved = text.replace("unverified = true\n", f"sources = [{SOURCE}]\nknown = [2024-07-06, 2025-07-05]\n" + BODY)
    write(home / "calendars", "own.toml", proved)
    assert planned_and_published(daymark, home) == (True, True, True)


# --- the two newest shapes of rules


def held(rule: str, year: int) -> list[str]:
    return [str(s.start) if s.start == s.end else f"{s.start}..{s.end}" for s in parse(rule).spans(year)]


SHAPES = [
    ("25 of every month", 2027, [f"2027-{m:02}-25" for m in range(1, 13)], "day 25 of every month"),
    ("1 of every month", 2028, [f"2028-{m:02}-01" for m in range(1, 13)], "day 1 of every month"),
    ("28 of every month", 2027, [f"2027-{m:02}-28" for m in range(1, 13)], "day 28 of every month"),
    ("5 of every month every 2 years from 2026", 2027, [], "day 5 of every month, every 2 years from 2026"),
    ("7 days from first sunday of september", 2026, ["2026-09-06..2026-09-12"],
     "7 days from the first Sunday of September"),
    ("7 Days  from First Sunday of September", 2024, ["2024-09-01..2024-09-07"],
     "7 days from the first Sunday of September"),
    ("2 days from second saturday of may", 2017, ["2017-05-13..2017-05-14"], "2 days from the second Saturday of May"),
    ("60 days from 12-01", 2026, ["2026-12-01..2027-01-29"], "60 days from 1 December"),
    ("3 days from last day of february", 2028, ["2028-02-29..2028-03-02"], "3 days from the last day of February"),
    ("3 days from 02-29", 2027, [], "3 days from 29 February, so only in leap years"),
    ("7 days from fifth sunday of may", 2026, ["2026-05-31..2026-06-06"],
     "7 days from the fifth Sunday of May, in the years that have one"),
    ("7 days from fifth sunday of may", 2025, [], "7 days from the fifth Sunday of May, in the years that have one"),
    ("7 days from tuesday between 02-05 and 02-11", 2026, ["2026-02-10..2026-02-16"],
     "7 days from the Tuesday between 5 February and 11 February"),
    ("7 days from 10-20 every 5 years from 2010", 2030, ["2030-10-20..2030-10-26"],
     "7 days from 20 October, every 5 years from 2010"),
    ("09-01 and 7 days from 03-01", 2026, ["2026-03-01..2026-03-07", "2026-09-01"],
     "1 September and 7 days from 1 March"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "year", "spans", "words"), SHAPES, ids=[f"{row[0]} {row[1]}" for row in SHAPES])
def test_a_day_of_every_month_and_a_run_of_days_are_held_and_said(
    rule: str, year: int, spans: list[str], words: str
) -> None:
    assert (held(rule, year), parse(rule).words()) == (spans, words)


@pytest.mark.parametrize(("rule", "certainty"), [
    ("25 of every month", Certainty.FIXED), ("7 days from 09-01", Certainty.FIXED),
    ("7 days from first sunday of september", Certainty.COMPUTED),
])  # fmt: skip
def test_a_run_of_days_is_as_sure_as_its_first_day(rule: str, certainty: Certainty) -> None:
    assert parse(rule).certainty is certainty


SHAPE_MISTAKES = [
    ("0 of every month", "not every month has a day 0", "from 1 to 28"),
    ("29 of every month", "not every month has a day 29", "from 1 to 28"),
    ("31 of every month", "not every month has a day 31", "from 1 to 28"),
    ("25 of each month", "'25 of each month' is not understood", "'25 of every month'"),
    ("last of every month", "is not understood", "25 of every month"),
    ("1 days from 09-01", "'1 days from' is no span", "from 2 to 60 days"),
    ("61 days from 09-01", "'61 days from' is no span", "from 2 to 60 days"),
    ("7 days from announced", "'7 days from' does not begin on one day", "'7 days from 09-01'"),
    ("7 days from 25 of every month", "does not begin on one day", "'7 days from 09-01'"),
    ("7 days from 09-31", "September has no day 31", "from 01 to 30"),
    ("7 days from first sunday of septembre", "'septembre' is no month", "write september"),
    ("7 days from", "is not understood", "write it like"),
    ("seven days from 09-01", "is not understood", "'7 days from 09-01'"),
    ("7 days after 09-01", "is not understood", "'7 days from 09-01'"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said", "what"), SHAPE_MISTAKES, ids=[row[0] for row in SHAPE_MISTAKES])
def test_a_bad_rule_of_a_newer_shape_is_told_with_what_to_write(rule: str, said: str, what: str) -> None:
    with pytest.raises(RuleError, match=re.escape(said)) as caught:
        parse(rule)
    assert what in caught.value.write
