"""Where `daymark` begins. An idle tick ends here, before anything heavy is imported; all else goes on to the CLI."""

import sys


def main() -> None:
    """The command `daymark`."""
    try:
        try:
            _main()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever reads, such as `head`, has seen enough
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)  # as Typer ends what it meets there


def _main() -> None:
    words = sys.argv[1:]
    if words[:1] == ["tick"] and (plain := _plain(words[1:])) and _idle(*plain):
        return
    import os

    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # Typer's pydantic would search every package for them
    from scheduler.cli import app

    if words[:1] == ["upcoming"] and (plain := _plain(words[1:])):
        app.upcoming(*plain)
    else:
        app.run()


def _plain(words: "list[str]") -> "tuple[str, str, bool] | None":
    """`--home`, `--now` and `--json`, if there is nothing else on the line."""
    import os

    home, now, json = "", os.environ.get("DAYMARK_NOW", ""), False
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if word == "--json":
            json = True
        elif name in ("--home", "--now"):
            value = value if equals else next(rest, "")
            home, now = (value, now) if name == "--home" else (home, value)
        else:
            return None
    return home, now, json


def _idle(home: str, now: str, json: bool) -> bool:
    """Says so and returns True if there is nothing to do."""
    import os

    from scheduler import paths, peek

    moment = _stored(now)
    found = paths.find_home(home)
    telling = peek.idle(found, moment) if moment and found else ""
    if not telling or os.environ.get("DAYMARK_LOG_FORMAT", "text") != "text":
        return False
    peek.mark_good(found)
    counts = '{"due": 0, "sent": 0, "failed": 0, "unsure": 0, "missed": 0, "held": 0, "planned": 0, "early": 0, '
    counts += '"feeds": []}'
    print(counts if json else "nothing to do")  # noqa: T201  (the terminal module would cost more than the tick)
    if telling == peek.PING or os.environ.keys() & {"DAYMARK_PING", "CREDENTIALS_DIRECTORY"}:
        _ping(found)
    return True


def _ping(home: str) -> None:
    """Tells the address that a tick was good, as the long way would."""
    from scheduler import watch

    if trouble := watch.ping(watch.address(home)):
        print(trouble, file=sys.stderr)  # noqa: T201


def _stored(now: str) -> str:
    """The moment as the store writes it; empty where it takes more than this to read it."""
    if not now:
        import time

        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return now if len(now) == 20 and now[4] == now[7] == "-" and now[10] == "T" and now[-1] == "Z" else ""


if __name__ == "__main__":
    main()
