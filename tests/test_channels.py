"""The contract of every channel in the table, and the folder channel's own promises."""

from __future__ import annotations

import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from icalendar import Calendar
from test_pictures import picture

from scheduler.channels import open_channel
from scheduler.channels.steps import NAMES
from scheduler.kinds import KINDS
from scheduler.model import Account, Media, Message, Refused, Sent, TryLater, Wording
from scheduler.pictures import Trace, traces

PICTURE = picture("PNG")

MESSAGE = Message(
    key="a1" * 20,
    post="human-rights-day/2026/day/main-en",
    account="main",
    network="mastodon",
    language="en",
    wording=Wording("Today: <Human Rights> Day & more.", note="A note", alt=""),
    local=datetime(2026, 12, 10, 9),
    zone="Europe/London",
    title="Human Rights Day: day",
    at=datetime(2026, 12, 10, 9, tzinfo=UTC),
    since=datetime(2026, 12, 10, 9, tzinfo=UTC),
)


ACCOUNT = Account("main", "folder", "mastodon", "en", "GB", "Europe/London")


@pytest.mark.parametrize("name", KINDS)
def test_a_channel_guarantees_what_the_table_says(name: str, tmp_path: Path) -> None:
    channel = open_channel(replace(ACCOUNT, channel=name), tmp_path)
    assert (channel.guarantee, channel.rates) == (KINDS[name].guarantee, KINDS[name].rates)


def test_sending_the_same_key_twice_makes_one_pack(tmp_path: Path) -> None:
    channel = open_channel(ACCOUNT, tmp_path)
    first, second = channel.send(MESSAGE), channel.send(MESSAGE)
    assert isinstance(first, Sent)
    assert first == second == channel.find(MESSAGE)
    assert len(list((tmp_path / "outbox").iterdir())) == 1


def pack(home: Path) -> Path:
    (found,) = (home / "outbox").iterdir()
    return found


def test_a_pack_holds_what_a_person_needs_to_post_by_hand(tmp_path: Path) -> None:
    sent = open_channel(ACCOUNT, tmp_path).send(MESSAGE)
    assert sent == Sent(f"outbox/{pack(tmp_path).name}")
    assert pack(tmp_path).name == "2026-12-10_0900_main-en_human-rights-day-2026_day_a1a1a1a1"
    assert (pack(tmp_path) / "post.txt").read_text() == "Today: <Human Rights> Day & more.\n"
    assert (pack(tmp_path) / "content-note.txt").read_text() == "A note\n"
    assert not (pack(tmp_path) / "alt.txt").exists()
    assert json.loads((pack(tmp_path) / "post.json").read_text())["post"] == MESSAGE.post
    page = (pack(tmp_path) / "index.html").read_text()
    assert "Today: &lt;Human Rights&gt; Day &amp; more." in page
    assert "2026-12-10 09:00" in page


def test_a_pack_shows_a_thread_in_its_parts(tmp_path: Path) -> None:
    parts = ("Why it matters.", "What to do.", "Where to turn.")
    open_channel(ACCOUNT, tmp_path).send(replace(MESSAGE, wording=Wording("\n---\n".join(parts))))
    files = {path.name: path.read_text() for path in pack(tmp_path).iterdir() if path.suffix in (".txt", ".html")}
    assert [files[f"post-{n}.txt"] for n in (1, 2, 3)] == [f"{part}\n" for part in parts]
    assert "post.txt" not in files
    assert "answer with part 3" in files["checklist.txt"]
    assert all(f"Part {n} of 3" in files["index.html"] for n in (1, 2, 3))
    assert files["index.html"].count('data-copy="text-') == 3
    assert not any("\n---\n" in text for text in files.values())


def test_what_a_person_changed_in_a_pack_is_left_alone(tmp_path: Path) -> None:
    channel = open_channel(ACCOUNT, tmp_path)
    channel.send(MESSAGE)
    (pack(tmp_path) / "post.txt").write_text("mine")
    channel.send(MESSAGE)
    assert (pack(tmp_path) / "post.txt").read_text() == "mine"


def test_many_at_once_make_one_pack(tmp_path: Path) -> None:
    channel = open_channel(ACCOUNT, tmp_path)
    with ThreadPoolExecutor(8) as threads:
        outcomes = set(threads.map(lambda _: open_channel(ACCOUNT, tmp_path).send(MESSAGE), range(8)))
    assert channel.send(MESSAGE) in outcomes
    assert [p.name for p in (tmp_path / "outbox").iterdir() if not p.name.startswith(".")] == [pack(tmp_path).name]


def test_an_outbox_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    outcome = open_channel(ACCOUNT, tmp_path).send(MESSAGE)
    assert isinstance(outcome, TryLater)
    assert "outbox" in outcome.why


def test_a_picture_goes_out_without_the_place_where_it_was_taken(tmp_path: Path) -> None:
    data = picture("PNG", place=True)
    (tmp_path / "day.en.png").write_bytes(data)
    media = Media(str(tmp_path / "day.en.png"), sha256(data).hexdigest())
    open_channel(ACCOUNT, tmp_path).send(replace(MESSAGE, wording=replace(MESSAGE.wording, alt="A table", media=media)))
    assert Trace.PLACE in traces(data)
    assert traces((pack(tmp_path) / "picture.png").read_bytes()) == frozenset()


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "day.en.png").write_bytes(b"picture")
    media = Media(str(tmp_path / "day.en.png"), sha256(b"picture").hexdigest())
    outcome = open_channel(ACCOUNT, tmp_path).send(replace(MESSAGE, wording=replace(MESSAGE.wording, media=media)))
    assert isinstance(outcome, Refused)
    assert "is no picture that can be sent" in outcome.why


def with_picture(path: Path) -> Message:
    media = Media(str(path), sha256(PICTURE).hexdigest())
    return replace(MESSAGE, wording=replace(MESSAGE.wording, alt="A table", media=media))


def test_a_picture_goes_with_its_description(tmp_path: Path) -> None:
    (tmp_path / "day.en.png").write_bytes(PICTURE)
    open_channel(ACCOUNT, tmp_path).send(with_picture(tmp_path / "day.en.png"))
    assert (pack(tmp_path) / "picture.png").read_bytes() == PICTURE
    assert (pack(tmp_path) / "alt.txt").read_text() == "A table\n"


def test_a_picture_that_is_gone_is_refused_and_leaves_no_half_pack(tmp_path: Path) -> None:
    outcome = open_channel(ACCOUNT, tmp_path).send(with_picture(tmp_path / "gone.png"))
    assert isinstance(outcome, Refused)
    assert [p for p in (tmp_path / "outbox").iterdir() if not p.name.startswith(".")] == []


def test_a_picture_that_was_exchanged_after_approval_is_refused(tmp_path: Path) -> None:
    (tmp_path / "day.en.png").write_bytes(b"another picture")
    outcome = open_channel(ACCOUNT, tmp_path).send(with_picture(tmp_path / "day.en.png"))
    assert isinstance(outcome, Refused)
    assert "is not the one that was approved" in outcome.why


LINKED = "See https://un.org/day/(2026), and https://other.example.\nHuman Rights Day"


def made(home: Path, message: Message) -> dict[str, bytes]:
    """The files of a message's pack, in a workspace of its own."""
    home.mkdir(exist_ok=True)
    assert isinstance(open_channel(ACCOUNT, home).send(message), Sent)
    return {path.name: path.read_bytes() for path in pack(home).iterdir()}


def saying(text: str, **changes: str) -> Message:
    return replace(MESSAGE, wording=replace(MESSAGE.wording, text=text), **changes)


def test_a_pack_holds_the_first_link_of_the_text_alone(tmp_path: Path) -> None:
    assert made(tmp_path / "with", saying(LINKED))["link.txt"] == b"https://un.org/day/(2026)\n"
    assert "link.txt" not in made(tmp_path / "without", saying("http://un.org is not private"))


def test_the_same_message_makes_the_same_bytes_whenever_it_is_sent(tmp_path: Path) -> None:
    (tmp_path / "day.png").write_bytes(PICTURE)
    first = with_picture(tmp_path / "day.png")
    later = replace(first, at=first.at + timedelta(hours=3), since=first.since + timedelta(hours=1))
    files = made(tmp_path / "first", first)
    assert files == made(tmp_path / "later", later)
    assert sorted(files) == sorted(
        "post.txt content-note.txt alt.txt picture.png checklist.txt index.html post.ics post.json".split()
    )


@pytest.mark.parametrize("network", [*NAMES, "forum"])
def test_every_network_has_steps_that_fit_the_post(network: str, tmp_path: Path) -> None:
    bare = made(tmp_path / "bare", saying("Words alone.", network=network))["checklist.txt"].decode()
    lines = bare.splitlines()
    assert all(line.startswith("[ ] ") for line in lines)
    assert "daymark status" in lines[0]
    assert lines[-1].endswith(f"daymark done {MESSAGE.post} --url ADDRESS")
    assert any("Paste the text" in line for line in lines)
    assert [word for word in ("alt text", "Add the picture", "link") if word in bare] == []
    (tmp_path / "day.png").write_bytes(PICTURE)
    whole = replace(with_picture(tmp_path / "day.png"), network=network)
    whole = replace(whole, wording=replace(whole.wording, text=LINKED))
    files = made(tmp_path / "whole", whole)
    told = files["checklist.txt"].decode()
    assert [word for word in ("alt text", "picture", "link", "content note") if word not in told] == []
    page = files["index.html"].decode()
    assert page.count('type="checkbox"') == len(told.splitlines()) > len(lines)


def test_instagram_is_told_to_need_a_picture(tmp_path: Path) -> None:
    assert b"no picture" in made(tmp_path, saying("Words alone.", network="instagram"))["checklist.txt"]


ZONES = [
    ("Europe/London", datetime(2026, 12, 10, 9)),
    ("Europe/London", datetime(2026, 7, 3, 10)),
    ("Asia/Kathmandu", datetime(2026, 12, 10, 9)),
    ("America/St_Johns", datetime(2026, 3, 8, 9)),  # hours after the clocks were changed
    ("Pacific/Kiritimati", datetime(2027, 1, 1, 9)),
    ("Africa/Casablanca", datetime(2026, 3, 1, 9)),
]


@pytest.mark.parametrize(("zone", "local"), ZONES)
def test_the_appointment_rings_before_the_post_is_due_in_its_zone(zone: str, local: datetime, tmp_path: Path) -> None:
    data = made(tmp_path, replace(MESSAGE, zone=zone, local=local))["post.ics"]
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    (alarm,) = event.walk("VALARM")
    due = local.replace(tzinfo=ZoneInfo(zone))
    assert event["DTSTART"].dt == due
    assert alarm["TRIGGER"].dt < timedelta()
    assert "Mastodon" in event["SUMMARY"] and "outbox/" in event["DESCRIPTION"]
    told = tzical(io.StringIO(data.decode())).get(zone)  # as a calendar reads it that knows no zones by name
    assert local.replace(tzinfo=told).astimezone(UTC) == due.astimezone(UTC)


def test_an_appointment_has_one_name_for_ever_and_each_its_own(tmp_path: Path) -> None:
    def uid(home: Path, message: Message) -> str:
        return str(Calendar.from_ical(made(home, message)["post.ics"]).walk("VEVENT")[0]["UID"])

    first = uid(tmp_path / "a", MESSAGE)
    assert first == uid(tmp_path / "b", replace(MESSAGE, title="Another title"))
    assert first != uid(tmp_path / "c", replace(MESSAGE, key="b2" * 20))


def test_a_zone_that_is_always_utc_needs_no_rules(tmp_path: Path) -> None:
    data = made(tmp_path, replace(MESSAGE, zone="UTC"))["post.ics"]
    assert b"DTSTART:20261210T090000Z" in data and b"VTIMEZONE" not in data


COUNTED = [
    ("mastodon", "See https://a.example/very/long/address/indeed", "33 of 500 characters"),  # 4, a link of 23, the note
    ("x", "\u65e5\u672c", "4 of 280 characters"),
    ("linkedin", "Rights (all) #HumanRights", "25 of 3000 characters"),  # by hand, no backslash is needed
    ("bluesky", "\u00e9", "1 of 300 characters, 2 of 3000 bytes"),
    ("forum", "Words", "5 of 5000 characters"),
]


@pytest.mark.parametrize(("network", "text", "told"), COUNTED)
def test_the_page_counts_as_the_network_does(network: str, text: str, told: str, tmp_path: Path) -> None:
    assert told in made(tmp_path, saying(text, network=network))["index.html"].decode()


def test_the_page_shows_arabic_from_right_to_left_in_an_english_page(tmp_path: Path) -> None:
    page = made(tmp_path, saying("\u064a\u0648\u0645", language="ar"))["index.html"].decode()
    assert '<html lang="en">' in page
    assert '<pre id="text" lang="ar" dir="rtl">\n\u064a\u0648\u0645</pre>' in page


def test_the_page_reads_without_scripts_and_asks_nothing_of_the_network(tmp_path: Path) -> None:
    (tmp_path / "day.png").write_bytes(PICTURE)
    message = with_picture(tmp_path / "day.png")
    hostile = '</pre><script src="https://evil.example/x.js"></script><img src=https://evil.example>'
    message = replace(message, title=hostile, wording=replace(message.wording, text=hostile, note=hostile, alt=hostile))
    page = made(tmp_path / "ws", message)["index.html"].decode()
    assert re.findall(r"<(?:script|img|link|iframe)\b[^>]*?\bsrc=.?([^\s\">]*)", page) == ["picture.png"]
    assert page.count("<script") == 1 and "default-src 'none'" in page
    assert "&lt;/pre&gt;&lt;script src=&quot;https://evil.example/x.js&quot;" in page
    buttons = re.findall(r"<button[^>]*>", page)
    assert buttons and all("hidden" in button for button in buttons)  # they do nothing without a script
    assert page.count('aria-live="polite"') == len(buttons)
    assert set(re.findall(r'data-copy="(\w+)"', page)) <= set(re.findall(r'<pre id="(\w+)"', page))


def test_a_text_is_copied_with_the_empty_line_that_it_begins_with(tmp_path: Path) -> None:
    assert (
        '<pre id="text" lang="en" dir="ltr">\n\nWords</pre>' in made(tmp_path, saying("\nWords"))["index.html"].decode()
    )


def test_limits_that_have_become_wrong_are_tried_later_and_leave_no_half_pack(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "limits.toml").write_text("most =")
    outcome = open_channel(ACCOUNT, tmp_path).send(MESSAGE)
    assert isinstance(outcome, TryLater) and "limits.toml" in outcome.why
    assert list((tmp_path / "outbox").iterdir()) == []


def test_the_limits_of_the_workspace_count(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "limits.toml").write_text('[whatsapp]\nmost = 1024\nunit = "characters"\n')
    page = made(tmp_path, saying("Words", network="whatsapp"))["index.html"].decode()
    assert "5 of 1024 characters" in page and "on WhatsApp" in page
