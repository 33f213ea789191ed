"""Packages of Debian, unpacked beside the system with the libraries that they were built for: nothing is installed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from servers import fetch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SOURCE = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian {suite} main"


def unpack(what: str, place: Path, suite: str, packages: Sequence[str], *, alone: Sequence[str] = ()) -> None:
    """Unpacks packages of a suite, with all that they need, into `root` in a folder; of those `alone` nothing more.

    Raises AssertionError, in one line, if they cannot be had.
    """
    apt, made = place / "apt", place / "unpacking"
    for folder in ("etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/trusted.gpg.d", "etc/apt/sources.list.d",
                   "state/lists/partial", "cache/archives/partial"):  # fmt: skip
        (apt / folder).mkdir(parents=True, exist_ok=True)
    (apt / "status").touch()
    (apt / "etc/apt/sources.list").write_text(SOURCE.format(suite=suite) + "\n")
    set_to = {
        "Dir": apt,
        "Dir::State": apt / "state",
        "Dir::State::status": apt / "status",
        "Dir::Cache": apt / "cache",
        "Dir::Etc": apt / "etc/apt",
        "APT::Sandbox::User": "root",
        "APT::Install-Recommends": "false",
        "Debug::NoLocking": "1",
    }
    options = [word for name, value in set_to.items() for word in ("-o", f"{name}={value}")]
    archives = apt / "cache/archives"
    fetch(what, ["apt-get", *options, "-qq", "update"])
    fetch(what, ["apt-get", *options, "-qq", "install", "-y", "--download-only", *packages])
    if alone:
        fetch(what, ["apt-get", *options, "-qq", "download", *alone], cwd=archives)
    shutil.rmtree(made, ignore_errors=True)
    for package in sorted(archives.glob("*.deb")):
        fetch(what, ["dpkg", "-x", str(package), str(made)])
    shutil.rmtree(apt)
    shutil.rmtree(place / "root", ignore_errors=True)
    made.rename(place / "root")  # whole or not at all


def words(root: Path, program: str) -> list[str]:
    """The words that run a program of an unpacked root, such as usr/bin/snac, with the libraries that lie there."""
    libraries = [*root.glob("usr/lib/*-linux-gnu"), *root.glob("lib/*-linux-gnu")]
    loader = next(found for folder in (*libraries, root / "usr/lib64") for found in folder.glob("ld-linux-*"))
    return [str(loader), "--library-path", ":".join(map(str, libraries)), str(root / program)]
