"""Who said yes, to exactly which bytes."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import TYPE_CHECKING

from scheduler.model import DeliveryState, Review

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from scheduler.model import Consent, Finding, Post, Waiver, Wording

_as_json = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make an encoder each time


def digest(
    wording: Wording, *, language: str, account: str, due: datetime, expires: datetime, consent: Consent | None = None
) -> str:
    """What an approval is bound to: words, note, alt text, picture, language, account, time window, consent."""
    media = wording.media.sha256 if wording.media else ""
    parts = [wording.text, wording.note, wording.alt, media, language, account, due.isoformat(), expires.isoformat()]
    parts += [consent.id, consent.until.isoformat()] if consent else []
    return hashlib.sha256(_as_json(parts).encode()).hexdigest()


def digest_of(post: Post) -> str:
    """The digest of a post as it stands now."""
    return digest(
        post.wording,
        language=post.language,
        account=post.account,
        due=post.due,
        expires=post.expires,
        consent=post.consent,
    )


def unanswered(findings: Iterable[Finding], waivers: Iterable[Waiver]) -> list[Finding]:
    """The findings that still stand in the way of an approval: errors and warnings that nobody has answered."""
    answered = {(w.rule, w.words, w.severity) for w in waivers}  # an answer to a warning is none to an error
    return [f for f in findings if f.severity != "hint" and (f.check, f.text, f.severity) not in answered]


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
