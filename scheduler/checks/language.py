"""The language tag lets a screen reader choose its voice, and a reader their filter: it must be there and be true."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.checks import masks
from scheduler.checks.draft import ERROR, WARNING, Draft, found
from scheduler.checks.helpline import lines_in
from scheduler.model import LANGUAGES, Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding

_LATIN = re.compile(r"[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
_SCRIPTS = {
    "en": ("Latin", _LATIN),
    "fr": ("Latin", _LATIN),
    "es": ("Latin", _LATIN),
    "ar": ("Arabic", re.compile(r"[\u0620-\u064a\u066e-\u06d3\u0750-\u077f\u08a0-\u08c7\ufb50-\ufdff\ufe70-\ufefc]")),
    "ru": ("Cyrillic", re.compile(r"[\u0400-\u052f]")),
    "zh": ("Chinese", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")),
}
FEWEST = 4  # letters: fewer say nothing about a language
LEAST_SHARE = {"zh": 0.1}  # of all letters, in the language's script; a Chinese character says as much as a few letters
USUAL_SHARE = 0.25  # names and titles of other scripts may fill the rest


def check_language(draft: Draft) -> Iterator[Finding]:
    """The language is one of ours, and the text is written in its script."""
    if draft.language not in LANGUAGES:
        why = "the language is not one we know" if draft.language else "the language is missing"
        yield found("language", ERROR, draft.language, why, f"write one of: {', '.join(LANGUAGES)}")
        return
    script, pattern = _SCRIPTS[draft.language]
    text = masks.prose(lines_in(draft.text, draft.helplines)[0]).replace(masks.FILL, " ")
    letters, own = sum(map(str.isalpha, text)), len(pattern.findall(text))
    if letters >= FEWEST and own < letters * LEAST_SHARE.get(draft.language, USUAL_SHARE):
        why = f"it is said to be '{draft.language}', and hardly any of it is in {script} script"
        yield found("language", ERROR, text, why, "correct the language, or the text")


def check_content_note(draft: Draft) -> Iterator[Finding]:
    """Where the network has a field for it, a hard post says beforehand what it is about."""
    if draft.sensitivity is Sensitivity.NORMAL or not draft.limits.content_note or draft.note.strip():
        return
    severity = ERROR if draft.sensitivity is Sensitivity.TRAUMA else WARNING
    why = f"a {draft.sensitivity} post without a content note: readers cannot choose"
    yield found("content-note", severity, "", why, "write a short, plain note, such as: Mentions human trafficking")
