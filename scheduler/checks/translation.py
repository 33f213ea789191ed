"""A translation says what its source says now, or it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.checks.draft import ERROR, Draft, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding


def check_translation(draft: Draft) -> Iterator[Finding]:
    """The words are not from a translation whose source has changed since."""
    if draft.stale:
        why = f"the source of {draft.stale} has changed since it was translated"
        yield found("translation", ERROR, "", why, "renew the translation (daymark texts), or reword the post")
