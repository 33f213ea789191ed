"""Who a post is mailed to, where that is more than one: addresses of daymark.toml, or a file of the workspace.

A recipient goes by a name made of the post and the address, so that no address stands in the database or in a log.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from scheduler.encoding import text_of
from scheduler.errors import BadFile, Problem
from scheduler.mail import is_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from scheduler.model import Account

MOST = 500  # a list that is longer needs what this is not: bounces read, people unsubscribed at once
_BYTES = 200_000  # of a file of so many addresses, with remarks
_ALONE = 'write one address a line, such as "ana@example.org"'


def is_many(account: Account) -> bool:
    """Whether an account writes to several people, one letter each."""
    return bool(account.recipients or account.list)


def recipients_of(account: Account, home: Path) -> tuple[str, ...]:
    """The addresses of an account, each once. Raises BadFile, with file and line, for what is wrong in its file."""
    return once(_read(home / account.list) if account.list else account.recipients)


def once(addresses: Iterable[str]) -> tuple[str, ...]:
    """Each address once, whatever its capitals, in the order in which they came."""
    found: dict[str, str] = {}
    for address in addresses:
        found.setdefault(address.lower(), address)
    return tuple(found.values())


def name_of(post: str, address: str) -> str:
    """What a recipient of a post goes by: 40 hexadecimal digits, others for another post."""
    return hashlib.sha256(f"{post}\0{address.lower()}".encode()).hexdigest()[:40]


def in_words(counts: Mapping[str, int]) -> str:
    """How many of them stand where, such as `197 of 200 have it; 3 refused`."""
    told = {"refused": "refused", "unsure": "may or may not have it", "sending": "in hand", "waiting": "still to come"}
    many = sum(counts.values()) - counts.get("gone", 0)
    found = [f"{counts[state]} {words}" for state, words in told.items() if counts.get(state)]
    return "; ".join([f"{counts.get('accepted', 0)} of {many} have it", *found])


def _read(path: Path) -> list[str]:
    """The addresses in a file: one a line; blank lines and those that begin with # say nothing."""
    found = [(n, line.strip()) for n, line in enumerate(_text(path).splitlines(), 1)]
    lines = [(n, line) for n, line in found if line and not line.startswith("#")]
    problems = [
        Problem(str(path), n, "", "this is not one mail address", _ALONE) for n, line in lines if not is_address(line)
    ]
    if not lines:
        problems = [Problem(str(path), 0, "", "there is no address in it", _ALONE)]
    if len(lines) > MOST:
        say = f"there are more than {MOST} addresses"
        problems = [
            Problem(str(path), lines[MOST][0], "", say, "use a list server or a newsletter service for so many")
        ]
    if problems:
        raise BadFile(problems)
    return [line for _, line in lines]


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return text_of(file.read(_BYTES), str(path))
    except OSError as error:
        say, write = f"cannot be read: {error.strerror}", "check the name in `list` and the file's rights"
        raise BadFile([Problem(str(path), 0, "", say, write)]) from error
