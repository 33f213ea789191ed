"""Other Pythons of this machine, each with what Daymark needs, fetched once into the cache folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path

from servers import fetch, fetching

_ROOT = Path(__file__).resolve().parents[2]
_ASK = "import sys; print(sys.implementation.name, *sys.version_info[:3])"


def others() -> dict[tuple[int, int], str]:
    """The newest CPython of each version from 3.11 on but ours: on the path, of pyenv, or named in DAYMARK_PYTHONS."""
    names = [
        *os.environ.get("DAYMARK_PYTHONS", "").split(),
        *(f"python3.{minor}" for minor in range(11, 20)),
        "python3",
    ]
    shelf = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python"))
    found: dict[tuple[int, int], tuple[int, str]] = {}
    for path in [*filter(None, map(shutil.which, names)), *map(str, shelf)]:
        told = subprocess.run([path, "-c", _ASK], capture_output=True, text=True, check=False).stdout.split()
        if told[:1] != ["cpython"]:
            continue  # a shim of pyenv for a version that is not chosen here answers nothing
        major, minor, patch = map(int, told[1:])
        if (major, minor) >= (3, 11) and (major, minor) != sys.version_info[:2]:
            found[major, minor] = max(found.get((major, minor), (-1, "")), (patch, path))
    return {version: path for version, (_, path) in sorted(found.items())}


def ready(python: str) -> str:
    """A Python of that version with Daymark's dependencies, in just the versions that this Python has.

    Raises AssertionError, in one line, if they cannot be fetched.
    """
    have = "\n".join(sorted(f"{d.name}=={d.version}" for d in distributions() if d.name != "daymark-scheduler"))
    what = f"Daymark for {python}"
    from_what = sha256(f"{python}\n{have}\n{(_ROOT / 'pyproject.toml').read_text('utf-8')}".encode()).hexdigest()[:12]
    with fetching(f"python-{from_what}") as place:
        made, done = place / "venv", place / "done"
        if not done.exists():
            (place / "have.txt").write_text(have + "\n")
            fetch(what, [python, "-m", "venv", "--clear", "--without-pip", str(made)])
            pip = [python, "-m", "pip", "--python", str(made / "bin/python"), "install", "--disable-pip-version-check"]
            fetch(what, [*pip, "--quiet", "--constraint", str(place / "have.txt"), "--editable", f"{_ROOT}[cards]"])
            done.touch()
    return str(made / "bin/python")
