"""A campaign's texts as partners get them: what is in the toolkit, and what changed since they got it last."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from scheduler.model import Post

COLUMNS = ("name", "stage", "network", "language", "date", "time", "zone", "text", "content_note", "alt", "picture")


@dataclass(frozen=True, slots=True)
class Item:
    """A text for partners, by a name that stays the same: stage, network and language. `picture` is a file's name."""

    name: str
    stage: str
    network: str
    language: str
    local: datetime
    zone: str
    text: str
    note: str = ""
    alt: str = ""
    picture: str = ""
    seen: str = ""  # the digest of the picture

    @property
    def digest(self) -> str:
        parts = (self.local.isoformat(), self.zone, self.text, self.note, self.alt, self.seen)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Change:
    """What a version of a toolkit brought, by names of items. `date` is an ISO date; the first version has no lists.

    `embargo` is the ISO moment that partners are newly asked to wait for, empty if they need not wait any more.
    """

    version: int
    date: str
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    embargo: str | None = None  # None: as it was


def items(posts: Iterable[Post]) -> list[Item]:
    """The texts of posts, soonest first; what several accounts say alike is one text."""
    found: dict[str, Item] = {}
    seen: set[tuple[str, ...]] = set()
    for p in sorted(posts, key=lambda p: (p.local, p.id)):
        w, parts = p.wording, (p.stage, p.network, p.language)
        if (*parts, w.text, w.note, w.alt) in seen:
            continue
        seen.add((*parts, w.text, w.note, w.alt))
        name = _free("-".join(parts), found)
        suffix = f".{w.media.path.rpartition('.')[2].lower()}" if w.media else ""
        picture, digest = (f"pictures/{name}{suffix}", w.media.sha256) if w.media else ("", "")
        found[name] = Item(name, *parts, p.local, p.zone, w.text, w.note, w.alt, picture, digest)
    return list(found.values())


def _free(name: str, taken: Mapping[str, Item]) -> str:
    number = 1
    while (tried := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return tried


def change_of(row: Mapping[str, Any]) -> Change:
    """A version as the record of a toolkit has it."""
    lists = {key: tuple(row.get(key, ())) for key in ("new", "changed", "gone")}
    return Change(int(row["version"]), str(row["date"]), **lists, embargo=row.get("embargo"))


def new_change(last: Mapping[str, Any], past: int, digests: Mapping[str, str], wait: str, today: str) -> Change | None:
    """What a version brings after so many; None if it would say nothing new."""
    if not past:
        return Change(1, today)
    new, changed, gone = _changes(last.get("items", {}), digests)
    embargo = wait if wait != str(last.get("embargo", "")) else None
    if not (new or changed or gone) and embargo is None:
        return None
    return Change(past + 1, today, tuple(new), tuple(changed), tuple(gone), embargo)


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[list[str], list[str], list[str]]:
    """The names of what is new, changed and gone; each version has the digest of everything in it, by name."""
    changed = [name for name, digest in new.items() if old.get(name, digest) != digest]
    return [n for n in new if n not in old], changed, [n for n in old if n not in new]


def as_csv(found: Iterable[Item]) -> bytes:
    """A row for each text. Every cell is quoted, with a mark at the start by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item in found:
        writer.writerow([_cell(value) for value in _row(item)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _row(item: Item) -> tuple[str, ...]:
    when = (f"{item.local:%Y-%m-%d}", f"{item.local:%H:%M}", item.zone)
    said = (item.text, item.note, item.alt, item.picture)
    return (item.name, item.stage, item.network, item.language, *when, *said)


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value  # a spreadsheet would run it


def as_zip(files: Mapping[str, bytes], folder: str) -> bytes:
    """The files in one folder of a ZIP archive: the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, files[name])
    return out.getvalue()


def told(history: Iterable[Change], say: Any, moment: Callable[[str], str]) -> str:
    """The changelog in words, the newest version first.

    `say` gives a text of the language by its key, `moment` an ISO moment in its words.
    """
    newest_first = sorted(history, key=lambda c: -c.version)
    return "\n".join("\n".join(_told(change, say, moment)) + "\n" for change in newest_first)


def _told(change: Change, say: Any, moment: Callable[[str], str]) -> list[str]:
    lines = [say("kit_version", version=change.version, date=change.date)]
    for key, names in (("kit_new", change.new), ("kit_changed", change.changed), ("kit_gone", change.gone)):
        lines += [f"- {name}: {say(key)}" for name in names]
    if change.embargo is not None:
        wait = say("kit_embargo", moment=moment(change.embargo)) if change.embargo else say("kit_embargo_over")
        lines.append(f"- {wait}")
    return lines if len(lines) > 1 else [*lines, f"- {say('kit_first')}"]
