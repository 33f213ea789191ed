"""Letters that Daymark signs itself: the signature holds for whoever asks the DNS, and is the same at each try."""

from __future__ import annotations

import builtins
import subprocess
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import dkim
import pytest
from test_channels import MESSAGE
from test_email import ACCOUNT, HERE, Handler, receiver

from scheduler.channels import open_channel
from scheduler.model import Sent, SignedOut

SIGNS = replace(ACCOUNT, dkim_selector="daymark2027", dkim_domain="example.org")
LEAVE = "https://example.org/leave"


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    """A key as PEM, and what the DNS says of it."""
    private = tmp_path_factory.mktemp("dkim") / "key"
    subprocess.run(["openssl", "genrsa", "-out", private, "2048"], check=True, capture_output=True)
    shown = subprocess.run(["openssl", "rsa", "-in", private, "-pubout"], check=True, capture_output=True, text=True)
    digits = "".join(line for line in shown.stdout.splitlines() if not line.startswith("-"))
    return private.read_text(), f"v=DKIM1; k=rsa; p={digits}".encode()


@pytest.fixture
def arrived(tmp_path, monkeypatch, key):
    """What a server takes of a message, once for each try."""

    def made(account=SIGNS, tries=1, told=key[0]):
        monkeypatch.setenv("DAYMARK_LIST_DKIM", told)
        with receiver(Handler()) as server:
            channel = open_channel(replace(account, server=f"smtp://{HERE}:{server.port}"), tmp_path)
            outcomes = [channel.send(MESSAGE) for _ in range(tries)]
        assert all(isinstance(outcome, Sent) for outcome in outcomes), outcomes
        return [envelope.content for envelope in server.handler.kept]

    return made


def holds(letter, key):
    """Whether the signature is good, as somebody says who has asked the DNS."""
    asked = []

    def dns(name, timeout=5):
        asked.append(name)
        return key[1]

    good = dkim.verify(letter, dnsfunc=dns)
    assert asked == [b"daymark2027._domainkey.example.org."]
    return good


def test_a_signature_holds_also_with_what_servers_put_on_top(arrived, key):
    (letter,) = arrived()
    assert holds(letter, key)
    assert holds(b"Received: from a by b\r\n" + letter, key)


CHANGES = [
    ("another word", (b"Day & more", b"Day & less")),
    ("another sender", (b"From: news@", b"From: evil@")),
    ("another recipient", (b"To: friends@", b"To: others@")),
    ("another place to leave at", (b"<https://example.org/leave>", b"<https://example.net/leave>")),
    ("a second subject", (b"MIME-Version", b"Subject: Buy\r\nMIME-Version")),
    ("a second sender", (b"MIME-Version", b"From: evil@example.net\r\nMIME-Version")),
    ("another name", (b"Message-ID: <a1", b"Message-ID: <b2")),
]


@pytest.mark.parametrize(("old", "new"), [row[1] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_a_letter_that_was_changed_is_not_the_one_that_was_signed(arrived, key, old, new):
    (letter,) = arrived(replace(SIGNS, unsubscribe=LEAVE))
    assert old in letter
    assert holds(letter, key)
    assert not holds(letter.replace(old, new), key)


def test_the_same_letter_has_the_same_signature_at_each_try(arrived):
    first, second = arrived(tries=2)
    assert first == second
    signature = message_from_bytes(first, policy=default)["DKIM-Signature"]
    assert "d=example.org" in signature and "t=" not in signature.replace("bt=", "")


def test_both_headers_to_unsubscribe_by_are_signed(arrived):
    (letter,) = arrived(replace(SIGNS, unsubscribe=LEAVE))
    signed = message_from_bytes(letter, policy=default)["DKIM-Signature"].partition(" h=")[2].partition(";")[0]
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= {name.strip() for name in signed.split(":")}


@pytest.mark.parametrize("form", ["lines", "one line"])
def test_a_key_may_stand_in_a_file_or_on_the_one_line_of_a_secret(arrived, key, form):
    (letter,) = arrived(told=key[0] if form == "lines" else " ".join(key[0].split()))
    assert holds(letter, key)


def test_an_account_that_leaves_it_to_its_server_signs_nothing(arrived):
    (letter,) = arrived(ACCOUNT)
    assert b"DKIM" not in letter


WRONG = [
    ("", "has no key to sign with"),
    ("canary", "no RSA key"),
    ("-----BEGIN RSA PRIVATE KEY----- canary", "no RSA"),
]


@pytest.mark.parametrize(("told", "why"), WRONG, ids=["none", "a word", "half a key"])
def test_a_key_that_is_none_waits_for_a_person_and_is_not_told(tmp_path, monkeypatch, told, why):
    monkeypatch.setenv("DAYMARK_LIST_DKIM", told)
    came = open_channel(replace(SIGNS, server="smtp://localhost:1"), tmp_path).send(MESSAGE)
    assert isinstance(came, SignedOut)
    assert why in came.why and "canary" not in came.why


def test_without_the_library_it_says_what_to_install(tmp_path, monkeypatch, key):
    real = builtins.__import__

    def missing(name, *more):
        if name == "dkim":
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", missing)
    monkeypatch.setenv("DAYMARK_LIST_DKIM", key[0])
    came = open_channel(replace(SIGNS, server="smtp://localhost:1"), tmp_path).send(MESSAGE)
    assert isinstance(came, SignedOut)
    assert "pip install 'daymark-scheduler[dkim]'" in came.why
