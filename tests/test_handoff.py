"""Hand-off: what people post themselves, what they tell of it, and the files for the tools that post for them."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import COOPS, DAY, DUE, EVE, THANKS, TRAUMA, everything, packs, rows
from test_store import a_post

from scheduler.exports.bulk import TOOLS, as_bulk, cautions
from scheduler.model import Media, Post, Wording

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Daymark

    At = Callable[[str], Path]

GOLDEN = Path(__file__).parent / "golden"
URL = "https://www.linkedin.com/feed/update/urn:li:share:7000000000000000000/?actor=1&x='y'"


def test_the_address_of_a_post_is_kept_with_who_said_it(daymark: Daymark, at: At) -> None:
    home = at("sent")
    path = daymark.json("show", EVE, home=home)["place"]
    told = daymark.json("done", EVE, "--url", URL, "--as", "Maria", home=home, now=DUE)
    assert told == [{"post": EVE, "place": URL, "new": True}]
    shown = daymark.json("show", EVE, home=home)
    assert (shown["state"], shown["place"]) == ("sent", URL)
    assert [attempt["detail"] for attempt in shown["attempts"]] == [path]
    assert (home / path / "post.json").is_file()
    assert f"up at {URL}" in daymark("show", EVE, home=home).out
    line = [line for line in daymark.json("audit", "log", home=home) if line["what"] == "done"]
    assert [(x["who"], x["at"], x["subject"], x["before"], x["after"]) for x in line] == [
        ("Maria", DUE, EVE, path, URL)
    ]


def test_the_calendar_of_our_posts_leads_to_the_post(daymark: Daymark, at: At) -> None:
    home = at("sent")
    place = daymark.json("feed", "address", home=home, now=DUE)["feeds"]["posts"]
    daymark("done", EVE, "--url", "https://a.example/1", home=home, now=DUE)
    news = [f"public/posts.{kind}" for kind in ("atom", "json", "rss")]
    assert daymark.json("tick", home=home, now=DUE)["feeds"] == [*news, "public/private/posts.ics"]
    assert b"URL:https://a.example/1\r\n" in Path(place).read_bytes()


def test_saying_it_twice_changes_nothing(daymark: Daymark, at: At) -> None:
    home = at("sent")
    daymark("done", EVE, "--url", URL, "--as", "Maria", home=home)
    before = everything(home)
    assert daymark.json("done", EVE, EVE, "--as", "Ana", home=home) == [{"post": EVE, "place": URL, "new": False}]
    answer = daymark("done", EVE, "--url", URL, "--as", "Ana", home=home)
    assert (answer.code, answer.out) == (0, f"{EVE}: up at {URL}, as was known\n")
    assert everything(home) == before


def test_an_address_may_come_later_and_be_put_right(daymark: Daymark, at: At) -> None:
    home = at("sent")
    path = daymark.json("show", EVE, home=home)["place"]
    assert daymark.json("done", EVE, home=home) == [{"post": EVE, "place": path, "new": True}]
    assert daymark.json("done", EVE, home=home) == [{"post": EVE, "place": path, "new": False}]
    for url in ("https://a.example/wrong", "https://a.example/right"):
        assert daymark.json("done", EVE, "--url", url, home=home) == [{"post": EVE, "place": url, "new": True}]
    assert daymark.json("show", EVE, home=home)["place"] == "https://a.example/right"


LATER = "2026-07-03T11:00:00Z"  # two hours after DUE


def test_what_nobody_has_said_is_up_is_listed_with_its_age(daymark: Daymark, at: At) -> None:
    home = at("sent")
    path = daymark.json("show", EVE, home=home)["place"]
    said = daymark.json("done", "--open", home=home, now=LATER)
    assert said == [{"post": EVE, "place": path, "at": "2026-07-03 09:00:00+00:00", "over": False, "age": 7200}]
    answer = daymark("done", "--open", home=home, now=LATER)
    assert f"2 h    {EVE}  {path}/index.html" in answer.out and "1 handed off" in answer.err
    over = daymark("done", "--open", home=home, now="2026-07-08T09:00:00Z")
    assert "5 d" in over.out and "its time is over" in over.out
    assert daymark.json("done", "--open", home=home, now="2026-07-18T09:00:00Z") == []  # history
    daymark("done", EVE, home=home)
    assert daymark.json("done", "--open", home=home, now=LATER) == []


NO_ADDRESS = [
    "http://a.example/1", "https://", "https:///1", "www.a.example/1", "ftp://a.example/1", "javascript:alert(1)",
    "https://a.example/a b", "https://a.example/1\n", "https://me:word@a.example/1", "http://localhost/1", "https://a:b/",
]  # fmt: skip


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_what_is_no_https_address_is_refused(url: str, daymark: Daymark, at: At) -> None:
    home = at("sent")
    before = everything(home)
    answer = daymark("done", EVE, "--url", url, home=home)
    assert (answer.code, "is not an https address" in answer.err) == (2, True), answer.err
    assert everything(home) == before


WRONG = [
    ("sent", f"done {DAY}", 3, "was not handed off yet: it is waiting"),
    ("planned", f"done {EVE}", 3, "was not handed off yet: it is not queued"),
    ("sent", f"done {EVE} {DAY}", 3, "was not handed off yet"),  # nor is the other one noted
    ("sent", f"done {EVE} {DAY} --url https://a.example/1", 2, "cannot be that of several posts"),
    ("sent", "done cooperatives-day/2026/eve/main", 2, "there is no post"),
    ("sent", "done", 2, "missing argument"),
    ("sent", f"done --open {EVE}", 2, "it says of none that it is up"),
]


@pytest.mark.parametrize(("stage", "words", "code", "says"), WRONG, ids=[row[1] for row in WRONG])
def test_a_mistake_is_told_and_changes_nothing(stage, words, code, says, daymark: Daymark, at: At) -> None:
    home = at(stage)
    before = everything(home)
    answer = daymark(*words.split(), home=home, now=DUE)
    assert (answer.code, says in answer.err.lower()) == (code, True), answer.err
    assert everything(home) == before


def test_what_daymark_sent_itself_was_not_handed_off(daymark: Daymark, at: At) -> None:
    home = at("sent")
    with closing(sqlite3.connect(home / "daymark.db")) as db, db:
        db.execute("UPDATE delivery SET service = 'social.example', place = 'https://social.example/1'")
    before = rows(home)
    answer = daymark("done", EVE, "--url", URL, home=home)
    assert (answer.code, "Daymark sent it itself, to https://social.example/1" in answer.err) == (3, True)
    assert rows(home) == before


def test_a_pack_that_is_done_is_not_made_again(daymark: Daymark, at: At) -> None:
    home = at("sent")
    daymark("done", EVE, "--url", URL, home=home)
    daymark("tick", home=home, now=DUE)
    assert (packs(home), daymark.json("show", EVE, home=home)["place"]) == ([EVE], URL)


@pytest.mark.slow
def test_a_server_keeps_the_address_as_a_file_does(daymark: Daymark, at: At, database: str) -> None:
    home = at("sent")
    assert daymark("migrate-store", "--to", database, home=home).code == 0
    assert [o["post"] for o in daymark.json("done", "--open", home=home, now=LATER)] == [EVE]
    for new in (True, False):
        assert daymark.json("done", EVE, "--url", URL, home=home) == [{"post": EVE, "place": URL, "new": new}]
    assert daymark.json("show", EVE, home=home)["place"] == URL
    assert daymark.json("done", "--open", home=home, now=LATER) == []
    daymark("tick", home=home, now=LATER)
    assert [json.loads(path.read_text())["post"] for path in home.glob("not-yet/*/early.json")] == [DAY]


def a_row(at: str, text: str, *, network: str = "linkedin", alt: str = "", media: Media | None = None) -> Post:
    local = datetime.fromisoformat(at)
    return replace(
        a_post(f"at-{local:%H%M}"), local=local, network=network, wording=Wording(text, alt=alt, media=media)
    )


SAMPLES = (
    a_row("2027-07-30T09:00", 'Say "no" to trafficking, today; and tomorrow.\n\nhttps://un.org/en/day\n#HumanRights'),
    a_row("2027-07-30T18:05", "اليوم، معا 💙", alt="Two hands, one bread", media=Media("p.png", "0" * 64)),
    a_row("2027-07-31T10:00", "@UN says: =1+1 is two"),
)


@pytest.mark.parametrize("tool", TOOLS)
def test_the_file_of_a_tool_is_what_it_was(tool: str) -> None:
    made, golden = as_bulk(TOOLS[tool], SAMPLES), GOLDEN / f"handoff-{tool}.csv"
    assert made == golden.read_bytes(), f"if intended, write it anew and read the difference: {golden}"


@pytest.mark.parametrize("tool", TOOLS)
def test_every_cell_is_quoted_every_row_as_long_and_every_text_as_approved(tool: str) -> None:
    made = as_bulk(TOOLS[tool], SAMPLES)
    table = list(csv.reader(io.StringIO(made.decode("utf-8"), newline=""), strict=True))
    assert {len(line) for line in table} == {len(TOOLS[tool].columns)}
    assert len(table) == len(SAMPLES) + TOOLS[tool].has_header
    assert made.endswith(b'"\r\n') and made.count(b'"') % 2 == 0 and not made.startswith(b"\xef\xbb\xbf")
    assert all(any(post.wording.text in line for line in table) for post in SAMPLES)
    assert as_bulk(TOOLS[tool], []) == (made[: made.index(b"\r\n") + 2] if TOOLS[tool].has_header else b"")


HEADERS = [
    ("buffer", 4, b'"Text","Image URL","Tags","Posting Time"\r\n'),
    (
        "publer",
        12,
        b'"Date","Text","Link(s)","Media URL(s)","Title","Label(s)","Alt text(s)","Comment(s)","Board/Album",',
    ),
    ("metricool", 93, b'"Text","Date","Time","Draft","Facebook","Twitter/X","LinkedIn","GBP","Instagram","Pinterest",'),
    ("hootsuite", 3, b'"2027-07-30 09:00","Say ""no"" to'),
]


@pytest.mark.parametrize(("tool", "many", "begins"), HEADERS, ids=[row[0] for row in HEADERS])
def test_a_file_begins_as_its_tool_wants_it(tool: str, many: int, begins: bytes) -> None:
    assert len(TOOLS[tool].columns) == len(set(TOOLS[tool].columns)) == many
    assert as_bulk(TOOLS[tool], SAMPLES).startswith(begins)


@pytest.mark.parametrize(("network", "column"), [("x", "Twitter/X"), ("linkedin", "LinkedIn"), ("threads", "Threads")])
def test_metricool_is_told_the_network_of_each_post(network: str, column: str) -> None:
    made = as_bulk(TOOLS["metricool"], [a_row("2027-07-30T09:00", "Words", network=network)])
    (row,) = csv.DictReader(io.StringIO(made.decode(), newline=""))
    assert [name for name, cell in row.items() if cell == "TRUE"] == [column]
    assert (row["Date"], row["Time"], row["Draft"]) == ("2027-07-30", "09:00:00", "FALSE")


CAUTIONS = [
    ("buffer", "=1", "begins with = and stays so"),
    ("buffer", "+1", "begins with + and stays so"),
    ("buffer", "-1", "begins with - and stays so"),
    ("hootsuite", "@UN", "begins with @ and stays so"),
    ("publer", "a || b", "where Publer begins another text"),
]


@pytest.mark.parametrize(("tool", "text", "says"), CAUTIONS)
def test_a_cell_that_a_program_could_misread_is_told(tool: str, text: str, says: str) -> None:
    told = list(cautions(TOOLS[tool], [a_row("2027-07-30T09:00", text)]))
    assert says in told[-1] and len(told) == (2 if TOOLS[tool].unsure else 1)
    assert text.encode() in as_bulk(TOOLS[tool], [a_row("2027-07-30T09:00", text)])


def test_what_a_file_cannot_carry_is_told() -> None:
    assert list(cautions(TOOLS["publer"], SAMPLES[:1])) == []
    assert "its picture cannot go with the file" in next(cautions(TOOLS["metricool"], SAMPLES[1:2]))
    assert "its picture and its alt text cannot go" in next(cautions(TOOLS["buffer"], SAMPLES[1:2]))
    assert "takes 100 posts in a file, not 102" in next(cautions(TOOLS["buffer"], SAMPLES[:1] * 102))


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode(), newline=""), strict=True))


def test_approved_posts_go_into_the_file_in_the_time_of_their_account(daymark: Daymark, at: At) -> None:
    home = at("queued")
    file = home / "buffer.csv"
    before = rows(home)
    answer = daymark("handoff", str(file), "--for", "buffer", home=home)
    assert (answer.code, answer.out) == (
        0,
        "3 posts of main; their packs come all the same, say then: daymark done POST\n",
    )
    assert "the times are those of Europe/London" in answer.err
    shown = [daymark.json("show", post, home=home) for post in COOPS]
    assert rows_of(file) == [
        {"Text": post["text"], "Image URL": "", "Tags": "", "Posting Time": post["due_local"]} for post in shown
    ]
    assert rows(home) == before
    assert daymark("handoff", "-", "--for", "buffer", home=home).out.encode() == file.read_bytes()


def test_a_span_of_days_narrows_the_file(daymark: Daymark, at: At) -> None:
    home = at("queued")
    told = daymark.json(
        "handoff", str(home / "x.csv"), "--for", "publer", "--from", "2026-07-04", "--to", "2026-07-04", home=home
    )
    assert (told["account"], told["posts"]) == ("main", [DAY])
    assert [row["Text"] for row in rows_of(home / "x.csv")] == [daymark.json("show", DAY, home=home)["text"]]


def test_what_is_out_or_nobody_approved_is_not_handed_off(daymark: Daymark, at: At) -> None:
    home = at("sent")
    assert daymark.json("handoff", str(home / "x.csv"), "--for", "buffer", home=home, now=DUE)["posts"] == [DAY, THANKS]
    answer = daymark("handoff", str(home / "y.csv"), "--for", "buffer", home=at("planned"))
    assert (answer.code, "no approved post of main" in answer.err) == (3, True)
    assert not (home / "y.csv").exists()


def test_a_hold_holds_here_as_well(daymark: Daymark, at: At) -> None:
    home = at("queued")
    daymark("essential", DAY, home=home)
    daymark("hold", "--why", "storm", "--but-essential", "--as", "Maria", home=home)
    answer = daymark("handoff", str(home / "x.csv"), "--for", "buffer", home=home)
    assert f"{EVE} is left out: on hold by Maria: storm" in answer.err
    assert [row["Text"] for row in rows_of(home / "x.csv")] == [daymark.json("show", DAY, home=home)["text"]]
    (home / "HOLD").write_text("fire")
    answer = daymark("handoff", str(home / "y.csv"), "--for", "buffer", home=home)
    assert (answer.code, "fire" in answer.err, (home / "y.csv").exists()) == (3, True, False)


def test_what_is_due_already_stays_with_people(daymark: Daymark, at: At) -> None:
    home = at("queued")
    answer = daymark("handoff", str(home / "x.csv"), "--for", "buffer", home=home, now=DUE)
    assert f"{EVE} is left out: its time has come" in answer.err
    assert len(rows_of(home / "x.csv")) == 2


def test_a_content_note_is_never_lost_on_the_way(daymark: Daymark, workspace: Path) -> None:
    daymark("plan", home=workspace)
    daymark("approve", TRAUMA, "--as", "Ana", home=workspace)
    note = daymark.json("show", TRAUMA, home=workspace)["note"]
    answer = daymark("handoff", str(workspace / "x.csv"), "--for", "buffer", home=workspace)
    assert (bool(note), answer.code, "it has a content note" in answer.err) == (True, 3, True)


def test_a_thread_is_not_put_into_a_file_for_single_posts(daymark: Daymark, at: At) -> None:
    home = at("planned")
    thread = "One of two. See https://un.org\n---\nTwo of two."
    assert daymark("reword", EVE, "--file", "-", "--as", "Ana", home=home, stdin=thread).code == 0
    assert daymark("approve", EVE, DAY, "--as", "Maria", home=home).code == 0
    answer = daymark("handoff", str(home / "x.csv"), "--for", "buffer", home=home)
    assert (answer.code, f"{EVE} is left out: it is a thread" in answer.err) == (0, True), answer.err
    assert b"---" not in (home / "x.csv").read_bytes()


def test_what_a_check_stops_by_now_is_left_out(daymark: Daymark, at: At) -> None:
    home = at("queued")
    (home / "templates").mkdir(exist_ok=True)
    (home / "templates" / "limits.toml").write_text('[mastodon]\nmost = 20\nunit = "graphemes"\n')
    answer = daymark("handoff", str(home / "x.csv"), "--for", "buffer", home=home)
    assert (answer.code, f"{DAY} is left out: length: " in answer.err) == (3, True), answer.err


def test_hootsuite_is_said_to_be_unsure(daymark: Daymark, at: At) -> None:
    home = at("queued")
    answer = daymark("handoff", str(home / "x.csv"), "--for", "hootsuite", home=home)
    assert answer.code == 0 and "its columns are unsure" in answer.err
    assert (home / "x.csv").read_bytes().startswith(b'"2026-07-03 10:00","')


MISTAKES = [
    ("handoff x.csv", "missing option '--for'"),
    ("handoff x.csv --for bufer", "did you mean buffer?"),
    ("handoff x.csv --for buffer --account nobody", "there is no account 'nobody'"),
    ("handoff x.csv --for buffer --from tomorrow", "'tomorrow' is not a date"),
    ("handoff x.csv --for buffer --from 2026-07-05 --to 2026-07-04", "is before"),
    ("handoff x.csv --for metricool", "no column for 'mastodon'"),
    ("handoff - --for buffer --json", "cannot both go to standard output"),
]


@pytest.mark.parametrize(("words", "says"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_a_hand_off_that_makes_no_sense_is_refused(words: str, says: str, daymark: Daymark, at: At) -> None:
    home = at("queued")
    before = everything(home)
    answer = daymark(*words.split(), home=home, cwd=home)
    assert (answer.code, says in answer.err.lower()) == (2, True), answer.err
    assert everything(home) == before


ACCOUNT = '\n[accounts.{}]\nchannel = "{}"\nnetwork = "{}"\nlanguage = "en"\ncountry = "GB"\nzone = "Europe/London"\n'


def add(home: Path, name: str, channel: str, network: str, more: str = "") -> None:
    toml = home / "daymark.toml"
    head, feeds, rest = toml.read_text("utf-8").partition("[feeds]")
    toml.write_text(head + ACCOUNT.format(name, channel, network) + more + "\n" + feeds + rest, "utf-8")


def test_with_several_accounts_one_is_named_and_none_that_daymark_posts_for(daymark: Daymark, at: At) -> None:
    home = at("queued")
    add(home, "fedi", "mastodon", "mastodon", 'server = "https://social.example"\n')
    assert daymark("handoff", "x.csv", "--for", "buffer", home=home, cwd=home).code == 0  # one is posted by hand
    answer = daymark("handoff", "x.csv", "--for", "buffer", "--account", "fedi", home=home, cwd=home)
    assert (answer.code, "would be out twice" in answer.err) == (2, True), answer.err
    add(home, "page", "folder", "linkedin")
    answer = daymark("handoff", "x.csv", "--for", "buffer", home=home, cwd=home)
    assert (answer.code, "main, page" in answer.err) == (2, True), answer.err
    assert daymark("handoff", "x.csv", "--for", "buffer", "--account", "main", home=home, cwd=home).code == 0


def test_a_file_that_cannot_be_written_is_told(daymark: Daymark, at: At) -> None:
    answer = daymark("handoff", "/nowhere/x.csv", "--for", "buffer", home=at("queued"))
    assert (answer.code, "cannot be written" in answer.err) == (5, True), answer.err
