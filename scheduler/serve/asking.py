"""What the headers of a request ask for: which form of a file, and whether the one that is there already will do.

RFC 9110, sections 8.8.3, 12.5.3, 13.1.2, 13.1.3 and 13.2.2, read on 2026-11-27.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.serve.shelf import Form, Item

_TAG = re.compile(rb'(?:W/)?("[!#-~\x80-\xff]*")')
_LONGEST = 4000  # bytes of a header that is looked at


def form_of(item: Item, headers: Iterable[tuple[bytes, bytes]]) -> Form:
    """The form of a file that a request takes."""
    told = b",".join(value for name, value in headers if name == b"accept-encoding")
    return item.packed if told and item.may_pack and _takes_gzip(told[:_LONGEST]) else item.plain


@lru_cache(maxsize=256)
def _takes_gzip(told: bytes) -> bool:
    weights: dict[bytes, float] = {}
    for part in told.lower().split(b","):
        word, _, rest = part.partition(b";")
        weight = re.fullmatch(rb"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", rest)
        weights[word.strip()] = float(weight[1]) if weight else 0.0 if rest.strip() else 1.0
    gzip = weights.get(b"gzip", weights.get(b"x-gzip", weights.get(b"*", 0.0)))
    return gzip > 0 and gzip >= weights.get(b"identity", 0.0)


def is_current(item: Item, form: Form, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether whoever asks has this form already, by its tag; by its time only if no tag is told."""
    tags = [value for name, value in headers if name == b"if-none-match"]
    if tags:
        told = b",".join(tags)
        return told == form.etag or told.strip() == b"*" or form.etag in _TAG.findall(told[:_LONGEST])
    since = [value for name, value in headers if name == b"if-modified-since"]
    return len(since) == 1 and item.modified <= _seconds(since[0][:100])


@lru_cache(maxsize=256)
def _seconds(told: bytes) -> float:
    """The moment of an HTTP date; before all of them for what is none."""
    try:
        at = parsedate_to_datetime(told.decode("ascii"))
        return at.timestamp() if at.tzinfo else -1
    except (ValueError, TypeError, OverflowError):
        return -1
