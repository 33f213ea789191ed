"""audit log, audit log verify: who did what, and whether the log is still what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.cli import show
from scheduler.errors import DatabaseError, UsageError

if TYPE_CHECKING:
    from scheduler.workflow import Workspace

MOST = 50  # lines on a terminal; programs get all


def tell(what: list[str], ws: Workspace, subject: str, expect: str, *, json: bool) -> None:
    """`log` or `log verify`, as written on the command line. Raises UsageError for anything else."""
    match what:
        case ["log"]:
            log(ws, subject, json=json)
        case ["log", "verify"]:
            verify(ws, expect, json=json)
        case _:
            say = f"there is no audit of '{' '.join(what)}'"
            raise UsageError(say, "write daymark audit, audit log or audit log verify")


def log(ws: Workspace, subject: str, *, json: bool) -> None:
    """The newest lines of the log, or those on a subject; with `json` all of them."""
    from scheduler.store.log import lines
    from scheduler.store.opening import reading

    with reading(ws.home) as db:
        found = [line for line in lines(db) if subject in line["subject"]]
    if json:
        show.document(found)
        return
    rows = [(line["at"], line["who"], line["what"], line["subject"], line["why"]) for line in found[-MOST:]]
    show.table(("AT", "WHO", "WHAT", "SUBJECT", "WHY"), rows)
    show.aside(f"{len(found)} lines{f'; the newest {MOST} are shown' if len(found) > MOST else ''}")


def verify(ws: Workspace, expect: str, *, json: bool) -> None:
    """Says that every line is what was written, and that the line whose link was noted earlier is still there.

    Raises DatabaseError for the first line that is not, or if the noted one is gone.
    """
    from scheduler.store.log import first_broken, lines
    from scheduler.store.opening import reading

    with reading(ws.home) as db:
        broken, links = first_broken(db), [line["link"] for line in lines(db)]
    hint = "a backup from before the change tells what stood there: see backups/"
    if broken:
        told = f"{broken['at']} {broken['who']}: {broken['what']} {broken['subject']}"
        raise DatabaseError(f"line {broken['id']} of the log is the first that is not what was written: {told}", hint)
    if expect and not any(link.startswith(expect) for link in links):
        raise DatabaseError(f"no line of the log has the link {expect}: lines were cut off, or it is another log", hint)
    head = links[-1] if links else ""
    if json:
        show.document({"lines": len(links), "link": head})
    else:
        show.line(f"{len(links)} lines, each as it was written; note the newest link elsewhere: {head[:16]}")
