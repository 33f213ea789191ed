"""Reads TOML tables and collects every mistake with its file, line, entry, and what to write instead."""

from __future__ import annotations

import re
from datetime import date, time
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from scheduler.encoding import utf8_of
from scheduler.errors import BadFile, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def load(path: Path) -> tuple[dict[str, Any], str]:
    """The parsed document and its text. Raises BadFile for what is not TOML or not UTF-8."""
    text = read(path)
    return parse(text, path), text


def read(path: Path) -> str:
    """The text of a TOML file. Raises BadFile for what cannot be read or is not UTF-8."""
    try:
        return utf8_of(path.read_bytes(), str(path))
    except OSError as error:
        raise BadFile(
            [Problem(str(path), 0, "", f"cannot be read: {error.strerror}", "check the file's name and rights")]
        ) from error


def parse(text: str, path: Path) -> dict[str, Any]:
    """The document that a text is, which is that of `path` or will be. Raises BadFile for what is not TOML."""
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"\(at line (\d+)", str(error))
        say = re.sub(r" \(at .*\)$", "", str(error))
        line = int(where[1]) if where else 0
        problem = Problem(str(path), line, _entry_above(text, line), f"this is not TOML: {say}", _toml_advice(say))
        raise BadFile([problem]) from error


def _entry_above(text: str, line: int) -> str:
    heads = re.findall(r"^\[([^\[\]]+)\]", "\n".join(text.splitlines()[:line]), re.MULTILINE)
    return heads[-1] if heads else ""


def _toml_advice(say: str) -> str:
    if "overwrite" in say or "declare" in say or "twice" in say:
        return "each name may stand only once: rename or remove the second one"
    return 'write text in "double quotes", lists in [brackets], dates bare as 2026-07-30'


class Table:
    """One table of a file. Reading a field that is wrong notes a problem and gives a harmless value.

    `nth` counts from 0 for the tables of a list, such as the second [[stage]].
    """

    def __init__(
        self,
        body: object,
        *,
        problems: list[Problem],
        file: str = "",
        text: str = "",
        entry: str = "",
        nth: int = 0,
    ) -> None:
        self.file, self.source, self.entry, self.nth, self.problems = file, text, entry, nth, problems
        self.body: Mapping[str, Any] = body if isinstance(body, dict) else {}
        self._read: set[str] = set()
        if not isinstance(body, dict):
            self.wrong("", f"{entry} is not a table", f"write it as [{entry}] with its fields below")

    def wrong(self, key: str, say: str, write: str) -> None:
        self.problems.append(Problem(self.file, self.line(key), self.entry, say, write))

    def line(self, key: str = "") -> int:
        """The line (from 1) of `key` in this entry, else of the entry's head; 0 if the file does not show it."""
        start, end = self._lines(self.entry, self.nth)
        part = re.escape(key.rsplit(".", 1)[-1])
        at = re.compile(rf"^([ \t]*[\"']?{part}[\"']?[ \t]*=|\[+([^\]\n]*\.)?[\"']?{part}[\"']?\]+)", re.MULTILINE)
        found = at.search(self.source, start, end) if key else None
        place = found.start() if found else start
        return self.source.count("\n", 0, place) + 1 if self.source and place >= 0 else 0

    def _lines(self, entry: str, nth: int = 0) -> tuple[int, int]:
        """Where an entry, its inner tables included, begins and ends in the file; -1 if it is not there."""
        if not entry:
            return 0, len(self.source)
        name = re.escape(entry)
        heads = list(re.finditer(rf"^[ \t]*\[+{name}\]+", self.source, re.MULTILINE))
        if nth >= len(heads):
            place = self._inline(*entry.rpartition(".")[::2])
            return place, place
        head = heads[nth]
        after = re.compile(rf"^[ \t]*\[(?!\[?{name}\.)", re.MULTILINE).search(self.source, head.end())
        return head.start(), after.start() if after else len(self.source)

    def _inline(self, outer: str, key: str) -> int:
        """Where `key = { ... }` stands in the table that holds it; where that begins if it is on the same line."""
        start, end = self._lines(outer)
        at = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", re.MULTILINE)
        found = at.search(self.source, start, end) if start >= 0 else None
        return found.start() if found else start if outer else -1

    def text(self, key: str, default: str | None = None) -> str:
        value = self._take(key, default)
        if isinstance(value, str) and (value.strip() or default == ""):
            return value.strip()
        if value is not None:
            self.wrong(key, f"{key} is not text", f'write {key} = "..."')
        return default or ""

    def whole(self, key: str, default: int | None = None, *, least: int = 0, most: int = 10**9) -> int:
        value = self._take(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        if value is not None:
            self.wrong(key, f"{key} is not a whole number from {least} to {most}", f"write {key} = {max(least, 1)}")
        return default or least

    def number(self, key: str) -> float:
        value = self._take(key, None)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        if value is not None:
            self.wrong(key, f"{key} is not a number", f"write {key} = 49.6")
        return 0

    def yes(self, key: str, default: bool) -> bool:
        value = self._take(key, default)
        if not isinstance(value, bool):
            self.wrong(key, f"{key} is neither true nor false", f"write {key} = true")
            return default
        return value

    def day(self, key: str) -> date:
        value = self._take(key, None)
        day = as_day(value)
        if day is None and value is not None:
            self.wrong(key, f"{key} is not a date", f"write {key} = 2026-07-30")
        return day or date.min

    def days(self, key: str) -> tuple[date, ...]:
        days = [as_day(value) for value in self._list(key)]
        if None in days:
            self.wrong(key, f"{key} holds something that is not a date", f"write {key} = [2025-07-30, 2026-07-30]")
        return tuple(d for d in days if d)

    def clock(self, key: str, default: str) -> time:
        value = self._take(key, default)
        clock = as_clock(value)
        if clock is None:
            self.wrong(key, f"{key} is not a time of day", f'write {key} = "09:00"')
        return clock or time.fromisoformat(default)

    def words(self, key: str, default: Iterable[str] = (), known: Iterable[str] = ()) -> tuple[str, ...]:
        values = self._list(key, default)
        allowed = tuple(known)
        for value in values:
            if not isinstance(value, str):
                self.wrong(key, f"{key} holds something that is not text", f'write {key} = ["...", "..."]')
            elif allowed and value not in allowed:
                self.wrong(key, f"{key} has the unknown word '{value}'", _nearest(value, allowed))
        return tuple(value for value in values if isinstance(value, str))

    def one_of(self, key: str, known: Iterable[str], default: str | None = None) -> str:
        value, allowed = self.text(key, default), tuple(known)
        if value not in allowed:
            if key in self.body:
                self.wrong(key, f"{key} is '{value}'", _nearest(value, allowed))
            return default or allowed[0]
        return value

    def table(self, key: str, *, needed: bool = False) -> Table:
        value = self._take(key, None if needed else {})
        if value is not None and not isinstance(value, dict):
            self.wrong(key, f"{key} is not a table", f"write it as [{self._inner(key)}]")
        body = value if isinstance(value, dict) else {}
        return Table(body, file=self.file, text=self.source, entry=self._inner(key), problems=self.problems)

    def tables(self, key: str) -> list[Table]:
        """The tables of a list, such as every [[stage]]; at least one."""
        value = self._take(key, [])
        if not isinstance(value, list) or not value:
            self.wrong(key, f"the file has no {key}", f"add [[{key}]] with its fields below")
            return []
        return [self._member(key, body, n) for n, body in enumerate(value)]

    def _member(self, key: str, body: object, nth: int = 0) -> Table:
        return Table(body, file=self.file, text=self.source, entry=self._inner(key), nth=nth, problems=self.problems)

    def mixed(self, key: str, field: str) -> list[Table]:
        """The members of a list, each a table or a bare text, which then stands for its `field`."""
        members = [{field: value} if isinstance(value, str) else value for value in self._list(key)]
        return [self._member(key, body, n) for n, body in enumerate(members)]

    def finish(self) -> None:
        """Notes every field that nothing has read: a typing mistake must not pass in silence."""
        for key in self.body:
            if key not in self._read:
                self.wrong(key, f"there is no field '{key}'", _nearest(key, sorted(self._read)))

    def _inner(self, key: str) -> str:
        return f"{self.entry}.{key}" if self.entry else key

    def _take(self, key: str, default: Any) -> Any:
        self._read.add(key)
        if key not in self.body and default is None:
            self.wrong("", f"{key} is missing", f"add {key} = ...")
            return None
        return self.body.get(key, default)

    def _list(self, key: str, default: Iterable[str] = ()) -> list[Any]:
        value = self._take(key, list(default))
        if isinstance(value, list):
            return value
        self.wrong(key, f"{key} is not a list", f'write {key} = ["..."]')
        return []


def as_day(value: object) -> date | None:
    """A date from TOML or from ISO text; None for anything else."""
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def as_clock(value: object) -> time | None:
    """A time of day, without a zone, from TOML or from ISO text; None for anything else."""
    try:
        clock = value if isinstance(value, time) else time.fromisoformat(str(value))
    except ValueError:
        return None
    return None if clock.tzinfo else clock


def _nearest(word: str, known: Iterable[str]) -> str:
    allowed = list(known)
    close = get_close_matches(word, allowed, n=1, cutoff=0.6)
    return f"write '{close[0]}'" if close else f"write one of: {', '.join(allowed)}"
