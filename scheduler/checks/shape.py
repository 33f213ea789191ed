"""What a post looks like before it is read: left-over templates, length, pictures, capitals, hidden marks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.checks import lengths, masks
from scheduler.checks.draft import ERROR, HINT, WARNING, Draft, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding

_FILL_ME = (
    r"insert|inserte?r?|insérer|insérez|add|your|our|votre|tu|su|name|first name|full name|organi[sz]ation|org|charity"
    r"|date|day|time|place|location|city|town|country|region|link|url|address|email|number|phone|helpline|hashtags?|photo|image|picture"
    r"|logo|quote|text|theme|title|handle|nom|prénom|lieu|ville|pays|lien|numéro|heure|texte|nombre|lugar|ciudad|país"
    r"|enlace|número|fecha|hora|texto|xx+"
)
_LEFT_OVER = re.compile(
    r"\{\{[^{}\n]{0,80}(?:\}\})?|\}\}|\{%[^{}\n]{0,80}(?:%\})?|%\}|\{#|\[\[[^\[\]\n]{0,80}(?:\]\])?"
    rf"|\[(?i:{_FILL_ME})(?!\w)[^\[\]\n]{{0,60}}\](?!\()|<(?i:{_FILL_ME})(?!\w)[^<>\n]{{0,60}}>"
    r"|\[[A-Z]+[ _-][A-Z _-]{1,60}\]"
    r"|(?i:\blorem\s+ipsum\b)|\b(?:TBC|TBD|FIXME|TKTK)\b|\bTODO\b|(?<!\w)[Xx]{3,}(?!\w)|_{4,}"
)
_SPANISH_ALL = re.compile(r"TODO(?!\s*:)")  # "TODO" is also "all"

_FILE_NAME = re.compile(
    r"[\w.() -]{1,200}\.(?:jpe?g|png|gif|webp|heic|avif|tiff?|bmp|svg|mp4|mov|pdf)"
    r"|(?:IMG|DSC\w?|DCIM|PXL|WA|image|photo|screenshot|untitled)[ _-]?\d[\d _-]{0,40}",
    re.I,
)
_IMAGE_OF = re.compile(
    r"(?:an? |the |une? |una )?(?:image|picture|photo|photograph|graphic|imagen|foto|fotografía|photographie)"
    r" (?:of\b|de\b|d['\u2019])",
    re.I,
)

MANY_CAPITALS = 4  # words in a row

_EMBEDDINGS = re.compile("[\u202a-\u202e]")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u061c\u2060\ufeff]")
_ANY_MARK = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u061c\ufeff]")
_ISOLATES = re.compile("[\u2066-\u2069]")
_IMITATION = re.compile(
    "[\U0001d400-\U0001d7ff\u249c-\u24e9\U0001f110-\U0001f149\U0001f150-\U0001f169"
    "\U0001f172-\U0001f17d\U0001f180-\U0001f189\u2102\u210a-\u2115\u2118-\u211d\u2124\u2128\u212c-\u2138]+"
)
_FULL_WIDTH = re.compile("[\uff21-\uff3a\uff41-\uff5a]+")


def check_placeholder(draft: Draft) -> Iterator[Finding]:
    """Nothing is left of a template or of a note to oneself."""
    for part in draft.parts:
        for left in _LEFT_OVER.finditer(part):
            if not (draft.language == "es" and _SPANISH_ALL.match(part, left.start())):
                yield found(
                    "placeholder", ERROR, left[0], "something was to be filled in here", "fill it in, or take it out"
                )


def check_length(draft: Draft) -> Iterator[Finding]:
    """The text fits the network, counted as the network counts."""
    long = lengths.count(draft.text, draft.limits, draft.note)
    too_many = long - draft.limits.most
    if too_many > 0:
        why = (
            f"{long} {draft.limits.unit} are {too_many} over the {draft.limits.most} that {draft.limits.network} takes"
        )
        yield found("length", ERROR, draft.text[-too_many:], why, f"shorten it by {too_many}")


def check_alt(draft: Draft) -> Iterator[Finding]:
    """A picture is described, in words, briefly enough, beginning with what it shows."""
    alt = draft.alt.strip()
    if not alt:
        if draft.media_sha:
            yield found(
                "alt", ERROR, "", "a picture without alt text", "say what it shows, with every word written on it"
            )
        return
    if _FILE_NAME.fullmatch(alt):
        yield found("alt", ERROR, alt, "the alt text is a file name", "say what the picture shows")
    if draft.limits.alt_most and len(alt) > draft.limits.alt_most:
        why = f"the alt text has {len(alt)} characters; {draft.limits.network} takes {draft.limits.alt_most}"
        yield found("alt", ERROR, alt, why, f"shorten it by {len(alt) - draft.limits.alt_most}")
    if start := _IMAGE_OF.match(alt):
        yield found(
            "alt", HINT, start[0], "screen readers already say that it is a picture", "begin with what it shows"
        )


def check_capitals(draft: Draft) -> Iterator[Finding]:
    """No run of capitals: they are hard to read, and some screen readers spell them."""
    text = masks.prose(draft.text)
    runs = [run for line in text.splitlines() for run in _capital_runs(line.split())]
    if not runs and text.isupper() and len(re.findall(r"[^\W\d_]{2,}", text)) > 2:
        runs = [text]
    for run in runs:
        yield found("capitals", WARNING, run, "a row of words in capitals is hard to read", "write it in sentence case")


def _capital_runs(words: list[str]) -> Iterator[str]:
    """Runs of four or more capital words; a comma or a slash between them makes a list of acronyms, not a run."""
    run: list[str] = []
    for word in [*words, ""]:
        if word.isupper():
            run.append(word)
        elif word.isdecimal() or word == "&":
            continue
        if not word.isupper() or word.rstrip("\"')\u201d\u00bb").endswith((",", ";", "/", "|")):
            if len(run) >= MANY_CAPITALS and sum(len(w) > 1 for w in run) >= MANY_CAPITALS - 1:
                yield " ".join(run)
            run = []


def check_marks(draft: Draft) -> Iterator[Finding]:
    """No mark that nobody sees and that reorders or splits words; no letters that only look like letters."""
    for part in draft.parts:
        for mark in _one_of_each(_EMBEDDINGS, part):
            yield _mark(
                part,
                mark,
                ERROR,
                "it can reorder the text and hide what it says",
                "take it out, or use U+2066 to U+2069",
            )
        for mark in _one_of_each(_INVISIBLE, part):
            yield _mark(
                part, mark, WARNING, "an invisible mark: it splits words for search and screen readers", "take it out"
            )
        yield from _check_isolates(part)
        yield from _check_imitation(part, draft.language)


def _one_of_each(pattern: re.Pattern[str], part: str) -> list[re.Match[str]]:
    return list({mark[0]: mark for mark in pattern.finditer(part)}.values())


def _mark(part: str, mark: re.Match[str], severity: str, why: str, suggestion: str) -> Finding:
    """Named by its number, because printing the mark itself would do to the report what it does to the post."""
    around = _ANY_MARK.sub("", part[max(0, mark.start() - 20) : mark.end() + 20])
    return found("bidi-marks", severity, f"U+{ord(mark[0]):04X} near: {around}", why, suggestion)


def _check_isolates(part: str) -> Iterator[Finding]:
    for line in part.splitlines():  # a paragraph ends every isolate (UAX #9)
        depth = 0
        for mark in _ISOLATES.finditer(line):
            depth += -1 if mark[0] == "\u2069" else 1
            if depth < 0:
                break
        if depth:
            words = _ISOLATES.sub("", line)
            why = "a direction is opened and not closed, or closed and not opened"
            yield found("bidi-marks", ERROR, words, why, "close each of U+2066 to U+2068 with U+2069 on the same line")


def _check_imitation(part: str, language: str) -> Iterator[Finding]:
    for pattern in (_IMITATION, _FULL_WIDTH):
        if pattern is _FULL_WIDTH and language == "zh":
            continue  # full-width letters are at home among Chinese characters
        for run in pattern.finditer(part):
            why = "imitation letters: screen readers spell them as symbols or skip them"
            yield found("bidi-marks", ERROR, run[0], why, "write plain letters")
