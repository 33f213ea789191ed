"""Mail to several people: one letter each, nobody twice, nobody forgotten, and no address where none should stand."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import zipfile
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from conftest import EVE
from servers.postfix import postfix
from test_channels import MESSAGE
from test_email import ACCOUNT, HERE, SECRET, SENDER, Handler, certificate, receiver  # noqa: F401  (a fixture)
from through import AWAKE, courier, queued, rounds

from scheduler import deliver, sweep
from scheduler.channels import email as channel
from scheduler.channels import open_channel
from scheduler.courier import Tally
from scheduler.errors import BadFile, ChannelError
from scheduler.kinds import guarantee_of
from scheduler.model import FOREVER, Guarantee, SignedOut, Wording
from scheduler.recipients import MOST, in_words, name_of, once, recipients_of
from scheduler.store import outbox as claims
from scheduler.store import reads, renaming
from scheduler.store import recipients as store
from scheduler.store.opening import reading, writing
from scheduler.workflow.settling import settled

DUE = datetime(2027, 7, 30, 9, tzinfo=UTC)
PEOPLE = tuple(f"person{n}@example.org" for n in range(8))
POST = "some-day/2027/stage0/list-en"
WORDS = [Wording("Today is the day.")]


@dataclass
class Post(Handler):
    """Answers about some recipients as it is told to: to RCPT in `no`, to the letter in `after`, to the rest with yes.

    `at` is called with the number of the letter, before it is answered; `early` when its sender is named.
    """

    no: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    early: object = None
    at: object = None
    began: int = 0
    calls: set = field(default_factory=set)

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        self.began += 1
        self.calls.add(session.peer)
        if self.early:
            self.early(self.began)
        return await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        self.rcpt = self.no.get(address, "")
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.data = self.after.get(envelope.rcpt_tos[0], "250 2.0.0 queued")
        if self.at:
            self.at(len(self.kept) + 1)
        return await super().handle_DATA(server, session, envelope)

    def to(self):
        """Whose letters it has, in the order in which they came."""
        return [address for envelope in self.kept for address in envelope.rcpt_tos]


def listed(port, people=PEOPLE, **more):
    return replace(ACCOUNT, server=f"smtp://{HERE}:{port}", to="", recipients=tuple(people), **AWAKE, **more)


def stand(home, post=POST):
    """Where each recipient stands, by address."""
    with reading(home) as db:
        states = {row["name"]: row["state"] for row in store.rows(db, post)}
    return [states.get(name_of(post, address), "unknown") for address in PEOPLE]


def delivery(home):
    with reading(home) as db:
        return reads.delivery_of(db, POST)


def answered(home, *, is_out):
    """As a person does it who has looked."""
    with writing(home, DUE, "Ana") as tx:
        store.answer(tx, POST, is_out=is_out)
        before = reads.delivery_of(tx.db, POST)
        counts = store.counts(tx.db, POST)
        is_whole = is_out and not counts["waiting"]
        after = settled(before, "Ana", DUE, is_out=is_whole, place="", told=in_words(counts))
        assert claims.end(tx, before, after)


# One letter each


def test_each_gets_a_letter_that_names_nobody_else(tmp_path, monkeypatch):
    monkeypatch.setenv("DAYMARK_LIST_UNSUBSCRIBE", "pepper")
    leave = "https://example.org/leave?who={address}&token={token}"
    with receiver(Post()) as server:
        account = listed(server.port, unsubscribe=leave)
        queued(tmp_path, account, WORDS, DUE)
        (found,) = rounds(tmp_path, account, DUE)
    assert (found.state, found.place, found.reason) == ("sent", "8 letters", "")
    assert server.handler.to() == list(PEOPLE)
    assert len(server.handler.calls) == 1  # one connection
    letters = [message_from_bytes(envelope.content, policy=default) for envelope in server.handler.kept]
    for person, mail, envelope in zip(PEOPLE, letters, server.handler.kept, strict=True):
        assert mail["To"] == person
        assert f"who={person.replace('@', '%40')}&token=" in mail["List-Unsubscribe"]
        assert [other for other in PEOPLE if other != person and other.encode() in envelope.content] == []
    for name in ("Message-ID", "List-Unsubscribe"):
        assert len({mail[name] for mail in letters}) == len(PEOPLE)
    assert len({mail["List-Unsubscribe"].partition("token=")[2] for mail in letters}) == len(PEOPLE)


def test_the_letter_to_a_person_is_the_same_at_each_try(tmp_path):
    with receiver(Post()) as server:
        for _ in range(2):
            with open_channel(listed(server.port), tmp_path).sitting(MESSAGE) as send:
                send(PEOPLE[0])
                send(PEOPLE[1])
    first, second, *again = [envelope.content for envelope in server.handler.kept]
    assert [first, second] == again


def test_it_signs_in_once_with_the_name_that_is_not_the_sender(tmp_path, monkeypatch):
    monkeypatch.setenv("DAYMARK_LIST_PASSWORD", SECRET)
    seen = []

    def known(server, session, envelope, mechanism, data):
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    with receiver(Post(), authenticator=known, auth_require_tls=False) as server:
        account = listed(server.port, user="harbour")
        queued(tmp_path, account, WORDS, DUE)
        (found,) = rounds(tmp_path, account, DUE)
    assert found.state == "sent"
    assert seen == [(b"harbour", SECRET.encode())]
    assert {envelope.mail_from for envelope in server.handler.kept} == {SENDER}


# What a server says of one of them


def test_a_refusal_is_about_one_and_is_kept(tmp_path):
    no = {PEOPLE[2]: "550 5.1.1 nobody of that name"}
    after = {PEOPLE[5]: "554 5.7.1 not these words"}
    with receiver(Post(no=no, after=after)) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)
        (found,) = rounds(tmp_path, account, DUE)
    assert (found.state, found.reason) == ("sent", "6 of 8 have it; 2 refused")
    assert stand(tmp_path) == ["accepted"] * 2 + ["refused"] + ["accepted"] * 2 + ["refused"] + ["accepted"] * 2
    with reading(tmp_path) as db:
        why = {row["name"]: row["reason"] for row in store.rows(db, POST)}
    assert why[name_of(POST, PEOPLE[2])] == "RCPT: 550 5.1.1 nobody of that name"
    assert why[name_of(POST, PEOPLE[5])] == "the letter: 554 5.7.1 not these words"


def test_all_refused_is_a_failure_and_a_new_yes_tries_them_again(tmp_path):
    with receiver(Post(no=dict.fromkeys(PEOPLE, "550 5.1.1 nobody"))) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)
        (found,) = rounds(tmp_path, account, DUE)
        assert (found.state, found.reason) == ("failed", "0 of 8 have it; 8 refused: RCPT: 550 5.1.1 nobody")
        server.handler.no = {}
        again(tmp_path, account)
        (found,) = rounds(tmp_path, account, DUE + timedelta(hours=1))
    assert found.state == "sent"
    assert server.handler.to() == list(PEOPLE)


def again(home, account):
    """A person says yes once more to a post that came back."""
    with writing(home, DUE, "Ana") as tx:
        tx.change("UPDATE post SET review = 'approved', queued = 0")
        assert claims.enqueue(tx, reads.post(tx.db, POST), service=f"{HERE}:1")


def test_whoever_is_put_off_is_tried_later_and_nobody_else(tmp_path):
    with receiver(Post(no={PEOPLE[3]: "451 4.7.1 greylisted"})) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)
        a_round(tmp_path, account, DUE)
        found = delivery(tmp_path)
        assert found.state == "waiting"
        assert found.reason == "7 of 8 have it; 1 still to come: RCPT: 451 4.7.1 greylisted"
        server.handler.no = {}
        (found,) = rounds(tmp_path, account, DUE + timedelta(hours=1))
    assert (found.state, found.reason) == ("sent", "")
    assert server.handler.to() == [*PEOPLE[:3], *PEOPLE[4:], PEOPLE[3]]


def a_round(home, account, now, clock=None):
    """One round of the engine; what it told."""
    made, tally = courier(home, account, clock or (lambda: now)), Tally()
    sweep.recover(made, tally)
    sweep.miss(made, tally)
    deliver.send_due(made, tally)
    return tally


def test_a_no_to_the_sender_stops_before_it_is_said_eight_times(tmp_path):
    with receiver(Post(mail="550 5.7.1 not yours")) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)
        (found,) = rounds(tmp_path, account, DUE)
    assert (found.state, server.handler.began) == ("failed", 1)
    assert found.reason == "0 of 8 have it; 8 still to come: MAIL: 550 5.7.1 not yours"


def test_a_server_that_hangs_up_after_three_letters_is_called_again(tmp_path):
    class Tired(SMTP):
        """Takes three letters on a connection, then says goodbye as Exim does."""

        letters = 0

        async def smtp_MAIL(self, arg):  # noqa: N802
            self.letters += 1
            if self.letters <= 3:
                await super().smtp_MAIL(arg)
                return
            await self.push("421 4.3.2 too many letters")
            self.transport.close()

    with receiver(Post(), made=Tired) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)
        a_round(tmp_path, account, DUE)
    assert (delivery(tmp_path).state, delivery(tmp_path).attempts) == ("sent", 1)
    assert server.handler.to() == list(PEOPLE)
    assert len(server.handler.calls) == 3


# An answer that is lost


def test_a_lost_answer_leaves_one_in_doubt_and_the_others_get_theirs(tmp_path):
    with receiver(Post(after={PEOPLE[2]: "cut"})) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)
        a_round(tmp_path, account, DUE)
        assert server.handler.to() == list(PEOPLE[:3])  # then the server is left alone for a while
        assert delivery(tmp_path).reason.startswith("2 of 8 have it; 1 may or may not have it; 5 still to come: ")
        (found,) = rounds(tmp_path, account, DUE + timedelta(hours=1))
    assert (found.state, found.reason) == ("unsure", "7 of 8 have it; 1 may or may not have it")
    assert server.handler.to() == list(PEOPLE)
    assert stand(tmp_path).index("unsure") == 2


@pytest.mark.parametrize(("is_out", "letters"), [(True, 8), (False, 9)], ids=["out", "not out"])
def test_a_person_ends_the_doubt_about_the_one_and_nobody_else_is_written_to(tmp_path, is_out, letters):
    with receiver(Post(after={PEOPLE[2]: "cut"})) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)
        rounds(tmp_path, account, DUE)
        server.handler.after = {}
        answered(tmp_path, is_out=is_out)
        (found,) = rounds(tmp_path, account, DUE + timedelta(days=1))
    assert found.state == "sent"
    assert stand(tmp_path) == ["accepted"] * 8
    assert (len(server.handler.kept), server.handler.to().count(PEOPLE[2])) == (letters, letters - 7)


def test_a_server_that_loses_every_answer_gets_few_letters(tmp_path):
    with receiver(Post(after=dict.fromkeys(PEOPLE, "cut"))) as server:
        account = listed(server.port, PEOPLE)
        queued(tmp_path, account, WORDS, DUE)
        for n in range(4):
            a_round(tmp_path, account, DUE + timedelta(hours=n * 5))
    assert server.handler.to() == list(PEOPLE[:4])
    assert stand(tmp_path) == ["unsure"] * 4 + ["waiting"] * 4


def test_a_time_that_is_over_in_doubt_waits_for_a_person(tmp_path):
    with receiver(Post(after={PEOPLE[2]: "cut"})) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)
        a_round(tmp_path, account, DUE)
        a_round(tmp_path, account, DUE + timedelta(days=61))
    assert (delivery(tmp_path).state, len(server.handler.kept)) == ("unsure", 3)


# What ends a round


def test_a_hold_stops_between_two_letters(tmp_path):
    def hold(number):
        if number == 3:
            (tmp_path / "HOLD").write_text("a crisis")

    with receiver(Post(at=hold)) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)
        told = a_round(tmp_path, account, DUE)
        assert (delivery(tmp_path).state, delivery(tmp_path).reason) == ("waiting", "3 of 8 have it; 5 still to come")
        assert (told.troubles, told.channel_troubles) == ([], [])
        (tmp_path / "HOLD").unlink()
        (found,) = rounds(tmp_path, account, DUE + timedelta(hours=1))
    assert found.state == "sent"
    assert server.handler.to() == list(PEOPLE)


def test_a_long_list_goes_in_stretches_and_no_stretch_counts_as_a_failure(tmp_path):
    ticks = iter(DUE + timedelta(seconds=11 * n) for n in range(10_000))
    with receiver(Post()) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)
        told = [a_round(tmp_path, account, DUE, lambda: next(ticks)) for _ in range(8)]
    assert delivery(tmp_path).state == "sent"
    assert delivery(tmp_path).attempts > 2
    assert server.handler.to() == list(PEOPLE)
    assert [trouble for tally in told for trouble in tally.troubles] == []


def test_a_claim_that_was_lost_ends_the_round(tmp_path):
    """The machine slept while a letter was under way, and another process has taken the delivery up."""

    def slept(number):
        if number == 3:
            a_round(tmp_path, listed(1), DUE + timedelta(hours=1))

    with receiver(Post(at=slept)) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)
        a_round(tmp_path, account, DUE)
        assert delivery(tmp_path).state == "waiting"
        rounds(tmp_path, account, DUE + timedelta(hours=3))
    assert sorted(server.handler.to()) == sorted(PEOPLE)
    assert stand(tmp_path) == ["accepted"] * 8


# A crash


SCRIPT = """
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_many import DUE, listed, a_round
a_round(Path(sys.argv[1]), listed(int(sys.argv[2])), DUE)
"""


def killed(home, server):
    """A process of its own sends, and the server kills it in the middle."""
    running = subprocess.Popen([sys.executable, "-c", SCRIPT, str(home), str(server.port), str(Path(__file__).parent)])
    server.handler.pid = running.pid
    return running.wait()


@pytest.mark.parametrize("number", [1, 4, 8])
def test_killed_before_a_letter_has_left_it_leaves_that_one_in_doubt_and_writes_to_nobody_twice(tmp_path, number):
    def kill(began):
        if began == number:
            os.kill(server.handler.pid, signal.SIGKILL)

    with receiver(Post(early=kill)) as server:
        queued(tmp_path, listed(server.port), WORDS, DUE)
        assert killed(tmp_path, server) == -signal.SIGKILL
        server.handler.early = None
        (found,) = rounds(tmp_path, listed(server.port), DUE + timedelta(hours=1))
    assert (found.state, found.reason) == ("unsure", "7 of 8 have it; 1 may or may not have it")
    assert server.handler.to() == [address for n, address in enumerate(PEOPLE, 1) if n != number]
    assert stand(tmp_path).index("unsure") == number - 1


@pytest.mark.parametrize("number", [1, 4, 8])
def test_killed_when_a_letter_was_taken_it_leaves_that_one_in_doubt_and_writes_to_nobody_twice(tmp_path, number):
    def kill(letter):
        if letter == number:
            os.kill(server.handler.pid, signal.SIGKILL)

    with receiver(Post(at=kill)) as server:
        queued(tmp_path, listed(server.port), WORDS, DUE)
        assert killed(tmp_path, server) == -signal.SIGKILL
        server.handler.at = None
        (found,) = rounds(tmp_path, listed(server.port), DUE + timedelta(hours=1))
    assert found.state == "unsure"
    assert server.handler.to() == list(PEOPLE)
    assert stand(tmp_path).index("unsure") == number - 1


def test_a_crash_when_its_time_is_over_waits_for_a_person(tmp_path):
    with receiver(Post(at=lambda n: os.kill(server.handler.pid, signal.SIGKILL))) as server:
        queued(tmp_path, listed(server.port), WORDS, DUE)
        killed(tmp_path, server)
        a_round(tmp_path, listed(server.port), DUE + timedelta(days=61))
        assert delivery(tmp_path).state == "unsure"
        answered(tmp_path, is_out=True)
    assert stand(tmp_path)[0] == "accepted"


# The same on a server of PostgreSQL, and through the command


def test_on_postgresql_it_is_the_same(tmp_path, database):
    (tmp_path / "database.url").write_text(database)
    no = {PEOPLE[1]: "550 5.1.1 nobody", PEOPLE[3]: "451 later"}
    with receiver(Post(no=no, after={PEOPLE[5]: "cut"})) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)
        a_round(tmp_path, account, DUE)
        del server.handler.no[PEOPLE[3]]
        (found,) = rounds(tmp_path, account, DUE + timedelta(hours=1))
        assert (found.state, found.reason) == ("unsure", "6 of 8 have it; 1 refused; 1 may or may not have it")
        with writing(tmp_path, DUE, "Ana") as tx:
            renaming.rename(tx, "list", "friends")
        answered(tmp_path, is_out=True)
    assert server.handler.to() == [*PEOPLE[:1], PEOPLE[2], *PEOPLE[4:], PEOPLE[3]]
    assert (delivery(tmp_path).account, delivery(tmp_path).state) == ("friends", "sent")


def test_a_person_sees_who_has_it_and_answers_for_the_one_in_doubt(daymark, at):
    home = at("fresh")
    with receiver(Post(no={PEOPLE[1]: f"550 5.1.1 {PEOPLE[1]}: nobody"}, after={PEOPLE[2]: "cut"})) as server:
        text = re.sub(r'network = "mastodon"', 'network = "plain"', (home / "daymark.toml").read_text())
        (home / "friends.txt").write_text("\n".join(PEOPLE[:4]))
        mail = f'channel = "email"\nserver = "smtp://{HERE}:{server.port}"\nhandle = "{SENDER}"\nlist = "friends.txt"'
        (home / "daymark.toml").write_text(
            re.sub(r'(\[accounts\.main\]\n)channel = "folder"[^\n]*', rf"\1{mail}", text)
        )
        for words in (("plan",), ("approve", EVE, "--as", "Ana"), ("queue",)):
            assert daymark(*words, home=home).code == 0
        said = [daymark("tick", home=home, now=f"2026-07-03T{hour}:00:00Z") for hour in ("09", "10", "11")]
        said.append(daymark("status", home=home, now="2026-07-03T12:00:00Z"))
        shown = daymark("show", EVE, home=home)
        assert daymark("settle", EVE, "--out", "--as", "Ana", home=home).out == f"{EVE}: sent\n"
        said += [daymark("audit", "log", home=home), daymark("backup", home=home)]
    assert server.handler.to() == [PEOPLE[0], PEOPLE[2], PEOPLE[3]]
    assert "2 of 4 have it; 1 refused; 1 may or may not have it" in said[3].out
    for address, state in ((PEOPLE[1], "refused"), (PEOPLE[2], "unsure")):
        assert f"{address}: {state}" in shown.out
    assert re.findall(r"(?i)person\d", "".join(answer.out + answer.err for answer in said)) == []
    told = daymark.json("show", EVE, home=home)
    assert [r["state"] for r in sorted(told["recipients"], key=lambda r: r["address"])] == [
        "accepted",
        "refused",
        "accepted",
        "accepted",
    ]
    (packed,) = home.rglob("*.zip")
    with zipfile.ZipFile(packed) as names:
        assert "friends.txt" not in names.namelist()
        assert re.findall(rb"(?i)person\d", b"".join(map(names.read, names.namelist()))) == []


# Who is on the list


def test_the_list_is_who_is_on_it_at_the_first_letter_less_whoever_has_left(tmp_path):
    (tmp_path / "friends.txt").write_text("\n".join(PEOPLE[:6]))

    def change(number):
        if number == 2:
            (tmp_path / "friends.txt").write_text("\n".join([*PEOPLE[:4], *PEOPLE[5:]]))
            (tmp_path / "HOLD").touch()

    with receiver(Post(at=change)) as server:
        account = replace(listed(server.port, ()), list="friends.txt")
        queued(tmp_path, account, WORDS, DUE)
        a_round(tmp_path, account, DUE)
        (tmp_path / "HOLD").unlink()
        (found,) = rounds(tmp_path, account, DUE + timedelta(hours=1))
    assert found.state == "sent"
    assert server.handler.to() == [*PEOPLE[:4], PEOPLE[5]]
    assert stand(tmp_path) == ["accepted"] * 4 + ["gone", "accepted", "unknown", "unknown"]


def test_who_has_a_post_gets_it_from_no_second_delivery(tmp_path):
    with receiver(Post(mail="")) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)

        def stop(number):
            if number == 5:
                server.handler.mail = "550 5.7.1 not yours"

        server.handler.at = stop
        (found,) = rounds(tmp_path, account, DUE)
        assert found.state == "failed"
        server.handler.mail, server.handler.at = "", None
        again(tmp_path, account)
        (found,) = rounds(tmp_path, account, DUE + timedelta(hours=1))
    assert found.state == "sent"
    assert server.handler.to() == list(PEOPLE)


LISTS = [
    ("two on a line", b"ana@example.org\nben@example.org, cleo@example.org\n", "line 2", "not one mail address"),
    ("a name", b"# friends\n\nAna <ana@example.org>\n", "line 3", "not one mail address"),
    ("nobody", b"# friends\n\n", "friends.txt", "no address in it"),
    ("other letters", "é@example.org".encode("latin-1"), "friends.txt", "not UTF-8"),
    ("too many", b"".join(b"a%d@example.org\n" % n for n in range(MOST + 1)), f"line {MOST + 1}", "more than 500"),
]


@pytest.mark.parametrize(("data", "where", "what"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS])
def test_what_is_wrong_in_a_list_is_told_with_its_line_and_nobody_is_called(tmp_path, data, where, what):
    (tmp_path / "friends.txt").write_bytes(data)
    account = replace(listed(1, ()), list="friends.txt")
    with pytest.raises(BadFile) as told:
        recipients_of(account, tmp_path)
    assert where in told.value.words and what in told.value.words
    queued(tmp_path, account, WORDS, DUE)
    a_round(tmp_path, account, DUE)
    assert (delivery(tmp_path).state, what in delivery(tmp_path).reason) == ("waiting", True)
    with pytest.raises(ChannelError, match=what):
        open_channel(account, tmp_path).test()


def test_a_list_that_is_not_there_waits_for_a_person(tmp_path):
    account = replace(listed(1, ()), list="friends.txt")
    queued(tmp_path, account, WORDS, DUE)
    a_round(tmp_path, account, DUE)
    assert "friends.txt: cannot be read" in delivery(tmp_path).reason
    with reading(tmp_path) as db:
        assert reads.rows(db, "SELECT hold_until FROM account")[0]["hold_until"].startswith("9999")


def test_a_list_may_hold_blank_lines_remarks_and_what_a_spreadsheet_puts_first(tmp_path):
    (tmp_path / "friends.txt").write_bytes(b"\xef\xbb\xbfana@example.org\r\n\r\n# more\r\n  ben@example.org \r\n")
    account = replace(listed(1, ()), list="friends.txt")
    assert recipients_of(account, tmp_path) == ("ana@example.org", "ben@example.org")


def test_an_address_that_stands_there_twice_gets_one_letter():
    assert once(["Ana@example.org", "ben@example.org", "ana@Example.org"]) == ("Ana@example.org", "ben@example.org")
    assert name_of(POST, "Ana@example.org") == name_of(POST, "ana@example.ORG") != name_of("other", "ana@example.org")


def test_a_try_calls_the_first_and_sends_nothing(tmp_path):
    with receiver(Post()) as server:
        said = open_channel(listed(server.port), tmp_path).test()
    assert said == f"{HERE} takes mail from {SENDER} to 8 people; nothing was sent"
    assert server.handler.kept == []


def test_to_many_another_round_is_harmless_for_ever():
    assert guarantee_of(listed(1)) == Guarantee(FOREVER)
    assert guarantee_of(ACCOUNT) == Guarantee()


# No address where none should stand


def test_no_address_stands_in_the_database_nor_in_what_is_told(tmp_path):
    no = {PEOPLE[1]: f"550 5.1.1 <{PEOPLE[1].upper()}>: nobody", PEOPLE[2]: f"451 {PEOPLE[2]} later"}
    with receiver(Post(no=no, after={PEOPLE[4]: f"554 {PEOPLE[4]} hates it", PEOPLE[6]: "cut"})) as server:
        account = listed(server.port)
        queued(tmp_path, account, WORDS, DUE)
        told = [a_round(tmp_path, account, DUE + timedelta(hours=5 * n)) for n in range(3)]
    said = " ".join(trouble for tally in told for trouble in tally.troubles + tally.channel_troubles)
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("daymark.db"))
    assert "the recipient" in said
    for text in (said.encode(), files):
        assert re.findall(rb"(?i)person\d", text) == []


def test_what_an_account_may_say_of_a_place_to_leave_at(tmp_path, monkeypatch):
    account = listed(1, unsubscribe="https://example.org/?{token}")
    with pytest.raises(channel.Stopped) as told, open_channel(account, tmp_path).sitting(MESSAGE):
        pass
    assert isinstance(told.value.outcome, SignedOut)
    assert "daymark secret new list.unsubscribe" in told.value.why


# The real server


LOCAL = tuple(f"person{n}@example.test" for n in range(40))


@pytest.fixture(scope="module")
def real(certificate):  # noqa: F811
    with postfix(certificate) as server:
        yield server


class Losing:
    """A way to a server on which some answers to a whole letter are lost, and the connection with each of them."""

    def __init__(self, port, lost):
        self.to, self.lost, self.letters, self.pid, self.kills = port, lost, 0, 0, ()
        self.ear = socket.create_server((HERE, 0))
        self.port = self.ear.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with suppress(OSError):  # closed
            while True:
                client, _ = self.ear.accept()
                threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        with client, closing(socket.create_connection((HERE, self.to))) as server, suppress(OSError):
            is_letter = False
            while answer := server.recv(65536):
                if is_letter and self.fault():
                    return
                is_letter = answer.startswith(b"354")
                client.sendall(answer)
                if not (said := client.recv(65536)):
                    return
                while is_letter and not said.endswith(b"\r\n.\r\n"):
                    said += client.recv(65536)
                server.sendall(said)

    def fault(self):
        """What befalls the answer to a letter that the server has: it is lost, or the sender is killed."""
        self.letters += 1
        if self.letters in self.kills:
            os.kill(self.pid, signal.SIGKILL)
        return self.letters in self.lost or self.letters in self.kills


@pytest.mark.slow
def test_forty_people_killed_and_cut_off_in_the_middle_and_nobody_twice(real, tmp_path):
    """Three answers lost, two kills, two refusals: each of the others has one letter in the inbox of Postfix."""
    people = ("no-such@example.test", "refused@example.test", *LOCAL)
    way = Losing(real.port, lost={5, 17, 30})
    account = listed(way.port, people)
    queued(tmp_path, account, WORDS, DUE)
    script = SCRIPT.replace("listed(int(sys.argv[2]))", f"listed(int(sys.argv[2]), {people})")
    for n, kill in enumerate((11, 23)):
        way.kills = (kill,)
        after = script.replace(", DUE)", f", DUE + __import__('datetime').timedelta(hours={n}))")
        for hours in range(6):
            line = after.replace("hours=", f"minutes={hours * 5} + 60*")
            command = [sys.executable, "-c", line, str(tmp_path), str(way.port), str(Path(__file__).parent)]
            running = subprocess.Popen(command)
            way.pid = running.pid
            if running.wait() == -signal.SIGKILL:
                break
        assert way.letters >= kill
    way.kills = ()
    (found,) = rounds(tmp_path, account, DUE + timedelta(hours=5))
    way.ear.close()
    assert (found.state, found.reason) == ("unsure", "35 of 42 have it; 2 refused; 5 may or may not have it")
    for _ in LOCAL:
        real.wait_for("status=sent")
    inbox = [message_from_bytes(data, policy=default)["To"] for data in real.inbox()]
    assert sorted(inbox) == sorted(LOCAL)  # also the five in doubt: the server had them, once
