"""The letters of files that people give are read as the file or a person says, or the file is refused with its line."""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT, everything
from hypothesis import given
from hypothesis import strategies as st
from test_lists import ON, PROPERTY, event, ics, require_a_sentence

from scheduler.encoding import ENCODINGS, text_of, utf8_of
from scheduler.errors import BadFile, UnknownName

TABLE = "Name;Date\r\nDía de la niñez;30.07.2027\r\nДень гавани;01.08.2027\r\n"
WEST, EAST = "name,date\r\nCafé Day,30 July\r\n", "name,date\r\nДень гавани,30 July\r\n"

MARKED = {
    "UTF-8": codecs.BOM_UTF8 + TABLE.encode(),
    "UTF-16 as Excel writes it": codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le"),
    "UTF-16, the large end first": codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
    "UTF-32": codecs.BOM_UTF32_LE + TABLE.encode("utf-32-le"),
    "UTF-32, the large end first": codecs.BOM_UTF32_BE + TABLE.encode("utf-32-be"),
}


@pytest.mark.parametrize("named", [None, "", "cp1251", "utf-8", "utf-16"])
@pytest.mark.parametrize("data", MARKED.values(), ids=MARKED)
def test_a_byte_order_mark_is_obeyed_whatever_is_named(data, named):
    assert text_of(data, "list.csv", named) == TABLE


def test_what_is_valid_utf8_is_utf8():
    assert text_of(TABLE.encode(), "list.csv") == TABLE == utf8_of(MARKED["UTF-8"], "x").replace("\n", "\r\n")


REFUSED = [
    ("cp1252", WEST.encode("cp1252"), "", "list.csv, line 2: this is not UTF-8 text, and its letters are not guessed"),
    ("cp1251", EAST.encode("cp1251"), "", "list.csv, line 2: this is not UTF-8 text"),
    ("gbk", "name,date\n港口日,30 July\n".encode("gbk"), "", "line 2: this is not UTF-8 text"),
    ("UTF-16 without a mark", EAST.encode("utf-16-le"), "", "line 1: there is a NUL byte in it"),
    ("half of UTF-16", MARKED["UTF-16 as Excel writes it"][:-1], "", "line 4: this is not UTF-16 text"),
    ("a NUL behind a mark", codecs.BOM_UTF16_LE + "a\n\0".encode("utf-16-le"), "", "line 2: there is a NUL byte"),
    ("a mark that is wrong", codecs.BOM_UTF8 + WEST.encode("cp1252"), "", "line 2: this is not UTF-8 text"),
    ("another than named", b"name,date\r\nCaf\x81 Day,30 July\r\n", "cp1252", "line 2: this is not cp1252 text"),
    ("UTF-8 by another name", EAST.encode(), "cp1251", "list.csv: this is UTF-8 text, not cp1251"),
    ("UTF-8 by that of UTF-16", EAST.encode(), "utf-16-le", "list.csv: this is UTF-8 text, not utf-16-le"),
    ("UTF-16, but which", EAST.encode("utf-16-be"), "utf-16", "list.csv: it has no byte order mark"),
    ("a ZIP archive", b"PK\x03\x04 and so on", "cp1252", "list.csv: this is a ZIP archive or a workbook, not text"),
    ("gzip", gzip.compress(b"name,date"), "cp1252", "list.csv: this is packed with gzip, not text"),
    ("a PDF", b"%PDF-1.7\n", "", "list.csv: this is a PDF, not text"),
    ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "", "this is an old Office document, not text"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "named", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_all_else_is_refused_with_its_place_and_what_to_do(data, named, said):
    with pytest.raises(BadFile) as caught:
        text_of(data, "list.csv", named)
    assert said in require_a_sentence(caught.value)


def test_the_hint_names_the_option_only_where_there_is_one():
    for named, is_there in ((None, False), ("", True)):
        with pytest.raises(BadFile) as caught:
            text_of(WEST.encode("cp1252"), "new.txt", named)
        assert ("--encoding cp1252" in caught.value.hint) is is_there


NAMED = [
    ("cp1252", WEST), ("Windows-1252", WEST), ("latin1", WEST), ("ISO-8859-15", WEST), ("mac-roman", WEST),
    ("cp1251", EAST), ("windows-1251", EAST), ("koi8-r", EAST), ("cp866", EAST), ("utf-16-le", EAST),
    ("utf-16-be", EAST), ("gb18030", "name,date\n港口日,30 July\n"), ("shift_jis", "name,date\n港の日,30 July\n"),
]  # fmt: skip


@pytest.mark.parametrize(("named", "text"), NAMED, ids=[row[0] for row in NAMED])
def test_what_a_person_names_is_believed(named, text):
    assert text_of(text.encode(named), "list.csv", named) == text


@pytest.mark.parametrize("named", ["cp1253x", "rot13", "hex", "idna", "unicode_escape", "utf-7", "\0", "ü"])
def test_an_encoding_that_is_none_is_told(named):
    with pytest.raises(UnknownName, match="there is no encoding"):
        text_of(b"", "list.csv", named)


def test_every_encoding_of_the_list_is_one():
    assert len({codecs.lookup(name).name for name in ENCODINGS}) == len(ENCODINGS)


@PROPERTY
@given(data=st.binary(max_size=60), named=st.sampled_from(["", *ENCODINGS]))
def test_any_bytes_are_their_text_or_one_sentence(data, named):
    try:
        text = text_of(data, "x", named)
    except BadFile as error:
        require_a_sentence(error)
    else:
        assert "\0" not in text
        assert (
            named
            or not data
            or text.removeprefix("\ufeff").encode() in (data, data.removeprefix(codecs.BOM_UTF8))
            or (data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        )


# --- as a person calls it: nothing is stored of what is refused

CALENDAR = ics(event(f"{ON}20270911", name="День причала"))
NAME = "День причала"


def put(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


COMMANDS = [
    ("list.csv", EAST, ("verify", "{file}", "--write")),
    ("list.json", '[{"name": "День гавани", "date": "07-30"}]', ("verify", "{file}", "--write")),
    ("list.ics", CALENDAR, ("calendar", "import", "{file}", "--write")),
    ("list.csv", "text\r\nДень гавани\r\n", ("check", "{file}", "--column", "text")),
    ("new.txt", "День гавани\r\n", ("check", "{file}")),
    ("new.txt", "День гавани\r\n", ("check", "--text", "{file}")),
]


@pytest.mark.parametrize(("name", "text", "words"), COMMANDS, ids=[" ".join(row[2]) for row in COMMANDS])
def test_every_command_reads_by_one_rule(name, text, words, daymark, workspace, tmp_path):
    said = [word.format(file=put(tmp_path, name, text.encode("cp1251"))) for word in words]
    before = everything(workspace)
    refused = daymark(*said, home=workspace)
    assert (refused.code, everything(workspace)) == (5, before), refused
    assert ", line " in refused.err and "this is not UTF-8 text" in refused.err and "--encoding cp1252" in refused.err
    unknown = daymark(*said, "--encoding", "cp1151", home=workspace)
    assert (unknown.code, everything(workspace)) == (2, before), unknown
    assert "there is no encoding 'cp1151'" in unknown.err
    for data, more in ((text.encode("cp1251"), ["--encoding", "cp1251"]), (text.encode("utf-16"), [])):
        put(tmp_path, name, data)
        taken = daymark(*said, *more, home=workspace)
        assert (taken.code in (0, 4), "Traceback" in taken.err) == (True, False), taken


def test_an_imported_calendar_has_its_letters(daymark, workspace, tmp_path):
    file = put(tmp_path, "theirs.ics", CALENDAR.encode("cp1251"))
    told = daymark.json("calendar", "import", file, "--encoding", "windows-1251", "--write", home=workspace)
    assert [day["name"] for day in told["days"]] == [NAME]
    assert NAME in (workspace / "calendars" / "imported.toml").read_text("utf-8")


def test_translations_come_back_in_the_encoding_that_they_name(daymark, workspace, tmp_path):
    file = tmp_path / "ru.po"
    assert daymark("texts", "--lang", "ru", "--export", str(file), home=workspace).code == 0
    theirs = file.read_text("utf-8").replace("charset=utf-8", "charset=koi8-r").encode("koi8-r", "replace")
    file.write_bytes(theirs)
    told = daymark.json("texts", "--lang", "ru", "--import", str(file), "--dry-run", home=workspace)
    assert told["texts"] + len(told["left"]) > 10
    file.write_bytes(theirs.replace(b"charset=koi8-r", b"charset=utf-8"))
    refused = daymark("texts", "--lang", "ru", "--import", str(file), home=workspace)
    assert (refused.code, "this is not UTF-8 text" in refused.err) == (5, True), refused


def test_a_mark_before_a_file_of_the_workspace_spoils_nothing(daymark, at):
    """As Notepad writes it: settings, calendars, templates and texts are read, and written again without it."""
    home = at("planned")
    settings, text = home / "daymark.toml", home / "new.txt"
    settings.write_bytes(codecs.BOM_UTF8 + settings.read_bytes())
    (home / "calendars").mkdir(exist_ok=True)
    own = home / "calendars" / "own.toml"
    own.write_bytes(codecs.BOM_UTF8 + (own.read_bytes() if own.is_file() else b""))
    assert daymark("doctor", home=home).code in (0, 3, 4)
    assert daymark("tick", home=home).code in (0, 3)
    added = daymark(
        "account",
        "add",
        "second",
        "--channel",
        "folder",
        "--language",
        "en",
        "--country",
        "GB",
        "--zone",
        "Europe/London",
        home=home,
    )
    assert (added.code, settings.read_bytes()[:1] != b"\xef") == (0, True), added
    post = daymark.json("posts", home=home)[0]["id"]
    text.write_bytes("Co-operatives feed people.".encode("utf-16"))
    assert daymark("reword", post, "--file", str(text), "--as", "Ana", home=home).code == 0
    assert daymark.json("show", post, home=home)["text"].startswith("Co-operatives")


def test_a_workbook_that_unpacks_without_end_is_refused(daymark, workspace, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    refused = daymark("check", put(tmp_path, "list.xlsx", packed.getvalue()), "--column", "x", home=workspace)
    assert (refused.code, "it unpacks to more than" in refused.err) == (5, True), refused


def test_nothing_but_the_room_of_encodings_decodes_what_people_give():
    rooms = [
        ROOT / "scheduler" / name for name in ("lists", "exchange", "workflow/importing.py", "workflow/proofreading.py")
    ]
    files = [path for room in rooms for path in ([room] if room.is_file() else room.rglob("*.py"))]
    assert [
        path.name
        for path in files
        if '.decode("' in path.read_text("utf-8") or "decode(encoding" in path.read_text("utf-8")
    ] == []
