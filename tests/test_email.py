"""Mail to one address: what arrives, and what each way of failing means. Real servers, the last is Postfix."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from hashlib import sha256, shake_256
from html.parser import HTMLParser
from pathlib import Path

import contract
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from faults import SmtpFaults
from hypothesis import given
from hypothesis import strategies as st
from servers.postfix import postfix
from test_channels import MESSAGE
from test_pictures import picture
from through import AWAKE, queued, rounds

from scheduler.channels import email as channel
from scheduler.channels import letter, open_channel, smtp, way
from scheduler.errors import ChannelError
from scheduler.model import Account, DeliveryState, Media, Refused, Sent, SignedOut, TryLater, Unsure, Wording

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"  # both are this machine; to the channel, only the first is
SENDER, LIST = "news@example.org", "friends@lists.example.org"
ID = f"{MESSAGE.key}@example.org"
SECRET = "correct horse"
PICTURE = picture("PNG")


ACCOUNT = Account("list", "email", "plain", "en", "GB", "Europe/London", handle=SENDER, to=LIST)


@dataclass
class Handler:
    """Answers as it is told to, and keeps what it took."""

    mail: str = ""
    rcpt: str = ""
    data: str = "250 2.0.0 queued"
    kept: list = field(default_factory=list)

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        envelope.mail_from = address
        return self.mail or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if not self.rcpt:
            envelope.rcpt_tos.append(address)
        return self.rcpt or "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.kept.append(envelope)
        if self.data == "cut":
            server.transport.abort()
        if self.data == "silence":
            await asyncio.Event().wait()
        return self.data


class CutInside(SMTP):
    """Goes away while a letter comes in."""

    async def smtp_DATA(self, arg):  # noqa: N802
        await self.push("354 go on")
        await self._reader.readexactly(1000)
        self.transport.abort()


class Receiver(Controller):
    """A server on a free port. `made` is its class, `how` are the settings of that."""

    def __init__(self, handler, hostname=HERE, made=SMTP, wrapped=None, **how):
        self.made, self.how = made, how
        super().__init__(handler, hostname, 0, ssl_context=wrapped)

    def factory(self):
        return self.made(self.handler, data_size_limit=50_000_000, **self.how)

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    async def hang_up(self):
        """Ends every call. aiosmtpd leaves open those whose end it has not read yet, and that is told as a leak."""
        for _ in range(3):
            await asyncio.sleep(0)  # a round of the loop each: whoever was just let in is at the table
        for transport in [*self.loop._transports.values()]:  # those under TLS are to be found nowhere else
            transport.abort()
        for _ in range(3):
            await asyncio.sleep(0)


@contextmanager
def receiver(handler=None, **how):
    made = Receiver(handler or Handler(), **how)
    made.start()
    try:
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(made.hang_up(), made.loop).result()
        made.stop()


@contextmanager
def speaking(said: bytes, *, again: bool = False):
    """A server that says something when it is called, once or for ever, and hears nothing."""
    with closing(socket.create_server((HERE, 0))) as ear:

        def answer():
            call, _ = ear.accept()
            with call:
                try:
                    call.sendall(said)
                    while again:
                        call.sendall(said)
                except OSError:
                    return

        thread = threading.Thread(target=answer)
        thread.start()
        yield ear.getsockname()[1]
        thread.join()


@pytest.fixture
def at(tmp_path, monkeypatch):
    """The channel of an account whose server is at a port."""

    def made(port, account=ACCOUNT, *, host=HERE, scheme="smtp", password=""):
        monkeypatch.setenv("DAYMARK_LIST_PASSWORD", password)
        return open_channel(replace(account, server=f"{scheme}://{host}:{port}"), tmp_path)

    return made


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A key and a certificate for ELSEWHERE, in one file."""
    assert shutil.which("openssl"), "no certificate can be made: there is no openssl here"
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key", folder / "cert"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
    command += ["-addext", f"subjectAltName=IP:{ELSEWHERE}", "-keyout", key, "-out", cert]
    subprocess.run(command, check=True, capture_output=True)
    (folder / "both").write_bytes(key.read_bytes() + cert.read_bytes())
    return folder / "both"


@pytest.fixture
def tls(certificate, monkeypatch):
    """What a server shows, and what makes this process trust it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def with_picture(folder: Path, data: bytes, alt: str = "A table"):
    (folder / "day.png").write_bytes(data)
    media = Media(str(folder / "day.png"), sha256(data).hexdigest())
    return replace(MESSAGE, wording=replace(MESSAGE.wording, alt=alt, media=media))


def arrived(at, message, account=ACCOUNT):
    """What a server has taken of a message, parsed."""
    with receiver() as server:
        assert at(server.port, account).send(message) == Sent(f"mid:{ID}", ID)
    (envelope,) = server.handler.kept
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [LIST])
    return message_from_bytes(envelope.content, policy=default)


def saying(text, **words):
    return replace(MESSAGE, wording=Wording(text), **words)


def shape(part):
    return [part.get_content_type(), *(shape(inner) for inner in part.iter_parts())]


def plain(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n").removesuffix("\n")


class Page(HTMLParser):
    """The elements of a page with what they say of themselves, and its text."""

    def __init__(self, mail):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(mail.get_body(("html",)).get_content().replace("\r\n", "\n"))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def of(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


# What arrives


def test_a_letter_tells_what_it_is_from_whom_and_when(at):
    mail = arrived(at, MESSAGE)
    told = {"From": SENDER, "To": LIST, "Subject": "Human Rights Day", "Content-Language": "en"}
    assert {name: mail[name] for name in told} == told
    assert mail["Date"].datetime == datetime(2026, 12, 10, 9, tzinfo=UTC)
    assert mail["Message-ID"] == f"<{ID}>"
    assert not {"List-Unsubscribe", "Auto-Submitted", "Bcc", "DKIM-Signature"} & {*mail}
    assert len({*mail}) == len(mail)


def test_a_letter_is_text_and_the_same_as_html(at):
    mail = arrived(at, MESSAGE)
    assert shape(mail) == ["multipart/alternative", ["text/plain"], ["text/html"]]
    assert plain(mail) == "A note\n\nToday: <Human Rights> Day & more."
    page = Page(mail)
    assert page.text.split("\n")[-7:-3] == ["", "A note", "Today: <Human Rights> Day & more.", ""]
    assert not {"script", "style", "link"} & {tag for tag, _ in page.tags}


def test_a_picture_stands_in_the_page_with_its_description(at, tmp_path):
    data = picture("PNG")
    mail = arrived(at, with_picture(tmp_path, data, 'A "table" <é>'))
    inner = ["multipart/related", ["text/html"], ["image/png"]]
    assert shape(mail) == ["multipart/alternative", ["text/plain"], inner]
    (image,) = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    assert (image.get_content(), image.get_content_disposition()) == (data, "inline")
    (shown,) = Page(mail).of("img")
    assert shown["alt"] == 'A "table" <é>'
    assert f"<{shown['src'].removeprefix('cid:')}>" == image["Content-ID"]


@pytest.mark.parametrize(("kind", "told"), [("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "webp")])
def test_a_picture_is_called_what_it_is_and_not_as_its_file(at, tmp_path, kind, told):
    mail = arrived(at, with_picture(tmp_path, picture(kind)))
    (image,) = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    assert (image.get_content_subtype(), image.get_filename()) == (told, f"picture.{told}")


@pytest.mark.parametrize(("language", "side"), [("en", "ltr"), ("zh", "ltr"), ("ar", "rtl")])
def test_a_page_says_its_language_and_to_which_side_it_runs(at, language, side):
    mail = arrived(at, replace(MESSAGE, language=language))
    page = Page(mail)
    (whole,), (inner,) = page.of("html"), page.of("div")
    assert [whole["lang"], whole["dir"], inner["lang"], inner["dir"]] == [language, side] * 2
    assert mail["Content-Language"] == language


LINKS = [
    ("See https://a.org/b.", ["https://a.org/b"]),
    ("See https://a.org/?b=1&c=%20d, and more", ["https://a.org/?b=1&c=%20d"]),
    ("(see https://a.org/b)", ["https://a.org/b"]),
    ("https://a.org/b_(c) is one", ["https://a.org/b_(c)"]),
    ("One is https://a.org/b_(c).", ["https://a.org/b_(c)"]),
    ("请看https://a.org/b。谢谢", ["https://a.org/b"]),
    ("انظر https://a.org/b، شكرا", ["https://a.org/b"]),
    ("two: https://a.org\nhttps://b.org", ["https://a.org", "https://b.org"]),
    ('<a href="https://a.org">', ["https://a.org"]),
    ("none: javascript:alert(1) www.a.org a@b.org", []),
]


@pytest.mark.parametrize(("text", "links"), LINKS, ids=[text for text, _ in LINKS])
def test_an_address_in_a_text_becomes_a_link_and_nothing_else_does(at, text, links):
    page = Page(arrived(at, saying(text)))
    assert [a["href"] for a in page.of("a")] == links
    assert text in page.text


def test_blank_lines_part_paragraphs_and_others_end_lines(at):
    page = Page(arrived(at, saying("one\ntwo\n\n\nthree\r\nfour\n")))
    assert [tag for tag, _ in page.tags if tag in ("p", "br")] == ["p", "br", "p", "br"]


def test_one_click_to_unsubscribe_is_offered_where_the_account_has_an_address_for_it(at):
    url = "https://example.org/leave?" + "list=friends&" * 20
    mail = arrived(at, MESSAGE, replace(ACCOUNT, unsubscribe=url))
    assert mail["List-Unsubscribe"] == f"<{url}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


DATES = [
    ("in summer", datetime(2026, 7, 30, 9), "Thu, 30 Jul 2026 09:00:00 +0100"),
    ("in winter", datetime(2026, 12, 10, 9), "Thu, 10 Dec 2026 09:00:00 +0000"),
    ("at a time that the clocks skip", datetime(2026, 3, 29, 1, 30), "Sun, 29 Mar 2026 02:00:00 +0100"),
    ("at a time that they show twice", datetime(2026, 10, 25, 1, 30), "Sun, 25 Oct 2026 01:30:00 +0100"),
]


@pytest.mark.parametrize(("local", "told"), [row[1:] for row in DATES], ids=[row[0] for row in DATES])
def test_a_letter_is_dated_when_it_was_planned(local, told):
    assert f"\r\nDate: {told}\r\n".encode() in letter.letter(replace(MESSAGE, local=local), SENDER, LIST)


def test_the_same_message_twice_gives_the_same_bytes(at, tmp_path):
    message = with_picture(tmp_path, picture("PNG"))
    with receiver() as server:
        for minute in range(2):
            assert at(server.port).send(replace(message, at=datetime(2026, 12, 10, 9, minute, tzinfo=UTC)))
    first, second = (envelope.content for envelope in server.handler.kept)
    assert first == second


def test_another_message_has_another_name_and_other_boundaries():
    one, two = (letter.letter(replace(MESSAGE, key=key * 20), SENDER, LIST) for key in ("a1", "b2"))
    boundaries = [re.findall(rb"=_\w+", data)[0] for data in (one, two)]
    assert boundaries[0] != boundaries[1]
    assert b"b2" * 20 in two and b"b2" * 20 not in one


@pytest.mark.parametrize("media", [b"", PICTURE], ids=["words alone", "with a picture"])
def test_a_letter_is_the_same_alone_or_after_one_to_somebody_else(media):
    first, second = (replace(MESSAGE, key=key * 20) for key in ("a1", "b2"))
    letter._sheet.cache_clear()
    alone = letter.letter(second, SENDER, "ben@example.org", "https://example.org/ben", media)
    letter._sheet.cache_clear()
    letter.letter(first, SENDER, "ana@example.org", "https://example.org/ana", media)
    after = letter.letter(second, SENDER, "ben@example.org", "https://example.org/ben", media)
    assert after == alone
    assert b"ana" not in after and b"a1" * 20 not in after


ODD = [
    ("lines that begin with dots", ".\n..\n.hidden\nend\n."),
    ("the end of a letter", "one\r\n.\r\nMAIL FROM:<evil@example.net>\r\n"),
    ("a line that begins with From", "From here on\nFrom there"),
    ("what looks like a boundary", "--=_0123456789abcdef0123456789abcdef_0--\n\n--"),
    ("what looks like a header", "Bcc: evil@example.net\n\nhello"),
    ("a line of 100 kB", "x" * 100_000),
    ("a line of 100 kB in Arabic", "سلام " * 20_000 + "."),
    ("emoji, also put together", "🕯️ 👩🏽‍👧 🇺🇳 é"),
    ("Arabic", "اليوم العالمي لمكافحة الاتجار بالأشخاص"),
    ("Chinese", "世界打击贩运人口行为日"),
    ("spaces at the end of lines", "one  \ntwo\t\n-- \nthree"),
    ("marks of HTML", "</p><script>alert(1)</script>&amp;&nbsp;{body}{0}%s"),
    ("nothing", ""),
]


@pytest.mark.parametrize("text", [text for _, text in ODD], ids=[name for name, _ in ODD])
def test_a_text_arrives_as_it_was_written(at, text):
    mail = arrived(at, saying(text))
    assert plain(mail).splitlines() == text.rstrip("\r\n").splitlines()
    assert "script" not in [tag for tag, _ in Page(mail).tags]
    assert "".join(Page(mail).text.split()).endswith("".join(text.split()))


def test_what_no_text_may_hold_does_not_arrive(at):
    assert plain(arrived(at, saying("a\x00b\x07c\x1b[31m\td\x85e\ud83d"))) == "abc[31m\tde?"


TITLES = [
    ("a stage", "Human Rights Day: day", "Human Rights Day"),
    ("a colon of its own", "16 Days: Orange the World: eve", "16 Days: Orange the World"),
    ("no stage", "Human Rights Day", "Human Rights Day"),
    ("a new line and a header", "Day\r\nBcc: evil@example.net: day", "Day Bcc: evil@example.net"),
    ("the end of the headers", "Day\n\n<b>evil</b>: day", "Day <b>evil</b>"),
    ("another end of a line", "Day\x0b\x0c\x1c\x85\u2028\u2029Bcc: evil: day", "Day Bcc: evil"),
    ("an encoded word with a new line in it", "=?utf-8?q?=0D=0ABcc:_e@e.net?=: d", "=?utf-8?q?=0D=0ABcc:_e@e.net?="),
    ("Arabic", "اليوم العالمي لمكافحة الاتجار بالأشخاص: day", "اليوم العالمي لمكافحة الاتجار بالأشخاص"),
    ("emoji", "🕯️ Day 👩🏽‍👧: day", "🕯️ Day 👩🏽‍👧"),
    ("a word of 5 kB", "w" * 5000 + ": day", "w" * 5000),
    ("nothing", "", ""),
]


@pytest.mark.parametrize(("title", "subject"), [row[1:] for row in TITLES], ids=[row[0] for row in TITLES])
def test_a_subject_is_the_name_of_the_day_whatever_is_in_it(at, title, subject):
    mail = arrived(at, replace(MESSAGE, title=title))
    assert mail["Subject"] == subject
    assert len({*mail}) == len(mail) == 8
    assert plain(mail) == "A note\n\nToday: <Human Rights> Day & more."


@given(title=st.text(), text=st.text(), note=st.text(), alt=st.text())
def test_a_letter_is_lines_of_ascii_that_end_in_time_whatever_it_is_about(title, text, note, alt):
    message = replace(MESSAGE, title=title, wording=Wording(text, note, alt))
    data = letter.letter(message, SENDER, LIST, picture=PICTURE)
    lines = data.split(b"\r\n")
    assert data.isascii() and lines[-1] == b""
    assert max(map(len, lines)) <= 998
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert len(message_from_bytes(data, policy=default)) == 8


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "é" * 100_000, "https://a.org/" + "x" * 100_000], ids=["x", "é", "link"]
)
def test_no_line_is_longer_than_78(text):
    told = replace(MESSAGE, title=f"{text[:5000]}: day", wording=Wording(text, text[:5000], text[:5000]))
    assert max(map(len, letter.letter(told, SENDER, LIST, picture=PICTURE).split(b"\r\n"))) <= 78


# What failing means


def words(outcome):
    return getattr(outcome, "why", "")


ANSWERS = [
    ("a sender for later", {"mail": "452 4.3.1 disk full"}, TryLater, "MAIL: 452 4.3.1 disk full"),
    ("a sender refused", {"mail": "550 5.7.1 not yours"}, Refused, "MAIL: 550 5.7.1 not yours"),
    ("a sender who must sign in", {"mail": "530 5.7.0 sign in first"}, SignedOut, "MAIL: 530 5.7.0 sign in first"),
    ("a list for later", {"rcpt": "451 4.7.1 greylisted"}, TryLater, "RCPT: 451 4.7.1 greylisted"),
    ("a list refused", {"rcpt": "550 5.1.1 nobody"}, Refused, "RCPT: 550 5.1.1 nobody"),
    ("a server that goes home", {"rcpt": "421 4.3.2 closing"}, TryLater, "RCPT: 421 4.3.2 closing"),
    ("an answer without sense", {"rcpt": "mooo"}, TryLater, "RCPT: -1"),
    ("a letter for later", {"data": "451 4.3.0 busy"}, TryLater, "the letter: 451 4.3.0 busy"),
    ("a letter refused", {"data": "554 5.7.1 not these words"}, Refused, "the letter: 554 5.7.1 not these words"),
    ("a letter and no sense", {"data": "mooo"}, Unsure, "an answer that makes no sense"),
    ("a letter and another dialogue", {"data": "354 go on"}, Unsure, "an answer that makes no sense"),
    ("a letter and the end", {"data": "cut"}, Unsure, "the whole letter was sent, and no answer came"),
    ("a letter and silence", {"data": "silence"}, Unsure, "the whole letter was sent, and no answer came"),
]


@pytest.mark.parametrize(("answers", "outcome", "why"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_what_a_server_says_decides(at, monkeypatch, answers, outcome, why):
    monkeypatch.setattr(channel, "LAST", 0.2)
    with receiver(Handler(**answers)) as server:
        came = at(server.port).send(MESSAGE)
    assert type(came) is outcome
    assert why in came.why
    assert len(server.handler.kept) == ("data" in answers)


def test_the_last_answer_has_a_time_of_its_own(at, monkeypatch):
    monkeypatch.setattr(channel, "LAST", 0.0)
    with receiver(Handler(data="silence")) as server:
        came = at(server.port).send(MESSAGE)
    assert isinstance(came, Unsure)
    assert "took too long" in came.why


def test_what_may_be_out_is_sent_no_second_time(at, tmp_path):
    due = datetime(2027, 7, 30, 9, tzinfo=UTC)
    with receiver(Handler(data="cut")) as server:
        account = at(server.port, replace(ACCOUNT, **AWAKE)).account
        queued(tmp_path, account, [Wording(f"Post {n}") for n in range(3)], due)
        found = rounds(tmp_path, account, due)
    assert [delivery.state for delivery in found] == [DeliveryState.UNSURE] * 3
    assert len(server.handler.kept) == 3


LONG = "A line of words that nobody reads.\n" * 300_000  # 10 MB, more than lies on the way between two sockets


def test_a_letter_that_is_cut_off_inside_is_tried_again(at):
    with receiver(made=CutInside) as server:
        came = at(server.port).send(replace(MESSAGE, wording=Wording(LONG)))
    assert isinstance(came, TryLater)
    assert server.handler.kept == []


def noise() -> bytes:
    """A picture that makes a letter of 1.1 MB, however much it is made smaller for the mail."""
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.frombytes("RGB", (1800, 1800), shake_256(b"noise").digest(1800 * 1800 * 3)).save(out, "PNG", compress_level=0)
    return out.getvalue()


CALLS = [
    ("hangs up", b"", False, "closed"),
    ("says no", b"554 5.7.1 not to you\r\n", False, "554 5.7.1 not to you"),
    ("goes away at the second word", b"220 hello\r\n", False, "closed"),
    ("speaks something else", b"SSH-2.0-OpenSSH\r\n", False, "-1"),
    ("never ends its line", b"x" * 60_000, True, "Line too long"),
    ("never ends its answer", b"220-go on\r\n" * 1000, True, "longer than 64000 bytes"),
]


@pytest.mark.parametrize(("told", "again", "why"), [row[1:] for row in CALLS], ids=[row[0] for row in CALLS])
def test_a_server_that_takes_no_letter_is_tried_later(at, monkeypatch, told, again, why):
    monkeypatch.setattr(smtp, "STEP", 0.2)
    with speaking(told, again=again) as port:
        came = at(port).send(MESSAGE)
    assert isinstance(came, TryLater)
    assert why in came.why


def test_a_server_that_never_answers_is_tried_later(at, monkeypatch):
    monkeypatch.setattr(smtp, "STEP", 0.2)
    with closing(socket.create_server((HERE, 0))) as ear:  # the machine takes the call, nobody hears it
        came = at(ear.getsockname()[1]).send(MESSAGE)
    assert isinstance(came, TryLater)
    assert "timed out" in came.why


def test_a_server_that_is_slow_at_every_step_is_tried_later(at, monkeypatch):
    monkeypatch.setattr(smtp, "WHOLE", 0.0)
    with receiver() as server:
        came = at(server.port).send(MESSAGE)
    assert isinstance(came, TryLater)
    assert "took too long" in came.why
    assert server.handler.kept == []


def test_where_nobody_listens_it_is_tried_later(at):
    with closing(socket.create_server((HERE, 0))) as ear:
        port = ear.getsockname()[1]
    assert isinstance(at(port).send(MESSAGE), TryLater)


def test_the_words_of_a_server_are_cut_and_cannot_move_the_terminal(at):
    with receiver(Handler(rcpt="550 \x1b[31m" + "no " * 300)) as server:
        why = at(server.port).send(MESSAGE).why
    assert len(why) <= len("RCPT: 550 ") + 200
    assert why.isprintable()


def test_what_cannot_be_sent_is_refused_before_anybody_is_called(at, tmp_path):
    message = with_picture(tmp_path, picture("PNG"))
    (tmp_path / "day.png").write_bytes(b"another")
    came = at(1).send(message)
    assert isinstance(came, Refused)
    assert "is not the one that was approved" in came.why


WRONG = [
    ("no server", {"server": ""}, "no server for mail"),
    ("a server of another kind", {"server": "https://mail.example.org"}, "no server for mail"),
    ("a port that is none", {"server": "smtp://localhost:x"}, "no server for mail"),
    ("no recipient", {"to": ""}, "no mail address in to"),
    ("two recipients", {"to": "a@example.org,b@example.org"}, "no mail address in to"),
    ("a recipient with a header", {"to": "a@example.org\r\nBcc: b@example.org"}, "no mail address in to"),
    ("a recipient with an end", {"to": "a@example.org\n"}, "no mail address in to"),
    ("a recipient with a parameter", {"to": "a@example.org> NOTIFY=NEVER"}, "no mail address in to"),
    ("a sender with a name", {"handle": "News <news@example.org>"}, "no mail address in handle"),
    ("a sender in other letters", {"handle": "نشرة@example.org"}, "no mail address in handle"),
    ("a sender that is too long", {"handle": "a" * 250 + "@b.org"}, "no mail address in handle"),
    ("two dots in a sender", {"handle": "a..b@example.org"}, "no mail address in handle"),
    ("an unsubscribe address without encryption", {"unsubscribe": "http://example.org/leave"}, "unsubscribe"),
    ("an unsubscribe address with an end", {"unsubscribe": "https://example.org/>\r\nBcc:b"}, "unsubscribe"),
    ("no password for another machine", {"server": "smtps://mail.example.org"}, "daymark secret set list.password"),
]


@pytest.mark.parametrize(("fields", "why"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_an_account_that_is_not_whole_waits_for_a_person_and_calls_nobody(tmp_path, fields, why):
    account = replace(ACCOUNT, **({"server": "smtp://localhost:1"} | fields))
    came = open_channel(account, tmp_path).send(MESSAGE)
    assert isinstance(came, SignedOut)
    assert why in came.why


# Signing in, and encryption


def knows(password):
    def check(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == (SENDER.encode(), password.encode()), handled=False)

    return check


def test_it_signs_in_where_there_is_a_password(at):
    how = {"authenticator": knows(SECRET), "auth_require_tls": False}
    with receiver(**how) as server:
        assert isinstance(at(server.port, password=SECRET).send(MESSAGE), Sent)


def test_a_password_that_is_not_taken_waits_for_a_person(at):
    with receiver(authenticator=knows("another"), auth_require_tls=False) as server:
        came = at(server.port, password=SECRET).send(MESSAGE)
    assert isinstance(came, SignedOut)
    assert "sign-in: 535" in came.why
    assert server.handler.kept == []


def test_a_server_that_lets_nobody_sign_in_waits_for_a_person(at):
    with receiver() as server:
        came = at(server.port, password=SECRET).send(MESSAGE)
    assert isinstance(came, SignedOut)
    assert server.handler.kept == []


def test_a_password_that_smtp_cannot_carry_waits_for_a_person(at):
    assert isinstance(at(1, password="contraseña").send(MESSAGE), SignedOut)


class Tired(SMTP):
    """Cannot look into its list of passwords now."""

    async def smtp_AUTH(self, arg):  # noqa: N802
        await self.push("454 4.7.0 not now")


def test_a_server_that_cannot_check_a_password_now_is_tried_later(at):
    with receiver(made=Tired, authenticator=knows(SECRET), auth_require_tls=False) as server:
        assert at(server.port, password=SECRET).send(MESSAGE) == TryLater("sign-in: 454 4.7.0 not now")


class Parrot(SMTP):
    """Says what it has heard, passwords and all."""

    async def smtp_AUTH(self, arg):  # noqa: N802
        import base64

        given = base64.b64decode(arg.split()[1]).rpartition(b"\0")[2].decode()
        await self.push(f"535 5.7.8 AUTH {arg} is wrong, {given} is no password")


def test_no_password_stands_in_what_is_told(at):
    with receiver(made=Parrot, authenticator=knows(""), auth_require_tls=False) as server:
        why = at(server.port, password=SECRET).send(MESSAGE).why
    assert why == "sign-in: 535 5.7.8 AUTH PLAIN *** is wrong, *** is no password"


def test_to_another_machine_all_is_encrypted_and_the_password_too(at, tls):
    seen = {}

    def check(server, session, envelope, mechanism, data):
        seen["is_encrypted"] = session.ssl is not None
        return knows(SECRET)(server, session, envelope, mechanism, data)

    with receiver(hostname=ELSEWHERE, tls_context=tls, authenticator=check) as server:
        came = at(server.port, host=ELSEWHERE, password=SECRET).send(MESSAGE)
    assert isinstance(came, Sent)
    assert seen == {"is_encrypted": True}


def test_a_machine_that_offers_no_encryption_gets_nothing(at):
    how = {"authenticator": knows(SECRET), "auth_require_tls": False}
    with receiver(hostname=ELSEWHERE, **how) as server:
        came = at(server.port, host=ELSEWHERE, password=SECRET).send(MESSAGE)
    assert isinstance(came, TryLater)
    assert "STARTTLS" in came.why
    assert server.handler.kept == []


def test_a_machine_that_is_not_the_one_it_says_gets_nothing(at, tls, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with receiver(hostname=ELSEWHERE, tls_context=tls, authenticator=knows(SECRET)) as server:
        came = at(server.port, host=ELSEWHERE, password=SECRET).send(MESSAGE)
    assert isinstance(came, TryLater)
    assert "certificate" in came.why
    assert server.handler.kept == []


@pytest.mark.parametrize(("host", "outcome"), [(ELSEWHERE, Sent), (HERE, TryLater)], ids=["its own", "another"])
def test_encryption_from_the_first_byte_wants_a_certificate_of_the_same_name(at, tls, host, outcome):
    how = {"authenticator": knows(SECRET), "auth_require_tls": False}
    with receiver(hostname=host, made=SMTP, wrapped=tls, **how) as server:
        came = at(server.port, host=host, scheme="smtps", password=SECRET).send(MESSAGE)
    assert type(came) is outcome


PORTS = [
    ("smtps://mail.example.org", ("mail.example.org", 465, True)),
    ("smtp://mail.example.org", ("mail.example.org", 587, False)),
    ("smtp://localhost", ("localhost", 25, False)),
    ("smtps://localhost", ("localhost", 465, True)),
    ("smtp://[::1]:2525", ("::1", 2525, False)),
]


@pytest.mark.parametrize(("server", "place"), PORTS, ids=[server for server, _ in PORTS])
def test_a_server_has_the_usual_port_unless_it_says_another(server, place):
    assert way.server_of(replace(ACCOUNT, server=server)) == place


# Asking, and trying it out


def test_mail_cannot_be_asked_for(at):
    assert at(1).find(MESSAGE) == Unsure("mail cannot be asked for")


def test_a_try_goes_as_far_as_the_recipient_and_sends_nothing(at):
    with receiver() as server:
        assert at(server.port).test() == f"{HERE} takes mail from {SENDER} to {LIST}; nothing was sent"
    assert server.handler.kept == []


def test_a_try_tells_what_is_wrong(at):
    with receiver(Handler(rcpt="550 5.1.1 nobody")) as server, pytest.raises(ChannelError, match=r"RCPT: 550 5\.1\.1"):
        at(server.port).test()
    with pytest.raises(ChannelError, match="refused"):
        at(server.port).test()


# The real server


@pytest.fixture(scope="module")
def real(certificate):
    with postfix(certificate) as server:
        yield server


FOR = replace(ACCOUNT, to="inbox@example.test")
DUE = datetime(2027, 7, 30, 9, tzinfo=UTC)


@pytest.mark.slow
def test_postfix_delivers_what_was_sent(real, at, tmp_path):
    data = picture("PNG")
    message = with_picture(tmp_path, data, "طاولة")
    message = replace(message, language="ar", key="d1" * 20, title="اليوم العالمي: day")
    message = replace(message, wording=replace(message.wording, text=".\nFrom here\nاليوم العالمي 🕯️\n" + "x" * 2000))
    id = f"{message.key}@example.org"
    assert at(real.port, FOR).send(message) == Sent(f"mid:{id}", id)
    real.wait_for("status=sent")
    mail = message_from_bytes(real.inbox()[-1], policy=default)
    assert (mail["Return-Path"], mail["Delivered-To"]) == (f"<{SENDER}>", FOR.to)
    assert (mail["Message-ID"], mail["Subject"]) == (f"<{id}>", "اليوم العالمي")
    assert plain(mail) == f"{message.wording.note}\n\n{message.wording.text}"
    (image,) = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    assert image.get_content() == data
    assert Page(mail).of("img")[0]["alt"] == "طاولة"
    sent = letter.letter(message, SENDER, FOR.to, picture=data).replace(b"\r\n", b"\n")
    assert real.inbox()[-1].endswith(sent)  # what Postfix adds, it adds on top


SAYS = [
    ("no-such@example.test", Refused, "RCPT: 550 5.1.1"),
    ("later@example.test", TryLater, "RCPT: 451 4.7.1"),
    ("refused@example.test", Refused, "the letter: 554 5.7.1"),
    ("busy@example.test", TryLater, "the letter: 451 4.3.0"),
    (LIST, Refused, "RCPT: 550 5.7.1"),  # it sends nothing out
]


@pytest.mark.slow
@pytest.mark.parametrize(("to", "outcome", "why"), SAYS, ids=[to for to, _, _ in SAYS])
def test_what_postfix_says_decides(real, at, to, outcome, why):
    came = at(real.port, replace(ACCOUNT, to=to)).send(MESSAGE)
    assert type(came) is outcome
    assert words(came).startswith(why)


@pytest.mark.slow
def test_postfix_refuses_what_is_too_big_before_it_comes(real, at, tmp_path):
    came = at(real.port, FOR).send(with_picture(tmp_path, noise()))
    assert isinstance(came, Refused)
    assert came.why.startswith("MAIL: 552 5.3.4")


@pytest.mark.slow
def test_postfix_encrypts_and_lets_nobody_sign_in(real, at, tls):
    came = at(real.port, FOR, host=ELSEWHERE, password=SECRET).send(MESSAGE)
    assert came == SignedOut(f"{ELSEWHERE} lets nobody sign in with a password")
    assert "starttls=1 quit=1" in real.wait_for("starttls=1")


@pytest.mark.slow
def test_postfix_keeps_a_letter_whose_answer_is_lost(real, at):
    message = replace(MESSAGE, key="e1" * 20)
    faults = SmtpFaults(real.port, lambda: "answer lost")
    came = at(faults.port, FOR).send(message)
    faults.close()
    assert isinstance(came, Unsure)
    assert at(real.port, FOR).send(message) == Sent(f"mid:{message.key}@example.org", f"{message.key}@example.org")
    for _ in range(2):
        real.wait_for("status=sent")
    kept = [mail for mail in real.inbox() if message.key.encode() in mail]
    assert len(kept) == 2  # a second send is a second letter, under the same name: so nobody sends again unasked
    first, second = (mail.partition(b"\nSubject: ")[2] for mail in kept)
    assert first == second


@pytest.mark.slow
@pytest.mark.parametrize("case", contract.cases("email"), ids=" ".join)
def test_fifty_posts_are_out_once_or_told_whatever_befalls_them(case, real, at, tmp_path, monkeypatch):
    if case[1] == "no answer for long":
        monkeypatch.setattr(channel, "LAST", 2.0)
    faults = SmtpFaults(real.port)

    def set_fault(fault):
        faults.fault = fault

    def out(texts):
        for _ in range(faults.taken):
            real.wait_for("status=sent")
        letters = [mail.decode() for mail in real.inbox()]
        return [sum(text in mail for mail in letters) for text in texts]

    account = at(faults.port, replace(FOR, **AWAKE)).account
    contract.run(case, account, set_fault, out, tmp_path / case[1].replace(" ", "-"), DUE)
    faults.close()
