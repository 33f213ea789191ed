"""Team chats through Apprise: Slack, Matrix, Telegram, ntfy, mail and a hundred more, each by an address of its own.

At least once: a chat tells neither what became of a message nor takes a key. Made for people who work together; it has
no descriptions of pictures, so it takes none. The address holds the secret, and is kept as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler import secrets
from scheduler.errors import BadData, ChannelError
from scheduler.kinds import KINDS, guarantee_of
from scheduler.model import Sent, SignedOut, TryLater, Unsure

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.model import Account, Found, Message, Outcome

EXTRA = "install it with: pip install 'daymark-scheduler[chat]'"


class Chat:
    """A chat that takes posts."""

    def __init__(self, account: Account, home: Path) -> None:
        self.account, self.home = account, home
        self.guarantee, self.rates = guarantee_of(account), KINDS[account.channel].rates

    def send(self, message: Message) -> Outcome:
        w = message.wording
        try:
            tell(address(self.home, self.account.name), message.title, f"{w.note}\n\n{w.text}" if w.note else w.text)
        except BadData as error:
            return SignedOut(error.words)
        except ChannelError as error:
            return TryLater(error.words)
        return Sent("")

    def find(self, message: Message) -> Found:
        del message
        return Unsure("a chat cannot be asked")

    def test(self) -> str:
        address(self.home, self.account.name)
        return "its address is one that Apprise knows; nothing was sent"


def address(home: Path, name: str) -> str:
    """The address of a chat: the secret `url` of that name. Raises BadData without one that Apprise knows."""
    from apprise import Apprise

    url, _ = secrets.find(home, name, "url")
    if not url:
        raise BadData(f"{name} has no address of a chat", f"daymark secret set {name}.url")
    if not Apprise().add(url):
        raise BadData(f"the address of {name} is none that Apprise knows", f"daymark secret set {name}.url")
    return url


def tell(url: str, title: str, body: str) -> None:
    """Sends a message to a chat. Raises ChannelError if Apprise does not say that it got there."""
    from apprise import Apprise

    chat = Apprise()
    chat.add(url)
    if not chat.notify(title=title, body=body):
        raise ChannelError("the chat did not take the message", "see whether its address still holds")
