"""The tables [accounts.NAME] of daymark.toml become accounts, each with what its channel wants."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

from scheduler import mail, recipients, watch
from scheduler.kinds import KINDS
from scheduler.model import LANGUAGES, Account
from scheduler.pictures import SIZES
from scheduler.toml import as_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.kinds import Kind
    from scheduler.model import Limits
    from scheduler.toml import Table


def accounts_of(t: Table, limits: dict[str, Limits]) -> Iterator[tuple[str, Account]]:
    """The accounts of a table [accounts], by name; what is wrong in them is noted in it."""
    holders: dict[str, str] = {}
    for name in t.body:
        inner = t.table(name)
        if not is_name(name):
            inner.wrong("", f"the account name '{name}' is not lower-case letters, digits and hyphens", "rename it")
        made = _account(name, inner, limits)
        ids = made.ids or name
        if made.ids and not is_name(ids):
            inner.wrong("ids", f"'{ids}' is not a name that an account had", "write its first name, or leave it out")
        if ids in holders:
            say = f"the ids of its posts are those of [accounts.{holders[ids]}], which hold '{ids}'"
            inner.wrong("ids", say, "give one of the two another name")
        holders[ids] = name
        yield name, made


def is_name(text: str) -> bool:
    """Whether an account may be called so: lower-case letters, digits and hyphens."""
    return text.replace("-", "").isalnum() and text == text.lower()


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
        **(_to(t) if kind.needs_to else {}),
        unsubscribe=_unsubscribe(t) if kind.needs_to else "",
        handle=_handle(t, kind) if kind.needs_handle else "",
        options={name: t.one_of(name, values, values[0]) for name, values in kind.options.items()},
        ids=t.text("ids", ""),
        audience=t.text("audience", ""),
        card=t.one_of("card", ("", *SIZES), ""),
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


def _unsubscribe(t: Table) -> str:
    """As it is written: what stands behind it decides about a stroke at its end."""
    value = t.text("unsubscribe", "")
    if value and not value.startswith("https://"):
        t.wrong("unsubscribe", "unsubscribe is not an https address", 'write the whole address, or ""')
    return value


def _to(t: Table) -> dict[str, Any]:
    """Whom an account writes to: one address, or several, or a file of them; and how its letters are signed."""
    found = {"user": t.text("user", ""), **_dkim(t)}
    if "list" in t.body and "to" in t.body:
        t.wrong("list", "both to and list say who is written to", "leave one of them out")
    if "list" in t.body:
        return found | {"list": t.text("list")}
    if not isinstance(t.body.get("to"), list):
        return found | {"to": _mail(t, "to")}
    several = t.words("to")
    for value in several:
        if not mail.is_address(value):
            t.wrong("to", f"to has '{value}', not a mail address", 'write addresses alone, such as "ana@example.org"')
    if not 0 < len(several) <= recipients.MOST:
        t.wrong("to", f"to names {len(several)} addresses, not 1 to {recipients.MOST}", "use a list server for more")
    return found | {"recipients": several}


def _dkim(t: Table) -> dict[str, str]:
    """Where the key of an account's letters stands in the DNS, if it signs them: at its sender's domain or above."""
    sender = str(t.body.get("handle", "")).rpartition("@")[2]
    selector, domain = t.text("dkim_selector", ""), t.text("dkim_domain", "") or sender
    if selector and not f".{sender}".endswith(f".{domain}"):
        t.wrong("dkim_domain", f"{sender} is not in the domain {domain}", "leave it out, or write the sender's domain")
    if selector and not mail.is_address(f"dkim@{selector}"):
        t.wrong("dkim_selector", f"dkim_selector is '{selector}'", 'write the name in the DNS, such as "daymark2027"')
    return {"dkim_selector": selector, "dkim_domain": domain if selector else ""}


def _mail(t: Table, key: str) -> str:
    """A bare address of mail."""
    value = t.text(key)
    if value and not mail.is_address(value):
        t.wrong(key, f"{key} is '{value}', not a mail address", 'write the address alone, such as "news@example.org"')
    return value
