"""The table of channels, and the page that is made from it. `python tests/test_kinds.py` writes the page anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest

from scheduler.kinds import KINDS, Kind, guarantee_of, service_of
from scheduler.model import FOREVER, Account, Guarantee

PAGE = Path(__file__).resolve().parents[1] / "docs" / "channels.md"
BEGIN, END = "<!-- kinds of channels: made from the table -->\n", "<!-- end -->\n"
HEADS = (
    "channel",
    "what it is",
    "an account needs",
    "secrets",
    "pictures",
    "content note",
    "threads",
    "edits there",
    "same again",
)


def again(guarantee: Guarantee) -> str:
    """What may be done after a lost answer, in words."""
    if guarantee.findable:
        return "looks first"
    if guarantee.keyed == FOREVER:
        return "repeats"
    return f"repeats for {guarantee.keyed}" if guarantee.keyed else "a person looks"


def row(kind: Kind) -> tuple[str, ...]:
    needed = {"`server`": kind.needs_server, "`handle`": kind.needs_handle, "`to` or `list`": kind.needs_to}
    needs = [name for name, is_needed in needed.items() if is_needed]
    options = [f"`{name}` ({', '.join(values)})" for name, values in kind.options.items()]
    size = f", {kind.picture_bytes / 1e6:g} MB" if kind.picture_bytes else ""
    pictures = f"{kind.pictures}{size}, {'described' if kind.has_alt else 'not described'}" if kind.pictures else "none"
    asked = "; ".join(filter(None, [", ".join(needs), ", ".join(options)])) or "nothing"
    secrets = ", ".join([*(f"`{name}`" for name in kind.secrets), *(f"(`{name}`)" for name in kind.may_secrets)])
    note = "yes" if kind.has_note else "no"
    threads = "yes" if kind.has_threads else "no"
    told = (asked, secrets or "none", pictures, note, threads, kind.edits, again(kind.guarantee))
    return (f"`{kind.name}`", kind.about, *told)


def table() -> str:
    lines = [HEADS, ("---",) * len(HEADS), *map(row, KINDS.values())]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def rewritten(text: str) -> str:
    head, _, rest = text.partition(BEGIN)
    return head + BEGIN + table() + END + rest.partition(END)[2]


def test_the_page_of_channels_has_the_table_as_it_is() -> None:
    told = PAGE.read_text(encoding="utf-8")
    assert told == rewritten(told), "write it anew with: python tests/test_kinds.py"


def test_the_page_tells_of_every_channel() -> None:
    told = PAGE.read_text(encoding="utf-8").lower()
    assert [name for name in KINDS if f"`{name}`" not in told] == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_is_made_by_a_class_that_is_there(kind: Kind) -> None:
    module, _, name = kind.made_by.partition(":")
    made = getattr(import_module(module), name)
    assert all(callable(getattr(made, verb)) for verb in ("send", "find", "test"))


def test_a_receiver_that_ignores_repeats_may_be_sent_them_for_ever() -> None:
    account = Account("main", "webhook", "plain", "en", "GB", "UTC", options={"repeats": "ignored"})
    assert guarantee_of(account) == Guarantee(FOREVER)
    assert guarantee_of(replace(account, options={"repeats": "unknown"})) == Guarantee()


SERVICES = [
    ("folder", "", "folder"),
    ("mastodon", "https://social.example", "social.example"),
    ("webhook", "https://n8n.example:8443/webhook/1", "n8n.example:8443"),
]


@pytest.mark.parametrize(("channel", "server", "service"), SERVICES)
def test_what_rests_as_one_is_a_host(channel: str, server: str, service: str) -> None:
    assert service_of(Account("main", channel, "plain", "en", "GB", "UTC", server=server)) == service


GUARANTEES = [
    (Guarantee(), timedelta(), False),
    (Guarantee(keyed=timedelta(hours=1)), timedelta(minutes=59), True),
    (Guarantee(keyed=timedelta(hours=1)), timedelta(hours=1), False),
    (Guarantee(findable=True), timedelta(days=900), True),
    (Guarantee(FOREVER), timedelta(days=900), True),
]


@pytest.mark.parametrize(("guarantee", "later", "allows"), GUARANTEES)
def test_a_guarantee_allows_a_repeat_while_it_holds(guarantee: Guarantee, later: timedelta, allows: bool) -> None:
    from datetime import UTC, datetime

    began = datetime(2027, 7, 30, tzinfo=UTC)
    assert guarantee.allows(began, began + later) is allows
    assert guarantee.allows(None, began + later)


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
