"""A thread: a post in parts, each an answer to the one before it. Picture and description go with the first."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from scheduler.model import Begun, Sent, Unsure, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scheduler.model import Found, Message, Outcome


def messages_of(message: Message) -> tuple[Message, ...]:
    """A message for each part; of one that is no thread, itself."""
    texts, w = parts_of(message.wording.text), message.wording
    if len(texts) == 1:
        return (message,)
    bare = replace(w, alt="", media=None)
    return tuple(
        replace(message, wording=replace(bare if n else w, text=text), part=n, of=len(texts))
        for n, text in enumerate(texts)
    )


def key_of(part: Message) -> str:
    """The idempotency key of a part: the message's own for the first."""
    return sha256(f"{part.key} {part.part}".encode()).hexdigest()[:40] if part.part else part.key


def send_each(parts: Sequence[Message], send: Callable[[Message, Sequence[Sent]], Outcome]) -> Outcome:
    """Sends one part after the other; `send` is given those that are out. Once one is out, no trouble means none is."""
    out: list[Sent] = []
    for part in parts:
        outcome = send(part, out)
        if not isinstance(outcome, Sent):
            return Unsure(f"{so_far(out, parts)}; {outcome.why}") if out else outcome
        out.append(outcome)
    return replace(out[0], differs="; ".join(filter(None, (sent.differs for sent in out))))


def found_of(out: Sequence[Sent], parts: Sequence[Message]) -> Found:
    """What a look came to that found the first parts of a thread."""
    if len(out) == len(parts):
        return out[0]
    return Begun(so_far(out, parts)) if out else None


def so_far(out: Sequence[Sent], parts: Sequence[Message]) -> str:
    return f"{len(out)} of {len(parts)} parts are out"
