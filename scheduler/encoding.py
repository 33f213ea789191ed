"""The letters of files that people give: read as the file or a person says, never guessed.

A byte order mark is obeyed, what is valid UTF-8 is UTF-8, and all else is refused until somebody names its encoding:
letters that were guessed wrongly would stand in calendars and posts without a word.
"""

from __future__ import annotations

import codecs
import re

from scheduler.errors import BadFile, Problem, UnknownName

_ONE_BYTE = (
    *(f"cp{n}" for n in (*range(1250, 1259), 437, 850, 852, 862, 866, 874)),
    *(f"iso-8859-{n}" for n in (*range(1, 12), *range(13, 17))),
    *("koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "mac-greek", "mac-latin2"),
)
_WIDE = (
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "gb18030",
    "gbk",
    "big5",
    "shift_jis",
    "cp932",
    "euc-jp",
    "euc-kr",
    "cp949",
)
ENCODINGS = (*_ONE_BYTE, *_WIDE)  # that a person may name, by these names or those that Python knows them by, too

_MARKS = (  # the longer first: that of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXTS = (
    (b"PK\x03\x04", "this is a ZIP archive or a workbook, not text", "unpack it, or save the table as CSV in UTF-8"),
    (b"\x1f\x8b", "this is packed with gzip, not text", "unpack it"),
    (b"%PDF-", "this is a PDF, not text", "ask for the list as CSV or iCalendar"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "this is an old Office document, not text", "save it as CSV in UTF-8"),
)
_SAVE = "save the file as UTF-8"
_NAME_IT = (
    "save it as UTF-8 (in Excel: CSV UTF-8), or say what it is in: --encoding cp1252 for Western Europe, cp1251 for "
    "Cyrillic"
)


def text_of(data: bytes, file: str, encoding: str | None = None) -> str:
    """The text of a file: by its byte order mark, else in `encoding`, else in UTF-8.

    `encoding` is what a person named, "" if nothing, None where the command takes none. Raises BadFile, with the line,
    for what is no text in it; UnknownName for an encoding that is none.
    """
    known = _known(encoding) if encoding else ""
    for start, say, write in _NO_TEXTS:
        if data.startswith(start):
            raise BadFile([Problem(file, 0, "", say, write)])
    mark = next((name for start, name in _MARKS if data.startswith(start)), "")
    if known and not mark:
        _require_no_slip(data, file, known)
    hint = _SAVE if mark or encoding is None else _NAME_IT
    return _without_nul(_decoded(data, file, mark or known or "utf-8", hint), file, hint)


def utf8_of(data: bytes, file: str) -> str:
    """The text of a file that has to be UTF-8, as TOML and templates have: without its mark, lines ending in \\n.

    Raises BadFile.
    """
    return _decoded(data, file, "utf-8-sig", _SAVE).replace("\r\n", "\n").replace("\r", "\n")


def is_utf8(data: bytes) -> bool:
    """Whether bytes are valid UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _known(encoding: str) -> str:
    """The name of ours for an encoding. Raises UnknownName."""
    try:
        found = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        found = ""
    for name in ENCODINGS:
        if found == codecs.lookup(name).name:
            return name
    look = "the usual ones: utf-8, cp1252 (Western Europe), cp1250 (Central Europe), cp1251 or koi8-r (Cyrillic), "
    raise UnknownName("encoding", encoding, ENCODINGS, f"{look}cp1256 (Arabic), gb18030 (Chinese), utf-16-le")


def _decoded(data: bytes, file: str, encoding: str, hint: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = _line(data[: error.start].decode(encoding, "ignore"))
        name = encoding.removesuffix("-sig").upper().replace("CP", "cp")
        guessed = ", and its letters are not guessed" if name == "UTF-8" else ""
        raise BadFile([Problem(file, line, "", f"this is not {name} text{guessed}", hint)]) from error


def _require_no_slip(data: bytes, file: str, encoding: str) -> None:
    """Raises BadFile for UTF-8 that somebody calls by another name under which it would be letters, too."""
    if encoding == "utf-16":
        say = "it has no byte order mark, so that UTF-16 may be read in two ways"
        raise BadFile(
            [Problem(file, 0, "", say, "say which: --encoding utf-16-le, as Windows writes it, or utf-16-be")]
        )
    is_other = (encoding in _ONE_BYTE and not data.isascii()) or encoding.startswith("utf-16")
    if is_other and b"\0" not in data and is_utf8(data):
        raise BadFile([Problem(file, 0, "", f"this is UTF-8 text, not {encoding}", "leave --encoding out")])


def _without_nul(text: str, file: str, hint: str) -> str:
    """The text itself. Raises BadFile if NUL is in it, as in UTF-16 without its mark, which may be valid UTF-8."""
    at = text.find("\0")
    if at < 0:
        return text
    say = "there is a NUL byte in it: it is no text, or UTF-16 without a mark"
    raise BadFile([Problem(file, _line(text[:at]), "", say, hint)])


def _line(before: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", before)) + 1
