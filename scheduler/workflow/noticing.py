"""Notices: the team's chat hears of what failed, is in doubt or was missed, and once a day of what waits for people."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.errors import BadData, ChannelError
from scheduler.model import Review
from scheduler.store import log, reads
from scheduler.store.opening import reading, stamp, writing
from scheduler.workflow.handing import still_open

if TYPE_CHECKING:
    from scheduler.workflow import Workspace

TEAM = "team"  # its secret is team.url
BAD = ("failed", "unsure", "missed", "service rests")
SOON = timedelta(days=2)
MOST = 10  # lines of one kind; then how many more there are


def tell(ws: Workspace) -> str:
    """Tells the team what is new since it was last told; returns why that did not work, or an empty text.

    At least once: what could not be noted as told is told again.
    """
    with reading(ws.home) as db:
        newest = int(reads.last_audit(db) or 0)
        last = int(reads.state(db, "noticed") or newest)  # what was before there was a team to tell is not news
        bad = [f"{a['what']}: {a['subject']} ({a['why']})" for a in log.lines(db, after=last) if a["what"] in BAD]
        day = reads.state(db, "noticed_day")
        is_new_day = day != str(ws.now.date())
        waiting = _waiting(ws) if is_new_day else []
    unsaid = len(still_open(ws)) if is_new_day else 0
    if bad or waiting or unsaid:
        from scheduler.channels import chat

        try:
            chat.tell(chat.address(ws.home, TEAM), f"{ws.settings.name}: Daymark", _body(bad, waiting, unsaid))
        except (BadData, ChannelError) as error:
            return f"the team was not told: {error.words}; {error.hint}"
        except ImportError:
            return f"the team was not told: Apprise is not installed; {chat.EXTRA}"
    if newest != last or is_new_day:
        from scheduler.store.calendar import remember

        with writing(ws.home, ws.now, ws.who) as tx:
            remember(tx, noticed=str(newest), noticed_day=str(ws.now.date()))
    return ""


def _waiting(ws: Workspace) -> list[str]:
    """Posts that want a yes within two days, soonest first."""
    with reading(ws.home) as db:
        posts = reads.posts(db, after=stamp(ws.now))
    soon = [p for p in posts if p.due < ws.now + SOON and p.review in (Review.IN_REVIEW, Review.CHANGES_WANTED)]
    return [f"{p.review}: {p.id}, due {stamp(p.due)}" for p in soon]


def _body(bad: list[str], waiting: list[str], unsaid: int) -> str:
    parts = []
    for head, lines in (("Look at these (daymark status):", bad), ("These wait for a yes (daymark posts):", waiting)):
        if lines:
            more = [f"and {len(lines) - MOST} more"] if len(lines) > MOST else []
            parts.append("\n".join([head, *lines[:MOST], *more]))
    if unsaid:
        parts.append(f"{unsaid} handed off, and nobody has said that they are up (daymark done --open)")
    return "\n\n".join(parts)
