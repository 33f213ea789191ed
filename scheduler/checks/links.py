"""Links: readable by everyone, private on the way, and leading where they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.checks.draft import ERROR, HINT, WARNING, Draft, found

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
_SAYS_NOTHING = (
    r"click here|here|read more|more|learn more|find out more|more info(?:rmation)?|this link|link|this page"
    r"|cliquez ici|cliquer ici|ici|en savoir plus|lire la suite|plus d['\u2019]infos?|ce lien|lien"
    r"|ha(?:z|ga) clic aqu[ií]|pulsa aqu[ií]|aqu[ií]|leer m[aá]s|saber m[aá]s|m[aá]s informaci[oó]n|este enlace|enlace"
    r"|нажмите здесь|здесь|тут|подробнее|читать далее|по ссылке|اضغط هنا|انقر هنا|هنا|المزيد|اقرأ المزيد"
    r"|点击这里|点击此处|这里|此处|更多|了解更多|阅读更多"
)
_LINK_TEXT = re.compile(
    rf"\[\s*(?:{_SAYS_NOTHING})\s*[.!\u203a\u00bb>]?\s*\]\((?=\S)|<a\s[^<>]{{0,300}}>\s*(?:{_SAYS_NOTHING})\s*[.!]?\s*</a>",
    re.I,
)
_CLICK_HERE = re.compile(
    r"(?<!\w)(?:click (?:here|(?:on )?(?:the|this) link)|cliquez (?:ici|sur (?:le|ce) lien)"
    r"|ha(?:z|ga) clic (?:aqu[ií]|en el enlace)"
    r"|нажмите (?:здесь|на ссылку)|اضغط هنا|انقر هنا|点击(?:这里|此处))(?!\w)",
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


def check_link_text(draft: Draft) -> Iterator[Finding]:
    """The words of a link say where it leads, also to those who hear only the links (WCAG 2.4.4)."""
    for link in _LINK_TEXT.finditer(draft.text):
        yield found("link-text", ERROR, link[0], "these words do not say where the link leads", "name what is there")
    for words in _CLICK_HERE.finditer(_LINK_TEXT.sub("", draft.text)):
        why = "not everyone clicks, and these words do not say where the link leads"
        yield found("link-text", HINT, words[0], why, "name what is there, then give the address")
