"""Observances as feed entries: an all-day event for each occurrence, in the feed of all days and in its themes'."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler import dates
from scheduler.feeds.entry import DAY, EVENT, Content, Entry
from scheduler.model import Certainty

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.model import Observance, Occurrence, Proclaimed

ALL_DAYS = "observances.ics"


def observance_entries(
    observances: Iterable[Observance], first_year: int, last_year: int, *, language: str = "en", helpline: str = ""
) -> list[Entry]:
    """An entry for each occurrence that starts in `first_year` to `last_year`, both included.

    `helpline` is a text for every description that stays true in any year. A name that is missing in `language` is
    given in English, and the description says so. The key, and so the UID, is the same in every language.
    """
    return [
        _entry(occurrence, language, helpline)
        for observance in observances
        for year in range(first_year, last_year + 1)
        for occurrence in dates.occurrences(observance, year)
    ]


def theme_feed(theme: str) -> str:
    """The path of a theme's feed: `themes/human-trafficking.ics`."""
    return f"themes/{theme}.ics"


def dimension_feed(dimension: str) -> str:
    """The path of a feed of one dimension of human security: `dimensions/food.ics`."""
    return f"dimensions/{dimension}.ics"


def in_words(slug: str) -> str:
    """`human-trafficking` as `Human trafficking`."""
    words = slug.replace("-", " ")
    return words[:1].upper() + words[1:]


def _entry(occurrence: Occurrence, language: str, helpline: str) -> Entry:
    observance = occurrence.observance
    themes, dimensions = sorted(set(observance.themes)), map(dimension_feed, sorted(set(observance.dimensions)))
    content = Content(
        summary=observance.name(language),
        description="\n".join(filter(None, _lines(occurrence, language, helpline))),
        categories=[in_words(theme) for theme in themes],
        url=_page(observance),
        status="TENTATIVE" if occurrence.certainty is Certainty.EXPECTED else "CONFIRMED",
        all_day=True,
        start=occurrence.start.isoformat(),
        end=(occurrence.end + timedelta(days=1)).isoformat(),  # a feed's end is the day after
    )
    return Entry(f"{DAY}{occurrence.id}", EVENT, (ALL_DAYS, *map(theme_feed, themes), *dimensions), content)


def _lines(occurrence: Occurrence, language: str, helpline: str) -> tuple[str, ...]:
    observance = occurrence.observance
    theme = observance.year_themes.get(occurrence.year)
    return (
        f"When: {dates.describe(_as_of(observance, occurrence.year))}.",
        "Date expected, not yet announced." if occurrence.certainty is Certainty.EXPECTED else "",
        f"Theme of {occurrence.year}: {theme.text}" if theme else "",
        _proclaimed(observance.proclaimed),
        ""
        if observance.names.get(language)
        else f"No official name in this language ({language}) yet; shown in English.",
        helpline,
        _page(observance),  # again, last: Google and Outlook do not show the URL property
    )


def _as_of(observance: Observance, year: int) -> Observance:
    """The observance with what departs from its rule in `year` only: a correction of one year must revise one entry."""
    return replace(
        observance,
        exceptions={y: span for y, span in observance.exceptions.items() if y == year},
        announced={y: span for y, span in observance.announced.items() if y == year},
    )


def _proclaimed(by: Proclaimed) -> str:
    document = ", ".join(filter(None, (by.document, str(by.year or ""))))
    who = f"{by.body} ({document})" if by.body and document else by.body or document
    return f"Proclaimed by: {who}" if who else ""


def _page(observance: Observance) -> str:
    return observance.page or observance.proclaimed.address
