"""The same results everywhere: zones of the machine, languages, hash seeds, Pythons, and eight ticks at once."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import COOPS, DUE, EVE, NOW, Daymark, packs, rows
from servers import pythons

pytestmark = pytest.mark.slow

PLACES = {
    "UTC": {},
    "Pacific/Kiritimati": {"TZ": "Pacific/Kiritimati"},
    "America/St_Johns": {"TZ": "America/St_Johns"},
    "LC_ALL=C.UTF-8": {"LC_ALL": "C.UTF-8", "LANG": "tr_TR.UTF-8"},
    "PYTHONHASHSEED=0": {"PYTHONHASHSEED": "0"},
    "PYTHONHASHSEED=1": {"PYTHONHASHSEED": "1"},
}
ASKED = [
    "days --lang ar", "upcoming --days 60", "explain trafficking-in-persons-day 2027", "posts", f"show {EVE}", "status",
]  # fmt: skip


def live(daymark: Daymark, home: Path, env: dict[str, str]) -> dict[str, Any]:
    """A short life, and all that it leaves behind: documents, feeds, pages, packs, previews, a toolkit."""
    answers: dict[str, Any] = {}
    made = ["preview cooperatives-day/2026", "toolkit cooperatives-day/2026", "site"]
    steps = ["plan", f"approve {' '.join(COOPS)} --as Zoë", "queue", "tick", *made, *ASKED]
    assert daymark.raw("init", str(home), env=env).code == 0
    for words in steps:
        answer = daymark(*words.split(), "--json", home=home, now=DUE if words == "tick" else NOW, env=env)
        assert answer.err == "" or answer.code == 0, answer
        answers[words] = json.loads(answer.out.replace(str(home), "HOME"))
    left = [path for kind in ("public", "outbox", "previews", "toolkits") for path in sorted((home / kind).rglob("*"))]
    digests = {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in left if path.is_file()
    }
    times = ("state", "feed_file")  # they note the times of files
    kept = {table: found for table, found in rows(home).items() if table not in times}
    return answers | {"files": digests, "rows": kept}


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The answers, tables and files that are not the same in two lives."""
    parts = [("", one, other), *((f"{part}: ", one[part], other[part]) for part in ("files", "rows"))]
    return [f"{part}{key}" for part, a, b in parts for key in sorted({*a, *b}) if a.get(key) != b.get(key)]


@pytest.fixture(scope="session")
def at_home(daymark: Daymark, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return live(daymark, tmp_path_factory.mktemp("home") / "ws", {})


@pytest.mark.slow
@pytest.mark.parametrize("place", [place for place in PLACES if place != "UTC"])
def test_results_are_the_same_wherever_the_machine_stands(
    place: str, at_home: dict[str, Any], daymark: Daymark, tmp_path: Path
) -> None:
    here = live(daymark, tmp_path / "ws", PLACES[place])
    assert differing(at_home, here) == []


def test_a_second_life_is_the_first_again(at_home: dict[str, Any], daymark: Daymark, tmp_path: Path) -> None:
    assert live(daymark, tmp_path / "somewhere else", {}) == at_home


@pytest.mark.slow
def test_results_are_the_same_in_every_python(at_home: dict[str, Any], daymark: Daymark, tmp_path: Path) -> None:
    found = pythons.others()
    if not found:
        pytest.skip("there is no other Python from 3.11 on here; name one in DAYMARK_PYTHONS")
    for version, python in found.items():
        try:
            able = pythons.ready(python)
        except AssertionError as error:
            pytest.skip(str(error))
        here = live(Daymark(daymark.nest, able), tmp_path / str(version[1]), {})
        assert (version, differing(at_home, here)) == (version, [])


ACCOUNT = """
[accounts.{name}]
channel = "folder"
network = "mastodon"
language = "en"
country = "{country}"
zone = "{zone}"
"""


def settle(home: Path, accounts: str, horizon: int = 5) -> None:
    """Settings with these accounts instead of the sample's."""
    text = (home / "daymark.toml").read_text("utf-8").replace("horizon_days = 60", f"horizon_days = {horizon}")
    head, feeds = text.split("# One table for each account")[0], text[text.index("[feeds]") :]
    (home / "daymark.toml").write_text(head + accounts + "\n" + feeds, "utf-8")


@pytest.mark.slow
def test_eight_ticks_at_once_send_each_of_300_posts_once(daymark: Daymark, workspace: Path) -> None:
    names = [f"chapter-{number:03}" for number in range(300)]
    settle(workspace, "".join(ACCOUNT.format(name=name, country="GB", zone="Europe/London") for name in names))
    assert daymark.json("plan", "--until", "2026-07-05", home=workspace)["posts"] == 900
    due = sorted(post["id"] for post in daymark.json("posts", home=workspace) if post["stage"] == "eve")
    assert daymark("approve", *due, "--as", "Ana", home=workspace).code == 0
    assert len(daymark.json("queue", home=workspace)["queued"]) == 300
    with ThreadPoolExecutor(8) as crew:
        ticks = list(crew.map(lambda _: daymark("tick", "--json", home=workspace, now=DUE), range(8)))
    assert [(tick.code, tick.err) for tick in ticks] == [(0, "")] * 8
    assert sum(tick.json["sent"] for tick in ticks) == 300
    assert packs(workspace) == due
    sent = daymark.json("posts", "--state", "sent", home=workspace, now=DUE)
    assert sorted(post["id"] for post in sent) == due
    assert Counter("'Sent'" in row for row in rows(workspace)["attempt"]) == {True: 300}
    shown = daymark.json("show", due[150], home=workspace, now=DUE)
    assert [attempt["outcome"] for attempt in shown["attempts"]] == ["Sent"]


CLOCKS = [
    ("kiritimati", "KI", "Pacific/Kiritimati", "2026-07-03T19:00:00Z"),  # UTC+14: the day begins the day before
    ("st-johns", "CA", "America/St_Johns", "2026-07-04T11:30:00Z"),  # UTC-2:30 in summer
    ("kathmandu", "NP", "Asia/Kathmandu", "2026-07-04T03:15:00Z"),
]


@pytest.mark.parametrize("machine", ["Pacific/Kiritimati", "America/St_Johns"])
def test_everybody_is_served_at_their_own_nine_in_the_morning(machine: str, daymark: Daymark, workspace: Path) -> None:
    settle(workspace, "".join(ACCOUNT.format(name=name, country=land, zone=zone) for name, land, zone, _ in CLOCKS))
    env = {"TZ": machine}
    ids = {name: f"cooperatives-day/2026/day/{name}-en" for name, *_ in CLOCKS}
    daymark("plan", "--until", "2026-07-05", home=workspace, env=env)
    daymark("approve", *ids.values(), "--as", "Ana", home=workspace, env=env)
    daymark("queue", home=workspace, env=env)
    posts = {post["id"]: post for post in daymark.json("posts", home=workspace, env=env)}
    assert {name: posts[post]["due"] for name, post in ids.items()} == {name: due for name, _, _, due in CLOCKS}
    assert {posts[post]["due_local"] for post in ids.values()} == {"2026-07-04 09:00"}
    gone: list[str] = []
    for name, _, _, due in sorted(CLOCKS, key=lambda clock: clock[3]):
        before = (datetime.fromisoformat(due) - timedelta(seconds=1)).isoformat()
        assert daymark.json("tick", home=workspace, now=before, env=env)["sent"] == 0
        assert daymark.json("tick", home=workspace, now=due, env=env)["sent"] == 1
        gone.append(ids[name])
        assert packs(workspace) == sorted(gone)
