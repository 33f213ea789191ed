"""Other people's calendars: looked at first, taken as unverified days, and whatever they hold ends in one sentence."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import recurring_ical_events
from conftest import ROOT, everything
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from test_lists import CARRIED, ON, PROPERTY, event, ics, mutated, require_a_sentence

from scheduler import dates
from scheduler.calendars import load_calendar
from scheduler.errors import BadFile
from scheduler.lists.series import MOST_SERIES, read_series
from scheduler.model import Calendar as Days
from scheduler.workflow.importing import fields_of, review

TODAY = date(2026, 7, 1)


def series(*events, today=TODAY):
    return read_series(ics(*events), today)


def one(*lines, name="X Day"):
    found, listing = series(event("UID:1", *lines, name=name))
    assert listing.notes == []
    return found[0].day


RULES = [
    ("a date", [f"{ON}20150730", "RRULE:FREQ=YEARLY"], "07-30"),
    ("a date, said twice", [f"{ON}20150730", "RRULE:FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=30"], "07-30"),
    ("in small letters", [f"{ON}20150730", "RRULE:freq=yearly"], "07-30"),
    ("a leap day", [f"{ON}20160229", "RRULE:FREQ=YEARLY"], "02-29"),
    ("with an hour", ["DTSTART;TZID=Asia/Tokyo:20150730T010000", "RRULE:FREQ=YEARLY"], "07-30"),
    ("a week", [f"{ON}20150801", "DTEND;VALUE=DATE:20150808", "RRULE:FREQ=YEARLY"], "08-01..08-07"),
    ("a month", [f"{ON}20150101", "DTEND;VALUE=DATE:20150201", "RRULE:FREQ=YEARLY"], "month of january"),
    ("over New Year", [f"{ON}20151228", "DURATION:P7D", "RRULE:FREQ=YEARLY"], "12-28..01-03"),
    ("over a leap day", [f"{ON}20150225", "DURATION:P7D", "RRULE:FREQ=YEARLY"], "7 days from 02-25"),
    ("a weekday", [f"{ON}20150504", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=1MO"], "first monday of may"),
    ("the last one", [f"{ON}20150924", "RRULE:FREQ=YEARLY;BYDAY=-1TH;BYMONTH=9"], "last thursday of september"),
    ("one by its place", [f"{ON}20150504", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=MO;BYSETPOS=1"], "first monday of may"),
    ("a week from it", [f"{ON}20150504", "DURATION:P7D", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=1MO"],
     "7 days from first monday of may"),
    ("between", [f"{ON}20150210", "RRULE:FREQ=YEARLY;BYMONTH=2;BYDAY=TU;BYMONTHDAY=5,6,7,8,9,10,11"],
     "tuesday between 02-05 and 02-11"),
    ("the last day", [f"{ON}20150228", "RRULE:FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2"], "last day of february"),
    ("every twelve months", [f"{ON}20150504", "RRULE:FREQ=MONTHLY;INTERVAL=12;BYDAY=1MO"], "first monday of may"),
    ("every five years", [f"{ON}20101020", "RRULE:FREQ=YEARLY;INTERVAL=5"], "10-20 every 5 years from 2010"),
    ("every month", [f"{ON}20150125", "RRULE:FREQ=MONTHLY"], "25 of every month"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "rule"), [row[1:] for row in RULES], ids=[row[0] for row in RULES])
def test_a_yearly_rule_is_said_in_the_rule_language(lines, rule):
    assert one(*lines).rule == rule


ENDS = [
    ("COUNT=3", 2017), ("UNTIL=20170730", 2017), ("UNTIL=20170729", 2016), ("UNTIL=20170729T230000Z", 2016),
    ("COUNT=999999999", 2100), ("UNTIL=99991231", 2100), ("INTERVAL=2;COUNT=3", 2019),
]  # fmt: skip


@pytest.mark.parametrize(("end", "until"), ENDS, ids=[row[0] for row in ENDS])
def test_a_rule_that_ends_is_held_until_then(end, until):
    day = one(f"{ON}20150730", f"RRULE:FREQ=YEARLY;{end}")
    assert (day.since, day.until) == (2015, until)


def test_years_that_depart_from_a_rule_are_exceptions():
    rule = event("UID:1", f"{ON}20150730", "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20280730,20290731")
    moved = event("UID:1", "RECURRENCE-ID;VALUE=DATE:20270730", f"{ON}20270802", name="X Day, later")
    gone = event("UID:1", "RECURRENCE-ID;VALUE=DATE:20300730", f"{ON}20300730", "STATUS:CANCELLED")
    found, _ = series(rule, moved, gone)
    departs = {year: span and str(span.start) for year, span in found[0].day.exceptions.items()}
    assert departs == {2027: "2027-08-02", 2028: None, 2030: None}


DATED = [
    ("one date", [("X Day", "20270507", "")], {2027: "2027-05-07"}),
    ("years of one name", [("X Day", "20260507", ""), ("x day", "20270506", "")],
     {2026: "2026-05-07", 2027: "2027-05-06"}),
    ("years of one UID", [("X Day", "20260507", "1"), ("Day of X", "20270506", "1")],
     {2026: "2026-05-07", 2027: "2027-05-06"}),
    ("the year in the name", [("X Day 2026", "20260507", ""), ("X Day (2027)", "20270506", "")],
     {2026: "2026-05-07", 2027: "2027-05-06"}),
    ("the same date twice", [("X Day", "20270507", "1"), ("X Day", "20270507", "2")], {2027: "2027-05-07"}),
    ("the days of a week", [("X Day", f"202705{n:02}", "") for n in range(3, 10)], {2027: "2027-05-03..2027-05-09"}),
]  # fmt: skip


@pytest.mark.parametrize(("events", "wanted"), [row[1:] for row in DATED], ids=[row[0] for row in DATED])
def test_single_dates_stand_under_their_years_and_prove_no_rule(events, wanted):
    made = [event(f"{ON}{on}", *([f"UID:{uid}"] if uid else []), name=name) for name, on, uid in events]
    found, listing = series(*made)
    assert listing.notes == []
    (entry,) = [fields_of(day, "x.ics", TODAY) for day in found]
    assert (entry["rule"], entry["announced"]) == ("announced", {str(year): span for year, span in wanted.items()})


def test_the_newest_revision_of_an_event_counts_wherever_it_stands():
    old = event("UID:1", "SEQUENCE:1", f"{ON}20270507")
    new = event("UID:1", "SEQUENCE:2", f"{ON}20270610", name="Y Day")
    for events in ([old, new], [new, old]):
        found, listing = series(*events)
        assert [(s.day.name(), str(s.day.announced[2027].start)) for s in found] == [("Y Day", "2027-06-10")]
        assert listing.notes == []


LEFT_OUT = [
    ("cancelled", ["STATUS:CANCELLED"], "event 1: 'X Day': it is cancelled"),
    ("in days", ["DURATION:P367D"], "event 1: 'X Day': it lasts more than a year"),
    ("to an end", ["DTEND;VALUE=DATE:20290101"], "event 1: 'X Day': it lasts more than a year"),
]


@pytest.mark.parametrize(("lines", "say"), [row[1:] for row in LEFT_OUT], ids=[row[0] for row in LEFT_OUT])
def test_what_is_left_out_is_told(lines, say):
    found, listing = series(event("UID:1", f"{ON}20270507", *lines))
    assert (found, listing.notes) == ([], [say])


@pytest.mark.parametrize("broken", ["RECURRENCE-ID:nonsense", "SEQUENCE:many", "RECURRENCE-ID;VALUE=DATE:20270231"])
def test_a_broken_mark_of_revision_spoils_no_other_event(broken):
    found, _ = series(
        event("UID:1", f"{ON}20270507", broken, name="X Day"), event("UID:2", f"{ON}20270610", name="Y Day")
    )
    assert "Y Day" in [s.day.name() for s in found]


def test_a_newer_revision_that_is_cancelled_takes_the_day_with_it():
    held = event("UID:1", f"{ON}20270507")
    found, listing = series(held, event("UID:1", "SEQUENCE:1", f"{ON}20270507", "STATUS:CANCELLED"))
    assert (found, listing.notes) == ([], ["event 2: 'X Day': it is cancelled"])


def test_a_rule_that_we_have_no_words_for_becomes_the_dates_of_the_years_to_come():
    day = one(f"{ON}20150730", "RRULE:FREQ=YEARLY;BYYEARDAY=211")
    assert (day.rule, [str(day.announced[year].start) for year in (2027, 2028)]) == (
        "announced",
        ["2027-07-30", "2028-07-29"],
    )
    assert (min(day.announced), max(day.announced)) == (2025, 2036)


NOT_TAKEN = [
    ("weekly", [f"{ON}20260105", "RRULE:FREQ=WEEKLY"], "times in 2026: only days of the year are taken"),
    ("every second", [f"{ON}20260105", "RRULE:FREQ=SECONDLY"], "repeats more than once a day"),
    ("never by days", [f"{ON}20260105", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"], "its rule never holds"),
    ("in no steps", [f"{ON}20260105", "RRULE:FREQ=YEARLY;INTERVAL=0"], "repeats in no steps"),
    ("over long ago", [f"{ON}20100105", "RRULE:FREQ=YEARLY;BYYEARDAY=5;COUNT=3"], "not held from 2025 on"),
    ("never by years", [f"{ON}20260105", "RRULE:FREQ=YEARLY;BYMONTH=13"], "its rule never holds"),
    ("by Easter", [f"{ON}20260105", "RRULE:FREQ=YEARLY;BYEASTER=1"], "BYEASTER, by which no days are counted here"),
    ("no times", [f"{ON}20260105", "RRULE:FREQ=YEARLY;COUNT=-1"], "it repeats -1 times"),
    ("no date", ["DTSTART:tomorrow"], "its DTSTART is 'tomorrow', which is no date; it is written as 20270730"),
    ("no such date", [f"{ON}20270231"], "its DTSTART is '20270231', which is no date"),
    ("an hour alone", ["DTSTART:120000"], "its DTSTART is '120000', which is no date"),
    ("broken fields", ["DTSTART;=x:20270501"], "its DTSTART is '20270501', which is no date"),
    ("two days", [f"{ON}20270501", f"{ON}20280501"], "it has more than one DTSTART; leave the right one"),
    ("no day", ["UID:1"], "it has no day: DTSTART is missing"),
    ("no end", [f"{ON}20270501", "DTEND:soon"], "its DTEND is 'soon', which is no date"),
    ("an end before it", [f"{ON}20270501", "DTEND;VALUE=DATE:20260101"], "it ends before it begins"),
    ("less than no time", [f"{ON}20270501", "DURATION:-P5D"], "it ends before it begins"),
    ("no length", [f"{ON}20270501", "DURATION:long"], "its DURATION is 'long', which is none; two days are written"),
    ("no place", ["UID:1", f"{ON}20270501", "RECURRENCE-ID:x"], "its RECURRENCE-ID is 'x', which is no date"),
    ("no rule", [f"{ON}20270501", "RRULE:x"], "its RRULE is 'x', in which something is no rule"),
    ("no weekday", [f"{ON}20270501", "RRULE:FREQ=YEARLY;BYDAY=XX"], "BYDAY=XX', in which something is no rule"),
    ("other dates", [f"{ON}20270501", "RDATE:x"], "its RDATE is 'x', in which something is no date; export it again"),
    ("exceptions", [f"{ON}20270501", "RRULE:FREQ=YEARLY", "EXDATE:20280501,x"], "its EXDATE is '20280501,x', in"),
    ("too many", [f"{ON}20270501", "RDATE:" + ",".join(["20270501"] * 1200)], "its RDATE has more than 10000 signs"),
    ("the last year", [f"{ON}99991231"], "9999-12-31 lies outside 1945 to 2100"),
    ("yearly from then", [f"{ON}99991231", "RRULE:FREQ=YEARLY"], "9999-12-31 lies outside 1945 to 2100"),
    ("for ages", [f"{ON}20270101", "DTEND;VALUE=DATE:99991231"], "it lasts more than a year"),
    ("long ago", [f"{ON}18500730"], "lies outside 1945 to 2100"),
]


@pytest.mark.parametrize(("lines", "why"), [row[1:] for row in NOT_TAKEN], ids=[row[0] for row in NOT_TAKEN])
def test_what_cannot_be_taken_is_told_and_the_rest_is_taken(lines, why):
    found, listing = series(event(*lines), event(f"{ON}20270101", name="Y"))
    assert [day.day.name() for day in found] == ["Y"]
    assert [note for note in listing.notes if note.startswith("event 1: ") and why in note] == listing.notes != []


def test_other_dates_alone_make_a_day_repeat():
    day = one(f"{ON}20260507", "RDATE;VALUE=DATE:20270508,20280509")
    assert {year: str(span.start) for year, span in day.announced.items()} == {
        2026: "2026-05-07", 2027: "2027-05-08", 2028: "2028-05-09",
    }  # fmt: skip


def test_of_two_names_the_first_counts():
    assert one(f"{ON}20270507", "SUMMARY:Y Day", "SUMMARY;LANGUAGE=fr:Z").name() == "X Day"


def test_a_uid_that_stands_for_all_events_is_no_identity():
    events = [event("UID:1", f"{ON}2027{month:02}01", name=f"{month}th Day") for month in range(1, 8)]
    found, listing = series(*events, event("UID:2", f"{ON}20260901", name="Old"), event("UID:2", f"{ON}20270902"))
    assert [day.day.name() for day in found] == [*(f"{month}th Day" for month in range(1, 8)), "X Day"]
    assert listing.notes == []


ZONES = ["A", "../../etc/passwd", "A/" * 3000, '"Mars: Base"', "Europe/Kyiv"]


@pytest.mark.parametrize("zone", ZONES, ids=[zone[:20] for zone in ZONES])
def test_a_day_is_a_date_whatever_zone_is_named(zone):
    rules = "BEGIN:VTIMEZONE\r\nTZID:A\r\nBEGIN:STANDARD\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    found, listing = series(rules, event(f"DTSTART;TZID={zone}:20270501T233000"))
    assert [str(day.day.announced[2027].start) for day in found] == ["2027-05-01"]
    assert listing.notes == []


WHOLE = ics(event(f"{ON}20270507"), event(f"{ON}20270508", name="Y"))
NOT_WHOLE = [
    ("cut at the end", WHOLE[:-15], "it ends in the middle: the VCALENDAR that begins in line 1 has no END:VCALENDAR"),
    ("cut in an event", WHOLE[:150], "it ends in the middle: the VEVENT that begins in line 8 has no END:VEVENT"),
    ("cut and begun anew", WHOLE[:150] + "\n" + WHOLE, "line 11: BEGIN:VCALENDAR stands inside the VEVENT of line 8"),
    ("an event in an event", WHOLE.replace("END:VEVENT\r\n", "", 1), "line 7: BEGIN:VEVENT stands inside the VEVENT"),
    ("an event outside", event(f"{ON}20270507") + WHOLE, "line 1: BEGIN:VEVENT stands outside a calendar"),
    ("an end too many", ics("END:VALARM\r\n"), "line 4: END:VALARM stands before END:VCALENDAR of line 1"),
    ("an end alone", "END:VCALENDAR\r\n" + WHOLE, "line 1: END:VCALENDAR stands without a BEGIN:VCALENDAR"),
    ("deep", ics("BEGIN:X\r\n" * 100_000, "END:X\r\n" * 100_000), "line 13: its parts are nested too deeply"),
    ("dates", ics(event(*["RDATE:20270101"] * 100_000)), "line 50006: its events list more than 50000 other dates"),
    ("other ends of lines", WHOLE.replace("\r\n", "\r")[:-15], "the VCALENDAR that begins in line 1"),
    ("NULs", WHOLE.replace("X Day", "X\0Day"), "line 5: there is a NUL byte in it"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "said"), [row[1:] for row in NOT_WHOLE], ids=[row[0] for row in NOT_WHOLE])
def test_a_file_that_is_not_whole_is_not_taken_in_part(data, said):
    with pytest.raises(BadFile) as caught:
        review(Days({}, (), {}), "theirs.ics", data.encode(), TODAY)
    assert said in str(require_a_sentence(caught.value))


MIXED = ["\r\n", "\n", "\r", "\r\n\r\n"]


@pytest.mark.parametrize("end", MIXED, ids=["CRLF", "LF", "CR", "blank lines"])
def test_lines_may_end_in_any_way(end):
    found, listing = read_series(WHOLE.replace("\r\n", end, 5).replace("SUMMARY:X", f"SUMMARY:{end[:2]} X"), TODAY)
    assert ([day.day.name() for day in found], listing.notes) == (["X Day", "Y"], [])


def test_no_reason_is_in_the_words_of_a_library():
    """Every line that may break is broken in every way; the reasons are sentences of ours."""
    names = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SEQUENCE", "UID", "SUMMARY")
    ways = (
        ":x",
        ";=:x",
        ';X="a:x',
        ";VALUE=PERIOD:x/y",
        ";VALUE=TEXT:\\",
        ";TZID=No/Where:20270501T9",
        ":-1",
        ":\ud7ff",
    )
    events = [event("UID:1", f"{ON}20270507", f"{name}{way}", name=f"Day {n}") for n, (name, way) in enumerate(
        (name, way) for name in names for way in ways)]  # fmt: skip
    for one_event in events:
        _, listing = series(one_event, event("UID:2", f"{ON}20270101", name="Y"))
        for note in listing.notes:
            assert not re.search(r"[Ee]xpected|Cannot|broken property|format|parse|vDDD|Content line|argument", note), (
                note
            )


def test_a_name_on_two_dates_of_a_year_is_told():
    found, listing = series(event(f"{ON}20270507"), event(f"{ON}20270907"))
    assert (found, len(listing.notes)) == ([], 1)
    assert "held 2 times in 2027" in listing.notes[0]


def test_markup_and_signs_that_a_terminal_obeys_are_taken_out_of_names():
    day = one(f"{ON}20270507", name="<script>alert(1)</script>Open \x1b[31m<b>Day</b> \u202e2027")
    assert day.name() == "alert(1) Open [31m Day"


def test_a_calendar_that_stands_twice_in_a_file_is_read_once():
    assert len(series(*[event("UID:1", f"{ON}20150730", "RRULE:FREQ=YEARLY")] * 3)[0]) == 1


def test_more_days_than_a_calendar_has_are_cut_and_said_to_be():
    found, listing = series(*[event(f"{ON}20270101", name=f"Day of {n}") for n in range(MOST_SERIES + 1)])
    assert len(found) == MOST_SERIES
    assert f"only the first {MOST_SERIES} days were read" in listing.notes


# --- held against the calendar


@pytest.fixture(scope="module")
def shipped():
    return load_calendar([ROOT / "calendars"])


def kinds(calendar, *events):
    return [(day.kind, day.ours) for day in review(calendar, "x.ics", ics(*events).encode(), TODAY).found]


COMPARED = [
    ("World Day Against Trafficking in Persons", "20150730", "same"),
    ("Anti-Trafficking in Persons Day", "20150730", "other name"),
    ("World Day Against Trafficking in Persons", "20150801", "other date"),
    ("Harbour Lantern Evening", "20150730", "new"),
]


@pytest.mark.parametrize(("name", "on", "kind"), COMPARED, ids=[row[2] for row in COMPARED])
def test_a_day_that_we_have_is_known_again(shipped, name, on, kind):
    ours = "" if kind == "new" else "trafficking-in-persons-day"
    assert kinds(shipped, event(f"{ON}{on}", "RRULE:FREQ=YEARLY", name=name)) == [(kind, ours)]


def test_years_that_our_day_has_no_date_in_are_told(shipped):
    entry = next(o for o in shipped.observances.values() if o.rule == "announced" and len(o.announced) > 1)
    spans = [s for year in (*entry.announced, 2033) for s in [entry.announced.get(year)]]
    events = [event(f"{ON}{span.start if span else date(2033, 5, 5):%Y%m%d}", name=entry.name()) for span in spans]
    (day,) = review(shipped, "x.ics", ics(*events).encode(), TODAY).found
    assert (day.ours, day.lacks) == (entry.id, (2033,))


def file_of(folder: Path, *events: str) -> str:
    path = folder / "theirs.ics"
    path.write_text(ics(*events), encoding="utf-8")
    return str(path)


THEIRS = (
    event("UID:1", f"{ON}20150504", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=1MO", "URL:https://example.org/harbour",
          name="Harbour Lantern Evening"),
    event("UID:2", f"{ON}20270911", "DTEND;VALUE=DATE:20270914", "URL:javascript:alert(1)", name="Quay Days 2027"),
    event("UID:3", f"{ON}20150730", "RRULE:FREQ=YEARLY", name="World Day Against Trafficking in Persons"),
    event("UID:4", f"{ON}20270101", "RRULE:FREQ=DAILY", name="Stand-up"),
)  # fmt: skip
TAKEN = """\
# From {source}: not yet held against a source.
[harbour-lantern-evening]
name = "Harbour Lantern Evening"
rule = "first monday of may"
since = 2015
sources = ["https://example.org/harbour"]
checked = 2026-07-01
unverified = true

# From {source}: not yet held against a source.
[quay-days]
name = "Quay Days"
rule = "announced"
announced = {{ 2027 = "2027-09-11..2027-09-13" }}
checked = 2026-07-01
unverified = true
"""


def test_the_first_look_tells_what_there_is_and_changes_nothing(daymark, workspace, tmp_path):
    before = everything(workspace)
    told = daymark.json("calendar", "import", file_of(tmp_path, *THEIRS), home=workspace)
    assert everything(workspace) == before
    assert [(day["kind"], day["id"], day["rule"], day["ours"]) for day in told["days"]] == [
        ("new", "harbour-lantern-evening", "first monday of may", ""),
        ("same", "day-against-trafficking-persons", "07-30", "trafficking-in-persons-day"),
        ("new", "quay-days", "announced", ""),
    ]
    assert told["days"][2]["dates"] == {"2027": {"start": "2027-09-11", "end": "2027-09-13"}}
    assert (told["unread"], len(told["notes"]), told["written"]) == (1, 1, None)
    shown = daymark("calendar", "import", file_of(tmp_path, *THEIRS), home=workspace)
    assert "first monday of may" in shown.out
    assert "not taken: event 4: 'Stand-up': it is held 365 times in 2027" in shown.err


def test_what_is_new_is_taken_as_unverified_days_and_the_second_time_nothing_is(daymark, workspace, tmp_path):
    words = ("calendar", "import", file_of(tmp_path, *THEIRS), "--write", "--as", "ann")
    before = everything(workspace)
    rehearsed = daymark.json(*words, "--dry-run", home=workspace)["written"]
    assert everything(workspace) == before
    assert daymark.json(*words, home=workspace)["written"] == rehearsed
    path = workspace / "calendars" / "imported.toml"
    assert path.read_text("utf-8") == TAKEN.format(source=tmp_path / "theirs.ics")
    told = daymark.json("explain", "quay-days", "2027", home=workspace)
    assert (told["confidence"], told["origin"]) == ("unverified", "own")
    before = everything(workspace)
    again = daymark.json(*words, home=workspace)
    assert (again["written"]["ids"], everything(workspace)) == ([], before)
    assert [day["kind"] for day in again["days"]] == ["same"] * 3


def test_a_person_may_choose_even_a_day_that_the_calendar_seems_to_have(daymark, workspace, tmp_path):
    words = ("calendar", "import", file_of(tmp_path, *THEIRS), "--write", "--only", "day-against-trafficking-persons")
    assert daymark.json(*words, home=workspace)["written"]["ids"] == ["day-against-trafficking-persons"]
    entries = tomllib.loads((workspace / "calendars" / "imported.toml").read_text("utf-8"))
    assert list(entries) == ["day-against-trafficking-persons"]


WRONG = [
    ("another verb", ("export", "x.ics"), 2, "no verb 'export'"),
    ("no such day", ("import", "{file}", "--write", "--only", "quay-day"), 2, "did you mean quay-days"),
    ("choosing without writing", ("import", "{file}", "--only", "quay-days"), 2, "give --write"),
    ("no such file", ("import", "nowhere.ics"), 5, "there is no such file"),
    ("a page", ("import", "{page}"), 5, "no iCalendar file but a web page"),
    ("plain http", ("import", "http://example.org/x.ics"), 2, "only https addresses are"),
    ("a file's address", ("import", "file:///etc/passwd"), 2, "is no address that can be asked"),
    ("a private number", ("import", "https://10.0.0.1/x.ics"), 2, "inside a private network"),
    ("this machine", ("import", "https://localhost/x.ics"), 2, "inside a private network"),
]


@pytest.mark.parametrize(("words", "code", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_told_in_a_sentence_and_nothing_is_changed(words, code, said, daymark, workspace, tmp_path):
    (tmp_path / "page.ics").write_text("<!DOCTYPE html><html><p>Sign in</p></html>")
    places = {"file": file_of(tmp_path, *THEIRS), "page": str(tmp_path / "page.ics")}
    before = everything(workspace)
    answer = daymark("calendar", *[word.format(**places) for word in words], home=workspace)
    assert (answer.code, everything(workspace)) == (code, before), answer
    assert said in answer.err
    assert "Traceback" not in answer.err


# --- real feeds


def test_our_own_feeds_come_back_as_the_same_days(daymark, workspace):
    assert daymark("feeds", home=workspace).code == 0
    feed = workspace / "public" / "observances.ics"
    calendar = load_calendar([ROOT / "calendars"])
    events = Calendar.from_ical(feed.read_bytes()).walk("VEVENT")
    published = {(e["SUMMARY"], e["DTSTART"].dt, e["DTEND"].dt - timedelta(1)) for e in events}
    by_themselves = review(Days({}, (), {}), str(feed), feed.read_bytes(), TODAY)
    taken = {
        (day.series.day.name(), span.start, span.end)
        for day in by_themselves.found
        for span in day.series.spans(sorted(day.series.day.announced))
    }
    often = {note.split("'")[1] for note in by_themselves.listing.notes}  # days held more than once a year
    assert {row for row in published if row not in taken and not any(row[0].startswith(n) for n in often)} == set()
    assert taken <= published
    assert len(taken) > 500
    found = review(calendar, str(feed), feed.read_bytes(), TODAY).found
    assert [(day.kind, day.series.day.name()) for day in found if day.kind != "same"] == []


@pytest.mark.parametrize("path", CARRIED, ids=lambda path: path.stem)
def test_every_calendar_that_test_suites_carry_ends_in_days_or_one_sentence(path):
    try:
        reviewed = review(Days({}, (), {}), str(path), path.read_bytes(), date(2020, 1, 1))
    except BadFile as error:
        require_a_sentence(error)
    else:
        assert all(day.series.day.name() for day in reviewed.found)


@st.composite
def yearly(draw):
    """The lines of an all-day event with a yearly rule of a common shape."""
    start = draw(st.dates(date(1990, 1, 1), date(2030, 12, 31)))
    nth = draw(st.sampled_from([1, 2, 3, 4, 5, -1]))
    day = draw(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]))
    by = draw(
        st.sampled_from(["", f";BYMONTH={start.month};BYDAY={nth}{day}", f";BYMONTH={start.month};BYMONTHDAY=-1"])
    )
    counted = [] if by else [";COUNT=5", ";INTERVAL=3;COUNT=4"]  # whether a first day that no rule gives counts is open
    more = draw(st.sampled_from(["", ";INTERVAL=2", ";UNTIL=20350615", *counted]))
    days = draw(st.integers(1, 40))
    return [f"{ON}{start:%Y%m%d}", f"DURATION:P{days}D", f"RRULE:FREQ=YEARLY{by}{more}"]


@PROPERTY
@given(lines=yearly())
def test_what_is_taken_is_held_on_the_days_that_another_reader_finds(lines):
    found, _ = series(event("UID:1", *lines))
    assert "announced" not in [day.day.rule for day in found]
    read = recurring_ical_events.of(Calendar.from_ical(ics(event("UID:1", *lines))))
    years = range(2031, 2041)  # later than any first day
    theirs = {e["DTSTART"].dt for e in read.between(date(2031, 1, 1), date(2041, 1, 1))}
    ours = {o.start for day in found for year in years for o in dates.occurrences(day.day, year)}
    assert {day for day in theirs if not isinstance(day, datetime) and day.year in years} == ours


def require_days_or_a_sentence(data):
    try:
        reviewed = review(Days({}, (), {}), "theirs.ics", data, TODAY)
    except BadFile as error:
        require_a_sentence(error)
        return
    for day in reviewed.found:
        assert fields_of(day.series, "theirs.ics", TODAY)["name"].isprintable()
    assert all(note.isprintable() for note in reviewed.listing.notes)


@PROPERTY
@given(data=st.binary(max_size=200))
def test_any_bytes_end_in_days_or_one_sentence(data):
    require_days_or_a_sentence(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + data)


@PROPERTY
@given(data=mutated())
def test_any_damage_to_a_calendar_ends_in_days_or_one_sentence(data):
    require_days_or_a_sentence(data)


HUGE = {
    "100,000 events": ics(*[event(f"{ON}20270101")] * 100_000),
    "nested without end": "BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\n" * 100_000,
    "rules that never hold": ics(*[event(f"{ON}20270101", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")] * 2000),
    "rules of every second": ics(*[event(f"{ON}20270101", "RRULE:FREQ=SECONDLY;COUNT=999999999")] * 2000),
    "a line of millions": ics(event("DTSTART" + ";A=b" * 2_000_000 + ":20270101")),
    "folds of millions": ics(event("X:" + "a\r\n " * 2_000_000)),
}


@pytest.mark.parametrize("data", HUGE.values(), ids=HUGE)
def test_what_is_built_to_cost_much_is_given_up(data):
    require_days_or_a_sentence(data.encode())
