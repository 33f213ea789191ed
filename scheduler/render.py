"""Renders posts: a frame and a text, looked up from the nearest place to the general one, filled for a slot."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scheduler.checks.lengths import over
from scheduler.context import Context
from scheduler.errors import TemplateError
from scheduler.filling import compiled, environment, filled, read
from scheduler.model import Limits, Media, Observance, Sensitivity, Slot, Wording
from scheduler.texts import EVERY, FIELDS, SOURCE, Found, Texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from jinja2 import Template

    from scheduler.context import Us
    from scheduler.model import Fact, Helpline

_BETWEEN_VARIANTS = re.compile(r"^-----[ \t]*\n", re.MULTILINE)
_PICTURES = (".png", ".jpg", ".webp")
_FRAME = "post"  # the frame of every stage that has none of its own


class Untranslated(TemplateError):
    """An account's language has no current text for a slot, and the account does not allow the fallback."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A post's words, the language they are in, where they are from, and what must be said of that."""

    wording: Wording
    language: str
    origin: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Frame:
    """One frame, its variants compiled, longest first. `is_general`: it says nothing by itself and needs a text."""

    path: Path
    variants: tuple[Template, ...]
    is_general: bool


class Renderer:
    """Renders the posts of one workspace, `home`; keeps what it has compiled. Folders: shipped first, own last."""

    def __init__(
        self,
        folders: Sequence[Path],
        us: Us,
        helplines: Sequence[Helpline],
        facts: Mapping[str, Fact] | None = None,
        home: Path | None = None,
    ) -> None:
        self.folders, self.texts, self.home = tuple(folders), Texts(folders), home
        self.context = Context(folders, us, helplines, facts or {})
        self._frames: dict[Path, _Frame] = {}
        self._compiled: dict[tuple[str, int, str], Template] = {}
        self._rendered: dict[tuple[object, ...], Rendered] = {}
        self._languages: dict[tuple[object, ...], str] = {}

    @cached_property
    def environment(self) -> Any:
        return environment()

    def post(self, slot: Slot, limits: Limits) -> Rendered:
        """The words of a slot: the longest variant that fits, else the shortest.

        Raises Untranslated where the account's language has no current text and English may not stand in for it,
        TemplateError for a template that is missing or wrong.
        """
        account = slot.account
        key = (slot.campaign, slot.stage.name, account.network, account.language, account.fallback)
        whole = (*key, limits, self.context.help(slot, account.language), self.context.help(slot, SOURCE))
        if whole not in self._rendered:
            self._rendered[whole] = self._render(slot, limits)
        return self._rendered[whole]

    def page(self, name: str, **context: Any) -> str:
        """An HTML page from templates/site/, everything in it escaped."""
        path = next(p for folder in reversed(self.folders) if (p := folder / "site" / name).is_file())
        return filled(compiled(self.environment, str(path), read(path)), context) + "\n"

    def language(self, slot: Slot) -> str:
        """The language that the words of a slot will be in. Raises as `post` does, but for what a template says."""
        account = slot.account
        key = (slot.occurrence.observance.id, slot.stage.name, account.network, account.language, account.fallback)
        if key not in self._languages:
            self._languages[key] = self._chosen(slot)[0]
        return self._languages[key]

    def _render(self, slot: Slot, limits: Limits) -> Rendered:
        language, frame, found, why = self._chosen(slot)
        return self._in(slot, limits, language, frame, found, why=why)

    def _chosen(self, slot: Slot) -> tuple[str, _Frame, Found | None, str]:
        """The language, frame and text of a slot, and why it is not the account's own language."""
        language = slot.account.language
        if found := self._sources(slot, language):
            return language, *found, ""
        english = None if language == SOURCE else self._sources(slot, SOURCE)
        if english is None:
            raise self._missing(slot)
        why = f"there is no current text for stage '{slot.stage.name}' in language '{language}'"
        if not slot.account.fallback:
            hint = (
                f"translate it (daymark texts), or allow English with fallback = true in [accounts.{slot.account.name}]"
            )
            raise Untranslated(f"{why} ({slot.account.name}, {slot.campaign})", hint)
        return SOURCE, *english, f"in English: {why}"

    def _sources(self, slot: Slot, language: str) -> tuple[_Frame, Found | None] | None:
        """The frame and the text of a slot in a language; None if it cannot be said in it."""
        o, stage = slot.occurrence.observance, slot.stage.name
        frame = self._frame(o, stage, slot.account.network, language)
        found = self.texts.find(places(o), stage, language)
        return None if frame is None or (frame.is_general and found is None) else (frame, found)

    def _in(
        self, slot: Slot, limits: Limits, language: str, frame: _Frame, found: Found | None, why: str = ""
    ) -> Rendered:
        context = self.context.of(slot, language, limits.hashtags_most)
        said = self._said(found, context)
        context["text"] = said
        hard = slot.occurrence.observance.sensitivity is not Sensitivity.NORMAL
        note = said["note"] if limits.content_note and hard else ""
        mark = self._mark(slot) if why else ""
        text = ""
        for variant in frame.variants:
            text = "\n".join(filter(None, (mark, filled(variant, context))))
            if over(text, limits, note) <= 0:
                break
        if not text:
            raise TemplateError(f"{frame.path} says nothing for {slot.campaign}", "write a text there")
        media, alt = self._picture(slot, language, context)
        origin = f"{found.place}/{language}" if found and frame.is_general else frame.path.stem
        return Rendered(Wording(text, note, alt, media), language, origin, why)

    def _said(self, found: Found | None, context: dict[str, Any]) -> dict[str, str]:
        """Every field of a text, filled in; empty where nobody has written it."""
        says = found.says if found else {}
        return {
            name: self._fill(says[name].file, says[name].line, says[name].text, context) if name in says else ""
            for name in FIELDS
        }

    def _fill(self, file: str, line: int, text: str, context: dict[str, Any]) -> str:
        if "{" not in text:
            return text
        key = (file, line, text)
        if key not in self._compiled:
            self._compiled[key] = compiled(self.environment, file, "\n" * max(0, line - 1) + text)
        return filled(self._compiled[key], context)

    def _mark(self, slot: Slot) -> str:
        """What tells readers of an account that a post is not in its language."""
        every = self.texts.at("default", slot.account.language).get(EVERY)
        return every.says["fallback"].text if every and "fallback" in every.says else "(English)"

    def _picture(self, slot: Slot, language: str, context: dict[str, Any]) -> tuple[Media | None, str]:
        """The picture of the nearest place, named as a frame is, and its alt text from `<name>.alt.txt`.

        A picture for all languages has one alt text for each, `<name>.<language>.alt.txt`.
        """
        names = _names(slot.stage.name, slot.account.network, language)
        wanted = [f"{place}/{name}" for place in places(slot.occurrence.observance) for name in names]
        picture = next((self.pictures[name] for name in wanted if name in self.pictures), None)
        if picture is None:
            return None, ""
        both = (picture.with_suffix(f".{language}.alt.txt"), picture.with_suffix(".alt.txt"))
        words = next((path for path in both if path.is_file()), None)
        alt = self._fill(str(words), 1, read(words).strip(), context) if words else ""
        path = picture.relative_to(self.home) if self.home and picture.is_relative_to(self.home) else picture
        return Media(path.as_posix(), hashlib.sha256(picture.read_bytes()).hexdigest()), alt

    def _frame(self, o: Observance, stage: str, network: str, language: str) -> _Frame | None:
        """The stage's own frame of the nearest place, else the general one; the network's own goes first."""
        for place in places(o):
            for name in _names(stage, network, language)[:2]:
                if path := self.frames.get(f"{place}/{name}"):
                    return self._load(path, is_general=False)
        general = self.frames.get(f"default/{_FRAME}.{network}") or self.frames.get(f"default/{_FRAME}")
        return self._load(general, is_general=True) if general else None

    @cached_property
    def frames(self) -> dict[str, Path]:
        """Every frame by place and name, without its ending; the workspace's own replaces a shipped one."""
        return self._under("*.html", "*.txt")

    @cached_property
    def pictures(self) -> dict[str, Path]:
        return self._under(*(f"*{end}" for end in _PICTURES))

    def _under(self, *patterns: str) -> dict[str, Path]:
        return {
            str(path.relative_to(folder / "posts").with_suffix("")): path
            for folder in self.folders
            for pattern in patterns
            for path in sorted((folder / "posts").rglob(pattern))
        }

    def _load(self, path: Path, *, is_general: bool) -> _Frame:
        """Each variant is compiled behind as many empty lines as stand before it, so that errors name the true line."""
        if path not in self._frames:
            variants, line = [], 0
            for part in _BETWEEN_VARIANTS.split(read(path)):
                variants.append(compiled(self.environment, str(path), "\n" * line + part))
                line += part.count("\n") + 1
            self._frames[path] = _Frame(path, tuple(variants), is_general)
        return self._frames[path]

    def _missing(self, slot: Slot) -> TemplateError:
        account, stage = slot.account, slot.stage.name
        return TemplateError(
            f"there is no text for stage '{stage}' in language '{account.language}' ({account.name}, {slot.campaign})",
            f"write [{stage}] in templates/posts/default/{account.language}.toml in the workspace, or drop the stage",
        )


def places(o: Observance) -> list[str]:
    """Where the words for a day are looked for, the nearest first."""
    themes, dimensions = (f"themes/{theme}" for theme in o.themes), (f"dimensions/{each}" for each in o.dimensions)
    return [f"observances/{o.id}", *themes, *dimensions, "default"]


def _names(stage: str, network: str, language: str) -> list[str]:
    """The names that something of a stage may have in a place, the narrowest first."""
    return [f"{stage}.{network}.{language}", f"{stage}.{language}", stage]
