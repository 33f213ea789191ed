"""Observances as feed entries: an all-day event for each occurrence, in every feed of a language that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from scheduler import dates
from scheduler.feeds.catalogue import DAYS, path_of, places_of, subjects_of
from scheduler.feeds.entry import DAY, EVENT, Content, Entry
from scheduler.model import WORLD, Certainty, Sensitivity
from scheduler.sayings import ENGLISH, describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scheduler.model import Helpline, Observance, Occurrence
    from scheduler.sayings import Sayings


@dataclass(frozen=True, slots=True)
class Edition:
    """What the days of a language are written from. `groups` maps regions to countries; `today` ends helplines."""

    sayings: Sayings
    groups: Mapping[str, Iterable[str]] = field(default_factory=dict)
    helplines: Sequence[Helpline] = ()
    today: date = date.min

    @property
    def language(self) -> str:
        return self.sayings.language


def observance_entries(
    observances: Iterable[Observance], first_year: int, last_year: int, edition: Edition
) -> list[Entry]:
    """An entry for each occurrence that starts in `first_year` to `last_year`, both included.

    A name that is missing in the language is given in English, and the description says so. The key, and so the UID, is
    the same in every language.
    """
    days = list(observances)
    places = places_of(days, edition.groups)
    return [
        _entry(occurrence, edition, feeds)
        for observance in days
        for feeds in [feeds_of(observance, places[observance.id], edition.language)]
        for year in range(first_year, last_year + 1)
        for occurrence in dates.occurrences(observance, year)
    ]


def feeds_of(observance: Observance, places: Iterable[str], language: str, form: str = DAYS) -> tuple[str, ...]:
    """The paths of the feeds of one language that a day is in."""
    return tuple(
        path_of(scope, about, language=language, form=form) for scope, about in subjects_of(observance, places)
    )


def in_words(slug: str) -> str:
    """`human-trafficking` as `Human trafficking`."""
    words = slug.replace("-", " ")
    return words[:1].upper() + words[1:]


def _entry(occurrence: Occurrence, edition: Edition, feeds: tuple[str, ...]) -> Entry:
    return Entry(f"{DAY}{occurrence.id}", EVENT, feeds, content_of(occurrence, edition), edition.language)


def content_of(occurrence: Occurrence, edition: Edition) -> Content:
    """What is said of an occurrence in a language."""
    observance, sayings = occurrence.observance, edition.sayings
    return Content(
        summary=observance.name(sayings.language),
        description="\n".join(filter(None, _lines(occurrence, edition))),
        categories=[capital(sayings.theme(theme)) for theme in sorted(set(observance.themes))],
        url=page_of(observance),
        status="TENTATIVE" if occurrence.certainty is Certainty.EXPECTED else "CONFIRMED",
        all_day=True,
        start=occurrence.start.isoformat(),
        end=(occurrence.end + timedelta(days=1)).isoformat(),  # a feed's end is the day after
    )


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _lines(occurrence: Occurrence, edition: Edition) -> tuple[str, ...]:
    observance, sayings = occurrence.observance, edition.sayings
    theme = observance.year_themes.get(occurrence.year)
    return (
        sayings.say("when", rule=describe(_as_of(observance, occurrence.year), sayings)),
        sayings.say("expected") if occurrence.certainty is Certainty.EXPECTED else "",
        sayings.say("theme", year=occurrence.year, text=theme.text) if theme else "",
        *common_lines(observance, edition, max(occurrence.end, edition.today)),
    )


def common_lines(observance: Observance, edition: Edition, on: date) -> tuple[str, ...]:
    """What is said of a day in any year; `on` is a day on which a helpline must still hold."""
    return (
        _proclaimed(observance, edition.sayings),
        "" if observance.names.get(edition.language) else edition.sayings.say("unofficial"),
        _help(observance, edition, on),
        page_of(observance),  # again, last: Google and Outlook do not show the URL property
    )


def _as_of(observance: Observance, year: int) -> Observance:
    """The observance with what departs from its rule in `year` only: a correction of one year must revise one entry."""
    if not observance.exceptions and not observance.announced:
        return observance
    return replace(
        observance,
        exceptions={y: span for y, span in observance.exceptions.items() if y == year},
        announced={y: span for y, span in observance.announced.items() if y == year},
    )


def _proclaimed(observance: Observance, sayings: Sayings) -> str:
    by = observance.proclaimed
    document, body = ", ".join(filter(None, (by.document, str(by.year or "")))), sayings.body(by.body)
    who = f"{body} ({document})" if body and document else body or document
    return sayings.say("proclaimed", who=who) if who else ""


def _help(observance: Observance, edition: Edition, on: date) -> str:
    """A hard day says where help is: its country's helpline, if it holds on that day, else what is true everywhere."""
    if observance.sensitivity is Sensitivity.NORMAL:
        return ""
    line = _helpline(observance, edition, on)
    return edition.sayings.say("help", line=line.said(edition.language)) if line else edition.sayings.say("danger")


def _helpline(observance: Observance, edition: Edition, on: date) -> Helpline | None:
    countries = {region.partition("-")[0] for region in observance.regions}
    if len(countries) != 1 or WORLD in countries:
        return None  # a line of one country is no help to readers in the next
    country = min(countries)
    serving = [line for line in edition.helplines if line.serves(country, observance.themes, on)]
    return next((line for line in serving if edition.language in line.languages), serving[0] if serving else None)


def page_of(observance: Observance) -> str:
    """The page that an entry leads to: the official one, else the document."""
    return observance.page or observance.proclaimed.address


def theme_feed(theme: str, language: str = ENGLISH) -> str:
    """The path of a theme's feed: `themes/human-trafficking.ics`."""
    return path_of("theme", theme, language=language)
