"""Words such as "today" are true on some days only; so is a date with its weekday."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from scheduler.checks import masks
from scheduler.checks.draft import ERROR, HINT, WARNING, Draft, found
from scheduler.guard.plain import QUOTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
}
_MONTH_OF = {name.lower(): n for names in _MONTHS.values() for n, name in enumerate(names.split(), 1)}
_WEEKDAY_OF = {name.lower(): n for names in _WEEKDAYS.values() for n, name in enumerate(names.split())}

# what the words of each language say; `idiom` names no day. Longer phrases stand before the words they contain.
_SAID = {
    "en": {
        "idiom": r"(?:better|brighter|safer|fairer|freer) tomorrow|(?:world|leaders) of tomorrow"
        r"|tomorrow['\u2019]s (?:world|leaders)",
        "after_tomorrow": r"(?:the )?day after tomorrow",
        "before_yesterday": r"(?:the )?day before yesterday",
        "today": r"today|tonight|this (?:morning|afternoon|evening)",
        "tomorrow": r"tomorrow",
        "yesterday": r"yesterday",
    },
    "fr": {
        "idiom": r"(?:monde|société) de demain",
        "after_tomorrow": r"après-demain",
        "before_yesterday": r"avant-hier",
        "today": r"aujourd['\u2019]hui|ce (?:soir|matin)|cet(?:te)? après-midi",
        "tomorrow": r"demain",
        "yesterday": r"hier",
    },
    "es": {
        "idiom": r"hoy en día|(?:del?|el|la|una|cada|por|buena) mañana",
        "after_tomorrow": r"pasado mañana",
        "before_yesterday": r"anteayer|antes de ayer",
        "today": r"hoy|esta (?:noche|tarde|mañana)",
        "tomorrow": r"mañana",
        "yesterday": r"ayer",
    },
    "ru": {
        "after_tomorrow": "послезавтра",
        "before_yesterday": "позавчера",
        "today": "сегодня",
        "tomorrow": "завтра",
        "yesterday": "вчера",
    },
    # the Arabic word for today also begins "the World Day": it is left out
    "ar": {"tomorrow": "غدًا|غداً", "yesterday": "أمس"},
}
_WORDS = {
    language: re.compile(
        r"(?<![\w-])(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in said.items()) + r")(?![\w-])", re.I
    )
    for language, said in _SAID.items()
}
_WORDS["zh"] = re.compile("(?P<today>今天|今晚)|(?P<tomorrow>明天)|(?P<yesterday>昨天)")
_RIGHT = {
    "after_tomorrow": "two days before it begins",
    "tomorrow": "the day before it begins",
    "today": "while it is held",
    "yesterday": "the day after it ends",
    "before_yesterday": "two days after it ends",
}

_month, _weekday = "|".join(_MONTH_OF), "|".join(_WEEKDAY_OF)
_DATE = re.compile(
    rf"(?<!\w)(?:(?P<weekday>{_weekday}),?\s+(?:the\s+)?)?(?:le\s+)?"
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th|er)?\s+(?:of\s+|de\s+)?(?P<month>{_month})"
    rf"|(?P<month_first>{_month})\s+(?P<day_last>\d{{1,2}})(?:st|nd|rd|th)?)(?!\w)"
    r"(?:,?\s+(?:de\s+)?(?P<year>\d{4})(?!\w))?",
    re.I,
)


def check_wrong_day(draft: Draft) -> Iterator[Finding]:
    """Today, tomorrow and yesterday are said on their day; nothing is checked while the dates are unknown.

    Quotations, links and hashtags are left alone.
    """
    if draft.day is None or draft.start is None:
        return
    text = masks.prose(masks.hide(draft.text, QUOTED))
    said = [word for word in _words(draft).finditer(text) if word.lastgroup != "idiom"]
    true = {word[0]: _is_true(word.lastgroup or "", draft.day, draft.start, draft.end or draft.start) for word in said}
    placed = any(true[word[0]] and word.lastgroup != "today" for word in said)
    for word in said:
        # on the eve, "tomorrow" told readers what day this is: "tonight" then means just that
        if not true[word[0]] and not (placed and word.lastgroup == "today"):
            yield _wrong(word, draft)
    today = any(word.lastgroup == "today" for word in said)
    for written in _DATE.finditer(text):
        yield from _check_date(written, draft, today=today)


def _words(draft: Draft) -> re.Pattern[str]:
    return _WORDS.get(draft.language, _WORDS["en"])


def _is_true(kind: str, day: date, start: date, end: date) -> bool:
    ahead, behind = (start - day).days, (day - end).days
    return {
        "today": ahead <= 0 >= behind,
        "tomorrow": ahead == 1,
        "yesterday": behind == 1,
        "after_tomorrow": ahead == 2,
        "before_yesterday": behind == 2,
    }[kind]


def _wrong(word: re.Match[str], draft: Draft) -> Finding:
    why = f"it goes out on {draft.day}, and the day is {_span(draft)}: right only {_RIGHT[word.lastgroup or '']}"
    now = ' or, if no day is meant, "now" or "at present"' if word.lastgroup == "today" else ""
    return found("wrong-day", ERROR, word[0], why, f"write the date: {_spoken(draft)}{now}")


def _span(draft: Draft) -> str:
    return f"{draft.start}" if draft.end in (None, draft.start) else f"{draft.start} to {draft.end}"


def _spoken(draft: Draft) -> str:
    """The first day as people of the language write it."""
    start = draft.start or date.min
    language = draft.language if draft.language in _MONTHS else "en"
    return f"{start.day} {'de ' if language == 'es' else ''}{_MONTHS[language].split()[start.month - 1]}"


def _check_date(written: re.Match[str], draft: Draft, *, today: bool) -> Iterator[Finding]:
    start, day = draft.start or date.min, draft.day or date.min
    meant = _date_of(written, start.year)
    if meant is None:
        return
    weekday = written["weekday"]
    if weekday and _WEEKDAY_OF[weekday.lower()] != meant.weekday():
        right = _WEEKDAYS["en"].split()[meant.weekday()]
        yield found("wrong-day", WARNING, written[0], f"{meant} is a {right}", "correct the weekday or the date")
    elif today and meant.year == start.year and not (start <= meant <= (draft.end or start) or meant == day):
        why = f"the text says today, and names a date that is neither {day} nor the day itself, {_span(draft)}"
        yield found("wrong-day", HINT, written[0], why, f"check the date: {_spoken(draft)}")


def _date_of(written: re.Match[str], year: int) -> date | None:
    """The date that is written, in `year` where no other is named; None for one that is not in the calendar."""
    name = written["month"] or written["month_first"]
    if name in ("may", "march"):
        return None  # verbs
    month = _MONTH_OF[name.lower()]
    try:
        return date(int(written["year"] or year), month, int(written["day"] or written["day_last"]))
    except ValueError:
        return None
