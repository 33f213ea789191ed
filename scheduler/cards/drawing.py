"""Draws a card with Typst, an optional extra, and refuses one that its fonts cannot write.

Fonts are those that the workspace names, then Noto Sans from two packages of the extra, in the version that the extra
pins. The machine's own fonts are left alone: they would make other bytes on another machine.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.errors import BadData, TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scheduler.cards.saying import Card

_EXTRA = "install it with: pip install 'daymark-scheduler[cards]'"
_PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
_FAMILIES = ("Noto Sans", "Noto Sans Arabic", "Noto Sans CJK SC")
_FONTS = (".ttf", ".otf", ".ttc", ".otc")
_LACKING = re.compile(r'the text `?"(?P<text>.*?)"`? could not be displayed')
_FETCHES = re.compile(r'^[ \t]*#?(?:import|include)[ \t]+"@', re.MULTILINE)


@dataclass(frozen=True)
class Drawing:
    """The way in which cards are drawn: their template, colours, size in points, and folders with fonts of our own.

    Files are taken as they are when the first card is drawn or asked for its key.
    """

    template: Path
    colours: Mapping[str, str]
    size: tuple[int, int]
    fonts: tuple[Path, ...] = ()

    def key(self, card: Card) -> str:
        """A digest of all that decides about the card's bytes, so that the same card need not be drawn again.

        Fonts count by the names and sizes of their files. Raises as `png` does where the extra is not there.
        """
        return sha256(self._means + self._data(card).encode()).hexdigest()

    def png(self, card: Card) -> bytes:
        """The card. Raises BadData without the extra or for letters that no font has, TemplateError for the rest."""
        compiler = self._compiler
        how: dict[str, Any] = {"sys_inputs": {"card": self._data(card)}, "timestamp": 0}
        try:
            # An archive's PDF must not lack a glyph: Typst says so there, and draws boxes without a word elsewhere.
            compiler.compile(format="pdf", pdf_standards="a-2b", **how)
            return bytes(compiler.compile(format="png", ppi=72, **how))
        except self._typst.TypstError as error:
            raise self._wrong(str(error.message), list(error.hints or ())) from error

    @cached_property
    def _means(self) -> bytes:
        """A digest of all but the card: files are read once for many cards."""
        beside = [p for p in sorted(self.template.parent.rglob("*")) if p.is_file() and p.suffix != ".toml"]
        parts = [self._typst.__version__.encode(), self.template.name.encode()]
        parts += [bytes for p in beside for bytes in (p.name.encode(), p.read_bytes())]
        parts += [f"{p.name} {p.stat().st_size}".encode() for p in _files(self._folders)]
        return sha256(b"\0".join(sha256(part).digest() for part in parts)).digest()

    @cached_property
    def _compiler(self) -> Any:
        self._require_ours()
        return self._typst.Compiler(self.template, root=self.template.parent, font_paths=self._fonts)

    def _data(self, card: Card) -> str:
        width, height = self.size
        more = {"width": width, "height": height, "colours": dict(self.colours), "fonts": self._families}
        return json.dumps(asdict(card) | more, ensure_ascii=False, sort_keys=True)

    def _wrong(self, say: str, hints: Sequence[str]) -> BadData:
        if lacking := _LACKING.search(say):
            text = lacking["text"]
            write = 'name a folder with one that has them: fonts = ["..."] in [cards] of daymark.toml'
            return BadData(f"no font for cards has the letters of '{text}'", write)
        said = say.removeprefix("panicked with: ").strip('"')
        return TemplateError(f"{self.template}: {said}", "; ".join(hints) or "correct it there, or give it less to say")

    def _require_ours(self) -> None:
        """A template that would fetch a package from the network is refused."""
        for path in sorted(self.template.parent.rglob("*.typ")):
            if _FETCHES.search(path.read_text(encoding="utf-8")):
                raise TemplateError(f"{path} imports a package from the network", "copy what it needs beside it")

    @property
    def _typst(self) -> Any:
        try:
            import typst
        except ImportError as error:
            raise BadData("cards are drawn with Typst, which is not installed", _EXTRA) from error
        return typst

    @property
    def _folders(self) -> list[Path]:
        specs = [find_spec(name) for name in _PACKAGES]
        shipped = [Path(str(spec.origin)).parent for spec in specs if spec]
        for folder in self.fonts:
            if not _files([folder]):
                raise BadData(f"[cards] fonts: {folder} holds no font", f"put {', '.join(_FONTS)} files there")
        return [*self.fonts, *shipped]

    @property
    def _fonts(self) -> Any:
        return _loaded(tuple(map(str, self._folders)))

    @cached_property
    def _families(self) -> list[str]:
        """The families to write with, our own first."""
        own = {str(p) for p in _files(self.fonts)}
        if not own:  # to load the shipped fonts takes longer than a card
            return list(_FAMILIES)
        ours = sorted({str(font.family) for font in self._fonts.fonts() if font.path in own})
        return [*ours, *(family for family in _FAMILIES if family not in ours)]


def can_draw() -> bool:
    """Whether the extra is there. Nothing is loaded."""
    return find_spec("typst") is not None


def drawn_with(fonts: Sequence[Path]) -> tuple[str, ...]:
    """The versions of the extra, if it can be used, and the files of our own fonts. Nothing is loaded."""
    tools = map(_version, ("typst", *_PACKAGES)) if can_draw() else ()
    return (*tools, *(f"{path} {path.stat().st_size}" for path in _files(fonts)))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


@lru_cache(maxsize=4)
def _loaded(folders: tuple[str, ...]) -> Any:
    from typst import Fonts

    return Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))


def _files(folders: Sequence[Path]) -> list[Path]:
    return [p for f in folders for p in sorted(f.rglob("*")) if p.suffix.lower() in _FONTS]
