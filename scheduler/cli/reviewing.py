"""approve, reject, reword: people decide."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli import show
from scheduler.cli.options import As, Home, Json, Now, somebody, workspace
from scheduler.cli.posts import Id, Ids, read_text
from scheduler.errors import UsageError
from scheduler.model import Sensitivity

if TYPE_CHECKING:
    from scheduler.model import Post, Waiver


def approve(
    post: Ids,
    name: Annotated[str, typer.Option("--as", help="Who approves.")],
    why: Annotated[str, typer.Option(help="Your answer to the warnings, if there are any.")] = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Approve posts: exactly these words, to these accounts, at these times. All of them or none."""
    from scheduler.workflow.reviewing import approve as workflow

    _tell_reviews(workflow(workspace(home, now, _named(name)), post, name.strip(), why), json=json)


def reject(
    post: Ids,
    name: Annotated[str, typer.Option("--as", help="Who rejects.")],
    why: Annotated[str, typer.Option(help="What should change.")],
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Send posts back to their author, with a reason."""
    from scheduler.workflow.reviewing import reject as workflow

    if not why.strip():
        raise UsageError("a rejection needs a reason", 'write --why "..."')
    _tell_reviews(workflow(workspace(home, now, _named(name)), post, name.strip(), why), json=json)


def waive(
    post: Id,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule or check, such as TIP-004.")],
    name: Annotated[str, typer.Option("--as", help="Who answers for it.")],
    why: Annotated[str, typer.Option(help="Why it is right here.")],
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Answer for a finding of a post, with your name and a reason; it is counted."""
    from scheduler.workflow.waiving import waive as workflow

    if not why.strip():
        raise UsageError("a waiver needs a reason", 'write --why "..."')
    _tell_waivers(workflow(workspace(home, now, _named(name)), post, rule, why.strip(), name.strip()), json=json)


def waivers(home: Home = "", now: Now = "", json: Json = False) -> None:
    """List what people answered to findings, and how often each rule was waived."""
    from scheduler.workflow.waiving import counts
    from scheduler.workflow.waiving import waivers as workflow

    given = workflow(workspace(home, now))
    _tell_waivers(given, json=json)
    if not json and given:
        show.aside(", ".join(f"{rule} {n}" for rule, n in counts(given).items()))


def _tell_waivers(given: list[Waiver], *, json: bool) -> None:
    if json:
        from dataclasses import asdict

        show.document([asdict(w) for w in given])
        return
    rows = [(w.at[:10], w.who, w.severity, w.rule, w.words, w.post, w.why) for w in given]
    show.table(("DATE", "WHO", "LEVEL", "RULE", "WORDS", "POST", "WHY"), rows)


def reword(
    post: Id,
    file: Annotated[
        str, typer.Option("--file", metavar="FILE", help="The new text; - is standard input. Else $EDITOR opens.")
    ] = "",
    name: As = "",
    home: Home = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Put new words into a post; any approval is dropped."""
    from scheduler.workflow.reviewing import find
    from scheduler.workflow.reviewing import reword as workflow

    ws = workspace(home, now, name)
    old = find(ws, [post])[0]
    if old.sensitivity is Sensitivity.TRAUMA and not (name.strip() or os.environ.get("DAYMARK_USER")):
        # a login name would let its owner approve the words under their own
        raise UsageError(f"{post} is about people who were harmed: its author must be named", "write --as NAME")
    text = read_text(file) if file else edited(old.wording.text)
    if text is None or not text.strip():
        raise UsageError("there is no new text", "save the words in the editor, or give --file FILE")
    _tell_reviews([workflow(ws, post, text, somebody(name))], json=json)


def edited(text: str) -> str:
    """The text as the person left it in their editor. Raises UsageError."""
    import os
    import shlex
    import subprocess
    import tempfile
    from pathlib import Path

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise UsageError("no editor is set", "set EDITOR, or give the new text with --file FILE")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "post.txt"
        path.write_text(text + "\n", encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(path)], check=True)  # noqa: S603  (the person's own editor)
        except (OSError, subprocess.CalledProcessError) as error:
            raise UsageError(f"the editor '{editor}' did not end well", "give the new text with --file FILE") from error
        return read_text(str(path))


def _named(name: str) -> str:
    if not name.strip():
        raise UsageError("a decision needs a name", "write --as NAME")
    return name.strip()


def _tell_reviews(decided: list[Post], *, json: bool) -> None:
    if json:
        show.document([{"id": p.id, "review": str(p.review)} for p in decided])
        return
    for p in decided:
        show.line(f"{p.id}: {p.review}")
