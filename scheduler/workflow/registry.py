"""The fact registry: every figure, its age, and where it is used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.checks.facts import says
from scheduler.facts import load_facts
from scheduler.store import reads
from scheduler.store.opening import reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from scheduler.model import Fact

_CALL = r"""\bfact\(\s*["']{id}["']\s*\)"""


@dataclass(frozen=True, slots=True)
class Use:
    """A fact, whether it has expired, and the files and posts that say it."""

    fact: Fact
    expired: bool
    files: tuple[str, ...]
    posts: tuple[str, ...]


def facts_of(templates: Sequence[Path], home: Path | None, today: date) -> Iterator[Use]:
    """Every fact with its uses: files by path within their templates/, posts by id."""
    texts = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for folder in templates
        for path in sorted((folder / "posts").rglob("*"))
        if path.suffix in (".toml", ".txt", ".html")
    }
    posts = _posts(home)
    for fact in load_facts(templates).values():
        call = re.compile(_CALL.format(id=re.escape(fact.id)))
        files = tuple(name for name, text in texts.items() if call.search(text))
        yield Use(fact, fact.expires < today, files, tuple(id for id, text in posts.items() if says(text, fact)))


def _posts(home: Path | None) -> dict[str, str]:
    if home is None:
        return {}
    with reading(home) as db:
        return {p.id: p.wording.text for p in reads.posts(db)}
