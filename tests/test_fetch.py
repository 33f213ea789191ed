"""An address that a person names is asked over a real connection; what it must not reach, or does not say, is told."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import everything
from test_importing import ON, event, ics

from scheduler.errors import BadData, UsageError
from scheduler.fetch import MOST_HOPS, Rules, fetch, is_public, may_be_secret
from scheduler.lists.series import read_series
from scheduler.workflow.importing import fields_of

FEED = ics(event(f"{ON}20270911", name="Quay Days")).encode()
MOST = 1000  # bytes


class Site(BaseHTTPRequestHandler):
    """Answers by the path: a feed, a status, a redirect to the rest of the path, something broken."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, self.headers["Host"]))
        kind, _, rest = self.path[1:].partition("/")
        getattr(self, f"give_{kind}", self.give_nothing)(rest)

    def send(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def give_feed(self, _):
        self.send(200, FEED)

    def give_nothing(self, _):
        self.send(404)

    def give_to(self, rest):
        self.send(302, Location=rest or self.path)

    def give_large(self, _):
        self.send(200, b"x" * (MOST + 1))

    def give_endless(self, _):
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 1000)

    def give_short(self, _):
        self.send(200, FEED[:20], Content_Length="500")
        self.close_connection = True

    def give_packed(self, _):
        self.send(200, b"\x1f\x8b", Content_Encoding="gzip")

    def give_drips(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        self.wfile.flush()
        self.server.over.wait(30)

    def give_drops(self, _):
        """The head at once, the body letter by letter."""
        self.send(200, b"", Content_Length="500")
        while not self.server.over.wait(0.02):
            self.wfile.write(b"x")
            self.wfile.flush()

    def give_waits(self, _):
        while not self.server.over.is_set():
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def give_heads(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000)

    def give_piece(self, _):
        """A first piece, and then the line goes dead."""
        self.send(200, b"", Transfer_Encoding="chunked")
        self.wfile.write(b"14\r\n" + FEED[:10])
        self.close_connection = True

    def give_pieces(self, _):
        self.send(200, b"", Transfer_Encoding="chunked")
        while True:
            self.wfile.write(b"1\r\nx\r\n" * 1000)

    def give_unchanged(self, _):
        self.send(304, ETag='"1"')

    def give_odd(self, _):
        self.send(799)

    def give_typed(self, _):
        self.send(200, FEED, Content_Type="image/png")

    def give_page(self, _):
        self.send(200, b"<!DOCTYPE html><html><p>Sign in</p></html>", Content_Type="text/calendar")

    def give_bomb(self, _):
        self.send(200, gzip.compress(bytes(10_000_000)), Content_Type="text/calendar")

    def give_west(self, _):
        self.send(200, FEED.replace(b"Quay", "Kaï".encode("cp1252")), Content_Type="text/calendar")

    def give_middle(self, _):
        """Ends in the middle, and does not say how long it would have been."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(FEED.partition(b"END:VEVENT")[0])
        self.close_connection = True

    def give_garbage(self, _):
        self.wfile.write(b"\x00\x01\x02 garbage\r\n\r\n")
        self.close_connection = True

    def log_message(self, *_):
        pass


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that has heard enough hangs up."""


@contextmanager
def serving(context=None):
    with Quiet(("127.0.0.1", 0), Site) as server:
        server.asked, server.over = [], threading.Event()
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.over.set()
        server.shutdown()


@pytest.fixture(scope="module")
def site():
    with serving() as server:
        yield server


def address(server, path="/feed", scheme="http", host="127.0.0.1"):
    return f"{scheme}://{host}:{server.server_port}{path}"


OPEN = Rules(MOST, allow_private=True)


def test_a_feed_is_fetched(site):
    assert fetch(address(site), OPEN) == FEED


def test_a_redirect_is_followed_a_few_times(site):
    assert fetch(address(site, "/to//to//to//feed"), OPEN) == FEED
    with pytest.raises(BadData, match=f"points elsewhere more than {MOST_HOPS} times"):
        fetch(address(site, "/to"), OPEN)


ANSWERS = [
    ("nothing", "it answers 404"), ("large", "it is larger than"), ("endless", "it is larger than"),
    ("short", "the answer was cut short"), ("packed", "which was not asked for"), ("garbage", "makes no sense"),
    ("piece", "the answer was cut short"), ("pieces", "it is larger than"), ("heads", "makes no sense"),
    ("unchanged", "it answers 304 (Not Modified)"), ("odd", "it answers 799"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "said"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_an_answer_that_is_no_feed_is_told(path, said, site):
    with pytest.raises(BadData) as caught:
        fetch(address(site, f"/{path}"), OPEN)
    assert said in caught.value.words
    assert caught.value.words.startswith("127.0.0.1: ")


@pytest.mark.parametrize("path", ["drips", "drops", "waits"])
def test_an_answer_that_drips_is_given_up(path, site):
    before = time.monotonic()
    with pytest.raises(BadData, match=r"no answer within 0\.2 seconds"):
        fetch(address(site, f"/{path}"), Rules(MOST, allow_private=True, whole=0.2))
    assert time.monotonic() - before < 5


def test_nobody_listens(site):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(BadData, match="no connection: connection refused"):
            fetch(f"http://127.0.0.1:{free.getsockname()[1]}/feed", OPEN)


# --- what must not be asked


NO_ADDRESS = [
    "http://example.org/x.ics", "ftp://example.org/x.ics", "file:///etc/passwd", "https://", "https:///x",
    "https://user:word@example.org/", "https://@example.org/", "https://example.org:99999/", "https://exa mple.org/",
    "https://example.org/\r\nX: y", "https://example.org/ü", "https://[::1/x", "//example.org/x", "",
]  # fmt: skip


@pytest.mark.parametrize("told", NO_ADDRESS)
def test_an_address_that_is_not_https_is_not_asked(told):
    with pytest.raises(UsageError):
        fetch(told, OPEN)


WRITTEN = [
    "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[::1]", "[::]",
    "LOCALHOST",
]  # fmt: skip


@pytest.mark.parametrize("host", WRITTEN)
def test_a_number_is_known_however_it_is_written(host, site):
    for scheme in ("https", "webcal", "HTTPS"):
        before = len(site.asked)
        with pytest.raises(UsageError, match="an address inside a private network"):
            fetch(address(site, scheme=scheme, host=host), Rules(MOST))
        assert len(site.asked) == before


SECRETS = [
    "https://ana:secretword@example.org/x.ics", "webcal://ana:secretword@example.org/x.ics",
    "https://ana:secretword@example.org:99999/", "https://ana:secretword@exa mple.org/", "https://secretword@@x/",
    "ftp://ana:secretword@example.org/",
]  # fmt: skip


@pytest.mark.parametrize("told", SECRETS)
def test_what_signs_somebody_in_is_neither_sent_nor_told(told, site):
    for given in (told, address(site, f"/to/{told}")):
        with pytest.raises(UsageError) as caught:
            fetch(given, OPEN)
        assert "secretword" not in caught.value.words + caught.value.hint


def test_a_redirect_to_a_file_is_not_followed(site):
    for place in ("file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/calendar,BEGIN:VCALENDAR"):
        with pytest.raises(UsageError):
            fetch(address(site, f"/to/{place}"), OPEN)


def test_http_is_for_this_very_machine_and_only_if_allowed(site):
    with pytest.raises(UsageError, match="only https"):
        fetch(address(site), Rules(MOST))


PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"]
PRIVATE = [
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::",
    "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "fec0::1", "::7f00:1", "64:ff9b:1::7f00:1", "::ffff:0:7f00:1", "2a00::5efe:a00:1", "2a00::200:5efe:7f00:1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "2002:7f00:1::", "2002:c0a8:101::1", "2001:db8::1", "localhost",
    "", "0x7f.1",
]  # fmt: skip


@pytest.mark.parametrize("number", PUBLIC)
def test_a_number_of_the_open_internet_may_be_asked(number):
    assert is_public(number)


@pytest.mark.parametrize("number", PRIVATE)
def test_a_number_inside_a_network_may_not_in_whatever_clothes(number):
    assert not is_public(number)


def test_a_host_with_a_private_number_is_not_connected_to(site):
    before = len(site.asked)
    for numbers in (["127.0.0.1"], ["93.184.215.14", "127.0.0.1"]):
        with pytest.raises(UsageError, match=r"127\.0\.0\.1, an address inside a private network"):
            fetch(
                address(site, scheme="https", host="calendar.example.org"), Rules(MOST, resolve=lambda *_, n=numbers: n)
            )
    assert len(site.asked) == before


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """A site over TLS, and the file of the certificate that it shows: that of calendar.example.org."""
    folder = tmp_path_factory.mktemp("tls")
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -keyout key -out cert"
    names = ["-subj", "/CN=calendar.example.org", "-addext", "subjectAltName=DNS:calendar.example.org"]
    subprocess.run([*made.split(), *names], cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert", folder / "key")
    with serving(context) as server:
        yield server, folder / "cert"


HERE = Rules(MOST, allow_private=True, resolve=lambda *_: ["127.0.0.1"])


def test_the_certificate_is_held_against_the_name_not_the_number(secure, monkeypatch):
    server, cert = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    assert fetch(address(server, scheme="https", host="calendar.example.org"), HERE) == FEED
    assert server.asked[-1][1] == f"calendar.example.org:{server.server_port}"
    assert fetch(address(server, scheme="webcal", host="calendar.example.org"), HERE) == FEED
    with pytest.raises(BadData, match="no safe connection"):
        fetch(address(server, scheme="https", host="other.example.org"), HERE)


def test_a_certificate_that_nobody_vouches_for_is_refused(secure):
    with pytest.raises(BadData, match="no safe connection"):
        fetch(address(secure[0], scheme="https", host="calendar.example.org"), HERE)


def test_a_redirect_from_https_to_http_is_not_followed(secure, monkeypatch):
    server, cert = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with pytest.raises(UsageError, match="only https"):
        fetch(address(server, "/to/http://example.org/x.ics", "https", "calendar.example.org"), HERE)


def test_a_redirect_into_a_private_network_is_not_followed(secure, monkeypatch):
    """The first number stands for a public one: reaching it is allowed, and every number is judged by itself."""
    server, cert = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    inside = address(server, "/feed", "https", "inside.example.org")
    numbers = {"calendar.example.org": ["127.0.0.1"], "inside.example.org": ["10.0.0.1"]}
    monkeypatch.setattr("scheduler.fetch.is_public", lambda number: number == "127.0.0.1" or is_public(number))
    before = len(server.asked)
    with pytest.raises(UsageError, match=r"inside\.example\.org is 10\.0\.0\.1"):
        fetch(
            address(server, f"/to/{inside}", "https", "calendar.example.org"),
            Rules(MOST, resolve=lambda host, _: numbers[host]),
        )
    assert len(server.asked) == before + 1


def test_a_name_that_changes_its_mind_is_asked_for_its_number_once(site):
    told = iter([["127.0.0.1"], ["10.0.0.1"]])
    rules = Rules(MOST, allow_private=True, resolve=lambda *_: next(told))
    assert fetch(address(site, host="localhost"), rules) == FEED
    assert next(told) == ["10.0.0.1"]


KEYS = [
    "https://calendar.google.com/calendar/ical/ana%40example.org/private-0a1b2c3d4e5f/basic.ics",
    "https://outlook.office365.com/owa/calendar/0a1b2c3d4e5f60718293@example.org/1122334455aabbcc/calendar.ics",
    "https://p12-caldav.icloud.com/published/2/MTIzNDU2Nzg5MDEyMzQ1Ng", "https://example.org/x.ics?token=1",
    "https://example.org/x.ics#1", "https://cloud.example.org/remote.php/dav/public-calendars/Zx81pQr4TtWm",
]  # fmt: skip
OPEN_ADDRESSES = [
    "https://example.org/",
    "https://www.example.org/days/2027/calendar-2027.ics",
    "https://example.org/international.ics",
]


def test_an_address_that_may_be_a_key_is_known():
    assert [may_be_secret(each) for each in KEYS] == [True] * len(KEYS)
    assert [may_be_secret(each) for each in OPEN_ADDRESSES] == [False] * len(OPEN_ADDRESSES)


def test_only_an_address_that_is_no_key_becomes_a_source():
    (day,), _ = read_series(FEED.decode(), date(2026, 7, 1))
    kept = [fields_of(day, each, date(2026, 7, 1))["sources"] for each in (*KEYS, *OPEN_ADDRESSES)]
    assert kept == [[]] * len(KEYS) + [[each] for each in OPEN_ADDRESSES]


# --- as a person calls it


def test_a_calendar_is_imported_from_an_address(daymark, workspace, site):
    before = everything(workspace)
    refused = daymark("calendar", "import", address(site), home=workspace)
    assert (refused.code, everything(workspace)) == (2, before)
    told = daymark.json("calendar", "import", address(site), "--allow-private", "--write", home=workspace)
    assert told["written"]["ids"] == ["quay-days"]
    assert f"# From {address(site)}" in (workspace / "calendars" / "imported.toml").read_text("utf-8")


NO_FEEDS = [
    ("page", "this is no iCalendar file but a web page"), ("bomb", "this is packed with gzip, not text"),
    ("west", "line 5: this is not UTF-8 text"), ("middle", "it ends in the middle: the VEVENT"),
    ("unchanged", "it answers 304"), ("short", "the answer was cut short"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "said"), NO_FEEDS, ids=[row[0] for row in NO_FEEDS])
def test_what_is_no_whole_calendar_is_told_and_nothing_is_stored(path, said, daymark, workspace, site):
    before = everything(workspace)
    words = ("calendar", "import", address(site, f"/{path}"), "--allow-private", "--write")
    answer = daymark(*words, home=workspace)
    assert (answer.code, everything(workspace)) == (5, before), answer
    assert said in answer.err


def test_what_a_server_calls_it_does_not_matter_and_a_second_import_adds_nothing(daymark, workspace, site):
    words = ("calendar", "import", address(site, "/typed"), "--allow-private", "--write")
    assert daymark.json(*words, home=workspace)["written"]["ids"] == ["quay-days"]
    before = everything(workspace)
    assert daymark.json(*words, home=workspace)["written"]["ids"] == []
    assert everything(workspace) == before


def test_the_key_of_a_private_calendar_is_written_nowhere(daymark, workspace, site):
    told = address(site, "/feed/private-0a1b2c3d4e5f?token=secretword")
    assert daymark("calendar", "import", told, "--allow-private", "--write", home=workspace).code == 0
    imported = (workspace / "calendars" / "imported.toml").read_text("utf-8")
    assert "# From an address of 127.0.0.1: not yet held" in imported
    assert not any(b"secretword" in path.read_bytes() for path in workspace.rglob("*") if path.is_file())
