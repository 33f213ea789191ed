"""Where things lie on disk. os.path only: importlib.resources would cost more than a whole idle tick."""

import os

_HERE = os.path.dirname(os.path.abspath(__file__))


def shipped(name: str) -> str:
    """The folder of calendars, templates or migrations: inside an installed wheel, beside the package in a checkout."""
    packed = os.path.join(_HERE, "_data", name)
    return packed if os.path.isdir(packed) else os.path.join(os.path.dirname(_HERE), name)


def find_home(given: str) -> str:
    """The workspace: `given`, else DAYMARK_HOME, else this folder or the nearest above with a daymark.toml; or ''."""
    if named := given or os.environ.get("DAYMARK_HOME", ""):
        return os.path.abspath(named)
    folder = os.getcwd()
    while True:
        if os.path.isfile(os.path.join(folder, "daymark.toml")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above


def database(home: str) -> str:
    return os.path.join(home, "daymark.db")


HOLD = "HOLD"  # the file in the workspace that stops everything; its words are the reason, whoever wrote them


def database_url(home: str) -> "str | None":
    """The address of a PostgreSQL database in the workspace's file `database.url`; None if there is no such file.

    Raises OSError or UnicodeDecodeError for one that cannot be read.
    """
    try:
        with open(os.path.join(home, "database.url"), encoding="utf-8") as file:
            return file.read().strip()
    except FileNotFoundError:
        return None


def read_only(path: str) -> str:
    """The address under which SQLite opens a file for reading. urllib would cost more than all of an idle tick."""
    return f"file:{path.replace('%', '%25').replace('?', '%3f').replace('#', '%23')}?mode=ro"


def inputs(home: str) -> str:
    """A mark that changes when a calendar, a template or daymark.toml is edited, added, renamed or removed.

    It is made of the files' times and sizes, so that an idle tick opens none of them.
    """
    count = size = times = 0
    for root in (
        shipped("calendars"),
        shipped("templates"),
        os.path.join(home, "calendars"),
        os.path.join(home, "templates"),
    ):
        for seen in _files(root):
            count, size, times = count + 1, size + seen.st_size, times + seen.st_mtime_ns + seen.st_ctime_ns
    try:
        seen = os.stat(os.path.join(home, "daymark.toml"))
        size, times = size + seen.st_size, times + seen.st_mtime_ns + seen.st_ctime_ns
    except FileNotFoundError:
        pass
    return f"{count}.{size}.{times}"


def _files(root: str):  # type: ignore[no-untyped-def]  # a typed iterator would import typing into the idle tick
    try:
        found = list(os.scandir(root))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in found:
        if entry.is_dir():
            yield from _files(entry.path)
        else:
            yield entry.stat()
