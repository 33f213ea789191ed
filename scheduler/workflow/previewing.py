"""One page for reviewers: every post of a campaign as its reader will see it, with the findings beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.checks.lengths import count
from scheduler.errors import BadData, UnknownName
from scheduler.model import parts_of
from scheduler.store import reads
from scheduler.store.opening import reading
from scheduler.workflow.calendar import synced
from scheduler.workflow.drafting import renderer
from scheduler.workflow.listing import states

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.model import Calendar, Campaign, Post
    from scheduler.workflow import Workspace
    from scheduler.workflow.checking import Checker


def write_preview(ws: Workspace, campaign: str) -> Path:
    """Writes previews/<campaign>.html and returns its path. The same posts give the same bytes."""
    with reading(ws.home) as db:
        campaigns = reads.campaigns(db)
        if campaign not in campaigns:
            raise UnknownName("campaign", campaign, campaigns, "list them with: daymark upcoming")
        posts = reads.posts(db, campaign=campaign)
    calendar = synced(ws)
    page = renderer(ws.settings, calendar).page("preview.html", **_context(ws, campaigns[campaign], posts, calendar))
    path = ws.home / "previews" / f"{campaign.replace('/', '-')}.html"
    try:
        path.parent.mkdir(exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != page:
            path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise BadData(
            f"{path} cannot be written: {error.strerror}", "check the folder's rights and the disk"
        ) from error
    return path


def _context(ws: Workspace, campaign: Campaign, posts: list[Post], calendar: Calendar) -> dict[str, Any]:
    stand, checker = states(ws, posts), ws.checker(calendar)
    entry = calendar.observances.get(campaign.observance)
    return {
        "campaign": campaign,
        "entry": entry,
        "us": ws.settings.name,
        "posts": [_shown(post, stand[post.id], checker) for post in posts],
    }


def _shown(post: Post, state: str, checker: Checker) -> dict[str, Any]:
    limits = checker.limits_of(post.account, post.channel, post.network)
    findings = checker.post(post)
    return {
        "post": post,
        "state": state,
        "findings": findings,
        "length": max(count(part, limits, post.wording.note) for part in parts_of(post.wording.text)),
        "most": limits.most,
        "rtl": post.language == "ar",
        "paragraphs": [part.split("\n") for part in post.wording.text.split("\n\n")],
    }
