"""Conditional GETs a second on one core: `daymark serve`, nginx and Radicale with the same feed, one after the other.

    .venv/bin/python tests/bench_serve.py [SECONDS]

The server has one core, and wrk, which asks, the other. It needs `apt-get install wrk`; nginx and Radicale are
fetched. Each is asked for what it has answered before, by its own tag (Radicale sends the whole feed all the same).
The aim: 20 times Radicale, and a fifth of nginx.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from servers import fetch, fetching, free_port, nginx, wait_for

ROOT = Path(__file__).parent.parent
FEEDS = ("observances.ics", "themes/human-trafficking.ics")  # all days, and a few
OPEN = 32  # connections at once
RADICALE = "radicale==3.9.0"


@contextmanager
def server(words, port, **more):
    """A server on the first core, alone there."""
    command = ["taskset", "-c", "0", *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more) as process:
        try:
            wait_for(port, process)
            yield
        finally:
            process.terminate()
            process.wait(30)


def asked(port, path, method="GET", body=None, **headers):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    link.request(method, path, body, named)
    answer = link.getresponse()
    answer.read()
    link.close()
    return answer


def measured(port, path, seconds):
    """Requests a second, the slowest of a hundred in milliseconds, and the status that conditional GETs have."""
    tag = asked(port, path).headers["ETag"]
    status = asked(port, path, If_None_Match=tag).status
    where = f"http://127.0.0.1:{port}{path}"
    words = ["taskset", "-c", "1", "wrk", "-t1", f"-c{OPEN}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
    told = subprocess.run([*words, "-H", f"If-None-Match: {tag}", where], capture_output=True, text=True, check=True)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told.stdout)[1])
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", told.stdout).groups()
    return rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit], status


def ours(home, feed, seconds):
    port = free_port()
    words = [sys.executable, "-m", "scheduler", "serve", "--home", home, "--port", port]
    with server(words, port, cwd=ROOT):
        return measured(port, f"/{feed}", seconds)


def nginxs(home, feed, seconds, folder):
    port = free_port()
    site = f"listen 127.0.0.1:{port}; root {home}/public; types {{ text/calendar ics; }} charset utf-8;"
    lines = f"keepalive_requests 100000000; open_file_cache max=1000; server {{ {site} }}"
    with nginx.running(folder, port, lines, before=["taskset", "-c", "0"]):
        return measured(port, f"/{feed}", seconds)


def radicale(home, feed, seconds, folder):
    port = free_port()
    with fetching("radicale") as place:
        if not (place / "radicale").exists():
            outside = f"{sys.base_prefix}/bin/python3"  # the tests' own environment has no pip
            fetch("Radicale", [outside, "-m", "pip", "install", "-q", "--target", str(place), RADICALE])
    options = f"--storage-filesystem-folder={folder}/radicale --auth-type=none --rights-type=authenticated".split()
    words = [sys.executable, "-m", "radicale", f"--hosts=127.0.0.1:{port}", *options, "--logging-level=critical"]
    signed = {"Authorization": "Basic YTphYQ=="}
    with server(words, port, env=os.environ | {"PYTHONPATH": str(place)}):
        data = (home / "public" / feed).read_bytes()
        done = asked(port, "/a/feed/", "PUT", data, **signed, Content_Type="text/calendar")
        assert done.status == 201, done.status
        return measured(port, "/a/feed/", seconds)


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    for tool in ("taskset", "wrk"):
        if not shutil.which(tool):
            sys.exit(f"there is no {tool} here: apt-get install wrk util-linux")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "home"
        for words in (["init", home], ["feeds", "--home", home]):
            subprocess.run([sys.executable, "-m", "scheduler", *words], cwd=ROOT, check=True, capture_output=True)
        for feed in FEEDS:
            (folder / feed).mkdir(parents=True)
            found = {
                "daymark serve": ours(home, feed, seconds),
                "nginx": nginxs(home, feed, seconds, folder / feed),
                "radicale": radicale(home, feed, seconds, folder / feed),
            }
            tell(feed, (home / "public" / feed).stat().st_size, found)


def tell(feed, size, found):
    mine = found["daymark serve"][0]
    print(f"{feed}, {size} bytes\n{'':14} {'GETs/s':>9} {'p99 ms':>8} {'status':>6} {'ours is':>9}")
    for name, (rate, late, status) in found.items():
        print(f"{name:14} {rate:9.1f} {late:8.1f} {status:6} {mine / rate:8.2f}x")


if __name__ == "__main__":
    main()
