"""Eight processes at a time, killed (-9) at every point of their work: nothing is lost, nothing goes out twice."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from counting import KINDS, MORNING, Server, fill

from scheduler.store import reads
from scheduler.store.log import first_broken, lines
from scheduler.store.opening import reading, soundness


@pytest.mark.parametrize(
    ("kills", "posts"), [(40, 150), pytest.param(1000, 3000, marks=pytest.mark.slow)], ids=["40 kills", "1,000 kills"]
)
def test_whoever_dies_every_post_is_out_once_or_told_as_unsure(
    kills: int, posts: int, tmp_path: Path, record_property
) -> None:
    server = Server()
    fill(tmp_path, posts)
    words = [sys.executable, str(Path(__file__).parent / "counting.py"), tmp_path, server.url, kills, "seed", posts]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    with reading(tmp_path) as db:
        deliveries, found = reads.deliveries(db), reads.posts(db)
        assert first_broken(db) is None
        claims = Counter(line["subject"] for line in lines(db) if line["what"] == "claimed")
        tried = Counter(dict(db.execute("SELECT delivery, COUNT(*) FROM attempt GROUP BY delivery").fetchall()))
    assert soundness(tmp_path).startswith("sound")
    states = {kind: Counter(str(deliveries[p.id].state) for p in found if p.channel == kind) for kind in KINDS}
    killed, daemons = map(int, done.stdout.split())
    told = {
        "kills": killed,
        "daemons among them": daemons,
        "posts": posts,
        "answers lost": server.lost,
        "states": states,
    }
    record_property("figures", repr(told))
    print(told)
    assert killed >= kills
    assert daemons >= kills // 20, told
    assert set(states["findable"]) <= {"sent", "failed"}, told  # failed: killed at each of its twelve tries
    assert set(states["keyed"]) | set(states["blind"]) <= {"sent", "unsure"}, told
    assert states["keyed"]["unsure"] + states["findable"]["failed"] <= posts // 100, told
    assert sum(sum(each.values()) for each in states.values()) == posts
    for post in found:
        row = deliveries[post.id]
        assert server.posts[row.key] <= 1, (post, row)
        assert row.state == "unsure" or server.posts[row.key] == (row.state == "sent"), (post, row)
        assert server.requests[row.key] <= (1 if post.channel == "blind" else row.attempts), (post, row)
        assert row.attempts == claims[post.id] == tried[row.id], (post, row)
    server.shutdown()
    server.server_close()


def test_what_was_lost_on_the_way_back_is_told_and_not_sent_again(tmp_path: Path) -> None:
    server = Server()
    fill(tmp_path, 60)
    words = [sys.executable, str(Path(__file__).parent / "counting.py"), tmp_path, server.url, "0", "seed", "60"]
    subprocess.run([str(word) for word in words], check=True, capture_output=True)
    with reading(tmp_path) as db:
        deliveries, found = reads.deliveries(db), reads.posts(db)
    unsure = [p for p in found if deliveries[p.id].state == "unsure"]
    assert unsure
    assert {p.channel for p in unsure} == {"blind"}
    assert all(server.requests[deliveries[p.id].key] == 1 for p in unsure)
    assert all(deliveries[p.id].due == MORNING for p in unsure)
    server.shutdown()
    server.server_close()
