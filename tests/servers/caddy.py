"""Caddy, the real server: the system's, or fetched by apt and unpacked beside the system; run on loopback."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from servers import answering, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ALONE = "{\n\tadmin off\n\tauto_https off\n}\n"  # no port but ours, no certificate


@contextmanager
def running(folder: Path, port: int, sites: str) -> Iterator[Path]:
    """Caddy with the sites of a Caddyfile, which listen on `port`. Raises AssertionError if it cannot be fetched."""
    caddy = shutil.which("caddy") or str(unpacked("caddy", "usr/bin/caddy", "caddy") / "usr/bin/caddy")
    settings = folder / "Caddyfile"
    settings.write_text(_ALONE + sites)
    own = {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "data")}
    with answering(port, [caddy, "run", "--config", str(settings)], folder / "caddy.log", **own):
        yield settings
