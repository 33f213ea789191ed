"""Secrets in the keyring of the machine, where somebody asks for that: a real one, that keeps them in a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from test_accounts import add

from scheduler import secrets, vault
from scheduler.errors import BadData

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Daymark

NONE = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}  # as on a server without a desktop


@pytest.fixture
def ring(tmp_path: Path) -> dict[str, str]:
    """What makes a process use a keyring of its own."""
    return {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring", "XDG_DATA_HOME": str(tmp_path / "ring")}


def held(tmp_path: Path) -> str:
    return "".join(path.read_text() for path in (tmp_path / "ring").rglob("*") if path.is_file())


@pytest.fixture
def kept(daymark: Daymark, workspace: Path, ring: dict[str, str]) -> Path:
    """A workspace with a secret in the keyring."""
    add(daymark, workspace, "social", "mastodon", "http://localhost:1")
    said = daymark("secret", "set", "social.token", "--keyring", home=workspace, stdin="canary", env=ring)
    assert (said.code, said.out) == (0, f"social.token: kept in {vault.PLACE}\n")
    return workspace


def test_a_secret_in_the_keyring_is_found_there_and_stands_in_no_file(
    daymark: Daymark, kept: Path, ring: dict[str, str], tmp_path: Path
) -> None:
    assert daymark.json("secret", home=kept, env=ring)[0]["in"] == vault.PLACE
    assert (kept / "secrets.toml").read_text() == "[social]\ntoken = true\n"
    assert "social" in held(tmp_path)


def test_it_stays_there_when_it_is_set_anew_and_goes_when_it_is_taken_away(
    daymark: Daymark, kept: Path, ring: dict[str, str], tmp_path: Path
) -> None:
    assert daymark("secret", "set", "social.token", home=kept, stdin="another", env=ring).out.endswith("machine\n")
    assert daymark("secret", "remove", "social.token", home=kept, env=ring).code == 0
    assert "token" not in held(tmp_path)
    assert daymark.json("secret", home=kept, env=ring)[0]["found"] is False


def test_it_follows_a_rename(daymark: Daymark, kept: Path, ring: dict[str, str], tmp_path: Path) -> None:
    assert daymark("account", "rename", "social", "town", home=kept, env=ring).code == 0
    assert daymark.json("secret", home=kept, env=ring)[0]["in"] == vault.PLACE
    assert "social" not in held(tmp_path).replace("social/", "")


def test_without_a_keyring_it_says_so_and_what_to_do(daymark: Daymark, kept: Path) -> None:
    for words in (("secret",), ("account", "test", "social"), ("secret", "set", "social.token", "--keyring")):
        answer = daymark(*words, home=kept, stdin="canary", env=NONE)
        assert answer.code in (5, 7), answer
        assert "does not open" in answer.err and "Traceback" not in answer.err
        assert "canary" not in answer.out + answer.err
    assert daymark("secret", "remove", "social.token", home=kept, env=NONE).code == 5  # it may still be in there
    assert daymark.json("secret", home=kept, env=NONE)[0]["found"] is False
    environment = NONE | {"DAYMARK_SOCIAL_TOKEN": "from the environment"}  # what is looked for first is enough
    assert daymark.json("secret", home=kept, env=environment)[0]["found"] is True


def test_without_the_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(BadData) as told:
        secrets.keep(tmp_path, "social", "token", "canary", keyring=True)
    assert "daymark-scheduler[keyring]" in told.value.hint
    assert not (tmp_path / "secrets.toml").exists()


def test_nobody_who_has_not_asked_for_it_loads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    secrets.keep(tmp_path, "social", "token", "here")
    assert secrets.find(tmp_path, "social", "token")[0] == "here"
    secrets.forget(tmp_path, "social")
