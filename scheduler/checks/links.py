"""Links: readable by everyone, private on the way, and leading where they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.checks.draft import ERROR, WARNING, Draft, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding

_PLAIN = re.compile(r"(?<![\w/])http://[^\s/]\S*", re.I)
_BARE = re.compile(r"(?<![\w.@/-])www\.\S+", re.I)
_BROKEN = re.compile(
    # a space or a missing sign after the scheme
    r"\bhttps?(?:[^\S\n]+:|:[^\S\n]*/[^\S\n]+/?|:[^\S\n]+/|://(?=\s|\Z)|:/(?!/)|//)[^\n]{0,40}"
    r"|\b(?:htps|htpps|htttps?|ttps?|hxxps?)://\S*"
    r"|https?://https?[:/]\S*"
    r"|https://[^\s/.]*\.?(?=[\s/?#]|\Z)(?:[^\S\n]\S{0,40})?"  # "https://example .org": a host without a dot
    r"|https://[^\s<>\[\]{}|\\^`]{0,300}[<>\[\]{}|\\^`]\S{0,40}"
    r"|\]\(https?://\S*"
    r"|<https?://\S*",
    re.I,
)
_SHORTENED = re.compile(
    r"(?<![\w.@-])(?:https?://)?(?:www\.)?(?:bit\.ly|tinyurl\.com|t\.co|goo\.gl|ow\.ly|buff\.ly|is\.gd|v\.gd|lnkd\.in|rb\.gy"
    r"|cutt\.ly|shorturl\.at|tiny\.cc|rebrand\.ly|t\.ly|dlvr\.it)/\S*",
    re.I,
)
_RULES = (
    (_PLAIN, ERROR, "an unencrypted link: others on the way can read and change it", "write https://"),
    (_BARE, ERROR, "a link without https://: not every network makes it one", "write the whole address, with https://"),
    (_BROKEN, ERROR, "a broken link: a space, a bracket or a missing sign stops it", "paste the address again, alone"),
    (_SHORTENED, WARNING, "a shortened link hides where it leads and may stop working", "write the whole address"),
)


def check_links(draft: Draft) -> Iterator[Finding]:
    """Every link is a whole https address."""
    for pattern, severity, why, suggestion in _RULES:
        for link in pattern.finditer(draft.text):
            yield found("link-https", severity, link[0], why, suggestion)
