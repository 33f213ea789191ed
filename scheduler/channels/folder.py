"""The folder channel: a copy-ready pack per post in outbox/, for people who post by hand. Needs no account."""

from __future__ import annotations

import json
import shutil
from functools import cached_property
from typing import TYPE_CHECKING

from scheduler.channels import PictureError
from scheduler.channels.pack import Pack, pack_name
from scheduler.channels.writing import put
from scheduler.config import folders, load_limits
from scheduler.errors import BadData
from scheduler.kinds import KINDS
from scheduler.model import Refused, Sent, TryLater, Unsure

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.model import Account, Found, Limits, Message, Outcome


class Folder:
    """Writes a pack whole or not at all. A pack that is there already is left as it is: sending twice is a no-op."""

    def __init__(self, account: Account, home: Path) -> None:
        kind = KINDS[account.channel]
        self.guarantee, self.rates = kind.guarantee, kind.rates
        self.home, self.outbox = home, home / "outbox"

    def find(self, message: Message) -> Found:
        pack = self.outbox / pack_name(message)
        try:
            return self._sent(pack) if _is_pack(pack, message.key) else None
        except OSError as error:
            return Unsure(f"{pack} cannot be read: {error.strerror}")

    def test(self) -> str:
        return f"packs go to {self.outbox}"

    def send(self, message: Message) -> Outcome:
        pack = self.outbox / pack_name(message)
        try:
            if _is_pack(pack, message.key):
                return self._sent(pack)
            self.outbox.mkdir(exist_ok=True)
            return self._write(pack, message)
        except PictureError as error:
            return Refused(str(error))
        except BadData as error:  # the limits of the networks, which were right when the settings were read
            return TryLater(str(error))
        except OSError as error:
            if _is_pack(pack, message.key):  # another process was quicker and tidied up
                return self._sent(pack)
            return TryLater(f"{self.outbox} cannot be written: {error.strerror}")

    def _write(self, pack: Path, message: Message) -> Outcome:
        contents = self._pack(message).files()
        try:
            put(self.outbox, pack.name, contents, message.key)
        except OSError:  # another process has just written the same pack
            if not _is_pack(pack, message.key):
                raise
        for left in self.outbox.glob(f".part-{message.key}-*"):
            shutil.rmtree(left, ignore_errors=True)
        return self._sent(pack)

    def _pack(self, message: Message) -> Pack:
        limits = self._limits
        return Pack(message, limits.get(message.network) or limits["plain"])

    @cached_property
    def _limits(self) -> dict[str, Limits]:
        return load_limits(folders(self.home, "templates"))

    def _sent(self, pack: Path) -> Sent:
        return Sent(pack.relative_to(self.home).as_posix())  # the workspace may move; what is inside stays


def _is_pack(pack: Path, key: str) -> bool:
    """Whether the pack of this key is there; post.json is written with the rest, so all of it is."""
    try:
        told = json.loads((pack / "post.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return False
    return bool(told["key"] == key)
