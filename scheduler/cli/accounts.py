"""account, secret: who we are on which channel, and what we sign in with. A secret is never printed nor an argument."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli import show
from scheduler.cli.options import As, DryRun, Home, Json, Now, workspace
from scheduler.errors import UnknownName, UsageError
from scheduler.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.model import Takes
    from scheduler.workflow import Workspace

_VERBS = "list, add, sign-in, test, rename, pause, resume or remove"
_SECRET_VERBS = ("list", "set", "new", "remove")


def account(
    verb: Annotated[str, typer.Argument(metavar="[VERB]", help=f"{_VERBS}.")] = "list",
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The account.")] = "",
    new: Annotated[str, typer.Argument(metavar="[NEW]", help="With rename: its new name.")] = "",
    *,
    channel: Annotated[str, typer.Option(help=f"With add: {', '.join(KINDS)}.")] = "",
    server: Annotated[str, typer.Option(metavar="URL", help="With add: the address of its service.")] = "",
    handle: Annotated[str, typer.Option(help="With add: its name there, where the channel needs one.")] = "",
    to: Annotated[
        list[str],
        typer.Option(metavar="ADDRESS", help="With add: the mail address that it writes to; may be repeated."),
    ] = [],  # noqa: B006  (Typer reads it as the type of the option)
    list_file: Annotated[str, typer.Option("--list", metavar="FILE", help="With add: or a file of addresses.")] = "",
    user: Annotated[str, typer.Option(help="With add: what it signs in with, if not its handle.")] = "",
    language: Annotated[str, typer.Option(help="With add: en, fr, es, ar, zh or ru.")] = "",
    country: Annotated[str, typer.Option(help="With add: two letters; decides which helpline is offered.")] = "",
    zone: Annotated[str, typer.Option(help="With add: its time zone, such as Europe/London.")] = "",
    audience: Annotated[str, typer.Option(help="With add: a note on who reads there.")] = "",
    why: Annotated[str, typer.Option(help="With pause: the reason, for everybody to see.")] = "",
    who: As = "",
    dry_run: DryRun = False,
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """List the accounts, add one, sign in, test it without posting, rename it, pause it, resume it, or take it out."""
    from scheduler.workflow import accounting

    ws = workspace(home, now, who)
    fields: dict[str, Any] = {"channel": channel, "server": server, "handle": handle, "user": user}
    fields |= {"to": to[0] if len(to) == 1 else to, "list": list_file, "language": language}
    fields |= {"country": country, "zone": zone, "audience": audience}
    verbs: dict[str, Callable[[], None]] = {
        "list": lambda: _list(ws, json=json),
        "add": lambda: _add(ws, name, fields, dry_run=dry_run, json=json),
        "sign-in": lambda: _sign_in(ws, name, json=json),
        "test": lambda: _said(name, accounting.test(ws, name, dry_run=dry_run), json=json),
        "rename": lambda: _rename(ws, name, new, dry_run=dry_run, json=json),
        "pause": lambda: _pause(ws, name, why, json=json),
        "resume": lambda: _resume(ws, name, json=json),
        "remove": lambda: _remove(ws, name, json=json),
    }
    if verb not in verbs:
        raise UnknownName("verb", verb, verbs, f"daymark account {_VERBS}")
    if verb != "list" and not name:
        raise UsageError("it is not said which account", f"write: daymark account {verb} NAME")
    verbs[verb]()


def secret(
    verb: Annotated[str, typer.Argument(metavar="[VERB]", help="list, set, new or remove.")] = "list",
    which: Annotated[str, typer.Argument(metavar="[ACCOUNT.FIELD]", help="Such as main.token.")] = "",
    *,
    keyring: Annotated[bool, typer.Option("--keyring", help="With set, new: in this machine's keyring.")] = False,
    who: As = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Say where each account's secrets are found, keep one (from the terminal or standard input), or take one away."""
    from scheduler import secrets
    from scheduler.workflow import accounting

    ws = workspace(home, now, who)
    if verb not in _SECRET_VERBS:
        raise UnknownName("verb", verb, _SECRET_VERBS, "daymark secret list, set, new or remove")
    if verb == "list":
        _where(accounting.where_secrets_are(ws), json=json)
        return
    name, dot, field = which.partition(".")
    if not dot:
        raise UsageError("it is not said which secret", f"write: daymark secret {verb} ACCOUNT.FIELD")
    if verb == "remove":
        accounting.known(ws, name)
        secrets.keep(ws.home, name, field, "")
        _said(which, "taken away", json=json)
        return
    value = accounting.new_secret() if verb == "new" else _hidden(which)
    path = accounting.keep_secret(ws, name, field, value, keyring=keyring)
    _said(which, f"kept in {path}", json=json)
    if verb == "new":
        show.aside("Give it to the receiver from there; it is shown nowhere else.")


def _list(ws: Workspace, *, json: bool) -> None:
    said = ws.takes()
    rows: list[dict[str, Any]] = [
        {"name": a.name, "channel": a.channel, "server": a.server, "handle": a.handle, "language": a.language,
         "country": a.country, "zone": a.zone, "network": a.network, "audience": a.audience,
         "takes": _taken(said.get(a.name))}
        for a in ws.settings.accounts.values()
    ]  # fmt: skip
    if json:
        show.document(rows)
        return
    heads = ("name", "channel", "server", "language", "country", "zone", "takes", "audience")
    for row in rows:
        row["takes"] = f"{row['takes']['most']} signs ({row['takes']['at'][:10]})" if row["takes"] else ""
    show.table(tuple(head.upper() for head in heads), [tuple(row[head] for head in heads) for row in rows])


def _taken(takes: Takes | None) -> dict[str, Any] | None:
    """What an account's server said; None if it was not asked, or said nothing."""
    if not takes or not takes.most:
        return None
    numbers = {"most": takes.most, "link": takes.link, "alt_most": takes.alt_most}
    return numbers | {"picture_bytes": takes.picture_bytes, "at": f"{takes.at:%Y-%m-%dT%H:%M:%SZ}"}


def _add(ws: Workspace, name: str, fields: dict[str, Any], *, dry_run: bool, json: bool) -> None:
    from scheduler.workflow import accounting

    text = accounting.add(ws, name, fields, dry_run=dry_run)
    _said(name, "there already" if not text else "would be added" if dry_run else "added", text, json=json)


def _sign_in(ws: Workspace, name: str, *, json: bool) -> None:
    from scheduler.workflow import accounting, signing_in

    account = accounting.known(ws, name)
    if account.channel == signing_in.CHANNEL:
        app = signing_in.register(account)
        show.aside(f"Open this page as the account, say yes, and bring back the code:\n\n{app.page}\n")
        signing_in.finish(ws, account, app, _hidden("the code"))
    else:
        for field in KINDS[account.channel].secrets:
            accounting.keep_secret(ws, name, field, _hidden(f"{name}.{field}"))
    _said(name, accounting.test(ws, name), json=json)


def _rename(ws: Workspace, old: str, new: str, *, dry_run: bool, json: bool) -> None:
    from scheduler.workflow import renaming

    done = renaming.rename(ws, old, new, dry_run=dry_run)
    say = f"{'would be' if dry_run else 'is'} {new}, with its {done.posts} posts, whose ids stay"
    _said(old, say, json=json)
    for place in done.elsewhere:
        show.aside(f"its secret in {place} has the old name: rename that too")


def _pause(ws: Workspace, name: str, why: str, *, json: bool) -> None:
    from scheduler.workflow.holding import hold

    held = hold(ws, "account", name, why)
    kept = "everything is" if held is None else f"{held} posts that wait to be sent are"
    _said(name, f"paused; {kept} kept back", json=json)


def _resume(ws: Workspace, name: str, *, json: bool) -> None:
    from scheduler.workflow import accounting
    from scheduler.workflow.resuming import resume

    accounting.known(ws, name)
    free = len(resume(ws, "account", name).free)
    _said(name, f"goes on; {free} posts had been kept back", json=json)


def _remove(ws: Workspace, name: str, *, json: bool) -> None:
    from scheduler.workflow import accounting

    accounting.remove(ws, name)
    _said(name, "taken out; posts of it that are planned stay where they are", json=json)


def _where(rows: list[tuple[str, str, str]], *, json: bool) -> None:
    if json:
        show.document([{"account": a, "field": f, "found": bool(w), "in": w} for a, f, w in rows])
        return
    show.table(("ACCOUNT", "FIELD", "FOUND IN"), [(a, f, w or "nowhere yet") for a, f, w in rows])


def _said(subject: str, say: str, text: str = "", *, json: bool) -> None:
    if json:
        show.document({"subject": subject, "say": say, "text": text})
    else:
        show.line(f"{subject}: {say}" + (f"\n\n{text}" if text else ""))


def _hidden(what: str) -> str:
    """A secret from the terminal, not shown, or from standard input; of a key in PEM all lines, as one."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, err=True))
    first = sys.stdin.readline().strip()
    return " ".join([first, *sys.stdin.read().split()]) if first.startswith("-----BEGIN") else first
