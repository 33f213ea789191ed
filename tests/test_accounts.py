"""Accounts and what they sign in with: through the command, as a person does it; and no secret where none may be."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import DUE, EVE, Daymark, everything, packs, rows

from scheduler import secrets
from scheduler.errors import BadData

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEAKS = ("--language", "en", "--country", "GB", "--zone", "Europe/London")


def test_an_account_is_added_listed_and_taken_out_and_all_other_words_stay(daymark: Daymark, workspace: Path) -> None:
    before = (workspace / "daymark.toml").read_text()
    words = ("account", "add", "hook", "--channel", "webhook", "--server", "https://n8n.example/webhook/1", *SPEAKS)
    assert daymark(*words, home=workspace).code == 0
    after = (workspace / "daymark.toml").read_text()
    assert [line for line in before.splitlines() if line not in after.splitlines()] == []
    assert daymark(*words, home=workspace).out == "hook: there already\n"
    assert (workspace / "daymark.toml").read_text() == after
    listed = {a["name"]: a for a in daymark.json("account", home=workspace)}
    assert listed["hook"]["server"] == "https://n8n.example/webhook/1"
    assert daymark("account", "remove", "hook", home=workspace).code == 0
    assert sorted((workspace / "daymark.toml").read_text().split()) == sorted(before.split())


def test_accounts_that_are_added_at_once_are_all_there(daymark: Daymark, workspace: Path) -> None:
    words = ["account", "add", "--channel", "folder", *SPEAKS, "--home", str(workspace)]
    command = [daymark.python, "-m", "scheduler"]
    names = [f"a{n}" for n in range(6)]
    running = [subprocess.Popen([*command, *words[:2], name, *words[2:]], env=daymark.env) for name in names]
    assert [p.wait() for p in running] == [0] * 6
    assert {a["name"] for a in daymark.json("account", home=workspace)} == {"main", *names}


WRONG = [
    (("--channel", "carrier-pigeon"), 5, "carrier-pigeon"),
    (("--channel", "webhook", "--server", "http://n8n.example/1"), 5, "begins with https://"),
    (("--channel", "webhook", "--server", "https://u:p@n8n.example/1"), 5, "begins with https://"),
    (("--channel", "webhook", "--server", "https://n8n.example/1?token=x"), 5, "begins with https://"),
    (("--channel", "webhook"), 5, "server"),
]


@pytest.mark.parametrize(("words", "code", "says"), WRONG, ids=[says for *_, says in WRONG])
def test_an_account_that_is_wrong_is_not_added(
    words: tuple[str, ...], code: int, says: str, daymark: Daymark, workspace: Path
) -> None:
    before = (workspace / "daymark.toml").read_bytes()
    answer = daymark("account", "add", "new", *words, *SPEAKS, home=workspace)
    assert (answer.code, (workspace / "daymark.toml").read_bytes()) == (code, before)
    assert says in answer.err


def test_an_account_whose_posts_are_on_their_way_is_not_taken_out(daymark: Daymark, at) -> None:
    home = at("queued")
    answer = daymark("account", "remove", "main", home=home)
    assert answer.code == 3
    assert EVE in answer.err
    assert daymark.json("account", home=home)


def test_a_renamed_account_keeps_its_posts_their_ids_their_yes_and_their_one_delivery(daymark: Daymark, at) -> None:
    home = at("queued")
    before = daymark.json("posts", home=home)
    keys = rows(home)["delivery"]
    assert daymark("hold", "--scope", "account:main", "--why", "a talk", home=home).code == 0
    told = daymark("account", "rename", "main", "harbour", home=home)
    assert (told.code, told.err) == (0, "")
    assert [a["name"] for a in daymark.json("account", home=home)] == ["harbour"]
    after = daymark.json("posts", home=home)
    assert [p["id"] for p in after] == [p["id"] for p in before]
    assert {p["account"] for p in after} == {"harbour"}
    assert len(rows(home)["delivery"]) == len(keys)
    assert [key for key in map(key_of, keys) if key not in map(key_of, rows(home)["delivery"])] == []
    assert "kept back" in daymark("account", "resume", "harbour", home=home).out
    assert daymark("plan", home=home).code == 0
    assert [p["id"] for p in daymark.json("posts", home=home)] == [p["id"] for p in before]  # none a second time
    assert daymark("tick", home=home, now=DUE).code == 0
    assert packs(home) == [EVE]
    assert daymark("audit", "log", "verify", home=home).code == 0


def key_of(row: str) -> str:
    return re.findall(r"'([0-9a-f]{40})'", row)[0]


def test_renaming_twice_changes_nothing_more_and_back_is_possible(daymark: Daymark, at) -> None:
    home = at("queued")
    before = (home / "daymark.toml").read_text()
    for words in (("main", "harbour"), ("harbour", "quay"), ("quay", "main")):
        assert daymark("account", "rename", *words, home=home).code == 0
    after = (home / "daymark.toml").read_text()
    assert sorted(after.split()) == sorted([*before.split(), "ids", "=", '"main"'])
    assert daymark("account", "rename", "harbour", "quay", home=home).code == 2


def test_a_rename_that_was_cut_off_in_the_middle_is_ended_by_the_same_command(daymark: Daymark, at) -> None:
    home = at("queued")
    before = (home / "daymark.toml").read_bytes()
    assert daymark("account", "rename", "main", "harbour", home=home).code == 0
    (home / "daymark.toml").write_bytes(before)  # the database knew, the file not yet
    daymark("tick", home=home, now=DUE)
    assert packs(home) == []  # no account of that name: they wait
    assert daymark("account", "rename", "main", "harbour", home=home).code == 0
    assert daymark("tick", home=home, now=DUE).code == 0
    assert packs(home) == [EVE]


def test_a_dry_rename_says_the_same_and_changes_nothing(daymark: Daymark, at) -> None:
    home = at("queued")
    before = everything(home)
    said = daymark("account", "rename", "main", "harbour", "--dry-run", home=home).out
    assert everything(home) == before
    assert said.replace("would be", "is") == daymark("account", "rename", "main", "harbour", home=home).out


def test_stored_secrets_follow_a_rename_and_others_are_told_of(daymark: Daymark, workspace: Path) -> None:
    add(daymark, workspace, "social", "mastodon", "http://localhost:1")
    daymark("secret", "set", "social.token", home=workspace, stdin="canary")
    told = daymark("account", "rename", "social", "town", home=workspace, env={"DAYMARK_SOCIAL_TOKEN": "canary-2"})
    assert "the variable DAYMARK_SOCIAL_TOKEN has the old name" in told.err
    assert "canary" not in told.out + told.err
    assert secrets.find(workspace, "town", "token")[0] == "canary"
    assert secrets.find(workspace, "social", "token")[0] == ""


@pytest.mark.parametrize(("new", "code"), [("other", 2), ("main", 2), ("No Good", 2), ("", 2)])
def test_a_name_that_is_taken_or_none_is_not_given(new: str, code: int, daymark: Daymark, at) -> None:
    home = at("queued")
    assert daymark("account", "add", "other", "--channel", "folder", *SPEAKS, home=home).code == 0
    before = everything(home)
    assert daymark("account", "rename", "main", new, home=home).code == code
    assert everything(home) == before


def test_a_new_account_may_not_take_the_ids_of_a_renamed_one(daymark: Daymark, at) -> None:
    home = at("queued")
    assert daymark("account", "rename", "main", "harbour", home=home).code == 0
    answer = daymark("account", "add", "main", "--channel", "folder", *SPEAKS, home=home)
    assert answer.code == 5
    assert "the ids of its posts are those of" in answer.err


def test_to_pause_an_account_is_to_hold_it(daymark: Daymark, at) -> None:
    home = at("queued")
    assert daymark("account", "pause", "main", home=home).code == 2  # without a reason
    assert daymark("account", "pause", "main", "--why", "a storm", home=home).code == 0
    (found,) = [a for a in daymark.json("status", home=home)["attention"] if a["what"] == "hold"]
    assert (found["subject"], "a storm" in found["say"]) == ("account main", True)
    daymark("tick", home=home, now=DUE)
    assert packs(home) == []
    refused = daymark("account", "resume", "main", home=home, now=DUE)
    assert (refused.code, "daymark resume" in refused.err) == (3, True)  # what came due wants a choice
    assert daymark("resume", "--scope", "account:main", "--keep", home=home, now=DUE).code == 0
    assert daymark("account", "resume", "nobody", home=home).code == 2


def test_an_account_may_mail_to_several_people_or_to_a_file_of_them(daymark: Daymark, workspace: Path) -> None:
    mail = ("--channel", "email", "--server", "smtp://localhost", "--handle", "news@example.org", *SPEAKS)
    two = ("--to", "ana@example.org", "--to", "ben@example.org")
    assert daymark("account", "add", "few", *mail, *two, "--user", "harbour", home=workspace).code == 0
    assert daymark("account", "add", "many", *mail, "--list", "friends.txt", home=workspace).code == 0
    assert daymark("account", "add", "one", *mail, "--to", "ana@example.org", home=workspace).code == 0
    text = (workspace / "daymark.toml").read_text()
    for line in ('to = ["ana@example.org", "ben@example.org"]', 'list = "friends.txt"', 'user = "harbour"'):
        assert line in text
    for words in ((), ("--to", "ana"), ("--to", "ana@example.org", "--to", "b"), (*two, "--list", "friends.txt")):
        assert daymark("account", "add", "wrong", *mail, *words, home=workspace).code == 5, words


def add(daymark: Daymark, home: Path, name: str, channel: str, server: str) -> None:
    assert daymark("account", "add", name, "--channel", channel, "--server", server, *SPEAKS, home=home).code == 0


def test_a_secret_is_kept_for_its_owner_alone_and_never_told(daymark: Daymark, workspace: Path) -> None:
    add(daymark, workspace, "social", "mastodon", "http://localhost:1")
    kept = daymark("secret", "set", "social.token", home=workspace, stdin="canary-token\n")
    assert kept.code == 0
    assert stat.S_IMODE((workspace / "secrets.toml").stat().st_mode) == 0o600
    listed = daymark("secret", home=workspace)
    assert "canary" not in kept.out + kept.err + listed.out + listed.err
    assert daymark.json("secret", home=workspace)[0]["in"] == str(workspace / "secrets.toml")
    assert daymark("secret", "remove", "social.token", home=workspace).code == 0
    assert daymark.json("secret", home=workspace)[0]["found"] is False


SOURCES = ["the variable DAYMARK_SOCIAL_TOKEN", "the file ", "the credential social.token", "secrets.toml"]


def test_a_secret_is_looked_for_where_the_machine_keeps_it_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    secrets.keep(tmp_path, "social", "token", "from the workspace")
    found.append(secrets.find(tmp_path, "social", "token"))
    (tmp_path / "social.token").write_text("from systemd\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    found.append(secrets.find(tmp_path, "social", "token"))
    (tmp_path / "mounted").write_text("from a file\n")
    monkeypatch.setenv("DAYMARK_SOCIAL_TOKEN_FILE", str(tmp_path / "mounted"))
    found.append(secrets.find(tmp_path, "social", "token"))
    monkeypatch.setenv("DAYMARK_SOCIAL_TOKEN", "from the environment")
    found.append(secrets.find(tmp_path, "social", "token"))
    assert [value for value, _ in found] == [
        "from the workspace",
        "from systemd",
        "from a file",
        "from the environment",
    ]
    assert all(said in where for said, (_, where) in zip(reversed(SOURCES), found, strict=True))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_of_secrets_that_others_can_read_is_not_used(mode: int, tmp_path: Path) -> None:
    secrets.keep(tmp_path, "social", "token", "canary")
    (tmp_path / "secrets.toml").chmod(mode)
    with pytest.raises(BadData, match="can be read by others") as told:
        secrets.find(tmp_path, "social", "token")
    assert "canary" not in repr(told.value) + str(told.value.__cause__)


@pytest.mark.parametrize("text", ['[social]\ntoken = "canary', "canary", "[social]\ntoken = canary\n"])
def test_a_broken_file_of_secrets_is_told_without_what_is_in_it(text: str, tmp_path: Path) -> None:
    (tmp_path / "secrets.toml").touch(mode=0o600)
    (tmp_path / "secrets.toml").write_text(text)
    with pytest.raises(BadData) as told:
        secrets.find(tmp_path, "social", "token")
    assert "canary" not in str(told.value) + told.value.words


def test_two_who_keep_secrets_at_once_lose_none(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from scheduler.secrets import keep\n"
        "for n in range(20): keep(Path(sys.argv[1]), sys.argv[2], f'f{n}', sys.argv[2])"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in ("a", "b", "c")]
    assert [p.wait() for p in running] == [0, 0, 0]
    assert all(secrets.find(tmp_path, name, f"f{n}")[0] == name for name in "abc" for n in range(20))
    assert [p.name for p in tmp_path.iterdir()] == ["secrets.toml"]


def test_a_full_disk_keeps_the_secrets_that_were_there(tmp_path: Path) -> None:
    secrets.keep(tmp_path, "a", "token", "first")
    code = (
        "import resource, signal, sys; from pathlib import Path; from scheduler.secrets import keep\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "keep(Path(sys.argv[1]), 'a', 'token', 'x' * 100)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert "cannot be written" in done.stderr
    assert secrets.find(tmp_path, "a", "token")[0] == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["secrets.toml"]


CANARY = "canary-7f3a9c"


class Parrot(BaseHTTPRequestHandler):
    """A server that says back whatever it is told, also in what goes wrong."""

    def do_GET(self) -> None:
        told = json.dumps({"error": f"no: {dict(self.headers)}", "acct": "x"}).encode()
        self.send_response(403)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def parrot() -> Iterator[str]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Parrot)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()


def test_a_secret_stands_in_no_database_log_error_feed_or_backup(daymark: Daymark, at, parrot: str) -> None:
    home = at("planned")
    text = (home / "daymark.toml").read_text()
    table = f'[accounts.main]\nchannel = "mastodon"\nserver = "{parrot}"'
    (home / "daymark.toml").write_text(re.sub(r'\[accounts\.main\]\nchannel = "folder"[^\n]*', table, text))
    assert daymark("secret", "set", "main.token", home=home, stdin=CANARY).code == 0
    said = [daymark("plan", home=home)]
    said.append(daymark("approve", EVE, "--as", "Ana", home=home))
    said += [daymark(*words, home=home, now=DUE) for words in (("tick",), ("tick", "--log-format", "json"))]
    told = daymark.json("show", EVE, home=home)
    assert told["attempts"], told
    said += [
        daymark(*words, home=home, now=DUE)
        for words in (("status",), ("doctor",), ("account", "test", "main"), ("audit", "log"), ("missed",), ("backup",))
    ]
    assert any("403" in answer.out + answer.err for answer in said)
    assert CANARY not in "".join(answer.out + answer.err for answer in said) + json.dumps(told)
    files = [path for path in home.rglob("*") if path.is_file()]
    assert [path.name for path in files if CANARY.encode() in path.read_bytes()] == ["secrets.toml"]
    backups = list(home.rglob("*.zip"))
    assert backups
    for backup in backups:
        with zipfile.ZipFile(backup) as packed:
            assert "secrets.toml" not in packed.namelist()
            assert all(CANARY.encode() not in packed.read(name) for name in packed.namelist())


def test_doctor_says_which_account_is_not_signed_in(daymark: Daymark, workspace: Path) -> None:
    add(daymark, workspace, "social", "mastodon", "http://localhost:1")
    parts = {part["check"]: part for part in json.loads(daymark("doctor", "--json", home=workspace).out)}
    assert (parts["accounts"]["ok"], "social has no token" in parts["accounts"]["say"]) == (False, True)


def test_a_verb_that_is_none_is_told_with_those_there_are(daymark: Daymark, workspace: Path) -> None:
    for words in (("account", "ad", "x"), ("secret", "sett", "x.y"), ("account", "test"), ("secret", "set", "main")):
        answer = daymark(*words, home=workspace)
        assert (answer.code, answer.out) == (2, "")
        assert "daymark" in answer.err
