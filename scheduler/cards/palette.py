"""The colours of cards, from templates/cards/colours.toml and daymark.toml; words must stand out from their ground."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scheduler.colours import COLOURS, GROUNDS, LEAST, WORDS, colour_in, contrast
from scheduler.errors import BadData, BadFile, Problem
from scheduler.toml import Table, load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from scheduler.model import Sensitivity


def load_palette(folders: Sequence[Path], sensitivity: Sensitivity, own: Mapping[str, str]) -> dict[str, str]:
    """The colours for days of a sensitivity, by name; `own` are daymark.toml's. Folders: shipped first, own last.

    Raises BadFile for what is no colour, BadData for words that would not stand out.
    """
    file = next(p for folder in reversed(folders) if (p := folder / "cards" / "colours.toml").is_file())
    body, text = load(file)
    problems: list[Problem] = []
    t = Table(body, file=str(file), text=text, problems=problems).table(str(sensitivity), needed=True)
    colours = {name: colour_in(t, name) for name in COLOURS}
    t.finish()
    if problems:
        raise BadFile(problems)
    made = {**colours, **own}
    _require_contrast(made, f"daymark.toml [cards] with {file}" if own else f"{file} [{sensitivity}]")
    return made


def _require_contrast(colours: Mapping[str, str], where: str) -> None:
    for words in WORDS:
        for ground in GROUNDS:
            seen = contrast(colours[words], colours[ground])
            if seen < LEAST:
                told = math.floor(seen * 100) / 100  # never rounded up to what it does not reach
                say = f"{words} {colours[words]} on {ground} {colours[ground]} has a contrast of {told} to 1"
                raise BadData(
                    f"{where}: {say}, and words need {LEAST}",
                    f"make {words} lighter or {ground} darker, or the reverse",
                )
