"""The colours of cards, and whether words stand out from their ground."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.toml import Table

GROUNDS, WORDS = ("ground", "shade"), ("ink", "accent", "quiet")
COLOURS = (*GROUNDS, *WORDS)
LEAST = 4.5  # to 1, for words of any size: WCAG 2.2, success criterion 1.4.3 (w3.org/TR/WCAG22, read 2026-11-27)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# Rec. 709 weights, and the curve of sRGB: WCAG 2.2, "relative luminance"
_WEIGHTS, _KNEE = (0.2126, 0.7152, 0.0722), 0.04045


def colour_in(t: Table, name: str) -> str:
    """A colour of a table, `#` and six hexadecimal digits; what is none is noted there."""
    value = t.text(name)
    if value and not _COLOUR.fullmatch(value):
        t.wrong(name, f"{name} is '{value}', not a colour", 'write # and six digits, such as "#0b4a57"')
    return value


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart, from 1 (the same) to 21 (black and white); not rounded."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= _KNEE else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip(_WEIGHTS, linear, strict=True))
