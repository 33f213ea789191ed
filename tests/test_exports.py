"""The same occurrences as a table for programs, for spreadsheets and for readers, by the command that makes them."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from conftest import ROOT, files
from test_loading import write

from scheduler import paths
from scheduler.calendars import load_calendar
from scheduler.dates import between
from scheduler.exports import as_csv, as_markdown, as_xlsx, row

if TYPE_CHECKING:
    from conftest import Daymark

    from scheduler.model import Occurrence

YEAR = ("--from", "2027-01-01", "--to", "2027-12-31")
HEAD = (
    "id name name_lang start end kind certainty themes dimensions regions sensitivity origin confidence rule in_words "
    "body document year_theme page"
).split()


@pytest.fixture(scope="module")
def year() -> list[Occurrence]:
    """2027 of the shipped calendar."""
    days = load_calendar([Path(paths.shipped("calendars"))]).observances.values()
    return between(days, date(2027, 1, 1), date(2027, 12, 31))


def flat(fields: dict[str, Any]) -> dict[str, str]:
    """A row as a spreadsheet holds it: lists joined by a blank."""
    return {name: " ".join(value) if isinstance(value, list) else value for name, value in fields.items()}


def from_csv(made: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline=""), strict=True))


def from_xlsx(made: bytes) -> list[dict[str, str]]:
    (sheet,) = openpyxl.load_workbook(io.BytesIO(made)).worksheets
    head, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(head, map(text, line), strict=True)) for line in lines]


def text(cell: Any) -> str:
    return cell.date().isoformat() if hasattr(cell, "date") else cell or ""


def export(daymark: Daymark, home: Path, form: str, *words: str, file: str = "out") -> bytes:
    """What the command writes to a file. Standard output is then empty."""
    path = home / file
    answer = daymark("days", *(words or YEAR), "--format", form, "--out", str(path), home=home)
    assert (answer.code, answer.out, answer.err.strip()) == (0, "", f"written to {path}")
    return path.read_bytes()


def test_csv_and_xlsx_hold_the_rows_of_json(daymark: Daymark, workspace: Path) -> None:
    rows = json.loads(export(daymark, workspace, "json"))
    assert rows == daymark.json("days", *YEAR, home=workspace)
    assert len(rows) > 300
    assert list(rows[0]) == HEAD
    wanted = [flat(one) for one in rows]
    sheet = export(daymark, workspace, "csv")
    assert from_csv(sheet) == wanted
    assert sheet.startswith(b"\xef\xbb\xbfid,name,")  # without the mark Excel takes it for another encoding
    assert from_xlsx(export(daymark, workspace, "xlsx")) == wanted


def test_a_workbook_has_real_dates_a_header_in_sight_and_a_filter(year: list[Occurrence]) -> None:
    (sheet,) = openpyxl.load_workbook(io.BytesIO(as_xlsx(year))).worksheets
    start = HEAD.index("start") + 1
    assert sheet.cell(2, start).value.date() == year[0].start
    assert sheet.cell(2, start).number_format == "yyyy-mm-dd"
    assert (sheet.freeze_panes, sheet.cell(1, 1).font.bold) == ("A2", True)
    assert sheet.auto_filter.ref == f"A1:S{len(year) + 1}"


@pytest.mark.parametrize("form", ["md", "csv", "xlsx", "json"])
def test_the_same_days_give_the_same_bytes(form: str, daymark: Daymark, workspace: Path) -> None:
    first = export(daymark, workspace, form)
    again = daymark("days", *YEAR, "--format", form, "--out", f"{workspace}/again", home=workspace, now="2031-01-01")
    assert again.code == 0
    assert (workspace / "again").read_bytes() == first


@pytest.mark.parametrize("form", ["md", "csv", "json"])
def test_standard_output_gets_the_bytes_of_the_file(form: str, daymark: Daymark, workspace: Path) -> None:
    answer = daymark("days", *YEAR, "--format", form, home=workspace, env={"LC_ALL": "C"})
    assert answer.out.encode() == export(daymark, workspace, form)


OWN = """\
[own-day]
name = {name}
rule = "07-30"
sources = ["https://example.org"]
checked = 2026-01-01
themes = ["us"]
proclaimed = {{ body = {name}, document = {name}, address = "https://example.org/a|b" }}
"""


def own(home: Path, name: str, more: str = "") -> tuple[str, ...]:
    """A day of this name; the words that list it alone."""
    write(home / "calendars", "own.toml", OWN.format(name=json.dumps(name, ensure_ascii=False)) + more)
    return ("--from", "2027-07-30", "--to", "2027-07-30", "--theme", "us")


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("https://example.org")', "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_name_that_looks_like_a_formula_is_only_text(name: str, daymark: Daymark, workspace: Path) -> None:
    words = own(workspace, name)
    (plain,) = from_csv(export(daymark, workspace, "csv", *words))
    assert (plain["name"], plain["body"], plain["document"]) == (f"'{name}",) * 3
    (sheet,) = openpyxl.load_workbook(io.BytesIO(export(daymark, workspace, "xlsx", *words))).worksheets
    cell = sheet.cell(2, HEAD.index("name") + 1)
    assert (cell.value, cell.data_type) == (name, "s")


NAMES = ['A "quoted", name; with, commas', "Two | three [four](five)", "Tag and https://example.org", "0012", "été 日"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_back_as_it_was_written(name: str, daymark: Daymark, workspace: Path) -> None:
    words = own(workspace, name)
    for form, read in (("csv", from_csv), ("xlsx", from_xlsx), ("json", json.loads)):
        assert [one["name"] for one in read(export(daymark, workspace, form, *words))] == [name]


def cells(line: str) -> list[str]:
    """The cells of a line of a Markdown table."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


@pytest.mark.parametrize("name", ["A | B", "[A](https://evil.example)", "A\nB", "A\n\n| B |\n# C"])
def test_no_name_breaks_the_table_of_a_page(name: str, daymark: Daymark, workspace: Path) -> None:
    page = export(daymark, workspace, "md", *own(workspace, name)).decode()
    head, _, line = page.splitlines()[4:]
    assert (len(cells(head)), len(cells(line))) == (4, 4)
    assert re.findall(r"(?<!\\)\]\(([^)]*)\)", line) == ["https://example.org/a%7Cb"]
    assert cells(line)[1].endswith("`own-day`")


def test_a_page_goes_by_month(year: list[Occurrence]) -> None:
    page = as_markdown(year)
    months = "January February March April May June July August September October November December".split()
    assert re.findall("^#+ .*", page, re.MULTILINE) == ["# Observances", *(f"## {month} 2027" for month in months)]
    parts = page.split("\n## ")[1:]
    for month, part in enumerate(parts, start=1):
        lines = [cells(line) for line in part.splitlines() if line.startswith("| ")][2:]
        ids = [re.findall("`([a-z0-9-]+)`", line[1])[-1] for line in lines]
        assert ids == [o.observance.id for o in year if (o.start.year, o.start.month) == (2027, month)]


def test_a_page_begins_with_what_runs_over_from_the_year_before(daymark: Daymark, workspace: Path) -> None:
    own(workspace, "Turn of the year")
    path = workspace / "calendars/own.toml"
    path.write_text(path.read_text("utf-8").replace("07-30", "12-28..01-03"), "utf-8")
    page = export(daymark, workspace, "md", *YEAR, "--theme", "us").decode()
    assert re.findall("^## .*", page, re.MULTILINE) == ["## December 2026", "## December 2027"]


PHRASES = [
    "| 20 May, expected | [Vesak, the Day of the Full Moon](https://www.un.org/en/observances/vesak-day) `vesak-day` "
    "| the day of the full moon of May, by UTC",
    "| 30 July | [World Day against Trafficking in Persons](https://www.un.org/en/observances/end-human-trafficking-day)"
    " `trafficking-in-persons-day` | 30 July | United Nations General Assembly, "
    "[A/RES/68/192](https://undocs.org/A/RES/68/192) |",
    "(GB) `uk-anti-slavery-day` | 18 October |",
    "| 24 October to 31 October | ",
]


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_line_tells_when_what_by_which_rule_and_by_whom(phrase: str, year: list[Occurrence]) -> None:
    assert phrase in as_markdown(year)


def test_an_unverified_day_is_marked_on_a_page(daymark: Daymark, workspace: Path) -> None:
    page = export(daymark, workspace, "md", *own(workspace, "Doubt", "unverified = true\n")).decode()
    assert "| 30 July, unverified | Doubt `own-day` |" in page


def test_the_page_in_the_documents_is_that_of_the_shipped_calendar(daymark: Daymark, workspace: Path) -> None:
    made = daymark("days", *YEAR, "--format", "md", home=workspace)
    assert made.out == (ROOT / "docs/calendar.md").read_text("utf-8"), (
        "the calendar has changed; renew its page: "
        "daymark days --from 2027-01-01 --to 2027-12-31 --format md --out docs/calendar.md"
    )


def test_names_come_in_arabic_and_a_missing_one_says_so(daymark: Daymark, workspace: Path) -> None:
    words = (*YEAR, "--lang", "ar")
    rows = json.loads(export(daymark, workspace, "json", *words))
    by_id = {one["id"]: one for one in rows}
    arabic = by_id["human-rights-day"]
    assert arabic["name_lang"] == "ar"
    assert re.search("[\u0600-\u06ff]", arabic["name"])
    assert by_id["giving-tuesday"]["name_lang"] == "en"
    assert from_csv(export(daymark, workspace, "csv", *words)) == [flat(one) for one in rows]
    assert from_xlsx(export(daymark, workspace, "xlsx", *words)) == [flat(one) for one in rows]
    page = export(daymark, workspace, "md", *words).decode()
    assert f"[{arabic['name']}](" in page
    assert "GivingTuesday \\[en\\]" in page or "GivingTuesday [en]" in page


EMPTY = ("--from", "2027-07-29", "--to", "2027-07-29", "--theme", "us")


def test_a_span_without_days_is_empty_in_every_form(daymark: Daymark, workspace: Path) -> None:
    own(workspace, "Ours")
    assert export(daymark, workspace, "json", *EMPTY) == b"[]\n"
    assert from_csv(export(daymark, workspace, "csv", *EMPTY)) == []
    assert export(daymark, workspace, "md", *EMPTY) == b"# Observances\n"
    (sheet,) = openpyxl.load_workbook(io.BytesIO(export(daymark, workspace, "xlsx", *EMPTY))).worksheets
    assert list(sheet.iter_rows(values_only=True)) in ([], [()], [(None,)])


FAILING = [
    ("--format nosuch", 2, "there is no format 'nosuch'"), ("--format cvs", 2, "did you mean csv?"),
    ("--format CSV", 2, "choose one of: table, md, csv, xlsx, json"), ("--lang de --format csv", 2, "no language 'de'"),
    ("--from 2027-02-30 --format csv", 2, "'2027-02-30' is not a date"),
    ("--from 2027-02-02 --to 2027-02-01 --format md", 2, "ends (2027-02-01) before it begins"),
    ("--theme nosuch --format csv", 2, "there is no theme 'nosuch'"),
    ("--out HOME/days.txt", 2, "--format md, csv, xlsx or json"),
    ("--format csv --out HOME/no/days.csv", 5, "cannot be written"),
    ("--format csv --out HOME", 5, "cannot be written"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "said"), FAILING, ids=[row[0] for row in FAILING])
def test_what_cannot_be_exported_is_told_and_nothing_is_written(
    words: str, code: int, said: str, daymark: Daymark, workspace: Path
) -> None:
    before = files(workspace)
    answer = daymark("days", *words.replace("HOME", str(workspace)).split(), home=workspace)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    assert len(answer.err.splitlines()) == 2
    assert files(workspace) == before


def test_a_row_and_its_exports_are_made_without_a_workspace(year: list[Occurrence]) -> None:
    assert from_csv(as_csv(year)) == [flat(row(o)) for o in year]
