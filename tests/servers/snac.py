"""snac, a small real server of the fediverse that speaks the Mastodon API: fetched from Debian, run on loopback.

It is unpacked beside the system, with the libraries that it was built for, into a cache folder that later runs use.
"""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from servers import debian, fetching, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def program() -> list[str]:
    """The words that run snac; it is fetched first if need be. Raises AssertionError, in one line, if it cannot be."""
    with fetching("snac") as place:
        if not (place / "root" / "usr" / "bin" / "snac").exists():
            debian.unpack("snac", place, "sid", ["snac2"])
    return debian.words(place / "root", "usr/bin/snac")


@contextmanager
def running(folder: Path, port: int) -> Iterator[tuple[int, str]]:
    """A snac with one user, and the token that a sign-in by OAuth gives."""
    snac, home = program(), folder / "data"
    asked = f"127.0.0.1\n{port}\nlocalhost:{port}\n\nadmin@example.org\n"
    subprocess.run([*snac, "init", str(home)], input=asked, text=True, check=True, capture_output=True)
    settings = home / "server.json"
    settings.write_text(settings.read_text().replace('"protocol": "https"', '"protocol": "http"'))
    made = subprocess.run(
        [*snac, "adduser", str(home), "daymark"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    password = re.search(r"User password is (\S+)", made.stdout + made.stderr)
    assert password
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*snac, "httpd", str(home)], stdout=log, stderr=log)
        try:
            wait_for(port, process)
            yield port, _token(f"http://localhost:{port}", password[1])
        finally:
            process.terminate()
            process.wait()


def _token(url: str, password: str) -> str:
    """The code flow of OAuth as a browser would go through it."""
    nowhere = "urn:ietf:wg:oauth:2.0:oob"
    once = httpx.Limits(max_keepalive_connections=0)  # snac closes each connection without a word
    with httpx.Client(base_url=url, limits=once, headers={"Connection": "close"}) as client:
        app = client.post(
            "/api/v1/apps", data={"client_name": "daymark", "redirect_uris": nowhere, "scopes": "read write"}
        ).json()
        asked = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": nowhere, "scope": "read write"}
        page = client.get("/oauth/authorize", params=asked).text
        form = dict(re.findall(r'name="([^"]+)"\s+value="([^"]*)"', page)) | {"login": "daymark", "passwd": password}
        action = re.search(r'action="([^"]+)"', page)
        assert action
        code = client.post(re.sub(r"^https?://[^/]+", "", action[1]), data=form).text.strip()
        known = {"client_id": app["client_id"], "client_secret": app["client_secret"], "redirect_uri": nowhere}
        answer = client.post("/oauth/token", data={"grant_type": "authorization_code", "code": code, **known})
        return str(answer.json()["access_token"])
