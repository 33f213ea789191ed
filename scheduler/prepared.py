"""A guard as it was read from its files, kept in the user's cache: reading half a megabyte of rules costs too much."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.guard import Advice, Guard, Phrase, Rule
from scheduler.style import files_of, load_guard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORM = 1  # raise it when what is kept, or what it is made from, changes


def prepared_guard(folders: Sequence[Path], language: str, names: Iterable[str] = ()) -> Guard:
    """`load_guard`, without the examples of its rules, from the cache while the files are the same.

    A cache that cannot be read or written is done without. Raises BadFile as `load_guard` does.
    """
    digest = _digest(folders, language)
    where = hashlib.sha256("\0".join(map(str, folders)).encode()).hexdigest()[:12]
    path = _cache() / f"guard-{language}-{where}.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["digest"] == digest:
            return _guard(kept, names)
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none yet, or not ours
    guard = load_guard(folders, language)
    kept = {"digest": digest, **_kept(guard)}
    _keep(path, json.dumps(kept, ensure_ascii=False, separators=(",", ":")))
    return _guard(kept, names)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path(os.path.expanduser("~")) / ".cache") / "daymark"  # noqa: PTH111


def _digest(folders: Sequence[Path], language: str) -> str:
    sha = hashlib.sha256(str(FORM).encode())
    for path in files_of(folders, language):
        sha.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return sha.hexdigest()


def _keep(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink()


def _kept(guard: Guard) -> dict[str, Any]:
    advice = guard.advice
    return {
        "rules": [
            [r.id, r.language, r.level, _texts(r.catches), _texts(r.unless), r.parts, r.why, r.better, r.sources]
            for r in guard.rules
        ],
        "titles": guard.names,
        "advice": [_texts(advice.before), _texts(advice.after), _texts(advice.quoted)],
    }


def _texts(phrases: Iterable[Phrase]) -> list[Any]:
    return [[phrase.text, phrase.source, phrase.needs] for phrase in phrases]


def _guard(kept: dict[str, Any], names: Iterable[str]) -> Guard:
    rules = [
        Rule(
            id, language, level, _phrases(catches), _phrases(unless), tuple(parts), why, better, tuple(sources), (), ()
        )
        for id, language, level, catches, unless, parts, why, better, sources in kept["rules"]
    ]
    return Guard(rules, [*kept["titles"], *names], Advice(*map(_phrases, kept["advice"])))


def _phrases(kept: Iterable[Any]) -> tuple[Phrase, ...]:
    return tuple(Phrase(text, source, tuple(map(tuple, needs))) for text, source, needs in kept)
