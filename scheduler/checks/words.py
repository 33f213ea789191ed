"""Words that harm: what the language guard catches in a post, told with what to write instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.checks.draft import Draft, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.model import Finding

# A line that says what a picture shows is read as its alt text, too.
_CAPTION = re.compile(
    r"^[^\S\n]*\W{0,3}(?:alt(?:ernative)?(?: text)?|image|picture|photo\w*|poster|visual|illustrat\w*|card|banner|flyer"
    r"|leaflet|cover|caption|prompt|affiche|visuel|légende|texte alternatif|carte|dépliant|bannière|cartel|imagen"
    r"|foto\w*|ilustración|pie de foto|texto alternativo|folleto|portada"
    r"|(?:create|generate|génère\w*|genera\w*|crea\w*) (?:an?|une?|una?) (?:image|picture|photo|imagen|foto))(?!\w)"
    r"(?:[^:\n]{0,40}:|[^\S\n]+(?:(?:of|de|shows?|showing|montre|montrant|con|muestra)(?!\w)|d['\u2019])).*",
    re.I | re.M,
)

# So is a line of one sentence that begins with whom a picture shows.
_SCENE = re.compile(
    r"^(?:close[- ]up|portrait|silhouette|gros plan|plan rapproché|primer plano|retrato|silueta"
    r"|(?:(?:an?|the|une?|una?|la|le|el)\s)?(?:(?:young|small|little|teenage|jeune|petite?|joven|pequeñ[ao])\s)?"
    r"(?:woman|girl|boy|child|man|teenager|hands?|face|femme|fille|fillette|enfant|garçon|homme|mains?|visage|mujer|niñ[ao]|joven"
    r"|chic[ao]|hombre|manos?|rostro))\b[^.!?\u2026:\n]{10,200}\.?$",
    re.I | re.M,
)


def check_words(draft: Draft) -> Iterator[Finding]:
    """No phrase that the rules of the post's language object to. The rule's id is the check's."""
    if draft.guard is None:
        return
    captions = "\n".join(line[0] for pattern in (_CAPTION, _SCENE) for line in pattern.finditer(draft.text))
    for part, text in (("text", draft.text), ("note", draft.note), ("alt", draft.alt), ("alt", captions)):
        for caught in draft.guard.look(text, part) if text else ():
            yield found(caught.rule.id, caught.level, caught.text, caught.rule.why.rstrip("."), caught.rule.better)
