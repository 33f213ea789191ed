"""Fills templates: looked up by observance, theme or default, by stage, network and language; strict and sandboxed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import TemplateRuntimeError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from scheduler.checks.lengths import over
from scheduler.errors import TemplateError
from scheduler.model import FIRST_YEAR, Helpline, Limits, Media, Observance, Sensitivity, Slot, Span, Wording, YearTheme
from scheduler.words import load_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jinja2 import Template

    from scheduler.words import Words

_BETWEEN_VARIANTS = re.compile(r"^-----[ \t]*\n", re.MULTILINE)
_BLANKS = re.compile(r"\n\s*\n\s*\n+|[ \t]+(?=\n)")
_PICTURES = (".png", ".jpg", ".webp")


@dataclass(frozen=True, slots=True)
class Us:
    """Who speaks: stands as `us` in templates."""

    name: str
    site: str


@dataclass(frozen=True, slots=True)
class Source:
    """One template file, its variants compiled, longest first."""

    path: Path
    variants: tuple[Template, ...]


class Renderer:
    """Renders the posts of one workspace; keeps what it has compiled. Folders: shipped first, own last."""

    def __init__(self, folders: Sequence[Path], us: Us, helplines: Sequence[Helpline]) -> None:
        self.folders, self.us, self.helplines = tuple(reversed(folders)), us, tuple(helplines)
        self._sources: dict[Path, Source] = {}
        self._wordings: dict[tuple[str, ...], Wording] = {}
        self._words: dict[str, Words] = {}
        self._days: dict[tuple[str, str], dict[str, Any]] = {}
        self._lines: dict[tuple[Any, ...], str] = {}

    @cached_property
    def environment(self) -> ImmutableSandboxedEnvironment:
        return ImmutableSandboxedEnvironment(
            undefined=StrictUndefined,
            autoescape=lambda name: bool(name and name.endswith(".html")),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )

    def post(self, slot: Slot, limits: Limits) -> Wording:
        """The wording of a slot: the longest variant that fits, else the shortest. Raises TemplateError."""
        account, line = slot.account, self._helpline(slot)
        key = (slot.campaign, slot.stage.name, account.network, account.language, line)
        if key not in self._wordings:
            self._wordings[key] = self._word(slot, limits, self._context(slot, line))
        return self._wordings[key]

    def _word(self, slot: Slot, limits: Limits, context: dict[str, Any]) -> Wording:
        o, account = slot.occurrence.observance, slot.account
        source = self._find(o, slot.stage.name, account.network, account.language)
        if source is None:
            raise self._missing(slot)
        note = self._note(slot, limits, context)
        text = ""
        for variant in source.variants:
            text = _filled(variant, context)
            if over(text, limits, note) <= 0:
                break
        if not text:
            raise TemplateError(f"{source.path} says nothing for {slot.campaign}", "write a text there")
        media, alt = self._picture(source, context)
        return Wording(text, note, alt, media)

    def page(self, name: str, **context: Any) -> str:
        """An HTML page from templates/site/, everything in it escaped."""
        path = next(p for folder in self.folders if (p := folder / "site" / name).is_file())
        return _filled(self._compile(path, _read(path)), context) + "\n"

    def _note(self, slot: Slot, limits: Limits, context: dict[str, Any]) -> str:
        o, account = slot.occurrence.observance, slot.account
        if not limits.content_note or o.sensitivity is Sensitivity.NORMAL:
            return ""
        source = self._find(o, "note", account.network, account.language)
        return _filled(source.variants[0], context) if source else ""

    def _picture(self, source: Source, context: dict[str, Any]) -> tuple[Media | None, str]:
        """A picture of the template's own name beside it, and its alt text from `<name>.alt.txt`."""
        stem = source.path.with_suffix("")
        picture = next((p for end in _PICTURES if (p := stem.with_suffix(stem.suffix + end)).is_file()), None)
        if picture is None:
            return None, ""
        words = stem.with_suffix(stem.suffix + ".alt.txt")
        alt = _filled(self._compile(words, _read(words)), context) if words.is_file() else ""
        return Media(str(picture), hashlib.sha256(picture.read_bytes()).hexdigest()), alt

    def _find(self, o: Observance, stage: str, network: str, language: str) -> Source | None:
        """The first text there is: the nearest place, then the network's own, then the workspace's own."""
        places = [f"observances/{o.id}", *(f"themes/{theme}" for theme in o.themes), "default"]
        for place in places:
            for name in (f"{stage}.{network}.{language}", f"{stage}.{language}"):
                if path := self.texts.get(f"{place}/{name}"):
                    if path not in self._sources:
                        self._sources[path] = self._load(path)
                    return self._sources[path]
        return None

    @cached_property
    def texts(self) -> dict[str, Path]:
        """Every text by place and name, without its ending; the workspace's own replaces a shipped one."""
        return {
            str(path.relative_to(folder / "posts").with_suffix("")): path
            for folder in reversed(self.folders)
            for end in ("*.html", "*.txt")
            for path in sorted((folder / "posts").rglob(end))
        }

    def _load(self, path: Path) -> Source:
        """Each variant is compiled behind as many empty lines as stand before it, so that errors name the true line."""
        text = _read(path)
        variants, line = [], 0
        for part in _BETWEEN_VARIANTS.split(text):
            variants.append(self._compile(path, "\n" * line + part))
            line += part.count("\n") + 1
        return Source(path, tuple(variants))

    def _compile(self, path: Path, text: str) -> Template:
        try:
            code = self.environment.compile(text, name=path.name, filename=str(path))
        except TemplateSyntaxError as error:
            place = f"{path}, line {error.lineno}"
            raise TemplateError(f"{place}: {error.message}", "correct the {{ ... }} or {% ... %} there") from error
        return self.environment.template_class.from_code(self.environment, code, self.environment.make_globals(None))

    def _missing(self, slot: Slot) -> TemplateError:
        account, stage = slot.account, slot.stage.name
        name = f"templates/posts/default/{stage}.{account.language}.txt"
        return TemplateError(
            f"there is no text for stage '{stage}' in language '{account.language}' ({account.name}, {slot.campaign})",
            f"write {name} in the workspace, or take the stage or the language out",
        )

    def _context(self, slot: Slot, helpline: str) -> dict[str, Any]:
        tags = " ".join(f"#{tag}" for tag in slot.occurrence.observance.hashtags)
        return {"day": self._day(slot), "us": self.us, "helpline": helpline, "tags": tags}

    def _day(self, slot: Slot) -> dict[str, Any]:
        occurrence, language = slot.occurrence, slot.account.language
        key = (occurrence.id, language)
        if key not in self._days:
            o, words = occurrence.observance, self.words(language)
            self._days[key] = {
                "name": o.name(language),
                "date": words.date(Span(occurrence.start, occurrence.end)),
                "weekday": words.weekdays[occurrence.start.weekday()],
                "year": occurrence.year,
                "page": o.page,
                "theme": o.year_themes.get(occurrence.year, YearTheme("", "")).text,
                "body": o.proclaimed.body,
                "since": o.since if o.since > FIRST_YEAR else 0,
                "topics": words.topics(o.themes[:2]),
                "lasts_days": occurrence.days,
            }
        return self._days[key]

    def _helpline(self, slot: Slot) -> str:
        o, country, on = slot.occurrence.observance, slot.account.country, slot.local.date()
        key = (o.themes, country, on)
        if key not in self._lines:
            self._lines[key] = next((h.line for h in self.helplines if h.serves(country, o.themes, on)), "")
        return self._lines[key]

    def words(self, language: str) -> Words:
        """How `language` says dates. Raises TemplateError if nobody has written that down yet."""
        if language not in self._words:
            self._words[language] = load_words(self.folders, language)
        return self._words[language]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TemplateError(f"{path}: this is not UTF-8 text", "save the file as UTF-8") from error
    except OSError as error:
        raise TemplateError(f"{path} cannot be read: {error.strerror}", "check the file's name and rights") from error


def _filled(template: Template, context: dict[str, Any]) -> str:
    """The template's text: trailing blanks gone, runs of empty lines folded, ends trimmed."""
    try:
        text = template.render(context)
    except UndefinedError as error:
        place = f"{template.filename}, line {_line_of(error, template)}"
        raise TemplateError(
            f"{place}: {error.message}", "use only day, us, helpline and tags: see docs/templates.md"
        ) from error
    except (TemplateRuntimeError, RecursionError, ArithmeticError, TypeError, ValueError, LookupError) as error:
        place = f"{template.filename}, line {_line_of(error, template)}"
        raise TemplateError(f"{place}: {error}", "correct the expression there") from error
    return _BLANKS.sub(lambda m: "\n\n" if "\n" in m[0] else "", text).strip()


def _line_of(error: BaseException, template: Template) -> int:
    """The template's line in which the error arose: Jinja rewrites the traceback to template lines."""
    line, step = 0, error.__traceback__
    while step:
        if step.tb_frame.f_code.co_filename == template.filename:
            line = step.tb_lineno
        step = step.tb_next
    return line
