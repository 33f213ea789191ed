"""The events of an iCalendar file. Only the lines that say what is held when are given to the parser."""

from __future__ import annotations

import re
import warnings
from itertools import islice
from typing import TYPE_CHECKING

from scheduler.lists.repeats import one_line
from scheduler.lists.table import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icalendar import Component

MOST_EVENTS = 20_000  # of one file: parsing them takes seconds
LONGEST_LINE = 10_000  # signs of a line, unfolded; a list of exceptions may be long, a name is not
_NEEDED = frozenset(
    "BEGIN END UID SUMMARY DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID SEQUENCE STATUS URL".split()
)
_FOLD = re.compile(r"\r?\n[ \t]")
_NAME = re.compile(r"[A-Za-z-]+")


def events_of(data: bytes) -> list[Component]:
    """The events of every calendar in a file. Raises ValueError if it is no iCalendar file, or holds too many."""
    from icalendar import Calendar

    text = decoded(data)
    if not text.strip():
        return []
    if not re.search(r"^\s*BEGIN:VCALENDAR", text, re.MULTILINE | re.IGNORECASE):
        page = " but a web page" if re.search(r"<(!doctype )?html", text[:2000], re.IGNORECASE) else ""
        raise ValueError(f"this is no iCalendar file{page}")
    if len(re.findall(r"^BEGIN:VEVENT", text, re.MULTILINE | re.IGNORECASE)) > MOST_EVENTS:
        raise ValueError(f"it has more than {MOST_EVENTS} events")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of zones: only dates are read here
        try:
            found = Calendar.from_ical("\r\n".join(_telling(text)), multiple=True)
        except Exception as error:  # the parser's own failures are of many kinds
            raise ValueError(f"this is no iCalendar file: {one_line(error)}") from error
    return list(islice((event for part in found for event in part.walk("VEVENT")), MOST_EVENTS))


def _telling(text: str) -> Iterator[str]:
    """The lines that say what is held when. Zones are left out: a day is a date, wherever its hours are counted."""
    in_zone = False
    for line in _FOLD.sub("", text).split("\n"):
        bare = line.strip("\r\n\t ")
        name = _NAME.match(bare)
        word = name[0].upper() if name else ""
        if word not in _NEEDED or len(bare) > LONGEST_LINE:
            continue
        in_zone = bare.upper() == "BEGIN:VTIMEZONE" or (in_zone and bare.upper() != "END:VTIMEZONE")
        if not in_zone and bare.upper() != "END:VTIMEZONE":
            yield bare
