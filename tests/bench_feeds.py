"""What it costs to write all feeds, as ratios of CPU within one run.

python tests/bench_feeds.py [YEARS]     ten years in six languages, if nothing else is said

Against the icalendar package writing the same feeds event by event with `add()`; against a writer by hand that is given
finished texts and does nothing but escape, fold and join; and what an unchanged workspace costs. To keep the first from
taking minutes it is measured on every nth feed and scaled by the number of events.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from icalendar import Calendar, Event
from icalendar.prop import vRecur

from scheduler.calendars import load_calendar
from scheduler.config import load_settings
from scheduler.feeds import Edition, Feed, Revision, build, catalogue, observance_entries, revise, series_entries
from scheduler.model import LANGUAGES
from scheduler.words import load_sayings
from scheduler.workflow import Workspace
from scheduler.workflow import editions as window
from scheduler.workflow.calendar import sync
from scheduler.workflow.publishing import build_feeds

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
NTH = 25  # of the feeds that the package writes


def cpu(work: Callable[[], object], times: int = 1) -> float:
    """The least CPU seconds of a few runs."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def ours(years: int) -> tuple[tuple[Revision, ...], dict[str, Feed]]:
    """From the calendar to revisions: every entry of every language."""
    calendar = load_calendar([ROOT / "calendars"])
    said = [load_sayings([ROOT / "templates"], language) for language in LANGUAGES]
    entries = [
        entry
        for sayings in said
        for edition in [Edition(sayings, calendar.regions, calendar.helplines, NOW.date())]
        for write in (observance_entries, series_entries)
        for entry in write(calendar.verified, NOW.year - 1, NOW.year + years - 2, edition)
    ]
    known = {feed.path: feed for feed in catalogue(calendar.verified, calendar.regions, said)}
    return revise(entries, {}, NOW).current, known


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


def unchanged(years: int) -> float:
    """A build of a workspace in which nothing changed: the database, the words and a thousand files looked at."""
    window.YEARS_AHEAD = years - 2
    with TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "daymark.toml").write_text('[workspace]\nname = "Bench"\n', "utf-8")
        ws = Workspace(load_settings(home), NOW, lambda: NOW)
        sync(ws)
        build_feeds(ws)
        return cpu(lambda: build_feeds(ws), 5)


def main(years: int) -> None:
    first = cpu(lambda: ours(years))
    revisions, known = ours(years)
    writing = cpu(lambda: build(revisions, known), 3)
    feeds: dict[str, list[Revision]] = {}
    for revision in revisions:
        for path in revision.feeds:
            feeds.setdefault(path, []).append(revision)
    for shown in feeds.values():
        shown.sort(key=lambda r: (r.content["start"], r.uid))
    some = [shown for n, shown in enumerate(feeds.values()) if n % NTH == 0]
    events, sample = (sum(map(len, group)) for group in (feeds.values(), some))
    package = cpu(lambda: [by_package(shown) for shown in some]) * events / sample

    def hand() -> None:
        kept: dict[str, bytes] = {}
        for shown in feeds.values():
            by_hand(shown, kept)

    by = cpu(hand, 3)
    idle = unchanged(years)
    print(
        f"{years} years, {len(LANGUAGES)} languages: {len(feeds)} calendars, {events} events, {len(revisions)} entries"
    )
    told = (
        ("icalendar, add() for each event", package, ""),
        ("first build, calendar to bytes", first + writing, f"{(first + writing) / package:.4f} of icalendar"),
        ("of it the bytes alone", writing, f"{writing / by:.2f} of a writer by hand"),
        ("unchanged workspace, built again", idle, f"{idle / package:.5f} of icalendar"),
    )
    for what, seconds, ratio in told:
        print(f"{what:34}{seconds:8.3f} s CPU  {ratio}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
