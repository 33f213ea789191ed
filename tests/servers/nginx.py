"""nginx, the real server: the system's, or fetched by apt and unpacked beside the system; run on loopback."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from servers import answering, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FOLDERS = "client_body proxy fastcgi uwsgi scgi".split()


def program() -> tuple[str, Path]:
    """nginx, and its table of types. Raises AssertionError, in one line, if it cannot be fetched."""
    if (found := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")) and _types(Path("/")).exists():
        return found, _types(Path("/"))
    root = unpacked("nginx", "usr/sbin/nginx", "nginx", "nginx-common")
    return str(root / "usr/sbin/nginx"), _types(root)


def _types(root: Path) -> Path:
    return root / "etc/nginx/mime.types"


@contextmanager
def running(folder: Path, port: int, http: str, *, before: Sequence[str] = ()) -> Iterator[Path]:
    """nginx with the lines of an `http` block, which listen on `port`; `before` are words put before the command.

    `include mime.types;` in the lines means the table of types that came with it.
    """
    nginx, types = program()
    owner = "user root;" if os.geteuid() == 0 else ""  # without privileges there is nobody else to be
    temp = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in _FOLDERS)
    lines = http.replace("include mime.types;", f"include {types};")
    log, settings = folder / "error.log", folder / "nginx.conf"
    settings.write_text(
        f"{owner} worker_processes 1; daemon off; pid {folder}/pid; error_log {log};"
        f" events {{ worker_connections 1024; }}\nhttp {{ access_log off; {temp}\n{lines} }}\n"
    )
    with answering(port, [*before, nginx, "-e", str(log), "-c", str(settings)], folder / "nginx.log"):
        yield settings
