"""The server of Bluesky (PDS) with its directory (PLC), the real ones: installed by npm, run on loopback.

They are put into a cache folder that later runs use. The first time takes two to five minutes and compiles SQLite for
Node, which wants a C++ compiler; Node 20 or 22 (24 ends this version of SQLite without a word).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from servers import fetch, fetching

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = {"@atproto/pds": "0.4.217", "@did-plc/server": "0.0.1"}
HANDLE = "daymark.test"
_INSTALL = ("install", "--no-audit", "--no-fund", "--loglevel=error")


@dataclass(frozen=True)
class Pds:
    """A running server with one account, and an app password for it."""

    port: int
    did: str
    password: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def posts(self) -> list[dict]:
        """All records of posts of the account, as a stranger reads them, each with its uri, cid and value."""
        asked, found = {"repo": self.did, "collection": "app.bsky.feed.post", "limit": "100"}, []
        with httpx.Client(base_url=self.url) as client:
            while True:
                told = client.get("/xrpc/com.atproto.repo.listRecords", params=asked).raise_for_status().json()
                found += told["records"]
                if not told.get("cursor"):
                    return found
                asked["cursor"] = told["cursor"]


def folder() -> Path:
    """Where the server is installed, if need be just now. Raises AssertionError, in one line, if it cannot be."""
    node = shutil.which("node")
    assert node and shutil.which("npm"), "the PDS cannot be fetched: there is no node or no npm here"
    wanted = json.dumps({"name": "daymark-test-pds", "private": True, "dependencies": PACKAGES})
    with fetching("pds") as place:
        done = place / ".installed"
        if not done.exists() or done.read_text() != wanted:
            done.unlink(missing_ok=True)
            (place / "package.json").write_text(wanted)
            prefix = Path(node).resolve().parents[1]
            headers = {"npm_config_nodedir": str(prefix)} if (prefix / "include/node/node.h").exists() else {}
            fetch("the PDS", ["npm", *_INSTALL], cwd=place, **headers)
            done.write_text(wanted)
    return place


@contextmanager
def running(state: Path, port: int, plc_port: int) -> Iterator[Pds]:
    """A server with an empty state in its own folder, and one account. Raises AssertionError if it does not start."""
    script = Path(__file__).with_suffix(".cjs")
    with (state / "log").open("wb") as log:
        words = [str(shutil.which("node") or "node"), str(script)]
        process = subprocess.Popen(
            words, cwd=folder(), env=os.environ | _settings(state, port, plc_port), stdout=subprocess.PIPE, stderr=log
        )
        try:
            assert process.stdout
            first = process.stdout.readline().decode().strip()  # empty if it ends before
            said = (state / "log").read_text().strip().splitlines()
            assert first == "ready", f"the PDS does not start: {said[-1] if said else process.wait()}"
            yield _with_account(port)
        finally:
            process.terminate()
            process.communicate()


def _settings(state: Path, port: int, plc_port: int) -> dict[str, str]:
    def key(name: str) -> str:
        return hashlib.sha256(name.encode()).hexdigest()

    return {
        "PLC_PORT": str(plc_port),
        "PDS_PORT": str(port),
        "PDS_HOSTNAME": "localhost",
        "PDS_DEV_MODE": "true",
        "PDS_DATA_DIRECTORY": str(state),
        "PDS_BLOBSTORE_DISK_LOCATION": str(state / "blobs"),
        "PDS_BLOBSTORE_DISK_TMP_LOCATION": str(state / "half"),
        "PDS_DID_PLC_URL": f"http://localhost:{plc_port}",
        "PDS_SERVICE_HANDLE_DOMAINS": ".test",
        "PDS_INVITE_REQUIRED": "false",
        "PDS_RATE_LIMITS_ENABLED": "false",
        "PDS_DISABLE_SSRF_PROTECTION": "true",  # its directory is on this machine
        "PDS_JWT_SECRET": key("jwt"),
        "PDS_DPOP_SECRET": key("dpop"),
        "PDS_ADMIN_PASSWORD": key("admin"),
        "PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX": key("rotation"),
        "LOG_ENABLED": "false",
    }


def _with_account(port: int) -> Pds:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/xrpc", timeout=30) as client:
        made = {"handle": HANDLE, "email": "daymark@example.org", "password": "the main one"}
        account = client.post("/com.atproto.server.createAccount", json=made).raise_for_status().json()
        signed = {"Authorization": f"Bearer {account['accessJwt']}"}
        asked = client.post("/com.atproto.server.createAppPassword", json={"name": "daymark"}, headers=signed)
        return Pds(port, account["did"], asked.raise_for_status().json()["password"])
