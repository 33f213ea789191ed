"""`daymark verify`: the calendar against other people's lists, told by exit code, by table, by JSON, and as drafts."""

from __future__ import annotations

import json
import tomllib

import pytest
from conftest import NOW, everything
from test_cli import require_shape
from test_lists import event, ics

YEAR = ("--from", "2027-01-01", "--to", "2027-12-31")
SIDE = {"name": str, "start": str, "end": str}
DIFFERENCE = {"kind": str, "likeness": (float, int), "theirs": (dict, type(None)), "ours": (dict, type(None))}
FILE = {
    "file": str, "error": str, "years": list, "read": int, "unread": int, "notes": list, "counts": dict,
    "differences": list,
}  # fmt: skip


@pytest.fixture(scope="module")
def ours(daymark, stages, tmp_path_factory):
    """Our own days of 2027 as CSV, made once."""
    path = tmp_path_factory.mktemp("ours") / "ours.csv"
    assert daymark("days", *YEAR, "--format", "csv", "--out", str(path), home=stages["fresh"]).code == 0
    return path


def verified(daymark, home, *words):
    answer = daymark("verify", *map(str, words), "--json", home=home)
    return answer.code, answer.json


def table(folder, *rows, name="list.csv"):
    (folder / name).write_text("\n".join(["name,date", *rows, ""]), "utf-8")
    return folder / name


def within(ours, folder, *, without="", more=(), old="", new=""):
    """Our own days as a list of others, changed in one thing."""
    lines = [line for line in ours.read_text("utf-8-sig").splitlines() if not without or without not in line]
    text = "\n".join([*lines, *more, ""])
    assert not old or text.count(old) == 1
    (folder / "list.csv").write_text(text.replace(old, new) if old else text, "utf-8")
    return folder / "list.csv"


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("language", ["en", "fr", "es", "ar", "zh", "ru"])
def test_our_own_export_is_equal_to_us_in_every_language(form, language, daymark, workspace, tmp_path):
    path = tmp_path / f"ours.{form}"
    daymark("days", *YEAR, "--lang", language, "--format", form, "--out", str(path), home=workspace)
    code, told = verified(daymark, workspace, path, "--year", "2027")
    assert code == 0
    assert set(told["files"][0]["counts"]) == {"same"}
    assert (told["files"][0]["differences"], told["files"][0]["notes"], told["drafted"]) == ([], [], None)


@pytest.mark.parametrize("year", ["2026", "2027", "2028"])
def test_our_own_feed_is_equal_to_us(year, daymark, stages, tmp_path):
    assert daymark("feeds", "--out", str(tmp_path), home=stages["planned"]).code == 0
    feed = next(tmp_path.rglob("observances.ics"))
    code, told = verified(daymark, stages["planned"], feed, "--year", year)
    assert (code, set(told["files"][0]["counts"])) == (0, {"same"})
    assert told["files"][0]["years"] == [int(year)]


WATER = "World Water Day"
DIFFERENCES = [
    ("other date", {"old": f"water-day,{WATER},en,2027-03-22,2027-03-22",
                    "new": f"water-day,{WATER},en,2027-03-23,2027-03-23"}),
    ("other name", {"old": f"water-day,{WATER},en,", "new": "17,Water Day,en,"}),
    ("missing here", {"more": ["x,Harbour Trust Open Day,en,2027-05-08,2027-05-08"]}),
    ("missing there", {"without": "water-day,"}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change"), DIFFERENCES, ids=[row[0] for row in DIFFERENCES])
def test_each_kind_of_difference_is_told_and_gives_exit_code_4(kind, change, ours, daymark, stages, tmp_path):
    path = within(ours, tmp_path, **change)
    code, told = verified(daymark, stages["fresh"], path)
    assert code == 4
    (found,) = told["files"][0]["differences"]
    assert (found["kind"], told["files"][0]["counts"][kind]) == (kind, 1)
    assert ((found["theirs"] is None), (found["ours"] is None)) == (kind == "missing there", kind == "missing here")
    answer = daymark("verify", str(path), home=stages["fresh"])
    assert (answer.code, answer.err) == (4, "")
    assert [line for line in answer.out.splitlines() if line.startswith(f"{kind}  ")] != []


def test_the_json_has_the_shape_of_its_document(daymark, stages, tmp_path):
    rows = ["World Maritime Day,2027-09-24", "Open Day,soon", "World Day of Water,2027-03-22", "Kite Day,2027-05-05"]
    code, told = verified(daymark, stages["fresh"], table(tmp_path, *rows))
    assert (code, list(told)) == (4, ["files", "drafted"])
    require_shape(told["files"], [FILE])
    (one,) = told["files"]
    require_shape(one["differences"], [DIFFERENCE])
    assert (one["error"], one["years"], one["read"], one["unread"]) == ("", [2027], 3, 1)
    assert one["notes"] == ["line 3: 'Open Day' has no date that can be read"]
    assert sum(one["counts"].values()) == len(one["differences"]) + one["counts"].get("same", 0)
    date, name, here = one["differences"][:3]
    assert date == {
        "kind": "other date",
        "likeness": 1.0,
        "theirs": {"name": "World Maritime Day", "start": "2027-09-24", "end": "2027-09-24", "where": "line 2"},
        "ours": {"id": "maritime-day", "name": "World Maritime Day", "start": "2027-09-30", "end": "2027-09-30"},
    }
    assert (name["kind"], name["ours"]["id"], here["kind"], here["likeness"]) == (
        "other name", "water-day", "missing here", 0.0,
    )  # fmt: skip


def test_a_bad_file_gives_exit_code_5_and_the_others_are_still_told(ours, daymark, stages, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{broken", "utf-8")
    other = table(tmp_path, "Kite Day,2027-05-05")
    files = [tmp_path / "missing.csv", ours, bad, other]
    code, told = verified(daymark, stages["fresh"], *files)
    assert code == 5
    assert [row["file"] for row in told["files"]] == [str(path) for path in files]
    assert [bool(row["error"]) for row in told["files"]] == [True, False, True, False]
    assert [row["read"] > 0 for row in told["files"]] == [False, True, False, True]
    answer = daymark("verify", *map(str, files), home=stages["fresh"])
    assert (answer.code, answer.err.count("error: "), answer.err.count(" hint: ")) == (5, 2, 2)
    assert f"{other}: 1 days read, compared in 2027: " in answer.out


def test_what_cannot_be_read_in_a_list_is_told_beside_the_table(daymark, stages, tmp_path):
    answer = daymark("verify", str(table(tmp_path, "Day,2027-05-05", *["Day,soon"] * 60)), home=stages["fresh"])
    told = [line.partition("list.csv: ")[2] for line in answer.err.splitlines()]
    assert (told[0], told[-1]) == ("line 3: 'Day' has no date that can be read", "and 10 more that cannot be read")
    assert (answer.code, len(told)) == (4, 51)


def test_several_lists_are_each_compared_for_themselves(ours, daymark, stages, tmp_path):
    calendar = tmp_path / "list.ics"
    calendar.write_text(ics(event("DTSTART;VALUE=DATE:20270322", name="World Water Day")), "utf-8")
    code, told = verified(daymark, stages["fresh"], ours, calendar, ours)
    assert code == 4
    same = [row["counts"]["same"] for row in told["files"]]
    assert (same[0], same[1]) == (same[2], 1)


def test_a_file_whose_name_is_no_text_is_told_like_any_other(ours, daymark, stages, tmp_path):
    path = tmp_path / "lis\udce9t.csv"
    for words in ((), ("--json",)):
        answer = daymark("verify", str(path), *words, home=stages["fresh"])
        assert (answer.code, "Traceback" in answer.err) == (5, False)
    path.write_bytes(ours.read_bytes())
    assert verified(daymark, stages["fresh"], path)[0] == 0


REFUSED = [
    ("--year 1900", "1945 to 2100"), ("--year many", "year"), ("--theme nosuch", "nosuch"),
    ("--region nosuch", "nosuch"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "said"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_not_known_is_refused(words, said, ours, daymark, stages):
    answer = daymark("verify", str(ours), *words.split(), "--json", home=stages["fresh"])
    assert (answer.code, said in answer.json["error"]) == (2, True)


NARROWED = [
    ("--theme human-trafficking", {"human-trafficking"}, None),
    ("--region GB", None, {"world", "GB", "COUNCIL-OF-EUROPE"}),
    ("--region gb --theme human-trafficking", {"human-trafficking"}, {"world", "GB", "COUNCIL-OF-EUROPE"}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "themes", "regions"), NARROWED, ids=[row[0] for row in NARROWED])
def test_theme_and_region_narrow_what_is_missing_there_and_nothing_else(
    words, themes, regions, daymark, stages, tmp_path
):
    path = table(tmp_path, "World Water Day,2027-03-22", "World Food Day,2027-10-15", "Kite Day,2027-05-05")
    found = {}
    for options in ((), words.split()):
        found[bool(options)] = verified(daymark, stages["fresh"], path, *options)[1]["files"][0]
    whole, some = found[False], found[True]
    rows = {row["id"]: row for row in daymark.json("days", *YEAR, home=stages["fresh"])}
    missing = {d["ours"]["id"] for d in some["differences"] if d["kind"] == "missing there"}
    everything = {d["ours"]["id"] for d in whole["differences"] if d["kind"] == "missing there"}
    assert missing == {
        id
        for id in everything
        if (not themes or themes & {*rows[id]["themes"]}) and (not regions or regions & {*rows[id]["regions"]})
    }
    assert 0 < len(missing) < len(everything)
    assert some["counts"] == whole["counts"] | {"missing there": some["counts"]["missing there"]}


NEW = [
    "Harbour Trust Open Day,2027-05-08", "Harbour Trust Open Day,2028-05-13",
    '"Day of ""signs"" \\ and = [x] # é",1 June 2027',
    "<b>Kite\u200b Day</b>\x07,2027-06-03 to 2027-06-09", "World Water Day,2027-03-22", "风筝节,2027-09-09",
]  # fmt: skip


def drafted(daymark, home, path, *words):
    return daymark("verify", str(path), "--year", "2027", "--write", *words, home=home)


def test_write_drafts_what_is_missing_here_and_the_second_time_nothing(daymark, workspace, tmp_path):
    path = table(tmp_path, *NEW)
    answer = drafted(daymark, workspace, path, "--json")
    assert answer.code == 4
    file = workspace / "calendars/drafts.toml"
    text = file.read_text("utf-8")
    made = tomllib.loads(text)
    assert answer.json["drafted"] == {"file": str(file), "ids": list(made)}
    assert [sorted(entry) for entry in made.values()] == [["announced", "checked", "name", "rule", "unverified"]] * 4
    assert {(entry["rule"], entry["unverified"]) for entry in made.values()} == {("announced", True)}
    assert {entry["name"]: entry["announced"] for entry in made.values()} == {
        "Harbour Trust Open Day": {"2027": "2027-05-08"},
        'Day of "signs" \\ and = [x] # é': {"2027": "2027-06-01"},
        "b Kite Day /b": {"2027": "2027-06-03..2027-06-09"},
        "风筝节": {"2027": "2027-09-09"},
    }
    assert text.count("# Seen in a list") == 4
    again = drafted(daymark, workspace, path, "--json", "--dry-run")
    assert again.json["drafted"]["ids"] == drafted(daymark, workspace, path, "--json").json["drafted"]["ids"] == []
    assert file.read_text("utf-8") == text


def test_a_second_list_adds_to_the_drafts_and_keeps_what_stands_there(daymark, workspace, tmp_path):
    drafted(daymark, workspace, table(tmp_path, "Kite Day,2027-05-05"))
    file = workspace / "calendars/drafts.toml"
    mine = file.read_text("utf-8") + "# mine\n"
    file.write_text(mine, "utf-8")
    answer = drafted(daymark, workspace, table(tmp_path, "Kite Day,2027-05-05", "Lamp Day,2027-06-06"))
    assert "drafted 1 entries" in answer.out
    assert file.read_text("utf-8").startswith(mine.rstrip())
    assert list(tomllib.loads(file.read_text("utf-8"))) == ["kite-day", "lamp-day"]


def test_a_draft_is_not_drafted_again_when_a_list_has_it_in_another_year(daymark, workspace, tmp_path):
    drafted(daymark, workspace, table(tmp_path, "Kite Day,2027-05-05"))
    before = everything(workspace)
    answer = daymark("verify", str(table(tmp_path, "Kite Day,2028-05-05")), "--write", "--json", home=workspace)
    assert (answer.code, answer.json["drafted"]["ids"]) == (4, [])
    assert everything(workspace) == before


def test_a_dry_run_writes_nothing_and_says_what_the_run_then_does(daymark, workspace, tmp_path):
    path = table(tmp_path, *NEW)
    before = everything(workspace)
    rehearsal = drafted(daymark, workspace, path, "--json", "--dry-run")
    assert "would draft 4 entries" in drafted(daymark, workspace, path, "--dry-run").out
    assert daymark("verify", str(path), "--dry-run", "--json", home=workspace).json["drafted"] is None
    assert everything(workspace) == before
    assert drafted(daymark, workspace, path, "--json").json == rehearsal.json


def test_a_draft_is_listed_but_never_planned_published_or_missing_there(daymark, workspace, tmp_path):
    known = daymark.json("plan", "--until", "2027-07-01", "--dry-run", home=workspace)
    assert drafted(daymark, workspace, table(tmp_path, *NEW)).code == 4
    ids = set(tomllib.loads((workspace / "calendars/drafts.toml").read_text("utf-8")))
    assert daymark.json("plan", "--until", "2027-07-01", home=workspace) == known
    assert ids <= {row["id"] for row in daymark.json("days", *YEAR, home=workspace)}
    daymark("feeds", "--out", str(tmp_path / "feeds"), home=workspace)
    assert "Harbour" not in next((tmp_path / "feeds").rglob("observances.ics")).read_text("utf-8")
    _, told = verified(daymark, workspace, table(tmp_path, "World Water Day,2027-03-22"))
    assert ids & {d["ours"]["id"] for d in told["files"][0]["differences"] if d["ours"]} == set()


def test_write_needs_a_workspace_and_reading_does_not(daymark, ours, tmp_path):
    words = ("verify", str(ours), "--now", NOW, "--json")
    assert daymark.raw(*words, cwd=tmp_path).code == 0
    assert daymark.raw(*words, "--write", cwd=tmp_path).code == 5


def test_bad_files_do_not_keep_the_others_from_being_drafted(daymark, workspace, tmp_path):
    path = table(tmp_path, "Kite Day,2027-05-05")
    answer = daymark("verify", str(tmp_path / "missing"), str(path), "--write", "--json", home=workspace)
    assert (answer.code, answer.json["drafted"]["ids"]) == (5, ["kite-day"])


def test_nothing_but_text_reaches_a_pipe(daymark, stages, tmp_path):
    path = tmp_path / "list.json"
    path.write_text(json.dumps([{"name": "Kite\x1b[31m\ud800 Day", "date": "07-30"}, {"name": "\x1b]0;x", "on": ""}]))
    answer = daymark("verify", str(path), home=stages["fresh"])
    assert (answer.code, "\x1b" in answer.out + answer.err) == (4, False)
