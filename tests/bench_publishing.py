"""What it costs to write all feeds and the whole site, as ratios of CPU within one run.

python tests/bench_publishing.py [YEARS]     ten years in six languages, if nothing else is said

Into a real workspace, with its database and its files. Against the icalendar package writing the same feeds, and no
site, event by event with `add()`: to keep that from taking minutes it is measured on every nth feed and scaled by the
number of events. Against a writer by hand that is given finished texts and does nothing but escape, fold and join. And
what it costs when nothing has changed.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from icalendar import Calendar, Event
from icalendar.prop import vRecur

from scheduler.config import load_settings
from scheduler.feeds import Feed, Revision, build
from scheduler.model import LANGUAGES
from scheduler.store import feeds as store
from scheduler.store.opening import reading
from scheduler.workflow import Workspace
from scheduler.workflow import editions as window
from scheduler.workflow.calendar import sync, synced
from scheduler.workflow.publishing import build_feeds
from scheduler.workflow.siting import write_site

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
NTH = 25  # of the feeds that the package writes
SETTINGS = """[workspace]
name = "Bench"
[feeds]
base = "https://example.org/calendar"
[site]
years = {years}
"""
COMMAND = (
    "from scheduler.workflow import editions as e; e.YEARS_AHEAD = {ahead}; from scheduler.__main__ import main; main()"
)


def cpu(work: Callable[[], object], times: int = 1) -> float:
    """The least CPU seconds of a few runs."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def publish(home: Path) -> Workspace:
    """What `daymark feeds` and `daymark site` do."""
    ws = Workspace(load_settings(home), NOW, lambda: NOW)
    sync(ws)
    build_feeds(ws)
    write_site(ws)
    return ws


def first(home: Path, years: int) -> float:
    """The CPU seconds of a first build, in a process that has built nothing before: call it in one of its own."""
    rmtree(home, ignore_errors=True)
    home.mkdir()
    (home / "daymark.toml").write_text(SETTINGS.format(years=years), "utf-8")
    return cpu(lambda: publish(home))


def commands(home: Path) -> float:
    """The least CPU seconds of the two commands when nothing has changed, their start-up with them."""
    code = COMMAND.format(ahead=window.YEARS_AHEAD)
    best = float("inf")
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for verb in ("feeds", "site"):
            words = [sys.executable, "-c", code, verb, "--home", str(home), "--now", NOW.isoformat()]
            subprocess.run(words, check=True, capture_output=True, cwd=ROOT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


def kept(ws: Workspace) -> tuple[tuple[Revision, ...], dict[str, Feed]]:
    """Every entry of the calendar's feeds in every language, and what the feeds are called."""
    with reading(ws.home) as db:
        revisions = store.revisions(db, ours=False)
    return tuple(revisions.values()), {feed.path: feed for feed in window.feeds_of(ws, synced(ws))}


def by_package(shown: list[Revision]) -> bytes:
    """One feed as a user of the icalendar package writes it."""
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//x//EN")
    for r in shown:
        event, content = Event(), r.content
        for name, value in (("UID", r.uid), ("DTSTAMP", r.stamp), ("CREATED", r.created), ("LAST-MODIFIED", r.stamp)):
            event.add(name, value)
        event.add("SEQUENCE", r.sequence)
        event.add("DTSTART", date.fromisoformat(content["start"]))
        event.add("DTEND", date.fromisoformat(content["end"]))
        if "rrule" in content:
            event.add("RRULE", vRecur.from_ical(content["rrule"]))
        for name, key in (("SUMMARY", "summary"), ("DESCRIPTION", "description"), ("URL", "url"), ("STATUS", "status")):
            event.add(name, content[key])  # type: ignore[literal-required]
        event.add("CATEGORIES", content["categories"])
        event.add("TRANSP", "TRANSPARENT")
        event.add("X-MICROSOFT-CDO-BUSYSTATUS", "FREE")
        calendar.add_component(event)
    return calendar.to_ical()


ESCAPED = re.compile(r"[\\;,\n]")


def folded(line: str) -> bytes:
    data = line.encode()
    if len(data) < 76:
        return data + b"\r\n"
    cut, out = 75, []
    while len(data) > cut:
        at = cut
        while data[at] & 0xC0 == 0x80:
            at -= 1
        out.append(data[:at])
        data, cut = data[at:], 74
    return b"\r\n ".join([*out, data]) + b"\r\n"


def by_hand(shown: list[Revision], kept: dict[str, bytes]) -> bytes:
    """One feed as one would write it who wants nothing but speed; an entry is written once for all its feeds."""
    for r in shown:
        if r.id in kept:
            continue
        c = r.content
        said = [ESCAPED.sub(lambda m: "\\n" if m[0] == "\n" else "\\" + m[0], c[k]) for k in ("summary", "description")]  # type: ignore[literal-required]
        at = r.stamp.strftime("%Y%m%dT%H%M%SZ")
        head = f"BEGIN:VEVENT\r\nUID:{r.uid}\r\nDTSTAMP:{at}\r\nCREATED:{at}\r\nLAST-MODIFIED:{at}\r\nSEQUENCE:0\r\n"
        days = f"DTSTART;VALUE=DATE:{c['start'].replace('-', '')}\r\nDTEND;VALUE=DATE:{c['end'].replace('-', '')}\r\n"
        lines = folded(f"SUMMARY:{said[0]}") + folded(f"DESCRIPTION:{said[1]}") + folded(f"URL:{c['url']}")
        tags = folded("CATEGORIES:" + ",".join(c["categories"]))
        tail = b"STATUS:CONFIRMED\r\nTRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\r\nEND:VEVENT\r\n"
        kept[r.id] = (head + days).encode() + lines + tags + tail
    return b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + b"".join(kept[r.id] for r in shown) + b"END:VCALENDAR\r\n"


def files(home: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (home / "public").rglob("*") if path.is_file()}


def main(years: int) -> None:
    window.YEARS_AHEAD = years - 1
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with get_context("fork").Pool(1, maxtasksperchild=1) as apart:
            whole = min(apart.apply(first, (home, years)) for _ in range(3))
        before = files(home)
        idle, processes = cpu(lambda: publish(home), 5), commands(home)
        rewritten = len(files(home).items() ^ before.items())
        revisions, known = kept(publish(home))
    feeds: dict[str, list[Revision]] = {}
    for revision in revisions:
        for path in revision.feeds:
            feeds.setdefault(path, []).append(revision)
    for shown in feeds.values():
        shown.sort(key=lambda r: (r.content["start"], r.uid))
    some = [shown for n, shown in enumerate(feeds.values()) if n % NTH == 0]
    events, sample = (sum(map(len, group)) for group in (feeds.values(), some))
    package = cpu(lambda: [by_package(shown) for shown in some], 2) * events / sample
    writing = cpu(lambda: build(revisions, known), 3)

    def hand() -> None:
        kept: dict[str, bytes] = {}
        for shown in feeds.values():
            by_hand(shown, kept)

    by = cpu(hand, 3)
    print(
        f"{years} years, {len(LANGUAGES)} languages: {len(feeds)} calendars, {events} events, {len(revisions)} entries;"
    )
    print(f"{len(before)} files, {rewritten} of them rewritten when nothing had changed")
    told = (
        ("icalendar, add() for each event of the calendars", package, "", 0.0),
        ("feeds and site, first build", whole, "icalendar", package),
        ("the same when nothing has changed", idle, "icalendar", package),
        ("the same as two commands", processes, "icalendar", package),
        ("a writer by hand, calendars alone", by, "", 0.0),
        ("the bytes of our calendars", writing, "the writer by hand", by),
    )
    for what, seconds, other, of in told:
        print(f"{what:50}{seconds:9.3f} s CPU" + (f"{seconds / of:9.4f} of {other}" if other else ""))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
