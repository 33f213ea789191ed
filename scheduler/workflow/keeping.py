"""Files of people, written whole or not at all."""

from __future__ import annotations

import fcntl
import os
import re
from contextlib import contextmanager, suppress
from datetime import timedelta
from stat import S_IMODE
from time import monotonic, sleep
from typing import TYPE_CHECKING

from scheduler.errors import BadData

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

MANIFEST = ".site.json"  # in the workspace: from what the site was made, on which days that holds, how its files stand
LOCK = ".public.lock"  # in the workspace: held by whoever writes public/
PATIENCE = timedelta(seconds=30)  # for another that writes it: as long as for a database that is locked
_PART = re.compile(r"\..+\.([0-9]{1,10})\.part")  # the name that `keep_file` gives, and the process
_LOOK = timedelta(milliseconds=100)  # from one try to the next
_READERS = 0o044  # whoever else may read: the group, and everybody


@contextmanager
def publishing(home: Path) -> Iterator[None]:
    """Within it no other process writes the public/ of a workspace. The lock goes with the process.

    Two builds at once would each note files as standing that the other has written over with older words.

    Raises BadData if another has not ended in half a minute, or if there can be no lock.
    """
    path = home / LOCK
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise BadData(f"{path} cannot be written: {error.strerror}", "check its rights and the disk") from error
    try:
        _wait_for(handle, home)
        yield
    finally:
        os.close(handle)


def _wait_for(handle: int, home: Path) -> None:
    until = monotonic() + PATIENCE.total_seconds()
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if monotonic() >= until:
                say = f"another daymark is at work on {home / 'public'} and does not end"
                raise BadData(say, "wait for it or end it, then run the command again; nothing was lost") from error
        sleep(_LOOK.total_seconds())


def keep_file(path: Path, data: bytes, *, private: bool = False, public: bool = False) -> None:
    """Puts the bytes in place, and its folder where that is missing. A full disk takes nothing from what was there.

    A `private` file is for its owner alone; a `public` one for whoever may read the folder that it lies in, so that a
    web server sees new files too, whatever the umask. It can be made again, should the power fail before the disk has
    it: to wait for the disk a thousand times takes ten seconds.

    Raises BadData if they cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with _opened(part, public=public) as file:
            if private:
                part.chmod(0o600)
            if public:
                part.chmod(0o600 | (S_IMODE(path.parent.stat().st_mode) & _READERS))
            file.write(data)
            if not public:
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
    keep_file(path, data, public=True)
    return True


def _opened(part: Path, *, public: bool) -> BinaryIO:
    """The file, to be written; its folder is made if it is missing."""
    try:
        return part.open("wb")
    except FileNotFoundError:
        _make(part.parent, public=public)
        return part.open("wb")


def _make(folder: Path, *, public: bool) -> None:
    """Makes a folder and those that it lies in; a `public` one has the rights of the one above it."""
    if not folder.parent.exists():
        _make(folder.parent, public=public)
    folder.mkdir(exist_ok=True)
    if public:
        folder.chmod(S_IMODE(folder.parent.stat().st_mode))


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
    """Takes away what processes that were killed left half written in a folder; nobody else's, whatever its name.

    Raises BadData for a folder that cannot be read.
    """
    try:
        for name in os.listdir(folder) if folder.is_dir() else ():
            if (part := _PART.fullmatch(name)) and not _lives(int(part[1])):
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise BadData(f"{folder} cannot be read: {error.strerror}", "check its rights and the disk") from error


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (OverflowError, ProcessLookupError):
        return False
    except PermissionError:
        pass  # somebody else's, at work
    return True
