"""An observance: one table of a calendar file, checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scheduler import dates, rules
from scheduler.entries.fields import address, addresses, names
from scheduler.model import (
    DIMENSIONS,
    FIRST_YEAR,
    LAST_YEAR,
    WORLD,
    Certainty,
    Former,
    Observance,
    Origin,
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
_LONGEST_ID, _LONGEST_THEME = 100, 60  # signs; files and addresses are called by them


def observance(name: str, t: Table) -> Observance:
    """One entry, its mistakes noted in the table's problems. Its dates are checked by `check_dates`."""
    _check_id(name, t)
    unverified = t.yes("unverified", default=False)
    proclaimed = _proclaimed(t.table("proclaimed", needed=not unverified), needed=not unverified)
    in_languages, name_sources = names(t, t.text("name"))
    page, rule = address(t, "page", needed=False), t.text("rule")
    made = Observance(
        id=name,
        names=in_languages,
        rule=rule,
        proclaimed=proclaimed,
        sources=addresses(t, "sources", least=0 if page or unverified else 1),
        checked=t.day("checked"),
        page=page,
        since=t.whole("since", max(proclaimed.year, FIRST_YEAR), least=1800, most=LAST_YEAR),
        until=t.whole("until", LAST_YEAR, least=FIRST_YEAR, most=LAST_YEAR),
        known=t.days("known"),
        year_themes=_year_themes(t.table("themes_by_year")),
        exceptions=_spans(t.table("exceptions"), cancelled=True),
        announced={year: span for year, span in _spans(t.table("announced")).items() if span},
        origin=Origin(t.one_of("origin", Origin, "own")),
        name_sources=name_sources,
        formerly=_formerly(t.table("formerly"), in_languages, rule),
        unverified=unverified,
        **_subject(t),
        **_hashtags(t),
    )
    t.finish()
    return made


def _check_id(name: str, t: Table) -> None:
    if not _ID.fullmatch(name) or re.search(r"\d{4}", name):
        t.wrong("", f"the id '{name}' is not lower-case words joined by hyphens, without a year", "rename the entry")
    if len(name) > _LONGEST_ID:
        t.wrong("", f"the id has {len(name)} signs, of at most {_LONGEST_ID}", "rename the entry")


def _subject(t: Table) -> dict[str, Any]:
    """The fields that say what a day is about and whom it concerns."""
    return {
        "regions": t.words("regions", [WORLD]),
        "dimensions": t.words("dimensions", known=DIMENSIONS),
        "themes": _themes(t),
        "sdg": t.words("sdg"),
        "sensitivity": Sensitivity(t.one_of("sensitivity", Sensitivity, "normal")),
        "related": t.words("related"),
    }


def _themes(t: Table) -> tuple[str, ...]:
    found = t.words("themes")
    for theme in found:
        if not _ID.fullmatch(theme) or len(theme) > _LONGEST_THEME:
            hint = f"write it like human-trafficking, with at most {_LONGEST_THEME} signs: files are called by it"
            t.wrong("themes", f"the theme '{theme}' is not lower-case words joined by hyphens", hint)
    return found


def _proclaimed(t: Table, *, needed: bool) -> Proclaimed:
    made = Proclaimed(
        body=t.text("body", None if needed else ""),
        document=t.text("document", ""),
        address=address(t, "address", needed=False),
        year=t.whole("year", 0, most=LAST_YEAR),
    )
    t.finish()
    return made


def _hashtags(t: Table) -> dict[str, Any]:
    """The tags, and of each that tells one the address at which it is the official one."""
    found: dict[str, str] = {}
    for tag in t.mixed("hashtags", "tag"):
        found[tag.text("tag")] = address(tag, "source", needed=False)
        tag.finish()
    return {"hashtags": tuple(found), "hashtag_sources": {tag: source for tag, source in found.items() if source}}


def _formerly(t: Table, names: dict[str, str], rule: str) -> tuple[Former, ...]:
    """What the day was until some years, soonest first; what a year does not say was as it is now.

    A former name stands alone: the names in other languages are those of the name of today.
    """
    made = []
    for text in t.body:
        inner = t.table(text)
        old = inner.text("name", names["en"])
        rule_then = inner.text("rule", rule)
        kept = names if old == names["en"] else {"en": old}
        made.append(Former(_year(t, text), kept, rule_then, address(inner, "source", needed=False)))
        inner.finish()
    return tuple(sorted(made, key=lambda former: former.until))


def _year_themes(t: Table) -> dict[int, YearTheme]:
    made = {}
    for year in t.body:
        inner = t.table(year)
        made[_year(t, year)] = YearTheme(inner.text("text"), address(inner, "source"))
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


def check_dates(o: Observance, t: Table) -> None:
    """The rules must be readable, meet the known dates, and, where they move, have two of them."""
    if not (o.rule and _is_readable(o, t)):
        return
    rule = rules.parse(o.rule)
    if o.since > o.until:
        t.wrong("until", f"it ends in {o.until}, before it begins in {o.since}", "correct since or until")
    for former in o.formerly:
        if former.until < o.since:
            say = f"it was otherwise until {former.until}, but is held since {o.since}"
            t.wrong("since", say, "give the first year of all as since")
    if o.rule == "announced" and not o.announced:
        t.wrong("rule", "an announced day lists no date", 'add [entry.announced] with 2026 = "2026-03-20"')
    if rule.certainty is Certainty.COMPUTED and len(o.known) < 2 and not o.unverified:
        t.wrong("known", "a day that moves needs two known dates as proof", "add known = [2025-10-06, 2026-10-05]")
    for day in o.known:
        _check_known(o, day, t)


def _is_readable(o: Observance, t: Table) -> bool:
    years = t.table("formerly")
    former = [(f.rule, years.table(str(f.until))) for f in o.formerly if f.rule != o.rule]
    for text, where in [(o.rule, t), *former]:
        try:
            rules.parse(text)
        except rules.RuleError as error:
            where.wrong("rule", str(error), error.write)
            return False
    return True


def _check_known(o: Observance, day: date, t: Table) -> None:
    held = dates.occurrences(o, day.year)
    if day not in [h.start for h in held]:
        gives = " and ".join(str(h.start) for h in held) or "nothing"
        t.wrong("known", f"the rule gives {gives} in {day.year}, not {day}", "correct the rule or the known date")
