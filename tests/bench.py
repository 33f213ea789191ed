"""`make bench`: start-up and throughput as ratios within one run; single times mean little on a shared machine."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

RUNS = 15
NOW = "2026-11-24T12:00:00Z"
TYPER_HELLO = """
import typer
app = typer.Typer()
@app.command()
def hello(name: str = "x") -> None:
    print("hello", name)
app()
"""


def cpu(command: list[str], runs: int = RUNS) -> float:
    """Median user and system seconds of the whole process."""
    times = []
    for _ in range(runs + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(times[1:])  # the first run warms the caches


def start_up(folder: Path, daymark: str) -> None:
    python = sys.executable
    home, hello = folder / "home", folder / "hello.py"
    hello.write_text(TYPER_HELLO)
    at = ["--home", str(home), "--now", NOW]
    for words in (["init", str(home)], ["plan", *at], ["tick", *at]):
        subprocess.run([daymark, *words], check=True, stdout=subprocess.DEVNULL)
    floor, typer = cpu([python, "-c", "pass"]), cpu([python, str(hello)])
    post = "human-rights-day/2026/day/main-en"
    commands = {
        "idle tick": ["tick"],
        "upcoming": ["upcoming"],
        "--help": ["--help"],
        "days": ["days"],
        "explain": ["explain", "trafficking-in-persons-day"],
        "posts": ["posts"],
        "show": ["show", post],
        "check POST": ["check", post],
        "status": ["status"],
        "plan --dry-run": ["plan", "--dry-run"],
    }
    print(f"{'command':<18}{'x python -c pass':>18}{'x one-command Typer':>22}")
    print(f"{'python -c pass':<18}{1:>18.2f}{floor / typer:>22.2f}")
    for name, words in commands.items():
        options = [] if name == "--help" else at
        took = cpu([daymark, *words, *options])
        print(f"{name:<18}{took / floor:>18.2f}{took / typer:>22.2f}")


def idle_with_many_posts(folder: Path, daymark: str) -> None:
    """The idle tick over a thousand posts and over a million."""
    took = {}
    for number in (1_000, 1_000_000):
        home = folder / f"home-{number}"
        shutil.copytree(folder / "home", home)
        with closing(sqlite3.connect(home / "daymark.db")) as db, db:
            columns = [row[1] for row in db.execute("PRAGMA table_info(post)")]
            values = {"id": "'copy/' || n", "queued": "1", "review": "'approved'"}
            chosen = ", ".join(values.get(c, f'"{c}"') for c in columns)
            db.execute(
                f"WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < {number}) "
                f"INSERT INTO post SELECT {chosen} FROM many, (SELECT * FROM post LIMIT 1)"
            )
        (home / "daymark.toml").touch()
        at = ["--home", str(home), "--now", NOW]
        subprocess.run([daymark, "tick", *at], check=False, stdout=subprocess.DEVNULL)
        took[number] = cpu([daymark, "tick", *at])
    print(f"idle tick, 1,000,000 posts stored against 1,000: x{took[1_000_000] / took[1_000]:.2f}")


def planning(folder: Path) -> None:
    """60 observances, 12 stages, 6 accounts: planned, rendered, checked and stored, against bare Jinja2."""
    from jinja2 import Environment

    from scheduler.config import load_settings
    from scheduler.workflow import Workspace
    from scheduler.workflow.calendar import sync, synced
    from scheduler.workflow.making import make_workspace
    from scheduler.workflow.planning import plan

    home = folder / "plan"
    make_workspace(home)
    tables = "".join(
        f'[accounts.a{n}]\nchannel = "folder"\nnetwork = "mastodon"\nlanguage = "en"\ncountry = "GB"\n'
        f'zone = "Europe/London"\na_day = 100\ngap_minutes = 0\nquiet = "00:00-00:00"\n'
        for n in range(6)
    )
    (home / "daymark.toml").write_text(f'[workspace]\nname = "Bench"\n[plan]\nplaybook = "standard"\n{tables}')
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    ws = Workspace(load_settings(home), now, lambda: now)
    sync(ws)
    calendar = synced(ws)
    began = time.process_time()
    done = plan(ws, calendar, date(2027, 11, 30) + timedelta(30))
    took = time.process_time() - began
    texts = [p.wording.text for p in done.added]
    template = Environment(autoescape=False).from_string("{{ a }}\n\n{{ b }}\n{% if c %}{{ c }}{% endif %}\n{{ d }}")
    parts = [(t[:60], t[60:200], t[200:300], t[300:]) for t in texts]
    began = time.process_time()
    for a, b, c, d in parts:
        template.render(a=a, b=b, c=c, d=d)
    bare = time.process_time() - began
    rate = len(texts) / took
    print(f"planning {len(texts)} posts: {rate:.0f} a CPU second, x{took / bare:.1f} bare Jinja2 on the same texts")


def calendar_and_guard() -> None:
    """Every date of nine years for every region, and the guard over a year's texts, as CPU beside a bare Python."""
    from scheduler import paths
    from scheduler.calendars import load_calendar
    from scheduler.config import load_limits
    from scheduler.model import Sensitivity
    from scheduler.texts import Texts
    from scheduler.workflow.calendar import days
    from scheduler.workflow.checking import Checker

    floor = cpu([sys.executable, "-c", "pass"])
    calendar = load_calendar([Path(paths.shipped("calendars"))])
    regions = {*calendar.regions, *(r for o in calendar.observances.values() for r in o.regions)}
    began = time.process_time()
    found = [len(days(calendar, date(2024, 1, 1), date(2032, 12, 31), region=region)) for region in regions]
    took = time.process_time() - began
    print(
        f"{max(found)} dates of 2024-2032 for {len(regions)} regions: {took:.3f} s, x{took / floor:.1f} python -c pass"
    )
    templates = [Path(paths.shipped("templates"))]
    checker = Checker(templates, load_limits(templates), calendar)
    shipped, line = Texts(templates), calendar.helplines[0].line
    said = [text.says for place, each in shipped.files if each == "en" for text in shipped.at(place, each).values()]
    texts = [f"{says['long'].text}\n\n{line}" for says in said if "long" in says] * 5
    how = {"language": "en", "network": "plain", "sensitivity": Sensitivity.NORMAL, "on": date(2026, 11, 24)}
    checker.text(texts[0], **how)
    began = time.process_time()
    for n, text in enumerate(texts):
        checker.text(f"{text} {n}", **how)
    print(f"all checks on {len(texts)} texts: {len(texts) / (time.process_time() - began) * 60:.0f} a CPU minute")


def main() -> None:
    daymark = str(Path(sys.executable).parent / "daymark")
    os.environ.pop("DAYMARK_NOW", None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start_up(folder, daymark)
        idle_with_many_posts(folder, daymark)
        planning(folder)
    calendar_and_guard()


if __name__ == "__main__":
    main()
