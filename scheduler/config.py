"""daymark.toml, playbooks and network limits become Settings. Everything wrong in them is told with file and line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler import mail, paths, watch
from scheduler.errors import BadFile, NoWorkspace, Problem
from scheduler.kinds import KINDS
from scheduler.model import DIMENSIONS, LANGUAGES, Account, Limits, Playbook, Stage
from scheduler.toml import Table, as_clock, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduler.kinds import Kind
    from scheduler.model import Observance


@dataclass(frozen=True, slots=True)
class Settings:
    """What a workspace is set to. Folders are given shipped first, the workspace's own last."""

    home: Path
    name: str
    site: str
    feeds_base: str
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
    work, plan, feeds = t.table("workspace", needed=True), t.table("plan"), t.table("feeds")
    watching = t.table("watch")
    templates = folders(home, "templates")
    limits = dict(_limits(templates, t.problems))
    playbooks = dict(_playbooks(templates, limits, t.problems))
    by_theme = plan.table("playbooks")
    made = Settings(
        home=home,
        name=work.text("name"),
        site=_https(work, "site"),
        feeds_base=_https(feeds, "base"),
        horizon=timedelta(days=plan.whole("horizon_days", 60, least=1, most=730)),
        themes=plan.words("themes"),
        dimensions=plan.words("dimensions", known=DIMENSIONS),
        priority=plan.words("priority"),
        playbook=plan.one_of("playbook", playbooks, "light"),
        playbook_by_theme={theme: by_theme.one_of(theme, playbooks, "light") for theme in by_theme.body},
        accounts=dict(_accounts(t.table("accounts"), limits)),
        playbooks=playbooks,
        limits=limits,
        calendars=folders(home, "calendars"),
        templates=templates,
        ping=_ping(watching),
        notices=watching.yes("notices", default=False),
    )
    for table in (work, plan, feeds, watching, t):
        table.finish()
    return made


def _https(t: Table, key: str) -> str:
    value = t.text(key, "")
    if value and not value.startswith("https://"):
        t.wrong(key, f"{key} is not an https address", 'write the whole address, starting with https://, or ""')
    return value.rstrip("/")


def _unsubscribe(t: Table) -> str:
    """As it is written: what stands behind it decides about a stroke at its end."""
    value = t.text("unsubscribe", "")
    if value and not value.startswith("https://"):
        t.wrong("unsubscribe", "unsubscribe is not an https address", 'write the whole address, or ""')
    return value


def _mail(t: Table, key: str) -> str:
    """A bare address of mail."""
    value = t.text(key)
    if value and not mail.is_address(value):
        t.wrong(key, f"{key} is '{value}', not a mail address", 'write the address alone, such as "news@example.org"')
    return value


def _ping(t: Table) -> str:
    value = t.text("ping", "")
    if value and not watch.is_right(value):
        t.wrong("ping", "ping is not an https address", 'write the whole address, starting with https://, or ""')
    return value


def _accounts(t: Table, limits: dict[str, Limits]) -> Iterator[tuple[str, Account]]:
    for name in t.body:
        inner = t.table(name)
        if not name.replace("-", "").isalnum() or name != name.lower():
            inner.wrong("", f"the account name '{name}' is not lower-case letters, digits and hyphens", "rename it")
        yield name, _account(name, inner, limits)


def _account(name: str, t: Table, limits: dict[str, Limits]) -> Account:
    quiet_from, quiet_to = _quiet(t)
    channel = t.one_of("channel", KINDS, "folder")
    kind = KINDS.get(channel, KINDS["folder"])
    made = Account(
        name=name,
        channel=channel,
        network=_network(t, kind, limits),
        language=t.one_of("language", LANGUAGES, "en"),
        country=_country(t),
        zone=_zone(t),
        quiet_from=quiet_from,
        quiet_to=quiet_to,
        a_day=t.whole("a_day", 3, least=1, most=100),
        gap=timedelta(minutes=t.whole("gap_minutes", 180, most=1440)),
        themes=t.words("themes"),
        fallback=t.yes("fallback", default=False),
        server=_server(t, kind) if kind.needs_server else "",
        to=_mail(t, "to") if kind.needs_to else "",
        unsubscribe=_unsubscribe(t) if kind.needs_to else "",
        handle=_handle(t, kind) if kind.needs_handle else "",
        options={name: t.one_of(name, values, values[0]) for name, values in kind.options.items()},
        audience=t.text("audience", ""),
    )
    t.finish()
    return made


def _network(t: Table, kind: Kind, limits: dict[str, Limits]) -> str:
    usual = next(iter(kind.networks), "plain")
    network = t.one_of("network", limits, usual)
    if kind.networks and network not in kind.networks:
        t.wrong("network", f"a text for {network} does not fit the channel {kind.name}", f'write network = "{usual}"')
    return network


def _handle(t: Table, kind: Kind) -> str:
    return _mail(t, "handle") if kind.needs_to else t.text("handle")


def _server(t: Table, kind: Kind) -> str:
    """The address of a service, without anything after the host but a path."""
    value, scheme = t.text("server").rstrip("/"), kind.schemes[0]
    known = [s for s in kind.schemes if value.startswith(f"{s}://")]
    as_https = value.replace(f"{known[0]}://", "https://", 1) if known else value
    if value and (not watch.is_right(as_https) or {"?", "#"} & {*value}):
        say = f"server is '{value}', not an address that begins with {' or '.join(f'{s}://' for s in kind.schemes)}"
        t.wrong("server", say, f'write one, such as "{scheme}://social.example"')
    return value


def _country(t: Table) -> str:
    country = t.text("country")
    if country and not (len(country) == 2 and country.isascii() and country.isupper()):
        t.wrong("country", f"'{country}' is not a country code", 'write two capital letters (ISO 3166), such as "GB"')
    return country


def _zone(t: Table) -> str:
    from zoneinfo import ZoneInfo

    name = t.text("zone")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # the ways in which zoneinfo says that there is no such zone
        if name:
            t.wrong("zone", f"there is no time zone '{name}'", 'write an IANA name, such as "Europe/London"')
    return name


def _quiet(t: Table) -> tuple[time, time]:
    value = t.text("quiet", "21:00-08:00")
    first, _, last = value.partition("-")
    start, end = as_clock(first.strip()), as_clock(last.strip())
    if start is None or end is None:
        t.wrong("quiet", f"quiet is '{value}', not two times of day", 'write quiet = "21:00-08:00"')
        return time(21), time(8)
    return start, end


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
