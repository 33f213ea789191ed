"""What the pages of the site say: templates/site/words/<language>.toml, a text for every key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.errors import BadFile, Problem, TemplateError
from scheduler.toml import Table, load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SOURCE = "en"  # the language whose keys and gaps every other must have
_GAP = re.compile(r"\{(\w*)\}")


def load_labels(folders: Sequence[Path], language: str) -> dict[str, str]:
    """The texts of a language; a workspace's own replace shipped ones, key by key. Folders: shipped first, own last.

    Raises TemplateError if nobody has written them, BadFile for a key that is unknown or a gap that is not filled.
    """
    known = _read(folders, SOURCE, {})
    return known if language == SOURCE else _read(folders, language, known)


def _read(folders: Sequence[Path], language: str, known: dict[str, str]) -> dict[str, str]:
    files = [p for folder in folders if (p := folder / "site" / "words" / f"{language}.toml").is_file()]
    if not files:
        raise TemplateError(
            f"the site has no words in language '{language}'",
            f"write templates/site/words/{language}.toml like the shipped en.toml, or leave it out of [site] languages",
        )
    problems: list[Problem] = []
    said: dict[str, str] = {}
    for path in files:
        body, text = load(path)
        t = Table(body, file=str(path), text=text, problems=problems)
        own = {key: t.text(key) for key in body}
        _check(t, own, known or said)
        said |= own
    if problems:
        raise BadFile(problems)
    return known | said


def _check(t: Table, own: dict[str, str], known: dict[str, str]) -> None:
    for key, text in own.items():
        if known and key not in known:
            t.wrong(key, f"the site has no text '{key}'", "take it out, or correct its name: en.toml has them all")
        elif known and set(_GAP.findall(text)) - set(_GAP.findall(known[key])):
            gaps = ", ".join(f"{{{gap}}}" for gap in _GAP.findall(known[key])) or "nothing"
            t.wrong(key, f"'{key}' fills in what is not there", f"it may fill in: {gaps}")
