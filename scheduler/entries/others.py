"""Helplines, regions, and sources that entries name by a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.entries.fields import address, addresses
from scheduler.entries.spelling import NamedSource
from scheduler.model import LANGUAGES, Helpline

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.toml import Table

_GROUP = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")


def helpline(name: str, t: Table) -> Helpline:
    """One helpline. Two sources are required, of one that is not marked unverified: a wrong number harms people."""
    unverified = t.yes("unverified", default=False)
    made = Helpline(
        id=name,
        country=t.text("country"),
        topics=t.words("topics"),
        name=t.text("name"),
        number=t.text("number"),
        address=address(t, "address", needed=False),
        checked=t.day("checked"),
        expires=t.day("expires"),
        sources=addresses(t, "sources", least=1 if unverified else 2),
        operator=t.text("operator", ""),
        text=t.text("text", ""),
        hours=t.text("hours", ""),
        languages=t.words("languages"),
        unverified=unverified,
        short=t.text("short", ""),
        names=tuple(_by_language(t.table("names"), lambda inner, key: inner.text(key)).items()),
    )
    t.finish()
    if made.expires <= made.checked:
        t.wrong("expires", "it expires before it was checked", "write a date after checked, at most a year")
    return made


def region(name: str, t: Table) -> frozenset[str]:
    """The countries of one group."""
    if not _GROUP.fullmatch(name):
        hint = "write it like AFRICAN-UNION: files are called by it"
        t.wrong("", f"the region '{name}' is not capital words joined by hyphens", hint)
    t.text("name", "")
    address(t, "source", needed=False)
    t.day("checked")
    members = frozenset(t.words("members"))
    t.finish()
    return members


def named_source(t: Table) -> NamedSource:
    """A source that entries name by a word, with the addresses of its other languages."""
    t.text("title")
    made = NamedSource(address(t, "address"), _by_language(t.table("languages"), address))
    t.day("checked")
    t.text("through", "")
    t.finish()
    return made


def _by_language(t: Table, read: Callable[[Table, str], str]) -> dict[str, str]:
    """A table with an entry a language, each read by `read`."""
    for language in t.body:
        if language not in LANGUAGES:
            t.wrong(language, f"'{language}' is not one of our languages", f"write one of: {', '.join(LANGUAGES)}")
    return {language: read(t, language) for language in t.body}
