"""A new name for an account. Its posts, deliveries, holds and stored secrets follow; no id and no key changes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler import secrets, toml, vault
from scheduler.accounts import is_name
from scheduler.errors import PersonNeeded, UsageError
from scheduler.kinds import KINDS
from scheduler.model import DeliveryState
from scheduler.store import reads
from scheduler.store.opening import reading, writing
from scheduler.workflow import accounting

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from scheduler.model import Delivery
    from scheduler.workflow import Workspace


@dataclass(frozen=True, slots=True)
class Renamed:
    """How many posts have the account's new name, and where secrets lie that only a person can give it."""

    posts: int
    elsewhere: tuple[str, ...]


def rename(ws: Workspace, old: str, new: str, *, dry_run: bool = False) -> Renamed:
    """Gives an account another name, in the database first and in daymark.toml last.

    Between the two its posts wait, since no account of their name is there; the same command again ends it. Raises
    UsageError for a name that is taken, BadFile for one that is none, PersonNeeded while a post of it is being sent.
    """
    account = accounting.known(ws, old)
    with reading(ws.home) as db:
        number, sending = len(reads.posts(db, account=old)), _sending(reads.deliveries(db).values(), old)
        ours = f"/{account.ids or old}-"  # in the ids of its posts, also of those that have the new name already
        taken = any(ours not in post.id for post in reads.posts(db, account=new))
    if not is_name(new):
        raise UsageError(f"'{new}' is no name for an account", "write lower-case letters, digits and hyphens")
    if new in ws.settings.accounts or taken:
        raise UsageError(f"there is an account '{new}' already, or posts of one", "choose another name")
    text = _text(ws.home, old, new)
    accounting.check(ws.home, text)
    if sending:
        raise PersonNeeded(f"{sending} is being sent at this moment", "the same again in two minutes")
    fields = KINDS[account.channel].secrets + KINDS[account.channel].may_secrets
    found = [secrets.find(ws.home, old, field)[1] for field in fields]
    stored = (str(ws.home / secrets.FILE), vault.PLACE)
    elsewhere = tuple(place for place in found if place and place not in stored)
    if not dry_run:
        _do(ws, old, new)
    return Renamed(number, elsewhere)


def _sending(deliveries: Iterable[Delivery], account: str) -> str:
    """A post of an account that some process has in hand; empty if there is none."""
    return next((d.post for d in deliveries if d.account == account and d.state is DeliveryState.SENDING), "")


def _do(ws: Workspace, old: str, new: str) -> None:
    from scheduler.store import renaming as store

    secrets.copy(ws.home, old, new)
    with writing(ws.home, ws.now, ws.who) as tx:
        store.rename(tx, old, new)
    with secrets.alone(ws.home):
        accounting.write(ws.home / "daymark.toml", _text(ws.home, old, new))
    secrets.forget(ws.home, old)


def _text(home: Path, old: str, new: str) -> str:
    """The daymark.toml in which the account has its new name, and says what the ids of its posts hold."""
    import tomlkit

    text = toml.read(home / "daymark.toml")
    head = re.compile(rf"^([ \t]*\[accounts\.)(?:{re.escape(old)}|\"{re.escape(old)}\")(\])", re.MULTILINE)
    if len(head.findall(text)) == 1:
        document = tomlkit.parse(head.sub(rf"\g<1>{new}\g<2>", text))
    else:  # written in another way: it goes to the end of the accounts
        document = tomlkit.parse(text)
        document["accounts"][new] = document["accounts"].pop(old)
    document["accounts"][new].setdefault("ids", old)
    return tomlkit.dumps(document)
