"""The contract of the command line, as a stranger meets it: commands go in; what they print and write counts."""

from __future__ import annotations

import hashlib
import html
import json
import re
import subprocess
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import COOPS, DAY, DUE, EVE, NOW, ROOT, THANKS, TRAUMA, everything

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Daymark

    At = Callable[[str], Path]

OCCURRENCE = {
    "id": str, "name": str, "start": str, "end": str, "kind": str, "certainty": str,
    "themes": list, "dimensions": list, "regions": list, "sensitivity": str,
}  # fmt: skip
POST = {
    "id": str, "observance": str, "stage": str, "account": str, "channel": str, "language": str, "due": str,
    "review": str, "delivery": (str, type(None)), "state": str, "text": str, "alt": str, "digest": str,
    "findings": list,
}  # fmt: skip
TICK = dict.fromkeys(("due", "sent", "failed", "unsure", "missed", "held", "planned"), int) | {"feeds": list}
RECEIPT = {"id": str, "rule": str, "in_words": str, "sources": list, "checked": str, "occurrences": list}
PLAN = {"campaigns": int, "posts": int, "added": list, "kept": int, "skipped": list}
FINDING = dict.fromkeys(("check", "severity", "text", "why", "suggestion"), str)
REVIEW = {"id": str, "review": str}
ROWS: list[tuple[str, str, Any]] = [
    ("days", "planned", [OCCURRENCE]),
    ("upcoming --days 60", "planned", [OCCURRENCE | {"campaign": (str, dict, type(None))}]),
    ("explain trafficking-in-persons-day 2027", "planned", RECEIPT | {"proclaimed": dict}),
    ("explain red-hand-day", "planned", RECEIPT | {"proclaimed": (dict, type(None))}),
    ("plan", "fresh", PLAN),
    ("plan --dry-run", "fresh", PLAN),
    ("posts", "planned", [POST]),
    (f"show {TRAUMA}", "planned", POST),
    (f"check {EVE}", "planned", []),
    (f"approve {EVE} {DAY} --as Ana", "planned", [REVIEW]),
    (f"reject {EVE} --as Ana --why because", "planned", [REVIEW]),
    (f"reword {EVE} --file - --as Ana", "planned", [REVIEW]),
    ("queue", "queued", {"queued": list}),
    ("tick", "queued", TICK),
    ("tick --dry-run", "queued", TICK),
    ("status", "planned", {"posts": int, "due": int, "attention": list}),
    ("hold --why because", "queued", {"held": int}),
    ("resume", "queued", {"held": int, "late": list}),
    ("feeds", "queued", {"files": list}),
    ("preview cooperatives-day/2026", "queued", {"path": str}),
    ("doctor", "queued", [{"check": str, "ok": bool, "say": str}]),
]


def require_shape(value: Any, shape: Any) -> None:
    """A list's shape is that of each member; a table may have more keys than the contract names."""
    if isinstance(shape, list):
        assert isinstance(value, list)
        assert bool(value) == bool(shape)
        for one in value:
            require_shape(one, shape[0])
    else:
        assert {
            key: value.get(key, "missing") for key in shape if not isinstance(value.get(key, ...), shape[key])
        } == {}


@pytest.mark.parametrize(("words", "stage", "shape"), ROWS, ids=[row[0] for row in ROWS])
def test_json_has_the_keys_and_types_of_the_contract(
    words: str, stage: str, shape: Any, daymark: Daymark, at: At
) -> None:
    answer = daymark(*words.split(), "--json", home=at(stage), stdin="Other words.")
    assert answer.code == (3 if words == "status" else 0), answer
    require_shape(answer.json, shape)


def test_init_names_what_it_made_and_the_second_time_nothing(daymark: Daymark, tmp_path: Path) -> None:
    first, again = (daymark.raw("init", str(tmp_path / "ws"), "--json").json for _ in "12")
    assert (first["home"], bool(first["created"])) == (str(tmp_path / "ws"), True)
    assert again == {"home": str(tmp_path / "ws"), "created": []}
    settings = (tmp_path / "ws/daymark.toml").read_text("utf-8")
    assert settings.count("#") > 10
    (tmp_path / "ws/daymark.toml").write_text(settings + "# mine\n", "utf-8")
    daymark.raw("init", str(tmp_path / "ws"))
    assert (tmp_path / "ws/daymark.toml").read_text("utf-8").endswith("# mine\n")


FAILING = [
    ("show nosuch", 2), ("posts --state nosuch", 2), ("preview nosuch/2026", 2), ("days --from 2026-02-30", 2),
    ("approve", 2), (f"approve {EVE}", 2), ("days --nosuch", 2), ("nosuch", 2), ("upcoming --days many", 2),
    (f"approve {TRAUMA} --as daymark", 3), (f"check --text {ROOT}/nosuch", 2),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code"), FAILING, ids=[row[0] for row in FAILING])
def test_a_failure_is_one_json_document_too(words: str, code: int, daymark: Daymark, at: At) -> None:
    answer = daymark(*words.split(), "--json", home=at("planned"))
    assert answer.code == code
    assert answer.json["exit"] == code
    assert answer.json["error"] in answer.err
    assert answer.json["hint"] in answer.err


ORDERS = [
    "status --json --home HOME --now NOW", "--json --home HOME --now NOW status", "--now NOW status --home HOME --json",
    "status --now=NOW --home=HOME --json",
]  # fmt: skip


@pytest.mark.parametrize("words", ORDERS)
def test_home_and_now_and_json_may_stand_anywhere(words: str, daymark: Daymark, stages: dict[str, Path]) -> None:
    answer = daymark.raw(*words.replace("HOME", str(stages["sent"])).replace("NOW", DUE).split())
    assert (answer.code, answer.json["sent"]) == (3, 1), answer


@pytest.mark.parametrize("words", [row[0].split(" ")[0] for row in ROWS[:2] + ROWS[4:5] + ROWS[13:]] + ["init"])
def test_every_command_takes_home_and_now(words: str, daymark: Daymark) -> None:
    text = daymark.raw(words, "--help").out
    assert [option for option in ("--home", "--now", "--json") if option not in text] == []


def test_home_and_now_may_come_from_the_environment(daymark: Daymark, stages: dict[str, Path]) -> None:
    given = daymark.json("upcoming", home=stages["planned"], now="2026-07-20")
    env = {"DAYMARK_HOME": str(stages["planned"]), "DAYMARK_NOW": "2026-07-20T00:00:00Z"}
    assert daymark.raw("upcoming", "--json", env=env).json == given
    assert daymark.raw("upcoming", "--json", cwd=stages["planned"] / "outbox", env={"DAYMARK_NOW": NOW}).code == 0


@pytest.mark.parametrize(("day", "inside"), [("2026-11-24", 0), ("2026-11-25", 1), ("2026-12-10", 1)])
def test_dates_are_iso_and_the_end_is_inclusive(day: str, inside: int, daymark: Daymark, workspace: Path) -> None:
    found = daymark.json("days", "--from", day, "--to", day, home=workspace)
    assert ("sixteen-days-of-activism" in [row["id"] for row in found]) == inside
    assert all(
        date.fromisoformat(row["start"]) <= date.fromisoformat(day) <= date.fromisoformat(row["end"]) for row in found
    )


FILTERS = [
    ("--theme human-trafficking", lambda row: "human-trafficking" in row["themes"]),
    ("--dimension food", lambda row: "food" in row["dimensions"]),
    ("--region GB", lambda row: {"GB", "COUNCIL-OF-EUROPE", "world"} & {*row["regions"]}),
    ("--region gb", lambda row: {"GB", "COUNCIL-OF-EUROPE", "world"} & {*row["regions"]}),
    ("--region US --theme human-trafficking",
     lambda row: {"US", "world"} & {*row["regions"]} and "human-trafficking" in row["themes"]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "fits"), FILTERS, ids=[row[0] for row in FILTERS])
def test_days_filters_keep_what_fits_and_nothing_else(words: str, fits: Any, daymark: Daymark, workspace: Path) -> None:
    every = daymark.json("days", "--to", "2027-06-30", home=workspace)
    some = daymark.json("days", "--to", "2027-06-30", *words.split(), home=workspace)
    assert some == [row for row in every if fits(row)]
    assert 0 < len(some) < len(every)


def test_names_come_in_the_language_asked_for_and_fall_back_visibly(daymark: Daymark, workspace: Path) -> None:
    span = ("--from", "2026-07-01", "--to", "2027-06-30", "--lang", "fr")
    names = {row["id"]: (row["name"], row["name_lang"]) for row in daymark.json("days", *span, home=workspace)}
    assert names["trafficking-in-persons-day"] == (
        "Journée mondiale de la lutte contre la traite d'êtres humains",
        "fr",
    )
    assert {lang for _, lang in names.values()} == {"en", "fr"}


def test_a_receipt_holds_rule_document_sources_and_three_years(daymark: Daymark, workspace: Path) -> None:
    receipt = daymark.json("explain", "trafficking-in-persons-day", "2027", home=workspace)
    assert (receipt["rule"], receipt["proclaimed"]["document"]) == ("07-30", "A/RES/68/192")
    assert [row["start"] for row in receipt["occurrences"]] == ["2026-07-30", "2027-07-30", "2028-07-30"]
    assert receipt["in_words"].startswith("30 July")
    assert all(source.startswith("https://") for source in receipt["sources"])


def test_plan_explains_every_post_and_every_one_left_out(daymark: Daymark, workspace: Path) -> None:
    settings = workspace / "daymark.toml"
    settings.write_text(settings.read_text("utf-8").replace("# a_day = 3", "a_day = 1"), "utf-8")
    plan = daymark.json("plan", home=workspace)
    assert len(plan["added"]) == plan["posts"]
    assert all(row["slot"] and row["why"] for row in plan["skipped"])
    told = daymark("plan", "--explain", home=workspace).out
    assert [name for name in plan["added"] + [row["slot"] for row in plan["skipped"]] if name not in told] == []
    assert len(plan["skipped"]) > 5


POST_FILTERS = [
    ("--campaign cooperatives-day/2026", lambda row: row["id"] in COOPS, True),
    ("--state waiting", lambda row: row["id"] in COOPS, True), ("--account main", lambda _: True, True),
    ("--state in-review", lambda row: row["state"] == "in review", True), ("--state sent", lambda _: False, False),
]  # fmt: skip


@pytest.mark.parametrize(("words", "fits", "some_fit"), POST_FILTERS, ids=[row[0] for row in POST_FILTERS])
def test_posts_filters(words: str, fits: Any, some_fit: bool, daymark: Daymark, stages: dict[str, Path]) -> None:
    every = daymark.json("posts", home=stages["queued"])
    some = daymark.json("posts", *words.split(), home=stages["queued"])
    assert some == [row for row in every if fits(row)]
    assert bool(some) is some_fit


CHECKED = [
    ("Good morning.", "", 0, set()), ("TODO say more", "", 4, {"placeholder"}),
    ("Call 0800 123 456", "", 4, {"helpline"}), ("word " * 100, "--channel x", 4, {"length", "reading"}),
    ("#endslavery", "", 0, {"hashtag-case"}), ("http://example.org", "", 4, {"link-https"}),
    ("PLEASE STOP TRAFFICKING EVERYWHERE NOW! Call 0800 123. #endtrafficking http://example.org TODO", "", 4,
     {"capitals", "helpline", "hashtag-case", "link-https", "placeholder", "TIP-024"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words", "code", "checks"), CHECKED)
def test_any_text_can_be_checked(
    text: str, words: str, code: int, checks: set[str], daymark: Daymark, stages: dict[str, Path]
) -> None:
    answer = daymark("check", "--text", "-", *words.split(), "--json", home=stages["fresh"], stdin=text)
    assert (answer.code, {row["check"] for row in answer.json}) == (code, checks)
    require_shape(answer.json, [FINDING] if checks else [])


def test_a_text_can_come_from_a_file(daymark: Daymark, stages: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("Journée TODO", "utf-8")
    assert daymark("check", "--text", str(tmp_path / "text.txt"), home=stages["fresh"]).code == 4


def test_feeds_tell_their_true_digests_wherever_they_are_built(daymark: Daymark, at: At, tmp_path: Path) -> None:
    home = at("planned")
    for words in ((), ("--out", str(tmp_path / "elsewhere"))):
        rows = daymark.json("feeds", *words, home=home)["files"]
        assert all(
            row["changed"] and hashlib.sha256(Path(row["path"]).read_bytes()).hexdigest() == row["sha256"]
            for row in rows
        )
        assert {"observances.ics", "calendar.json", "coming.atom", "human-trafficking.ics"} <= {
            Path(row["path"]).name for row in rows
        }
        assert not any(row["changed"] for row in daymark.json("feeds", *words, home=home)["files"])


def test_the_preview_shows_every_post_of_the_campaign_whole(daymark: Daymark, at: At) -> None:
    home = at("planned")
    page = Path(daymark.json("preview", "trafficking-in-persons-day/2026", home=home)["path"]).read_text("utf-8")
    plain = html.unescape(re.sub(r"<[^>]+>", "", page))
    posts = daymark.json("posts", "--campaign", "trafficking-in-persons-day/2026", home=home)
    assert [post["id"] for post in posts if post["text"].split("\n")[2] not in plain] == []


def test_doctor_is_well_in_a_new_workspace_and_says_what_is_not(daymark: Daymark, workspace: Path) -> None:
    assert all(row["ok"] for row in daymark.json("doctor", home=workspace))
    (workspace / "calendars/own.toml").write_text("oops = = 1", "utf-8")
    answer = daymark("doctor", "--json", home=workspace)
    assert (answer.code, next(row["check"] for row in answer.json if not row["ok"])) == (5, "calendar")
    assert "own.toml" in json.dumps(answer.json)


TWICE = [
    ("planned", "plan"), ("fresh", "plan --until 2026-08-01"), ("planned", f"approve {EVE} --as Ana"),
    ("queued", "queue"), ("queued", "tick"), ("sent", "tick"), ("queued", "feeds"), ("queued", "resume"),
    ("queued", "hold --why because"), ("planned", "preview cooperatives-day/2026"),
    ("planned", f"reject {EVE} --as Ana --why no"), ("planned", f"reword {EVE} --file {ROOT}/LICENSE --as Ana"),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "words"), TWICE, ids=[" ".join(row) for row in TWICE])
def test_the_second_run_of_a_command_changes_nothing(stage: str, words: str, daymark: Daymark, at: At) -> None:
    home, now = at(stage), DUE if "tick" in words else NOW
    assert daymark(*words.split(), home=home, now=now).code == 0
    before = everything(home)
    assert daymark(*words.split(), home=home, now=now).code == 0
    assert everything(home) == before


REHEARSED = [
    ("fresh", "plan", NOW), ("planned", "queue", NOW), ("fresh", "tick", NOW), ("queued", "tick", DUE),
    ("sent", "tick", DUE), ("queued", "tick", "2026-07-06T09:00:00Z"), ("planned", "tick", "2026-07-20T09:00:00Z"),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "words", "now"), REHEARSED, ids=[" ".join(row) for row in REHEARSED])
def test_a_dry_run_changes_nothing_and_says_what_the_run_then_does(
    stage: str, words: str, now: str, daymark: Daymark, at: At
) -> None:
    home = at(stage)
    if words == "queue":
        daymark("approve", EVE, THANKS, "--as", "Ana", home=home)
    before = everything(home)
    rehearsal = daymark.json(words, "--dry-run", home=home, now=now)
    assert everything(home) == before
    assert daymark.json(words, home=home, now=now) == rehearsal


def test_no_colour_and_no_control_characters_reach_a_pipe(daymark: Daymark, stages: dict[str, Path]) -> None:
    answers = [
        daymark(*words.split(), home=stages["queued"]) for words in ("status", "days", "plan --dry-run", f"show {EVE}")
    ]
    assert [answer for answer in answers if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", answer.out + answer.err)] == []


@pytest.mark.parametrize("words", [("upcoming", "--all"), ("days",), ("--help",)], ids=" ".join)
def test_a_reader_who_has_seen_enough_is_no_failure(words, daymark, workspace):
    command = [daymark.python, "-m", "scheduler", *words, *(() if words[0] == "--help" else ("--home", str(workspace)))]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=daymark.env, cwd=daymark.nest, **pipes) as running:
        running.stdout.close()
        assert (running.stderr.read(), running.wait()) == (b"", 1)
