"""Names the consent on which a person's story goes out: an id that says nothing of them, and its end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.checks import has_errors
from scheduler.errors import PersonNeeded, UsageError
from scheduler.model import WITHDRAWN, Consent
from scheduler.review import after_planning, digest_of
from scheduler.rights import OPAQUE, load_pictures, picture_at
from scheduler.store import reads
from scheduler.store.opening import reading, writing
from scheduler.workflow.calendar import synced
from scheduler.workflow.reviewing import find, free, require_no_doubt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scheduler.model import Picture, Post
    from scheduler.workflow import Workspace

_GONE = ("sending", "sent", "unsure")


def give_consent(ws: Workspace, ids: Sequence[str], consent: Consent | None, who: str) -> list[Post]:
    """Binds posts to a consent, or takes it away; any approval is dropped. The same again changes nothing.

    Raises UsageError for an id that could say who the person is, PersonNeeded for a post that is out or on its way.
    """
    from scheduler.store import planning as store

    if consent and not OPAQUE.fullmatch(consent.id):
        say = f"'{consent.id}' could say who the person is"
        raise UsageError(say, "use an id of digits, hyphens and at most three letters in a row, such as C-2027-014")
    posts = find(ws, ids)
    checker = ws.checker(synced(ws))
    doubtful = []
    with writing(ws.home, ws.now, who) as tx:
        for old in posts:
            if old.consent == consent:
                continue
            new = replace(old, consent=consent, touched=True, queued=False)
            new = replace(new, digest=digest_of(new), review=after_planning(errors=has_errors(checker.post(new))))
            if not free(tx, old, reads.delivery_of(tx.db, old.id), f"{who} changed its consent"):
                doubtful.append(old.id)
            elif not store.reword(tx, old, new):
                raise PersonNeeded(f"{old.id} has just been changed", f"read it again: daymark show {old.id}")
    require_no_doubt(doubtful)
    return find(ws, ids)


def withdraw(ws: Workspace, id: str, who: str) -> tuple[list[Post], list[Post]]:
    """Takes a consent back: its posts lose their approval. Returns those kept back, and those that are out.

    A consent is that of a post's story, or of the people in its picture.
    """
    shown = [p for p in load_pictures(ws.home) if p.consent and p.consent.id == id]
    with reading(ws.home) as db:
        posts = [p for p in reads.posts(db) if (p.consent and p.consent.id == id) or _shows(p, shown, ws.home)]
        gone = {p.id for p in posts if (d := reads.delivery_of(db, p.id)) and p.queued and d.state in _GONE}
    if shown and not posts:
        say = f"no post shows the picture '{shown[0].id}', so nothing is stopped"
        raise UsageError(say, f"take {shown[0].file} and its entry out of the workspace")
    if not posts:
        raise UsageError(f"no post names the consent '{id}'", "daymark posts --json shows the consent of each")
    kept = [p for p in posts if p.id not in gone]
    stopped = give_consent(ws, [p.id for p in kept], Consent(id, WITHDRAWN), who)
    return stopped, [p for p in posts if p.id in gone]


def _shows(post: Post, pictures: Sequence[Picture], home: Path) -> bool:
    media = post.wording.media
    return bool(media and picture_at(pictures, home, media.file(home)))
