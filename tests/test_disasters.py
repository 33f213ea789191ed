"""Disasters at each step of a tick: a full disk, a locked or read-only database; clocks, sleep, other zone data."""

from __future__ import annotations

import ctypes
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from datetime import timedelta
from importlib.resources import files as package
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import COOPS, DAY, DUE, EVE, NOW, THANKS, Answer, everything, packs
from counting import MORNING, Counted, Server, fill, work

from scheduler import deliver
from scheduler.courier import Courier, Tally
from scheduler.model import Account
from scheduler.store import reads
from scheduler.store.log import first_broken
from scheduler.store.opening import reading, soundness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Daymark

    At = Callable[[str], Path]

pytestmark = pytest.mark.slow
LATER = "2026-07-03T10:00:00Z"  # an hour after DUE: every lease is over
TRANSACTIONS = 5  # of a tick that sends one post; a test below counts them again
MOMENTS = [f"{n} {step}" for n in range(1, TRANSACTIONS + 1) for step in ("BEGIN", "COMMIT", "over")]

# Runs the real command. The disaster strikes before the chosen transaction begins or commits, or when it is over.
DRIVER = """
import atexit, resource, sqlite3, sys
what, moment, patience, count = sys.argv.pop(1), sys.argv.pop(1), sys.argv.pop(1), 0

def reach(step):
    global count
    count += step == "BEGIN"
    if moment != f"{count} {step}":
        return
    if what == "full":  # from here on nothing can be written to any file
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    else:  # whoever started this does it
        print("now", flush=True)
        sys.stdin.readline()

class Watched(sqlite3.Connection):
    def execute(self, sql, *values):
        if sql.startswith("PRAGMA busy_timeout"):
            sql = f"PRAGMA busy_timeout={patience}"
        if sql in ("BEGIN IMMEDIATE", "COMMIT"):
            reach(sql.split()[0])
        found = super().execute(sql, *values)
        if sql == "COMMIT":
            reach("over")
        return found

connect = sqlite3.connect
sqlite3.connect = lambda *words, **how: connect(*words, **how, factory=Watched)
atexit.register(lambda: print(count, file=sys.stderr))
from scheduler.__main__ import main
main()
"""


def start(daymark: Daymark, home: Path, what: str, moment: str, patience: int = 20) -> subprocess.Popen[str]:
    """A tick in which that happens at that moment; it waits so many milliseconds for a database that is locked."""
    words = ["-c", DRIVER, what, moment, str(patience), "tick", "--home", str(home), "--now", DUE]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen([daymark.python, *words], text=True, env=daymark.env, **pipes)


def ended(tick: subprocess.Popen[str]) -> Answer:
    """Lets the tick go on and waits for its end."""
    out, err = tick.communicate("go on\n")
    return Answer(tick.returncode, out, err)


def told(answer: Answer, code: int, words: str) -> None:
    """The tick failed, in words that a person can act on."""
    assert answer.code == code, answer
    assert words in answer.err, answer
    assert " hint: " in answer.err, answer
    assert "Traceback" not in answer.err, answer


def states(daymark: Daymark, home: Path, now: str = LATER) -> list[str]:
    found = {p["id"]: p["state"] for p in daymark.json("posts", home=home, now=now)}
    return [found[id] for id in COOPS]


def all_is_well(daymark: Daymark, home: Path) -> None:
    """The disaster is over: with the next tick the post is out, once, and all that was kept is whole."""
    assert daymark("tick", home=home, now=LATER).code == 0
    assert packs(home) == [EVE]
    assert states(daymark, home) == ["sent", "waiting", "waiting"]
    with reading(home) as db:
        assert first_broken(db) is None
    assert soundness(home).startswith("sound")
    assert not list(home.rglob(".part-*"))


def test_every_transaction_of_a_tick_is_struck(daymark: Daymark, at: At) -> None:
    done = ended(start(daymark, at("queued"), "nothing", ""))
    assert (done.code, done.err.split()[-1]) == (0, str(TRANSACTIONS)), done


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_disk_that_is_full_from_then_on_loses_and_doubles_nothing(moment: str, daymark: Daymark, at: At) -> None:
    home = at("queued")
    done = ended(start(daymark, home, "full", moment))
    told(done, 6, "")
    all_is_well(daymark, home)


BEGINS = [moment for moment in MOMENTS if moment.endswith("BEGIN")]


@pytest.mark.slow
@pytest.mark.parametrize("moment", BEGINS)
def test_a_database_that_stays_locked_is_told_and_loses_and_doubles_nothing(
    moment: str, daymark: Daymark, at: At
) -> None:
    home = at("queued")
    tick = start(daymark, home, "locked", moment)
    assert tick.stdout.readline() == "now\n"
    with locked(home):
        told(ended(tick), 6, "is busy: another program holds it")
    all_is_well(daymark, home)


@contextmanager
def locked(home: Path) -> Iterator[sqlite3.Connection]:
    """Another program that writes, and does not come to an end."""
    with closing(sqlite3.connect(home / "daymark.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield db


@pytest.mark.slow
def test_a_database_that_is_locked_for_a_minute_is_waited_for_half_of_it(daymark: Daymark, at: At) -> None:
    home = at("queued")
    settling = start(daymark, home, "locked", "3 BEGIN", patience=30_000)
    assert settling.stdout.readline() == "now\n"
    with locked(home):
        told(ended(settling), 6, "wait a minute")
        assert packs(home) == [EVE]
        told(daymark("tick", home=home), 6, "wait a minute")
    all_is_well(daymark, home)


def powerless() -> None:
    """Takes from a process of root, before it begins, the power to do what the rights of files forbid."""
    drop_from_what_may_be_had, override_rights, read_all = 24, 1, 2
    for power in (override_rights, read_all):
        ctypes.CDLL(None).prctl(drop_from_what_may_be_had, power, 0, 0, 0)


@pytest.mark.parametrize("closed", [("daymark.db",), ("daymark.db", ".")], ids=["its file", "its file and folder"])
def test_a_database_that_cannot_be_written_is_told_and_changes_nothing(
    closed: tuple[str, ...], daymark: Daymark, at: At
) -> None:
    home = at("queued")
    before = everything(home)
    for name in closed:
        (home / name).chmod(0o555)
    if subprocess.run(["test", "-w", home / "daymark.db"], preexec_fn=powerless, check=False).returncode == 0:
        pytest.skip("this user may write everywhere, and cannot give that up")
    told(daymark("tick", home=home, now=DUE, preexec_fn=powerless), 6, "daymark.db cannot be written to")
    for name in closed:
        (home / name).chmod(0o755)
    assert everything(home) == before
    all_is_well(daymark, home)


@pytest.mark.parametrize("mode", [0o000, 0o555], ids=["to be read", "to be written"])
@pytest.mark.parametrize("words", ["feeds", "site", "tick"])
def test_a_folder_of_the_calendars_that_is_not_to_be_touched_is_told(
    words: str, mode: int, daymark: Daymark, at: At
) -> None:
    home = at("queued")
    folder = home / "public" / "rules"
    (home / "calendars" / "own.toml").write_text("[peace-day]\nhidden = true\n", "utf-8")
    folder.chmod(mode)
    if subprocess.run(["test", "-w", folder], preexec_fn=powerless, check=False).returncode == 0:
        pytest.skip("this user may write everywhere, and cannot give that up")
    answer = daymark(words, home=home, now=DUE, preexec_fn=powerless)
    folder.chmod(0o755)
    told(answer, 5, str(folder))
    assert daymark(words, home=home, now=DUE).code == 0
    assert not list((home / "public").rglob("*.part"))


YEAR_ON, YEAR_BACK = "2027-07-03T09:00:00Z", "2025-07-03T09:00:00Z"
SLOW = pytest.mark.slow
# What the clock says at each tick, how the tick ends, and which state the first post has then.
CLOCKS = [
    pytest.param(
        [("2026-07-01T08:00:00Z", 0, "waiting"), (DUE, 0, "sent"), ("2026-07-03T08:00:00Z", 0, "sent")],
        id="an hour back before it is due, and after",
    ),
    pytest.param([("2026-07-03T10:00:00Z", 0, "sent"), (DUE, 0, "sent")], id="an hour on, and right again"),
    pytest.param([(YEAR_BACK, 5, "waiting"), (DUE, 0, "sent")], id="a year back"),
    pytest.param(
        [(f"{YEAR_BACK} --accept-clock", 0, "waiting"), (DUE, 0, "sent")], id="a year back, accepted", marks=SLOW
    ),
    pytest.param(
        [(DUE, 0, "sent"), (f"{YEAR_BACK} --accept-clock", 0, "sent"), (DUE, 0, "sent")],
        id="a year back after the send, accepted",
        marks=SLOW,
    ),
    pytest.param(
        [(YEAR_ON, 0, "missed"), (DUE, 5, "missed"), (f"{DUE} --accept-clock", 0, "missed")],
        id="a year on, and right again",
        marks=SLOW,
    ),
]


@pytest.mark.parametrize("ticks", CLOCKS)
def test_a_clock_that_is_set_sends_once_and_in_time_or_not_at_all(
    ticks: list[tuple[str, int, str]], daymark: Daymark, at: At
) -> None:
    home = at("queued")
    for words, code, state in ticks:
        now, *accept = words.split()
        answer = daymark("tick", *accept, home=home, now=now)
        assert answer.code == code, answer
        assert states(daymark, home, now)[0] == state, words
        assert packs(home) == [EVE] * (state == "sent"), words


def test_what_a_clock_a_year_on_has_missed_is_told_with_its_reason(daymark: Daymark, at: At) -> None:
    home = at("queued")
    assert daymark("tick", home=home, now=YEAR_ON).code == 0
    assert states(daymark, home) == ["missed"] * 3
    reasons = {row["post"]: row["reason"] for row in daymark.json("missed", home=home, now=YEAR_ON)}
    assert [reasons[id] for id in COOPS] == ["no tick ran in time"] * 3


class Sleeper(Counted):
    """A channel whose machine falls asleep when the answer is there."""

    def __init__(self, kind: str, url: str, sleep: Callable[[], None]) -> None:
        super().__init__(kind, url)
        self.sleep = sleep

    def send(self, message):
        told = super().send(message)
        self.sleep()
        return told


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.shutdown()
    made.server_close()


def slept_in_a_send(home: Path, server: Server, kind: str, when: str, *, alone: bool) -> tuple[str, list[str], int]:
    """A machine sleeps eight hours inside a send; others work meanwhile, or it is alone. State, attempts, posts."""
    fill(home, 3)
    now = [MORNING]

    def sleep() -> str:
        now[0] += timedelta(hours=8)
        if not alone:
            work(home, server.url, now[0], 3)
            work(home, server.url, now[0] + timedelta(hours=1), 3)
        return ""

    courier = Courier(
        home=home,
        who="sleeper",
        clock=lambda: now[0],
        accounts={f"a{n}": Account(f"a{n}", "", "plain", "en", "GB", "UTC") for n in range(3)},
        themes=lambda _: (),
        titles=lambda post: sleep() or post.id if when == "before" else post.id,  # asked between claim and request
        channels=lambda p: Sleeper(p.channel, server.url, sleep) if when == "after" else Counted(p.channel, server.url),
        refusal=lambda _: "",
    )
    with reading(home) as db:
        post = next(p for p in reads.posts(db) if p.channel == kind)
        waiting = reads.delivery_of(db, post.id)
    with deliver.Round(courier, Tally()) as round_:
        round_.send(waiting, post, courier.channels(post))
    for days in range(1, 4):
        work(home, server.url, MORNING + timedelta(days=days), 3)
    with reading(home) as db:
        row = reads.delivery_of(db, post.id)
        told = [attempt["outcome"] for attempt in reads.attempts(db, row.id)]
        assert first_broken(db) is None
    return str(row.state), told, server.posts[row.key]


ENDS = {"keyed": "sent", "findable": "sent", "blind": "unsure"}


@pytest.mark.parametrize("kind", ENDS)
def test_who_slept_before_the_request_comes_too_late_to_change_what_others_found(
    kind: str, server: Server, tmp_path: Path
) -> None:
    state, attempts, posts = slept_in_a_send(tmp_path, server, kind, "before", alone=False)
    assert (state, posts) == (ENDS[kind], int(kind != "blind"))
    assert attempts[0] == "lost"
    assert sum(outcome.startswith("late: ") for outcome in attempts) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ENDS)
def test_who_slept_inside_a_send_and_was_not_missed_settles_it(
    kind: str, when: str, server: Server, tmp_path: Path
) -> None:
    state, attempts, posts = slept_in_a_send(tmp_path, server, kind, when, alone=True)
    assert (state, posts) in {("sent", 1), (ENDS[kind], 1)}
    assert not [outcome for outcome in attempts if outcome == "lost" or outcome.startswith("late: ")]


def other_zone_data(folder: Path, like: str) -> dict[str, str]:
    """Zone data that came out after the plan was made, in which London has the time of another place."""
    (folder / "Europe").mkdir(parents=True)
    zones = package("tzdata") / "zoneinfo"
    (folder / "Europe" / "London").write_bytes(zones.joinpath(*like.split("/")).read_bytes())
    return {"PYTHONTZPATH": str(folder)}


# Where London's clocks are like those of another place from then on; what a tick does at the old time; when it goes.
ZONES = [
    pytest.param("Europe/Athens", "sent", DUE, id="noon there: sent at the instant that was approved"),
    pytest.param(
        "Asia/Kamchatka", "waiting", "2026-07-03T20:30:00Z", id="night there: kept until the morning", marks=SLOW
    ),
]


@pytest.mark.parametrize(("like", "state", "goes"), ZONES)
def test_what_was_approved_keeps_its_instant_when_the_zone_data_change(
    like: str, state: str, goes: str, daymark: Daymark, at: At, tmp_path: Path
) -> None:
    home, env = at("queued"), other_zone_data(tmp_path / "zones", like)
    before = {p["id"]: p["due"] for p in daymark.json("posts", home=home) if p["id"] in COOPS}
    assert daymark("tick", home=home, now="2026-07-03T08:59:59Z", env=env).code == 0
    assert packs(home) == []
    assert daymark("tick", home=home, now=DUE, env=env).code == 0
    assert states(daymark, home, DUE)[0] == state
    assert daymark("tick", home=home, now=goes, env=env).code == 0
    assert packs(home) == [EVE]
    after = {p["id"]: p["due"] for p in daymark.json("posts", home=home, env=env) if p["id"] in COOPS}
    assert after == before


def test_what_nobody_has_approved_follows_new_zone_data(daymark: Daymark, at: At, tmp_path: Path) -> None:
    home, env = at("queued"), other_zone_data(tmp_path / "zones", "Europe/Athens")
    old = {p["id"]: p["due"] for p in daymark.json("posts", home=home) if p["state"] == "in review"}
    assert daymark("plan", home=home, now=NOW, env=env).code == 0
    new = {p["id"]: p["due"] for p in daymark.json("posts", home=home, env=env) if p["id"] in old}
    assert len(old) > 3
    assert all(new[id] < old[id] for id in old)


# --- no power


def test_days_without_power_send_what_is_in_time_and_tell_the_rest(daymark: Daymark, at: Callable[[str], Path]) -> None:
    home, back = at("queued"), "2026-07-05T10:00:00Z"
    done = daymark.json("tick", home=home, now=back)
    stand = {p["id"]: p["state"] for p in daymark.json("posts", home=home, now=back)}
    assert (stand[EVE], stand[DAY], stand[THANKS]) == ("missed", "missed", "sent")
    assert (done["sent"], packs(home)) == (1, [THANKS])
    assert all(row["reason"] for row in daymark.json("missed", home=home, now=back))
    assert daymark.json("tick", home=home, now="2026-07-05T10:05:00Z")["sent"] == 0
