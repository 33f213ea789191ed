"""A person's story goes out with their consent, and not a day longer than it holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.checks import masks
from scheduler.checks.draft import ERROR, Draft, found
from scheduler.guard.plain import QUOTED
from scheduler.model import WITHDRAWN, Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding

OWN_WORDS = 8  # words from which on a quotation is more than an example of what people say
# somebody speaks of themselves
_I = {
    "en": r"I|I'm|I've|I'd|my|me|mine|myself",
    "fr": r"je|j'\w+|moi|mon|ma|mes|m'\w+",
    "es": r"yo|me|mi|mis|conmigo|fui|estaba|estuve|tenía|era|soy|estoy|trabajé|trabajaba",
    "ru": "я|мне|меня|мой|моя|мои|мной",
    "ar": "أنا|لي|كنت|عندي",
}
_SPEAKS = {language: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.I) for language, words in _I.items()}
_SPEAKS["zh"] = re.compile("我")
# a name that is said to be changed, or a person told by what was done to them: their story, whoever tells it
_CHANGED = re.compile(
    r"\bname (?:has been |was |is )?changed\b|\bnot (?:her|his|their) real name\b|\bpseudonym\b"
    r"|\b(?:pr[ée]nom|nom) (?:(?:a été )?(?:modifié|changé)|d['\u2019]emprunt)"
    r"|\bnombre (?:ficticio|cambiado|modificado)\b"
    r"|\bse ha cambiado el nombre\b|имя изменено|化名|اسم مستعار",
    re.I,
)


def tells_a_story(draft: Draft) -> str:
    """The words that make a post a person's story; empty if it is none."""
    if changed := _CHANGED.search(draft.text):
        return changed[0]
    if draft.sensitivity is Sensitivity.NORMAL:
        return ""
    speaks = _SPEAKS.get(draft.language, _SPEAKS["en"])
    for quoted in QUOTED.finditer(masks.prose(draft.text)):
        words = quoted[0] if draft.language == "zh" else quoted[0].replace("\u2019", "'")
        size = len(words) if draft.language == "zh" else len(words.split())
        if size >= OWN_WORDS and speaks.search(words):
            return quoted[0]
    return ""


def check_consent(draft: Draft) -> Iterator[Finding]:
    """A post that tells a person's story has a consent, and it holds as long as the post may go out."""
    story, consent = tells_a_story(draft), draft.consent
    if story and consent is None:
        why = "it tells a person's story, and no consent is named"
        better = "ask the person, keep what they signed elsewhere, and name it: daymark consent ID POST --until DATE"
        yield found("consent", ERROR, story, why, better)
    if consent and draft.last and consent.until < draft.last:
        ended = f"ended on {consent.until}" if consent.until > WITHDRAWN else "was withdrawn"
        why = f"the consent {consent.id} {ended}, and the post may go out until {draft.last}"
        yield found("consent", ERROR, consent.id, why, "ask the person again, or tell no story")
