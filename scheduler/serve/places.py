"""What a path of a request names: a file of the folder, or nothing. Whatever else it says, it names nothing."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote_to_bytes

LONGEST = 1000  # signs of a path; the file systems that we know take 255 for a name
INDEX = "index.html"


@lru_cache(maxsize=4096)
def place_of(raw: bytes) -> str | None:
    """The file, from the folder, that a raw path (percent-encoded, without its query) names; None for none.

    A part that begins with a dot, is empty, or holds a slash, a backslash or a control character after decoding names
    no file. A path that ends in a slash names the page of that folder.
    """
    if not raw.startswith(b"/") or len(raw) > LONGEST:
        return None
    parts = raw[1:].split(b"/")
    try:
        names = [unquote_to_bytes(part).decode() for part in parts]
    except UnicodeDecodeError:
        return None
    if names[-1] == "":
        names[-1] = INDEX
    return "/".join(names) if all(map(_is_name, names)) else None


def _is_name(name: str) -> bool:
    return bool(name) and not name.startswith(".") and name.isprintable() and "/" not in name and "\\" not in name
