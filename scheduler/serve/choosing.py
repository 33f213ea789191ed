"""The free choice of days, /feed.ics: what an address asks for, and the calendar of it, made once and kept for a while.

It is made of the calendars in the folder, so that it never says anything else than they do.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from scheduler.feeds.catalogue import ALL, DAYS, DIMENSION, REGION, RULES, THEME, path_of
from scheduler.feeds.choice import LONGEST_LEAD, Part, combined, part_of
from scheduler.model import LANGUAGES
from scheduler.serve.shelf import Item

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.serve.shelf import Shelf

CHOICE = "feed.ics"
SCOPES = {"themes": THEME, "dimensions": DIMENSION, "regions": REGION}
ASKED = (*SCOPES, "lang", "form", "alarm")
LONGEST = 4000  # bytes of a query
MOST_FIELDS = 200
MOST_KEPT = 32 * 2**20  # bytes of the choices in memory
MOST_PARTS = 48  # calendars that are kept taken apart
MOST_WAITING = 256  # choices that wait to be made, some seconds in all; who comes then is asked to come again
_NAME = re.compile("[a-z0-9-]{1,60}")
# What newsletters and networks hang on every address that is clicked: it says nothing of days.
_TRAILS = re.compile("utm_.*|mc_.*|fbclid|gclid|msclkid")


class Unfit(Exception):
    """A choice that there is none of: the status of the answer, and a sentence in words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


@dataclass(frozen=True, slots=True)
class Choice:
    """Which days, in which language and form, and whether an alarm rings (days before, at nine; None for none).

    Names of one kind widen, kinds narrow: the days of one of the themes that are of one of the regions. The language
    is empty if none was asked for.
    """

    names: tuple[tuple[str, tuple[str, ...]], ...] = ()
    language: str = ""
    form: str = DAYS
    alarm: int | None = None

    def path(self, language: str) -> str:
        """The one address of it, from the folder: whatever order it was asked in."""
        asked = [(kind, ",".join(names)) for kind, names in self.names]
        asked += [("lang", language)]
        asked += [("form", self.form)] if self.form != DAYS else []
        asked += [("alarm", str(self.alarm))] if self.alarm is not None else []
        return f"{CHOICE}?{'&'.join(f'{name}={value}' for name, value in asked)}"


@lru_cache(maxsize=1024)
def choice_of(query: bytes) -> Choice:
    """What a query (percent-encoded, as it was sent) asks for. Raises Unfit."""
    if len(query) > LONGEST:
        raise Unfit(414, f"This address is too long: {LONGEST} bytes are enough for any choice.")
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Unfit(400, "This address cannot be read: write a choice as themes=NAME,NAME&lang=en.") from error
    told: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in ASKED:
            told.setdefault(name, []).append(value.strip().lower())
        elif not _TRAILS.fullmatch(name):
            raise Unfit(400, f"There is no choice by that name. There are: {', '.join(ASKED)}.")
    names = tuple((kind, found) for kind in SCOPES if (found := _names(kind, told.get(kind, ()))))
    form = _one(told, "form") or DAYS
    if form not in (DAYS, RULES):
        raise Unfit(400, f"form is {DAYS} or {RULES}.")
    if form == RULES and any(kind == "regions" for kind, _ in names):
        raise Unfit(400, f"Calendars of regions have no form={RULES}: leave it out.")
    return Choice(names, _one(told, "lang"), form, _alarm(_one(told, "alarm")))


def _names(kind: str, values: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    names = {name.strip() for value in values for name in value.split(",")} - {""}
    if not all(map(_NAME.fullmatch, names)):
        raise Unfit(400, f"{kind} are names with commas between them, of letters, digits and hyphens.")
    return tuple(sorted(names))


def _one(told: dict[str, list[str]], name: str) -> str:
    found = set(told.get(name, ()))
    if len(found) > 1:
        raise Unfit(400, f"{name} can be chosen once only.")
    return found.pop() if found else ""


def _alarm(told: str) -> int | None:
    if told in ("", "none"):
        return None
    if not re.fullmatch("[0-9]{1,2}", told) or int(told) > LONGEST_LEAD:
        raise Unfit(400, f"alarm is the number of days before, 0 to {LONGEST_LEAD}; it rings at nine.")
    return int(told)


@dataclass(frozen=True, slots=True)
class _Written:
    """A calendar in the folder."""

    path: str
    item: Item


@dataclass(frozen=True, slots=True)
class _Made:
    """A calendar of a choice, and the digests of those that it was made of."""

    used: tuple[str, ...]
    item: Item

    @property
    def size(self) -> int:
        return len(self.item.plain.body) + len(self.item.packed.body)


class Choices:
    """The choices that were asked for lately. `empty` says, in a language, that a choice holds no day."""

    def __init__(self, shelf: Shelf, empty: Callable[[str], str]) -> None:
        self._shelf, self._empty = shelf, empty
        self._parts: dict[str, Part] = {}
        self._made: dict[str, _Made] = {}
        self._kept, self._waiting = 0, 0
        self._turn = asyncio.Lock()  # one is made at a time, beside the answers to all other requests

    async def get(self, query: bytes) -> Item:
        """The calendar that a query asks for. Raises Unfit, and OSError for a calendar that cannot be read."""
        choice = choice_of(query)
        language = self._language(choice)
        whole = self._written(ALL, "", language, choice.form)
        groups = [[self._part(choice, kind, name, language) for name in names] for kind, names in choice.names]
        path, used = choice.path(language), tuple(w.item.digest for w in (whole, *chain.from_iterable(groups)))
        if item := self._fresh(path, used):
            return item
        if self._waiting >= MOST_WAITING:
            raise Unfit(503, "Too many choices are asked for just now: come again in a minute.")
        self._waiting += 1
        try:
            async with self._turn:
                if item := self._fresh(path, used):
                    return item
                item = await asyncio.to_thread(self._make, path, language, whole, groups, choice.alarm)
                self._keep(path, _Made(used, item))
                return item
        finally:
            self._waiting -= 1

    def _language(self, choice: Choice) -> str:
        """The one that was asked for, else the first that there are calendars in."""
        there = [code for code in LANGUAGES if self._shelf.get(path_of(ALL, language=code, form=choice.form))]
        if choice.language in there or (there and not choice.language):
            return choice.language or there[0]
        if not there:
            raise Unfit(404, "There are no calendars here yet.")
        raise Unfit(404, f"There are no calendars in that language. There are: {', '.join(there)}.")

    def _part(self, choice: Choice, kind: str, name: str, language: str) -> _Written:
        try:
            return self._written(SCOPES[kind], name, language, choice.form)
        except Unfit as error:
            folder = path_of(SCOPES[kind], name, language=language).rpartition("/")[0]
            there = (found.removesuffix(".ics") for found in self._shelf.names(folder) if found.endswith(".ics"))
            words = f"There is no calendar '{name}' among the {kind}. There are: {', '.join(there)}."
            raise Unfit(404, words) from error

    def _written(self, scope: str, subject: str, language: str, form: str) -> _Written:
        path = path_of(scope, subject, language=language, form=form)
        if item := self._shelf.get(path):
            return _Written(path, item)
        raise Unfit(404, "There is no such calendar.")

    def _fresh(self, path: str, used: tuple[str, ...]) -> Item | None:
        """The calendar of a path, if it was made of files that say the same."""
        found = self._made.get(path)
        return found.item if found and found.used == used else None

    def _make(self, path: str, language: str, whole: _Written, groups: list[list[_Written]], alarm: int | None) -> Item:
        try:
            parts = [[self._taken_apart(written) for written in group] for group in groups]
            data = combined(self._taken_apart(whole), parts, path, empty=self._empty(language), alarm=alarm)
        except ValueError as error:
            raise OSError(f"a calendar is not as it was written: {error}") from error
        used = (whole, *chain.from_iterable(groups))
        item = Item(".ics", data, max(written.item.modified for written in used), ())
        _ = item.packed  # here, where nobody waits for it
        return item

    def _taken_apart(self, written: _Written) -> Part:
        digest = written.item.digest
        part = self._parts.get(digest)
        if part is None:
            part = part_of(written.item.body, written.path)
            if len(self._parts) >= MOST_PARTS:
                self._parts.pop(next(iter(self._parts)), None)
            self._parts[digest] = part
        return part

    def _keep(self, path: str, made: _Made) -> None:
        if old := self._made.pop(path, None):
            self._kept -= old.size
        while self._made and self._kept + made.size > MOST_KEPT:
            self._kept -= self._made.pop(next(iter(self._made))).size
        self._made[path] = made
        self._kept += made.size
