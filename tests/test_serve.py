"""The feeds over HTTP: a real server on loopback, asked as calendars, browsers, and people with bad intentions ask."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from servers import caddy, free_port, nginx, wait_for
from test_lists import PROPERTY

from scheduler.serve.asking import form_of, is_current
from scheduler.serve.health import Watch, look
from scheduler.serve.places import place_of
from scheduler.serve.shelf import Item, Shelf

FEED = "/observances.ics"


class Asked:
    """An answer, its headers by lower-case name."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.body = answer.status, answer.read()
        self.headers = {name.lower(): value for name, value in answer.getheaders()}


class Site:
    """A server on this machine, and the folder whose files it gives out."""

    def __init__(self, port: int, public: Path) -> None:
        self.port, self.public = port, public

    def ask(self, path: str, method: str = "GET", *, body: bytes | None = None, **headers: str) -> Asked:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            link.putrequest(method, path, skip_accept_encoding=True)
            for name, value in {**named, **({"Content-Length": str(len(body))} if body else {})}.items():
                link.putheader(name, value)
            link.endheaders(body)
            return Asked(link.getresponse())
        finally:
            link.close()

    def pushed(self, request: bytes) -> bytes:
        """The beginning of what comes back for these bytes, which the server may not want to hear to their end."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as link:
            sending = threading.Thread(target=_push, args=(link, request))
            sending.start()
            answer = _pulled(link)
            sending.join()
            return answer

    def raw(self, request: bytes) -> bytes:
        """What comes back, up to the end, for just these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as link:
            link.sendall(request)
            return b"".join(iter(lambda: link.recv(65536), b""))


@contextmanager
def running(home: Path):
    """`daymark serve` in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "scheduler", "serve", "--home", str(home), "--port", str(port), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as process:
        try:
            wait_for(port, process, "/")
            yield Site(port, home / "public"), process
        finally:
            process.terminate()
            process.wait(30)


def built(stages, daymark, folder: Path) -> Path:
    """A workspace with its feeds."""
    place = shutil.copytree(stages["fresh"], folder / "home", symlinks=True)
    assert daymark("feeds", home=place).code == 0
    return place


@pytest.fixture(scope="module")
def home(stages, daymark, tmp_path_factory):
    return built(stages, daymark, tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def site(home):
    with running(home) as (found, _):
        yield found


def test_a_feed_is_given_out_as_a_calendar(site):
    got = site.ask(FEED)
    assert (got.status, got.body) == (200, (site.public / "observances.ics").read_bytes())
    assert got.headers["content-type"] == "text/calendar; charset=utf-8"
    assert got.headers["content-length"] == str(len(got.body))
    assert re.fullmatch('"[0-9a-f]{32}"', got.headers["etag"])
    assert parsedate_to_datetime(got.headers["last-modified"]).timestamp() == int(
        (site.public / "observances.ics").stat().st_mtime
    )
    assert (got.headers["cache-control"], got.headers["vary"]) == ("public, max-age=3600", "Accept-Encoding")
    assert (got.headers["x-content-type-options"], got.headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert "default-src 'none'" in got.headers["content-security-policy"]
    assert "set-cookie" not in got.headers


def test_what_only_some_may_read_is_kept_by_no_cache_in_between_and_read_by_no_other_page(site):
    folder = site.public / "private" / "a1b2c3"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "posts.ics").write_bytes(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    for path in ("/private/a1b2c3/posts.ics", "/%70rivate/a1b2c3/posts.ics"):
        got = site.ask(path)
        assert (got.status, got.headers["cache-control"], got.headers["x-robots-tag"]) == (
            200,
            "private, no-cache",
            "noindex",
        )
        assert "access-control-allow-origin" not in got.headers


def test_a_head_is_answered_as_a_get_without_its_body(site):
    got, head = site.ask(FEED), site.ask(FEED, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert {k: v for k, v in head.headers.items() if k != "date"} == {
        k: v for k, v in got.headers.items() if k != "date"
    }


def test_a_packed_feed_is_the_same_feed_under_a_tag_of_its_own(site):
    plain, packed = site.ask(FEED), site.ask(FEED, Accept_Encoding="br, gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == "Accept-Encoding"
    again = site.ask(FEED, Accept_Encoding="gzip", If_None_Match=packed.headers["etag"])
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", packed.headers["etag"])
    assert site.ask(FEED, If_None_Match=packed.headers["etag"]).status == 200


NEVER = "Thu, 01 Jan 1998 00:00:00 GMT"
CONDITIONS = [  # {tag} and {time} are the feed's
    ({"If_None_Match": "{tag}"}, 304), ({"If_None_Match": "W/{tag}"}, 304), ({"If_None_Match": "*"}, 304),
    ({"If_None_Match": '"other", {tag}'}, 304), ({"If_None_Match": '"a,b",W/"c" ,  {tag}'}, 304),
    ({"If_None_Match": '"other"'}, 200), ({"If_None_Match": '"x{tag}'}, 200), ({"If_None_Match": ""}, 200),
    ({"If_None_Match": "nonsense"}, 200), ({"If_Modified_Since": "{time}"}, 304), ({"If_Modified_Since": NEVER}, 200),
    ({"If_Modified_Since": "Fri, 31 Dec 2099 00:00:00 GMT"}, 304), ({"If_Modified_Since": "yesterday"}, 200),
    ({"If_Modified_Since": ""}, 200), ({"If_None_Match": '"other"', "If_Modified_Since": "{time}"}, 200),
    ({"If_None_Match": "{tag}", "If_Modified_Since": NEVER}, 304),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "status"), CONDITIONS, ids=[str(row[0]) for row in CONDITIONS])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_a_client_has_already_is_not_sent_again(headers, status, method, site):
    got = site.ask(FEED)
    told = {
        name: value.format(tag=got.headers["etag"], time=got.headers["last-modified"])
        for name, value in headers.items()
    }
    answer = site.ask(FEED, method, **told)
    assert (answer.status, bool(answer.body)) == (status, status == 200 and method == "GET")
    if status == 304:
        kept = ("etag", "last-modified", "cache-control", "vary", "content-security-policy")
        assert {name: answer.headers.get(name) for name in kept} == {name: got.headers[name] for name in kept}
        assert not {"content-type", "content-encoding"} & answer.headers.keys()


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH", "PROPFIND", "REPORT", "OPTIONS", "TRACE", "WHAT"])
@pytest.mark.parametrize("path", [FEED, "/nowhere.ics", "/health"])
def test_whoever_tries_to_write_is_told_what_is_answered(method, path, site):
    answer = site.ask(path, method, body=b"BEGIN:VCALENDAR\r\n")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


OUTSIDE = [
    "/nowhere.ics", "/themes", "/themes/", "/", "", "*", "/../daymark.toml", "/..%2fdaymark.toml",
    "/%2e%2e/daymark.toml",
    "/%2e%2e%2fdaymark.toml", "/themes/../../daymark.toml", "/..\\daymark.toml", "/..%5cdaymark.toml", "/.hidden.ics",
    "/%2ehidden.ics", "/.git/config", "/themes/.hidden.ics", "//etc/passwd", "/%2fetc/passwd", "/observances.ics%00",
    "/observances.ics%00.html", "/%00", "/%ff", "/%c0%ae%c0%ae/daymark.toml", "/%252e%252e/daymark.toml", "/link.ics",
    "/linked/daymark.toml", "/folder.ics", "/pipe.ics", "/gone.ics", "/observances.ics/", "/observances.ics/x",
    "/./observances.ics", "/OBSERVANCES.ICS", "/observances.ics%0d%0aX:%20y", "/" + "a" * 5000, "/" + "a/" * 400,
    "/%E2%80%AE", "/observances.ics;v=1", "/proc/self/environ", "/%u002e%u002e/daymark.toml",
]  # fmt: skip


@pytest.fixture(scope="module")
def trapped(site):
    """The same site, with things in its folder that must not be given out."""
    outside = site.public.parent / "daymark.toml"
    (site.public / ".hidden.ics").write_text("secret")
    (site.public / "themes" / ".hidden.ics").write_text("secret")
    (site.public / "link.ics").symlink_to(outside)
    (site.public / "linked").symlink_to(site.public.parent)
    (site.public / "gone.ics").symlink_to(site.public / "nowhere.ics")
    (site.public / "folder.ics").mkdir()
    os.mkfifo(site.public / "pipe.ics")
    return site


@pytest.mark.parametrize("path", OUTSIDE)
def test_what_is_not_a_file_of_the_folder_is_not_there(path, trapped):
    answer = trapped.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.1 (404|400) ", head), head[:200]
    assert b"text/html" not in head.lower()
    assert b"accounts" not in body
    assert b"secret" not in body


def test_a_link_inside_the_folder_is_followed(trapped):
    (trapped.public / "all.ics").symlink_to("observances.ics")
    assert trapped.ask("/all.ics").body == trapped.ask(FEED).body


def test_a_query_and_another_way_to_write_the_path_change_nothing(site):
    for path in (f"{FEED}?x=1", f"{FEED}?", "/%6fbservances.ics"):
        assert site.ask(path).headers["etag"] == site.ask(FEED).headers["etag"]
    assert site.ask(f"http://elsewhere.example.org{FEED}").status == 200


def test_a_folder_with_a_page_is_that_page(site):
    (site.public / "days").mkdir()
    (site.public / "days" / "index.html").write_text("<!doctype html><title>Days</title>")
    page = site.ask("/days/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    moved = site.ask("/days")
    assert (moved.status, moved.headers["location"]) == (308, "days/")
    assert site.ask("//days").status == 404


def test_a_feed_that_was_rewritten_is_seen_at_once(site):
    path, tags = site.public / "changing.ics", set()
    for n in range(5):
        part = path.with_name(".changing.part")
        part.write_text(f"BEGIN:VCALENDAR {n}")  # of one size, and perhaps of one time
        part.replace(path)
        got = site.ask("/changing.ics")
        assert got.body == f"BEGIN:VCALENDAR {n}".encode()
        tags |= {got.headers["etag"]}
    path.write_text("BEGIN:VCALENDAR 0")  # in place
    assert site.ask("/changing.ics").body == b"BEGIN:VCALENDAR 0"
    path.unlink()
    assert site.ask("/changing.ics").status == 404
    assert len(tags) == 5


def test_a_feed_is_the_same_for_whoever_asks(site):
    agents, kinds = ("", "Google-Calendar-Importer"), ("text/html", "application/calendar+json", "*/*")
    assert len({site.ask(FEED, User_Agent=agent, Accept=kind).body for agent in agents for kind in kinds}) == 1


def test_the_http_check_of_feedcheck_finds_nothing(site):
    folder = Path(os.environ.get("DAYMARK_FEEDCHECK", ROOT.parent / "shared" / "tools" / "feedcheck"))
    if not (folder / "fc_http.py").exists():
        pytest.skip(f"feedcheck is not at {folder}; DAYMARK_FEEDCHECK may name it")
    require_feedcheck_is_content(folder, f"http://127.0.0.1:{site.port}{FEED}")


def require_feedcheck_is_content(folder, address):
    code = "import fc_http, json, sys; print(json.dumps(fc_http.check(sys.argv[1])[0]))"
    told = subprocess.run([sys.executable, "-c", code, address], cwd=folder, capture_output=True, text=True, check=True)
    assert json.loads(told.stdout) == []


# --- health


def test_health_tells_whether_ticks_come_and_the_store_can_be_read(at, daymark):
    home = at("fresh")
    with running(home) as (site, process):
        assert (site.ask("/health").status, site.ask("/health").headers["cache-control"]) == (503, "no-store")
        assert "there was no good tick yet" in json.loads(site.ask("/health").body)["wrong"]
        assert daymark.raw("tick", "--home", str(home)).code == 0
        (home / "public").rename(home / "elsewhere")
        assert "there are no calendars to give out" in json.loads(site.ask("/health").body)["wrong"]
        (home / "elsewhere").rename(home / "public")
        well = until(lambda: site.ask("/health"), 200)
        told = json.loads(well.body)
        assert (told["status"], told["wrong"]) == ("ok", [])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", told["last_tick"])
        assert site.ask("/health", "HEAD").body == b""
        (home / "daymark.db").write_bytes(b"this is no database" * 100)
        ill = until(lambda: site.ask("/health"), 503)
        assert json.loads(ill.body)["wrong"] == ["the database cannot be read"]
        assert site.ask("/nowhere.ics").status == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def until(ask, status):
    """The first answer of that status: what it says may be a second old."""
    end = monotonic() + 30
    while monotonic() < end:
        if (answer := ask()).status == status:
            return answer
    raise AssertionError(f"{answer.status}: {answer.body}")


TICKS = [
    (0, []), (14, []), (16, ["the last good tick is more than 15 minutes ago"]), (-2, []),
    (-10, ["the last good tick lies in the future: a clock is wrong"]),
]  # fmt: skip


@pytest.mark.parametrize(("minutes", "wrong"), TICKS, ids=[f"{row[0]} minutes ago" for row in TICKS])
def test_a_tick_is_good_for_a_quarter_of_an_hour(minutes, wrong, workspace):
    now = datetime(2026, 7, 1, 9, tzinfo=UTC)
    (workspace / "public" / "calendar.json").touch()
    (workspace / ".tick.good").touch()
    os.utime(workspace / ".tick.good", times=((now - timedelta(minutes=minutes)).timestamp(),) * 2)
    assert list(look(workspace, now).wrong) == wrong


def test_to_look_makes_no_database(workspace):
    (workspace / "daymark.db").unlink()
    found = look(workspace, datetime(2026, 7, 1, 9, tzinfo=UTC))
    assert "the database is not there" in found.wrong
    assert not (workspace / "daymark.db").exists()


def test_the_store_is_looked_at_once_a_second(workspace):
    now = [datetime(2026, 7, 1, 9, tzinfo=UTC)]
    watch = Watch(workspace, lambda: now[0])
    first = watch.ask()
    assert watch.ask() is first
    now[0] += timedelta(seconds=1)
    assert watch.ask() is not first
    now[0] -= timedelta(hours=1)
    assert watch.ask() is not first


# --- how it is called

WRONG = [
    (("--port", "0"), 2, "--port"), (("--port", "65536"), 2, "--port"),
    (("--port", "{taken}"), 2, "cannot be listened"), (("--host", "256.0.0.1"), 2, "cannot be listened"),
    (("--home", "/nowhere"), 5, ""),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "said"), WRONG, ids=[" ".join(row[0]) for row in WRONG])
def test_what_is_wrong_is_told_in_a_sentence(words, code, said, daymark, home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = [word.format(taken=taken.getsockname()[1]) for word in words]
        at = [] if "--home" in words else ["--home", str(home)]
        answer = daymark.raw("serve", *told, *at)
    assert (answer.code, "Traceback" in answer.err) == (code, False), answer
    assert said in answer.err


def test_two_signs_end_it_and_the_port_is_free_again(home):
    for sign in (signal.SIGINT, signal.SIGTERM):
        with running(home) as (site, process):
            process.send_signal(sign)
            assert process.wait(30) == 0
            with socket.create_server(("127.0.0.1", site.port)):
                pass


# --- the parts


@PROPERTY
@given(path=st.one_of(st.binary(max_size=40), st.text("/.%2e5c\\ab\0", max_size=30).map(str.encode)))
def test_any_path_names_a_file_below_the_folder_or_none(path):
    place = place_of(path)
    if place is not None:
        joined = os.path.normpath(f"/site/{place}")
        assert joined == f"/site/{place}"
        assert not any(part.startswith(".") for part in place.split("/"))


ACCEPTED = [
    ("", False), ("gzip", True), ("GZIP", True), ("x-gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False),
    ("gzip;q=0.000", False), ("*", True), ("*;q=0", False), ("identity", False), ("identity, gzip;q=0.5", False),
    ("identity;q=0.5, gzip", True), ("deflate", False), ("gzip;q=x", False), ("gzip ; q=1.0", True), (",,", False),
    ("*;q=0, gzip", True),
]  # fmt: skip


@pytest.mark.parametrize(("told", "packed"), ACCEPTED, ids=[row[0] or "nothing" for row in ACCEPTED])
def test_a_file_is_packed_for_those_who_say_that_they_can_unpack(told, packed):
    item = Item(".ics", b"BEGIN" * 100, 0, ())
    headers = [(b"accept-encoding", told.encode())] if told else []
    assert (form_of(item, headers).encoding == b"gzip") is packed
    assert form_of(Item(".png", b"x" * 500, 0, ()), headers).encoding == b""
    assert form_of(Item(".ics", b"", 0, ()), headers).encoding == b""


@PROPERTY
@given(tags=st.binary(max_size=50), since=st.binary(max_size=40), accept=st.binary(max_size=40))
def test_whatever_the_headers_say_a_whole_answer_is_safe(tags, since, accept):
    item = Item(".ics", b"BEGIN", 1_782_900_000, ())
    told = [(b"if-modified-since", since), (b"accept-encoding", accept)]
    assert isinstance(is_current(item, form_of(item, told), told), bool)
    assert is_current(item, item.plain, [(b"if-none-match", tags)]) is (tags.strip() == b"*")


def test_what_is_in_memory_has_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr("scheduler.serve.shelf.MOST_KEPT", 100)
    for n in range(20):
        (tmp_path / f"{n}.ics").write_bytes(b"x" * 30)
    shelf = Shelf(tmp_path)
    assert [shelf.get(f"{n}.ics").body for n in range(20)] == [b"x" * 30] * 20
    assert shelf.get("19.ics") is shelf.get("19.ics")
    (tmp_path / "large.ics").write_bytes(b"x" * 101)
    assert len(shelf.get("large.ics").body) == 101
    monkeypatch.setattr("scheduler.serve.shelf.MOST_FILE", 100)
    assert shelf.get("large.ics") is None


# --- clients that mean no good


@pytest.mark.slow
def test_500_open_connections_and_slow_clients_keep_nobody_waiting(home):
    with running(home) as (site, _), ExitStack() as stack:
        for n in range(500):
            link = stack.enter_context(socket.create_connection(("127.0.0.1", site.port), timeout=30))
            if n % 2:
                link.sendall(b"GET /observances.ics HTTP/1.1\r\nHost: x\r\nX-Slow: ")  # and never ends
            elif n % 4:
                link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                link.sendall(b"GET /observances.ics HTTP/1.1\r\nHost: x\r\n\r\n" * 3)  # and never reads
        began = time.monotonic()
        for _ in range(50):
            assert site.ask(FEED).status == 200
        assert time.monotonic() - began < 20
        late = socket.create_connection(("127.0.0.1", site.port), timeout=60)
        with late:
            late.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
            assert re.match(rb"|HTTP/1\.1 408", late.recv(100))  # told to go, or hung up on


@pytest.mark.slow
def test_a_request_of_megabytes_is_refused_and_the_next_one_answered(home):
    huge = b"x" * 10_000_000
    requests = [
        b"GET /observances.ics?" + huge + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /observances.ics HTTP/1.1\r\nX: " + huge + b"\r\nHost: x\r\n\r\n",
        b"GET /observances.ics HTTP/1.1\r\n" + b"A: b\r\n" * 1_000_000 + b"Host: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n" + huge,
        huge,
    ]
    with running(home) as (site, process):
        for request in requests:
            answer = site.pushed(request)
            assert re.match(rb"HTTP/1\.1 4\d\d |$", answer), answer[:100]
            assert site.ask(FEED).status == 200
        assert process.poll() is None


def _push(link, data):
    with suppress(OSError):  # when the server has heard enough
        link.sendall(data)


def _pulled(link):
    try:
        return link.recv(65536)
    except OSError:
        return b""
    finally:
        link.close()


# --- nginx and Caddy, as the docs have them

OTHERS = {  # by the language of their lines in docs/serving.md: what runs them, and the address that they listen on
    "nginx": (nginx.running, "listen 80;", "listen 127.0.0.1:{port};"),
    "caddyfile": (caddy.running, "calendar.example.org {", "http://127.0.0.1:{port} {{"),
}


@contextmanager
def as_the_docs_have_it(lines: str, folder: Path, public: Path, *, choices: int = 0):
    """Another server with its lines of docs/serving.md, on another port and for another folder.

    `choices` is the port of a `daymark serve` that makes free choices, with the lines for that.
    """
    docs = (ROOT / "docs" / "serving.md").read_text("utf-8")
    told, *others = (part.split("```")[0] for part in docs.split(f"```{lines}\n")[1:])
    if choices:
        *tables, more = others
        told = "".join([*tables, told.rpartition("}")[0], more, "}"]).replace("127.0.0.1:8080", f"127.0.0.1:{choices}")
    port = free_port()
    run, theirs, ours = OTHERS[lines]
    for wanted, here in ((theirs, ours.format(port=port)), ("/home/maria/harbour/public", str(public))):
        assert wanted in told
        told = told.replace(wanted, here)
    with run(folder, port, told):
        yield Site(port, public)


@pytest.fixture(scope="module")
def filled(stages, daymark, tmp_path_factory):
    """A folder as it is served, with pages, and with things that must not be given out."""
    home = built(stages, daymark, tmp_path_factory.mktemp("filled"))
    public = home / "public"
    for name in ("days/index.html", "days/x.html", "private/a1b2c3/posts.ics", ".secret.ics", ".git/config"):
        (public / name).parent.mkdir(parents=True, exist_ok=True)
        (public / name).write_text("secret, or a page" * 100)
    (public / "outside.ics").symlink_to(home / "daymark.toml")
    return public


@pytest.fixture(scope="module", params=OTHERS)
def other(request, filled, tmp_path_factory):
    with as_the_docs_have_it(request.param, tmp_path_factory.mktemp("other"), filled) as site:
        yield site


PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FEED_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
GIVEN_OUT = {  # path: type, policy, how long it lasts
    FEED: ("text/calendar; charset=utf-8", FEED_POLICY, "public, max-age=3600"),
    "/coming.atom": ("application/atom+xml; charset=utf-8", FEED_POLICY, "public, max-age=3600"),
    "/coming.rss": ("application/rss+xml; charset=utf-8", FEED_POLICY, "public, max-age=3600"),
    "/coming.json": ("application/json", FEED_POLICY, "public, max-age=3600"),
    "/days/": ("text/html; charset=utf-8", PAGE_POLICY, "public, max-age=600"),
    "/days/x.html": ("text/html; charset=utf-8", PAGE_POLICY, "public, max-age=600"),
    "/private/a1b2c3/posts.ics": ("text/calendar; charset=utf-8", FEED_POLICY, "private, no-cache"),
}


@pytest.mark.slow
def test_another_server_gives_out_the_same_files_under_the_same_headers(other):
    names = ("content-type", "content-security-policy", "cache-control")
    got = {path: other.ask(path) for path in GIVEN_OUT}
    assert {path: tuple(answer.headers[name] for name in names) for path, answer in got.items()} == GIVEN_OUT
    for path, answer in got.items():
        assert answer.status == 200
        assert answer.body == (other.public / (path[1:] + ("index.html" if path.endswith("/") else ""))).read_bytes()
        assert (answer.headers["x-content-type-options"], answer.headers["referrer-policy"]) == (
            "nosniff",
            "no-referrer",
        )
        assert answer.headers.get("x-robots-tag") == ("noindex" if path.startswith("/private/") else None)
        assert "set-cookie" not in answer.headers
        head = other.ask(path, "HEAD")
        assert (head.status, head.body) == (200, b"")
        assert {**head.headers, "date": ""} == {**answer.headers, "date": ""}


@pytest.mark.slow
def test_another_server_sends_a_feed_again_only_when_it_changed_and_packs_it(other):
    got = other.ask(FEED)
    kept = other.ask(FEED, If_None_Match=got.headers["etag"])
    assert (kept.status, kept.body, kept.headers["content-security-policy"]) == (304, b"", FEED_POLICY)
    assert other.ask(FEED, If_None_Match='"other"').status == 200
    assert other.ask(FEED, If_Modified_Since=NEVER).status == 200
    packed = other.ask(FEED, Accept_Encoding="gzip")
    assert (packed.headers["content-encoding"], gzip.decompress(packed.body)) == ("gzip", got.body)
    assert packed.headers["vary"] == got.headers["vary"] == "Accept-Encoding"
    assert other.ask(FEED, Accept_Encoding="gzip", If_None_Match=packed.headers["etag"]).status == 304


REFUSED = [
    "/nowhere.ics", "/nowhere/", "/private/", "/private/a1b2c3/", "/.secret.ics", "/%2esecret.ics", "/.git/config",
    "/days/.secret.ics", "/../daymark.toml", "/%2e%2e/daymark.toml", "/..%2fdaymark.toml",
]  # fmt: skip


@pytest.mark.slow
def test_another_server_has_nothing_else_and_takes_nothing(other):
    refused = {path: other.ask(path) for path in REFUSED}
    assert {path: got.status for path, got in refused.items() if got.status not in (400, 404)} == {}
    for got in refused.values():
        assert b"secret" not in got.body
        assert "calendar" not in got.headers.get("content-type", "")
        assert "max-age" not in got.headers.get("cache-control", "")
    writes = ("PUT", "POST", "PROPFIND", "DELETE", "PATCH")
    assert {method: other.ask(FEED, method).status for method in writes} == dict.fromkeys(writes, 405)


@pytest.mark.slow
def test_nginx_follows_no_link_out_of_the_folder(filled, tmp_path):
    with as_the_docs_have_it("nginx", tmp_path, filled) as site:
        assert site.ask("/outside.ics").status in (403, 404)


@pytest.mark.slow
def test_the_http_check_of_feedcheck_finds_nothing_with_another_server(other):
    folder = Path(os.environ.get("DAYMARK_FEEDCHECK", ROOT.parent / "shared" / "tools" / "feedcheck"))
    if not (folder / "fc_http.py").exists():
        pytest.skip(f"feedcheck is not at {folder}; DAYMARK_FEEDCHECK may name it")
    require_feedcheck_is_content(folder, f"http://127.0.0.1:{other.port}{FEED}")
