"""A whole life through the command line: reviewed, queued, sent or missed, held and released."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import COOPS, DAY, DUE, EVE, NOW, THANKS, TRAUMA, everything, files, packs, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Daymark

    At = Callable[[str], Path]

ON_THE_DAY = "2026-07-04T12:00:00Z"
AFTER = "2026-07-06T09:00:00Z"


def states(daymark: Daymark, home: Path, now: str = NOW) -> dict[str, str]:
    return {row["id"]: row["state"] for row in daymark.json("posts", home=home, now=now)}


def reworded(daymark: Daymark, home: Path, post: str, *words: str, add: str = " Thank you.") -> Any:
    text = daymark.json("show", post, home=home)["text"] + add
    return daymark.json("reword", post, "--file", "-", *words, home=home, stdin=text)


def test_a_post_lives_from_plan_to_pack(daymark: Daymark, workspace: Path) -> None:
    assert daymark.json("plan", "--until", "2026-07-05", home=workspace)["added"] == list(COOPS)
    assert daymark.json("approve", EVE, "--as", "Ana", home=workspace) == [{"id": EVE, "review": "approved"}]
    assert daymark.json("queue", home=workspace) == {"queued": [EVE]}
    early = daymark.json("tick", home=workspace, now="2026-07-03T08:59:00Z")
    assert (early["due"], early["sent"], packs(workspace)) == (0, 0, [])
    assert (daymark.json("tick", home=workspace, now=DUE)["sent"], packs(workspace)) == (1, [EVE])
    whole = daymark.json("show", EVE, home=workspace, now=DUE)
    assert (whole["state"], [row["outcome"] for row in whole["attempts"]]) == ("sent", ["Sent"])
    assert [row["reviewer"] for row in whole["decisions"]] == ["Ana"]
    status = daymark.json("status", home=workspace, now=DUE)
    assert (status["sent"], EVE in [row["subject"] for row in status["attention"]]) == (1, False)


def test_the_pack_of_a_sent_post_can_be_copied_as_it_is(daymark: Daymark, stages: dict[str, Path]) -> None:
    text = daymark.json("show", EVE, home=stages["sent"])["text"]
    (pack,) = stages["sent"].glob("outbox/*")
    assert (pack / "post.txt").read_text("utf-8").strip() == text
    assert packs(stages["sent"]) == [EVE]
    assert shlex.split(pack.name) == [pack.name]
    assert all(content for content, _ in files(pack).values())


def test_what_was_not_approved_in_time_is_missed_and_never_sent_late(daymark: Daymark, at: At) -> None:
    home = at("planned")
    missed = daymark.json("tick", home=home, now=AFTER)["missed"]
    stand = states(daymark, home, AFTER)
    assert (list(stand.values()).count("missed"), {stand[post] for post in COOPS}) == (missed, {"missed"})
    assert daymark.json("tick", home=home, now=AFTER)["missed"] == 0
    told = {row["subject"]: row["say"] for row in daymark.json("status", home=home, now=AFTER)["attention"]}
    assert all("in review" in told[post] for post in COOPS)
    late = daymark("approve", EVE, "--as", "Ana", home=home, now=AFTER)
    assert (late.code, "changed by somebody else" in late.err) == (3, False)
    assert packs(home) == []


@pytest.mark.parametrize(("now", "held"), [(DUE, False), (ON_THE_DAY, False), (AFTER, False), (ON_THE_DAY, True)])
def test_a_tick_accounts_for_every_post_that_is_due(now: str, held: bool, daymark: Daymark, at: At) -> None:
    home = at("queued")
    if held:
        daymark("hold", "--why", "storm", home=home)
    done = daymark.json("tick", home=home, now=now)
    assert done["due"] == sum(done[name] for name in ("sent", "failed", "unsure", "missed", "held"))


@pytest.mark.parametrize("name", ["Ana", "ana", " Ana "])
def test_nobody_approves_their_own_words_about_people_who_were_harmed(name: str, daymark: Daymark, at: At) -> None:
    home = at("planned")
    reworded(daymark, home, TRAUMA, "--as", "Ana")
    assert daymark("approve", TRAUMA, "--as", name, home=home).code == 3
    assert states(daymark, home)[TRAUMA] == "in review"
    assert daymark("approve", TRAUMA, "--as", "Ben", home=home).code == 0


def test_words_without_a_name_do_not_slip_past_the_second_pair_of_eyes(daymark: Daymark, at: At) -> None:
    home = at("planned")
    text = daymark.json("show", TRAUMA, home=home)["text"] + " Thank you."
    unnamed = daymark("reword", TRAUMA, "--file", "-", home=home, stdin=text)
    allowed = unnamed.code == 0 and daymark("approve", TRAUMA, "--as", "Ana", home=home).code == 0
    assert not allowed


def test_a_reword_drops_the_approval_and_takes_the_post_out_of_the_outbox(daymark: Daymark, at: At) -> None:
    home = at("queued")
    assert reworded(daymark, home, EVE, "--as", "Ana") == [{"id": EVE, "review": "in review"}]
    assert daymark.json("queue", home=home) == {"queued": []}
    assert daymark.json("tick", home=home, now=DUE)["sent"] == 0
    assert daymark("approve", EVE, "--as", "Ana", home=home, now=DUE).code == 0
    assert daymark.json("tick", home=home, now=DUE)["sent"] == 1


def test_the_same_words_again_keep_the_approval(daymark: Daymark, at: At) -> None:
    home = at("queued")
    assert reworded(daymark, home, EVE, "--as", "Ben", add="") == [{"id": EVE, "review": "approved"}]


def test_a_text_with_an_error_cannot_be_approved_nor_can_the_posts_beside_it(daymark: Daymark, at: At) -> None:
    home = at("planned")
    assert reworded(daymark, home, EVE, "--as", "Ana", add=" TODO")[0]["review"] == "draft"
    assert daymark("check", EVE, home=home).code == 4
    assert daymark("approve", DAY, EVE, "--as", "Ben", home=home).code == 4
    assert states(daymark, home)[DAY] == "in review"


def test_a_rejected_post_does_not_go_out_until_somebody_says_yes(daymark: Daymark, at: At) -> None:
    home = at("queued")
    rejected = daymark.json("reject", EVE, "--as", "Ben", "--why", "too long", home=home)
    assert rejected == [{"id": EVE, "review": "changes wanted"}]
    assert daymark.json("tick", home=home, now=DUE)["sent"] == 0
    assert daymark.json("show", EVE, home=home)["decisions"][-1]["why"] == "too long"


@pytest.mark.parametrize("words", [("reword", "--file", "-", "--as", "Ben"), ("reject", "--as", "Ben", "--why", "no")])
def test_what_is_out_is_out(words: tuple[str, ...], daymark: Daymark, at: At) -> None:
    home = at("sent")
    before = everything(home)
    assert daymark(words[0], EVE, *words[1:], home=home, now=DUE, stdin="Other words.").code == 3
    assert everything(home) == before


RELEASES = [
    ("--keep", DUE, [EVE], "sent"), ("--drop", DUE, [], "cancelled"), ("--keep", "2026-07-03T23:30:00Z", [], "missed"),
    ("--drop", "2026-07-03T23:30:00Z", [], "cancelled"),
]  # fmt: skip


@pytest.mark.parametrize(("choice", "now", "sent", "state"), RELEASES)
def test_after_a_hold_somebody_chooses_and_nothing_catches_up_by_itself(
    choice: str, now: str, sent: list[str], state: str, daymark: Daymark, at: At
) -> None:
    home = at("queued")
    assert daymark.json("hold", "--why", "storm", "--as", "Ana", home=home) == {"held": 3}
    assert (daymark.json("tick", home=home, now=DUE)["held"], packs(home)) == (1, [])
    assert daymark("resume", home=home, now=DUE).code == 3
    assert daymark("resume", choice, home=home, now=now).code == 0
    daymark("tick", home=home, now=now)
    assert (packs(home), states(daymark, home, now)[EVE]) == (sent, state)
    assert states(daymark, home, now)[THANKS] == "waiting"


def test_the_button_can_be_released_when_nothing_came_due(daymark: Daymark, at: At) -> None:
    home = at("queued")
    daymark("hold", "--why", "storm", home=home)
    assert daymark("resume", home=home).code == 0
    assert daymark.json("tick", home=home, now=DUE)["sent"] == 1


def test_a_file_holds_everything_with_and_without_words(daymark: Daymark, at: At) -> None:
    home = at("queued")
    (home / "HOLD").write_bytes(b"\xff")
    assert (daymark.json("tick", home=home, now=DUE)["held"], packs(home)) == (1, [])
    (home / "HOLD").write_text("earthquake\n")
    first = daymark("status", "--json", home=home, now=DUE).json["attention"][0]
    assert (first["what"], "earthquake" in first["say"]) == ("hold", True)
    assert daymark("resume", home=home, now=DUE).code == 3
    assert (home / "HOLD").exists()
    assert daymark("resume", "--keep", home=home, now=DUE).code == 0
    assert not (home / "HOLD").exists()
    assert daymark.json("tick", home=home, now=DUE)["sent"] == 1


def test_the_button_works_when_the_database_does_not(daymark: Daymark, at: At) -> None:
    home = at("queued")
    database = (home / "daymark.db").read_bytes()
    (home / "daymark.db").write_bytes(b"no database at all")
    answer = daymark("hold", "--why", "storm", "--scope", "account:main", "--as", "Ana", home=home)
    assert (answer.code, "the file HOLD stops everything" in answer.out) == (0, True)
    assert (home / "HOLD").read_text() == "storm (Ana)\n"
    (home / "daymark.db").write_bytes(database)  # as from a backup
    assert (daymark.json("tick", home=home, now=DUE)["held"], packs(home)) == (1, [])


SCOPES = [
    ("account:main", 3), ("channel:folder", 3), ("campaign:cooperatives-day/2026", 3), ("country:GB", 3),
    ("theme:poverty", 3), ("theme:human-trafficking", 0), ("campaign:trafficking-in-persons-day/2026", 0),
]  # fmt: skip


@pytest.mark.parametrize(("scope", "count"), SCOPES)
def test_a_hold_reaches_as_far_as_its_scope(scope: str, count: int, daymark: Daymark, at: At) -> None:
    home = at("queued")
    assert daymark.json("hold", "--why", "storm", "--scope", scope, home=home) == {"held": count}
    assert daymark.json("tick", home=home, now=DUE)["sent"] == (0 if count else 1)


def test_taking_note_of_a_missed_post_does_not_release_the_button(daymark: Daymark, at: At) -> None:
    home = at("queued")
    daymark("reject", EVE, "--as", "Ana", "--why", "no", home=home)
    daymark("tick", home=home, now="2026-07-04T07:00:00Z")
    daymark("hold", "--why", "storm", home=home, now="2026-07-04T07:00:00Z")
    missed = [
        row["do"] for row in daymark.json("status", home=home, now=ON_THE_DAY)["attention"] if row["what"] == "missed"
    ]
    assert missed
    for advice in missed:
        daymark(*shlex.split(advice.rpartition("daymark ")[2].replace("NAME", "Ana")), home=home, now=ON_THE_DAY)
    daymark("tick", home=home, now=ON_THE_DAY)
    assert packs(home) == []
    attention = daymark.json("status", home=home, now=ON_THE_DAY)["attention"]
    assert "hold" in [row["what"] for row in attention]


def test_a_hold_stands_first_in_the_status_and_says_why(daymark: Daymark, at: At) -> None:
    home = at("queued")
    daymark("hold", "--why", "storm over the coast", "--as", "Ana", home=home)
    first = daymark.json("status", home=home)["attention"][0]
    assert (first["what"], "storm over the coast" in first["say"], "Ana" in first["say"]) == ("hold", True, True)


def test_status_is_content_when_nothing_waits_for_a_person(daymark: Daymark, at: At) -> None:
    home = at("fresh")
    assert daymark("status", home=home).code == 0
    daymark("plan", "--until", "2026-07-05", home=home)
    assert daymark("status", home=home).code == 3
    daymark("approve", *COOPS, "--as", "Ana", home=home)
    daymark("queue", home=home)
    assert daymark("status", home=home).code == 0


def test_status_names_the_same_counts_whatever_they_are(daymark: Daymark, stages: dict[str, Path]) -> None:
    keys = [sorted(daymark.json("status", home=home, now=DUE)) for home in stages.values()]
    assert keys == [keys[0]] * len(keys)


def test_everything_a_person_did_is_in_the_audit_log(stages: dict[str, Path]) -> None:
    log = " ".join(rows(stages["sent"])["audit"])
    assert [word for word in (*COOPS, "Ana", "approved") if word not in log] == []
