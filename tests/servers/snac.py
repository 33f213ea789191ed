"""snac, a small real server of the fediverse that speaks the Mastodon API: fetched from Debian, run on loopback.

It is unpacked beside the system, with the libraries that it was built for, into a cache folder that later runs use.
"""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx

from servers import answering, debian, fetching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def program() -> list[str]:
    """The words that run snac; it is fetched first if need be. Raises AssertionError, in one line, if it cannot be."""
    with fetching("snac") as place:
        if not (place / "root" / "usr" / "bin" / "snac").exists():
            debian.unpack("snac", place, "sid", ["snac2"])
    return debian.words(place / "root", "usr/bin/snac")


@dataclass(frozen=True)
class Snac:
    """A running server with one user."""

    port: int
    password: str

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def code(self, page: str) -> str:
        """What a person brings back from the page of a sign-in: the user says yes in a browser."""
        with _client(self.url) as client:
            told = client.get(page.removeprefix(self.url)).text
            form = dict(re.findall(r'name="([^"]+)"\s+value="([^"]*)"', told))
            action = re.search(r'action="([^"]+)"', told)
            assert action
            said = form | {"login": "daymark", "passwd": self.password}
            return client.post(re.sub(r"^https?://[^/]+", "", action[1]), data=said).text.strip()

    def token(self) -> str:
        """One of a sign-in by OAuth."""
        nowhere = "urn:ietf:wg:oauth:2.0:oob"
        with _client(self.url) as client:
            app = client.post(
                "/api/v1/apps", data={"client_name": "daymark", "redirect_uris": nowhere, "scopes": "read write"}
            ).json()
            asked = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": nowhere}
            code = self.code(f"/oauth/authorize?{urlencode(asked | {'scope': 'read write'})}")
            known = {"client_id": app["client_id"], "client_secret": app["client_secret"], "redirect_uri": nowhere}
            answer = client.post("/oauth/token", data={"grant_type": "authorization_code", "code": code, **known})
            return str(answer.json()["access_token"])


def _client(url: str) -> httpx.Client:
    """snac closes each connection without a word."""
    once = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(base_url=url, limits=once, headers={"Connection": "close"})


@contextmanager
def running(folder: Path, port: int) -> Iterator[Snac]:
    """A snac with one user."""
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
    with answering(port, [*snac, "httpd", str(home)], folder / "log"):
        yield Snac(port, password[1])
