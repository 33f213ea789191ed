"""Fifty posts through each channel for each thing that may befall its requests, before its real server; and the table.

The slow tests of the channels call `run`, which holds what must never happen, keeps the figures, and compares them with
the table of docs/guarantees.md. `python tests/contract.py` writes that table anew from the figures of the last run.

A channel joins with its line in SUITES, and a test named TEST in its own module, over the faults that stand there.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from faults import FAULTS, SMTP_FAULTS
from through import queued, rounds

from scheduler.model import Wording
from scheduler.store import outbox
from scheduler.store.opening import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from scheduler.model import Account

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "guarantees.md"
KEPT = ROOT / ".cache" / "contract"
BEGIN, END = "<!-- channels and faults: made from a run of the slow tests -->\n", "<!-- end -->\n"
HEADS = ("channel", "what befell its requests", "posts", "out once", "twice", "lost", "ends as")
TEST = "test_fifty_posts_are_out_once_or_told_whatever_befalls_them"
POSTS = 50


@dataclass(frozen=True)
class Suite:
    """What a channel is held against: where, in which module of tests, by which faults. `twice`: whether it may be."""

    channel: str
    server: str
    module: str
    faults: tuple[str, ...] = tuple(FAULTS)
    twice: bool = False
    said: str = ""  # what the account says, where that matters


SUITES = {
    "mastodon": Suite("mastodon", "snac", "test_mastodon"),
    "bluesky": Suite("bluesky", "PDS", "test_bluesky"),
    "wordpress": Suite("wordpress", "WordPress", "test_wordpress"),
    "webhook": Suite("webhook", "Node-RED", "test_webhook"),
    "webhook-ignored": Suite("webhook", "Node-RED", "test_webhook", said='`repeats = "ignored"`'),
    "webhook-refused": Suite("webhook", "Node-RED", "test_webhook", ("503",), said='`busy = "refused"`'),
    "email": Suite("email", "Postfix", "test_email", tuple(SMTP_FAULTS)),
    "chat": Suite("chat", "a receiver of JSON", "test_notices", twice=True),
}
NO_NETWORK = {"folder"}  # nothing lies between it and its place; how it dies is told in test_crash.py and test_life.py
CASES = [(name, fault) for name, suite in SUITES.items() for fault in suite.faults]


def cases(*names: str) -> list[tuple[str, str]]:
    """What a test of a channel is to run over."""
    return [case for case in CASES if case[0] in names]


@dataclass(frozen=True)
class Figures:
    """What came of the posts of one case. Lost: not out, though told as out, or told by nobody."""

    posts: int
    once: int
    twice: int
    lost: int
    ends: dict[str, int] = field(default_factory=dict)

    def cells(self) -> tuple[str, ...]:
        ends = ", ".join(f"{many} {state}" for state, many in sorted(self.ends.items()))
        return (*map(str, (self.posts, self.once, self.twice, self.lost)), ends)


def run(
    case: tuple[str, str],
    account: Account,
    set_fault: Callable[[Callable[[], str]], None],
    out: Callable[[list[str]], Iterable[int]],
    home: Path,
    now: datetime,
) -> None:
    """Sends posts of which every second request that posts meets the fault, and holds what must hold.

    `set_fault` is given what says the fault of the next such request. `out` says how often each of these texts is out.
    """
    suite, (_, fault) = SUITES[case[0]], case
    home.mkdir(exist_ok=True)
    hit, number = Counter(), iter(range(10**6))

    def next_fault() -> str:
        hit[fault] += 1
        return "" if next(number) % 2 else fault

    set_fault(next_fault)
    texts = [f"{home.name} {n}, {fault}." for n in range(POSTS)]
    queued(home, account, [Wording(text) for text in texts], now)
    found = rounds(home, account, now)
    if any(d.state == "waiting" for d in found):  # signed out: a person signs in again
        set_fault(lambda: "")
        with writing(home, now + timedelta(hours=40), "test") as tx:
            outbox.free_accounts(tx)
        found = rounds(home, account, now + timedelta(hours=40))
    times = list(out(texts))
    assert hit[fault], "nothing befell"
    assert all(d.reason for d in found if d.state in ("unsure", "failed")), "nobody is told what to look at"
    told = {"unsure", "failed"}
    lost = sum(not n and str(d.state) not in told for n, d in zip(times, found, strict=True))
    figures = Figures(
        POSTS, times.count(1), sum(n > 1 for n in times), lost, dict(Counter(str(d.state) for d in found))
    )
    _keep(case, figures)
    assert figures.lost == 0, figures
    assert suite.twice or figures.twice == 0, figures
    said = rows().get(case)
    assert said == figures.cells(), "if intended, write the table anew: python tests/contract.py"


def _keep(case: tuple[str, str], figures: Figures) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{case[0]}+{case[1].replace(' ', '-')}.json").write_text(json.dumps(asdict(figures)))


def _cells(case: tuple[str, str], before: dict[tuple[str, str], tuple[str, ...]]) -> tuple[str, ...]:
    """The figures of a case: those of the last run here, else those that stand in the table."""
    path = KEPT / f"{case[0]}+{case[1].replace(' ', '-')}.json"
    if path.is_file():
        return Figures(**json.loads(path.read_text())).cells()
    if case in before:
        return before[case]
    raise SystemExit(f"no figures of {case[0]}, {case[1]}: run the slow tests of {SUITES[case[0]].module}.py")


def name_of(suite: Suite) -> str:
    return f"`{suite.channel}`{f' ({suite.said})' if suite.said else ''}, {suite.server}"


def rows() -> dict[tuple[str, str], tuple[str, ...]]:
    """The table as it stands in the page: each case with its figures."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    lines = [line.strip("| ").split(" | ") for line in rest.partition(END)[0].splitlines()[2:]]
    names = {name_of(suite): name for name, suite in SUITES.items()}
    return {(names.get(cells[0], cells[0]), cells[1]): tuple(cells[2:]) for cells in lines}


def table() -> str:
    """The table from the figures that are here, the rest as it was. Raises SystemExit if a case has none."""
    before = rows()
    made = [(name_of(SUITES[case[0]]), case[1], *_cells(case, before)) for case in CASES]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (HEADS, ("---",) * len(HEADS), *made))


def rewrite() -> None:
    """Writes the table anew."""
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(head + BEGIN + table() + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    rewrite()
