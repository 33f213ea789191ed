"""A mistake in a file is told with its file, line and entry, what is wrong, and what to write; all of them at once."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from scheduler.calendars import load_calendar
from scheduler.config import load_limits, load_settings
from scheduler.errors import BadFile, NoWorkspace

ENTRY = """\
[test-day]
name = "Test Day"
rule = "07-30"
sources = ["https://www.un.org/en/observances"]
checked = 2026-01-01

[test-day.proclaimed]
body = "United Nations General Assembly"
"""
HELPLINE = """\
[gb-line]
country = "GB"
topics = ["human-trafficking"]
name = "Test Line"
number = "0800 000 000"
sources = ["https://one.example.org", "https://two.example.org"]
checked = 2026-01-01
expires = 2026-06-01
"""
WORKSPACE = """\
[workspace]
name = "Test"

[plan]
playbook = "light"

[accounts.main]
channel = "folder"
network = "mastodon"
language = "en"
country = "GB"
zone = "Europe/London"
"""


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def row(name, base, old, new, line, entry, said, write):
    return pytest.param(changed(base, old, new), line, entry, said, write, id=name)


def require_told(problem, file: Path, line: int, entry: str, said: str, write: str) -> None:
    assert said in problem.say
    assert write in problem.write
    assert (problem.file, problem.line, problem.entry) == (str(file), line, entry)


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


D, P = "test-day", "test-day.proclaimed"
END = 'body = "United Nations General Assembly"\n'
CHECKED = "checked = 2026-01-01\n"
DAY_MISTAKES = [
    row("TOML: no quotes", ENTRY, '"Test Day"', "Test Day", 2, D, "this is not TOML", '"double quotes"'),
    row("TOML: a key twice", ENTRY, CHECKED, CHECKED * 2, 6, D, "this is not TOML: Cannot overwrite", "only once"),
    row("TOML: a table twice", ENTRY, END, END + "[test-day]\n", 9, D, "this is not TOML", "only once"),
    row("unknown rule", ENTRY, '"07-30"', '"on a sunny day"', 3, D, "'on a sunny day' is not understood", "07-30"),
    row("30 February", ENTRY, '"07-30"', '"02-30"', 3, D, "February has no day 30", "last day of february"),
    row("no rule", ENTRY, 'rule = "07-30"\n', "", 1, D, "rule is missing", "add rule ="),
    row("no name", ENTRY, 'name = "Test Day"\n', "", 1, D, "name is missing", "add name ="),
    row("an empty name", ENTRY, '"Test Day"', '" "', 2, D, "name is not text", 'name = "..."'),
    row("no sources", ENTRY, '["https://www.un.org/en/observances"]', "[]", 4, D, "0 of at least 1", "the address"),
    row("http", ENTRY, "https:", "http:", 4, D, "'http://www.un.org/en/observances' is not an https", "whole address"),
    row("http page", ENTRY, CHECKED, CHECKED + 'page = "http://un.org"\n', 6, D, "page is not an https", "https://"),
    row("no check", ENTRY, CHECKED, "", 1, D, "checked is missing", "add checked ="),
    row("a date as words", ENTRY, "2026-01-01", '"January"', 5, D, "checked is not a date", "2026-07-30"),
    row("not a list", ENTRY, CHECKED, CHECKED + 'themes = "food"\n', 6, D, "themes is not a list", 'themes = ["..."]'),
    row("a year as text", ENTRY, CHECKED, CHECKED + 'since = "2014"\n', 6, D, "since is not a whole", "write since ="),
    row("true as a year", ENTRY, CHECKED, CHECKED + "since = true\n", 6, D, "since is not a whole", "write since ="),
    row("a typo", ENTRY, CHECKED, CHECKED + 'theme = ["a"]\n', 6, D, "there is no field 'theme'", "write 'themes'"),
    row("a typo inside", ENTRY, END, END + 'documnt = "x"\n', 9, P, "no field 'documnt'", "write 'document'"),
    row("sensitivity", ENTRY, CHECKED, CHECKED + 'sensitivity = "truama"\n', 6, D, "is 'truama'", "write 'trauma'"),
    row("dimension", ENTRY, CHECKED, CHECKED + 'dimensions = ["helth"]\n', 6, D, "'helth'", "write 'health'"),
    row("known", ENTRY, CHECKED, CHECKED + "known = [2026-07-31]\n", 6, D, "gives 2026-07-30 in 2026, not", "correct"),
    row("not held", ENTRY, CHECKED, CHECKED + "since = 2020\nknown = [2019-07-30]\n", 7, D, "nothing in 2019", "rule"),
    row("no proof", ENTRY, '"07-30"', '"first monday of may"', 1, D, "two known dates", "add known = ["),
    row("no dates", ENTRY, '"07-30"', '"announced"', 3, D, "lists no date", "announced]"),
    row("ends early", ENTRY, CHECKED, CHECKED + "since = 2020\nuntil = 2010\n", 7, D, "ends in 2010", "since or until"),
    row("related", ENTRY, CHECKED, CHECKED + 'related = ["x"]\n', 6, D, "names 'x', which is not", "write an id"),
    row("language", ENTRY, END, END + '[test-day.names]\nde = "x"\n', 10, "test-day.names", "'de' is not one", "en, fr"),
    row("a mark", ENTRY, "Test Day", "Test\u200b Day", 2, D, "the name in en holds hidden marks", "retype it"),
    row("a split letter", ENTRY, "Test Day", "Cafe\u0301 Day", 2, D, "hidden marks", "retype it"),
    row("a mark in fr", ENTRY, END, END + '[test-day.names]\nfr = "a\u202eb"\n', 10, D, "in fr holds hidden", "retype"),
    row("exception", ENTRY, END, END + '[test-day.exceptions]\n2026 = "2027-05-07"\n', 10, f"{D}.exceptions", "not a date in 2026", '"cancelled"'),
    row("a bad year", ENTRY, END, END + '[test-day.exceptions]\n26 = "cancelled"\n', 10, f"{D}.exceptions", "'26' is not a year", "four digits"),
    row("a proclaimer", ENTRY, "[test-day.proclaimed]\nbody", "proclaimed", 7, D, "proclaimed is not a table", "[test-day.proclaimed]"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "entry", "said", "what_to_write"), DAY_MISTAKES)
def test_a_mistake_in_a_day_is_told(text, line, entry, said, what_to_write, tmp_path):
    file = write(tmp_path, "days.toml", text)
    with pytest.raises(BadFile) as caught:
        load_calendar([tmp_path])
    require_told(caught.value.problems[0], file, line, entry, said, what_to_write)


LINE_MISTAKES = [
    row("one source", HELPLINE, ', "https://two.example.org"', "", 6, "gb-line", "sources names 1 of at least 2", "add"),
    row("no number", HELPLINE, 'number = "0800 000 000"\n', "", 1, "gb-line", "number is missing", "add number"),
    row("a number", HELPLINE, '"0800 000 000"', "145", 5, "gb-line", "number is not text", 'number = "..."'),
    row("no end", HELPLINE, "expires = 2026-06-01\n", "", 1, "gb-line", "expires is missing", "add expires"),
    row("ends early", HELPLINE, "2026-06-01", "2026-01-01", 8, "gb-line", "before it was checked", "after checked"),
    row("a typo", HELPLINE, "topics", "topic", 1, "gb-line", "topics is missing", "add topics") if False else row(
        "a typo", HELPLINE, "expires = 2026-06-01", 'expires = 2026-06-01\noperater = "X"', 9, "gb-line", "'operater'", "'operator'"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "entry", "said", "what_to_write"), LINE_MISTAKES)
def test_a_mistake_in_a_helpline_is_told(text, line, entry, said, what_to_write, tmp_path):
    file = write(tmp_path, "helplines.toml", text)
    with pytest.raises(BadFile) as caught:
        load_calendar([tmp_path])
    require_told(caught.value.problems[0], file, line, entry, said, what_to_write)


@pytest.mark.parametrize("name", ["Test-Day", "test_day", "test-day-2026", "-day", "1-day"])
def test_an_id_that_could_change_is_refused(name, tmp_path):
    write(tmp_path, "days.toml", ENTRY.replace("test-day", name))
    with pytest.raises(BadFile, match=f"the id '{name}' is not lower-case words"):
        load_calendar([tmp_path])


def test_a_file_that_is_not_utf_8_is_told_with_the_line(tmp_path):
    (tmp_path / "days.toml").write_bytes(ENTRY.replace("Test Day", "Journée").encode("latin-1"))
    with pytest.raises(BadFile) as caught:
        load_calendar([tmp_path])
    require_told(caught.value.problems[0], tmp_path / "days.toml", 2, "", "not UTF-8", "save the file as UTF-8")


def test_the_same_id_in_two_files_of_a_folder_is_told(tmp_path):
    write(tmp_path, "a.toml", ENTRY)
    second = write(tmp_path, "b.toml", "# another\n" + ENTRY)
    with pytest.raises(BadFile) as caught:
        load_calendar([tmp_path])
    require_told(caught.value.problems[0], second, 2, D, f"already in {tmp_path / 'a.toml'}", "another id")


def test_a_field_outside_an_entry_is_told(tmp_path):
    file = write(tmp_path, "days.toml", "version = 1\n" + ENTRY)
    with pytest.raises(BadFile) as caught:
        load_calendar([tmp_path])
    require_told(caught.value.problems[0], file, 0, "version", "stands outside an entry", "[entry]")


def test_all_mistakes_of_all_files_are_collected_and_the_first_is_told(tmp_path):
    write(tmp_path, "a.toml", ENTRY.replace("07-30", "02-30").replace("https:", "http:"))
    write(tmp_path, "b.toml", ENTRY.replace(D, "other-day").replace('name = "Test Day"\n', ""))
    with pytest.raises(BadFile) as caught:
        load_calendar([tmp_path])
    assert [Path(p.file).name for p in caught.value.problems] == ["a.toml", "a.toml", "b.toml"]
    assert str(caught.value.problems[0]) in caught.value.words
    assert "and 2 more" in caught.value.words
    assert caught.value.hint == caught.value.problems[0].write
    assert caught.value.exit_code == 5


def test_every_file_that_is_not_toml_is_told(tmp_path):
    for name in ("a.toml", "b.toml"):
        write(tmp_path, name, "[broken\n")
    with pytest.raises(BadFile) as caught:
        load_calendar([tmp_path])
    assert [Path(p.file).name for p in caught.value.problems] == ["a.toml", "b.toml"]


def test_an_own_day_replaces_a_shipped_one_and_a_new_one_is_added(tmp_path):
    write(tmp_path / "shipped", "un.toml", ENTRY)
    write(tmp_path / "own", "mine.toml", ENTRY.replace("07-30", "07-31") + ENTRY.replace(D, "own-day"))
    calendar = load_calendar([tmp_path / "shipped", tmp_path / "own"])
    assert {name: o.rule for name, o in calendar.observances.items()} == {D: "07-31", "own-day": "07-30"}


def test_a_folder_that_is_not_there_holds_no_days(tmp_path):
    write(tmp_path / "shipped", "un.toml", ENTRY)
    assert list(load_calendar([tmp_path / "shipped", tmp_path / "own"]).observances) == [D]


A = "accounts.main"
SETTINGS = [
    row("zone", WORKSPACE, "Europe/London", "Europe/Londn", 12, A, "no time zone 'Europe/Londn'", '"Europe/London"'),
    row("a zone outside", WORKSPACE, "Europe/London", "../UTC", 12, A, "no time zone '../UTC'", "IANA"),
    row("no zone", WORKSPACE, 'zone = "Europe/London"\n', "", 7, A, "zone is missing", "add zone"),
    row("network", WORKSPACE, '"mastodon"', '"mastadon"', 9, A, "network is 'mastadon'", "write 'mastodon'"),
    row("channel", WORKSPACE, '"folder"', '"foldr"', 8, A, "channel is 'foldr'", "write 'folder'"),
    row("language", WORKSPACE, 'language = "en"', 'language = "de"', 10, A, "language is 'de'", "en, fr, es"),
    row("country", WORKSPACE, '"GB"', '"gb"', 11, A, "'gb' is not a country code", "two capital letters"),
    row("long country", WORKSPACE, '"GB"', '"GBR"', 11, A, "'GBR' is not a country code", "two capital letters"),
    row("playbook", WORKSPACE, '"light"', '"lite"', 5, "plan", "playbook is 'lite'", "write 'light'"),
    row("quiet", WORKSPACE, 'network', 'quiet = "9 to 5"\nnetwork', 9, A, "quiet is '9 to 5'", '"21:00-08:00"'),
    row("quiet 25:00", WORKSPACE, 'network', 'quiet = "21:00-25:00"\nnetwork', 9, A, "not two times", '"21:00-08:00"'),
    row("quiet open", WORKSPACE, 'network', 'quiet = "21:00"\nnetwork', 9, A, "not two times", '"21:00-08:00"'),
    row("a_day 0", WORKSPACE, 'network', 'a_day = 0\nnetwork', 9, A, "a_day is not a whole number from 1", "a_day ="),
    row("gap", WORKSPACE, 'network', 'gap_minutes = -5\nnetwork', 9, A, "from 0 to 1440", "write gap_minutes ="),
    row("an account typo", WORKSPACE, 'network', 'a_dya = 1\nnetwork', 9, A, "there is no field 'a_dya'", "'a_day'"),
    row("a plan typo", WORKSPACE, 'playbook =', 'playbok = "x"\nplaybook =', 5, "plan", "no field 'playbok'", "'playbook'"),
    row("a table typo", WORKSPACE, "[plan]", "[feed]\n[plan]", 4, "", "there is no field 'feed'", "write 'feeds'"),
    row("site", WORKSPACE, '"Test"', '"Test"\nsite = "www.a.org"', 3, "workspace", "site is not an https", "https://"),
    row("no workspace", WORKSPACE, '[workspace]\nname = "Test"\n', "", 1, "", "workspace is missing", "add workspace"),
    row("account name", WORKSPACE, "[accounts.main]", "[accounts.Main_UK]", 7, "accounts.Main_UK", "'Main_UK'", "rename it"),
    row("an account as text", WORKSPACE, "[accounts.main]", '[accounts]\nx = "y"\n[accounts.main]', 8, "accounts", "x is not a table", "[accounts.x]"),
    row("theme playbook", WORKSPACE, "[accounts.main]", '[plan.playbooks]\nfood = "hevy"\n[accounts.main]', 8, "plan.playbooks", "food is 'hevy'", "write"),
    row("not TOML", WORKSPACE, '"GB"', "GB", 11, A, "this is not TOML", '"double quotes"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "entry", "said", "what_to_write"), SETTINGS)
def test_a_mistake_in_daymark_toml_is_told(text, line, entry, said, what_to_write, tmp_path):
    file = write(tmp_path, "daymark.toml", text)
    with pytest.raises(BadFile) as caught:
        load_settings(tmp_path)
    require_told(caught.value.problems[0], file, line, entry, said, what_to_write)


def test_all_mistakes_of_daymark_toml_are_collected(tmp_path):
    text = (
        WORKSPACE.replace("mastodon", "x1")
        .replace('"GB"', '"gb"')
        .replace("Europe/London", "Mars")
        .replace("light", "q")
    )
    write(tmp_path, "daymark.toml", text)
    with pytest.raises(BadFile) as caught:
        load_settings(tmp_path)
    assert [p.line for p in caught.value.problems] == [5, 9, 11, 12]


def test_a_right_daymark_toml_is_read(tmp_path):
    write(tmp_path, "daymark.toml", WORKSPACE + 'quiet = "22:30 - 07:15"\ngap_minutes = 0\n')
    account = load_settings(tmp_path).accounts["main"]
    assert (account.quiet_from, account.quiet_to, account.a_day) == (time(22, 30), time(7, 15), 3)
    assert (account.zone, account.gap) == ("Europe/London", timedelta())


STAGE = 'about = "x"\n\n[[stage]]\nname = "day"\noffset = 0\nat = "09:00"\n'
BOOKS = [
    row("no stage", STAGE, '[[stage]]\nname = "day"\noffset = 0\nat = "09:00"\n', "", 1, "", "has no stage", "add [[stage]]"),
    row("a late hour", STAGE, '"09:00"', '"25:00"', 6, "stage", "at is not a time of day", '"09:00"'),
    row("no name", STAGE, 'name = "day"\n', "", 3, "stage", "name is missing", "add name"),
    row("far off", STAGE, "offset = 0", "offset = 400", 5, "stage", "offset is not a whole number from -366", "offset ="),
    row("a typo", STAGE, "offset = 0", "offset = 0\ngood_for = 2", 6, "stage", "no field 'good_for'", "'good_for_days'"),
    row("not TOML", STAGE, '"day"', "day", 4, "", "this is not TOML", '"double quotes"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "entry", "said", "what_to_write"), BOOKS)
def test_a_mistake_in_a_playbook_is_told(text, line, entry, said, what_to_write, tmp_path):
    write(tmp_path, "daymark.toml", WORKSPACE)
    file = write(tmp_path / "templates" / "playbooks", "mine.toml", text)
    with pytest.raises(BadFile) as caught:
        load_settings(tmp_path)
    require_told(caught.value.problems[0], file, line, entry, said, what_to_write)


def test_a_mistake_in_limits_is_told(tmp_path):
    file = write(tmp_path, "limits.toml", '[mine]\nmost = 0\nunit = "letters"\n')
    with pytest.raises(BadFile) as caught:
        load_limits([tmp_path])
    assert len(caught.value.problems) == 2
    require_told(caught.value.problems[0], file, 2, "mine", "most is not a whole number from 1", "write most")


@pytest.mark.parametrize("made", ["nothing", "folder", "file"])
def test_what_is_no_workspace_is_told_with_how_to_make_one(made, tmp_path):
    home = tmp_path / "home"
    if made != "nothing":
        home.mkdir() if made == "folder" else home.touch()
    with pytest.raises(NoWorkspace) as caught:
        load_settings(home)
    assert str(home) in caught.value.words
    assert "daymark init" in caught.value.hint
