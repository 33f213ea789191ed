"""Makes a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler import paths
from scheduler.errors import BadData, NoWorkspace
from scheduler.store.opening import ready

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("calendars", "templates", "outbox", "public")


def make_workspace(home: Path) -> list[str]:
    """Makes what is missing of a workspace and returns it, relative to `home`. What is there is left alone."""
    if home.exists() and not home.is_dir():
        raise NoWorkspace(f"{home} is a file, not a folder", "give the name of a folder: daymark init DIR")
    try:
        created = _make(home)
    except OSError as error:
        raise BadData(f"{home} cannot be made: {error.strerror}", "choose a folder that you may write to") from error
    missing = not (home / "daymark.db").exists()
    ready(home)
    return [*created, "daymark.db"] if missing else created


def _make(home: Path) -> list[str]:
    from pathlib import Path

    created = []
    for name in FOLDERS:
        if not (home / name).is_dir():
            (home / name).mkdir(parents=True)
            created.append(name)
    settings = home / "daymark.toml"
    if not settings.exists():
        sample = Path(paths.shipped("templates")) / "workspace" / "daymark.toml"
        part = home / ".daymark.toml.part"
        part.write_bytes(sample.read_bytes())
        part.replace(settings)
        created.append("daymark.toml")
    return created
