"""The machine ticks by itself: units that systemd itself finds right, and lines that cron's shell runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scheduler.exports.units import cron_lines, systemd_units

HOMES = ["/srv/harbour", "/srv/our harbour", "/srv/100% ours", '/srv/it\'s $5; "ours"']
CREDENTIALS = ["ping:/etc/daymark/ping", "a.b_c-1:/etc/day mark/100%", 'quoted:/etc/it\'s/"so"']


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze to ask")
@pytest.mark.parametrize("home", HOMES)
def test_systemd_finds_the_units_right(home, tmp_path: Path) -> None:
    program = shutil.which("true") or "/bin/true"
    for name, text in systemd_units(program, home, "root", CREDENTIALS, 8080).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.glob("daymark-*")))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "daymark-" in line and "not found" not in line]
    assert (done.returncode, ours) == (0, []), done.stderr


@pytest.mark.parametrize("home", HOMES)
def test_a_shell_runs_the_lines_of_cron(home) -> None:
    for line in cron_lines("/usr/bin/printf", home):
        command = line.split(" ", 5)[5].replace(r"\%", "%").replace("printf ", "printf '%s\\n' ", 1)  # as cron does
        words = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True).stdout
        assert words.splitlines()[-2:] == ["--home", home]
        assert words.splitlines()[0] in ("tick", "backup")


def test_only_the_workspace_can_be_written() -> None:
    service = systemd_units("/usr/bin/daymark", "/srv/harbour")["daymark-tick.service"]
    assert "ProtectSystem=strict\n" in service and "ReadWritePaths=/srv/harbour\n" in service
    assert "User=" not in service
    assert "User=maria\n" in systemd_units("/usr/bin/daymark", "/srv/harbour", "maria")["daymark-tick.service"]


def test_install_writes_the_units_and_a_second_time_the_same(daymark, workspace, tmp_path: Path) -> None:
    first = daymark.json("install", "--systemd", str(tmp_path / "units"), home=workspace)
    before = {path: Path(path).read_bytes() for path in first["files"]}
    assert sorted(Path(path).name for path in before) == [
        "daymark-backup.service", "daymark-backup.timer", "daymark-tick.service", "daymark-tick.timer",
    ]  # fmt: skip
    assert daymark.json("install", "--systemd", str(tmp_path / "units"), home=workspace) == first
    assert {path: Path(path).read_bytes() for path in first["files"]} == before
    assert str(workspace) in before[first["files"][0]].decode()


def test_a_unit_that_serves_is_written_if_asked_for(daymark, workspace, tmp_path: Path) -> None:
    words = ("install", "--systemd", str(tmp_path / "units"), "--serve", "8080")
    answer = daymark(*words, home=workspace)
    assert answer.code == 0, answer
    text = (tmp_path / "units" / "daymark-serve.service").read_text("utf-8")
    assert f"serve --port 8080 --home {workspace}\n" in text
    assert "Restart=on-failure\n" in text
    assert text.endswith("[Install]\nWantedBy=default.target\n")
    assert answer.err.endswith("enable --now daymark-tick.timer daymark-backup.timer daymark-serve.service\n")
    assert daymark("install", "--cron", "--serve", "8080", home=workspace).code == 2


def test_install_prints_lines_for_cron_and_refuses_what_is_unclear(daymark, workspace, tmp_path: Path) -> None:
    lines = daymark.json("install", "--cron", home=workspace)["lines"]
    assert [line.split(" ", 5)[:5] for line in lines] == [["*/5", "*", "*", "*", "*"], ["17", "3", "*", "*", "*"]]
    assert daymark("install", home=workspace).code == 2
    assert daymark("install", "--cron", "--systemd", str(tmp_path), home=workspace).code == 2
    (tmp_path / "file").write_text("in the way")
    assert daymark("install", "--systemd", str(tmp_path / "file" / "units"), home=workspace).code == 5


def test_only_the_tick_is_given_the_credentials(daymark, workspace, tmp_path: Path) -> None:
    units = tmp_path / "units"
    words = ("--credential", "ping:/etc/100%/ping", "--credential", "other:/etc/other")
    assert daymark("install", "--systemd", str(units), *words, home=workspace).code == 0
    tick, backup = (units / f"daymark-{name}.service" for name in ("tick", "backup"))
    assert "LoadCredential=ping:/etc/100%%/ping\nLoadCredential=other:/etc/other\n" in tick.read_text()
    assert "LoadCredential" not in backup.read_text()


NO_CREDENTIAL = ["ping", "ping:", "ping:relative", ":/etc/ping", "a/b:/etc/ping", "..:/etc/ping", "ping:/a\nUser=root"]


@pytest.mark.parametrize("told", NO_CREDENTIAL)
def test_what_is_no_credential_is_refused(told, daymark, workspace, tmp_path: Path) -> None:
    answer = daymark("install", "--systemd", str(tmp_path / "units"), "--credential", told, home=workspace)
    assert (answer.code, "no credential" in answer.err, (tmp_path / "units").exists()) == (2, True, False)


def test_cron_keeps_no_credentials(daymark, workspace) -> None:
    assert daymark("install", "--cron", "--credential", "ping:/etc/ping", home=workspace).code == 2
