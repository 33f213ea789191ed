"""The ping: an address that hears of every good tick, and whose owner calls out when it hears nothing any more."""

from __future__ import annotations

import os
from pathlib import Path

TIMEOUT = 5.0  # seconds, all in all
VARIABLE, CREDENTIAL = "DAYMARK_PING", "ping"
_MOST = 1024  # bytes of an answer that are read
_HERE = ("localhost", "127.0.0.1", "::1")


def given() -> str:
    """The address that the machine gives: in DAYMARK_PING, else in the credential `ping` of systemd; or ''."""
    if named := os.environ.get(VARIABLE, ""):
        return named.strip()
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    if not folder:
        return ""
    try:
        return (Path(folder) / CREDENTIAL).read_text("ascii").strip()
    except (OSError, ValueError):
        return ""  # none of that name: it is for another part of the program


def address(home: str) -> str:
    """The address of a workspace whose daymark.toml was found right, without reading the rest of its settings."""
    import tomllib

    if found := given():
        return found
    with (Path(home) / "daymark.toml").open("rb") as file:
        return str(tomllib.loads(file.read().decode("utf-8-sig")).get("watch", {}).get("ping", "")).strip()


def is_right(told: str) -> bool:
    """Whether it is an https address, or an http address of this very machine."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(told)
        parts.port  # noqa: B018  (raises ValueError where it is no number)
    except ValueError:
        return False
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
    plain = told.isascii() and told.isprintable() and " " not in told
    return safe and plain and bool(parts.hostname) and not parts.username


def ping(told: str, timeout: float = TIMEOUT) -> str:
    """Asks for the address once; returns what went wrong, in words, or ''. Raises nothing, follows no redirect.

    The address is a secret of sorts: the words name its host alone. `timeout` is in seconds, for all of it.
    """
    from threading import Thread
    from urllib.parse import urlsplit

    if not told:
        return ""
    if not is_right(told):
        return "the ping was not sent: its address is not one that starts with https://"
    said: list[str] = []
    # A thread: neither the search for the host's number nor an answer that drips knows a time-out of its own.
    asking = Thread(target=lambda: said.append(_asked(told, timeout)), daemon=True)
    asking.start()
    asking.join(timeout)
    trouble = said[0] if said else f"no answer within {timeout:g} seconds"
    return f"the ping to {urlsplit(told).hostname} failed: {trouble}" if trouble else ""


def _asked(told: str, timeout: float) -> str:
    from http.client import HTTPConnection, HTTPException, HTTPSConnection
    from urllib.parse import urlsplit

    parts = urlsplit(told)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    link = kind(parts.hostname or "", parts.port, timeout=timeout)
    try:
        link.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        answer = link.getresponse()
        answer.read(_MOST)
    except TimeoutError:
        return f"no answer within {timeout:g} seconds"
    except (OSError, HTTPException, ValueError) as error:
        return str(error) or type(error).__name__
    finally:
        link.close()
    if 300 <= answer.status < 400:
        return f"it answers {answer.status} and points elsewhere: write the address it points to"
    return "" if answer.status < 300 else f"it answers {answer.status}"
