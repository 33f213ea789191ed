"""Pictures: whether they can be read, are ours to show, and whether the file tells where it was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.checks.draft import ERROR, HINT, WARNING, Draft, found
from scheduler.model import WITHDRAWN
from scheduler.pictures import Trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding

SHORTEST = 320  # points of the longer side: less is blown up until nobody sees what it shows (our own measure)


def check_picture(draft: Draft) -> Iterator[Finding]:
    """The picture is one, and can be shown; the place that its file tells is reported, and does not go out with it."""
    if draft.media_sha and not draft.shows_pictures:
        why = "the channel of this account carries no picture with a description, so it would go out without"
        yield found("picture", ERROR, "", why, "take the picture out of this post")
    if Trace.UNREADABLE in draft.traces:
        why = "the file is no picture that can be read, so nothing can be taken out of it"
        yield found("picture", ERROR, "", why, "save it again as JPEG, PNG or WebP")
    if Trace.PLACE in draft.traces:
        why = "the file tells where the picture was taken; this is taken out of what is sent, but the file has it still"
        yield found("picture", HINT, "", why, "could the picture itself give the place away? Clean the file, too")
    if 0 < max(draft.points) < SHORTEST:
        width, height = draft.points
        why = f"the picture has {width} by {height} points, and networks blow that up until it is blurred"
        yield found("picture", ERROR, "", why, f"take one of {SHORTEST} points or more")
    if draft.is_own:
        yield from _check_rights(draft)


def _check_rights(draft: Draft) -> Iterator[Finding]:
    """A picture of our own is entered with its licence and credit, which hold as long as the post may go out."""
    picture, last = draft.picture, draft.last
    if picture is None:
        why = "nobody has said whose picture this is, and under which licence"
        yield found("picture", WARNING, "", why, "enter it in pictures/pictures.toml: file, licence, credit")
        return
    if last and picture.expires and picture.expires < last:
        why = f"our right to show {picture.id} ends on {picture.expires}, and the post may go out until {last}"
        yield found("picture", ERROR, picture.licence, why, "ask for longer and renew expires, or show another picture")
    consent = picture.consent
    if consent and last and consent.until < last:
        ended = f"ended on {consent.until}" if consent.until > WITHDRAWN else "was withdrawn"
        why = f"the consent {consent.id} of the people in {picture.id} {ended}, and the post may go out until {last}"
        yield found("picture", ERROR, consent.id, why, "ask them again, or show another picture")
