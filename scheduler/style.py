"""Reads templates/style/*.toml: the rules of the language guard, each with the examples that it must pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.errors import BadFile, Problem
from scheduler.guard import Advice, Guard, Lists, PhraseError, Rule, phrase
from scheduler.guard.rules import PARTS
from scheduler.model import LANGUAGES
from scheduler.toml import Table, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from scheduler.guard import Phrase

LEVELS = ("error", "warning", "hint")
_OTHERS = ("titles", "advice")


def load_guard(folders: Sequence[Path], language: str, names: Iterable[str] = ()) -> Guard:
    """The guard of a language, from the shipped rules and those of later folders. `names` are titles too.

    A rule of a later folder replaces one of the same id, or takes it out with `off = true`. Raises BadFile with every
    problem found in the files; that examples do what they should is `check_examples`' part.
    """
    problems: list[Problem] = []
    rules: dict[str, Rule] = {}
    words: dict[str, tuple[str, ...]] = {}
    for path in _named(folders, language):
        body, text = load(path)
        words |= _words(Table(body.pop("words", {}), file=str(path), text=text, entry="words", problems=problems))
        lists = Lists(words)
        for id, entry in body.items():
            t = Table(entry, file=str(path), text=text, entry=id, problems=problems)
            if t.yes("off", default=False):
                rules.pop(id, None)
            else:
                rules[id] = _rule(id, language, t, lists)
    titles = [title for t in _tables(folders, "titles", language, problems) for title in t.words("titles")]
    advice = [_advice(t) for t in _tables(folders, "advice", language, problems)]
    if problems:
        raise BadFile(problems)
    whole = Advice(*(tuple(p for a in advice for p in getattr(a, key)) for key in ("before", "after", "quoted")))
    return Guard(rules.values(), [*titles, *names], whole)


def files_of(folders: Iterable[Path], language: str) -> list[Path]:
    """Every file that the guard of a language is read from."""
    return [path for name in (language, *_OTHERS) for path in _named(folders, name)]


def _named(folders: Iterable[Path], name: str) -> list[Path]:
    return [p for folder in folders if (p := folder / "style" / f"{name}.toml").is_file()]


def _tables(folders: Sequence[Path], name: str, language: str, problems: list[Problem]) -> list[Table]:
    found = []
    for path in _named(folders, name):
        body, text = load(path)
        if language in body:
            found.append(Table(body[language], file=str(path), text=text, entry=language, problems=problems))
    return found


def _rule(id: str, language: str, t: Table, lists: Lists) -> Rule:
    general = t.yes("general", default=False)
    made = Rule(
        id=id,
        language=language,
        level=t.one_of("level", LEVELS),
        catches=_phrases(t, "catches", lists),
        unless=_phrases(t, "unless", lists),
        parts=t.words("parts", PARTS, known=PARTS),
        why=t.text("why"),
        better=t.text("better"),
        sources=t.words("sources"),
        bad=t.words("bad"),
        good=t.words("good"),
        awaiting=t.text("awaiting", ""),
    )
    t.finish()
    for key, values in (("catches", made.catches), ("bad", made.bad), ("good", made.good)):
        if not values:
            t.wrong(key, f"the rule has no {key}", f'write {key} = ["..."]: a rule needs at least one')
    if not made.sources and not general:
        t.wrong("sources", "the rule has no source", "give the address of a guide that says so")
    for source in made.sources:
        if not source.startswith("https://"):
            t.wrong("sources", f"the source '{source}' is not an https address", "write the whole address")
    return made


def _advice(t: Table) -> Advice:
    made = Advice(*(_phrases(t, key, Lists({})) for key in ("before", "after", "quoted")))
    t.finish()
    return made


def _words(t: Table) -> dict[str, tuple[str, ...]]:
    """The lists of words that phrases name."""
    return {name: t.words(name) for name in t.body}


def _phrases(t: Table, key: str, lists: Lists) -> tuple[Phrase, ...]:
    made = []
    for text in t.words(key):
        try:
            made.append(phrase(text, lists))
        except PhraseError as error:
            t.wrong(key, str(error), "write words, (a|b), word?, word*, _, .., ..., #, % or <a name of [words]>")
    return tuple(made)


def check_examples(folders: Sequence[Path], guard: Guard, language: str) -> list[Problem]:
    """Where rules fail their own examples: a bad one that is missed, a good one that any rule objects to."""
    problems: list[Problem] = []
    path = next(iter(_named(folders, language)), None)
    for rule in guard.rules:
        for part, texts, is_bad in ((rule.parts[0], rule.bad, True), (rule.parts[0], rule.good, False)):
            for text in texts:
                caught = guard.look(text, part)
                if is_bad and not any(c.rule.family == rule.family for c in caught):
                    problems.append(_problem(path, rule, f"its bad example is not caught: {text}"))
                if not is_bad and (wrong := [c for c in caught if c.level != "hint" or c.rule is rule]):
                    say = f"its good example trips {wrong[0].rule.id} with '{wrong[0].text}': {text}"
                    problems.append(_problem(path, rule, say))
    return problems


def _problem(path: Path | None, rule: Rule, say: str) -> Problem:
    return Problem(str(path), 0, rule.id, say, "correct the phrases or the example")


def languages_of(folders: Iterable[Path]) -> list[str]:
    """The languages that have rules."""
    there = {p.stem for folder in folders for p in (folder / "style").glob("*.toml")} - set(_OTHERS)
    return [language for language in LANGUAGES if language in there]
