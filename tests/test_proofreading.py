"""`daymark check` on any text, file, folder, column or standard input, as people use the guard alone."""

from __future__ import annotations

import json

import pytest
import xlsxwriter

BAD = "They were kept as sex slaves."
GOOD = "The road is open again, and the school has new windows."


@pytest.fixture
def place(tmp_path):
    return tmp_path


def check(daymark, *words, **how):
    return daymark.raw("check", *map(str, words), "--now", "2026-11-26T09:00:00Z", **how)


def test_a_file_is_told_with_line_and_column(daymark, place):
    (place / "a.txt").write_text(f"{GOOD}\n\n  {BAD}\n")
    answer = check(daymark, place / "a.txt", "--json")
    (found,) = answer.json
    assert answer.code == 4
    assert (found["line"], found["column"], found["text"], found["check"][:3]) == (3, 21, "sex slaves", "TIP")


def test_a_phrase_that_comes_again_is_told_each_time(daymark, place):
    (place / "a.txt").write_text(f"{BAD}\n\n{GOOD}\n{BAD} {BAD}\n")
    assert [(f["line"], f["column"]) for f in check(daymark, place / "a.txt", "--json").json] == [
        (1, 19), (4, 19), (4, 49)
    ]  # fmt: skip


def test_a_good_file_passes(daymark, place):
    (place / "a.txt").write_text(GOOD)
    assert (check(daymark, place / "a.txt", "--json").code, check(daymark, place / "a.txt", "--json").json) == (0, [])


def test_a_folder_is_read_with_all_its_texts(daymark, place):
    (place / "deep").mkdir()
    (place / "a.md").write_text(BAD)
    (place / "deep" / "b.txt").write_text(BAD)
    (place / "c.png").write_bytes(b"\x89PNG sex slaves")
    found = check(daymark, place, "--json").json
    assert sorted(f["file"].rpartition("/")[2] for f in found) == ["a.md", "b.txt"]


def test_code_and_comments_of_markdown_are_not_read(daymark, place):
    (place / "a.md").write_text(f"```\n{BAD}\n```\n\n`{BAD}` <!-- {BAD} -->\n\n{BAD}\n")
    assert [f["line"] for f in check(daymark, place / "a.md", "--json").json] == [7]


def test_a_column_of_a_table_is_read_and_no_other(daymark, place):
    (place / "p.csv").write_text(f'id;Text;note\n1;"{BAD}";x\n2;{GOOD};{BAD}\n')
    (found,) = check(daymark, place / "p.csv", "--column", "text", "--json").json
    assert (found["line"], found["text"]) == (2, "sex slaves")


def test_a_column_of_a_workbook_is_read(daymark, place):
    book = xlsxwriter.Workbook(place / "p.xlsx")
    sheet = book.add_worksheet()
    for n, row in enumerate((("id", "Text"), (1, GOOD), (2, BAD), (3, None))):
        sheet.write_row(n, 0, row)
    book.close()
    (found,) = check(daymark, place / "p.xlsx", "--column", "text", "--json").json
    assert (found["line"], found["text"]) == (3, "sex slaves")
    (place / "q.xlsx").write_bytes(b"no workbook")
    broken = check(daymark, place / "q.xlsx", "--column", "text")
    assert (broken.code, "this is not a workbook" in broken.err) == (5, True)


def test_standard_input_is_read(daymark):
    answer = check(daymark, "-", "--json", stdin=BAD)
    assert (answer.code, [f["file"] for f in answer.json]) == (4, ["-"])


def test_other_languages_have_their_own_rules(daymark, place):
    (place / "a.txt").write_text("La pédopornographie est un crime.", encoding="utf-8")
    assert check(daymark, place / "a.txt", "--lang", "fr").code == 4
    assert check(daymark, place / "a.txt", "--lang", "en").code == 0


def test_github_shows_a_finding_beside_its_line(daymark, place):
    (place / "a.txt").write_text(BAD)
    answer = check(daymark, place / "a.txt", "--format", "github")
    assert answer.out.startswith(f"::error file={place}/a.txt,line=1,col=19,title=TIP-")


def test_sarif_is_one_document_with_rule_level_and_place(daymark, place):
    (place / "a.txt").write_text(BAD)
    run = json.loads(check(daymark, place / "a.txt", "--format", "sarif").out)["runs"][0]
    (result,) = run["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (result["level"], region["startLine"], region["startColumn"]) == ("error", 1, 19)
    assert result["ruleId"] in [rule["id"] for rule in run["tool"]["driver"]["rules"]]


def test_a_rule_explains_itself_with_sources_and_examples(daymark):
    told = check(daymark, "--explain", "cse-001", "--json").json
    assert (told["id"], told["level"], bool(told["sources"])) == ("CSE-001", "error", True)
    assert check(daymark, "--explain", "CSE-001").out.startswith("CSE-001  (error, en)")


REFUSED = [
    ((), 2), (("--explain", "NOPE-1"), 2), (("nowhere.txt",), 5), (("a.csv",), 2), (("a.csv", "--column", "no"), 2),
    (("a.txt", "--format", "xml"), 2), (("a.txt", "--lang", "xx"), 2), (("empty",), 2),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code"), REFUSED, ids=[" ".join(words) or "nothing" for words, _ in REFUSED])
def test_what_cannot_be_checked_is_told_in_a_sentence(daymark, place, words, code):
    (place / "a.txt").write_text(GOOD)
    (place / "a.csv").write_text("id,text\n1,x\n")
    (place / "empty").mkdir()
    answer = check(daymark, *words, cwd=place)
    assert (answer.code, answer.err.startswith("error: "), "hint: " in answer.err) == (code, True, True), answer


IDENTITY = [
    ("Maria, 14, was taken to the city.", ["error"]), ("Elena (34) now leads the group.", ["warning"]),
    ("14-year-old Amina told us.", ["error"]), ("Fatou, 16 ans, raconte.", ["error"]),
    ("Ahmed, now 19, works.", ["warning"]),
    ("The house lies at 51.50740, -0.12780.", ["error"]), ("Case number 2023/4567 is open.", ["error"]),
    ("See Article (14) of the treaty.", []),
    ("Uganda (34) and Kenya (21) reported.", []), ("In Kyiv, 12 people met.", []),
    ("On Friday, 12 June, we meet.", []),
    ("Resolution A/RES/68/192 set the day.", []), ("Case studies of 2024 help.", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "levels"), IDENTITY, ids=[text for text, _ in IDENTITY])
def test_what_leads_to_a_person_is_told(daymark, text, levels):
    found = check(daymark, "-", "--json", stdin=text).json
    assert [f["severity"] for f in found if f["check"] == "identity"] == levels
