"""A backup is one file that proves itself: restored, sound, its log whole, its feeds the same to the byte."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from conftest import DUE

from scheduler.workflow.backups import MANIFEST


def made(daymark, home: Path, *words: str, now: str = DUE) -> Path:
    return Path(daymark.json("backup", *words, home=home, now=now)["file"])


def changed(path: Path, change) -> Path:
    """The backup with its members changed by a function of a dict."""
    with zipfile.ZipFile(path) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    change(files)
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(other, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return other


def told(packed: dict[str, bytes], **changes) -> None:
    packed[MANIFEST] = json.dumps(json.loads(packed[MANIFEST]) | changes).encode()


@pytest.fixture(scope="module")
def planned(stages: dict[str, Path], daymark, tmp_path_factory) -> Path:
    """One backup that the tests of bad ones change."""
    return made(daymark, stages["planned"], "--to", str(tmp_path_factory.mktemp("backups") / "planned.zip"))


def test_what_is_restored_goes_on_where_it_was(daymark, at, tmp_path: Path) -> None:
    home, other = at("sent"), tmp_path / "other"
    path = made(daymark, home)
    answer = daymark.json("restore", str(path), "--to", str(other), home=home)
    assert Path(answer["home"]) == other
    for command in ("posts", "waivers", "audit log"):
        assert daymark.json(*command.split(), home=other, now=DUE) == daymark.json(*command.split(), home=home, now=DUE)
    assert (other / "daymark.toml").read_bytes() == (home / "daymark.toml").read_bytes()
    packs = sorted(p.relative_to(home) for p in (home / "outbox").rglob("*"))
    assert packs and packs == sorted(p.relative_to(other) for p in (other / "outbox").rglob("*"))
    assert daymark.json("tick", home=other, now=DUE)["sent"] == 0  # what is out does not go out again


def test_a_backup_is_made_while_the_workspace_is_as_it_was(daymark, at) -> None:
    home = at("queued")
    before = daymark.json("audit", "log", "verify", home=home)
    path = made(daymark, home)
    assert daymark.json("audit", "log", "verify", home=home) == before
    assert daymark.json("restore", str(path), "--verify", home=home)["link"] == before["link"]
    assert [p.name for p in path.parent.iterdir() if p.name.startswith(".")] == []


def test_only_the_newest_backups_are_kept_if_asked(daymark, at) -> None:
    home = at("planned")
    (home / "backups").mkdir()
    for hour in range(3):
        (home / "backups" / f"daymark-2027-07-30T0{hour}0000Z.zip").write_bytes(b"")
    made(daymark, home, "--keep", "2", now="2027-07-30T03:00:00Z")
    names = sorted(p.name for p in (home / "backups").glob("daymark-2*.zip"))
    assert names == ["daymark-2027-07-30T020000Z.zip", "daymark-2027-07-30T030000Z.zip"]


def a_byte_of_the_database(files: dict[str, bytes]) -> None:
    files["daymark.db"] = files["daymark.db"][:-1] + b"?"


def a_forged_digest(files: dict[str, bytes]) -> None:
    a_byte = files["daymark.toml"] + b"# forged\n"
    files["daymark.toml"] = a_byte
    names = json.loads(files[MANIFEST])["files"]
    told(files, files=names | {"daymark.toml": hashlib.sha256(a_byte).hexdigest()}, link="x")


def another_feed(files: dict[str, bytes]) -> None:
    told(files, feeds={"observances.ics": "0" * 64})


def a_way_out(files: dict[str, bytes]) -> None:
    files["templates/../../evil"] = b"x"
    names = json.loads(files[MANIFEST])["files"]
    told(files, files=names | {"templates/../../evil": hashlib.sha256(b"x").hexdigest()})


DAMAGED = [
    (a_byte_of_the_database, "daymark.db is not what was written", 5),
    (a_forged_digest, "the audit log in", 6),
    (another_feed, "the feeds made from", 6),
    (a_way_out, "belongs nowhere", 5),
    (lambda files: files.pop("daymark.toml"), "no whole backup", 5),
    (lambda files: files.pop(MANIFEST), "no whole backup", 5),
    (lambda files: told(files, form=99), "by a newer daymark", 5),
    (lambda files: told(files, schema="9999"), "by a newer daymark", 5),
]


@pytest.mark.parametrize(("change", "say", "code"), DAMAGED, ids=[say for _, say, _ in DAMAGED])
def test_a_backup_that_does_not_prove_itself_is_not_restored(change, say, code, daymark, planned, tmp_path) -> None:
    path = changed(planned, change)
    answer = daymark.raw("restore", str(path), "--to", str(tmp_path / "other"))
    assert (answer.code, say in answer.err, answer.err.count("\n")) == (code, True, 2), answer.err
    assert not (tmp_path / "other").exists()
    assert not (tmp_path / "evil").exists()


def test_a_backup_of_another_version_is_restored_whatever_its_feeds(daymark, planned, tmp_path: Path) -> None:
    path = changed(planned, lambda files: told(files, program="0.0.9", feeds={}))
    answer = daymark.raw("restore", str(path), "--to", str(tmp_path / "other"))
    assert (answer.code, "another version" in answer.err) == (0, True)


NOT_ONE = [(b"", "no whole backup"), (b"words", "no whole backup"), (None, "cannot be read")]


@pytest.mark.parametrize(("data", "say"), NOT_ONE, ids=["nothing", "words", "no file"])
def test_a_file_that_is_no_backup_is_told(data, say, daymark, workspace, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    if data is not None:
        path.write_bytes(data)
    answer = daymark("restore", str(path), "--verify", home=workspace)
    assert (answer.code, say in answer.err) == (5, True)


def test_nothing_is_overwritten(daymark, planned, workspace, tmp_path: Path) -> None:
    answer = daymark.raw("restore", str(planned), "--to", str(workspace))
    assert (answer.code, "is not empty" in answer.err) == (2, True)
    assert daymark.raw("restore", str(planned)).code == 2
    assert daymark.raw("restore", str(planned), "--to", str(tmp_path / "a"), "--verify").code == 2


def test_half_a_backup_is_never_left(daymark, workspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    answer = daymark("backup", "--to", str(tmp_path / "file" / "b.zip"), home=workspace)
    assert (answer.code, "cannot be written" in answer.err) == (5, True)


def test_what_a_killed_backup_left_goes_and_the_button_stays_pressed(daymark, workspace) -> None:
    left = workspace / "backups" / ".daymark-2027.zip.999999999.part"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"half")
    (workspace / "HOLD").write_text("storm")
    with zipfile.ZipFile(made(daymark, workspace)) as packed:
        assert packed.read("HOLD") == b"storm"
    assert not left.exists()


def test_links_that_lead_out_are_not_packed(daymark, workspace, tmp_path: Path) -> None:
    home = workspace
    (tmp_path / "secret.txt").write_text("secret")
    (home / "templates").mkdir(exist_ok=True)
    (home / "templates" / "link.txt").symlink_to(tmp_path / "secret.txt")
    with zipfile.ZipFile(made(daymark, home)) as packed:
        assert [name for name in packed.namelist() if "link" in name] == []
