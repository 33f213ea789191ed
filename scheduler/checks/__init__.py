"""What a post must satisfy before a person is asked, and again before it is sent. Pure: no files, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.checks.consent import check_consent
from scheduler.checks.days import check_wrong_day
from scheduler.checks.draft import ERROR, HINT, POST, TEXT, WARNING, WRITING, Check, Draft
from scheduler.checks.facts import check_facts
from scheduler.checks.hashtags import check_hashtag_number, check_hashtags
from scheduler.checks.helpline import check_helpline
from scheduler.checks.identity import check_identity
from scheduler.checks.language import check_content_note, check_language
from scheduler.checks.links import check_link_text, check_links
from scheduler.checks.marks import check_marks
from scheduler.checks.numbers import check_number_source
from scheduler.checks.picture import check_picture
from scheduler.checks.reading import check_reading
from scheduler.checks.shape import check_alt, check_capitals, check_length, check_placeholder, check_thread
from scheduler.checks.signs import check_emoji, check_signs
from scheduler.checks.translation import check_translation
from scheduler.checks.words import check_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.model import Finding

__all__ = [
    "CHECKS",
    "ERROR",
    "HINT",
    "POST",
    "TEXT",
    "WARNING",
    "WRITING",
    "Check",
    "Draft",
    "check_draft",
    "check_writing",
    "has_errors",
    "is_waivable",
]

CHECKS = (
    Check("words", "No words that harm, by the rules of the language guard", ERROR, check_words, WRITING),
    Check("identity", "Nothing that leads to a person", ERROR, check_identity, WRITING),
    Check("consent", "A person's story goes out with a consent that holds", ERROR, check_consent, POST),
    Check(
        "helpline", "Helpline numbers are registered, whole, current and for the country", ERROR, check_helpline, TEXT
    ),
    Check("placeholder", "Nothing of a template is left over", ERROR, check_placeholder, TEXT),
    Check("length", "The text fits the network", ERROR, check_length, POST),
    Check("thread", "A thread goes where there are threads", ERROR, check_thread, POST),
    Check("alt", "Pictures are described in words", ERROR, check_alt, POST),
    Check("picture", "Pictures can be read, are ours to show, and tell no place", ERROR, check_picture, POST),
    Check("hashtag-case", "Each word of a hashtag begins with a capital", WARNING, check_hashtags, WRITING),
    Check("hashtag-number", "Few hashtags, after the words", ERROR, check_hashtag_number, TEXT),
    Check("wrong-day", "Today, tomorrow and yesterday are true on the day", ERROR, check_wrong_day, POST),
    Check("link-https", "Links are whole https addresses", ERROR, check_links, TEXT),
    Check("link-text", "The words of a link say where it leads", ERROR, check_link_text, WRITING),
    Check("language", "The language is set and is the text's", ERROR, check_language, POST),
    Check("content-note", "Hard posts have a content note where the network has one", ERROR, check_content_note, POST),
    Check("number-source", "Large numbers and shares name their source", WARNING, check_number_source, TEXT),
    Check("fact", "Figures of the registry are current and name who counted", ERROR, check_facts, TEXT),
    Check("translation", "The words say what their source says now", ERROR, check_translation, POST),
    Check("capitals", "No row of words in capitals", WARNING, check_capitals, WRITING),
    Check("emoji", "At most two emoji, each once, after the words", WARNING, check_emoji, WRITING),
    Check("signs", "Words rather than emoticons and signs", WARNING, check_signs, WRITING),
    Check("reading", "Sentences that are easily read", WARNING, check_reading, POST),
    Check("bidi-marks", "No hidden marks and no imitation letters", ERROR, check_marks, WRITING),
)


def check_draft(draft: Draft) -> list[Finding]:
    """Everything the checks see in a draft, in the order of CHECKS; the same thing seen twice is told once."""
    return list(dict.fromkeys(finding for check in CHECKS for finding in check.function(draft)))


def check_writing(draft: Draft, reads: str = WRITING) -> list[Finding]:
    """What the checks that hold for any writing see, with TEXT those of a post's words too; each place is told."""
    return [f for check in CHECKS if check.reads in (WRITING, reads) for f in check.function(draft)]


def is_waivable(finding: Finding) -> bool:
    """Whether a person may take it on themselves: every warning, and of the errors those that judge words."""
    return finding.severity == WARNING or finding.check == "identity" or finding.check not in {c.id for c in CHECKS}


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any finding blocks approval."""
    return any(finding.severity == ERROR for finding in findings)
