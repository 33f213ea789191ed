"""The folder channel: a copy-ready pack per post in outbox/, for people who post by hand. Needs no account."""

from __future__ import annotations

import json
import os
import shutil
from html import escape
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from scheduler.channels import PictureError, picture_bytes
from scheduler.kinds import KINDS
from scheduler.model import Refused, Sent, TryLater, Unsure

if TYPE_CHECKING:
    from scheduler.model import Account, Found, Message, Outcome

_PAGE = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}}
pre{{white-space:pre-wrap;font:inherit;border:1px solid;border-radius:.5rem;padding:1rem}}
button{{font:inherit;padding:.3rem 1rem}}</style>
<h1>{title}</h1>
<p>Post this on <b>{network}</b> as <b>{account}</b> at <b>{when}</b> ({zone}).</p>
{parts}
<script>for(const b of document.querySelectorAll("button"))b.onclick=()=>
navigator.clipboard.writeText(b.previousElementSibling.textContent).then(()=>b.textContent="Copied")</script>
</html>
"""


class Folder:
    """Writes a pack whole or not at all. A pack that is there already is left as it is: sending twice is a no-op."""

    def __init__(self, account: Account, home: Path) -> None:
        kind = KINDS[account.channel]
        self.guarantee, self.rates = kind.guarantee, kind.rates
        self.home, self.outbox = home, home / "outbox"

    def find(self, message: Message) -> Found:
        pack = self.outbox / _pack_name(message)
        try:
            return self._sent(pack) if _is_pack(pack, message.key) else None
        except OSError as error:
            return Unsure(f"{pack} cannot be read: {error.strerror}")

    def send(self, message: Message) -> Outcome:
        pack = self.outbox / _pack_name(message)
        try:
            if _is_pack(pack, message.key):
                return self._sent(pack)
            self.outbox.mkdir(exist_ok=True)
            return self._write(pack, message)
        except PictureError as error:
            return Refused(str(error))
        except OSError as error:
            if _is_pack(pack, message.key):  # another process was quicker and tidied up
                return self._sent(pack)
            return TryLater(f"{self.outbox} cannot be written: {error.strerror}")

    def _write(self, pack: Path, message: Message) -> Outcome:
        contents = _contents(message)
        part = Path(mkdtemp(prefix=f".part-{message.key}-", dir=self.outbox))
        part.chmod(0o755)
        for name, data in contents.items():
            _write_through(part / name, data)
        _sync_folder(part)
        try:
            part.rename(pack)
        except OSError:  # another process has just written the same pack
            if not _is_pack(pack, message.key):
                raise
        _sync_folder(self.outbox)
        for left in self.outbox.glob(f".part-{message.key}-*"):
            shutil.rmtree(left, ignore_errors=True)
        return self._sent(pack)

    def _sent(self, pack: Path) -> Sent:
        return Sent(pack.relative_to(self.home).as_posix())  # the workspace may move; what is inside stays


def _pack_name(message: Message) -> str:
    observance, year, stage, account = message.post.split("/")
    return f"{message.local:%Y-%m-%d_%H%M}_{account}_{observance}-{year}_{stage}_{message.key[:8]}"


def _is_pack(pack: Path, key: str) -> bool:
    """Whether the pack of this key is there; post.json is written with the rest, so all of it is."""
    try:
        told = json.loads((pack / "post.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return False
    return bool(told["key"] == key)


def _contents(message: Message) -> dict[str, bytes]:
    w = message.wording
    texts = {"post.txt": w.text, "content-note.txt": w.note, "alt.txt": w.alt}
    files = {name: f"{text}\n".encode() for name, text in texts.items() if text}
    if w.media:
        files[f"picture{Path(w.media.path).suffix}"] = picture_bytes(w.media)
    files["index.html"] = _page(message).encode()
    told = {"key": message.key, "post": message.post, "account": message.account, "network": message.network}
    told |= {"language": message.language, "local": message.local.isoformat(), "zone": message.zone}
    files["post.json"] = (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()
    return files


def _page(message: Message) -> str:
    w = message.wording
    named = {"Content note": w.note, "Text": w.text, "Alt text of the picture": w.alt}
    parts = "\n".join(
        f"<h2>{name}</h2>\n<pre>{escape(text)}</pre><button>Copy</button>" for name, text in named.items() if text
    )
    return _PAGE.format(
        language=escape(message.language),
        title=escape(message.title),
        network=escape(message.network),
        account=escape(message.account),
        when=f"{message.local:%Y-%m-%d %H:%M}",
        zone=escape(message.zone),
        parts=parts,
    )


def _write_through(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
