"""Our own plan as feed entries: when each post goes out, and by when it must be reviewed."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from scheduler.feeds.entry import EVENT, TODO, Content, Entry, utc_seconds
from scheduler.feeds.observances import in_words
from scheduler.model import Review

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scheduler.model import Post

CAMPAIGN, TASKS = "private/posts.ics", "private/tasks.ics"  # below an address that cannot be guessed
# What our own feeds are called, what they say of themselves, and their colour.
OWN = {
    "posts.ics": ("Daymark: campaign", "When our posts go out, and by when they must be reviewed.", "steelblue"),
    "tasks.ics": ("Daymark: reviews", "The posts to review, each due before it goes out.", "darkgoldenrod"),
}
LENGTH = timedelta(minutes=15)
LEAD = timedelta(days=2)
_NONE: Mapping[str, Any] = MappingProxyType({})


def campaign_entries(
    posts: Iterable[Post],
    sent: Mapping[str, str],
    *,
    now: datetime,
    names: Mapping[str, str] = _NONE,
    states: Mapping[str, str] = _NONE,
    created: Mapping[str, datetime] = _NONE,
    lead: timedelta = LEAD,
) -> list[Entry]:
    """Each post as an event of 15 minutes, and its review as a task with an event beside it until it is approved.

    `sent` maps the id of a post that is out to its place, an address or a path. `names` maps observance ids to names,
    `states` post ids to the words for where the post stands (else what people decided of it), `created` post ids to the
    instant they were made. A review is due `lead` before the post, but not before the post was made. Its task stays
    until the post expires, so that an approved one is seen as done; `now` decides only that.
    """
    at = utc_seconds(now)
    return [
        entry
        for post in posts
        for entry in (
            _event(post, sent.get(post.id), names, states),
            *_review(post, post.id in sent, at, names, max(post.due - lead, created.get(post.id, post.due - lead))),
        )
    ]


def _event(post: Post, place: str | None, names: Mapping[str, str], states: Mapping[str, str]) -> Entry:
    settled = place is not None or post.review is Review.APPROVED
    content = Content(
        summary=_title(post, names),
        description=_description(post, place, states),
        categories=[in_words(post.stage)],
        url=place or "",
        status="CONFIRMED" if settled else "TENTATIVE",
        all_day=False,
    )
    return Entry(f"post:{post.id}", EVENT, (CAMPAIGN,), _timed(content, post.due))


def _review(post: Post, out: bool, now: datetime, names: Mapping[str, str], deadline: datetime) -> Iterator[Entry]:
    if now >= post.expires:
        return
    done = out or post.review is Review.APPROVED
    content = Content(
        summary=f"Review due: {_title(post, names)}",
        description=f"Goes out: {_wall(post)}\n\n{_words(post)}",
        categories=["Review"],
        url="",
        status="CONFIRMED",
        all_day=False,
    )
    due = utc_seconds(deadline).isoformat()
    task = content | {"status": "COMPLETED" if done else "NEEDS-ACTION", "due": due}
    yield Entry(f"review:{post.id}", TODO, (TASKS,), task)
    if not done:  # most calendar apps show no tasks, so the deadline is an event too
        yield Entry(f"deadline:{post.id}", EVENT, (CAMPAIGN,), _timed(content, deadline))


def _timed(content: Content, start: datetime) -> Content:
    # Instants in UTC end in Z and need no VTIMEZONE, the part of the format that libraries and clients get wrong most;
    # every client shows them in the zone of its reader. The wall time of the account stands in the description.
    first = utc_seconds(start)
    return content | {"start": first.isoformat(), "end": (first + LENGTH).isoformat()}


def _title(post: Post, names: Mapping[str, str]) -> str:
    return f"{in_words(post.stage)} – {post.account}: {names.get(post.observance) or in_words(post.observance)}"


def _wall(post: Post) -> str:
    return f"{post.local:%Y-%m-%d %H:%M} ({post.zone})"


def _description(post: Post, place: str | None, states: Mapping[str, str]) -> str:
    state = states.get(post.id) or ("sent" if place is not None else post.review.value)
    lines = (f"State: {state}", f"Place: {place}" if place else "", f"Goes out: {_wall(post)}")
    return "\n".join(filter(None, lines)) + f"\n\n{_words(post)}"


def _words(post: Post) -> str:
    """The exact words, and those that go with them."""
    wording = post.wording
    note = f"Content note: {wording.note}" if wording.note else ""
    picture = f"Picture: {wording.alt}" if wording.alt else ""
    return "\n\n".join(filter(None, (note, wording.text, picture)))
