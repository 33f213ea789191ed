"""Accounts: added to daymark.toml, signed in, tried, taken out."""

from __future__ import annotations

import base64
import os
import tomllib
from typing import TYPE_CHECKING, Any

from scheduler import secrets, toml
from scheduler.channels import Telling, open_channel
from scheduler.config import settings_of
from scheduler.errors import BadData, PersonNeeded, UnknownName, UsageError
from scheduler.kinds import KINDS
from scheduler.store import reads
from scheduler.store import takes as store
from scheduler.store.opening import reading, writing
from scheduler.workflow.noticing import TEAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scheduler.model import Account, Takes
    from scheduler.workflow import Workspace

_OPEN = ("waiting", "sending", "unsure")


def known(ws: Workspace, name: str) -> Account:
    """The account of that name. Raises UnknownName."""
    if name not in ws.settings.accounts:
        raise UnknownName("account", name, ws.settings.accounts, "see [accounts] in daymark.toml")
    return ws.settings.accounts[name]


def add(ws: Workspace, name: str, fields: Mapping[str, Any], *, dry_run: bool = False) -> str:
    """Adds an account to daymark.toml, whose other words stay as they are; returns its table as text.

    Raises UsageError if there is one of that name with other settings, BadFile for what is wrong in the new one.
    """
    with secrets.alone(ws.home):
        return _add(ws.home, name, fields, dry_run=dry_run)


def _add(home: Path, name: str, fields: Mapping[str, Any], *, dry_run: bool) -> str:
    import tomlkit

    path = home / "daymark.toml"
    document = tomlkit.parse(toml.read(path))
    accounts = document.setdefault("accounts", tomlkit.table(is_super_table=True))
    given = {key: value for key, value in fields.items() if value not in ("", None, [])}
    if name in accounts:
        if accounts[name].unwrap() == given:
            return ""
        raise UsageError(f"there is an account '{name}' already", f"change it in {path}, or choose another name")
    made = tomlkit.item(given)
    made.add(tomlkit.nl())
    accounts[name] = made
    check(home, tomlkit.dumps(document))
    if not dry_run:
        write(path, tomlkit.dumps(document))
    return tomlkit.dumps({"accounts": {name: given}})


def remove(ws: Workspace, name: str) -> None:
    """Takes an account out of daymark.toml, and its stored secrets away.

    Raises PersonNeeded while posts of it are on their way or may be out.
    """
    known(ws, name)
    with reading(ws.home) as db:
        left = [d.post for d in reads.deliveries(db).values() if d.account == name and d.state in _OPEN]
    if left:
        raise PersonNeeded(
            f"{len(left)} posts of {name} are on their way or may be out, the first is {left[0]}",
            f"take them back first (daymark reject, daymark settle), or stop them: daymark hold --scope account:{name}",
        )
    with secrets.alone(ws.home):
        _remove(ws.home, name)
    secrets.forget(ws.home, name)
    with writing(ws.home, ws.now, ws.who) as tx:
        store.forget(tx, name)


def _remove(home: Path, name: str) -> None:
    import tomlkit

    path = home / "daymark.toml"
    document = tomlkit.parse(toml.read(path))
    document["accounts"].remove(name)
    check(home, tomlkit.dumps(document))
    write(path, tomlkit.dumps(document))


def test(ws: Workspace, name: str, *, dry_run: bool = False) -> str:
    """Says in words that an account works; nothing becomes public. Keeps what its server says that it takes.

    Raises ChannelError, or BadData for its secrets.
    """
    channel = open_channel(known(ws, name), ws.home)
    said = channel.test()
    if not isinstance(channel, Telling):
        return said
    takes = channel.takes(ws.now)
    if not dry_run:
        with writing(ws.home, ws.now, ws.who) as tx:
            store.keep(tx, name, takes)
    return f"{said}; {told(takes)}"


def told(takes: Takes) -> str:
    """What a server said that it takes, in words."""
    if not takes.most:
        return "it does not say how long a post may be"
    alt = f", and {takes.alt_most} in an alt text" if takes.alt_most else ""
    return f"it takes {takes.most} signs{alt}"


def keep_secret(ws: Workspace, name: str, field: str, value: str, *, keyring: bool = False) -> str:
    """Keeps a secret of an account in a file or the keyring; returns where. Raises UsageError, BadData."""
    wanted: tuple[str, ...] = ("url",) if name == TEAM else ()
    if name != TEAM or name in ws.settings.accounts:
        kind = KINDS[known(ws, name).channel]
        wanted += kind.secrets + kind.may_secrets
    if field not in wanted:
        raise UnknownName("secret", field, wanted, f"{name} has: {', '.join(wanted) or 'none'}")
    if not value.strip():
        raise UsageError("the secret is empty", "paste it when asked, or give it on standard input")
    return secrets.keep(ws.home, name, field, value.strip(), keyring=keyring)


def new_secret() -> str:
    """A secret for webhooks, as Standard Webhooks wants it: 32 bytes of chance."""
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


def where_secrets_are(ws: Workspace) -> list[tuple[str, str, str]]:
    """Account, field and where it is found, or an empty text where it is missing; never the secret itself."""
    wanted = [(a.name, field) for a in ws.settings.accounts.values() for field in _needed(a)]
    wanted += [(TEAM, "url")] if ws.settings.notices else []
    return [(name, field, secrets.find(ws.home, name, field)[1]) for name, field in wanted]


def _needed(account: Account) -> tuple[str, ...]:
    """The secrets that an account needs as it is set."""
    more = {"dkim": bool(account.dkim_selector), "unsubscribe": "{token}" in account.unsubscribe}
    return KINDS[account.channel].secrets + tuple(field for field, is_needed in more.items() if is_needed)


def check(home: Path, text: str) -> None:
    """Raises BadFile for what would be wrong in a daymark.toml."""
    settings_of(home, tomllib.loads(text), text)


def write(path: Path, text: str) -> None:
    """Whole or not at all, with the rights that the file had."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.chmod(path.stat().st_mode & 0o777)
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise BadData(f"{path} cannot be written: {error.strerror}", "check the folder and the disk") from error
