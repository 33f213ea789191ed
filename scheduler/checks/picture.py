"""Pictures: whether they can be read, and whether the file tells where it was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.checks.draft import ERROR, HINT, Draft, found
from scheduler.pictures import Trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding


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
