"""What a post looks like before it is read: left-over templates, length, pictures, capitals."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.checks import lengths, masks
from scheduler.checks.draft import ERROR, HINT, WARNING, Draft, found
from scheduler.model import PART, parts_of

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
MOST_PARTS = 10  # of a thread
LONG_ALT = 250  # characters; guides say 125, networks allow 1,000 and more


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
    parts = parts_of(draft.text) if draft.limits.threads else (draft.text,)
    for n, part in enumerate(parts, 1):
        of = f"part {n}: " if len(parts) > 1 else ""
        for long, unit, most in lengths.measures(part, draft.limits, draft.note):
            too_many = long - most
            if too_many > 0:
                why = f"{of}{long} {unit} are {too_many} over the {most} that {draft.limits.network} takes"
                yield found("length", ERROR, part[-too_many:], why, f"shorten it by {too_many}")


def check_thread(draft: Draft) -> Iterator[Finding]:
    """A thread goes where there are threads, and each part of it says something."""
    parts = parts_of(draft.text)
    if len(parts) == 1:
        return
    if not (draft.sends_threads and draft.limits.threads):
        why = f"a line with {PART} alone makes a thread, and there are none here ({draft.limits.network})"
        yield found("thread", ERROR, PART, why, "write one text, without that line")
    if len(parts) > MOST_PARTS:
        why = f"the thread has {len(parts)} parts, more than {MOST_PARTS}: few read so far"
        yield found("thread", ERROR, parts[MOST_PARTS], why, "shorten it, and link to the rest")
    if not all(parts):
        yield found("thread", ERROR, PART, "a part of the thread is empty", f"take the line with {PART} out")


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
    elif len(alt) > LONG_ALT:
        why = f"the alt text has {len(alt)} characters: a screen reader cannot be stopped and resumed in it"
        yield found("alt", HINT, alt, why, f"say it in {LONG_ALT}, and the rest in the text")
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
