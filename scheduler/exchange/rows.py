"""What there is to translate, a row a field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.texts import FIELDS, SOURCE, Texts, Translation

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a text: where it belongs, what its source says, what the translation says, and how it stands."""

    place: str
    stage: str
    field: str
    source: str
    text: str = ""
    state: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.place, self.stage, self.field


def rows_of(texts: Texts, language: str) -> Iterator[Row]:
    """Everything that is said in the source language, with what the translation says of it."""
    for place in sorted({place for place, each in texts.files if each == SOURCE}):
        theirs = texts.at(place, language)
        for stage, source in texts.at(place, SOURCE).items():
            state = texts.state(place, stage, language)
            for name in FIELDS:
                if name in source.says:
                    said = theirs[stage].says.get(name) if stage in theirs else None
                    text = said.text if said else ""
                    how = state if text else Translation.MISSING
                    yield Row(place, stage, name, source.says[name].text, text, str(how))
