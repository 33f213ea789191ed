"""A mistake in a file is told with its file, line and entry, what is wrong, and what to write; all of them at once."""

from __future__ import annotations

from datetime import time, timedelta
from functools import partial
from pathlib import Path

import pytest

from scheduler.calendars import load_calendar
from scheduler.config import load_limits, load_settings
from scheduler.errors import BadFile, NoWorkspace, Problem

DAY = """\
[test-day]
name = "Test Day"
rule = "07-30"
sources = ["https://www.un.org/en/observances"]
checked = 2026-01-01

[test-day.proclaimed]
body = "United Nations General Assembly"
"""
LINE = """\
[gb-line]
country = "GB"
topics = ["human-trafficking"]
name = "Test Line"
number = "0800 000 000"
sources = ["https://one.example.org", "https://two.example.org"]
checked = 2026-01-01
expires = 2026-06-01
"""
WORK = """\
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


COLUMNS = partial(pytest.mark.parametrize, ("text", "line", "entry", "said", "what_to_write"))


def mistakes(load, argument) -> tuple[Problem, ...]:
    with pytest.raises(BadFile) as caught:
        load(argument)
    return caught.value.problems


def require_told(problem: Problem, file: Path, line: int, entry: str, said: str, write: str) -> None:
    assert said in problem.say
    assert write in problem.write
    assert (problem.file, problem.line, problem.entry) == (str(file), line, entry)


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


D, P, X = "test-day", "test-day.proclaimed", "test-day.exceptions"
END = 'body = "United Nations General Assembly"\n'
CHECKED = "checked = 2026-01-01\n"
L = 101 * "a"
DAY_MISTAKES = [
    row("TOML: no quotes", DAY, '"Test Day"', "Test Day", 2, D, "this is not TOML", '"double quotes"'),
    row("TOML: a table twice", DAY, END, END + "[test-day]\n", 9, D, "this is not TOML", "only once"),
    row("unknown rule", DAY, '"07-30"', '"on a sunny day"', 3, D, "'on a sunny day' is not understood", "07-30"),
    row("30 February", DAY, '"07-30"', '"02-30"', 3, D, "February has no day 30", "last day of february"),
    row("no name", DAY, 'name = "Test Day"\n', "", 1, D, "name is missing", "add name ="),
    row("no sources", DAY, '["https://www.un.org/en/observances"]', "[]", 4, D, "0 of at least 1", "the address"),
    row("http", DAY, "https:", "http:", 4, D, "'http://www.un.org/en/observances' is not an https", "whole address"),
    row("http page", DAY, CHECKED, CHECKED + 'page = "http://un.org"\n', 6, D, "page is not an https", "https://"),
    row("no check", DAY, CHECKED, "", 1, D, "checked is missing", "add checked ="),
    row("a date as words", DAY, "2026-01-01", '"January"', 5, D, "checked is not a date", "2026-07-30"),
    row("not a list", DAY, CHECKED, CHECKED + 'themes = "food"\n', 6, D, "themes is not a list", 'themes = ["..."]'),
    row("a long id", DAY.replace(D, L), "Test Day", "Test", 1, L, "the id has 101 signs, of at most 100", "rename"),
    row("a theme", DAY, CHECKED, CHECKED + 'themes = ["a", "../../x"]\n', 6, D, "the theme '../../x'", "like"),
    row("a theme's case", DAY, CHECKED, CHECKED + 'themes = ["Food"]\n', 6, D, "the theme 'Food' is not lower", "like"),
    row("a long theme", DAY, CHECKED, CHECKED + f'themes = ["{61 * "a"}"]\n', 6, D, "the theme 'aaa", "at most 60"),
    row("a year as text", DAY, CHECKED, CHECKED + 'since = "2014"\n', 6, D, "since is not a whole", "write since ="),
    row("a typo", DAY, CHECKED, CHECKED + 'theme = ["a"]\n', 6, D, "there is no field 'theme'", "write 'themes'"),
    row("a typo inside", DAY, END, END + 'documnt = "x"\n', 9, P, "no field 'documnt'", "write 'document'"),
    row("sensitivity", DAY, CHECKED, CHECKED + 'sensitivity = "truama"\n', 6, D, "is 'truama'", "write 'trauma'"),
    row("dimension", DAY, CHECKED, CHECKED + 'dimensions = ["helth"]\n', 6, D, "'helth'", "write 'health'"),
    row("known", DAY, CHECKED, CHECKED + "known = [2026-07-31]\n", 6, D, "gives 2026-07-30 in 2026, not", "correct"),
    row("no proof", DAY, '"07-30"', '"first monday of may"', 1, D, "two known dates", "add known = ["),
    row("no dates", DAY, '"07-30"', '"announced"', 3, D, "lists no date", "announced]"),
    row("ends early", DAY, CHECKED, CHECKED + "since = 2020\nuntil = 2010\n", 7, D, "ends in 2010", "since or until"),
    row("related", DAY, CHECKED, CHECKED + 'related = ["x"]\n', 6, D, "names 'x'", "write an id"),
    row("language", DAY, END, END + '[test-day.names]\nde = "x"\n', 10, f"{D}.names", "'de' is not one", "en, fr"),
    row("a mark", DAY, "Test Day", "Test\u200b Day", 2, D, "the name in en holds hidden marks", "retype it"),
    row("markup", DAY, "Test Day", "Test <b>Day</b>", 2, D, "holds < or >, as markup does", "plain text"),
    row("a split letter", DAY, "Test Day", "Cafe\u0301", 2, D, "hidden marks", "retype it"),
    row("a mark in fr", DAY, END, END + '[test-day.names]\nfr = "a\u202eb"\n', 10, D, "in fr holds hidden", "retype"),
    row("exception", DAY, END, END + f'[{X}]\n2026 = "2027-05-07"\n', 10, X, "not a date in 2026", '"cancelled"'),
    row("a bad year", DAY, END, END + f'[{X}]\n26 = "cancelled"\n', 10, X, "'26' is not a year", "four digits"),
    row("a proclaimer", DAY, "\n[test-day.proclaimed]\nbody", "proclaimed", 6, D, "is not a table", f"[{P}]"),
]  # fmt: skip


L = "gb-line"
LINE_MISTAKES = [
    row("one source", LINE, ', "https://two.example.org"', "", 6, L, "names 1 of", "add"),
    row("a number", LINE, '"0800 000 000"', "145", 5, L, "number is not text", 'number = "..."'),
    row("ends early", LINE, "2026-06-01", "2026-01-01", 8, L, "before it was checked", "after checked"),
    row("a typo", LINE, "checked =", 'operater = "X"\nchecked =', 7, L, "no field 'operater'", "write 'operator'"),
]  # fmt: skip


@COLUMNS(DAY_MISTAKES + LINE_MISTAKES)
def test_a_mistake_in_a_calendar_is_told(text, line, entry, said, what_to_write, tmp_path):
    file = write(tmp_path, "helplines.toml" if entry == L else "days.toml", text)
    require_told(mistakes(load_calendar, [tmp_path])[0], file, line, entry, said, what_to_write)


@pytest.mark.parametrize("name", ["Test-Day", "test_day", "test-day-2026", "-day", "1-day"])
def test_an_id_that_could_change_is_refused(name, tmp_path):
    write(tmp_path, "days.toml", DAY.replace("test-day", name))
    with pytest.raises(BadFile, match=f"the id '{name}' is not lower-case words"):
        load_calendar([tmp_path])


def test_a_file_that_is_not_utf_8_is_told_with_the_line(tmp_path):
    (tmp_path / "days.toml").write_bytes(DAY.replace("Test Day", "Journée").encode("latin-1"))
    require_told(
        mistakes(load_calendar, [tmp_path])[0], tmp_path / "days.toml", 2, "", "not UTF-8", "save the file as UTF-8"
    )


def test_the_same_id_in_two_files_of_a_folder_is_told(tmp_path):
    write(tmp_path, "a.toml", DAY)
    second = write(tmp_path, "b.toml", "# another\n" + DAY)
    require_told(
        mistakes(load_calendar, [tmp_path])[0], second, 2, D, f"already in {tmp_path / 'a.toml'}", "another id"
    )


def test_a_field_outside_an_entry_is_told(tmp_path):
    file = write(tmp_path, "days.toml", "version = 1\n" + DAY)
    require_told(mistakes(load_calendar, [tmp_path])[0], file, 0, "version", "stands outside an entry", "[entry]")


def test_all_mistakes_of_all_files_are_collected_and_the_first_is_told(tmp_path):
    write(tmp_path, "a.toml", DAY.replace("07-30", "02-30").replace("https:", "http:"))
    write(tmp_path, "b.toml", DAY.replace(D, "other-day").replace('name = "Test Day"\n', ""))
    with pytest.raises(BadFile) as caught:
        load_calendar([tmp_path])
    assert [Path(p.file).name for p in caught.value.problems] == ["a.toml", "a.toml", "b.toml"]
    assert caught.value.words == f"{caught.value.problems[0]} (and 2 more in the same files)"
    assert caught.value.hint == caught.value.problems[0].write
    assert caught.value.exit_code == 5


def test_every_file_that_is_not_toml_is_told(tmp_path):
    for name in ("a.toml", "b.toml"):
        write(tmp_path, name, "[broken\n")
    assert [Path(p.file).name for p in mistakes(load_calendar, [tmp_path])] == ["a.toml", "b.toml"]


def test_an_own_day_replaces_a_shipped_one_and_a_new_one_is_added(tmp_path):
    write(tmp_path / "shipped", "un.toml", DAY)
    write(tmp_path / "own", "mine.toml", DAY.replace("07-30", "07-31") + DAY.replace(D, "own-day"))
    calendar = load_calendar([tmp_path / "shipped", tmp_path / "own"])
    assert {name: o.rule for name, o in calendar.observances.items()} == {D: "07-31", "own-day": "07-30"}


A, HEAD = "accounts.main", "[accounts.main]"
SETTINGS = [
    row("zone", WORK, "Europe/London", "Europe/Londn", 12, A, "no time zone 'Europe/Londn'", '"Europe/London"'),
    row("a zone outside", WORK, "Europe/London", "../UTC", 12, A, "no time zone '../UTC'", "IANA"),
    row("network", WORK, '"mastodon"', '"mastadon"', 9, A, "network is 'mastadon'", "write 'mastodon'"),
    row("channel", WORK, '"folder"', '"foldr"', 8, A, "channel is 'foldr'", "write 'folder'"),
    row("language", WORK, 'language = "en"', 'language = "de"', 10, A, "language is 'de'", "en, fr, es"),
    row("country", WORK, '"GB"', '"gb"', 11, A, "'gb' is not a country code", "two capital letters"),
    row("playbook", WORK, '"light"', '"lite"', 5, "plan", "'lite'", "write 'light'"),
    row("quiet", WORK, "network", 'quiet = "9 to 5"\nnetwork', 9, A, "quiet is '9 to 5'", '"21:00-08:00"'),
    row("a_day 0", WORK, "network", 'a_day = 0\nnetwork', 9, A, "a_day is not a whole number from 1", "a_day ="),
    row("an account typo", WORK, "network", 'a_dya = 1\nnetwork', 9, A, "there is no field 'a_dya'", "'a_day'"),
    row("a plan typo", WORK, 'playbook =', 'playbok = "x"\nplaybook =', 5, "plan", "'playbok'", "playbook"),
    row("site", WORK, '"Test"', '"Test"\nsite = "www.a.org"', 3, "workspace", "site is not an https", "https://"),
    row("no workspace", WORK, '[workspace]\nname = "Test"\n', "", 1, "", "workspace is missing", "add workspace"),
    row("account name", WORK, "[accounts.main]", "[accounts.Main]", 7, "accounts.Main", "'Main'", "rename it"),
    row("an account as text", WORK, HEAD, f'[accounts]\nx = "y"\n{HEAD}', 8, "accounts", "x is not", "[accounts.x]"),
    row("theme's book", WORK, HEAD, f'[plan.playbooks]\nx = "hevy"\n{HEAD}', 8, "plan.playbooks", "x is", "write"),
    row("not TOML", WORK, '"GB"', "GB", 11, A, "this is not TOML", '"double quotes"'),
]  # fmt: skip


@COLUMNS(SETTINGS)
def test_a_mistake_in_daymark_toml_is_told(text, line, entry, said, what_to_write, tmp_path):
    file = write(tmp_path, "daymark.toml", text)
    require_told(mistakes(load_settings, tmp_path)[0], file, line, entry, said, what_to_write)


def test_all_mistakes_of_daymark_toml_are_collected(tmp_path):
    text = WORK.replace("mastodon", "x1").replace('"GB"', '"gb"').replace("London", "Mars").replace("light", "q")
    write(tmp_path, "daymark.toml", text)
    assert [p.line for p in mistakes(load_settings, tmp_path)] == [5, 9, 11, 12]


def test_a_right_daymark_toml_is_read(tmp_path):
    write(tmp_path, "daymark.toml", WORK + 'quiet = "22:30 - 07:15"\ngap_minutes = 0\n')
    account = load_settings(tmp_path).accounts["main"]
    assert (account.quiet_from, account.quiet_to, account.a_day) == (time(22, 30), time(7, 15), 3)
    assert (account.zone, account.gap) == ("Europe/London", timedelta())


HOST, PLAIN = "base is not an https address", "base is not the plain address of a folder"
BASES = [
    ("www.a.org/x", HOST), ("https://", HOST), ("https:///x", HOST), ("https://me:secret@a.org/x", HOST),
    ("https://a.org/a b", HOST), ("https://a.org/x>", HOST), ("https://a.org/<x", HOST), (r"https://a.org\\x", HOST),
    ("https://a.org/x?y=1", PLAIN), ("https://a.org?", PLAIN), ("https://a.org/#x", PLAIN),
    ("https://m\u00fcll.org/x", PLAIN), ("https://a.org/x", ""), ("https://a.org:8443/%20x/", ""), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("base", "said"), BASES, ids=[base for base, _ in BASES])
def test_the_base_of_feeds_and_pages_is_the_address_of_a_folder(base, said, tmp_path):
    file = write(tmp_path, "daymark.toml", WORK + f'[feeds]\nbase = "{base}"\n')
    if said:
        require_told(mistakes(load_settings, tmp_path)[0], file, WORK.count("\n") + 2, "feeds", said, "https://")
    else:
        assert load_settings(tmp_path).feeds_base == base.rstrip("/")


STAGE = 'about = "x"\n\n[[stage]]\nname = "day"\noffset = 0\nat = "09:00"\n'
BOOKS = [
    row("no stage", STAGE, STAGE.partition("\n")[2], "", 1, "", "has no stage", "add [[stage]]"),
    row("a late hour", STAGE, '"09:00"', '"25:00"', 6, "stage", "at is not a time of day", '"09:00"'),
    row("far off", STAGE, "offset = 0", "offset = 400", 5, "stage", "not a whole number from -366", "offset ="),
    row("a typo", STAGE, "offset = 0", "offset = 0\ngood_for = 2", 6, "stage", "'good_for'", "'good_for_days'"),
    row("not TOML", STAGE, '"day"', "day", 4, "", "this is not TOML", '"double quotes"'),
]  # fmt: skip


@COLUMNS(BOOKS)
def test_a_mistake_in_a_playbook_is_told(text, line, entry, said, what_to_write, tmp_path):
    write(tmp_path, "daymark.toml", WORK)
    file = write(tmp_path / "templates" / "playbooks", "mine.toml", text)
    require_told(mistakes(load_settings, tmp_path)[0], file, line, entry, said, what_to_write)


def test_a_mistake_in_limits_is_told(tmp_path):
    file = write(tmp_path, "limits.toml", '[mine]\nmost = 0\nunit = "letters"\n')
    found = mistakes(load_limits, [tmp_path])
    assert [problem.line for problem in found] == [2, 3]
    require_told(found[0], file, 2, "mine", "most is not a whole number from 1", "write most")


@pytest.mark.parametrize("made", ["nothing", "folder", "file"])
def test_what_is_no_workspace_is_told_with_how_to_make_one(made, tmp_path):
    home = tmp_path / "home"
    if made != "nothing":
        home.mkdir() if made == "folder" else home.touch()
    with pytest.raises(NoWorkspace) as caught:
        load_settings(home)
    assert str(home) in caught.value.words
    assert "daymark init" in caught.value.hint


@pytest.mark.parametrize(("name", "line"), [("../../X", 0), ("over-there", 1)])
def test_a_region_that_could_name_a_file_elsewhere_is_told(name, line, tmp_path):
    key = name if line else f'"{name}"'
    file = write(tmp_path, "regions.toml", f'[{key}]\nmembers = ["GB"]\nchecked = 2026-01-01\n')
    said = f"the region '{name}' is not capital words joined by hyphens"
    require_told(mistakes(load_calendar, [tmp_path])[0], file, line, name, said, "like AFRICAN-UNION")


BUGS_OF_LINES = [
    row("after a blank line", DAY, CHECKED, CHECKED + "\nsince = 1\n", 7, D, "since is not", "write since"),
    row("found in the next", DAY, "07-30", "first monday of may", 1, D, "two known dates", "add known"),
]  # fmt: skip


@COLUMNS(BUGS_OF_LINES)
def test_the_line_of_a_mistake_is_that_of_its_own_field(text, line, entry, said, what_to_write, tmp_path):
    file = write(tmp_path, "days.toml", text + DAY.replace(D, "other-day").replace(CHECKED, CHECKED + "known = []\n"))
    require_told(mistakes(load_calendar, [tmp_path])[0], file, line, entry, said, what_to_write)


SECOND = STAGE + '\n[[stage]]\nname = "eve"\noffset = -1\n'
BUGS_OF_BOOKS = [
    row("a second stage", SECOND, "offset = -1", "offset = -999", 10, "stage", "offset is not", "offset ="),
    row("one pair of brackets", STAGE, "[[stage]]", "[stage]", 3, "", "stage", "[[stage]]"),
    row("a typo at the top", STAGE, 'about = "x"', 'about = "x"\nabot = "y"', 2, "", "no field 'abot'", "'about'"),
    row("the same stage twice", SECOND, '"eve"', '"day"', 9, "stage", "'day'", ""),
    row("a time with a zone", STAGE, '"09:00"', '"09:00+02:00"', 6, "stage", "at is not a time of day", '"09:00"'),
    row("an unknown network", STAGE, "offset", 'networks = ["mastadon"]\noffset', 5, "stage", "mastadon", "mastodon"),
]  # fmt: skip


@COLUMNS(BUGS_OF_BOOKS)
def test_no_mistake_in_a_playbook_passes_or_crashes(text, line, entry, said, what_to_write, tmp_path):
    test_a_mistake_in_a_playbook_is_told(text, line, entry, said, what_to_write, tmp_path)


def test_a_limit_that_is_no_table_is_told(tmp_path):
    write(tmp_path, "limits.toml", "version = 1\n")
    assert mistakes(load_limits, [tmp_path])


BUGS_OF_SETTINGS = [
    row("an unknown table", WORK, "[plan]", "[feed]\n[plan]", 4, "", "there is no field 'feed'", "write 'feeds'"),
    row("a time with a zone", WORK, "network", 'quiet = "21:00Z-08:00"\nnetwork', 9, A, "not two times", "21:00-08:00"),
]  # fmt: skip


@COLUMNS(BUGS_OF_SETTINGS)
def test_no_mistake_in_daymark_toml_passes_or_loses_its_line(text, line, entry, said, what_to_write, tmp_path):
    test_a_mistake_in_daymark_toml_is_told(text, line, entry, said, what_to_write, tmp_path)
