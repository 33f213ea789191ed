"""A number given to someone in danger must be right, whole, current and for where they are."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from scheduler.checks import masks, phones
from scheduler.checks.draft import ERROR, HINT, WARNING, Draft, found
from scheduler.model import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding, Helpline

_HELP = (
    r"danger|emergency|at risk|need(?:s|ing)? help|need(?:s)? support|if you|confidential|besoin|helpline|hotline"
    r"|peligro|emergencia|riesgo|necesitas?|si (?:usted|tú|estás?)|urgence|aide|si vous|si tu"
)
# English verbs that are also nouns need a sign that they are verbs here
_CALL = (
    r"(?:[,;:\u2013-][^\S\n]*|(?<!\w)(?:please|to|can|or|and|should|must|then)[^\S\n]+)(?:call|ring|dial|phone|text|contact)"
    r"|(?<!\w)(?:appelez(?:-nous)?|téléphonez|composez|contactez|llam[ae]n?|ll[aá]m[ae]nos"
    r"|marc[ae]|marque|comun[ií]ca(?:te|rse|te ya(?: mismo)?)|comun[ií]quese|contact[ae])"
)
_HEADING = (
    r"help\s?line|hotline|help and advice|advice and support|help and support|get help|numéro vert"
    r"|ligne d['\u2019]écoute|aide et conseils?|línea de ayuda|ayuda y (?:consejo|asesoramiento|apoyo)"
    r"|call(?: us)?(?: on| at)?|ring us(?: on)?|appelez(?:-nous)?(?: le| au)?|ll[aá]m[ae](?:nos)?(?: al)?"
)
_LEADING = (
    r"(?:[^\S\n]+(?:us|on|at|now|le|la|au|el|al|the|this|number|numéro|número"
    r"|helpline|hotline|con|avec|sans attendre|ya|mismo))*"
)
_NOTHING_FOLLOWS = rf"[^\w\n{masks.FILL}]*(?=\Z|\n\s*(?!http)[^\s\d+({masks.FILL}]|\n\s*\Z)"
_CUT_OFF = re.compile(
    rf"(?<!\w)(?:{_HELP})(?!\w)[^\n.!?]{{0,60}}?(?:{_CALL}){_LEADING}(?!\w){_NOTHING_FOLLOWS}"
    rf"|(?<!\w)(?:{_HEADING})[^\S\n]*[:\u2026\uff1a]{_NOTHING_FOLLOWS}",
    re.I,
)
_HOURS = re.compile(
    r"(?<![\d/])(?:24\s?(?:/|x)\s?7|24\s?h(?:ours|eures|oras)?\s?(?:/\s?24(?:\s?h)?)?|7\s?j(?:ours)?\s?(?:/|sur)\s?7)(?![\d/])"
    r"|\b(?:monday (?:to|through)|du lundi au|de lunes a) \w+"
    r"|\b(?:around|round) the clock\b|\bday and night\b|\bjour et nuit\b|\bde jour comme de nuit\b|\bdía y noche\b"
    r"|\blas 24 horas\b|круглосуточно|على مدار الساعة|全天候",
    re.I,
)
_LINE = re.compile(
    r"line|call|ring|phone|chat|text us|counsel|ligne|accueil|acogida|écoute|appel|téléphon|répond|línea|llam"
    r"|teléfono|atenci|лини|звон|телефон|خط|اتصل|هاتف|热线|电话",
    re.I,
)
_NO_ADDRESS = r"(?!\s*[,\u060c\uff0c]\s*https?:)"
_GOES_ON = r"(?![\w/?#@%&=+~-]|[.:]\w)"


def check_helpline(draft: Draft) -> Iterator[Finding]:
    """Every number is a registered, current helpline's and stands with its whole line; a hard post offers help."""
    for part in draft.parts:
        yield from _check_numbers(unicodedata.normalize("NFC", part), draft)
        yield from _check_hours(part, draft)
    yield from _check_offered(draft)


def lines_in(text: str, helplines: tuple[Helpline, ...]) -> tuple[str, list[Helpline]]:
    """The text with whole helpline lines hidden, and whose they were. A line may be broken over several."""
    there = []
    for helpline in helplines:
        if helpline.number.split(None, 1)[0] not in text:
            continue  # spares most of the registry
        before = text
        for form in _forms(helpline):
            text = form.sub(lambda m: masks.FILL * len(m[0]), text)
        if text != before:
            there.append(helpline)
    return text, there


@lru_cache(maxsize=1024)
def _forms(helpline: Helpline) -> tuple[re.Pattern[str], ...]:
    return tuple(_line(form, ends=helpline.address in form) for form in helpline.forms())


def _line(line: str, *, ends: bool) -> re.Pattern[str]:
    """A form as a pattern; one without the address must not be followed by another address."""
    words = unicodedata.normalize("NFC", line).split()
    return re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + _GOES_ON + ("" if ends else _NO_ADDRESS))


def _check_numbers(text: str, draft: Draft) -> Iterator[Finding]:
    rest, there = lines_in(text, draft.helplines)
    known = {phones.digits(n): h for h in draft.helplines for n in (h.number, h.text) if phones.digits(n)}
    for start, end in phones.phones(rest, known):
        yield _not_whole(rest[start:end], known.get(phones.digits(rest[start:end])), draft)
    for helpline in there:
        yield from _check_line(helpline, draft)
    for cut in _CUT_OFF.finditer(rest):
        yield found("helpline", ERROR, cut[0], "it says to call and gives no number", _offer(draft))


def _check_hours(part: str, draft: Draft) -> Iterator[Finding]:
    """Opening hours change with funding; typed by hand, they go on being promised."""
    text = lines_in(unicodedata.normalize("NFC", part), draft.helplines)[0]
    for hours in _HOURS.finditer(text):
        if _LINE.search(text[max(0, hours.start() - 80) : hours.end() + 80]):
            why = "opening hours typed by hand: they change, and a line that is closed costs trust"
            yield found("helpline", HINT, hours[0], why, "leave them out, or check them with the operator")


def _not_whole(seen: str, helpline: Helpline | None, draft: Draft) -> Finding:
    if helpline is None:
        return found("helpline", ERROR, seen, "number typed by hand: it is not in the registry", _offer(draft))
    if helpline.unverified:
        return _unverified(helpline, seen, draft)
    why = f"the number of {helpline.name} is cut off from its name and address"
    return found("helpline", ERROR, seen, why, f"write the whole line: {helpline.said(draft.language)}")


def _unverified(helpline: Helpline, seen: str, draft: Draft) -> Finding:
    why = f"the number of {helpline.name} rests on one source: it must not go out"
    return found("helpline", ERROR, seen, why, _offer(draft))


def _check_line(helpline: Helpline, draft: Draft) -> Iterator[Finding]:
    if helpline.unverified:
        yield _unverified(helpline, helpline.said(draft.language), draft)
    if helpline.expires < draft.on:
        why = f"{helpline.name} was last checked on {helpline.checked} and expired on {helpline.expires}"
        yield found(
            "helpline",
            ERROR,
            helpline.said(draft.language),
            why,
            "check the number with its operator, then renew its entry",
        )
    if draft.country and helpline.country != draft.country:
        why = f"it is the helpline of {helpline.country}, and the account is for {draft.country}"
        yield found("helpline", WARNING, helpline.said(draft.language), why, _offer(draft))


def _check_offered(draft: Draft) -> Iterator[Finding]:
    if draft.sensitivity is Sensitivity.NORMAL:
        return
    fitting = _fitting(draft)
    trauma = draft.sensitivity is Sensitivity.TRAUMA
    if not fitting and trauma:
        why = (
            f"no current helpline is registered for {draft.country or 'an account without a country'} and these themes"
        )
        yield found("helpline", HINT, "", why, "add one to calendars/helplines.toml, with two sources")
    elif fitting and not offers(draft.text, fitting) and not (draft.is_offered and draft.consent is None):
        why = f"no {draft.sensitivity} post of this day and account gives readers a helpline, and there is one"
        yield found("helpline", ERROR if trauma else WARNING, "", why, _offer(draft))


def offers(text: str, fitting: tuple[Helpline, ...]) -> bool:
    """Whether a text gives readers one of these helplines, whole."""
    return bool(lines_in(unicodedata.normalize("NFC", text), fitting)[1])


def _fitting(draft: Draft) -> tuple[Helpline, ...]:
    """The current helplines of the account's country for one of the post's themes."""
    return tuple(h for h in draft.helplines if h.serves(draft.country, draft.themes, draft.on))


def _offer(draft: Draft) -> str:
    fitting = _fitting(draft)
    if fitting:
        return f"write the whole line: {fitting[0].said(draft.language)}"
    return "use a helpline of calendars/helplines.toml, whole, or leave the sentence out"
