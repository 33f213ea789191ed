"""Folders of files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def put(parent: Path, name: str, files: Mapping[str, bytes], mark: str = "") -> None:
    """Makes a folder with these files. Raises OSError, also if there is one of that name that holds something.

    What a crash leaves behind has a name that begins with `.part-` and the mark.
    """
    part = Path(mkdtemp(prefix=f".part-{mark}-" if mark else ".part-", dir=parent))
    part.chmod(0o755)
    for file, data in files.items():
        _write_through(part / file, data)
    _sync_folder(part)
    part.rename(parent / name)
    _sync_folder(parent)


def _write_through(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
