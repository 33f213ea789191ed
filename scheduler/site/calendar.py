"""The pages that show days by date: the first page, a page for each year and one for each month."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from scheduler.site.parts import line, page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Occurrence
    from scheduler.site.parts import Page, Site
    from scheduler.site.tongue import Tongue

MONTHS_AHEAD = 3  # on the first page


def home(site: Site, tongue: Tongue, path: str = "") -> Page:
    """The first page of a language: what it is, and this month and the next ones. It changes once a month."""
    first = site.today.replace(day=1)
    ahead = [_months_on(first, n) for n in range(MONTHS_AHEAD)]
    shown = [_month(site, tongue, m) for m in ahead if m.year in site.years]
    return page(site, tongue, path or f"{tongue.code}/index.html", "home.html", months=shown)


def years(site: Site, tongue: Tongue) -> Iterator[Page]:
    """A page for each year, and one for each of its months."""
    for year in site.years:
        shown = {first: _month(site, tongue, first) for first in (date(year, n, 1) for n in range(1, 13))}
        path = f"{tongue.code}/{year}/index.html"
        yield page(site, tongue, path, "year.html", months=list(shown.values()), year=year)
        for first, month in shown.items():
            yield _month_page(site, tongue, first, month)


def _month_page(site: Site, tongue: Tongue, first: date, month: dict[str, Any]) -> Page:
    around = {"earlier": _months_on(first, -1), "later": _months_on(first, 1)}
    links = {word: _link(tongue, m) for word, m in around.items() if m.year in site.years}
    shown = month | {"days": _days(tongue, first, month["lines"])}
    return page(site, tongue, _path(tongue, first), "month.html", month=shown, around=links)


def _months_on(first: date, months: int) -> date:
    year, n = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, n + 1, 1)


def _path(tongue: Tongue, first: date) -> str:
    return f"{tongue.code}/{first.year}/{first.month:02}.html"


def _link(tongue: Tongue, first: date) -> dict[str, str]:
    return {"href": _path(tongue, first), "title": tongue.month(first)}


def _month(site: Site, tongue: Tongue, first: date) -> dict[str, Any]:
    """A month as a list: what goes on all through it or began before, then what begins on its days."""
    here = site.by_month.get((first.year, first.month), [])
    long = [o for o in here if o.start < first or o.days > 14]
    return _link(tongue, first) | {
        "name": tongue.month_name(first),
        "long": [line(o, tongue) for o in long],
        "lines": [_begun(o, tongue) for o in here if o.start >= first and o.days <= 14],
    }


def _begun(o: Occurrence, tongue: Tongue) -> dict[str, Any]:
    return line(o, tongue) | {"number": o.start.day, "weekday": tongue.weekday(o.start)}


def _days(tongue: Tongue, first: date, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each day of a month with those of `lines` that begin on it, and in which column of a week it stands, from 1."""
    begun: dict[date, list[dict[str, Any]]] = {}
    for line_of_day in lines:
        begun.setdefault(line_of_day["start"], []).append(line_of_day)
    days = [first + timedelta(days=n) for n in range((_last(first) - first).days + 1)]
    return [
        {
            "date": day,
            "weekday": tongue.weekday(day),
            "column": (day.weekday() - tongue.first_weekday) % 7 + 1,
            "lines": begun.get(day, []),
        }
        for day in days
    ]


def _last(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
