"""Real servers for the slow tests: fetched once into a cache folder, run on loopback. What cannot be fetched fails."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def cache() -> Path:
    """Where servers are kept between runs: DAYMARK_TEST_SERVERS, else a folder of the user's."""
    given = os.environ.get("DAYMARK_TEST_SERVERS", "")
    return Path(given) if given else Path.home() / ".cache" / "daymark-test-servers"


@contextmanager
def fetching(name: str) -> Iterator[Path]:
    """The cache folder of a server, for one process at a time: tests run in several."""
    place = cache() / name
    place.mkdir(parents=True, exist_ok=True)
    with (place / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place


def fetch(what: str, words: Sequence[str], *, cwd: Path | None = None, **more: str) -> None:
    """Runs a command that fetches a server, with more variables. Raises AssertionError, in one line, if it fails."""
    try:
        done = subprocess.run(words, cwd=cwd, env=os.environ | more, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise AssertionError(f"{what} cannot be fetched: there is no {words[0]} here") from error
    lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    said = (
        [line for line in lines if "error" in line.lower()]
        or lines[-1:]
        or [f"{words[0]} ended with {done.returncode}"]
    )
    assert done.returncode == 0, f"{what} cannot be fetched: {said[0].strip()[:200]}"


def install(what: str, *packages: str) -> None:
    """Installs packages of Debian into the system, one process after the other. Raises AssertionError, in one line."""
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "-qq"]
    with fetching("apt"):
        fetch(what, [*apt, "update"])
        words = [*apt, "install", "-y", "--no-install-recommends", *packages]
        fetch(what, words, DEBIAN_FRONTEND="noninteractive")


def unpacked(name: str, program: str, *packages: str) -> Path:
    """The root beside the system into which packages of this Debian were unpacked, `program` in it the last.

    Raises AssertionError, in one line, if they cannot be fetched.
    """
    with fetching(name) as place:
        root = place / "root"
        if not (root / program).exists():
            with fetching("apt"):  # its lists are open to one process at a time
                fetch(name, ["apt-get", "update", "-qq"])
                fetch(name, ["apt-get", "download", "-qq", *packages], cwd=place)
            for package in sorted(place.glob("*.deb"), reverse=True):  # the program last: its being there says done
                fetch(name, ["dpkg", "-x", str(package), str(root)])
    return root


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def wait_for(port: int, running: subprocess.Popen[bytes], path: str = "/") -> None:
    """Until a server answers on a port. Raises AssertionError if its process ends before."""
    transport = httpx.HTTPTransport(retries=8)  # with growing pauses of its own: half a second, one, two
    with httpx.Client(transport=transport, timeout=30) as client:
        while running.poll() is None:
            try:
                client.get(f"http://127.0.0.1:{port}{path}")
            except httpx.TransportError:
                continue
            return
    raise AssertionError(f"the server on port {port} ended with {running.returncode} before it answered")


@contextmanager
def answering(port: int, words: Sequence[str], log: Path, *, path: str = "/", **more: str) -> Iterator[None]:
    """A server from the time that it answers on its port; what it says goes into a log. `more` are variables for it."""
    with log.open("wb") as told, subprocess.Popen(words, stdout=told, stderr=told, env=os.environ | more) as process:
        try:
            wait_for(port, process, path)
            yield
        finally:
            process.terminate()
            process.wait(30)


def their_time() -> datetime:
    """The moment by the clock of this machine's servers: what they say of times is compared with ours."""
    told = subprocess.run(["date", "-u", "+%Y-%m-%dT%H:%M:%S+00:00"], capture_output=True, text=True, check=True)
    return datetime.fromisoformat(told.stdout.strip())
