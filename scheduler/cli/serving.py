"""serve: the workspace's public/ over HTTP, for those without a web server."""

from __future__ import annotations

from typing import Annotated

import typer

from scheduler.cli import show
from scheduler.cli.options import Home, Json, Now, clock, home_of


def serve(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8080,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Serve the feeds and pages in public/ over HTTP until it is stopped, with /health for whoever watches."""
    from scheduler.config import require_workspace
    from scheduler.serve import server

    del now  # taken like everywhere, of no use here
    place = home_of(home)
    require_workspace(place)
    server.require_server()
    server.require_free(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if json:
        show.document({"address": address, "folder": str(place / "public")})
    else:
        show.line(f"serving {place / 'public'} at {address}")
        show.aside("Ctrl-C ends it")
    server.serve(place, host, port, clock)
