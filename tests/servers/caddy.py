"""Caddy, the real server: the system's, or fetched by apt and unpacked beside the system; run on loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from servers import unpacked, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ALONE = "{\n\tadmin off\n\tauto_https off\n}\n"  # no port but ours, no certificate


@contextmanager
def running(folder: Path, port: int, sites: str) -> Iterator[Path]:
    """Caddy with the sites of a Caddyfile, which listen on `port`. Raises AssertionError if it cannot be fetched."""
    caddy = shutil.which("caddy") or str(unpacked("caddy", "usr/bin/caddy", "caddy") / "usr/bin/caddy")
    settings, log = folder / "Caddyfile", folder / "caddy.log"
    settings.write_text(_ALONE + sites)
    env = os.environ | {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "data")}
    with (
        log.open("wb") as told,
        subprocess.Popen([caddy, "run", "--config", str(settings)], stdout=told, stderr=told, env=env) as process,
    ):
        try:
            wait_for(port, process)
            yield settings
        finally:
            process.terminate()
            process.wait(30)
