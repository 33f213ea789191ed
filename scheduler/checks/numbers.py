"""A figure without a source is a rumour: large numbers and shares name who counted, and when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.checks import masks, phones
from scheduler.checks.draft import WARNING, Draft, found
from scheduler.checks.helpline import lines_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding

_SPACE = r"[ \u00a0\u2009\u202f]"
_DIGITS = r"\d{1,3}(?:[.,'\u2019 \u00a0\u2009\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)?"
_ONE = r"one|two|three|four|five|six|seven|eight|nine|ten|\d{1,4}"
_UN = r"une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|cent|mille|\d{1,4}"
_UNO = r"una?|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|cien|mil|\d{1,4}"
_PEOPLE = (
    r"people|persons|women|men|children|girls|boys|victims|survivors|cases|personnes|femmes|hommes|enfants|victimes|cas"
    r"|personne|femme|homme|enfant|fille|fillette|victime|personas|mujeres|hombres|niñ[ao]s|víctimas|casos"
)
_FIGURE = re.compile(
    rf"(?<![.,])(?<!{masks.LETTER})(?:"
    rf"(?:(?:{_DIGITS}){_SPACE}?|(?<!one in a ))"
    r"(?:millions?|billions?|trillions?|milliards?|millón|millones)\b"
    rf"|(?:{_DIGITS}){_SPACE}?"
    r"(?:%|\u066a|\uff05|(?:per cent|percent|pour cent|por ciento|bn|mn|thousand|mille|mil)\b)"
    rf"|(?:{_ONE})\s+(?:in|out of)\s+(?:every\s+)?(?:{_ONE})\b"
    rf"(?!{_SPACE}?(?:ways|places|days|weeks|months|years|hours)\b)"
    rf"|(?:{_UN})\s+(?:(?:{_PEOPLE})\s+)?sur\s+(?:{_UN})\b(?!{_SPACE}?(?:ans?|jours?|mois|semaines?|heures?|années?)\b)"
    rf"|(?:{_UNO})\s+de\s+cada\s+(?:{_UNO})\b"
    r"|(?:two|three)[ -](?:thirds|quarters)\b|(?:a|one)[ -](?:third|quarter) of\b|half of (?:all|the)\b"
    rf"(?!{_SPACE}(?:year|month|week|day|century|game|book)\b)"
    r"|(?:un|deux|trois)[ -](?:tiers|quarts?) d(?:es|e)\b|la moitié des\b"
    r"|(?:un|dos|tres) (?:tercios?|cuartos?) de\b|la mitad de (?:las|los)\b"
    r"|(?:\d[\d.,]*\s?)?(?:миллион|миллиард)\w{0,3}\b"
    r"|(?:\d[\d.,]*\s?)?(?:مليون|ملايين|مليار)\b|\d[\d.,]*\s?[万亿]"
    rf"|(?:{_DIGITS})(?!{masks.LETTER}|%|[.,]\d)(?P<of>{_SPACE}(?:{_PEOPLE})\b)?)",
    re.I,
)
_YEAR = r"\b(?:1[5-9]|20)\d{2}\b"
_COUNTERS = (
    r"UNODC|ILO|OIT|IOM|OIM|UNHCR|HCR|ACNUR|UNICEF|WHO|OMS|UNFPA|UNDP|PNUD|UN Women|ONU Femmes|ONU Mujeres|OHCHR"
    r"|WFP|PAM|FAO|UNESCO|UNAIDS|OSCE|OECD|OCDE|Europol|Interpol|INTERPOL|Eurostat|Walk Free|Polaris|Human Rights Watch"
    r"|Amnesty|European Commission|World Bank|GRETA|GEMS|CTDC|Home Office|Unseen|ECPAT|Save the Children|МОТ|ЮНИСЕФ"
)
_SOURCE = re.compile(
    rf"\((?=[^()\n]{{0,120}}[^\W\d_a-z\u00df-\u00ff])[^()\n]{{0,120}}{_YEAR}[^()\n]{{0,120}}\)"
    rf"|(?<!\w)(?:{_COUNTERS})(?!\w)(?=[^\n]{{0,80}}{_YEAR}|[^\n.]{{0,20}}\b(?:estimat|report|found|count|estim|calcul|inform))"
    rf"|{_YEAR}(?=[^\n.]{{0,60}}(?<!\w)(?:{_COUNTERS})(?!\w))"
    r"|(?i:\b(?:sources?|fuentes?|источник\w?)[ \u00a0\u202f]?[:\uff1a])|(?:المصدر|来源)\s?[:\uff1a]"
    r"|(?i:\b(?:according to|estimated by|counted by|selon|d['\u2019]après|según|de acuerdo con|по данным)\b)"
    r"|(?i:\b(?:myth|mythe|mito|bulo|миф)s?\b)"  # a figure that is told to be untrue
    r"|وفقا\u064b? ل|根据"
)
# A sentence on our own money or people, which we count ourselves.
_OURS = re.compile(
    r"\b(?:our|notre|nos|nuestr[oa]s?)\s+(?:\w+\s+){0,2}(?:spending|costs|accounts|funds|donors|volunteers|members|staff|office"
    r"|team|services?|centres?|shelters?|projects?|clinics?|programmes?|dépenses|recettes|comptes|bénévoles|membres|donateurs"
    r"|équipe|siège|bureau|projets?|gastos|ingresos|cuentas|voluntari[oa]s|soci[oa]s|donantes|sede|equipo|servicios?"
    r"|proyectos?)\b|\b(?:budget|presupuesto)\b",
    re.I,
)
_SENTENCE = re.compile(r"(?:[^.!?\n]|[.](?=\d))+")
_NAME_GOES_ON = re.compile(r"\s[A-Z][a-z]")
_SMALL_MONEY = re.compile(
    r"\d{1,2}(?:[.,]\d+)?\s?(?:millions?|millón|millones)|\d{1,3}(?:[., \u00a0\u202f]\d{3})?", re.I
)
_CURRENCY = re.compile(
    r"[€$£¥]|\b(?:euros?|dollars?|dólares|pounds|livres|francs?|pesos|rupees|shillings?|naira|rand|yen|EUR|USD|GBP|CHF)\b"
)
LEAST = 1000  # smaller counts are told without a source


def check_number_source(draft: Draft) -> Iterator[Finding]:
    """A number of 1,000 or more, a percentage or a share stands with who counted it, and when."""
    if not _FIGURE.search(draft.text) or _SOURCE.search(draft.text):
        return
    text = _only_figures(draft)
    ours = [s.span() for s in _SENTENCE.finditer(text) if _OURS.search(s[0])]
    for figure in _FIGURE.finditer(text):
        if _needs_source(figure) and not any(a <= figure.start() < b for a, b in ours):
            why = "a figure without a source: nobody can check it"
            yield found("number-source", WARNING, figure[0], why, "add who counted and when, such as (ILO, 2022)")


def _only_figures(draft: Draft) -> str:
    """The text without the numbers that count nothing: helplines, telephones, symbols, dates, years."""
    text = lines_in(draft.text, draft.helplines)[0]
    text = masks.hide_spans(text, phones.phones(text))
    return masks.hide(masks.prose(text), masks.SYMBOL, masks.DATE, masks.TIME)


def _needs_source(figure: re.Match[str]) -> bool:
    number = figure[0].removesuffix(figure["of"] or "")
    if _SMALL_MONEY.fullmatch(figure[0]) and _CURRENCY.search(
        figure.string[max(0, figure.start() - 2) : figure.end() + 14]
    ):
        return False  # what a project costs; what a crime earns is told in billions
    if figure[0].istitle() and _NAME_GOES_ON.match(figure.string, figure.end()):
        return False  # One Billion Rising
    if not re.fullmatch(r"[\d.,'\u2019\s]+", number):
        return True  # a word of size, or a share
    if number.isdecimal() and len(number) == 4 and "1500" <= phones.digits(number) < "2100":
        return bool(figure["of"])  # a year, unless people are counted
    return _size(number) >= LEAST


def _size(number: str) -> float:
    """What the digits say; a mark before exactly three digits groups thousands, any other is a decimal mark."""
    whole = re.split(r"[.,](?!\d{3}(?!\d))", number)[0]
    figures = phones.digits(whole)[:15]
    return int(figures) if figures else 0
