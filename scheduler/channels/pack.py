"""What lies in a pack: all that a person needs to post by hand. The same message gives the same bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scheduler.channels import picture_bytes
from scheduler.channels.page import page
from scheduler.channels.steps import NAMES, steps
from scheduler.checks.lengths import links, measures
from scheduler.dates import as_utc
from scheduler.model import parts_of
from scheduler.pictures import ending

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.model import Limits, Message

ADDRESS = "ADDRESS"  # what a person puts the address of the post in place of


@dataclass(frozen=True)
class Pack:
    """A message as a person gets it. `limits` are its network's.

    `early`: the instant at which it goes up, in the copy that a person gets a day before; None in the pack itself.
    """

    message: Message
    limits: Limits
    early: datetime | None = None

    @property
    def name(self) -> str:
        return pack_name(self.message)

    @property
    def network(self) -> str:
        return NAMES.get(self.message.network, self.message.network)

    @cached_property
    def at(self) -> datetime:
        """When it is due, on the wall clock of its zone."""
        zone, local = ZoneInfo(self.message.zone), self.message.local
        return (self.early or as_utc(local.date(), local.time(), zone)).astimezone(zone)

    @property
    def when(self) -> str:
        """When it is due, in words that fit beside its zone."""
        return f"{self.at:%A, %Y-%m-%d %H:%M}"

    @cached_property
    def shown(self) -> bytes:
        """The picture as it goes out; empty if there is none. Raises PictureError."""
        media = self.message.wording.media
        return picture_bytes(media, "folder") if media else b""

    @property
    def picture(self) -> str:
        return f"picture.{ending(self.shown)}" if self.shown else ""

    @property
    def link(self) -> str:
        """The first link of the text; empty if there is none."""
        return next((link for link in links(self.message.wording.text) if link.lower().startswith("https://")), "")

    @property
    def done(self) -> str:
        """What a person says once the post is up."""
        return f"daymark done {self.message.post} --url {ADDRESS}"

    def steps(self, done: str) -> tuple[str, ...]:
        """What to do, in order; `done` says where the command stands that tells Daymark."""
        w = self.message.wording
        parts = {"note": w.note, "alt": w.alt, "picture": w.media, "bare": not w.media, "link": self.link}
        parts["thread"] = len(self.parts) > 1
        has = {name for name, part in parts.items() if part}
        wait = f"{self.when} {self.message.zone}" if self.early else ""
        return tuple(steps(self.message.network, has, self.message.language, done, wait))

    @property
    def parts(self) -> tuple[str, ...]:
        """The text, or the parts of a thread."""
        return parts_of(self.message.wording.text)

    def lengths(self, part: str) -> str:
        """How long the text, or a part of it, is as its network counts it, against the most that it may be."""
        w, by_hand = self.message.wording, replace(self.limits, escaped="")  # a person writes no backslashes
        told = [
            (long, "characters" if unit != "bytes" else unit, most)
            for long, unit, most in measures(part, by_hand, w.note)
        ]
        return ", ".join(f"{long} of {most} {unit}" for long, unit, most in told)

    def files(self) -> dict[str, bytes]:
        """Every file of the pack by name, post.json last; the copy of before has none. Raises PictureError."""
        m, w = self.message, self.message.wording
        names = ["post.txt"] if len(self.parts) == 1 else [f"post-{n}.txt" for n in range(1, len(self.parts) + 1)]
        texts = dict(zip(names, self.parts, strict=True))
        texts |= {"content-note.txt": w.note, "alt.txt": w.alt, "link.txt": self.link}
        texts["checklist.txt"] = "\n".join(f"[ ] {step}" for step in self.steps(self.done))
        files = {name: f"{text}\n".encode() for name, text in texts.items() if text}
        if w.media:
            files[self.picture] = self.shown
        files["index.html"] = page(self).encode()
        files["post.ics"] = self._reminder()
        told = {"key": m.key, "post": m.post, "account": m.account, "network": m.network}
        told |= {"language": m.language, "local": m.local.isoformat(), "zone": m.zone}
        if not self.early:
            files["post.json"] = (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()
        return files

    def _reminder(self) -> bytes:
        from scheduler.feeds.reminder import reminder  # 0.1 s for its library

        m = self.message
        about = f"As {m.account}. What to copy is in outbox/{self.name}/index.html\n\nAfterwards: {self.done}"
        return reminder(m.key, self.at, ZoneInfo(m.zone), f"Post on {self.network}: {m.title}", about)


def pack_name(message: Message) -> str:
    """The name of the folder of a message's pack."""
    observance, year, stage, account = message.post.split("/")
    return f"{message.local:%Y-%m-%d_%H%M}_{account}_{observance}-{year}_{stage}_{message.key[:8]}"
