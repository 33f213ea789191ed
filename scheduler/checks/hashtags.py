"""Hashtags that a screen reader can read: each word with a capital, few of them, after the sentences."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from scheduler.checks import masks
from scheduler.checks.draft import ERROR, HINT, WARNING, Draft, found
from scheduler.guard.plain import EMAIL, LINK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding

# Words that hashtags of this field are made of, without accents: enough to see where one ends, not a dictionary.
_ENGLISH = """
    abolition abuse access act action activism adopt advocacy africa against age aid all and anti are asia asylum at
    aware awareness be begin behind believe best better blue bondage border borders brave break bring business buy
    by call campaign can care change charity child children choose city civil climate combat communities community
    conflict consent crime crimes crisis culture day days debt decade decent defend development difference dignity
    disability do education elder elderly elimination empower empowerment end ending enforced equal equality
    eradicate ethical europe every exploitation eyes face fair families family fashion fast fight first food for
    forced free freedom friends from fund future gender get girl girls give global go goals good green hands harm
    have health healthy hear heart hearts help her hero heroes hidden him hope house how human humanitarian humanity
    hunger if impact in indigenous international into invisible is it job jobs join journey justice keep kids know
    labor labour land law laws lead leave lets life light like listen live lives living look love make marriage
    matter matters me media men mental mercy migrant migrants migration mission modern month more my national need
    network never new no not now of older on one online open orange organ organised our out over pay peace
    peacekeepers people peoples person persons planet play policy poverty power prevent prevention pride protect
    protection public racism raise rape read refugee refugees remember remembrance report rescue respect rights road
    rural safe safer safety sale save school schools security see sex share she sisters slave slavery smart social
    solidarity speak stand start step stop stories story strike strong support survivor survivors take talk teach
    team thank the their them this to today together too torture trade traffic trafficked trafficker traffickers
    trafficking travel truth uk un unite united up us use victim victims violence voice voices vote wage wages walk
    war watch water way we week welcome what when who widows will win with without woman women work worker workers
    world year you young your youth zero
"""
_FRENCH = """
    abus aide alerte asile aux avec blanche contre debout des dignite droit droits eau ecole egalite enfance enfant
    enfants ensemble esclavage et etres faim fait femme femmes fille filles fin force forcee guerre hommes humain
    humaine humaines humains internationale je jour journee justice la le les liberte lutte mondial mondiale nous
    oubli paix par pas personnes pour refugies sans semaine solidaires stop sur tous toutes traite travail victimes
    violences vivre
"""
_SPANISH = """
    agua basta con contra derecho derechos dia dias el en esclavitud genero hombres humana humanas humano humanos
    igualdad infantil internacional las libertad los mas mujer mujeres mundial mundo ni nina ninas ninez nino ninos
    paz personas por refugiados sin tolerancia trabajo trata una victimas vida violencia voz y
"""
_WORDS = frozenset(f"{_ENGLISH} {_FRENCH} {_SPANISH}".split())
# single words that could be taken for two
_SINGLE = """
    alive allow antislavery birthday childcare daylight everyday everyone fairtrade forgive forgo freedom handmade
    healthy heartland homework housework humanitarian humanity income inhuman input international into lawful
    national network often online outlaw outlive overload overpay overwork payday personal shelter survivor
    survivors teamwork today together trafficker traffickers trafficking understand undo unsafe upon weekend within
    without withstand workday workforce workplace
"""
_ONE_WORD = frozenset(_SINGLE.split())
_ACRONYM_MOST = 5  # letters: UNODC, SDG, OHCHR
_KNOWN_ACRONYMS = {
    "UNICEF",
    "UNESCO",
    "UNAIDS",
    "ECOSOC",
    "ECOWAS",
    "CEDEAO",
    "INTERPOL",
    "EUROPOL",
    "FRONTEX",
    "LGBTQI",
    "LGBTIQ",
    "LGBTQIA",
}
MOST = 3
_GOES_ON = re.compile(r"[^\S\n]+[^\W\d_]")
_LONG = 18  # letters: hardly a single word in any of our languages
_TAG_MOST = 60
_PIECE = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[^\W\d_])(?=[A-Z\u00c0-\u00d6\u00d8-\u00de\u0410-\u042f])")
_WORD_MOST = max(map(len, _WORDS))


def check_hashtags(draft: Draft) -> Iterator[Finding]:
    """Each word in a hashtag begins with a capital letter; short acronyms and scripts without capitals are right."""
    text = masks.hide(draft.text, LINK, EMAIL)
    for tag in masks.HASHTAG.finditer(text):
        better = _better(tag[1])
        if better:
            why = "a screen reader reads it as one long word, or letter by letter"
            yield found("hashtag-case", WARNING, tag[0], why, f"begin each word with a capital: {better}")


def check_hashtag_number(draft: Draft) -> Iterator[Finding]:
    """No more than the network takes, and no more than three; they stand after the words."""
    text = masks.hide(draft.text, LINK, EMAIL)
    tags = [tag for tag in masks.HASHTAG.finditer(text) if not tag[1].isdecimal()]
    limit = draft.limits.hashtags_most
    seen = " ".join(tag[0] for tag in tags)
    if limit and len(tags) > limit:
        why = (
            f"{draft.limits.network} takes {limit} {'hashtag' if limit == 1 else 'hashtags'}, and here are {len(tags)}"
        )
        yield found("hashtag-number", ERROR, seen, why, f"keep {limit}")
    elif len(tags) > MOST:
        why = f"{len(tags)} hashtags: each is read out, and few help to be found"
        yield found("hashtag-number", WARNING, seen, why, f"keep one to {MOST}")
    for tag in tags:
        if _GOES_ON.match(text, tag.end()):
            yield found("hashtag-number", HINT, tag[0], "a hashtag within a sentence interrupts reading",
                        "write the word plainly, and put the hashtag last")  # fmt: skip


def _better(tag: str) -> str:
    """The tag as it should be written, or nothing if it is right as it is."""
    if len(tag) > _TAG_MOST:
        return "#LikeThis"
    pieces = [_piece(piece) for piece in _PIECE.findall(tag)]
    if all(new is None for new in pieces):
        return ""
    again = iter(pieces)
    return "#" + _PIECE.sub(lambda old: next(again) or old[0], tag)


def _piece(letters: str) -> str | None:
    """One run of letters with capitals put in, or None if it needs none."""
    if letters.lower() == letters.upper():
        return None  # a script without capitals
    if letters.isupper():
        return _capitals(letters)
    if letters.islower():
        return _lower(letters)
    words = [_lower(word) if len(word) > 4 else None for word in _CAMEL.split(letters)]
    return "".join(new or old for new, old in zip(words, _CAMEL.split(letters), strict=True)) if any(words) else None


def _capitals(letters: str) -> str | None:
    if len(letters) <= _ACRONYM_MOST or letters in _KNOWN_ACRONYMS:
        return None
    return _lower(letters.lower()) or letters.capitalize()


def _lower(letters: str) -> str | None:
    words = _split(letters)
    if len(words) > 1:
        return "".join(word[:1].upper() + word[1:] for word in words)
    return "LikeThis" if len(letters) >= _LONG else None


def _split(letters: str) -> list[str]:
    """The fewest known words that the letters are made of; empty if they are none, or a single word."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", letters.lower()) if not unicodedata.combining(c))
    if len(plain) != len(letters) or plain in _WORDS or plain in _ONE_WORD:
        return []
    best: list[list[int] | None] = [[]] + [None] * len(plain)
    for end in range(1, len(plain) + 1):
        for start in range(max(0, end - _WORD_MOST), end):
            cuts = best[start]
            if (
                cuts is not None
                and plain[start:end] in _WORDS
                and (best[end] is None or len(cuts) + 1 < len(best[end] or []))
            ):
                best[end] = [*cuts, start]
    cuts = best[-1]
    if not cuts:
        return []
    return [letters[a:b] for a, b in zip(cuts, [*cuts[1:], len(letters)], strict=True)]
