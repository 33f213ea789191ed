"""Telephone numbers in running text, told apart from years, dates, amounts, symbols and account numbers."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from scheduler.checks import masks
from scheduler.guard.plain import EMAIL, HANDLE, LINK

if TYPE_CHECKING:
    from collections.abc import Collection

_GAP = r"[ \u00a0\u2009\u202f.()\u2010-\u2014-]"
_RUN = re.compile(rf"(?<!{masks.LETTER})(?<!\d,)\+?\d(?:{_GAP}{{0,3}}\d){{2,}}(?!{masks.LETTER})")
_OTHER_NUMBERS = re.compile(
    r"\bISBN[:\s]{0,3}[\d-]{10,17}\b|\b97[89]-[\d-]{10,14}\b|\b10\.\d{4,9}/\S+"
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"  # bank accounts
    r"|(?i:\b(?:charity|company|regist\w{0,10}|reg\.?|account|vat|siren|siret)\s+(?:no\.?|number|n[\u00b0\u00ba]))"
    r"[:\s]{0,3}\d[\d ]{0,20}\b"
    r"|[£$€¥]\s?\d[\d., \u00a0\u202f]{0,20}|\b\d[\d., \u00a0\u202f]{0,20}(?:€|%|(?:EUR|USD|GBP|CHF)\b)"
)
_GROUPED = r"[1-9]\d{0,2}(?:[ .\u00a0\u2009\u202f]\d{3})+"
_COUNT = rf"(?:{_GROUPED}|[1-9]\d{{0,3}})"
_AMOUNT = re.compile(
    rf"{_GROUPED}|\d{{1,3}}\.\d+|{_COUNT}\s?[-\u2013\u2014]\s?{_COUNT}|(?:19|20)\d{{2}}(?:{_GAP}{{1,3}}(?:19|20)\d{{2}})+"
)
# a number right after one of these is to be rung, however short; "call on" and "call for" ask for something else
_RING = (
    r"call(?!\s+(?:on|upon|for)\b)|ring|dial|phone|telephone|text|sms|whatsapp|tel|tel\.|help\s?line|hot\s?line"
    r"|freephone|appelez|appeler|appelle|téléphone[rz]?|tél|composez|composer|ligne|numéro (?:vert|gratuit|d'urgence)"
    r"|llam[aeo]|ll[aá]m[ae]nos|llamen|llamar|llamad|llame|marque|marcar|teléfono|línea"
    r"|звоните|позвоните|телефон|тел"
    r"|اتصل|اتصلوا|هاتف"
)
_RING_HAN = "电话|致电|拨打|热线"
_BETWEEN = (
    r"us|them|the|our|this|on|at|in|now|free|number|line|helpline|hotline|police|emergency|services|or|to|please|toll|le|la"
    r"|au|du|el|al|numéro|número|d\u2019écoute|d'écoute|gratuit|gratuitement|gratis|nationale?|nacional"
    r"|по|номеру|على|الرقم|برقم"
)
_RUNG = re.compile(
    rf"(?:(?<!\w)(?:{_RING})(?!\w)|{_RING_HAN}|[\u260e\U0001f4de\u2706]\ufe0f?)"
    rf"(?=((?:[\s:.,-]{{1,3}}(?:{_BETWEEN})(?!\w)){{0,5}}[^\S\n]{{0,2}}[:.,\u2013\uff1a-]{{0,2}}[^\S\n]{{0,2}}\(?)\+?\d)",
    re.I,
)
# "call 145 friends": what is counted is not rung
_COUNTED = re.compile(
    r"[^\S\n](?!always\b|gratis\b|gratuits\b|toujours\b)(?:people|women|men|children|girls|states|[^\W\d_]{4,}[^\W\d_s]s)\b"
)
SHORTEST, SHORT = 3, 7  # digits; a run of fewer than SHORT is a number to ring only where the text says to ring it


@lru_cache(maxsize=1024)
def digits(text: str) -> str:
    """The decimal digits in `text`, of whatever script, as 0 to 9."""
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())


def phones(text: str, known: Collection[str] = ()) -> list[tuple[int, int]]:
    """Where telephone numbers stand, as (start, end). `known` holds digits that are one in any surroundings."""
    if all(len(run[0]) < SHORT for run in _RUN.finditer(text)) and not _RUNG.search(text):
        return []  # most texts
    bare = masks.hide(text, LINK, EMAIL, masks.HASHTAG, HANDLE, masks.SYMBOL, masks.DATE, masks.TIME)
    bare = masks.hide(bare, _OTHER_NUMBERS, masks.YEARS)
    rung = {match.end(1) for match in _RUNG.finditer(bare)}
    return [run.span() for run in _RUN.finditer(bare) if _is_phone(run, known, rung)]


def _is_phone(run: re.Match[str], known: Collection[str], rung: Collection[int]) -> bool:
    number = digits(run[0])
    if run.start() in rung and len(number) >= SHORTEST:
        return len(number) >= SHORT or not _COUNTED.match(run.string, run.end())
    if len(number) < SHORT:
        return False
    return number in known or not _AMOUNT.fullmatch(run[0])
