"""One table of a calendar file becomes an observance, a helpline or a region; what is wrong in it is noted."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from scheduler import dates, rules
from scheduler.model import (
    DIMENSIONS,
    FIRST_YEAR,
    LANGUAGES,
    LAST_YEAR,
    WORLD,
    Certainty,
    Helpline,
    Observance,
    Proclaimed,
    Sensitivity,
    Span,
    YearTheme,
)
from scheduler.toml import as_day

if TYPE_CHECKING:
    from datetime import date

    from scheduler.toml import Table

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_MARKS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff<>]")


def observance(name: str, t: Table) -> Observance:
    """One entry, its mistakes noted in the table's problems."""
    if not _ID.fullmatch(name) or re.search(r"\d{4}", name):
        t.wrong("", f"the id '{name}' is not lower-case words joined by hyphens, without a year", "rename the entry")
    proclaimed = _proclaimed(t.table("proclaimed", needed=True))
    made = Observance(
        id=name,
        names=_names(t),
        rule=t.text("rule"),
        proclaimed=proclaimed,
        sources=_addresses(t, "sources", least=1),
        checked=t.day("checked"),
        page=_address(t, "page", needed=False),
        since=t.whole("since", max(proclaimed.year, FIRST_YEAR), least=1800, most=LAST_YEAR),
        until=t.whole("until", LAST_YEAR, least=FIRST_YEAR, most=LAST_YEAR),
        known=t.days("known"),
        regions=t.words("regions", [WORLD]),
        dimensions=t.words("dimensions", known=DIMENSIONS),
        themes=t.words("themes"),
        sdg=t.words("sdg"),
        sensitivity=Sensitivity(t.one_of("sensitivity", Sensitivity, "normal")),
        hashtags=t.words("hashtags"),
        related=t.words("related"),
        year_themes=_year_themes(t.table("themes_by_year")),
        exceptions=_spans(t.table("exceptions"), cancelled=True),
        announced={year: span for year, span in _spans(t.table("announced")).items() if span},
    )
    t.finish()
    _check_dates(made, t)
    return made


def _names(t: Table) -> dict[str, str]:
    names = {"en": t.text("name")}
    others = t.table("names")
    names |= {lang: others.text(lang) for lang in others.body if lang in LANGUAGES}
    for lang in others.body:
        if lang not in LANGUAGES:
            others.wrong(lang, f"'{lang}' is not one of our languages", f"write one of: {', '.join(LANGUAGES)}")
    for lang, text in names.items():
        if text != unicodedata.normalize("NFC", text) or _MARKS.search(text):
            t.wrong("name" if lang == "en" else f"names.{lang}", f"the name in {lang} holds hidden marks", "retype it")
    return names


def _proclaimed(t: Table) -> Proclaimed:
    made = Proclaimed(
        body=t.text("body"),
        document=t.text("document", ""),
        address=_address(t, "address", needed=False),
        year=t.whole("year", 0, most=LAST_YEAR),
    )
    t.finish()
    return made


def _address(t: Table, key: str, *, needed: bool = True) -> str:
    value = t.text(key, None if needed else "")
    if value and not value.startswith("https://"):
        t.wrong(key, f"{key} is not an https address", "write the whole address, starting with https://")
    return value


def _addresses(t: Table, key: str, *, least: int) -> tuple[str, ...]:
    values = t.words(key)
    if len(values) < least:
        t.wrong(key, f"{key} names {len(values)} of at least {least}", "add the address of the page that says so")
    for value in values:
        if not value.startswith("https://"):
            t.wrong(key, f"the source '{value}' is not an https address", "write the whole address")
    return values


def _year_themes(t: Table) -> dict[int, YearTheme]:
    made = {}
    for year in t.body:
        inner = t.table(year)
        made[_year(t, year)] = YearTheme(inner.text("text"), _address(inner, "source"))
        inner.finish()
    return made


def _year(t: Table, text: str) -> int:
    if text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return int(text)
    t.wrong(text, f"'{text}' is not a year from {FIRST_YEAR} to {LAST_YEAR}", "write four digits, such as 2027")
    return FIRST_YEAR


def _spans(t: Table, *, cancelled: bool = False) -> dict[int, Span | None]:
    made: dict[int, Span | None] = {}
    for year in t.body:
        value = t.text(year)
        first, _, last = value.partition("..")
        start, end = as_day(first.strip()), as_day((last or first).strip())
        if start and end and start <= end and start.year == _year(t, year):
            made[int(year)] = Span(start, end)
        elif cancelled and value == "cancelled":
            made[_year(t, year)] = None
        else:
            or_cancelled = ', or "cancelled"' if cancelled else ""
            t.wrong(
                year,
                f"'{value}' is not a date in {year}",
                f'write "{year}-05-07" or "{year}-05-07..{year}-05-09"{or_cancelled}',
            )
    return made


def _check_dates(o: Observance, t: Table) -> None:
    """The rule must be readable, meet its known dates, and, where it moves, have two of them."""
    try:
        rule = rules.parse(o.rule)
    except rules.RuleError as error:
        if o.rule:
            t.wrong("rule", str(error), error.write)
        return
    if o.since > o.until:
        t.wrong("until", f"it ends in {o.until}, before it begins in {o.since}", "correct since or until")
    if o.rule == "announced" and not o.announced:
        t.wrong("rule", "an announced day lists no date", 'add [entry.announced] with 2026 = "2026-03-20"')
    if rule.certainty is Certainty.COMPUTED and len(o.known) < 2:
        t.wrong("known", "a day that moves needs two known dates as proof", "add known = [2025-10-06, 2026-10-05]")
    for day in o.known:
        _check_known(o, day, t)


def _check_known(o: Observance, day: date, t: Table) -> None:
    held = dates.occurrences(o, day.year)
    if day not in [h.start for h in held]:
        gives = " and ".join(str(h.start) for h in held) or "nothing"
        t.wrong("known", f"the rule gives {gives} in {day.year}, not {day}", "correct the rule or the known date")


def helpline(name: str, t: Table) -> Helpline:
    """One helpline. Two sources are required: a wrong number harms people."""
    made = Helpline(
        id=name,
        country=t.text("country"),
        topics=t.words("topics"),
        name=t.text("name"),
        number=t.text("number"),
        address=_address(t, "address", needed=False),
        checked=t.day("checked"),
        expires=t.day("expires"),
        sources=_addresses(t, "sources", least=2),
        operator=t.text("operator", ""),
        text=t.text("text", ""),
        hours=t.text("hours", ""),
        languages=t.words("languages"),
    )
    t.finish()
    if made.expires <= made.checked:
        t.wrong("expires", "it expires before it was checked", "write a date after checked, at most a year")
    return made


def region(t: Table) -> frozenset[str]:
    t.text("name", "")
    _address(t, "source", needed=False)
    t.day("checked")
    members = frozenset(t.words("members"))
    t.finish()
    return members
