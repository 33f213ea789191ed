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


def year_pages(site: Site, tongue: Tongue) -> Iterator[Page]:
    for year in site.years:
        shown = [_month(site, tongue, date(year, n, 1)) for n in range(1, 13)]
        path = f"{tongue.code}/{year}/index.html"
        yield page(site, tongue, path, "year.html", months=shown, year=year)


def months(site: Site, tongue: Tongue) -> Iterator[Page]:
    for year in site.years:
        for n in range(1, 13):
            first = date(year, n, 1)
            around = {"earlier": _months_on(first, -1), "later": _months_on(first, 1)}
            links = {word: _link(tongue, m) for word, m in around.items() if m.year in site.years}
            shown = _month(site, tongue, first) | {"days": _days(site, tongue, first)}
            yield page(site, tongue, _path(tongue, first), "month.html", month=shown, around=links)


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
        "lines": [_begun(o, tongue) for o in here if o not in long],
    }


def _begun(o: Occurrence, tongue: Tongue) -> dict[str, Any]:
    return line(o, tongue) | {"number": o.start.day, "weekday": tongue.weekday(o.start)}


def _days(site: Site, tongue: Tongue, first: date) -> list[dict[str, Any]]:
    """Each day of a month with what begins on it; the first says in which column of a week it stands, from 1."""
    begun: dict[date, list[dict[str, Any]]] = {}
    for o in site.by_month.get((first.year, first.month), []):
        if o.days <= 14 and o.start >= first:
            begun.setdefault(o.start, []).append(_begun(o, tongue))
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
