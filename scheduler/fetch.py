"""Fetches one file from an address that a person names: https only, and with an end to everything.

An address inside a private network is a door that whoever wrote the calendar's address should not open: it is refused,
by the number that is connected to, so that neither a redirect nor a name that changes its mind gets around it.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from scheduler.errors import BadData, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse

STEP = 15.0  # seconds for a connection, or a silence between two pieces of an answer
WHOLE = 60.0  # seconds for all of it, redirects too
MOST_HOPS = 5
_HERE = ("localhost", "127.0.0.1", "::1")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 number for those who have IPv6 alone
_ISATAP = 0x5EFE  # RFC 5214: the third word of four; an IPv4 number is the last
_MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a fetch may do. `resolve` gives the numbers of a host; `whole` is in seconds, `most` in bytes."""

    most: int
    allow_private: bool = False
    resolve: Callable[[str, int], list[str]] | None = None
    whole: float = WHOLE


class _Failed(Exception):
    """What went wrong, in words."""


def fetch(address: str, rules: Rules) -> bytes:
    """The bytes at an address, `webcal:` read as `https:`.

    Raises UsageError for an address that may not be asked, BadData for one that does not answer as it should.
    """
    done: list[bytes | Exception] = []
    _require_allowed(_parts(address), rules)

    def work() -> None:
        try:
            done.append(_fetched(address, rules))
        except Exception as error:  # noqa: BLE001  (told below, in the thread of whoever asked)
            done.append(error)

    # A thread: neither the search for a host's number nor an answer that drips knows a time-out of its own.
    asking = Thread(target=work, daemon=True)
    asking.start()
    asking.join(rules.whole)
    if not done:
        raise _bad(address, f"no answer within {rules.whole:g} seconds")
    if isinstance(done[0], bytes):
        return done[0]
    if isinstance(done[0], UsageError):
        raise done[0]
    raise _bad(address, _said(done[0])) from done[0]


def _bad(address: str, say: str) -> BadData:
    return BadData(
        f"{urlsplit(address).hostname or address}: {say}", "check the address, or save the file and name that"
    )


def _said(error: Exception) -> str:
    """What went wrong, in words for people: an error of the network says it after its number."""
    if isinstance(error, TimeoutError):
        return f"no answer within {STEP:g} seconds"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted ({error.verify_message.rstrip('.')})"
    if isinstance(error, _Failed):
        return str(error)
    told = error.strerror if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else ""
    return (told or "the connection broke").lower()


def _parts(address: str) -> SplitResult:
    """The parts of an address. Raises UsageError if it is none."""
    try:
        parts = urlsplit(address)
        port_is_right = parts.port != 0
    except ValueError:
        parts, port_is_right = urlsplit(""), False
    plain = address.isascii() and address.isprintable() and " " not in address
    if parts.username is not None:
        raise UsageError(
            f"'{_shown(address)}' holds a name or a password, which would stand in your calendar files",
            "leave it out, or save the file yourself and name that",
        )
    if not (plain and port_is_right and parts.hostname):
        raise UsageError(f"'{_shown(address)}' is no address that can be asked", "write it as https://HOST/PATH")
    return parts._replace(scheme="https") if parts.scheme in ("webcal", "webcals") else parts


def _shown(address: str) -> str:
    """An address as a message may hold it: without what signs somebody in."""
    return re.sub(r"//[^/?#]*@", "//...@", address)[:200]


def may_be_secret(address: str) -> bool:
    """Whether an address may be a key itself: whoever has that of a private calendar can read it.

    Such an address has a query, a fragment, the word private, or a run of letters and digits that nobody would write.
    """
    parts = urlsplit(address)
    runs = re.findall(r"[A-Za-z0-9_]{12,}", parts.path)
    odd = any(re.search(r"\d", run) and re.search(r"[A-Za-z]", run) for run in runs)
    return bool(parts.query or parts.fragment or odd or "private" in parts.path.lower())


def _require_allowed(parts: SplitResult, rules: Rules) -> None:
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE and rules.allow_private):
        return
    raise UsageError(
        f"'{parts.geturl()[:200]}' is not asked: only https addresses are", "give the https address, or save the file"
    )


def _fetched(address: str, rules: Rules) -> bytes:
    for _ in range(MOST_HOPS + 1):
        parts = _parts(address)
        _require_allowed(parts, rules)
        link = _connected(parts, rules)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            link.request("GET", path, headers={"User-Agent": "daymark", "Accept": "text/calendar, */*;q=0.5"})
            with link.getresponse() as answer:
                if answer.status not in _MOVED:
                    return _body(answer, rules.most)
                address = urljoin(parts.geturl(), answer.getheader("Location", ""))
        except IncompleteRead as error:
            raise _Failed("the answer was cut short") from error
        except HTTPException as error:
            raise _Failed("the answer makes no sense: it is no HTTP") from error
        finally:
            link.close()
    raise _Failed(f"it points elsewhere more than {MOST_HOPS} times")


def _body(answer: HTTPResponse, most: int) -> bytes:
    if answer.status != 200:
        raise _Failed(f"it answers {answer.status}{_phrase(answer.status)}")
    if answer.getheader("Content-Encoding", "identity").lower() not in ("identity", ""):
        raise _Failed("the answer is packed, which was not asked for")
    data = answer.read(most + 1)
    if len(data) > most:
        raise _Failed(f"it is larger than {most // 2**20} MiB")
    if answer.length:
        raise _Failed("the answer was cut short")
    return data


def _phrase(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""


def _connected(parts: SplitResult, rules: Rules) -> HTTPConnection:
    """A connection to a number of the host that may be asked. The number is looked up once, and that one is used."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    numbers = (rules.resolve or _numbers)(host, port)
    if not rules.allow_private and (inner := next((n for n in numbers if not is_public(n)), "")):
        raise UsageError(
            f"{host} is {inner}, an address inside a private network, and is not asked",
            "give --allow-private if you trust who wrote the address",
        )
    if not numbers:
        raise _Failed("there is no such host")
    link = (HTTPSConnection if parts.scheme == "https" else HTTPConnection)(host, port, timeout=STEP)
    link.sock = _reached(numbers, port)
    if parts.scheme == "https":
        try:
            link.sock = ssl.create_default_context().wrap_socket(link.sock, server_hostname=host)
        except OSError as error:
            link.close()
            raise _Failed(f"no safe connection: {_said(error)}") from error
    return link


def _reached(numbers: list[str], port: int) -> socket.socket:
    trouble: OSError = OSError("no connection")
    for number in numbers:
        try:
            return socket.create_connection((number, port), timeout=STEP)
        except OSError as error:
            trouble = error
    raise _Failed(f"no connection: {_said(trouble)}") from trouble


def _numbers(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _Failed("its number cannot be found: there is no such host, or no network") from error
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


def is_public(number: str) -> bool:
    """Whether a number is one of the open internet, in whatever clothes: an IPv6 one may carry a private IPv4 one."""
    try:
        at = ipaddress.ip_address(number.partition("%")[0])
    except ValueError:
        return False
    if isinstance(at, ipaddress.IPv6Address) and at in _NAT64:
        at = ipaddress.IPv4Address(at.packed[-4:])
    inner: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = [at]
    if isinstance(at, ipaddress.IPv6Address):
        inner = [at.ipv4_mapped] if at.ipv4_mapped else [at]
        inner += [one for one in (at.sixtofour, *(at.teredo or ())) if one is not None]
        if at.is_site_local or int(at) >> 32 & 0xFCFFFFFF == _ISATAP:
            return False
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in inner)
