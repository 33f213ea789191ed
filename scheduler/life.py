"""The life of a delivery as data: its states, and every step between them. The page of guarantees is made from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from scheduler.model import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Sequence


class Who(StrEnum):
    """Who may take a step."""

    TICK = "a tick or a worker"
    SWEEP = "the sweep of a tick"
    PERSON = "a named person"


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a delivery, in one transaction. `of` None: there is no row yet.

    `before`, `within` and `after` say what it leads to when the program dies there.
    """

    of: DeliveryState | None
    to: DeliveryState
    by: str
    who: Who
    before: str
    after: str
    within: str = "as before"


_WAITING, _SENDING, _SENT = DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.SENT
_FAILED, _UNSURE = DeliveryState.FAILED, DeliveryState.UNSURE
_MISSED, _CANCELLED = DeliveryState.MISSED, DeliveryState.CANCELLED

STATES: dict[DeliveryState, tuple[str, str]] = {
    _WAITING: (
        "it will go at its time; also between two tries",
        "the claim; its expiry; the check before the send; a person",
    ),
    _SENDING: (
        "a process has claimed it, for two minutes",
        "its outcome; recovery once the two minutes are over",
    ),
    _SENT: ("it is out; its place is stored", "the end"),
    _FAILED: (
        "refused for good, tried 12 times, or stopped by the check before the send",
        "the end. Its post goes back to people: put right what the reason says, then `approve` it again, or `reword` "
        "it; it gets a new delivery",
    ),
    _UNSURE: (
        "it may or may not be out, and its channel can neither be asked nor be sent the same again; nobody guesses",
        "a person who has looked: `daymark settle`",
    ),
    _MISSED: (
        "its time was over",
        "the end, but for an answer that comes late. `daymark missed` tells what may follow: its post gets a new "
        "delivery as it is, while its time lasts, or with other words, by `reword`",
    ),
    _CANCELLED: (
        "a person took it back or dropped it after a hold, or its day is no longer held",
        "the end. A post that was taken back may be approved again, one that was dropped reworded; it gets a new "
        "delivery",
    ),
}

AFTER_ALL = "`Sent` of a try that had been given up as lost"
PERHAPS = "`Unsure` of a try that had been given up as lost"
_STAYS = "it waits; the next tick decides anew"
_LEFT = "it stays `sending`; after two minutes recovery asks the channel whether it is out"
_LOOKS = "the channel is asked again by the next tick"
_LATE = "it stays `sending`; the next tick recovers it"
_OVER = "nothing more to do"
_AGAIN = "the next tick sends it at its time"
_BACK = "its post is back with people"
_DOUBT = "it stays `unsure`, and the person is asked again"
_CLOSED = "on hold as before; the person repeats the command"
_UNSENT = "the holds are lifted and all posts decided about; a file `HOLD` may still be there: `resume` again"
_ROLLED = "as before: also none of the other posts of the command is changed"

STEPS = (
    Step(
        None,
        _WAITING,
        "`queue` of an approved post",
        Who.TICK,
        "its post stays approved; the next tick queues it",
        _AGAIN,
        "as before: none of the round's posts is queued",
    ),
    Step(
        None,
        _WAITING,
        "`missed --send` of a post whose time is not over",
        Who.PERSON,
        "it is missed as before; the person repeats the command",
        _AGAIN,
        _ROLLED,
    ),
    Step(
        None,
        _MISSED,
        "expiry of a post that nobody approved or queued",
        Who.SWEEP,
        "its post stays as it is; the next tick tells it",
        _OVER,
        "as before: none of the round's posts is told",
    ),
    Step(
        None,
        _CANCELLED,
        "planning, when its day is no longer held",
        Who.TICK,
        "its post stays; the next tick plans again",
        _OVER,
        "as before: nothing of the plan is kept",
    ),
    Step(_WAITING, _SENDING, "claim", Who.TICK, _STAYS, f"nothing has left the house; {_LEFT}"),
    Step(
        _WAITING,
        _MISSED,
        "expiry",
        Who.SWEEP,
        "it waits, and is not sent; the next tick tells it",
        _OVER,
        "as before: none of the round's posts is told",
    ),
    Step(_WAITING, _SENT, "expiry, when an earlier try may be out and the channel finds it", Who.SWEEP, _LOOKS, _OVER),
    Step(
        _WAITING,
        _UNSURE,
        "expiry, the check before the send, or the end of the time in which a repeat is harmless, when an earlier try "
        "may be out",
        Who.TICK,
        _STAYS,
        "a person looks",
    ),
    Step(
        _WAITING,
        _UNSURE,
        "`reject`, `reword` or `resume` stops it, when an earlier try may be out",
        Who.PERSON,
        "it waits, and may be sent; the person repeats the command",
        "a person looks",
        _ROLLED,
    ),
    Step(_WAITING, _SENT, AFTER_ALL, Who.TICK, _AGAIN, _OVER),
    Step(
        _WAITING, _WAITING, PERHAPS, Who.TICK, _AGAIN, "as for any other doubt: the channel is asked, or its key used"
    ),
    Step(_WAITING, _FAILED, "the check before the send", Who.TICK, _STAYS, _BACK),
    Step(
        _WAITING,
        _CANCELLED,
        "`reject` or `reword` takes it back",
        Who.PERSON,
        "it waits, and may be sent; the person repeats the command",
        _BACK,
        _ROLLED,
    ),
    Step(_WAITING, _CANCELLED, "`resume` drops it", Who.PERSON, _CLOSED, _UNSENT, _ROLLED),
    Step(_WAITING, _MISSED, "`resume`, when it could only go too late", Who.PERSON, _CLOSED, _UNSENT, _ROLLED),
    Step(_WAITING, _WAITING, "`resume` moves it to a later time", Who.PERSON, _CLOSED, _UNSENT, _ROLLED),
    Step(_SENDING, _SENT, "settle: `Sent`", Who.TICK, f"it is out; {_LEFT}", _OVER),
    Step(_SENDING, _WAITING, "settle: `TryLater`, `SignedOut`; `Partly`, of a post for many", Who.TICK, _LEFT, _AGAIN),
    Step(_SENDING, _FAILED, "settle: `Refused`, or the twelfth `TryLater`", Who.TICK, _LEFT, _BACK),
    Step(_SENDING, _WAITING, "settle: `Unsure`, where a repeat is harmless", Who.TICK, _LEFT, _AGAIN),
    Step(
        _SENDING,
        _UNSURE,
        "settle: `Unsure`, where a repeat could do harm; or an end, when an earlier try may be out",
        Who.TICK,
        _LEFT,
        "a person looks",
    ),
    Step(_SENDING, _MISSED, "settle: `TryLater`, with the next try past its end", Who.TICK, _LEFT, _OVER),
    Step(_SENDING, _SENT, "recovery: the channel finds it", Who.SWEEP, _LATE, _OVER),
    Step(_SENDING, _WAITING, "recovery, where a repeat is harmless", Who.SWEEP, _LATE, "the same tick sends it again"),
    Step(_SENDING, _FAILED, "recovery after the twelfth try", Who.SWEEP, _LATE, _BACK),
    Step(
        _SENDING,
        _UNSURE,
        "recovery, where a repeat could do harm, or none is left and the channel does not say",
        Who.SWEEP,
        _LATE,
        "a person looks",
    ),
    Step(_SENDING, _MISSED, "recovery when its time is over", Who.SWEEP, _LATE, _OVER),
    Step(_UNSURE, _SENT, "`settle --out`", Who.PERSON, _DOUBT, _OVER),
    Step(_UNSURE, _SENT, AFTER_ALL, Who.TICK, "it stays `unsure`", _OVER),
    Step(_MISSED, _SENT, AFTER_ALL, Who.TICK, "it stays `missed`", _OVER),
    Step(_MISSED, _UNSURE, PERHAPS, Who.TICK, "it stays `missed`", "a person looks"),
    Step(_UNSURE, _WAITING, "`settle --not-out`", Who.PERSON, _DOUBT, "the next tick sends it, with the same key"),
    Step(
        _UNSURE,
        _WAITING,
        "`settle --out` of a post for many, while others wait for it and nobody has called it off",
        Who.PERSON,
        _DOUBT,
        "the next tick writes to those who wait",
    ),
    Step(
        _UNSURE,
        _MISSED,
        "`settle --not-out` when its time is over, or of what was missed before or `resume` had found too late",
        Who.PERSON,
        _DOUBT,
        _OVER,
    ),
    Step(_UNSURE, _CANCELLED, "`settle --not-out` of what `resume` had dropped", Who.PERSON, _DOUBT, _OVER),
    Step(
        _UNSURE,
        _CANCELLED,
        "`settle --not-out` of what `reject` or `reword` had taken back",
        Who.PERSON,
        _DOUBT,
        _BACK,
    ),
)

# What may follow what. Everything else is a mistake in the program.
TRANSITIONS = frozenset((step.of, step.to) for step in STEPS)


def page() -> str:
    """Both tables as Markdown: the states, and the steps with what a crash leads to."""
    states = [(f"`{state}`", means, on) for state, (means, on) in STATES.items()]
    steps = [
        (f"`{s.of}`" if s.of else "none", f"`{s.to}`", s.by, str(s.who), s.before, s.within, s.after) for s in STEPS
    ]
    heads = ("from", "to", "what does it", "who", "a crash before it", "within its transaction", "after it")
    told = "Each step is one transaction, kept whole or not at all. Where the program dies says what becomes of it:"
    return f"{_table(('state', 'means', 'goes on by'), states)}\n{told}\n\n{_table(heads, steps)}"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines: list[tuple[str, ...]] = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
