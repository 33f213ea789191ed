"""The keyring of the machine, for those who ask for it: Keychain, Secret Service, KWallet, Windows. An optional extra.

It is loaded for a secret that was put into it, and for no other.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from scheduler.errors import BadData

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLACE = "the keyring of this machine"
_HINT = "unlock it, or keep the secret elsewhere: daymark secret remove, then daymark secret set without --keyring"


def get(home: Path, account: str, field: str) -> str:
    """A secret of a workspace. Raises BadData if the keyring does not answer or does not hold it."""
    with _opened() as keyring:
        found = keyring.get_password(_of(home), f"{account}.{field}")
    if not found:
        raise BadData(f"{PLACE} does not hold {account}.{field}", f"daymark secret set {account}.{field}")
    return str(found)


def put(home: Path, account: str, field: str, value: str) -> None:
    """Keeps a secret of a workspace. Raises BadData."""
    with _opened() as keyring:
        keyring.set_password(_of(home), f"{account}.{field}", value)


def drop(home: Path, account: str, field: str) -> None:
    """Takes a secret out, if it is there. Raises BadData."""
    with _opened() as keyring:
        if keyring.get_password(_of(home), f"{account}.{field}") is not None:
            keyring.delete_password(_of(home), f"{account}.{field}")


def _of(home: Path) -> str:
    """What the secrets of a workspace stand under: two of them may have an account of the same name."""
    return f"daymark {home.resolve()}"


@contextmanager
def _opened() -> Iterator[Any]:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise BadData(
            f"a secret is to be in {PLACE}, and the library for that is not here",
            "pip install 'daymark-scheduler[keyring]'",
        ) from error
    try:
        yield keyring
    except KeyringError as error:
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise BadData(f"{PLACE} does not open: {said}", _HINT) from None
