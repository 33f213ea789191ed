"""posts, show, check, approve, reject, reword: reading and deciding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli import show
from scheduler.cli.options import Home, Json, Now, workspace
from scheduler.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.model import Finding, Post
    from scheduler.workflow import Workspace

Ids = Annotated[list[str], typer.Argument(metavar="POST...", help="Posts, such as human-rights-day/2026/day/main-en.")]
Id = Annotated[str, typer.Argument(metavar="POST", help="A post, such as human-rights-day/2026/day/main-en.")]


def posts(
    campaign: Annotated[str, typer.Option(help="Only this campaign's, such as human-rights-day/2026.")] = "",
    state: Annotated[
        str, typer.Option(help="Only those that stand so: draft, in-review, approved, waiting, sent, ...")
    ] = "",
    account: Annotated[str, typer.Option(help="Only this account's.")] = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """List posts: when they are due and where they stand."""
    from scheduler.store import reads
    from scheduler.store.opening import reading

    ws = workspace(home, now)
    if account and account not in ws.settings.accounts:
        raise UnknownName("account", account, ws.settings.accounts, "daymark.toml lists them under [accounts]")
    with reading(ws.home) as db:
        if campaign and campaign not in (known := reads.campaigns(db)):
            raise UnknownName("campaign", campaign, known, "list them with: daymark upcoming")
        found = reads.posts(db, campaign=campaign, account=account)
    told = told_of(ws, found, state)
    if json:
        show.document(told)
        return
    rows = [(p["due_local"], p["id"], p["state"], _worst(p["findings"])) for p in told]
    show.table(("DUE", "POST", "STATE", "FINDINGS"), rows)


def told_of(ws: Workspace, found: list[Post], state: str = "") -> list[dict[str, Any]]:
    """Posts as programs get them, narrowed to a state."""
    from scheduler.model import DeliveryState, Review
    from scheduler.store import reads
    from scheduler.store.opening import reading
    from scheduler.workflow.calendar import synced
    from scheduler.workflow.listing import states

    wanted = state.replace("-", " ").replace("_", " ")
    if wanted and wanted not in (known := {*Review, *DeliveryState, "held"}):
        raise UnknownName("state", state, known, f"choose one of: {', '.join(sorted(known))}")
    stand, checker = states(ws, found), ws.checker(synced(ws))
    with reading(ws.home) as db:
        deliveries = reads.deliveries(db)
        answers = {(w.post, w.rule, w.words, w.severity): f"{w.who}: {w.why}" for w in reads.waivers(db)}
    return [
        _post(post, stand[post.id], deliveries.get(post.id), _answered(post, checker.post(post), answers))
        for post in found
        if not wanted or stand[post.id] == wanted
    ]


def _answered(
    post: Post, findings: list[Finding], answers: dict[tuple[str, str, str, str], str]
) -> list[dict[str, str]]:
    return [finding(f) | {"answer": answers.get((post.id, f.check, f.text, f.severity), "")} for f in findings]


def _post(post: Post, state: str, delivery: Any, findings: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "id": post.id,
        "campaign": post.campaign,
        "observance": post.observance,
        "stage": post.stage,
        "account": post.account,
        "channel": post.channel,
        "network": post.network,
        "language": post.language,
        "due": f"{post.due:%Y-%m-%dT%H:%M:%SZ}",
        "due_local": f"{post.local:%Y-%m-%d %H:%M}",
        "zone": post.zone,
        "expires": f"{post.expires:%Y-%m-%dT%H:%M:%SZ}",
        "review": str(post.review),
        "delivery": str(delivery.state) if delivery and post.queued else None,
        "state": state,
        "text": post.wording.text,
        "note": post.wording.note,
        "alt": post.wording.alt,
        "media": post.wording.media.path if post.wording.media else "",
        "author": post.author,
        "digest": post.digest,
        "origin": post.origin,
        "consent": post.consent.id if post.consent else "",
        "consent_until": _until(post),
        "findings": findings,
    }


def _until(post: Post) -> str:
    from scheduler.model import WITHDRAWN

    return str(post.consent.until) if post.consent and post.consent.until > WITHDRAWN else ""


def finding(f: Finding) -> dict[str, str]:
    return {"check": f.check, "severity": f.severity, "text": f.text, "why": f.why, "suggestion": f.suggestion}


def _worst(findings: Sequence[dict[str, str]]) -> str:
    from collections import Counter

    return ", ".join(f"{n} {severity}" for severity, n in Counter(f["severity"] for f in findings).items())


def show_post(post: Id, home: Home = "", now: Now = "", json: Json = False) -> None:
    """Show one post whole: its words, its findings, who decided what, what was tried."""
    from scheduler.workflow.listing import whole
    from scheduler.workflow.reviewing import find

    ws = workspace(home, now)
    found = find(ws, [post])[0]
    told = told_of(ws, [found])[0] | whole(ws, found)
    if json:
        show.document(told)
        return
    _tell_head(told)
    for name in ("note", "text", "alt"):
        if told[name]:
            show.line(f"\n{told[name]}" if name == "text" else f"  {name}: {told[name]}")
    show.line()
    for f in told["findings"]:
        show.line(f"  {says(f)}")
    _tell_history(told)


def _tell_history(told: dict[str, Any]) -> None:
    for d in told["decisions"]:
        show.line(f"  {d['at']}  {d['verdict']} by {d['reviewer']}" + (f": {d['why']}" if d["why"] else ""))
    for a in told["attempts"]:
        show.line(f"  {a['ended']}  try {a['n']}: {a['outcome']} {a['detail']}".rstrip())
    for r in told["recipients"]:
        if r["state"] not in ("accepted", "waiting"):
            show.line(f"  {r['at']}  {r['address'] or r['name']}: {r['state']} {r['reason']}".rstrip())
    if told["place"] not in ("", *(a["detail"] for a in told["attempts"])):
        show.line(f"  up at {told['place']}")
    if told["reason"]:
        show.line(f"  {told['state']}: {told['reason']}")


def _tell_head(told: dict[str, Any]) -> None:
    show.line(f"{told['id']}  ({told['state']})")
    show.line(f"  {told['account']} on {told['network']}, {told['due_local']} {told['zone']} ({told['due']})")
    origin = f"words from {told['origin']}" if told["origin"] else ""
    until = f"until {told['consent_until']}" if told["consent_until"] else "withdrawn"
    consent = f"consent {told['consent']} {until}" if told["consent"] else ""
    if origin or consent:
        show.line("  " + ", ".join(filter(None, (origin, consent))))


def says(f: dict[str, str]) -> str:
    seen = f" '{f['text']}'" if f["text"] else ""
    answer = f" (answered by {f['answer']})" if f.get("answer") else ""
    return f"{f['severity']} {f['check']}:{seen} {f['why']}. Better: {f['suggestion']}{answer}"


def read_text(file: str, encoding: str | None = None) -> str:
    """The text of a file, or of standard input for `-`. Raises UsageError, or BadFile for what is no text.

    `encoding` is what a person named, if any; None where the command takes none.
    """
    import sys
    from pathlib import Path

    from scheduler.encoding import text_of

    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}", "name a text file, or - for standard input"
        ) from error
    return text_of(data, "standard input" if file == "-" else file, encoding)
