"""What a person can get wrong: each costs one sentence, one hint and its exit code, and nothing is lost."""

from __future__ import annotations

import os
import re
import resource
import shutil
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import DAY, DUE, EVE, NOW, ROOT, THANKS, TRAUMA, everything, packs, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Answer, Daymark

    At = Callable[[str], Path]

pytestmark = pytest.mark.slow

ENTRY = """[own-day]
name = "Our own day"
rule = "{rule}"
proclaimed = {{body = "Us", document = "Minutes 1", address = "https://example.org/1", year = 2020}}
page = "https://example.org"
sources = ["https://example.org"]
checked = 2026-01-01
regions = ["world"]
dimensions = ["personal"]
themes = ["human-rights"]
sdg = []
sensitivity = "normal"
{more}
"""


def entry(rule: str, more: str = "") -> Callable[[Path], None]:
    return lambda home: write(home, "calendars/own.toml", ENTRY.format(rule=rule, more=more))


def file(path: str, text: str | bytes) -> Callable[[Path], None]:
    return lambda home: write(home, path, text)


def setting(old: str, new: str) -> Callable[[Path], None]:
    def change(home: Path) -> None:
        text = (home / "daymark.toml").read_text("utf-8")
        assert old in text
        write(home, "daymark.toml", text.replace(old, new, 1))

    return change


def write(home: Path, path: str, text: str | bytes) -> None:
    (home / path).parent.mkdir(parents=True, exist_ok=True)
    (home / path).write_bytes(text.encode() if isinstance(text, str) else text)


def sql(*statements: str, fresh: bool = False) -> Callable[[Path], None]:
    def change(home: Path) -> None:
        if fresh:
            (home / "daymark.db").unlink()
        with closing(sqlite3.connect(home / "daymark.db", isolation_level=None)) as base:
            for statement in statements:
                base.execute(statement)

    return change


def no_outbox(home: Path) -> None:
    (home / "outbox").rmdir()
    write(home, "outbox", "")
    setting("horizon_days = 60", "horizon_days = 3")(home)  # else the tick plans days that have come into sight


def nothing(_: Path) -> None:
    """Leave the workspace as it is."""


POSTS = "templates/posts/observances/human-rights-day/day.en.txt"
STAGE = 'about = "x"\n[[stage]]\nname = "nosuch"\noffset = -1\nat = "10:00"\n'
FAR = "plan --until 2026-12-31"
NEWER = sql("UPDATE alembic_version SET version_num = '9999'")
FOREIGN = sql("CREATE TABLE recipe (name TEXT)", "INSERT INTO recipe VALUES ('soup')", fresh=True)

CASES: dict[str, tuple[Callable[[Path], None], str, int]] = {
    "a calendar that is not TOML": (file("calendars/own.toml", "oops = = 1"), FAR, 5),
    "a calendar that is not UTF-8": (file("calendars/own.toml", b"\xff\xfe"), FAR, 5),
    "a calendar that is not TOML, at a tick": (file("calendars/own.toml", "oops = = 1"), "tick", 5),
    "a rule nobody knows": (entry("every now and then"), FAR, 5),
    "a weekday nobody knows": (entry("first blursday of may"), FAR, 5),
    "30 February": (entry("02-30"), FAR, 5),
    "a known date that the rule does not meet": (entry("07-20", "known = [2026-07-21]"), FAR, 5),
    "a field nobody knows": (entry("07-20", "colour = 1"), FAR, 5),
    "an entry without a source": (file("calendars/own.toml", '[own-day]\nname = "X"\nrule = "07-20"\n'), FAR, 5),
    "a template with an unknown name": (file(POSTS, "Hello {{ nosuchname }}"), FAR, 5),
    "a template that does not parse": (file(POSTS, "Hello {% if %}"), FAR, 5),
    "a template that reaches out of its box": (file(POSTS, "{{ ''.__class__.__mro__ }}"), FAR, 5),
    "a template without a word": (file(POSTS, "\n"), FAR, 5),
    "a playbook stage without a template": (file("templates/playbooks/light.toml", STAGE), FAR, 5),
    "settings that are not TOML": (file("daymark.toml", "oops = = 1"), FAR, 5),
    "a playbook nobody knows": (setting('"light"', '"nosuch"'), FAR, 5),
    "a time zone nobody knows": (setting("Europe/London", "Europe/Londonium"), FAR, 5),
    "a channel nobody knows": (setting('"folder"', '"pigeon"'), FAR, 5),
    "a theme in the settings that no day has": (setting('themes = [', 'themes = ["human-traficking",'), FAR, 5),
    "a theme to be first that no day has": (setting('    "human-trafficking",', '    "human-traficking",'), FAR, 5),
    "a playbook for a theme that no day has": (setting('human-trafficking = "', 'human-traficking = "'), FAR, 5),
    "an outbox that is a file": (no_outbox, f"tick @{DUE}", 7),
    "an account nobody knows": (nothing, "posts --account nosuch", 2),
    "a campaign nobody knows": (nothing, "posts --campaign nosuch/2026", 2),
    "a campaign to preview nobody knows": (nothing, "preview nosuch/2026", 2),
    "a post nobody knows": (nothing, "show nosuch/2026/day/main-en", 2),
    "a post nobody knows among others": (nothing, f"approve {DAY} nosuch --as Ana", 2),
    "a theme nobody knows": (nothing, "days --theme nosuch", 2),
    "a dimension nobody knows": (nothing, "days --dimension nosuch", 2),
    "a region nobody knows": (nothing, "days --region nosuch", 2),
    "a language nobody knows": (nothing, "days --lang tlh", 2),
    "a state nobody knows": (nothing, "posts --state nosuch", 2),
    "an observance nobody knows": (nothing, "explain nosuch", 2),
    "a year out of reach": (nothing, "explain human-rights-day 1066", 2),
    "a plan that ends after the calendar": (nothing, "plan --until 2126-07-01", 2),
    "a year that is no number": (nothing, "explain human-rights-day soon", 2),
    "a hold on an account nobody knows": (nothing, "hold --why storm --scope account:mian", 2),
    "a hold on a campaign nobody knows": (nothing, "hold --why storm --scope campaign:nosuch/2026", 2),
    "a hold on a channel nobody knows": (nothing, "hold --why storm --scope channel:pigeon", 2),
    "a hold on a theme nobody knows": (nothing, "hold --why storm --scope theme:nosuch", 2),
    "a hold on nothing of the kind": (nothing, "hold --why storm --scope nosuch", 2),
    "a hold without a reason": (nothing, "hold --why ''", 2),
    "a command nobody knows": (nothing, "nosuch", 2),
    "an option nobody knows": (nothing, "days --nosuch", 2),
    "an approval without a name": (nothing, f"approve {EVE}", 2),
    "an approval with an empty name": (nothing, f"approve {EVE} --as ''", 2),
    "a rejection without a reason": (nothing, f"reject {EVE} --as Ana --why ''", 2),
    "one's own words about people who were harmed": (nothing, f"approve {TRAUMA} --as daymark", 3),
    "a moment that is none": (nothing, "status @tomorrow", 2),
    "a first day that is none": (nothing, "days --from 2026-02-30", 2),
    "a span that ends before it begins": (nothing, "days --from 2026-12-31 --to 2026-12-01", 2),
    "keep and drop at once": (nothing, "resume --keep --drop", 2),
    "a reword without words or editor": (nothing, f"reword {EVE}", 2),
    "a reword with an empty text": (file("new.txt", " \n"), f"reword {EVE} --file HOME/new.txt --as Ana", 2),
    "a reword that is not UTF-8": (file("new.txt", b"caf\xe9"), f"reword {EVE} --file HOME/new.txt --as Ana", 5),
    "a text to check that is not UTF-8": (file("new.txt", b"caf\xe9"), "check --text HOME/new.txt", 5),
    "a text to check that is not there": (nothing, "check --text HOME/new.txt", 2),
    "nothing to check": (nothing, "check", 2),
    "a database that is none": (file("daymark.db", b"hello"), "status", 6),
    "a database that is none, at a tick": (file("daymark.db", b"hello"), f"tick @{DUE}", 6),
    "a database cut to nothing": (file("daymark.db", b""), "status", 6),
    "a database of a newer schema": (NEWER, "status", 6),
    "a database of a newer schema, at a tick": (NEWER, f"tick @{DUE}", 6),
    "a database of a newer schema, at the release of the button": (NEWER, "resume", 6),
    "another program's database": (FOREIGN, "status", 6),
    "another program's database, at a plan": (FOREIGN, FAR, 6),
}  # fmt: skip


def require_plain_words(answer: Answer, code: int) -> None:
    """One sentence, one hint, the code of its class, and the same as one document on standard output."""
    assert answer.code == code, answer
    assert re.fullmatch(r"error: [^\n]+\n hint: [^\n]+\n", answer.err), answer.err
    assert "Traceback" not in answer.out + answer.err
    told = answer.json if isinstance(answer.json, dict) else {}
    assert f"error: {told.get('error')}\n hint: {told.get('hint')}\n" == answer.err
    assert told.get("exit") == code


def run(daymark: Daymark, home: Path, words: str, **how: Any) -> Answer:
    words, _, now = words.partition(" @")
    split = ["" if word == "''" else word.replace("HOME", str(home)) for word in words.split()]
    return daymark(*split, "--json", home=home, now=now or NOW, **how)


@pytest.mark.parametrize("case", CASES)
def test_bad_input_costs_one_sentence_one_hint_and_nothing_else(case: str, daymark: Daymark, at: At) -> None:
    prepare, words, code = CASES[case]
    home = at("queued")
    prepare(home)
    before = everything(home)
    answer = run(daymark, home, words)
    after = everything(home)
    require_plain_words(answer, code)
    if code == 7:  # the attempt is written down; the post waits; copies for tomorrow are made
        before, after = before[1], {n: f for n, f in after[1].items() if not n.startswith("not-yet/")}
    assert (after, packs(home)) == (before, [])


HOMES = [("a file", lambda path: path.write_text("x", "utf-8")), ("missing", nothing), ("a bare folder", Path.mkdir)]


@pytest.mark.parametrize("words", ["status", "tick", "hold --why storm"])
@pytest.mark.parametrize("home", HOMES, ids=[name for name, _ in HOMES])
def test_a_workspace_that_is_none_is_told(home: Any, words: str, daymark: Daymark, tmp_path: Path) -> None:
    path = tmp_path / "ws"
    home[1](path)
    before = sorted(tmp_path.rglob("*"))
    require_plain_words(run(daymark, path, words), 5)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("home", HOMES, ids=[name for name, _ in HOMES])
def test_the_doctor_says_what_is_wrong_even_without_a_workspace(home: Any, daymark: Daymark, tmp_path: Path) -> None:
    home[1](tmp_path / "ws")
    answer = run(daymark, tmp_path / "ws", "doctor")
    told = answer.json if isinstance(answer.json, list) else [{"check": "workspace", "ok": False}]
    assert (answer.code, {row["check"]: row["ok"] for row in told}["workspace"]) == (5, False)


@pytest.mark.parametrize("name", ["", "FILE", "FILE/below"])
def test_init_refuses_what_cannot_become_a_workspace(name: str, daymark: Daymark, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "file").write_text("x", "utf-8")
    answer = daymark.raw("init", name.replace("FILE", str(tmp_path / "file")), "--json", cwd=tmp_path / "here")
    require_plain_words(answer, 5 if name else 2)
    assert list((tmp_path / "here").iterdir()) == []


def test_a_clock_set_back_by_a_day_stops_the_tick_and_loses_nothing(daymark: Daymark, at: At) -> None:
    home = at("sent")
    before = everything(home)
    require_plain_words(run(daymark, home, "tick @2026-07-02T09:00:00Z"), 5)
    assert everything(home) == before
    assert daymark.json("tick", home=home, now="2026-07-04T12:00:00Z")["sent"] == 1


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[None]:
    """A small disk of its own, or a skip where nobody may mount one."""
    folder.mkdir()
    tool = shutil.which("mount")
    mount = [str(tool), "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    if os.geteuid() or not tool or subprocess.run(mount, check=False).returncode:
        pytest.skip("only root may mount a disk here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


WRITING = [f"tick @{DUE}", "hold --why storm", f"approve {TRAUMA} --as Ben", f"reject {EVE} --as Ben --why no"]


def test_a_folder_only_to_be_read_keeps_all_it_has(daymark: Daymark, stages: dict[str, Path], tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "16m"):
        home = shutil.copytree(stages["queued"], disk / "ws")
        before = everything(home)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        for words in WRITING:
            require_plain_words(run(daymark, home, words), 6)
        assert run(daymark, home, "status").code == 3
        assert len(daymark.json("posts", "--state", "waiting", home=home)) == 3
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        assert everything(home) == before
        assert daymark.json("tick", home=home, now=DUE)["sent"] == 1


@pytest.mark.parametrize("words", [f"tick @{DUE}", "plan --until 2027-06-30"])
def test_a_full_disk_loses_nothing(words: str, daymark: Daymark, stages: dict[str, Path], tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "12m"):
        home = shutil.copytree(stages["queued"], disk / "ws")
        before = everything(home)
        with (disk / "ballast").open("wb", buffering=0) as ballast, pytest.raises(OSError, match="space"):
            while True:
                ballast.write(bytes(4096))
        require_plain_words(run(daymark, home, words), 6)
        assert everything(home) == before
        (disk / "ballast").unlink()
        assert run(daymark, home, words).code == 0
        assert packs(home) == ([EVE] if "tick" in words else [])


def test_a_file_that_may_not_grow_loses_nothing(daymark: Daymark, at: At) -> None:
    home = at("queued")
    before = rows(home)
    small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))  # noqa: E731
    require_plain_words(run(daymark, home, "plan --until 2027-06-30", preexec_fn=small), 6)
    assert rows(home) == before
    assert daymark.json("tick", home=home, now="2026-07-05T12:00:00Z")["missed"] == 2
    assert packs(home) == [THANKS]


def test_the_exit_codes_stand_in_the_documentation() -> None:
    pages = [page.read_text("utf-8") for page in [*sorted(ROOT.glob("docs/**/*.md")), ROOT / "README.md"]]
    if not any("exit code" in page.lower() for page in pages):
        pytest.skip("the page with the exit codes is not written yet")
    assert any(all(re.search(rf"^\| *`?{code}`? *\|", page, re.M) for code in (0, 2, 3, 4, 5, 6, 7)) for page in pages)
