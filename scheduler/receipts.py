"""How well a day or a helpline is proved: by whom, how long ago, and so how far to trust it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from datetime import date

    from scheduler.model import Helpline, Observance

RING_AGAIN = timedelta(days=180)  # a helpline's operator is asked again after so long
_SECOND_LEVEL = {"ac", "co", "com", "edu", "go", "gob", "gouv", "gov", "govt", "net", "nhs", "or", "org", "police"}
_SAME = {"undocs.org": "un.org"}  # two sites of one publisher


class Confidence(StrEnum):
    """How far an entry can be trusted: two publishers say so, only one does, or nobody has checked it yet."""

    CONFIRMED = "confirmed"
    SINGLE = "one source"
    UNVERIFIED = "unverified"


class LineState(StrEnum):
    """What may be done with a helpline today. Only the first two are rendered."""

    GOOD = "good"
    RING_AGAIN = "ring again"
    EXPIRED = "expired"
    UNVERIFIED = "unverified"


def confidence(observance: Observance) -> Confidence:
    """How far to trust the entry."""
    if observance.unverified:
        return Confidence.UNVERIFIED
    return Confidence.CONFIRMED if len(publishers(observance)) > 1 else Confidence.SINGLE


def publishers(observance: Observance) -> set[str]:
    """The sites that say so, a site for each publisher: `who.int`, `service.gov.uk`."""
    return {site(address) for address in (observance.page, *observance.sources) if address}


def site(address: str) -> str:
    """The part of an address that one publisher registers: `https://www.dhs.gov/x` is `dhs.gov`."""
    labels = (urlsplit(address).hostname or "").removeprefix("www.").split(".")
    deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    name = ".".join(labels[-3:] if deep else labels[-2:])
    return _SAME.get(name, name)


def line_state(line: Helpline, today: date) -> LineState:
    """Whether the number is still to be trusted on `today`."""
    if line.unverified:
        return LineState.UNVERIFIED
    if line.expires < today:
        return LineState.EXPIRED
    return LineState.RING_AGAIN if today - line.checked > RING_AGAIN else LineState.GOOD
