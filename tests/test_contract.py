"""The table of channels and faults in docs/guarantees.md: every case is in it, and none that no slow test runs."""

from __future__ import annotations

from importlib import import_module

import contract
import pytest

from scheduler.kinds import KINDS


def test_every_channel_is_held_against_what_may_befall_it() -> None:
    assert {suite.channel for suite in contract.SUITES.values()} | contract.NO_NETWORK == set(KINDS)


@pytest.mark.parametrize("module", sorted({suite.module for suite in contract.SUITES.values()}))
def test_the_slow_tests_run_every_case_of_their_channel(module: str) -> None:
    marks = getattr(import_module(module), contract.TEST).pytestmark
    run = [case for mark in marks if mark.name == "parametrize" for case in mark.args[1]]
    assert run == [case for case in contract.CASES if contract.SUITES[case[0]].module == module]
    assert "slow" in {mark.name for mark in marks}


def test_the_table_has_every_case_and_no_other() -> None:
    assert list(contract.rows()) == contract.CASES, "run the slow tests, then: python tests/contract.py"


def test_the_table_says_that_nothing_was_lost_and_what_was_out_twice() -> None:
    for (name, fault), (posts, once, twice, lost, ends) in contract.rows().items():
        assert (posts, lost) == (str(contract.POSTS), "0"), (name, fault)
        assert twice == "0" or contract.SUITES[name].twice, (name, fault)
        assert sum(int(part.split()[0]) for part in ends.split(", ")) == int(posts), (name, fault)
        assert int(once) + int(twice) + (int(posts) if "unsure" in ends or "failed" in ends else 0) >= int(posts)
