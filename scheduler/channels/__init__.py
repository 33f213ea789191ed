"""Where posts go. A channel says what it guarantees as data, and turns a message into an outcome; it never raises."""

from __future__ import annotations

from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeGuard, runtime_checkable

from scheduler.kinds import KINDS
from scheduler.model import FOREVER, Guarantee, RateLimits, Sent
from scheduler.pictures import NoPicture, fitted

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from scheduler.model import Account, Found, Media, Message, Outcome, Takes


class Channel(Protocol):
    """An account's way out: one kind of place. Made with the account and the workspace's folder."""

    guarantee: Guarantee
    rates: RateLimits

    def send(self, message: Message) -> Outcome:
        """Sends; what the place or the network did is the outcome. The message's key makes a repeat recognisable."""
        ...

    def find(self, message: Message) -> Found:
        """Where the message of this key is; None if it is not out; Unsure if that cannot be told now, or ever."""
        ...

    def test(self) -> str:
        """Says in words that the account works, without making anything public. Raises ChannelError if it does not."""
        ...


@runtime_checkable
class Telling(Protocol):
    """A channel whose server tells how much it takes."""

    def takes(self, at: datetime) -> Takes:
        """What the server says of it, asked at `at`. Raises ChannelError if it says nothing."""
        ...


class Mailing(Protocol):
    """What a channel has beside that if its accounts may write to several people, one letter each."""

    @property
    def is_many(self) -> bool:
        """Whether this account does."""
        ...

    def recipients(self) -> tuple[str, ...]:
        """The addresses, each once. Raises Stopped."""
        ...

    def sitting(self, message: Message) -> AbstractContextManager[Callable[[str], Outcome]]:
        """Sends a message to one address after the other. What is the same for all of them raises Stopped."""
        ...


def is_mailing(channel: Channel) -> TypeGuard[Mailing]:
    """Whether it writes to several people for this account."""
    return bool(getattr(channel, "is_many", False))


class Stopped(Exception):
    """What came of a send before anything was published."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(repr(outcome))
        self.outcome = outcome

    @property
    def why(self) -> str:
        """What stopped it, in words; empty if it is out already."""
        return "" if isinstance(self.outcome, Sent) else self.outcome.why


class Rehearsal:
    """Stands in for every channel when a command only tells what it would do: it says yes and does nothing."""

    guarantee = Guarantee(FOREVER, findable=True)
    rates = RateLimits()

    def send(self, message: Message) -> Outcome:
        return Sent(f"rehearsed {message.post}")

    def find(self, message: Message) -> Found:
        del message
        return None

    def test(self) -> str:
        return "rehearsed"


class PictureError(Exception):
    """The picture of a post is gone, or is not the one that was approved."""


def picture_bytes(media: Media, channel: str) -> bytes:
    """The picture of a file, if its bytes are those that people said yes to, as the channel takes it.

    What the file tells beside it is taken out; a larger one than the channel takes is made smaller, the same each time.
    Raises PictureError, also for one that cannot be made small enough.
    """
    try:
        data = Path(media.path).read_bytes()
    except OSError as error:
        raise PictureError(f"the picture {media.path} cannot be read: {error.strerror}") from error
    if sha256(data).hexdigest() != media.sha256:
        raise PictureError(f"the picture {media.path} is not the one that was approved")
    kind = KINDS[channel]
    try:
        return fitted(data, kind.picture_bytes, kind.picture_longest)
    except NoPicture as error:
        raise PictureError(f"{media.path} is no picture that can be sent: {error}") from error


def open_channel(account: Account, home: Path) -> Channel:
    """The channel of an account, for a workspace."""
    module, _, made = KINDS[account.channel].made_by.partition(":")
    channel: Channel = getattr(import_module(module), made)(account, home)
    return channel
