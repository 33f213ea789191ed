"""Words that harm: what the language guard catches in a post, told with what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.checks.draft import Draft, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding


def check_words(draft: Draft) -> Iterator[Finding]:
    """No phrase that the rules of the post's language object to. The rule's id is the check's."""
    if draft.guard is None:
        return
    for part, text in (("text", draft.text), ("note", draft.note), ("alt", draft.alt)):
        for caught in draft.guard.look(text, part) if text else ():
            yield found(caught.rule.id, caught.level, caught.text, caught.rule.why.rstrip("."), caught.rule.better)
