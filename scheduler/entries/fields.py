"""Fields that several kinds of entry have: addresses, names in languages, texts with their source."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from scheduler.model import LANGUAGES

if TYPE_CHECKING:
    from scheduler.toml import Table

_MARKS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def address(t: Table, key: str, *, needed: bool = True) -> str:
    value = t.text(key, None if needed else "")
    if value and not value.startswith("https://"):
        t.wrong(key, f"{key} is not an https address", "write the whole address, starting with https://")
    return value


def addresses(t: Table, key: str, *, least: int) -> tuple[str, ...]:
    values = t.words(key)
    if len(values) < least:
        t.wrong(key, f"{key} names {len(values)} of at least {least}", "add the address of the page that says so")
    for value in values:
        if not value.startswith("https://"):
            write = "write the whole address, or a word of sources.toml"
            t.wrong(key, f"the source '{value}' is not an https address", write)
    return values


def names(t: Table, english: str) -> tuple[dict[str, str], dict[str, str]]:
    """The names by language, and the source of each that tells one: a text, or { text = ..., source = ... }."""
    found, inner = {"en": english}, t.table("names")
    sources: dict[str, str] = {}
    for language in inner.body:
        if language not in LANGUAGES:
            write = f"write one of: {', '.join(LANGUAGES)}"
            inner.wrong(language, f"'{language}' is not one of our languages", write)
            continue
        found[language], source = sourced(inner, language, "text")
        sources |= {language: source} if source else {}
    for language, text in found.items():
        key = "name" if language == "en" else f"names.{language}"
        if text != unicodedata.normalize("NFC", text) or _MARKS.search(text):
            t.wrong(key, f"the name in {language} holds hidden marks", "retype it")
        elif re.search("[<>]", text):
            t.wrong(key, f"the name in {language} holds < or >, as markup does", "leave it out: a name is plain text")
    return found, sources


def sourced(t: Table, key: str, field: str) -> tuple[str, str]:
    """A text with the address that it was found at, or with "" if it is written as a bare text."""
    if not isinstance(t.body.get(key), dict):
        return t.text(key), ""
    inner = t.table(key)
    found = inner.text(field), address(inner, "source")
    inner.finish()
    return found
