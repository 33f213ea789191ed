"""snac, a small real server of the fediverse that speaks the Mastodon API: fetched from Debian, run on loopback.

It is unpacked beside the system, with the libraries that it was built for, into a cache folder that later runs use.
"""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx

from servers import fetch, fetching, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main"


def program() -> list[str]:
    """The words that run snac; it is fetched first if need be. Raises AssertionError, in one line, if it cannot be."""
    with fetching("snac") as place:
        root = place / "root"
        if not (root / "usr" / "bin" / "snac").exists():
            _fetch(place, root)
    libraries = next((root / "usr" / "lib").glob("*-linux-gnu"))
    loader = next(iter([*root.glob("usr/lib64/ld-linux-*"), *libraries.glob("ld-linux-*")]))
    return [str(loader), "--library-path", str(libraries), str(root / "usr" / "bin" / "snac")]


def _fetch(place: Path, root: Path) -> None:
    apt = place / "apt"
    for folder in ("etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/trusted.gpg.d", "etc/apt/sources.list.d",
                   "state/lists/partial", "cache/archives/partial"):  # fmt: skip
        (apt / folder).mkdir(parents=True, exist_ok=True)
    (apt / "status").touch()
    (apt / "etc/apt/sources.list").write_text(SOURCE + "\n")
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
    for words in (["update"], ["install", "-y", "--download-only", "snac2"]):
        fetch("snac", ["apt-get", *options, "-qq", *words])
    for package in (apt / "cache/archives").glob("*.deb"):
        fetch("snac", ["dpkg", "-x", str(package), str(root)])


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
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*snac, "httpd", str(home)], stdout=log, stderr=log)
        try:
            wait_for(port, process)
            yield Snac(port, password[1])
        finally:
            process.terminate()
            process.wait()
