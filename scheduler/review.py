"""Who said yes, to exactly which bytes."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import TYPE_CHECKING

from scheduler.model import DeliveryState, Review

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.model import Post, Wording


def digest(wording: Wording, *, language: str, account: str, due: datetime, expires: datetime) -> str:
    """What an approval is bound to: words, note, alt text, picture, language, account and time window."""
    media = wording.media.sha256 if wording.media else ""
    parts = [wording.text, wording.note, wording.alt, media, language, account, due.isoformat(), expires.isoformat()]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def digest_of(post: Post) -> str:
    """The digest of a post as it stands now."""
    return digest(post.wording, language=post.language, account=post.account, due=post.due, expires=post.expires)


def same_person(one: str, other: str) -> bool:
    """Whether two names are one, whatever their case, accents' encoding or blanks."""
    first, second = (" ".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in (one, other))
    return first == second


def state_of(review: Review, delivery: DeliveryState | None, *, held: bool = False) -> str:
    """The one word a person sees for what people decided and machines did."""
    if delivery is DeliveryState.WAITING and held:
        return "held"
    return str(delivery or review)


def after_planning(*, errors: bool) -> Review:
    """A new text with errors waits for its author; a clean one for a reviewer."""
    return Review.DRAFT if errors else Review.IN_REVIEW
