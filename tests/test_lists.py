"""Lists of days that others publish are read as people write them; whatever else a file holds ends in one sentence."""

from __future__ import annotations

import json
import os
import re
from datetime import date, datetime
from importlib.resources import files
from itertools import product
from pathlib import Path

import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from scheduler.errors import BadFile
from scheduler.lists import MOST_BYTES, read_list
from scheduler.lists.listing import MOST_DAYS, MOST_NAME, MOST_NOTES, plain
from scheduler.lists.repeats import MOST_REPEATS, MOST_STEPS
from scheduler.lists.texts import Order, dates_of, read_span

PROPERTY = settings(deadline=None, max_examples=150, derandomize=True)


def read(folder, data, name="list.csv", years=(2027,)):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_list(path, years)


def days(listing):
    """Each day as `Name 2027-07-30`, with its end if that is another day."""
    return [f"{d.name} {d.start}" + (f"..{d.end}" if d.end != d.start else "") for d in listing.days]


def told(folder, data, name="list.csv", years=(2027,)):
    with pytest.raises(BadFile) as caught:
        read(folder, data, name, years)
    return require_a_sentence(caught.value)


def require_a_sentence(error):
    assert error.exit_code == 5
    assert len(error.problems) == 1
    assert error.hint
    assert "\n" not in error.words + error.hint
    assert not re.search(r"Traceback|object at 0x", error.words)
    return error.words


DAY_FIRST, MONTH_FIRST = Order(day_first=True), Order(day_first=False)
WRITTEN = [
    ("2027-07-30", "2027-07-30"), ("2027/7/30", "2027-07-30"), ("20270730", "2027-07-30"), ("07-30", "2026-07-30"),
    ("--07-30", "2026-07-30"), ("2027-07-30T00:00:00Z", "2027-07-30"), ("2027-07-30 12:00:00", "2027-07-30"),
    ("2027-07-30 (Friday)", "2027-07-30"),
    ("2027-10-24 - 2027-10-30", "2027-10-24..2027-10-30"),
    ("30 July", "2026-07-30"), ("30 JULY 2027", "2027-07-30"), ("30 Jul. 2027", "2027-07-30"),
    ("30-Jul-2027", "2027-07-30"), ("July 30", "2026-07-30"), ("July 30th 2027", "2027-07-30"),
    ("July 30, 2027", "2027-07-30"), ("30th of July", "2026-07-30"), ("the 1st of May 2027", "2027-05-01"),
    ("30\u00a0July\u00a02027", "2027-07-30"), ("  30   July ", "2026-07-30"), ("30.07.2027", "2027-07-30"),
    ("30.7.", "2026-07-30"), ("30/07/2027", "2027-07-30"), ("30-07-2027", "2027-07-30"), ("30/07", "2026-07-30"),
    ("Mon 30 August 2027", "2027-08-30"), ("Monday, 30 August 2027", "2027-08-30"), ("Fri. 30 July", "2026-07-30"),
    ("Thurs, July 30", "2026-07-30"), ("Wednesday July 30", "2026-07-30"), ("Sept 8", "2026-09-08"),
    ("May 5 2027", "2027-05-05"), ("Mar 5", "2026-03-05"), ("5 Mar", "2026-03-05"),
    ("1-7 February", "2026-02-01..2026-02-07"), ("1–7 February 2027", "2027-02-01..2027-02-07"),
    ("1st - 7th February", "2026-02-01..2026-02-07"), ("1 to 7 February", "2026-02-01..2026-02-07"),
    ("February 1-7", "2026-02-01..2026-02-07"), ("February 1-7, 2027", "2027-02-01..2027-02-07"),
    ("24 Oct - 30 Oct 2027", "2027-10-24..2027-10-30"), ("24 Oct 2027 – 30 Oct 2027", "2027-10-24..2027-10-30"),
    ("2027-10-24..2027-10-30", "2027-10-24..2027-10-30"), ("2027-10-24/2027-10-30", "2027-10-24..2027-10-30"),
    ("2027-10-24 to 2027-10-30", "2027-10-24..2027-10-30"), ("from 24 to 30 October", "2026-10-24..2026-10-30"),
    ("Mon 1 Feb - Sun 7 Feb 2027", "2027-02-01..2027-02-07"), ("25 November until 10 December",
     "2026-11-25..2026-12-10"), ("28 December to 3 January", "2026-12-28..2027-01-03"),
    ("28 December - 3 January 2027", "2026-12-28..2027-01-03"), ("28 December 2027 - 3 January",
     "2027-12-28..2028-01-03"), ("28 December 2027 - 3 January 2028", "2027-12-28..2028-01-03"),
    ("30 juillet", "2026-07-30"), ("1er août 2027", "2027-08-01"), ("1er aout", "2026-08-01"),
    ("samedi 30 janvier 2027", "2027-01-30"), ("le 8 mars", "2026-03-08"), ("10 déc. 2027", "2027-12-10"),
    ("14 juil. 2027", "2027-07-14"), ("3 févr.", "2026-02-03"), ("12 juin", "2026-06-12"),
    ("du 1er au 7 février 2027", "2027-02-01..2027-02-07"), ("30 de julio", "2026-07-30"),
    ("30 de julio de 2027", "2027-07-30"), ("30 de julio del 2027", "2027-07-30"), ("1º de mayo", "2026-05-01"),
    ("miércoles, 2 de septiembre", "2026-09-02"), ("5 ene. 2027", "2027-01-05"), ("8 de setiembre", "2026-09-08"),
    ("del 1 al 7 de febrero", "2026-02-01..2026-02-07"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), WRITTEN, ids=[row[0] for row in WRITTEN])
def test_a_date_is_read_as_people_write_it(text, wanted):
    span = read_span(text)
    start, end = dates_of(span, 2026)
    assert str(start) + (f"..{end}" if end != start else "") == wanted


NONSENSE = [
    "", "  ", "TBC", "every year", "July", "2027", "30",
    "30 Juj", "30 jui 2027", "Monday", "first Monday of May", "ma 5", "fe 5", f"2027-07-30T{'0' * 100}",
    "5 to", "- 5 May", "1 - 2 - 3 May", "13/13", "A/RES/68/192", "30/07/27", "²-²", "July 30 2027 at ten",
    "a 1-" * 30_000, "٣٠ July July",
]  # fmt: skip


@pytest.mark.parametrize("text", NONSENSE, ids=[text[:20] or "empty" for text in NONSENSE])
def test_what_is_no_date_is_none(text):
    span = read_span(text)
    assert span is None or dates_of(span, 2027) is None


def test_dots_put_the_day_first_whatever_slashes_do():
    for order, month in ((DAY_FIRST, 6), (MONTH_FIRST, 5)):
        assert read_span("05/06/2027", order)[0].month == month
        assert read_span("05.06.2027", order)[0].month == 6


def test_a_start_without_a_year_is_the_last_one_before_its_end(tmp_path):
    listing = read(tmp_path, "name,start,end\nX,28 Dec,2028-01-03\nY,28 Dec,2028-12-30\nZ,2027-12-28,3 Jan\n")
    assert days(listing) == ["X 2027-12-28..2028-01-03", "Y 2028-12-28..2028-12-30", "Z 2027-12-28..2028-01-03"]


IMPOSSIBLE = ["2027-02-30", "31 April", "2027-13-01", "30/30/2027", "2027-07-30..2027-07-01", "2020-01-01..2027-01-01"]


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_a_day_that_does_not_exist_is_told_with_its_name(text, tmp_path):
    listing = read(tmp_path, f"name,date\nOpen Day,{text}\nOther Day,30 July\n")
    assert days(listing) == ["Other Day 2027-07-30"]
    assert listing.notes == ["line 2: the date of 'Open Day' does not exist"]


@pytest.mark.parametrize("year", [2027, 2028])
def test_29_february_is_left_out_of_common_years_without_a_word(year, tmp_path):
    listing = read(tmp_path, "name,date\nLeap Day,02-29\nOther Day,30 July\n", years=(year,))
    assert (len(listing.days), listing.notes) == ((2, []) if year == 2028 else (1, []))


def test_dates_without_a_year_are_taken_for_each_year_and_others_for_their_own(tmp_path):
    listing = read(tmp_path, "name,date\nA,30 July\nB,2030-05-01\nC,28 Dec to 3 Jan\n", years=(2027, 2028))
    assert days(listing) == [
        "A 2027-07-30", "A 2028-07-30", "B 2030-05-01",
        "C 2027-12-28..2028-01-03", "C 2028-12-28..2029-01-03",
    ]  # fmt: skip
    assert listing.years == {2030}


ORDERS = [
    ("05/06/2027", "30/07/2027", ["2027-06-05", "2027-07-30"]),
    ("05/06/2027", "07/30/2027", ["2027-05-06", "2027-07-30"]),
    ("05-06-2027", "07-30-2027", ["2027-05-06", "2027-07-30"]),
    ("05/06", "07/30", ["2027-05-06", "2027-07-30"]),
    ("05/06/2027", "06/07/2027", ["2027-06-05", "2027-07-06"]),
    ("05/06/2027", "07/30/2027 - 07/31/2027", ["2027-05-06", "2027-07-30"]),
]


@pytest.mark.parametrize("form", ["csv", "json", "keys"])
@pytest.mark.parametrize(("one", "two", "wanted"), ORDERS, ids=[row[1] for row in ORDERS])
def test_day_or_month_first_is_decided_for_the_file_by_a_date_that_can_be_read_in_one_way(
    one, two, wanted, form, tmp_path
):
    data = {
        "csv": f"name,about,date\nA,on 24/7 duty,{one}\nB,,{two}\n",
        "json": json.dumps([{"name": "A", "date": one}, {"name": "B", "date": two}]),
        "keys": json.dumps({one: "A", two: "B"}),
    }[form]
    assert [str(day.start) for day in read(tmp_path, data, "list.txt").days] == wanted


JOURNEE = ["Journée 2027-07-30", "Año 2027-08-01"]
TABLES = [
    ("commas", "Name,Date\nJournée,2027-07-30\nAño,2027-08-01\n"),
    ("semicolons", "Name;Date\nJournée;30.07.2027\nAño;01.08.2027\n"),
    ("tabs", "Name\tDate\nJournée\t2027-07-30\nAño\t2027-08-01\n"),
    ("bars", "Name|Date\nJournée|2027-07-30\nAño|2027-08-01\n"),
    ("a mark before it", "\ufeffName,Date\nJournée,2027-07-30\nAño,2027-08-01\n"),
    ("UTF-16", "Name\tDate\nJournée\t2027-07-30\nAño\t2027-08-01\n".encode("utf-16")),
    ("UTF-16, the large end first", b"\xfe\xff" + "Name,Date\nJournée,07-30\nAño,08-01\n".encode("utf-16-be")),
    ("lines of old Macs", "Name,Date\rJournée,2027-07-30\rAño,2027-08-01\r"),
    ("no header", "2027-07-30,Journée\n2027-08-01,Año\n"),
    ("no header, other columns", "1,x,Journée,30 July\n2,y,Año,1 August\n"),
    ("blank lines", "\n\nName,Date\n\nJournée,07-30\n,\nAño,08-01\n\n"),
    ("other columns", "Id,Month,Body,Title,Start Date,End Date\n1,7,UN,Journée,07-30,\n2,8,,Año,08-01,08-01\n"),
    ("month and day", "observance,month,day\nJournée,7,30\nAño,August,1\n"),
    ("month, day, year", "observance,month,day,year\nJournée,7,30,2027\nAño,8,1,²\n"),
    ("a name in other words", "Nom;Date\nJournée;30 juillet\nAño;1 août\n"),
    ("a date in other words", "Name;Fecha\nJournée;30 de julio\nAño;1 de agosto\n"),
    ("day and date", "Day,Date\nJournée,30 July\nAño,1 August\n"),
    ("capitals and underscores", "EVENT_NAME,START_DATE\nJournée,07-30\nAño,08-01\n"),
    ("hidden marks", "Name,Date\nJourn\u200be\u0301e,07-30\n<Año>\x1b,08-01\n"),
    ("rows too short and too long", "Name,Date\nJournée,07-30,x,y,z\nlonely\nAño,08-01\n"),
    ("quotes", 'Name,Date\n"Journée","07-30"\n"Año","1 August, 2027"\n'),
]


@pytest.mark.parametrize("name", ["list.csv", "list.txt", "list"])
@pytest.mark.parametrize("data", [row[1] for row in TABLES], ids=[row[0] for row in TABLES])
def test_a_table_is_read_however_it_is_written(data, name, tmp_path):
    assert days(read(tmp_path, data, name)) == JOURNEE


def test_a_header_in_words_that_nobody_knows_is_told_as_an_entry_that_is_none(tmp_path):
    listing = read(tmp_path, "Bezeichnung;Datum\nTag der Armut;17.10.2027\n")
    assert days(listing) == ["Tag der Armut 2027-10-17"]
    assert listing.notes == ["line 1: 'Bezeichnung' has no date that can be read"]


def test_a_quoted_name_may_run_over_lines_and_an_entry_is_found_by_its_first(tmp_path):
    listing = read(tmp_path, 'name,date\n"World\nDay, of\r\nX",30 July\nno date,\n"two\nlines",\n', years=(2027,))
    assert [(day.name, day.where) for day in listing.days] == [("World Day, of X", "line 2")]
    assert [note.partition(":")[0] for note in listing.notes] == ["line 5", "line 6"]


def test_signs_that_only_windows_writes_are_read_if_it_is_named(tmp_path):
    (tmp_path / "list.csv").write_bytes("name,date\nL\u2019été \u2013 30 \u20ac,30 July\n".encode("cp1252"))
    found = read_list(tmp_path / "list.csv", (2027,), "windows-1252")
    assert days(found) == ["L\u2019été \u2013 30 \u20ac 2027-07-30"]


NO_TABLES = [
    ("", "it is empty"), (" \n\n", "it is empty"), ("2027-07-30\n2027-07-31\n", "only one column"),
    ("just a line of words\n", "no column has dates"), ("name,date\n", "nothing in it has a name and a date"),
    ("name,date\n,30 July\n", "line 2: it has no name"), ("name,date\nOpen Day,soon\n", "'Open Day' has no date"),
    (f"name,date\n{'a' * 200_000},30 July\n", "line 2: this is no table: field larger"),
    ("name,date\nOpen Day,1850-01-01\n", "line 2: 1850-01-01 lies outside 1945 to 2100"),
    (bytes(range(256)) * 20, "not UTF-8 text"), (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "this is a PDF"),
    ("A Day," * 250 + "2027-07-30\n", "no column has dates"), ("A,B\n" * 250 + "A,30 July\n", "no column has dates"),
    (b"PK\x03\x04" + bytes(60), "a ZIP archive or a workbook"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "why"), NO_TABLES, ids=[row[1] for row in NO_TABLES])
def test_what_is_no_table_of_days_is_told_in_one_sentence(data, why, tmp_path):
    assert why in told(tmp_path, data)


def test_a_table_that_is_very_wide_and_very_long_costs_little(tmp_path):
    assert "no column has dates" in told(tmp_path, "a," * 1_000_000 + "\n" + "a\n" * 100_000)
    listing = read(tmp_path, "Some Day,2027-07-30\n" * 100_000)
    assert (len(listing.days), listing.notes) == (MOST_DAYS, [f"only the first {MOST_DAYS} days were read"])


def test_notes_and_names_are_cut_but_counted(tmp_path):
    listing = read(tmp_path, f"name,date\n{'x' * 2000},30 July\n" + "Open Day,soon\n" * 70)
    assert len(listing.days[0].name) == MOST_NAME
    assert (len(listing.notes), listing.more) == (MOST_NOTES, 70 - MOST_NOTES)


A, B = "A 2027-07-30", "B 2027-08-01..2027-08-07"
OBJECTS = [
    ("a list", [{"name": "A", "date": "2027-07-30"}, {"name": "B", "start": "2027-08-01", "end": "2027-08-07"}]),
    ("nested", {"meta": {"of": 2}, "data": {"july": [{"title": "A", "when": "30 July"}],
                                           "august": [{"Event": "B", "START_DATE": "08-01", "End_Date": "08-07"}]}}),
    ("a title of the list", {"name": "Our days", "date": "2026-01-01",
                             "days": [{"name": "A", "date": "07-30"}, {"name": "B", "date": "1-7 August"}]}),
    ("month and day", [{"name": "A", "month": 7, "day": 30, "year": 2027}, {"name": "B", "on": "1-7 August"}]),
    ("a rule", [{"name": "A", "rule": {"month": 7, "day": 30}}, {"name": "B", "dates": "August 1-7, 2027"}]),
    ("by language", [{"name": {"fr": "Un", "en": "A"}, "date": "07-30"}, {"name": {"fr": "B"}, "date": "1-7 August"}]),
    ("date to name", {"07-30": "A", "1-7 August": "B"}), ("date to names", {"07-30": ["A", 3], "1-7 August": ["B"]}),
    ("an end without a start's year", [{"name": "A", "date": "30 July 2027"},
                                       {"name": "B", "start": "1 August", "end": "2027-08-07"}]),
]  # fmt: skip


@pytest.mark.parametrize("name", ["list.json", "list.txt"])
@pytest.mark.parametrize("value", [row[1] for row in OBJECTS], ids=[row[0] for row in OBJECTS])
def test_json_is_read_wherever_its_days_stand(value, name, tmp_path):
    assert sorted(days(read(tmp_path, json.dumps(value), name))) == [A, B]


def test_a_json_entry_tells_where_it_stands_and_keeps_an_id(tmp_path):
    data = {"days": {"july": [{"name": "?"}, {"id": "x-day", "name": "A", "date": "07-30"}, {"name": "B", "date": ""}]}}
    listing = read(tmp_path, json.dumps(data), "list.json")
    assert [(day.where, day.id) for day in listing.days] == [("days.july entry 2", "x-day")]
    assert listing.notes == ["days.july entry 3: 'B' has no date that can be read"]


ODD = [
    ("[" * 1_000_000, "nested too deeply"), ('{"a":' * 100_000, "nested too deeply"), ("{broken", "this is not JSON"),
    ('{"a": 1,\n "b": }', "line 2: this is not JSON"), ("[1, 2, 3]", "nothing in it"), ("[]", "nothing in it"),
    ('[{"name": 7, "date": 7}]', "'7' has no date"), (f"[{'9' * 5000}]", "4300 digits"), ("[NaN, 1e999]", "nothing"),
    ("[" * 30 + '{"name": "A", "date": "07-30"}' + "]" * 30, "nothing in it"), ('{"2027-02-30": "A"}', "not exist"),
    ('[{"name": ["A"], "date": {"x": []}}]', "it has no name"), ('["07-30"]', "nothing in it"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "why"), ODD, ids=[row[0][:20] for row in ODD])
def test_json_that_holds_no_days_is_told_in_one_sentence(data, why, tmp_path):
    assert why in told(tmp_path, data, "list.json")


def test_what_json_alone_can_hold_does_no_harm(tmp_path):
    huge = "9" * 60
    data = '[{"name": "A\\ud800\\u0000\\u001b[31m", "date": "07-30", "id": "\\udfff"}, '
    data += '{"\\ud800": [{"name": "B", "on": ""}]}, '
    data += f'{{"name": "C", "month": 7, "day": 30, "year": {huge}}}, {{"name": "D", "month": {huge}, "day": 1}}]'
    listing = read(tmp_path, data, "list.json")
    assert days(listing) == ["A [31m 2027-07-30", "C 2027-07-30"]
    assert "".join([*listing.notes, *(day.id + day.name + day.where for day in listing.days)]).encode().isascii()


def event(*lines, name="X Day"):
    return "\r\n".join(["BEGIN:VEVENT", f"SUMMARY:{name}", *lines, "END:VEVENT", ""])


def ics(*events):
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{''.join(events)}END:VCALENDAR\r\n"


ON = "DTSTART;VALUE=DATE:"
EVENTS = [
    ("all day", [f"{ON}20270730"], "2027-07-30"),
    ("all day with its end", [f"{ON}20270730", "DTEND;VALUE=DATE:20270731"], "2027-07-30"),
    ("many days, the end excluded", [f"{ON}20270801", "DTEND;VALUE=DATE:20270808"], "2027-08-01..2027-08-07"),
    ("a duration", [f"{ON}20270801", "DURATION:P7D"], "2027-08-01..2027-08-07"),
    ("an end before the start", [f"{ON}20270730", "DTEND;VALUE=DATE:20270701"], "2027-07-30"),
    ("timed", ["DTSTART:20270730T090000Z", "DTEND:20270730T170000Z"], "2027-07-30"),
    ("timed in a zone", ["DTSTART;TZID=Asia/Tokyo:20270730T010000", "DURATION:PT2H"], "2027-07-30"),
    ("timed to midnight", ["DTSTART:20270730T090000Z", "DTEND:20270731T000000Z"], "2027-07-30"),
    ("timed into the next day", ["DTSTART:20270730T200000Z", "DTEND:20270731T020000Z"], "2027-07-30..2027-07-31"),
    ("yearly", [f"{ON}20150730", "RRULE:FREQ=YEARLY"], "2027-07-30"),
    ("yearly since year 1", [f"{ON}00010730", "RRULE:FREQ=YEARLY"], "2027-07-30"),
    ("yearly by a weekday", [f"{ON}20150504", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=1MO"], "2027-05-03"),
    ("yearly for a week", [f"{ON}20150801", "DURATION:P7D", "RRULE:FREQ=YEARLY"], "2027-08-01..2027-08-07"),
    ("yearly until that day", [f"{ON}20150730", "RRULE:FREQ=YEARLY;UNTIL=20270730"], "2027-07-30"),
    ("yearly until the day before", [f"{ON}20150730", "RRULE:FREQ=YEARLY;UNTIL=20270729"], ""),
    ("yearly, thirteen times", [f"{ON}20150730", "RRULE:FREQ=YEARLY;COUNT=13"], "2027-07-30"),
    ("yearly, twelve times", [f"{ON}20150730", "RRULE:FREQ=YEARLY;COUNT=12"], ""),
    ("daily, three times", [f"{ON}20270730", "RRULE:FREQ=DAILY;COUNT=3"], "2027-07-30 2027-07-31 2027-08-01"),
    ("weekly until", [f"{ON}20270730", "RRULE:FREQ=WEEKLY;UNTIL=20270806T230000Z"], "2027-07-30 2027-08-06"),
    ("two rules", [f"{ON}20150730", "RRULE:FREQ=YEARLY", "RRULE:FREQ=YEARLY;BYMONTH=8"], "2027-07-30 2027-08-30"),
    ("without one day", [f"{ON}20270730", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20270731"],
     "2027-07-30 2027-08-01"),
    ("without its own day", [f"{ON}20270730", "RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20270730T000000Z"], "2027-07-31"),
    ("and other days", [f"{ON}20270730", "RDATE;VALUE=DATE:20270801,20270805", "RDATE;VALUE=DATE:20270901"],
     "2027-07-30 2027-08-01 2027-08-05 2027-09-01"),
    ("and a period", ["DTSTART:20270730T090000Z", "RDATE;VALUE=PERIOD:20270801T090000Z/PT1H"],
     "2027-07-30 2027-08-01"),
    ("hours left out of rules", ["DTSTART:20150730T090000Z", "RRULE:FREQ=YEARLY;BYHOUR=9,15"], "2027-07-30"),
    ("an empty rule", [f"{ON}20270730", "RRULE:"], "2027-07-30"),
    ("cancelled", [f"{ON}20270730", "STATUS:CANCELLED"], ""),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "wanted"), [row[1:] for row in EVENTS], ids=[row[0] for row in EVENTS])
def test_an_event_is_held_on_its_days(lines, wanted, tmp_path):
    listing = read(tmp_path, ics(event(*lines), event(f"{ON}20270101", name="Y")), "list.ics")
    assert " ".join(days(listing)).replace("X Day ", "") == f"{wanted} Y 2027-01-01".strip()
    assert listing.notes == []


BROKEN = [
    ("every second", [f"{ON}20270730", "RRULE:FREQ=SECONDLY"], "it repeats more than once a day"),
    ("every hour", [f"{ON}20270730", "RRULE:FREQ=HOURLY;COUNT=3"], "it repeats more than once a day"),
    ("never by days", [f"{ON}20270730", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"], "its rule never holds"),
    ("in no steps", [f"{ON}20270730", "RRULE:FREQ=YEARLY;INTERVAL=0"], "it repeats in no steps"),
    ("backwards", [f"{ON}20270730", "RRULE:FREQ=YEARLY;INTERVAL=-1"], "it repeats in no steps"),
    ("in huge steps", [f"{ON}20270730", "RRULE:FREQ=YEARLY;INTERVAL=99999999999"], "cannot be read"),
    ("no frequency", [f"{ON}20270730", "RRULE:COUNT=3"], "it repeats more than once a day"),
]


@pytest.mark.parametrize(("lines", "why"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_rule_that_cannot_be_followed_is_told_and_its_first_day_kept(lines, why, tmp_path):
    listing = read(tmp_path, ics(event(*lines)), "list.ics")
    assert days(listing) == ["X Day 2027-07-30"]
    assert [note for note in listing.notes if note.startswith("event 1: ") and why in note] == listing.notes != []


def test_a_rule_that_never_holds_is_given_up_once_for_the_whole_file(tmp_path):
    never = event(f"{ON}20200101", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    listing = read(
        tmp_path, ics(*[never] * 500, event(f"{ON}20270730")), "list.ics"
    )  # half an hour, if each were tried
    assert len(listing.notes) + listing.more == 500
    assert days(listing)[-1] == "X Day 2027-07-30"
    yearly = event(f"{ON}20200101", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    assert "its rule never holds" in read(tmp_path, ics(yearly, event(f"{ON}20270730")), "list.ics").notes[0]


def test_an_event_that_repeats_every_day_is_cut(tmp_path):
    listing = read(
        tmp_path, ics(event(f"{ON}20200101", "RRULE:FREQ=DAILY")), "list.ics", years=tuple(range(2027, 2032))
    )
    assert len(listing.days) == MOST_REPEATS
    every_day = event(f"{ON}19700101", "RRULE:FREQ=DAILY")
    listing = read(tmp_path, ics(*[every_day] * 20), "list.ics")
    assert len(listing.days) // 365 == MOST_STEPS // ((date(2028, 1, 1) - date(1970, 1, 1)).days + 1)


def test_a_repetition_that_was_moved_is_held_once(tmp_path):
    rule = event("UID:1", f"{ON}20250730", "RRULE:FREQ=YEARLY")
    moved = event("UID:1", "RECURRENCE-ID;VALUE=DATE:20270730", f"{ON}20270802", name="X Day, later")
    other = event("UID:2", f"{ON}20250730", "RRULE:FREQ=YEARLY", name="Y")
    assert days(read(tmp_path, ics(rule, moved, other), "list.ics")) == ["X Day, later 2027-08-02", "Y 2027-07-30"]


def test_a_note_holds_no_sign_that_a_terminal_would_obey(tmp_path):
    listing = read(tmp_path, ics(event(f"{ON}20270730", "RRULE:FREQ=\x1b[31m\x9bX")), "list.ics")
    assert len(listing.notes) == 1
    assert listing.notes[0].isprintable()


def test_only_days_that_events_name_themselves_say_which_years_a_file_is_about(tmp_path):
    data = ics(event(f"{ON}20150730", "RRULE:FREQ=YEARLY"), event(f"{ON}20290101"))
    assert read(tmp_path, data, "list.ics").years == {2029}


ONE = ics(event(f"{ON}20270730", name="Journée"))
CALENDARS = [
    ("two calendars", ONE + ics(event(f"{ON}20270801", name="Y")), ["Journée 2027-07-30", "Y 2027-08-01"]),
    ("a mark before it", "\ufeff" + ONE, ["Journée 2027-07-30"]),
    ("UTF-16", ONE.encode("utf-16"), ["Journée 2027-07-30"]),
    ("bare line feeds", ONE.replace("\r", ""), ["Journée 2027-07-30"]),
    ("folded", ONE.replace("Journée", "Jour\r\n née"), ["Journée 2027-07-30"]),
    ("tasks beside it", ONE.replace("END:VCAL", "BEGIN:VTODO\r\nSUMMARY:T\r\nEND:VTODO\r\nEND:VCAL"),
     ["Journée 2027-07-30"]),
    ("events without a name or a day", ics(event(name=""), event(), event(f"{ON}tomorrow"), event(f"{ON}20270730")),
     ["X Day 2027-07-30"]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "wanted"), [row[1:] for row in CALENDARS], ids=[row[0] for row in CALENDARS])
def test_an_icalendar_file_is_read_however_it_is_written(data, wanted, tmp_path):
    assert days(read(tmp_path, data, "list.ics")) == wanted


def test_an_icalendar_file_is_known_by_its_first_line(tmp_path):
    assert days(read(tmp_path, "\n" + ONE, "basic.txt")) == ["Journée 2027-07-30"]


NO_CALENDARS = [
    ("", "it has no events"), (ics(), "it has no events"),
    ("BEGIN:VCALENDAR\r\n" * 100_000, "line 2: BEGIN:VCALENDAR stands"),
    ("hello\r\nworld", "this is no iCalendar file"), ("BEGIN:VCALENDAR\r\nX:\r\n", "it ends in the middle"),
    (ics(event(f"{ON}20100730", "RRULE:FREQ=YEARLY;UNTIL=20150101")), "none of its 1 events is held in 2027"),
    (ics(event(f"{ON}20270730", "STATUS:CANCELLED")), "none of its 1 events is held in 2027"),
    (ics(event(f"{ON}18500730")), "1850-07-30 lies outside"), (ics(event(f"{ON}20270230")), "no day that can be read"),
    ("END:VCALENDAR\r\n", "this is no iCalendar file"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "why"), NO_CALENDARS, ids=[row[1] for row in NO_CALENDARS])
def test_what_is_no_calendar_with_days_is_told_in_one_sentence(data, why, tmp_path):
    assert why in told(tmp_path, data, "list.ics")


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    assert "larger than 10 MiB" in told(tmp_path, ONE + "X:" + "a" * 11 * 2**20, "list.ics")
    data = "name,date\nOpen Day,30 July\n"
    assert len(read(tmp_path, data.ljust(MOST_BYTES, "\n")).days) == 1


def no_file(kind, folder):
    path = folder / ("list.csv" if kind != "a name too long" else "x" * 300)
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a link to itself":
        path.symlink_to(path)
    return Path("/dev/zero") if kind == "a device" else path


PLACES = ["a pipe", "a folder", "a device", "missing", "a link to itself", "a name too long"]


@pytest.mark.parametrize("kind", PLACES)
def test_what_is_no_file_is_told_and_never_waited_for(kind, tmp_path):
    with pytest.raises(BadFile) as caught:
        read_list(no_file(kind, tmp_path), (2027,))
    said = require_a_sentence(caught.value)
    assert ("it is no file" if kind in PLACES[:3] else "") in said
    assert ("there is no such file" if kind == "missing" else "") in said


PACKAGES = ("icalendar", "recurring_ical_events")
CARRIED = [path for package in PACKAGES for path in sorted(Path(str(files(package))).rglob("*.ics")) if path.is_file()]


def test_the_packages_carry_the_calendars_that_the_next_test_reads():
    assert len(CARRIED) >= 250


@pytest.mark.parametrize("path", CARRIED, ids=lambda path: path.stem)
def test_every_calendar_that_test_suites_carry_ends_in_days_or_one_sentence(path):
    for years in ((2027,), (2019, 2020, 2021)):
        try:
            listing = read_list(path, years)
        except BadFile as error:
            require_a_sentence(error)
        else:
            assert listing.days
            assert [day for day in listing.days if not day.name or day.end < day.start] == []


BY_THE_HOUR = {  # an exception or an end that falls on another date in UTC; a list of days has no hours
    "each_week_but_one_deleted", "each_week_but_two_deleted", "issue_20_exdate_ignored", "issue_27_t1", "issue_27_t2",
    "issue_48_dst",
}  # fmt: skip


def days_by_another_reader(path, year):
    events = recurring_ical_events.of(Calendar.from_ical(path.read_bytes())).between(
        date(year, 1, 1), date(year + 1, 1, 1)
    )
    found = {(plain(str(e.get("SUMMARY", ""))), e["DTSTART"].dt) for e in events if e.get("STATUS") != "CANCELLED"}
    dated = {(name, at.date() if isinstance(at, datetime) else at) for name, at in found if name}
    return {(name, day) for name, day in dated if day.year == year}


@pytest.mark.filterwarnings("ignore")  # of zones
def test_repetitions_are_those_that_another_reader_finds():
    compared, other = 0, set()
    for path, year in product(CARRIED, (2019, 2020)):
        try:
            wanted = days_by_another_reader(path, year)
        except Exception:  # noqa: BLE001  (it refuses some of them, each in its own way)
            continue
        try:
            found = {(day.name, day.start) for day in read_list(path, (year,)).days if day.start.year == year}
        except BadFile:
            found = set()
        compared += bool(wanted)
        other |= {path.stem} if found != wanted else set()
    assert other <= BY_THE_HOUR
    assert compared > 50


VALID = [
    b"name,date,end\nWorld Day,30 July,\nWeek,2027-02-01,2027-02-07\n\"Day\nof X\",1-7 May,\n",
    json.dumps({"days": [{"name": {"en": "A"}, "date": "07-30"}, {"name": "B", "month": 7, "day": 30}]}).encode(),
    ics(event(f"{ON}20270730", "DURATION:P2D"), event("DTSTART:20150504T090000Z", "RRULE:FREQ=YEARLY;COUNT=40",
        "EXDATE:20270504T090000Z", "RDATE;VALUE=DATE:20270601")).encode(),
]  # fmt: skip
NAMES = st.sampled_from(["list.csv", "list.json", "list.ics", "list"])
PIECES = st.one_of(
    st.binary(max_size=6),
    st.sampled_from([
        b"\r\n", b"\0", b'"', b",", b";", b"99999999999999999999", b"-1", b"0", b"\xff\xfe", b"[", b"}", b"\\ud800",
        b"RRULE:FREQ=DAILY\r\n", b"BEGIN:VEVENT\r\n", b";UNTIL=", b";INTERVAL=0", b";BYDAY=", b";TZID=Mars/Base:",
        b"DTEND;VALUE=DATE:", b"PERIOD", b"\xe2\x80\xae", b"null", b"1e999", b"00010101", b"99991231",
    ]),
)  # fmt: skip


@st.composite
def mutated(draw):
    data = draw(st.sampled_from(VALID))
    for _ in range(draw(st.integers(1, 5))):
        at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 8))
        data = data[:at] + draw(PIECES) + data[at + length :]
    return data


def require_days_or_a_sentence(path, data):
    path.write_bytes(data)
    try:
        listing = read_list(path, (2027, 2028))
    except BadFile as error:
        require_a_sentence(error)
        return
    for text in (*listing.notes, *(text for day in listing.days for text in (day.name, day.where, day.id))):
        assert text.encode().decode().isprintable()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("bytes")


@PROPERTY
@given(data=st.binary(max_size=200), name=NAMES)
def test_any_bytes_end_in_days_or_one_sentence(place, data, name):
    require_days_or_a_sentence(place / name, data)


@settings(PROPERTY, max_examples=400)
@given(data=mutated(), name=NAMES)
def test_any_damage_to_a_list_ends_in_days_or_one_sentence(place, data, name):
    require_days_or_a_sentence(place / name, data)


@PROPERTY
@given(text=st.text(max_size=40), year=st.integers(1, 9999))
def test_any_text_is_read_as_a_date_or_not_at_all(text, year):
    span = read_span(text)
    assert span is None or dates_of(span, year) is None or dates_of(span, year)[0] <= dates_of(span, year)[1]
