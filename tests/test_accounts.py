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
from conftest import DUE, EVE, Daymark

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
