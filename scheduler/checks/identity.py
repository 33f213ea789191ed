"""Nothing that leads to a person: a name with an age, a case number, coordinates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.checks import masks
from scheduler.checks.draft import ERROR, WARNING, Draft, found
from scheduler.guard.plain import EMAIL, LINK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding

ADULT = 18
_NO_NAMES = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday article articles goal goals target targets sdg chapter section page table figure "
    "annex part resolution convention protocol note unit room floor level day week since until from "
    "janvier fevrier février mars avril mai juin juillet août septembre octobre novembre décembre lundi mardi mercredi "
    "jeudi vendredi samedi dimanche objectif cible chapitre enero febrero marzo abril mayo junio julio agosto "
    "septiembre octubre noviembre diciembre lunes martes miércoles jueves viernes sábado domingo artículo objetivo "
    "meta capítulo street road square avenue downing rue place calle plaza".split()
)
_CAPITAL = r"[^\W\d_a-z\u00df-\u00ff]"
_NAME = rf"(?P<name>{_CAPITAL}[^\W\d_]+)(?:[ -]{_CAPITAL}[^\W\d_]+){{0,2}}"
_AGE = r"(?P<age>\d{1,2})"
_WORDS = {
    word: age
    for age, words in {
        5: "five cinq cinco", 6: "six seis", 7: "seven sept siete", 8: "eight huit ocho", 9: "nine neuf nueve",
        10: "ten dix diez", 11: "eleven onze once", 12: "twelve douze doce", 13: "thirteen treize trece",
        14: "fourteen quatorze catorce", 15: "fifteen quinze quince", 16: "sixteen seize dieciséis",
        17: "seventeen dix-sept diecisiete", 18: "eighteen dix-huit dieciocho", 19: "nineteen dix-neuf diecinueve",
    }.items()
    for word in words.split()
}  # fmt: skip
_TENS = (
    r"(?:twenty|thirty|forty|fifty|sixty)(?:-\w+)?|(?:vingt|trente|quarante|cinquante|soixante)(?:-(?:et-)?\w+| et un)?"
    r"|veint\w+|(?:treinta|cuarenta|cincuenta|sesenta)(?: y \w+)?"
)
_SPELLED = rf"(?P<age>\d{{1,2}}|(?i:{'|'.join(sorted(_WORDS, key=len, reverse=True))}|{_TENS}))"
_YEARS = r"(?:[ -]?years?[ -]old| ?ans| ?años| ?лет| ?года?)"
_GOES_ON = r"(?=\)|,(?! ?\d)|[.!?](?!\d)| (?:was|is|has|had|from|told|says|said|who|est|fue)\b)"
_CHILD = r"(?:una?|une?|an?) (?:niñ[ao]|joven|fille|fillette|garçon|girl|boy) (?:de|of)"
_BETWEEN = rf"(?:aged?|now|only|just|who is|an?|une?|de|âgée? de|agée? de|una?|{_CHILD})"
_NO_COUNT = r"(?!\w|[.,]\d|%| ?(?:per|people|women|men|countries|cases|h\b|heures?\b|horas?\b|hours\b|a \d|à \d|to \d))"
_WITH_AGE = (
    re.compile(rf"(?<![\w.]){_NAME}(?:, ?| ?\(){_AGE}(?:{_YEARS}(?=\)))?{_GOES_ON}"),  # Maria, 14, was; Elena (34)
    re.compile(rf"(?<!\w){_NAME}, ?{_BETWEEN} {_AGE}(?:{_YEARS})?{_NO_COUNT}"),  # Maria, aged 14
    # 14-year-old Maria
    re.compile(rf"(?<!\w){_SPELLED}{_YEARS} (?:(?:called|named|girl|boy|woman|man) ){{0,2}}{_NAME}"),
    re.compile(rf"(?<!\w){_NAME},? (?:is|was|est|tiene|tenía) (?:(?:now|only|just|sólo|solo) )?{_SPELLED}{_YEARS}"),
    re.compile(rf"(?<!\w){_NAME} a {_SPELLED} ?ans"),
    re.compile(rf"(?<!\w){_NAME}, ?{_SPELLED}{_YEARS}"),  # Fatou, 16 ans
    re.compile(rf"(?<!\w)(?:At|Aged|À|A sus|A los|Con|Âgée? de)\s{_SPELLED}(?:{_YEARS})?, ?{_NAME}"),  # At 14, Maria
)
_IN_BRACKETS = re.compile(r"\(\d{1,2}\)")
_COORDINATES = re.compile(
    r"(?<![\d.])-?\d{1,3}\.\d{3,}\s*\u00b0?\s*[NSns]?\s*[,;/ ]\s*-?\d{1,3}\.\d{3,}\s*\u00b0?\s*[EWOewo]?(?!\d|\.\d)"
    r"|\d{1,3}\s?\u00b0\s?\d{1,2}\s?['\u2032\u2019]\s?(?:\d{1,2}(?:\.\d+)?\s?[\"\u2033\u201d]\s?)?[NSEWOnsewo]\b"
)
_CASE = re.compile(
    r"(?i:\b(?:case|file|docket|nrm|asylum|police|court|visa|passport|a-|dossier|affaire|expediente|causa|caso))"
    r"(?i:\s+(?:reference|ref|file|number|no|nr|id|numéro|número|n[\u00b0\u00bao]))?\.?\s*[:#]?\s*"
    r"(?=[A-Z0-9/-]*\d{3})[A-Z]{0,4}[-/ ]?\d[\dA-Z/-]{3,}"
)


def check_identity(draft: Draft) -> Iterator[Finding]:
    """No name with an age, no case number, no coordinates, in anything that readers get."""
    for part in draft.parts:
        text = masks.hide(part, LINK, EMAIL)
        yield from _names(text)
        for place in _COORDINATES.finditer(text):
            why = "coordinates lead to the door of a person or a shelter"
            yield found("identity", ERROR, place[0], why, "take them out; name the region or the country")
        for case in _CASE.finditer(text):
            if not masks.SYMBOL.search(case[0]):
                why = "a case number makes a person traceable"
                yield found("identity", ERROR, case[0], why, "take it out")


def _names(text: str) -> Iterator[Finding]:
    seen: set[str] = set()
    is_list = len(_IN_BRACKETS.findall(text)) > 1  # counts of several places or things, not ages
    for match in (match for pattern in _WITH_AGE for match in pattern.finditer(text)):
        words = {word.casefold() for word in re.findall(r"[^\W\d_]+", match[0])}
        if words & _NO_NAMES - {"a", "de"} or match["name"] in seen or match["age"] == "0":
            continue
        if is_list and "(" in match[0]:
            continue
        seen.add(match["name"])
        age = match["age"].lower()
        child = (int(age) if age.isdecimal() else _WORDS.get(age, ADULT)) < ADULT
        why = f"{'a child' if child else 'a person'} named with an age can be found"
        better = "change the name, say that it is changed, and write a child or an adult"
        yield found("identity", ERROR if child else WARNING, match[0], why, better)
