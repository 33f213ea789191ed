"""What ticks say: words for people, one document for a program that asked, or a line of JSON each for a journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.cli import show
from scheduler.cli.options import moment
from scheduler.errors import UnknownName

if TYPE_CHECKING:
    from scheduler.errors import DaymarkError
    from scheduler.workflow.sending import Ticked

FORMATS = ("text", "json")


class Log:
    """Says things in words, or, with `--json`, one document for each tick."""

    def __init__(self, *, json: bool) -> None:
        self.json = json

    def ticked(self, done: Ticked) -> None:
        """What a tick did."""
        if self.json:
            show.document(done.counts())
            return
        show.line(in_words(done))
        for trouble in done.troubles:
            show.aside(f"  {trouble}")

    def failed(self, error: DaymarkError, *, counts: dict[str, Any] | None = None) -> None:
        """What went wrong; with the counts of a tick that did its work, a document that holds them."""
        show.failure(error, json=self.json and counts is not None, more=counts)

    def unheard(self, trouble: str) -> None:
        """That nobody was told of a good tick."""
        show.aside(trouble)


class Lines(Log):
    """Says everything on standard output, one JSON object a line, so that nothing is lost between two streams."""

    def __init__(self, now: str) -> None:
        super().__init__(json=False)
        self.now = now

    def ticked(self, done: Ticked) -> None:
        """What a tick did."""
        self._say("info", "busy" if done.busy else "tick", in_words(done), done.counts())
        for trouble in done.troubles:
            self._say("warning", "trouble", trouble)

    def failed(self, error: DaymarkError, *, counts: dict[str, Any] | None = None) -> None:
        """What went wrong."""
        self._say("error", "failed", error.words, {"hint": error.hint, "exit": error.exit_code} | (counts or {}))

    def unheard(self, trouble: str) -> None:
        """That nobody was told of a good tick."""
        self._say("warning", "ping", trouble)

    def _say(self, level: str, event: str, words: str, more: dict[str, Any] | None = None) -> None:
        import json

        line = {"at": f"{moment(self.now):%Y-%m-%dT%H:%M:%SZ}", "level": level, "event": event, "message": words}
        show.line(json.dumps(line | (more or {}), ensure_ascii=True))


def log_of(form: str, *, json: bool, now: str = "") -> Log:
    """The log in a form; `--json`, which is said on the line itself, goes before it. Raises UnknownName."""
    if form not in FORMATS:
        raise UnknownName("log format", form, FORMATS, f"choose one of: {', '.join(FORMATS)}")
    return Lines(now) if form == "json" and not json else Log(json=json)


def in_words(done: Ticked) -> str:
    """What a tick did, in one line."""
    if done.busy:
        return "another tick is at work here; nothing to do"
    counts = done.counts()
    feeds, early = counts.pop("feeds"), counts.pop("early")
    told = [f"{number} {name}" for name, number in counts.items() if number]
    told += [f"{early} to be posted by hand within a day: see not-yet/"] if early else []
    told += [f"{len(feeds)} feeds written"] if feeds else []
    return ", ".join(told) or "nothing to do"
