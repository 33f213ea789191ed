"""Compiles templates and fills them, strictly and in a sandbox; a mistake is told with its file and line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import TemplateRuntimeError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from scheduler.encoding import utf8_of
from scheduler.errors import BadFile, TemplateError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jinja2 import Template

_OF_DICTS = frozenset(dir(dict))
_EMPTY_LINES = re.compile(r"\n\s*\n\s*\n+")
_TRAILING = re.compile(r"[ \t]+(?=\n)")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with the same answers, sooner: a site asks for an attribute more than a million times."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._safe: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Hangs on the type and the name alone, never on the value."""
        key = (type(obj), attr)
        if key not in self._safe:
            self._safe[key] = super().is_safe_attribute(obj, attr, value)
        return self._safe[key]

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a plain dict is looked up as one, without the error that Jinja waits for first."""
        if type(obj) is dict and attribute in obj and attribute not in _OF_DICTS:
            return obj[attribute]
        return super().getattr(obj, attribute)


def environment() -> ImmutableSandboxedEnvironment:
    return _Sandbox(
        undefined=StrictUndefined,
        autoescape=lambda name: bool(name and name.endswith(".html")),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def site_templates(folders: Sequence[Path]) -> ImmutableSandboxedEnvironment:
    """The templates of pages, by name; they may extend each other. Folders: shipped first, own last."""
    made = environment()
    made.loader = FileSystemLoader([folder / "site" for folder in reversed(folders)])
    return made


def compiled(env: ImmutableSandboxedEnvironment, file: str, text: str) -> Template:
    """A template from the text of a file, or from part of it behind as many empty lines as stand before it there."""
    try:
        code = env.compile(text, name=file.rpartition("/")[2], filename=file)
    except TemplateSyntaxError as error:
        place = f"{file}, line {error.lineno}"
        raise TemplateError(f"{place}: {error.message}", "correct the {{ ... }} or {% ... %} there") from error
    return env.template_class.from_code(env, code, env.make_globals(None))


def read(path: Path) -> str:
    try:
        return utf8_of(path.read_bytes(), str(path))
    except BadFile as error:
        raise TemplateError(error.words, error.hint) from error
    except OSError as error:
        raise TemplateError(f"{path} cannot be read: {error.strerror}", "check the file's name and rights") from error


def filled(template: Template, context: dict[str, Any]) -> str:
    """The template's text: trailing blanks gone, runs of empty lines folded, ends trimmed. Raises TemplateError."""
    try:
        text = template.render(context)
    except UndefinedError as error:
        place = f"{template.filename}, line {_line_of(error, template)}"
        raise TemplateError(
            f"{place}: {error.message}", "use only day, us, text, fact, helpline and tags: see docs/templates.md"
        ) from error
    except TemplateError as error:
        place = f"{template.filename}, line {_line_of(error, template)}"
        raise TemplateError(f"{place}: {error.words}", error.hint) from error
    except (TemplateRuntimeError, RecursionError, ArithmeticError, TypeError, ValueError, LookupError) as error:
        place = f"{template.filename}, line {_line_of(error, template)}"
        raise TemplateError(f"{place}: {error}", "correct the expression there") from error
    return _tidy(text)


def _tidy(text: str) -> str:
    text = _EMPTY_LINES.sub("\n\n", text)
    if " \n" in text or "\t\n" in text:  # a page has thousands of blanks, and mostly none of these
        text = _TRAILING.sub("", text)
    return text.strip()


def _line_of(error: BaseException, template: Template) -> int:
    """The template's line in which the error arose: Jinja rewrites the traceback to template lines."""
    line, step = 0, error.__traceback__
    while step:
        if step.tb_frame.f_code.co_filename == template.filename:
            line = step.tb_lineno
        step = step.tb_next
    return line
