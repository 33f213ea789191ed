"""texts, facts: what posts are made of, and how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli import show
from scheduler.cli.options import DryRun, Encoding, Home, Json, Now, home_of, moment
from scheduler.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from scheduler.exchange import Row
    from scheduler.texts import Texts
    from scheduler.workflow.registry import Use

_STATES = ("current", "stale", "missing", "original")


def texts(
    lang: Annotated[str, typer.Option(help="The language of the translations: fr, es, ar, zh, ru.")] = "fr",
    write: Annotated[str, typer.Option("--export", metavar="FILE", help="Write them: .po, .csv or .xlsx.")] = "",
    read: Annotated[str, typer.Option("--import", metavar="FILE", help="Take translations from such a file.")] = "",
    into: Annotated[
        str, typer.Option(metavar="DIR", help="The templates folder that takes them; else the workspace's.")
    ] = "",
    encoding: Encoding = "",
    dry_run: DryRun = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Say which translations are current, stale or missing; export them for translators, and import them."""
    from pathlib import Path

    from scheduler.cli.days import check_language
    from scheduler.texts import SOURCE, Texts

    check_language(lang)
    if lang == SOURCE:
        raise UsageError("translations are made from English", "name another language: --lang fr")
    if write and read:
        raise UsageError("--export and --import do not go together", "give one of them")
    all_of_them = Texts(_folders(home))
    if write:
        _export(all_of_them, lang, Path(write), moment(now), json=json)
    elif read:
        from scheduler.exchange import read_rows

        rows = read_rows(Path(read), encoding)
        _import(all_of_them, lang, rows, Path(into) if into else home_of(home) / "templates", dry_run, json)
    else:
        _tell_states(all_of_them, lang, json=json)


def _folders(home: str) -> tuple[Path, ...]:
    from pathlib import Path

    from scheduler import paths
    from scheduler.config import folders

    found = paths.find_home(home)
    return folders(Path(found) if found else None, "templates")


def _tell_states(all_of_them: Texts, lang: str, *, json: bool) -> None:
    from scheduler.workflow.translating import states

    counted = states(all_of_them, lang)
    if json:
        show.document([{"place": place, **{s: n[s] for s in _STATES}} for place, n in counted.items()])
        return
    show.table(
        ("PLACE", *(s.upper() for s in _STATES)), [(place, *(n[s] for s in _STATES)) for place, n in counted.items()]
    )
    total = {state: sum(n[state] for n in counted.values()) for state in _STATES}
    show.aside(f"{lang}: " + ", ".join(f"{n} {state}" for state, n in total.items()))


def _export(all_of_them: Texts, lang: str, path: Path, at: datetime, *, json: bool) -> None:
    from scheduler.exchange import FORMS, rows_of, written
    from scheduler.workflow.keeping import keep_file

    form = path.suffix.lstrip(".").lower()
    if form not in FORMS:
        raise UnknownName("form", form or str(path), FORMS, f"end the name in one of: {', '.join(FORMS)}")
    rows = list(rows_of(all_of_them, lang))
    keep_file(path, written(form, rows, lang, at))
    if json:
        show.document({"file": str(path), "rows": len(rows)})
    else:
        show.line(f"{path}: {len(rows)} texts")


def _import(all_of_them: Texts, lang: str, rows: list[Row], into: Path, dry_run: bool, json: bool) -> None:
    from scheduler.workflow.keeping import keep_file
    from scheduler.workflow.translating import UNTOUCHED, take

    taken = take(all_of_them, rows, lang, into)
    if not dry_run:
        for file, text in taken.files.items():
            keep_file(file, text.encode())
    if json:
        show.document(
            {
                "texts": taken.texts,
                "files": [str(file) for file in taken.files],
                "left": [{"text": text, "why": why} for text, why in taken.left],
            }
        )
        return
    for file in taken.files:
        show.line(str(file))
    begun = [(text, why) for text, why in taken.left if why != UNTOUCHED]
    for text, why in begun:
        show.aside(f"left: {text}: {why}")
    told = f"{taken.texts} texts {'would be ' if dry_run else ''}taken, {len(begun)} left"
    show.aside(f"{told}, {len(taken.left) - len(begun)} not translated")


def facts(home: Home = "", now: Now = "", json: Json = False) -> None:
    """List the figures that posts may use, how old they are, and where each is used."""
    from pathlib import Path

    from scheduler import paths
    from scheduler.workflow.registry import facts_of

    place = Path(found) if (found := paths.find_home(home)) else None
    uses = list(facts_of(_folders(home), place, moment(now).date()))
    if json:
        show.document([_use(use) for use in uses])
        return
    rows = [
        (u.fact.id, u.fact.full("en"), u.fact.checked, u.fact.expires, "expired" if u.expired else "current",
         len(u.files), len(u.posts)) for u in uses
    ]  # fmt: skip
    show.table(("FACT", "SAYS", "CHECKED", "EXPIRES", "STATE", "FILES", "POSTS"), rows)
    for use in uses:
        for name in (*use.files, *use.posts):
            show.line(f"  {use.fact.id}: {name}")


def _use(use: Use) -> dict[str, Any]:
    from dataclasses import asdict

    f = use.fact
    told = asdict(f) | {
        "said": dict(f.said),
        "cite": dict(f.cite),
        "checked": str(f.checked),
        "expires": str(f.expires),
    }
    return told | {"expired": use.expired, "files": list(use.files), "posts": list(use.posts)}
