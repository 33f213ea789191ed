"""What accounts sign in with: found where the machine keeps it, written to a file that only its owner reads.

Looked for in this order, the first that is there counts: the variable DAYMARK_<ACCOUNT>_<FIELD>; the file that
DAYMARK_<ACCOUNT>_<FIELD>_FILE names; the credential <account>.<field> of systemd; secrets.toml in the workspace, where
`true` in place of a text says that the keyring of the machine holds it.
"""

from __future__ import annotations

import fcntl
import os
import stat
import tomllib
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from scheduler import vault
from scheduler.errors import BadData

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "secrets.toml"
_RIGHTS = "take the rights of others away: chmod 600"


def variable(account: str, field: str) -> str:
    """The name of the variable that may hold a secret."""
    return f"DAYMARK_{account}_{field}".upper().replace("-", "_")


def find(home: Path, account: str, field: str) -> tuple[str, str]:
    """A secret, and where it was found; two empty texts if there is none. Raises BadData for a file that is unsafe."""
    name = variable(account, field)
    if value := os.environ.get(name, "").strip():
        return value, f"the variable {name}"
    if path := os.environ.get(f"{name}_FILE", ""):
        return _read(Path(path)), f"the file {path}"
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    if folder and (given := Path(folder) / f"{account}.{field}").exists():
        return _read(given), f"the credential {account}.{field}"
    kept = _stored(home).get(account, {}).get(field, "")
    if kept is True:
        return vault.get(home, account, field), vault.PLACE
    return str(kept), str(home / FILE) if kept else ""


def keep(home: Path, account: str, field: str, value: str, *, keyring: bool = False) -> str:
    """Keeps a secret in the workspace's file or, if asked for, in the keyring; returns where.

    One that is in the keyring already stays there; an empty value takes it out. Raises BadData.
    """
    if any(not sign.isprintable() for sign in value):
        raise BadData("a secret is one line of text", "paste it without what comes before and after it")
    import tomlkit

    with alone(home):
        stored = _stored(home)
        is_there = stored.get(account, {}).get(field) is True
        if value and (keyring or is_there):
            vault.put(home, account, field, value)
            stored.setdefault(account, {})[field] = True
        else:
            stored.setdefault(account, {})[field] = value
        left = {name: {f: v for f, v in fields.items() if v} for name, fields in stored.items()}
        _write(home, tomlkit.dumps({name: fields for name, fields in left.items() if fields}))
        if is_there and not value:  # last: also where no keyring answers the file says that it is there no more
            vault.drop(home, account, field)
        return vault.PLACE if stored[account][field] is True else str(home / FILE)


def copy(home: Path, old: str, new: str) -> None:
    """Gives an account the stored secrets of another, each in the same place. Raises BadData."""
    for field, value in _stored(home).get(old, {}).items():
        is_there = value is True
        keep(home, new, field, vault.get(home, old, field) if is_there else str(value), keyring=is_there)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Within it no other process reads a file of the workspace to write it anew. The lock goes with the process."""
    folder = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write(home: Path, text: str) -> None:
    new = ""
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=home, prefix=".secrets-", delete=False) as file:  # 0600
            new = file.name
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(new).replace(home / FILE)
    except OSError as error:
        if new:
            Path(new).unlink(missing_ok=True)
        raise BadData(f"{home / FILE} cannot be written: {error.strerror}", "check the folder and the disk") from error


def forget(home: Path, account: str) -> None:
    """Takes out all stored secrets of an account. Raises BadData."""
    for field in _stored(home).get(account, {}):
        keep(home, account, field, "")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig").strip()  # with a mark, as Windows writes it
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"the secret in {path} cannot be read: {error}", "check its rights and what it holds") from error


def _stored(home: Path) -> dict[str, dict[str, str | bool]]:
    """What the file holds, by account and field: a secret, or True for one that is in the keyring."""
    path = home / FILE
    try:
        with path.open("rb") as file:
            seen = os.fstat(file.fileno())
            if seen.st_uid != os.geteuid():
                raise BadData(f"{path} belongs to somebody else", "make it yours with chown, or set its secrets anew")
            if stat.S_IMODE(seen.st_mode) & 0o077:
                raise BadData(f"{path} can be read by others", f"{_RIGHTS} {path}; and change what it held")
            found = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"{path} cannot be read: {error}", "check its rights") from error
    except tomllib.TOMLDecodeError as error:  # its words name a place, and no value
        raise BadData(f"{path} is no TOML: {error}", "mend it, or set its secrets anew") from error
    tables = {name: fields for name, fields in found.items() if isinstance(fields, dict)}
    return {name: {f: v is True or str(v) for f, v in fields.items()} for name, fields in tables.items()}
