"""check: the checks on posts, and the guard alone on any text, file, folder or column of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli import show
from scheduler.cli.options import Encoding, Home, Json, Now, home_of, moment, workspace
from scheduler.cli.posts import finding, read_text, says, told_of
from scheduler.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scheduler.guard import Rule
    from scheduler.model import Sensitivity
    from scheduler.workflow.checking import Checker
    from scheduler.workflow.proofreading import Seen

FORMATS = ("table", "json", "github", "sarif")


def check(
    *,
    what: Annotated[
        list[str] | None, typer.Argument(metavar="[POST|PATH...]", help="Posts, files, folders; - is standard input.")
    ] = None,
    text: Annotated[
        str, typer.Option("--text", metavar="FILE", help="Check this file's text as a post; - is standard input.")
    ] = "",
    lang: Annotated[str, typer.Option(help="The language of a text.")] = "en",
    channel: Annotated[
        str, typer.Option(help="The network whose limits --text must meet: plain, mastodon, ...")
    ] = "plain",
    sensitivity: Annotated[str, typer.Option(help="Of --text: normal, sensitive or trauma.")] = "normal",
    column: Annotated[str, typer.Option(help="The column of a CSV table that holds the texts.")] = "",
    encoding: Encoding = "",
    form: Annotated[str, typer.Option("--format", help="table, json, github or sarif.")] = "table",
    explain: Annotated[str, typer.Option(metavar="RULE", help="Show why a rule is there; all: the whole page.")] = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Check posts, or any text, and say what to write instead. Exit code 4 if an error is among the findings."""
    if bool(what) + bool(text) + bool(explain) != 1:
        say = "nothing to check was named, or too much at once"
        raise UsageError(say, "name posts or files, or give --text FILE, or --explain RULE")
    if form not in FORMATS:
        raise UnknownName("format", form, FORMATS, f"choose one of: {', '.join(FORMATS)}")
    form = "json" if json else form
    if explain:
        _explain(explain, home, json=form == "json")
        return
    if text:
        checker = _checker(home, lang, channel, sensitivity)
        hard = _sensitivity(sensitivity)
        found = checker.text(
            read_text(text, encoding), language=lang, network=channel, sensitivity=hard, on=moment(now).date()
        )
        _tell([finding(f) for f in found], form)
    else:
        _tell(list(_all(what or [], lang, column, encoding, home, now)), form)


def _all(what: list[str], lang: str, column: str, encoding: str, home: str, now: str) -> Iterator[dict[str, Any]]:
    """The findings of posts and of files, as programs get them; of each kind only what was named."""
    from pathlib import Path

    paths = [Path(name) for name in what if name == "-" or Path(name).exists()]
    posts = [name for name in what if Path(name) not in paths]
    if posts:
        from scheduler.workflow.reviewing import find

        ws = workspace(home, now)
        yield from ({"post": p["id"], **f} for p in told_of(ws, find(ws, posts)) for f in p["findings"])
    if paths:
        yield from (_seen(seen) for seen in _read(paths, lang, column, encoding, home, now))


def _read(paths: list[Path], lang: str, column: str, encoding: str, home: str, now: str) -> Iterator[Seen]:
    from scheduler.workflow.proofreading import files_of, proofread, proofread_text

    draft = _checker(home, lang).writing(lang, moment(now).date())
    for path in paths:
        if str(path) == "-":
            yield from proofread_text("-", 1, read_text("-", encoding), draft)
            continue
        for file in files_of(path):
            yield from proofread(file, column, draft, encoding)


def _seen(seen: Seen) -> dict[str, Any]:
    return {"file": seen.file, "line": seen.line, "column": seen.column, **finding(seen.finding)}


def _tell(found: list[dict[str, Any]], form: str) -> None:
    if form == "json":
        show.document(found)
    elif form == "sarif":
        from scheduler.exports.sarif import as_sarif

        show.document(as_sarif(found))
    else:
        for f in found:
            show.line(_github(f) if form == "github" else f"{_place(f)}{says(f)}")
        show.aside(f"{len(found)} findings")
    if any(f["severity"] == "error" for f in found):
        raise typer.Exit(4)


def _place(f: dict[str, Any]) -> str:
    return f"{f['file']}:{f['line']}:{f['column']}: " if "file" in f else f"{f['post']}: " if "post" in f else ""


def _github(f: dict[str, Any]) -> str:
    """A workflow command of GitHub Actions, which shows it beside the line."""
    level = {"error": "error", "warning": "warning"}.get(f["severity"], "notice")
    place = f"file={f['file']},line={f['line']},col={f['column']}," if "file" in f else ""
    words = f"{says(f)}".replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{level} {place}title={f['check']}::{words}"


def _checker(home: str, lang: str, channel: str = "plain", sensitivity: str = "normal") -> Checker:
    from scheduler import paths
    from scheduler.cli.days import calendar_of, check_language
    from scheduler.config import folders, load_limits
    from scheduler.workflow.checking import Checker

    check_language(lang)
    _sensitivity(sensitivity)
    templates = folders(home_of(home) if paths.find_home(home) else None, "templates")
    limits = load_limits(templates)
    if channel not in limits:
        raise UnknownName("network", channel, limits, f"choose one of: {', '.join(sorted(limits))}")
    return Checker(templates, limits, calendar_of(home))


def _sensitivity(word: str) -> Sensitivity:
    from scheduler.model import Sensitivity

    if word not in list(Sensitivity):
        raise UnknownName("sensitivity", word, Sensitivity, f"choose one of: {', '.join(Sensitivity)}")
    return Sensitivity(word)


def _explain(id: str, home: str, *, json: bool) -> None:
    from scheduler.model import LANGUAGES
    from scheduler.style import load_guard

    templates = _checker(home, "en").templates
    rules = {rule.id: rule for language in LANGUAGES for rule in load_guard(templates, language).rules}
    if id == "all":
        from scheduler.exports.rules import rules_page

        page = show.as_json([_rule(rule) for rule in rules.values()]) if json else rules_page(rules.values()).encode()
        show.data(page)
        return
    rule = rules.get(id.upper())
    if rule is None:
        raise UnknownName("rule", id.upper(), rules, "docs/language-guard.md lists them")
    if json:
        show.document(_rule(rule))
        return
    show.line(f"{rule.id}  ({rule.level}, {rule.language}{f', awaiting a {rule.awaiting}' if rule.awaiting else ''})")
    lines = [("Why", rule.why), ("Better", rule.better), *(("Source", s) for s in rule.sources)]
    lines += [*(("Bad", text) for text in rule.bad), *(("Good", text) for text in rule.good)]
    for name, text in lines:
        show.line(f"  {name + ':':<9}{text}")


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "language": rule.language,
        "level": rule.level,
        "why": rule.why,
        "better": rule.better,
        "sources": list(rule.sources),
        "bad": list(rule.bad),
        "good": list(rule.good),
        "awaiting": rule.awaiting,
    }
