"""The server under the application: granian, which reads requests, keeps the limits, and ends when it is told to."""

from __future__ import annotations

import functools
import socket
from typing import TYPE_CHECKING

from scheduler.errors import BadData, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from scheduler.serve.app import App

EXTRA = "install it with: pip install 'daymark-scheduler[serve]'"
HEAD_WITHIN = 10_000  # milliseconds for the head of a request
LONGEST_HEAD = 64 * 1024  # bytes of the head of a request, its address and query in it
MOST_OPEN = 2048  # connections that are held open at once
QUEUE = 2048  # connections that wait to be taken


def require_server() -> None:
    """Raises BadData if the optional part that serves is not installed."""
    from importlib.util import find_spec

    for name in ("granian", "uvloop"):
        if not find_spec(name):
            raise BadData(f"{name}, which `daymark serve` needs, is not installed", EXTRA)


def require_free(host: str, port: int) -> None:
    """Raises UsageError if nobody could listen there."""
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        say = f"{host} port {port} cannot be listened on: {error.strerror}"
        raise UsageError(say, "choose another with --host or --port") from error


def serve(home: Path, host: str, port: int, clock: Callable[[], datetime]) -> None:
    """Answers on this address until SIGTERM or SIGINT. `clock` is a function of a module, for another process."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, Loops
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    server = Granian(
        "daymark",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_WITHIN, max_buffer_size=LONGEST_HEAD),
        websockets=False,
        loop=Loops.uvloop,
        workers=1,
        backlog=QUEUE,
        backpressure=MOST_OPEN,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
    server.serve(target_loader=functools.partial(_made, home, clock), wrap_loader=False)


def _made(home: Path, clock: Callable[[], datetime]) -> App:
    from scheduler.serve.app import App

    return App(home, clock)
