"""A person answers for a finding: with a name, a reason and a date, counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scheduler.checks import ERROR, is_waivable
from scheduler.errors import HasFindings, PersonNeeded, UnknownName
from scheduler.model import Sensitivity
from scheduler.review import same_person
from scheduler.store import reads
from scheduler.store.opening import reading, writing
from scheduler.workflow.calendar import synced
from scheduler.workflow.reviewing import find

if TYPE_CHECKING:
    from scheduler.model import Finding, Post, Waiver
    from scheduler.workflow import Workspace


def waive(ws: Workspace, id: str, rule: str, why: str, who: str) -> list[Waiver]:
    """Answers every finding of a rule in a post; answering twice changes nothing. Returns the post's answers.

    Raises UnknownName if nothing is found by that rule, HasFindings if it may not be waived, PersonNeeded if the
    author of a post about people who were harmed answers for an error of their own.
    """
    from scheduler.store.waivers import waive as keep

    post = find(ws, [id])[0]
    findings = ws.checker(synced(ws)).post(post)
    meant = [f for f in findings if f.check.casefold() == rule.casefold()]
    if not meant:
        say = f"daymark check {id}"
        raise UnknownName("finding of", rule, {f.check for f in findings}, f"what there is: {say}")
    _require_right(post, meant, who)
    with writing(ws.home, ws.now, who) as tx:
        for finding in meant:
            keep(tx, id, finding, why)
    return [w for w in waivers(ws) if w.post == id]


def _require_right(post: Post, findings: list[Finding], who: str) -> None:
    fixed = next((f for f in findings if not is_waivable(f)), None)
    if fixed:
        say = f"{fixed.check} cannot be waived: {fixed.why}"
        raise HasFindings(say, f"{fixed.suggestion}: daymark reword {post.id}")
    own = post.sensitivity is Sensitivity.TRAUMA and same_person(who, post.author)
    if own and any(f.severity == ERROR for f in findings):
        say = f"{post.id} is about people who were harmed, and {who} wrote it: somebody else has to answer for it"
        raise PersonNeeded(say, f"ask a colleague: daymark waive {post.id} {findings[0].check} --as NAME")


def waivers(ws: Workspace) -> list[Waiver]:
    """Every answer, oldest first."""
    with reading(ws.home) as db:
        return reads.waivers(db)


def counts(given: list[Waiver]) -> dict[str, int]:
    """How often each rule was waived, the most waived first: a rule waived often is wrong, or its house is."""
    return dict(sorted(Counter(w.rule for w in given).items(), key=lambda pair: (-pair[1], pair[0])))
