"""daymark.toml, playbooks and network limits become Settings. Everything wrong in them is told with file and line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler import paths, watch
from scheduler.accounts import accounts_of
from scheduler.colours import COLOURS, colour_in
from scheduler.errors import BadFile, NoWorkspace, Problem
from scheduler.model import DIMENSIONS, LANGUAGES, Account, Limits, Playbook, Stage
from scheduler.toml import Table, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scheduler.model import Observance

# A host, and no name or password before it: these addresses are shown to everybody.
_ADDRESS = re.compile(r'https://[^\s"<>\\@/?#]+(?:[/?#][^\s"<>\\]*)?')
LEAVE = "https://www.wikipedia.org"  # where the pages of grave days let a reader go in haste


@dataclass(frozen=True, slots=True)
class Settings:
    """What a workspace is set to. Folders are given shipped first, the workspace's own last."""

    home: Path
    name: str
    site: str
    feeds_base: str
    site_years: int
    site_cards: bool
    leave: str
    licence: str
    contact: str
    horizon: timedelta
    themes: tuple[str, ...]
    dimensions: tuple[str, ...]
    priority: tuple[str, ...]
    playbook: str
    playbook_by_theme: dict[str, str]
    accounts: dict[str, Account]
    playbooks: dict[str, Playbook]
    limits: dict[str, Limits]
    calendars: tuple[Path, ...]
    templates: tuple[Path, ...]
    ping: str = ""
    notices: bool = False
    card_colours: Mapping[str, str] = field(default_factory=dict)
    card_fonts: tuple[Path, ...] = ()
    feed_languages: tuple[str, ...] = LANGUAGES

    def wants(self, observance: Observance) -> bool:
        """Whether campaigns are planned for the day: it has a theme or a dimension that is named, or none is named."""
        named = bool(self.themes or self.dimensions)
        return not named or bool({*self.themes} & {*observance.themes} or {*self.dimensions} & {*observance.dimensions})

    def playbook_for(self, themes: Iterable[str]) -> Playbook:
        """The playbook of the first theme that names one, in the order of daymark.toml; else the usual one."""
        held = set(themes)
        chosen = next((book for theme, book in self.playbook_by_theme.items() if theme in held), self.playbook)
        return self.playbooks[chosen]


def folders(home: Path | None, name: str) -> tuple[Path, ...]:
    """Where calendars or templates are looked for: the shipped ones, then the workspace's own."""
    own = (home / name,) if home else ()
    return (Path(paths.shipped(name)), *own)


def require_workspace(home: Path) -> None:
    """Raises NoWorkspace unless the folder is one."""
    if not home.is_dir():
        what = "is a file, not a folder" if home.exists() else "does not exist"
        raise NoWorkspace(
            f"the workspace {home} {what}", f"make one with: daymark init {'DIR' if home.exists() else home}"
        )
    if not (home / "daymark.toml").is_file():
        raise NoWorkspace(
            f"{home} is not a workspace: it has no daymark.toml", f"make it one with: daymark init {home}"
        )


def load_settings(home: Path) -> Settings:
    """The settings of a workspace. Raises NoWorkspace, or BadFile with every problem found."""
    require_workspace(home)
    return settings_of(home, *load(home / "daymark.toml"))


def settings_of(home: Path, body: dict[str, Any], text: str) -> Settings:
    """The settings that a daymark.toml gives, which is that of a workspace or will be. Raises BadFile."""
    file = home / "daymark.toml"
    problems: list[Problem] = []
    settings = _settings(home, Table(body, file=str(file), text=text, problems=problems))
    if problems:
        raise BadFile(problems)
    return settings


def _settings(home: Path, t: Table) -> Settings:
    work, plan, watching = t.table("workspace", needed=True), t.table("plan"), t.table("watch")
    templates = folders(home, "templates")
    limits = dict(_limits(templates, t.problems))
    playbooks = dict(_playbooks(templates, limits, t.problems))
    by_theme = plan.table("playbooks")
    made = Settings(
        home=home,
        name=work.text("name"),
        site=_https(work, "site"),
        horizon=timedelta(days=plan.whole("horizon_days", 60, least=1, most=730)),
        themes=plan.words("themes"),
        dimensions=plan.words("dimensions", known=DIMENSIONS),
        priority=plan.words("priority"),
        playbook=plan.one_of("playbook", playbooks, "light"),
        playbook_by_theme={theme: by_theme.one_of(theme, playbooks, "light") for theme in by_theme.body},
        accounts=dict(accounts_of(t.table("accounts"), limits)),
        playbooks=playbooks,
        limits=limits,
        calendars=folders(home, "calendars"),
        templates=templates,
        ping=_ping(watching),
        notices=watching.yes("notices", default=False),
        **_shown(home, t),
    )
    for table in (work, plan, watching, t):
        table.finish()
    return made


def _shown(home: Path, t: Table) -> dict[str, Any]:
    """What others are shown: feeds, site, toolkits, cards."""
    feeds, pages, kits, cards = tables = [t.table(name) for name in ("feeds", "site", "toolkit", "cards")]
    made = {
        "feeds_base": _base(feeds),
        "feed_languages": feeds.words("languages", known=LANGUAGES) or LANGUAGES,
        "site_years": pages.whole("years", 3, least=1, most=20),
        "site_cards": pages.yes("cards", default=False),
        "leave": _https(pages, "leave") or LEAVE,
        "licence": kits.text("licence", ""),
        "contact": kits.text("contact", ""),
        "card_colours": {name: colour_in(cards, name) for name in COLOURS if name in cards.body},
        "card_fonts": tuple(home / folder for folder in cards.words("fonts")),
    }
    for table in tables:
        table.finish()
    return made


def _https(t: Table, key: str) -> str:
    value = t.text(key, "")
    if value and not _ADDRESS.fullmatch(value):
        t.wrong(key, f"{key} is not an https address", 'write the whole address, starting with https://, or ""')
    return value.rstrip("/")


def _base(t: Table) -> str:
    """The address of a folder: others are made by putting a name behind it, and stand in what everybody may read."""
    value = _https(t, "base")
    if not value.isascii() or "?" in value or "#" in value:
        hint = "copy it from a browser, without what follows a ? or a #: https://www.example.org/calendar"
        t.wrong("base", "base is not the plain address of a folder", hint)
    return value


def _ping(t: Table) -> str:
    value = t.text("ping", "")
    if value and not watch.is_right(value):
        t.wrong("ping", "ping is not an https address", 'write the whole address, starting with https://, or ""')
    return value


def _files(templates: Iterable[Path], pattern: str) -> dict[str, Path]:
    """The files by name; a workspace's own replaces a shipped one."""
    return {path.stem: path for folder in templates for path in sorted(folder.glob(pattern))}


def _playbooks(
    templates: Iterable[Path], limits: dict[str, Limits], problems: list[Problem]
) -> Iterator[tuple[str, Playbook]]:
    for name, path in _files(templates, "playbooks/*.toml").items():
        body, text = _load(path, problems)
        if not text:
            continue
        t = Table(body, file=str(path), text=text, problems=problems)
        about, tables = t.text("about", ""), t.tables("stage")
        stages = [_stage(inner, limits) for inner in tables]
        for n, (stage, inner) in enumerate(zip(stages, tables, strict=True)):
            if stage.name in [s.name for s in stages[:n]]:
                inner.wrong("name", f"there are two stages '{stage.name}'", "give one of them another name")
        t.finish()
        yield name, Playbook(name, about, tuple(stages))


def _stage(t: Table, limits: dict[str, Limits]) -> Stage:
    made = Stage(
        name=t.text("name"),
        offset=t.whole("offset", least=-366, most=366),
        at=t.clock("at", "09:00"),
        good_for=timedelta(days=t.whole("good_for_days", 1, least=1, most=60)),
        networks=t.words("networks", known=limits),
    )
    t.finish()
    return made


def load_limits(templates: Iterable[Path]) -> dict[str, Limits]:
    """What each network accepts. Raises BadFile."""
    problems: list[Problem] = []
    limits = dict(_limits(templates, problems))
    if problems:
        raise BadFile(problems)
    return limits


def _limits(templates: Iterable[Path], problems: list[Problem]) -> Iterator[tuple[str, Limits]]:
    for path in (found for folder in templates if (found := folder / "limits.toml").is_file()):
        body, text = _load(path, problems)
        for name, entry in body.items():
            t = Table(entry, file=str(path), text=text, entry=name, problems=problems)
            yield name, _limit(name, t)


def _limit(name: str, t: Table) -> Limits:
    made = Limits(
        network=name,
        most=t.whole("most", least=1),
        unit=t.one_of("unit", ("graphemes", "weighted", "characters", "utf16"), "characters"),
        link=t.whole("link", 0),
        content_note=t.yes("content_note", False),
        alt_most=t.whole("alt_most", 1500, least=1),
        bytes_most=t.whole("bytes_most", 0),
        escaped=t.text("escaped", ""),
        hashtags_most=t.whole("hashtags_most", 0),
        threads=t.yes("threads", False),
        source=t.text("source", ""),
        checked=t.day("checked") if "checked" in t.body else date.min,
    )
    t.finish()
    return made


def _load(path: Path, problems: list[Problem]) -> tuple[dict[str, Any], str]:
    try:
        return load(path)
    except BadFile as error:
        problems += error.problems
        return {}, ""
