"""Chromium, a real browser: Debian's, fetched by apt; driven by Playwright, with axe in its pages."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from servers import fetching, install

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

_QUIET = ["--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def _program() -> str:
    """The browser. Raises AssertionError, in one line, if it cannot be had."""
    with fetching("chromium"):
        if not shutil.which("chromium"):
            install("Chromium", "chromium")
    found = shutil.which("chromium")
    assert found, "Chromium cannot be fetched: apt installed it and there is none"
    return found


@contextmanager
def running() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=_program(), args=[*_QUIET, "--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a folder's files are served, as any web server does."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
