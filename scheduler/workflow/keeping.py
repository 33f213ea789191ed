"""Files of people, written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from scheduler.errors import BadData

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

MANIFEST = ".site.json"  # in the workspace: from what the site was made, on which days that holds, how its files stand


def keep_file(path: Path, data: bytes, *, private: bool = False, lasting: bool = True) -> None:
    """Puts the bytes in place, and its folder where that is missing. A full disk takes nothing from what was there.

    A `private` file is for its owner alone. One that is not `lasting` can be made again, should the power fail before
    the disk has it: to wait for the disk a thousand times takes ten seconds.

    Raises BadData if they cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with _opened(part) as file:
            if private:
                part.chmod(0o600)
            file.write(data)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise BadData(f"{path} cannot be written: {error.strerror}", "check its rights and the disk") from error


def keep_changed(path: Path, data: bytes) -> bool:
    """Puts bytes that can be made again in place; False for a file that has them already: it keeps its time.

    Raises as `keep_file` does.
    """
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
    except OSError:
        pass
    keep_file(path, data, lasting=False)
    return True


def _opened(part: Path) -> BinaryIO:
    """The file, to be written; its folder is made if it is missing."""
    try:
        return part.open("wb")
    except FileNotFoundError:
        part.parent.mkdir(parents=True, exist_ok=True)
        return part.open("wb")


def stat_of(path: str) -> str:
    """How a file stands, its size and its time, without reading it; empty if there is none.

    The path is a string: to make a thousand of the other kind takes longer than to look.
    """
    try:
        found = os.stat(path)
    except OSError:
        return ""
    return f"{found.st_size}.{found.st_mtime_ns}"


def sweep(folder: Path) -> None:
    """Takes away what processes that were killed left half written in a folder."""
    for part in folder.glob(".*.part"):
        try:
            os.kill(int(part.name.split(".")[-2]), 0)
        except (ValueError, OverflowError, ProcessLookupError):
            part.unlink(missing_ok=True)
        except PermissionError:
            pass  # somebody else's, at work
