"""`make demo`: the main job on the shipped calendar, by the commands that people use. A second run changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

ACCOUNTS = """
[accounts.kenya]
channel = "folder"
network = "bluesky"
language = "en"
country = "KE"
zone = "Africa/Nairobi"
"""
REVIEWERS = ("Ana", "Boris")


def last_noon() -> datetime:
    """A moment of the recent past at which no account sleeps, the same for a second run on the same day."""
    now = datetime.now(UTC)  # noqa: TID251  (a demonstration happens now)
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    return noon if noon <= now else noon - timedelta(days=1)


class Demo:
    def __init__(self, home: Path) -> None:
        self.home, self.now, self.changed = home, last_noon(), False

    def daymark(self, *words: str, ok: tuple[int, ...] = (0,)) -> object:
        """Runs one command and gives its JSON. Stops the demonstration if it fails."""
        command = [sys.executable, "-m", "scheduler", *words, "--json"]
        place = {"DAYMARK_HOME": str(self.home), "DAYMARK_NOW": self.now.isoformat()}
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | place, check=False)
        if done.returncode not in ok:
            sys.exit(f"daymark {' '.join(words)}\n{done.stderr}")
        return json.loads(done.stdout)

    def step(self, say: str, changed: bool) -> None:
        self.changed |= changed
        print(f"  {say}" if changed else f"  {say} (no change)")

    def run(self) -> None:
        print(f"Daymark, as of {self.now:%A %d %B %Y, %H:%M} UTC, in {self.home}/\n")
        self.make()
        self.plan()
        self.review()
        self.send()
        self.publish()
        self.tell()

    def make(self) -> None:
        created = self.daymark("init", str(self.home))["created"]
        settings = self.home / "daymark.toml"
        if "[accounts.kenya]" not in settings.read_text(encoding="utf-8"):
            told = settings.read_text(encoding="utf-8")
            settings.write_text(told.replace("\n[feeds]", f"{ACCOUNTS}\n[feeds]"), encoding="utf-8")
        self.step("workspace with two accounts, London and Nairobi", bool(created))

    def plan(self) -> None:
        done = self.daymark("plan", "--late")
        added, campaigns, posts = len(done["added"]), done["campaigns"], done["posts"]
        self.step(f"{campaigns} campaigns for the next 60 days, {posts} posts rendered and checked", added > 0)

    def review(self) -> None:
        """Approves what is due first: posts before and shortly after now, as two colleagues would."""
        if list((self.home / "outbox").glob("[!.]*")):
            self.step("posts approved and queued", False)
            return
        waiting = [p["id"] for p in self.daymark("posts", "--state", "in-review")][:12]
        if waiting:
            self.daymark("approve", *waiting, "--as", REVIEWERS[0])
        queued = self.daymark("queue")["queued"]
        self.step(f"{len(queued)} posts approved by {REVIEWERS[0]} and queued", bool(queued))

    def send(self) -> None:
        done = self.daymark("tick", ok=(0, 7))
        sent, feeds = done["sent"], done["feeds"]
        self.step(f"a tick: {sent} posts sent into the outbox, {len(feeds)} feeds written", bool(sent or feeds))

    def publish(self) -> None:
        done = self.daymark("site")
        self.step(f"the public site: {done['files']} files, in six languages", bool(done["changed"]))

    def tell(self) -> None:
        coming = self.daymark("upcoming", "--days", "60")
        status = self.daymark("status", ok=(0, 3))
        print("\nComing up")
        for day in coming[:8]:
            states = day["campaign"]["states"] if day["campaign"] else {}
            told = ", ".join(f"{n} {state}" for state, n in states.items()) or "not planned"
            print(f"  {day['start']}  {day['name'][:66]:<66}  {told}")
        waits = status["attention"]
        print(f"\nWaiting for a person: {len(waits)}, the first of them")
        for item in waits[:3]:
            print(f"  {item['subject']}\n    {item['say']}")
        packs = sorted((self.home / "outbox").glob("[!.]*"))
        print("\nLook at")
        print(f"  {packs[0] / 'index.html' if packs else self.home / 'outbox'}   a post, ready to copy")
        print(f"  {self.home / 'public' / 'observances.ics'}   a calendar to subscribe to")
        print(f"  {self.home / 'public' / 'index.html'}   the public site")
        print(f"\nTry next (in this folder)\n{self.next_steps(coming)}")
        again = "Run `make demo` again: it will change nothing."
        print(f"\n{again if self.changed else 'This run changed nothing: everything was already done.'}")

    def next_steps(self, coming: list[dict]) -> str:
        planned = next((d["campaign"]["id"] for d in coming if d["campaign"]), "human-rights-day/2026")
        command = Path(sys.executable).parent / "daymark"
        try:
            shown = command.relative_to(Path.cwd())
        except ValueError:
            shown = command
        steps = (f"preview {planned}", "explain trafficking-in-persons-day", "status")
        return "\n".join(f"  {shown} {step} --home {self.home}" for step in steps)


if __name__ == "__main__":
    Demo(Path(sys.argv[1])).run()
