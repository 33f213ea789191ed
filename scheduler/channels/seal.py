"""A letter's DKIM signature (RFC 6376), for accounts whose server does not sign. By dkimpy, an optional extra.

The same letter gets the same signature: RSA as it is used here leaves nothing to chance, and the time of signing, which
the library takes from the clock, is left out; nobody needs it (RFC 6376, 3.5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scheduler.channels.way import secret_of, wrong

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.model import Account

# Those that are there are signed; the first four once more than they are there, so that nobody adds another.
_OURS = ("from", "to", "subject", "date")
_ALSO = ("message-id", "mime-version", "content-type", "list-unsubscribe", "list-unsubscribe-post")
_PEM = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----(.*)-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Seal:
    """What an account signs its letters with. `key` is an RSA key as PEM."""

    selector: bytes
    domain: bytes
    key: bytes = field(repr=False)

    def signed(self, letter: bytes) -> bytes:
        """The letter with its signature on top."""
        names = {line.partition(b":")[0].decode().lower() for line in letter.partition(b"\r\n\r\n")[0].split(b"\r\n")}
        wanted = [*_OURS, *(name for name in _OURS + _ALSO if name in names)]
        how = {"include_headers": [name.encode() for name in wanted], "canonicalize": (b"relaxed", b"relaxed")}
        made: bytes = _signer(letter).sign(self.selector, self.domain, self.key, **how)
        return made + letter


def seal_of(account: Account, home: Path) -> Seal | None:
    """What an account signs with; None if its server does. Raises Stopped for a key that is none, or no dkimpy."""
    if not account.dkim_selector:
        return None
    given = secret_of(account, home, "dkim")
    if not given:
        raise wrong(account, f"has no key to sign with: daymark secret set {account.name}.dkim < dkim.pem")
    made = Seal(account.dkim_selector.encode(), account.dkim_domain.encode(), _pem(given))
    try:
        made.signed(b"From: a\r\n\r\n")
    except ImportError as error:
        raise wrong(account, "signs its letters, which takes: pip install 'daymark-scheduler[dkim]'") from error
    except Exception:  # noqa: BLE001  (the library raises whatever its parsers do, and the key may stand in it)
        raise wrong(account, "has a key for DKIM that is no RSA key in PEM: make one with openssl genrsa") from None
    return made


def _pem(given: str) -> bytes:
    """A key as PEM, which `secret set` keeps as one line."""
    found = _PEM.search(given)
    if not found:
        return b""
    name, digits = found[1], "".join(found[2].split())
    lines = [digits[n : n + 64] for n in range(0, len(digits), 64)]
    return "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----", ""]).encode()


def _signer(letter: bytes) -> Any:
    """The library's own signer, without its clock."""
    import dkim

    class Signer(dkim.DKIM):  # type: ignore[misc]
        def gen_header(self, fields: list[tuple[bytes, bytes]], *more: Any, **how: Any) -> bytes:
            made: bytes = super().gen_header([f for f in fields if f[0] != b"t"], *more, **how)
            return made

    return Signer(letter)
