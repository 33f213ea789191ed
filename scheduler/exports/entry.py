"""An entry as it is written in a calendar file, and the id that a name suggests."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

_LONGEST = 80  # signs of an id that is made, so that a number has room behind it
_EMPTY = {"the", "of", "for", "and", "in", "on", "to", "a", "international", "world", "united", "nations"}


def as_entry(id: str, fields: Mapping[str, Any], note: str = "") -> str:
    """The text of one entry; empty fields are left out. `note` becomes a comment above it."""
    comment = "".join(f"# {line}\n" for line in note.splitlines())
    lines = [f"{key} = {_value(value)}" for key, value in fields.items() if value not in ("", None, [], {}, False)]
    return f"{comment}[{_key(id)}]\n" + "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else str(_value(key))


def _value(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {_value(inner)}' for key, inner in value.items() if inner != '')} }}"
    return str(value)


def id_for(name: str) -> str:
    """An id that a name suggests: lower-case words joined by hyphens, no year; letters only if it has no Latin word."""
    flat = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    words = [w for w in re.findall(r"[a-z0-9]+", flat.replace("'", "")) if not re.search(r"\d{4}", w)]
    words = [w for w in words if w not in _EMPTY] or words
    while words and not words[0][0].isalpha():
        words.pop(0)
    if made := "-".join(words[:7])[:_LONGEST].rstrip("-"):
        return made
    return "day-" + "".join(chr(97 + byte % 26) for byte in sha256(name.encode()).digest()[:8])


def free_id(id: str, taken: Container[str]) -> str:
    """The id, or the first of `id-2`, `id-3`, ... that is not taken."""
    found, n = id, 1
    while found in taken:
        n += 1
        found = f"{id}-{n}"
    return found
