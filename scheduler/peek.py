"""Is anything due? What an idle tick costs: one small file is read, a few others looked at, no database opened.

A tick that has done its work leaves a note of when the next work comes, and of how the database and the other inputs
stood. Every change to the database takes the note away; a change from outside is seen by the files' times and sizes.
Without a note, or in any doubt, the whole tick runs.
"""

import os

from scheduler import paths

QUIET, PING = "quiet", "ping"  # whether anybody is told of a good tick


def idle(home: str, now: str) -> str:
    """QUIET or PING if a tick at `now` (UTC, as `2027-07-30T09:00:00Z`) has nothing else to do; '' when in doubt."""
    try:
        with open(_note(home), encoding="ascii") as file:
            wake, seen, database, inputs, telling = file.read().split()
    except (OSError, ValueError):
        return ""
    same = seen <= now < wake and database == signature(home) and inputs == paths.inputs(home)
    return telling if same else ""


def leave_note(home: str, *, wake: str, seen: str, database: str, inputs: str, telling: str = QUIET) -> None:
    """Notes that nothing is to be done from `seen` until `wake`, unless what is named here changes."""
    part = f"{_note(home)}.{os.getpid()}"
    try:
        with open(part, "w", encoding="ascii") as file:
            file.write(f"{wake} {seen} {database} {inputs} {telling}\n")
        os.replace(part, _note(home))
    except OSError:
        pass  # without a note the next tick looks for itself


def take_note_away(home: str) -> None:
    """Lets the next tick look for itself."""
    try:  # noqa: SIM105  (contextlib would cost an idle tick more than all the rest)
        os.unlink(_note(home))
    except OSError:
        pass  # there is none; in a folder that cannot be written there can be none


def mark_good(home: str) -> None:
    """Gives the file of the last good tick the time of now: a watch outside sees by it that ticks go on."""
    try:
        os.utime(good_tick(home))
    except FileNotFoundError:
        with open(good_tick(home), "w", encoding="ascii"):
            pass


def good_tick(home: str) -> str:
    return os.path.join(home, ".tick.good")


def signature(home: str) -> str:
    """How the database's files stand, and the one that holds everything.

    An empty log is as good as none: readers may leave one.
    """
    seen, hold = [], os.path.join(home, paths.HOLD)
    for name in (paths.database(home), paths.database(home) + "-wal", hold):
        try:
            stat = os.stat(name)
        except OSError:
            stat = None
        seen.append(f"{stat.st_size}.{stat.st_mtime_ns}" if stat and (stat.st_size or name is hold) else "0")
    return "/".join(seen)


def _note(home: str) -> str:
    return os.path.join(home, ".tick.note")
