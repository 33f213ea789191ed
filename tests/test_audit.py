"""What the calendar owes is found, and only that; how far an entry or a helpline is to be trusted."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_loading import write

from scheduler import paths
from scheduler.audit import KINDS, audit
from scheduler.calendars import load_calendar
from scheduler.receipts import LineState, confidence, line_state, publishers, site

if TYPE_CHECKING:
    from conftest import Daymark

    from scheduler.audit import Gap

TODAY = date(2026, 11, 26)
HEAD = """\
[test-day]
name = "Test Day"
proclaimed = { body = "Us" }
"""
RULE = 'rule = "07-30"\n'
CHECKED = "checked = 2026-11-01\n"
TWO = 'page = "https://one.example.org/day"\nsources = ["https://www.two.example.com/day"]\n'
ONE = 'page = "https://one.example.org/day"\nsources = ["https://www.example.org/other"]\n'
LINE = """\
[gb-line]
country = "GB"
topics = ["human-trafficking"]
name = "Test Line"
number = "0800 000 000"
sources = ["https://one.example.org", "https://two.example.org"]
"""


def gaps(folder: Path, day: str = "", line: str = "") -> list[Gap]:
    """What is missing in a calendar of this day and this helpline."""
    if day:
        write(folder, "days.toml", day)
    if line:
        write(folder, "helplines.toml", line)
    return audit(load_calendar([folder]), TODAY)


def moves(known: str, more: str = "") -> str:
    return HEAD + 'rule = "first monday of july"\n' + CHECKED + TWO + f"known = {known}\n" + more


def announced(years: str, rule: str = "announced", more: str = "") -> str:
    return HEAD + f'rule = "{rule}"\n' + CHECKED + TWO + more + f"[test-day.announced]\n{years}\n"


def themed(*years: int, rule: str = RULE) -> str:
    themes = "".join(f'{year} = {{ text = "We", source = "https://one.example.org" }}\n' for year in years)
    return HEAD + rule + CHECKED + TWO + "[test-day.themes_by_year]\n" + themes


def named(languages: str, origin: str = "un") -> str:
    scripts = {"ar": "يوم", "zh": "日", "ru": "День"}
    names = "".join(f'{language} = "{scripts.get(language, "Jour")}"\n' for language in languages.split())
    return HEAD + RULE + CHECKED + TWO + f'origin = "{origin}"\n' + "[test-day.names]\n" + names


def plain(checked: str = CHECKED, sources: str = TWO, more: str = "") -> str:
    return HEAD + RULE + checked + sources + more


MOVED = "[2022-07-04, 2023-07-03]"
MADE = {
    "unverified": (plain(more="unverified = true\n"), "nobody has held it", "take out the line"),
    "second source": (plain(sources=ONE), "of one publisher", "of another one"),
    "not checked": (plain("checked = 2025-10-21\n"), "last checked on 2025-10-21", "against its sources"),
    "known dates": (moves(MOVED), "newest known date is 2023-07-03", "really held"),
    "known dates, none": (moves("[]", "unverified = true\n"), "no date of it is known", "really held"),
    "not announced": (announced('2025 = "2025-12-20"'), "of the next twelve months", "announced"),
    "not announced, only expected": (
        announced('2026 = "2026-05-05"', "05-05"), "of the next twelve months", "announced",
    ),
    "theme": (themed(2026), "that of 2027 is unknown", "published"),
    "theme, of the year before last": (themed(2025), "that of 2027 is unknown", "published"),
    "theme, of a day still to come this year": (themed(2025, rule='rule = "12-10"\n'), "that of 2026", "published"),
    "languages": (named("fr es"), "no official name in ar, zh, ru", "official page"),
    "languages, of an agency": (named("", "un-agency"), "no official name in fr, es, ar, zh, ru", "official page"),
}  # fmt: skip


@pytest.mark.parametrize(("day", "said", "what"), MADE.values(), ids=MADE)
def test_a_gap_is_found(day: str, said: str, what: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    kind = request.node.callspec.id.partition(",")[0]
    (gap,) = [gap for gap in gaps(tmp_path, day) if gap.kind == kind]
    assert gap.subject == "test-day"
    assert said in gap.say
    assert what in gap.do


UNMADE = {
    "nothing is missing": plain(),
    "a second publisher": plain(sources=TWO),
    "checked 400 days ago": plain("checked = 2025-10-22\n"),
    "a date of the year before last": moves("[2023-07-03, 2024-07-01]"),
    "a moving day that has ended": moves(MOVED, "until = 2025\n"),
    "a date announced within twelve months": announced('2025 = "2025-12-20"\n2027 = "2027-11-27"'),
    "a date announced for today": announced('2026 = "2026-11-26"'),
    "an announced day that has ended": announced('2025 = "2025-12-20"', more="until = 2025\n"),
    "the theme of the coming day": themed(2026, 2027),
    "a theme of long ago": themed(2024),
    "the theme of a day still to come this year": themed(2025, 2026, rule='rule = "12-10"\n'),
    "all six languages": named("fr es ar zh ru"),
    "a day of a state": named("", "national"),
    "a day of our own": named("", "own"),
}


@pytest.mark.parametrize("day", UNMADE.values(), ids=UNMADE)
def test_what_is_there_is_no_gap(day: str, tmp_path: Path) -> None:
    assert gaps(tmp_path, day) == []


def test_a_date_announced_beyond_twelve_months_is_not_yet_one_of_the_next(tmp_path: Path) -> None:
    day = announced('2025 = "2025-12-20"\n2027 = "2027-11-28"')
    assert [gap.kind for gap in gaps(tmp_path, day)] == ["not announced"]


def line(checked: str, expires: str, more: str = "") -> str:
    return f"{LINE}checked = {checked}\nexpires = {expires}\n{more}"


LINES = {
    "fresh": (line("2026-11-01", "2027-11-01"), ""),
    "61 days to go": (line("2026-11-01", "2027-01-26"), ""),
    "60 days to go": (line("2026-11-01", "2027-01-25"), "it expires on 2027-01-25"),
    "its last day": (line("2026-11-01", "2026-11-26"), "it expires on 2026-11-26"),
    "the day after": (line("2026-11-01", "2026-11-25"), "it expired on 2026-11-25"),
    "asked 180 days ago": (line("2026-05-30", "2027-05-30"), ""),
    "asked 181 days ago": (line("2026-05-29", "2027-05-29"), "last checked on 2026-05-29"),
    "unverified": (line("2026-11-01", "2027-11-01", "unverified = true\n"), "it is unverified and never rendered"),
}


@pytest.mark.parametrize(("text", "said"), LINES.values(), ids=LINES)
def test_a_helpline_is_told_before_it_expires_and_when_it_should_be_rung(text: str, said: str, tmp_path: Path) -> None:
    found = [(gap.kind, gap.subject, gap.say) for gap in gaps(tmp_path, line=text)]
    assert found == ([("helpline", "gb-line", said)] if said else [])


def test_gaps_come_by_kind_and_then_in_the_order_of_the_calendar(tmp_path: Path) -> None:
    first = named("fr").replace(TWO, ONE).replace(CHECKED, "checked = 2020-01-01\n")
    second = plain("checked = 2020-01-01\n", ONE, "unverified = true\n").replace("test-day", "another-day")
    found = [(gap.kind, gap.subject) for gap in gaps(tmp_path, f"{first}\n{second}", line("2026-11-01", "2026-11-20"))]
    assert found == [
        ("helpline", "gb-line"), ("unverified", "another-day"), ("not checked", "test-day"),
        ("not checked", "another-day"), ("second source", "test-day"), ("languages", "test-day"),
    ]  # fmt: skip


def test_every_kind_of_gap_has_been_made_here() -> None:
    assert {name.partition(",")[0] for name in MADE} | {"helpline"} == set(KINDS)


@pytest.mark.parametrize("kind", ["unverified", "known dates", "not checked"])
def test_the_shipped_calendar_has_no_gap_that_only_we_can_close(kind: str) -> None:
    shipped = load_calendar([Path(paths.shipped("calendars"))])
    assert [gap for gap in audit(shipped, TODAY) if gap.kind == kind] == []


# --- how far to trust


STATES = [
    ("2026-06-01", "2027-06-01", 0, "good"), ("2026-06-01", "2027-06-01", 180, "good"),
    ("2026-06-01", "2027-06-01", 181, "ring again"), ("2026-06-01", "2027-06-01", 365, "ring again"),
    ("2026-06-01", "2027-06-01", 366, "expired"), ("2026-06-01", "2026-06-11", 10, "good"),
    ("2026-06-01", "2026-06-11", 11, "expired"),
]  # fmt: skip


@pytest.mark.parametrize(("checked", "expires", "after", "state"), STATES, ids=[f"{r[1]} +{r[2]}" for r in STATES])
def test_a_helpline_is_good_for_180_days_and_to_the_end_of_its_last_day(
    checked: str, expires: str, after: int, state: str, tmp_path: Path
) -> None:
    write(tmp_path, "helplines.toml", line(checked, expires))
    (found,) = load_calendar([tmp_path]).helplines
    today = found.checked + timedelta(after)
    assert line_state(found, today) == state
    assert found.serves("GB", ("human-trafficking",), today) is (state != "expired")


@pytest.mark.parametrize("after", [0, 181, 400])
def test_an_unverified_helpline_is_unverified_at_any_age_and_serves_nobody(after: int, tmp_path: Path) -> None:
    write(tmp_path, "helplines.toml", line("2026-06-01", "2027-06-01", "unverified = true\n"))
    (found,) = load_calendar([tmp_path]).helplines
    today = found.checked + timedelta(after)
    assert line_state(found, today) is LineState.UNVERIFIED
    assert not found.serves("GB", ("human-trafficking",), today)


SITES = [
    ("https://www.un.org/en/observances", "un.org"), ("https://undocs.org/A/RES/68/192", "un.org"),
    ("https://docs.un.org/A/1", "un.org"), ("https://press.un.org", "un.org"), ("https://unesco.org", "unesco.org"),
    ("https://www.dhs.gov/x", "dhs.gov"), ("https://dhs.gov", "dhs.gov"), ("https://WWW.WHO.int/a?b#c", "who.int"),
    ("https://one.example.co.uk/a", "example.co.uk"), ("https://example.co.uk", "example.co.uk"),
    ("https://www.btp.police.uk", "btp.police.uk"), ("https://www.nhs.uk", "nhs.uk"),
    ("https://www.gov.uk/a", "gov.uk"), ("https://gov.uk/a", "gov.uk"),
    ("https://assets.publishing.service.gov.uk/a", "service.gov.uk"),
    ("https://www.planalto.gov.br/x", "planalto.gov.br"), ("https://www.gov.br/mj", "gov.br"),
    ("https://elibrary.judiciary.gov.ph", "judiciary.gov.ph"), ("https://pcw.gov.ph", "pcw.gov.ph"),
    ("https://www.legifrance.gouv.fr", "legifrance.gouv.fr"), ("https://sede.gob.mx/a", "sede.gob.mx"),
    ("https://www.mofa.go.jp", "mofa.go.jp"), ("https://www.ox.ac.uk", "ox.ac.uk"),
    ("https://www.example.com.au:8443/a", "example.com.au"), ("https://en.wikipedia.org/wiki/A", "wikipedia.org"),
    ("https://ec.europa.eu", "europa.eu"), ("https://org.example.de", "example.de"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "name"), SITES, ids=[row[0] for row in SITES])
def test_a_publisher_is_the_site_that_it_registered(address: str, name: str) -> None:
    assert site(address) == name


CONFIDENCES = [
    ("https://www.un.org/a", ["https://www.who.int/b"], "confirmed"),
    ("https://www.un.org/a", ["https://press.un.org/b", "https://undocs.org/c"], "one source"),
    ("https://www.gov.uk/a", ["https://gov.uk/b"], "one source"),
    ("https://a.example.co.uk", ["https://b.other.co.uk"], "confirmed"),
    ("https://pcw.gov.ph", ["https://doj.gov.ph"], "confirmed"),
    ("https://www.un.org/a", [], "one source"), ("", ["https://www.un.org/a"], "one source"),
    ("", ["https://www.un.org/a", "https://www.who.int/b"], "confirmed"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "sources", "wanted"), CONFIDENCES, ids=[f"{r[0]} {r[1]}" for r in CONFIDENCES])
def test_two_publishers_confirm_a_day_and_two_pages_of_one_do_not(
    page: str, sources: list[str], wanted: str, tmp_path: Path
) -> None:
    told = "".join([f'page = "{page}"\n' if page else "", f"sources = {sources!r}\n"])
    write(tmp_path, "days.toml", plain(sources=told))
    (day,) = load_calendar([tmp_path]).observances.values()
    assert confidence(day) == wanted
    assert (len(publishers(day)) > 1) is (wanted == "confirmed")


# --- the commands


def test_audit_tells_all_kinds_or_one(daymark: Daymark, workspace: Path) -> None:
    write(workspace / "calendars", "own.toml", plain(more="unverified = true\n"))
    every = daymark.json("audit", home=workspace)
    assert set(every[0]) == {"kind", "subject", "say", "do"}
    some = daymark.json("audit", "--kind", "unverified", home=workspace)
    assert some == [row for row in every if row["kind"] == "unverified"]
    assert [row["subject"] for row in some] == ["test-day"]
    assert "test-day" in daymark("audit", "--kind", "unverified", home=workspace).out


def test_a_kind_of_gap_that_there_is_not_is_told(daymark: Daymark, workspace: Path) -> None:
    answer = daymark("audit", "--kind", "second sorce", "--json", home=workspace)
    assert (answer.code, answer.json["error"]) == (2, "there is no kind of gap 'second sorce'")
    assert "did you mean second source?" in answer.json["hint"]


def test_the_page_of_an_audit_names_every_gap_and_runs_nothing(daymark: Daymark, workspace: Path) -> None:
    write(workspace / "calendars", "own.toml", plain(more="unverified = true\n").replace("Test Day", "A & B"))
    page = workspace / "audit.html"
    assert daymark("audit", "--page", str(page), home=workspace).code == 0
    text = page.read_text("utf-8")
    assert [gap["subject"] for gap in daymark.json("audit", home=workspace) if gap["subject"] not in text] == []
    assert "A &amp; B" in text
    assert "<script" not in text


def test_helplines_tell_which_of_them_may_not_be_trusted_any_more(daymark: Daymark, workspace: Path) -> None:
    mine = "".join(
        line(checked, expires, more).replace("gb-line", name)
        for name, checked, expires, more in (
            ("a-good", "2026-06-30", "2027-06-30", ""), ("a-old", "2026-01-01", "2026-12-31", ""),
            ("a-gone", "2026-06-01", "2026-06-30", ""), ("a-doubt", "2026-06-30", "2027-06-30", "unverified = true\n"),
        )
    )  # fmt: skip
    write(workspace / "calendars", "helplines.toml", mine.replace('"GB"', '"XK"'))
    states = {row["id"]: row["state"] for row in daymark.json("helplines", "--country", "xk", home=workspace)}
    assert states == {"a-good": "good", "a-old": "ring again", "a-gone": "expired", "a-doubt": "unverified"}
    answer = daymark("helplines", "--country", "XK", home=workspace)
    assert [name for name in states if f"warning: {name}:" in answer.err] == ["a-old", "a-gone", "a-doubt"]
    assert daymark.json("helplines", "--country", "XK", "--lang", "es", home=workspace) == []
    assert daymark("helplines", "--topic", "nosuch", home=workspace).code == 2
