"""Spells an entry out: what the files leave unsaid because it follows from the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_ASSEMBLY = "A/RES/"  # how the symbols of the General Assembly's resolutions begin


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A source that many entries share: its address, and those of its editions in other languages."""

    address: str
    languages: dict[str, str]


def spelled_out(body: Mapping[str, Any], named: Mapping[str, NamedSource]) -> dict[str, Any]:
    """The entry with addresses in place of named sources, and with the body and address of an Assembly's resolution.

    A name in another language that has no source of its own is taken to come from that language's edition of the
    first named source that has one. What is not as it should be stays, for the entry's own check to tell.
    """
    full = dict(body)
    sources = body.get("sources")
    if isinstance(sources, list):
        words = [word for word in sources if isinstance(word, str) and word in named]
        used = [named[word] for word in words]
        full["sources"] = [named[word].address if word in words else word for word in sources]
        if isinstance(body.get("names"), dict):
            full["names"] = {language: _name(text, language, used) for language, text in body["names"].items()}
    if isinstance(body.get("proclaimed"), dict):
        full["proclaimed"] = _resolution(body["proclaimed"])
    return full


def _name(text: object, language: str, used: list[NamedSource]) -> object:
    edition = next((source.languages[language] for source in used if language in source.languages), "")
    return {"text": text, "source": edition} if edition and isinstance(text, str) else text


def _resolution(proclaimed: dict[str, Any]) -> dict[str, Any]:
    document = proclaimed.get("document")
    if not isinstance(document, str) or not document.startswith(_ASSEMBLY):
        return proclaimed
    address = f"https://undocs.org/{document.replace(' ', '')}"
    return {"body": "United Nations General Assembly", "address": address} | proclaimed
