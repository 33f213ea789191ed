"""The Bluesky channel before a small server that keeps records, and before the real one (PDS): the same tests.

Whatever the network does to a request or an answer, a post is out once.
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import contract
import httpx
import pytest
from faults import FAULTS, SAID, Faults
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from servers import free_port, pds
from test_pictures import picture
from through import AWAKE, a_message, queued, rounds

from scheduler.channels import http
from scheduler.channels.bluesky import POSTS, Bluesky
from scheduler.channels.facets import facets, mentioned
from scheduler.channels.tid import rkey_of
from scheduler.errors import ChannelError
from scheduler.kinds import KINDS
from scheduler.model import Account, Begun, DeliveryState, Media, Refused, Sent, SignedOut, TryLater, Unsure, Wording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scheduler.model import Message

NOW = datetime(2026, 12, 10, 9, tzinfo=UTC)
DID, PASSWORD = "did:plc:small", "aaaa-bbbb-cccc-dddd"
SIGNING, POSTING = "com.atproto.server.createSession", "com.atproto.repo.putRecord"
LOOKING, UPLOADING = "com.atproto.repo.getRecord", "com.atproto.repo.uploadBlob"
RESOLVING = "com.atproto.identity.resolveHandle"
Answer = tuple[int, dict[str, str], str]


class Small(ThreadingHTTPServer):
    """Keeps records as the PDS does. `says` are answers to a method that come before its own, without any work."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.port, self.did, self.password = self.server_port, DID, PASSWORD
        self.url = f"http://127.0.0.1:{self.port}"
        self.records: dict[str, Any] = {}
        self.tokens: list[str] = []
        self.says: dict[str, list[Answer]] = {}
        self.seen: list[tuple[str, bytes, str]] = []  # method, body, Authorization
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def posts(self) -> list[dict]:
        return [{"uri": uri(rkey), "cid": cid(record), "value": record} for rkey, record in self.records.items()]

    def asked(self, method: str) -> list[bytes]:
        return [body for name, body, _ in self.seen if name == method]

    def answer(self, method: str, query: dict[str, list[str]], body: bytes, signed: str) -> Answer:
        self.seen.append((method, body, signed))
        if said := self.says.get(method):
            return said.pop(0)
        match method:
            case "com.atproto.server.createSession":
                return self._session(json.loads(body))
            case "com.atproto.identity.resolveHandle":
                known = query["handle"] == [pds.HANDLE]
                return good(did=DID) if known else bad("InvalidRequest", "Unable to resolve handle")
            case "com.atproto.repo.getRecord":
                rkey = query["rkey"][0]
                if rkey not in self.records:
                    return bad("RecordNotFound")
                return good(uri=uri(rkey), cid=cid(self.records[rkey]), value=self.records[rkey])
        if signed.removeprefix("Bearer ") not in self.tokens:
            return bad("ExpiredToken", "Token has expired")
        if method == "com.atproto.server.getSession":
            return good(handle=pds.HANDLE, did=DID, active=True)
        if method == UPLOADING:
            link = sha256(body).hexdigest()
            return good(blob={"$type": "blob", "ref": {"$link": link}, "mimeType": "image/png", "size": len(body)})
        return self._put(json.loads(body))

    def _session(self, asked: dict[str, str]) -> Answer:
        if asked != {"identifier": pds.HANDLE, "password": self.password}:
            return 401, {}, json.dumps({"error": "AuthenticationRequired", "message": "Invalid identifier or password"})
        self.tokens.append(f"token-{len(self.tokens)}")
        return good(did=DID, handle=pds.HANDLE, accessJwt=self.tokens[-1], refreshJwt="refresh-1")

    def _put(self, asked: dict[str, Any]) -> Answer:
        assert (asked["repo"], asked["collection"], asked["validate"], asked["swapRecord"]) == (DID, POSTS, True, None)
        if self.records.setdefault(asked["rkey"], asked["record"]) != asked["record"]:
            return bad("InvalidSwap", "Record was at bafy")
        return good(uri=uri(asked["rkey"]), cid=cid(asked["record"]))


class _Asked(BaseHTTPRequestHandler):
    server: Small

    def do_POST(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        name, signed = address.path.removeprefix("/xrpc/"), self.headers.get("Authorization", "")
        status, headers, text = self.server.answer(name, parse_qs(address.query), body, signed)
        self.send_response_only(status)
        for header, value in ({"Content-Length": str(len(text.encode()))} | headers).items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *words: object) -> None:
        pass


def uri(rkey: str) -> str:
    return f"at://{DID}/{POSTS}/{rkey}"


def cid(record: dict) -> str:
    """A name for what it says."""
    return sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def good(**told: object) -> Answer:
    return 200, {}, json.dumps(told)


def bad(error: str, message: str = "no") -> Answer:
    return 400, {}, json.dumps({"error": error, "message": message})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    monkeypatch.setenv("DAYMARK_MAIN_PASSWORD", PASSWORD)
    with Small() as started:
        yield started
        started.shutdown()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pds.Pds]:
    with ExitStack() as stack:
        try:
            started = stack.enter_context(pds.running(tmp_path_factory.mktemp("pds"), free_port(), free_port()))
        except AssertionError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        yield started


@pytest.fixture
def real(running: pds.Pds, monkeypatch: pytest.MonkeyPatch) -> pds.Pds:
    monkeypatch.setenv("DAYMARK_MAIN_PASSWORD", running.password)
    return running


@pytest.fixture(params=["small", pytest.param("real", marks=pytest.mark.slow)])
def server(request: pytest.FixtureRequest) -> Small | pds.Pds:
    """Each of the two."""
    return request.getfixturevalue(request.param)


def account(url: str, handle: str = pds.HANDLE) -> Account:
    return Account("main", "bluesky", "bluesky", "en", "GB", "UTC", server=url, handle=handle, **AWAKE)


def message(text: str, key: str = "", **said: Any) -> Message:
    """One whose key is that of its text, unless it is given another."""
    key = key or sha256(text.encode()).hexdigest()[:40]
    return a_message(NOW, **{"key": key, "wording": Wording(text), "network": "bluesky"} | said)


def with_picture(folder: Path, text: str = "A picture.", alt: str = "Two hands", form: str = "PNG") -> Wording:
    file = folder / f"day.{form.lower()}"
    file.write_bytes(picture(form, place=True))
    return Wording(text, alt=alt, media=Media(str(file), sha256(file.read_bytes()).hexdigest()))


def patience(server: Small | pds.Pds) -> float:
    """Seconds until silence is no answer; the real server takes up to one second for a sign-in."""
    return 0.3 if isinstance(server, Small) else 5.0


def standing(server: Small | pds.Pds, text: str) -> list[dict]:
    """The records whose text begins so."""
    return [post["value"] for post in server.posts() if post["value"]["text"].startswith(text)]


# What can be tapped, piece by piece as its bytes say.
TAPPED = [
    ("a link after emoji", "🌍👩🏽‍⚖️👨‍👩‍👧 https://un.org/en", ["https://un.org/en"]),
    ("Arabic", "اليوم #حقوق_الإنسان: https://un.org/ar، شكرا", ["#حقوق_الإنسان", "https://un.org/ar"]),
    ("Arabic with its vowels", "#حُقُوق اليوم", ["#حُقُوق"]),
    ("Chinese without spaces", "请看https://un.org/zh/（谢谢）。", ["https://un.org/zh/"]),
    ("Chinese right after the host", "请看https://un.org谢谢", ["https://un.org"]),
    ("a Chinese tag", "今天 #人权，大家", ["#人权"]),
    ("a wide sign before a tag", "今天 ＃人权", ["＃人权"]),
    ("Russian", "См. https://ru.wikipedia.org/wiki/Права_человека.", ["https://ru.wikipedia.org/wiki/Права_человека"]),
    ("the end of a sentence", "See https://un.org/a?b=1&c=2#d.", ["https://un.org/a?b=1&c=2#d"]),
    ("a bracket of its own", "(https://x.org/Foo_(bar))", ["https://x.org/Foo_(bar)"]),
    ("two lines", "Day.\n\n#WorldDay #Rights2026\nhttps://a.org", ["#WorldDay", "#Rights2026", "https://a.org"]),
    ("no mention within a link", "https://a.org/@daymark.test/#b", ["https://a.org/@daymark.test/#b"]),
    ("no tag within a link", "https://a.org/?a=#b&c=(@daymark.test", ["https://a.org/?a=#b&c=(@daymark.test"]),
    ("a mention", "With @Daymark.test, and @nobody.test.", ["@Daymark.test"]),
    ("somebody elsewhere", "With @daymark.test@a.org and me@daymark.test", []),
    ("nothing to tap", "24/7 #2030 un.org &#39; C# # https:// a#b", []),
    ("too long for a tag", "#" + "a" * 65, []),
]


@pytest.mark.parametrize(("text", "pieces"), [row[1:] for row in TAPPED], ids=[row[0] for row in TAPPED])
def test_what_can_be_tapped_is_where_its_bytes_are(text: str, pieces: list[str]) -> None:
    found = facets(text, {pds.HANDLE: DID})
    assert [cut(text, facet) for facet in found] == pieces
    for facet, piece in zip(found, pieces, strict=True):
        (feature,) = facet["features"]
        assert feature.get("uri", piece) == piece
        assert feature.get("tag", piece[1:]) == piece[1:]
        assert feature.get("did", DID) == DID


def cut(text: str, facet: dict) -> str:
    return text.encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()


def test_those_who_are_mentioned_are_named_once() -> None:
    assert mentioned("@B.test @a.test @b.test. a@c.test https://x.org/@d.test") == ["b.test", "a.test"]


_PIECES = ["https://un.org/", "@a.test", "#", "Tag", "🌍", "\u0301", "人", "حُ", " ", ".", ")", "(", "\n", "@", "x"]


@given(st.lists(st.sampled_from(_PIECES)).map("".join) | st.text())
def test_facets_never_cut_a_sign_nor_lie_across_each_other(text: str) -> None:
    last = 0
    for facet in facets(text, {"a.test": DID}):
        assert last <= facet["index"]["byteStart"] < facet["index"]["byteEnd"]
        assert cut(text, facet) in text
        last = facet["index"]["byteEnd"]


def test_the_name_of_a_record_comes_from_its_row_alone() -> None:
    one = message("One.")
    later = replace(one, at=NOW + timedelta(days=1), since=NOW + timedelta(hours=3))
    assert rkey_of(one) == rkey_of(later)
    assert re.fullmatch("[234567abcdefghij][2-7a-z]{12}", rkey_of(one))  # atproto.com/specs/tid
    assert len({rkey_of(replace(one, key=f"{n:040}")) for n in range(2000)}) == 2000
    assert rkey_of(replace(one, local=one.local + timedelta(minutes=1))) > rkey_of(one)
    assert rkey_of(replace(one, local=one.local + timedelta(hours=9), zone="Asia/Tokyo")) == rkey_of(one)


@given(st.text("0123456789abcdef", min_size=40, max_size=40))
def test_the_name_of_a_record_is_less_than_a_second_before_its_time(key: str) -> None:
    number = 0
    for sign in rkey_of(message("One.", key)):
        number = number * 32 + "234567abcdefghijklmnopqrstuvwxyz".index(sign)
    assert timedelta() <= NOW - datetime.fromtimestamp((number >> 10) / 1e6, UTC) < timedelta(seconds=1)


def test_the_same_message_is_the_same_bytes_at_every_try(small: Small, tmp_path: Path) -> None:
    one = message("One.", wording=with_picture(tmp_path, "#One @daymark.test https://un.org"))
    for at in (NOW, NOW + timedelta(minutes=20), NOW + timedelta(days=2)):
        assert isinstance(Bluesky(account(small.url), tmp_path).send(replace(one, at=at)), Sent)
    first, *others = small.asked(POSTING)
    assert others == [first, first]


# When a post became due (again), now, and the date it bears, but for less than a second.
DATED = [
    ("in time", timedelta(), timedelta(), timedelta()),
    ("a few tries later", timedelta(minutes=40), timedelta(minutes=41), timedelta()),
    ("after days on hold", timedelta(days=2), timedelta(days=2, minutes=1), timedelta(days=2)),
    ("a clock that is wrong", timedelta(), timedelta(hours=-1), timedelta(hours=-1)),
]


@pytest.mark.parametrize(("due", "at", "dated"), [row[1:] for row in DATED], ids=[row[0] for row in DATED])
def test_a_record_bears_the_date_of_its_time(
    due: timedelta, at: timedelta, dated: timedelta, small: Small, tmp_path: Path
) -> None:
    Bluesky(account(small.url), tmp_path).send(message("One.", since=NOW + due, at=NOW + at))
    ((record),) = standing(small, "One.")
    made = datetime.fromisoformat(record["createdAt"])
    assert timedelta() <= NOW + dated - made < timedelta(seconds=1)


def test_a_post_goes_out_with_all_that_was_approved(server: Small | pds.Pds, tmp_path: Path) -> None:
    text = "🌍 With @daymark.test, @nobody.test: https://un.org/fr #Droits"
    channel = Bluesky(account(server.url, "@Daymark.test"), tmp_path)
    said = message(text, wording=with_picture(tmp_path, text), language="fr")
    sent = channel.send(said)
    (record,) = standing(server, text)
    assert sent == Sent(
        f"https://bsky.app/profile/daymark.test/post/{rkey_of(said)}", f"at://{server.did}/{POSTS}/{rkey_of(said)}"
    )
    assert (record["text"], record["langs"]) == (text, ["fr"])
    assert [cut(text, facet) for facet in record["facets"]] == ["@daymark.test", "https://un.org/fr", "#Droits"]
    assert record["facets"][0]["features"][0]["did"] == server.did
    assert record["embed"]["$type"] == "app.bsky.embed.images"
    (image,) = record["embed"]["images"]
    assert (image["alt"], image["aspectRatio"]) == ("Two hands", {"width": 16, "height": 8})
    assert image["image"]["mimeType"] == "image/png"
    assert channel.find(said) == sent


PAGE = "https://un.org/day"
# What a post says beside the picture it may have, and whether it gets a card.
CARDS = [
    ("the day's page", f"Read {PAGE}.", PAGE, False, True),
    ("another page", "Read https://un.org/other.", PAGE, False, False),
    ("a page below it", f"Read {PAGE}/more.", PAGE, False, False),
    ("no page", "Read https://un.org/none.", "", False, False),
    ("a picture", f"See {PAGE}", PAGE, True, False),
]


@pytest.mark.parametrize(("text", "page", "pictured", "carded"), [row[1:] for row in CARDS], ids=[c[0] for c in CARDS])
def test_a_link_to_the_day_s_own_page_gets_a_card(
    text: str, page: str, pictured: bool, carded: bool, server: Small | pds.Pds, tmp_path: Path
) -> None:
    wording = with_picture(tmp_path, text) if pictured else Wording(text)
    sent = Bluesky(account(server.url), tmp_path).send(message(text, wording=wording, page=page, title="Day: eve"))
    assert (type(sent), sent.differs) == (Sent, "")
    embed = standing(server, text)[0].get("embed", {"$type": ""})
    assert (embed["$type"] == "app.bsky.embed.external") is carded
    if carded:
        assert embed["external"] == {"uri": PAGE, "title": "Day", "description": ""}


@pytest.mark.parametrize("label", KINDS["bluesky"].options["label"])
def test_an_account_may_label_its_posts(label: str, server: Small | pds.Pds, tmp_path: Path) -> None:
    text = f"Labelled {label}."
    labelled = replace(account(server.url), options={"label": label})
    sent = Bluesky(labelled, tmp_path).send(message(text))
    assert (type(sent), sent.differs) == (Sent, "")
    said = standing(server, text)[0].get("labels", {"values": []})["values"]
    assert said == ([] if label == "none" else [{"val": label}])


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_kept_as_what_it_is(form: str, server: Small | pds.Pds, tmp_path: Path) -> None:
    text = f"As {form}."
    said = message(text, wording=with_picture(tmp_path, text, "", form))
    assert isinstance(Bluesky(account(server.url), tmp_path).send(said), Sent)
    (record,) = standing(server, text)
    assert record["embed"]["images"][0]["alt"] == ""
    if isinstance(server, pds.Pds):  # the small one takes every picture for PNG
        assert record["embed"]["images"][0]["image"]["mimeType"] == f"image/{form.lower()}"


def test_sending_twice_makes_one_record(server: Small | pds.Pds, tmp_path: Path) -> None:
    channel, said = Bluesky(account(server.url), tmp_path), message("Twice.")
    assert channel.find(said) is None
    first = channel.send(said)
    assert first == channel.send(said) == Bluesky(account(server.url), tmp_path).send(said) == channel.find(said)
    assert len(standing(server, "Twice.")) == 1


def test_many_at_once_make_one_record(server: Small | pds.Pds, tmp_path: Path) -> None:
    said = message("At once.")
    with ThreadPoolExecutor(8) as threads:
        told = set(threads.map(lambda _: Bluesky(account(server.url), tmp_path).send(said), range(8)))
    assert len(told) == 1
    assert isinstance(told.pop(), Sent)
    assert len(standing(server, "At once.")) == 1


def test_what_stands_in_a_post_s_place_is_left_there(server: Small | pds.Pds, tmp_path: Path) -> None:
    channel = Bluesky(account(server.url), tmp_path)
    assert isinstance(channel.send(message("The first.", "f" * 40)), Sent)
    other = message("The second.", "f" * 40)
    told = channel.send(other)
    assert isinstance(told, Refused)
    assert told.why.startswith("another post stands where this one should: at://")
    assert isinstance(channel.find(other), Unsure)
    assert not standing(server, "The second.")


def test_its_own_words_with_another_date_are_the_post(server: Small | pds.Pds, tmp_path: Path) -> None:
    channel, said = Bluesky(account(server.url), tmp_path), message("Dated anew.")
    assert isinstance(channel.send(replace(said, since=NOW + timedelta(days=2), at=NOW + timedelta(days=2))), Sent)
    assert isinstance(channel.send(said), Sent)
    assert len(standing(server, "Dated anew.")) == 1


def test_text_that_just_fits_goes_out(server: Small | pds.Pds, tmp_path: Path) -> None:
    family = "👩‍👩‍👧‍👦"  # one grapheme, 25 bytes
    channel = Bluesky(account(server.url), tmp_path)
    for text in ("x" * 300, family * 120):
        assert isinstance(channel.send(message(text)), Sent)


UNFIT = [
    ("too many signs", Wording("x" * 301), "the text has 301 signs and 301 bytes, and Bluesky takes 300 and 3000"),
    ("too many bytes", Wording("👩‍👩‍👧‍👦" * 121), "the text has 121 signs and 3025 bytes"),
    ("half a sign", Wording("\ud83c"), "halves of signs"),
    ("a note", Wording("x", note="About violence"), "no place for a content note"),
    ("no picture", Wording("x", media=Media("/nowhere.png", "")), "cannot be read"),
]


@pytest.mark.parametrize(("wording", "why"), [row[1:] for row in UNFIT], ids=[row[0] for row in UNFIT])
def test_what_does_not_fit_is_refused_before_it_is_sent(
    wording: Wording, why: str, small: Small, tmp_path: Path
) -> None:
    told = Bluesky(account(small.url), tmp_path).send(message("x", wording=wording))
    assert isinstance(told, Refused)
    assert why in told.why
    assert not {name for name, *_ in small.seen} - {SIGNING}


def test_a_picture_that_is_too_large_is_made_smaller_before_it_goes(small: Small, tmp_path: Path) -> None:
    Image.new("RGB", (700, 500)).save(tmp_path / "day.png", compress_level=0)
    data = (tmp_path / "day.png").read_bytes()
    assert len(data) > 1_000_000
    said = Wording("Large.", alt="A dark ground", media=Media(str(tmp_path / "day.png"), sha256(data).hexdigest()))
    Bluesky(account(small.url), tmp_path).send(message("Large.", wording=said))
    assert [len(body) < 1_000_000 for body in small.asked(UPLOADING)] == [True]


# Answers to the request that posts, none of which has done it.
WAITS = {"RateLimit-Reset": "1796893207", "Date": "Thu, 10 Dec 2026 09:00:00 GMT"}
ANSWERS: list[tuple[str, list[Answer], object]] = [
    ("refused", [bad("InvalidRequest", "no such thing")], Refused("posting: 400 no such thing")),
    ("signed out", [(401, {}, "{}")] * 2, SignedOut("signed in, but: 401")),
    ("a sign-in that never holds", [bad("ExpiredToken")] * 2, SignedOut("signed in, but: 400 no")),
    ("forbidden", [(403, {}, "{}")], SignedOut("posting: 403")),
    ("slow down", [(429, {"Retry-After": "7"}, "{}")], TryLater("posting: 429", timedelta(seconds=7))),
    ("slow down, as the PDS says it", [(429, WAITS, "{}")], TryLater("posting: 429", timedelta(seconds=7))),
    ("slow down, without a word", [(429, {}, "{}")], TryLater("posting: 429", timedelta(minutes=5))),
    ("broken", [(500, {}, '{"error":"InternalServerError"}')], Unsure("posting: 500 InternalServerError")),
    ("broken before it", [(502, {}, "<html>")], Unsure("posting: 502")),
    ("too large", [(413, {}, "{}")], Refused("posting: 413")),
    (
        "elsewhere",
        [(307, {"Location": "/xrpc/elsewhere"}, "")],
        Refused("posting: 307: it points elsewhere, and that is not followed"),
    ),
    ("half a document", [(200, {}, '{"uri": "at')],
     Unsure("the answer makes no sense: it is no JSON, or was cut short")),
    ("no name", [good(cid="bafy")], Unsure("the answer makes no sense: it has no uri")),
    ("a list", [(200, {}, "[]")], Unsure("the answer makes no sense: it has no uri")),
    ("without end", [(200, {}, "x" * (http.MOST + 1))], Unsure("the answer is longer than 2000000 bytes")),
    ("cut short", [(200, {"Content-Length": "99"}, "{}")], Unsure("no answer: ")),
    ("in its place, and gone", [bad("InvalidSwap")], TryLater("what stood in the post's place is gone")),
]  # fmt: skip


@pytest.mark.parametrize(("says", "outcome"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_an_answer_is_told_as_it_is(says: list[Answer], outcome: Any, small: Small, tmp_path: Path) -> None:
    small.says[POSTING] = [*says]
    channel = Bluesky(account(small.url), tmp_path)
    told = channel.send(message("One."))
    assert type(told) is type(outcome)
    assert told.why.startswith(outcome.why)
    assert getattr(told, "after", None) == getattr(outcome, "after", None)
    assert "elsewhere" not in {name for name, *_ in small.seen}
    assert channel.find(message("One.")) is None
    assert isinstance(channel.send(message("One.")), Sent)


# Answers to what is asked before: nothing is out.
BEFORE: list[tuple[str, list[Answer], type]] = [
    ("refused", [(413, {}, "{}")], Refused),
    ("signed out", [(401, {}, "{}")] * 2, SignedOut),
    ("slow down", [(429, {"Retry-After": "7"}, "{}")], TryLater),
    ("broken", [(500, {}, "{}")], TryLater),
    ("elsewhere", [(302, {"Location": "/xrpc/elsewhere"}, "")], Refused),
    ("half a document", [(200, {}, '{"did": "d')], TryLater),
    ("no document that is known", [(200, {}, "[1]")], TryLater),
    ("cut short", [(200, {"Content-Length": "99"}, "{}")], TryLater),
]


@pytest.mark.parametrize("method", [SIGNING, UPLOADING, RESOLVING])
@pytest.mark.parametrize(("says", "outcome"), [row[1:] for row in BEFORE], ids=[row[0] for row in BEFORE])
def test_what_befalls_the_requests_before_lets_nothing_go_out(
    says: list[Answer], outcome: type, method: str, small: Small, tmp_path: Path
) -> None:
    small.says[method] = [*says]
    said = message("x", wording=with_picture(tmp_path, "With @daymark.test."))
    told = Bluesky(account(small.url), tmp_path).send(said)
    assert isinstance(told, outcome), told
    assert small.records == {} and small.asked(POSTING) == []
    assert "elsewhere" not in {name for name, *_ in small.seen}


LOOKS = [row[:2] for row in ANSWERS if row[0] not in ("in its place, and gone", "no name")]


@pytest.mark.parametrize("says", [row[1] for row in LOOKS], ids=[row[0] for row in LOOKS])
def test_a_look_that_fails_says_so(says: list[Answer], small: Small, tmp_path: Path) -> None:
    channel = Bluesky(account(small.url), tmp_path)
    assert isinstance(channel.send(message("One.")), Sent)
    small.says[LOOKING] = [*says]
    assert isinstance(channel.find(message("One.")), Unsure)
    assert isinstance(channel.find(message("One.")), Sent)


def test_a_look_that_fails_after_a_swap_leaves_it_open(small: Small, tmp_path: Path) -> None:
    small.says |= {POSTING: [bad("InvalidSwap")], LOOKING: [(500, {}, "{}")]}
    assert Bluesky(account(small.url), tmp_path).send(message("One.")) == Unsure("the post: 500")


def test_a_sign_in_is_kept_and_made_anew_when_it_is_over(small: Small, tmp_path: Path) -> None:
    channel = Bluesky(account(small.url), tmp_path)
    for text in ("One.", "Two.", "Three."):
        assert isinstance(channel.send(message(text)), Sent)
    assert len(small.asked(SIGNING)) == 1
    small.tokens[:] = ["gone"]
    assert isinstance(channel.send(message("Four.")), Sent)
    assert len(small.asked(SIGNING)) == 2
    assert len(small.records) == 4


def test_an_app_password_that_was_exchanged_is_read_anew(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Bluesky(account(small.url), tmp_path)
    assert isinstance(channel.send(message("One.")), Sent)
    small.password, small.tokens = "new", []
    assert isinstance(channel.send(message("Two.")), SignedOut)
    monkeypatch.setenv("DAYMARK_MAIN_PASSWORD", "new")
    assert isinstance(channel.send(message("Two.")), Sent)


def test_without_a_password_or_a_name_an_account_is_signed_out(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(Bluesky(account(small.url, ""), tmp_path).send(message("One.")), SignedOut)
    monkeypatch.delenv("DAYMARK_MAIN_PASSWORD")
    channel = Bluesky(account(small.url), tmp_path)
    assert channel.send(message("One.")) == SignedOut("main has no app password: daymark account sign-in main")
    assert isinstance(channel.find(message("One.")), Unsure)
    assert small.seen == []


def test_a_wrong_password_signs_out_with_the_server_s_words(
    server: Small | pds.Pds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYMARK_MAIN_PASSWORD", "wrong")
    told = Bluesky(account(server.url), tmp_path).send(message("Wrong."))
    assert told == SignedOut("signing in: 401 Invalid identifier or password")


def test_no_secret_stands_in_the_words_of_an_outcome(small: Small, tmp_path: Path) -> None:
    channel = Bluesky(account(small.url), tmp_path)
    channel.send(message("One."))
    said = f"{PASSWORD} Bearer token-0 refresh-1"
    for status in (400, 403, 429, 500, 307):
        small.says[POSTING] = small.says[LOOKING] = [(status, {}, json.dumps({"message": said}))]
        assert "*** Bearer *** ***" in channel.send(message("Two.")).why
        small.says[LOOKING] = [(status, {}, json.dumps({"message": said}))]
        assert "*** Bearer *** ***" in channel.find(message("Two.")).why
    small.says[SIGNING] = [(401, {}, json.dumps({"message": said}))]
    assert PASSWORD not in Bluesky(account(small.url), tmp_path).send(message("Two.")).why


def test_an_account_says_that_it_works(server: Small | pds.Pds, tmp_path: Path) -> None:
    before = len(server.posts())
    assert Bluesky(account(server.url), tmp_path).test() == f"signed in as @daymark.test on {server.url}"
    assert len(server.posts()) == before


# What is answered when an account is tried, and what it says and advises.
TRIED = [
    ("wrong password", SIGNING, (401, {}, '{"message": "Invalid"}'), "signing in: 401 Invalid", "sign-in main"),
    ("broken", SIGNING, (500, {}, "{}"), "signing in: 500", "try again later"),
    ("cut short", "com.atproto.server.getSession", (200, {}, '{"han'), "the answer makes no sense", "try again later"),
    ("taken down", "com.atproto.server.getSession", good(handle=pds.HANDLE, active=False, status="takendown"),
     "@daymark.test is takendown", "set it right in the app"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "says", "why", "hint"), [row[1:] for row in TRIED], ids=[row[0] for row in TRIED])
def test_an_account_that_does_not_work_says_why(
    method: str, says: Answer, why: str, hint: str, small: Small, tmp_path: Path
) -> None:
    small.says[method] = [says]
    with pytest.raises(ChannelError) as told:
        Bluesky(account(small.url), tmp_path).test()
    assert why in str(told.value)
    assert hint in told.value.hint


def test_a_server_that_is_away_has_not_got_the_post(small: Small, tmp_path: Path) -> None:
    away = account(f"http://127.0.0.1:{free_port()}")
    assert isinstance(Bluesky(away, tmp_path).send(message("One.")), TryLater)
    assert isinstance(Bluesky(away, tmp_path).find(message("One.")), Unsure)


@pytest.mark.parametrize("fault", SAID)
def test_what_befalls_a_request_is_told_as_it_is(
    fault: str, server: Small | pds.Pds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(SAID) == {"", *FAULTS}
    monkeypatch.setattr(http, "STEP", patience(server))
    faults = Faults(server.port, lambda line: fault if POSTING in line else "")
    channel, said = Bluesky(account(faults.url), tmp_path), message(f"With {fault or 'nothing'}.")
    told = channel.send(said)
    assert isinstance(told, SAID[fault][0]), told
    assert isinstance(channel.find(said), SAID[fault][1])
    faults.fault = lambda _: ""
    assert isinstance(channel.send(said), Sent)
    assert len(standing(server, said.wording.text)) == 1
    faults.close()


def through(server: Small, fault: str, number: int, home: Path) -> tuple[list[DeliveryState], list[int]]:
    """Sends posts with a fault at every second request that posts; how they stand at the end, and how often out."""
    hit: Counter[str] = Counter()

    def fails(line: str) -> str:
        hit[line] += POSTING in line
        return fault if hit[line] % 2 and POSTING in line else ""

    faults = Faults(server.port, fails)
    texts = [f"{home.name}: {n}, {fault}." for n in range(number)]
    queued(home, account(faults.url), [Wording(text) for text in texts], NOW)
    states = [d.state for d in rounds(home, account(faults.url), NOW)]
    faults.close()
    return states, [len(standing(server, text)) for text in texts]


@pytest.mark.parametrize("fault", [f for f in FAULTS if f != "401"])
def test_whatever_befalls_it_a_post_is_out_once(
    fault: str, small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STEP", patience(small))
    assert through(small, fault, 4, tmp_path) == (["sent"] * 4, [1] * 4)


@pytest.mark.slow
@pytest.mark.parametrize("case", contract.cases("bluesky"), ids=" ".join)
def test_fifty_posts_are_out_once_or_told_whatever_befalls_them(
    case: tuple[str, str], real: pds.Pds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if case[1] == "no answer for long":
        monkeypatch.setattr(http, "STEP", 2.0)
    faults, home = Faults(real.port), tmp_path / case[1].replace(" ", "-")

    def out(texts: list[str]) -> list[int]:
        found = Counter(post["value"]["text"] for post in real.posts())
        return [found[text] for text in texts]

    contract.run(case, account(faults.url), faults.at(POSTING), out, home, NOW)
    faults.close()


def thread(server: Small | pds.Pds, name: str) -> list[str]:
    """The texts of a thread, each part held to answer the one before it and the first. They begin with its name."""
    posts = [post for post in server.posts() if post["value"]["text"].startswith(name)]
    posts.sort(key=lambda post: post["value"]["createdAt"])
    assert len({post["value"]["createdAt"] for post in posts}) == len(posts)
    names = [{"uri": post["uri"], "cid": post["cid"]} for post in posts]
    answers = [{"root": names[0], "parent": parent} for parent in names[:-1]]
    assert [post["value"].get("reply") for post in posts] == [None, *answers][: len(posts)]
    return [post["value"]["text"] for post in posts]


@pytest.mark.parametrize("fault", [f for f in FAULTS if f != "401"])
def test_whatever_befalls_it_each_part_of_a_thread_is_out_once_and_in_order(
    fault: str, server: Small | pds.Pds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STEP", patience(server))
    for at in (1, 2, 3):  # which request that posts does not come to its end
        (home := tmp_path / str(at)).mkdir()
        name, seen = f"{tmp_path.name} {at}", Counter[str]()

        def fails(line: str, at: int = at, seen: Counter[str] = seen) -> str:
            seen[POSTING] += POSTING in line
            return fault if POSTING in line and seen[POSTING] == at else ""

        faults = Faults(server.port, fails)
        parts = [f"{name}: {n} #Tag." for n in ("one", "two", "three")]
        wording = replace(with_picture(tmp_path), text="\n---\n".join(parts))
        queued(home, account(faults.url), [wording], NOW)
        (told,) = rounds(home, account(faults.url), NOW)
        faults.close()
        assert (told.state, told.reason) == ("sent", "")
        assert thread(server, name) == parts
        assert [r["text"] for r in standing(server, name) if "embed" in r] == parts[:1]


def test_a_thread_that_stopped_in_the_middle_is_found_so_and_goes_on(server: Small | pds.Pds, tmp_path: Path) -> None:
    whole = message("Stopped: 1.\n---\nStopped: 2.\n---\nStopped: 3.")
    answers = iter(["", "500 before the work"])
    faults = Faults(server.port, lambda line: next(answers, "503") if POSTING in line else "")
    channel = Bluesky(account(faults.url), tmp_path)
    assert channel.find(whole) is None
    assert channel.send(whole) == Unsure("1 of 3 parts are out; posting: 500")
    assert channel.find(whole) == Begun("1 of 3 parts are out")
    faults.close()
    again = Bluesky(account(server.url), tmp_path)  # another process, which knows nothing
    sent = again.send(whole)
    assert isinstance(sent, Sent)
    assert again.find(whole) == sent
    assert thread(server, "Stopped: ") == ["Stopped: 1.", "Stopped: 2.", "Stopped: 3."]


def test_a_thread_with_a_part_that_does_not_fit_does_not_begin(small: Small, tmp_path: Path) -> None:
    told = Bluesky(account(small.url), tmp_path).send(message("One.\n---\n" + "x" * 301))
    assert isinstance(told, Refused)
    assert small.records == {}


def test_an_account_whose_password_is_no_longer_taken_keeps_its_posts(small: Small, tmp_path: Path) -> None:
    small.password = "another"
    assert through(small, "", 2, tmp_path) == (["waiting"] * 2, [0] * 2)


@pytest.mark.slow
def test_what_the_real_server_refuses_is_refused_with_its_words(real: pds.Pds, tmp_path: Path) -> None:
    told = Bluesky(account(real.url), tmp_path).send(message("No language.", language="no language"))
    assert isinstance(told, Refused)
    assert told.why.startswith("posting: 400 ")


@pytest.mark.slow
def test_the_real_server_gives_the_picture_back_without_the_place_where_it_was_taken(
    real: pds.Pds, tmp_path: Path
) -> None:
    said = message("Given back.", wording=with_picture(tmp_path, "Given back."))
    Bluesky(account(real.url), tmp_path).send(said)
    (record,) = standing(real, "Given back.")
    asked = {"did": real.did, "cid": record["embed"]["images"][0]["image"]["ref"]["$link"]}
    given = httpx.get(f"{real.url}/xrpc/com.atproto.sync.getBlob", params=asked).raise_for_status().content
    assert given == picture("PNG")
