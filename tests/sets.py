"""How often the checks of words are right: `python tests/sets.py` prints it for the texts in tests/guard/.

Each line of a set: good or bad, the family of rules it is about, a text. They were written by people who had read what
the rules are for, and not the rules. A bad text counts as caught if a finding of its family is among what it gets; a
good one as a false alarm if it gets an error or a warning. posts.tsv holds whole posts that a careful editor accepts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from scheduler.calendars import load_calendar
from scheduler.checks import HINT, TEXT, check_writing
from scheduler.config import load_limits
from scheduler.workflow.checking import Checker

SETS = Path(__file__).parent / "guard"
LANGUAGES = ("en", "fr", "es")
# checks that are no rules of the guard, by the family that their rules would belong to
FAMILY = {"helpline": "HLP", "identity": "IDN", "number-source": "STA"}
ACCESS = ("hashtag-case", "hashtag-number", "link-text", "capitals", "emoji", "signs", "bidi-marks")


@dataclass(slots=True)
class Measured:
    """What a set gave, and the texts that went wrong."""

    bad: int = 0
    good: int = 0
    missed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.bad

    @property
    def false_alarms(self) -> float:
        return len(self.alarms) / self.good


@lru_cache(maxsize=1)
def checker() -> Checker:
    root = Path(__file__).parents[1]
    return Checker([root / "templates"], load_limits([root / "templates"]), load_calendar([root / "calendars"]))


def findings(text: str, language: str):
    draft = replace(checker().writing(language, date(2026, 11, 26)), text=text)
    return check_writing(draft, TEXT)


def family(check: str) -> str:
    return "A11Y" if check in ACCESS else FAMILY.get(check) or check.partition("-")[0]


def lines(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (SETS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()]


def measured(name: str, language: str) -> Measured:
    result = Measured()
    for kind, wanted, text in lines(name):
        found = findings(text, language)
        if kind == "bad":
            result.bad += 1
            if family(wanted) not in {family(f.check) for f in found}:
                result.missed.append(f"{wanted}: {text}")
        else:
            result.good += 1
            if alarms := [f"{f.check} {f.text!r}" for f in found if f.severity != HINT]:
                result.alarms.append(f"{', '.join(alarms)}: {text}")
    return result


if __name__ == "__main__":
    for each in LANGUAGES:
        m = measured(each, each)
        print(f"{each}: {m.bad} bad, recall {m.recall:.1%}; {m.good} good, false alarms {m.false_alarms:.1%}")
        print("\n".join([*m.missed, *m.alarms]))
    posts = [f for language, text in lines("posts") for f in findings(text.replace("\\n", "\n"), language)]
    print("100 posts:", {level: sum(f.severity == level for f in posts) for level in ("error", "warning", "hint")})
