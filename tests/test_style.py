"""The shipped rules of the language guard, and the files they are read from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scheduler import paths
from scheduler.calendars import load_calendar
from scheduler.config import load_limits
from scheduler.errors import BadFile
from scheduler.exports.rules import rules_page
from scheduler.model import LANGUAGES, Sensitivity
from scheduler.prepared import prepared_guard
from scheduler.style import check_examples, languages_of, load_guard
from scheduler.workflow.checking import Checker
from scheduler.workflow.proofreading import files_of, proofread

ROOT = Path(__file__).parents[1]
SHIPPED = [Path(paths.shipped("templates"))]
CALENDAR = load_calendar([Path(paths.shipped("calendars"))])
CHECKER = Checker(SHIPPED, load_limits(SHIPPED), CALENDAR)
GUARDS = {language: load_guard(SHIPPED, language) for language in LANGUAGES}
RULES = [rule for language in LANGUAGES for rule in GUARDS[language].rules]
ENTRY = """
[TIP-900]
level = "error"
catches = ["sold souls"]
why = "Nobody sells a soul."
better = "was exploited"
sources = ["https://example.org"]
bad = ["They sold souls."]
good = ["They sold shoes."]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "style").mkdir()
    return tmp_path


def write(folder: Path, text: str, name: str = "en") -> list[Path]:
    (folder / "style" / f"{name}.toml").write_text(text, encoding="utf-8")
    return [folder]


def test_there_are_rules_in_every_language():
    assert languages_of(SHIPPED) == list(LANGUAGES)
    assert {language: len(GUARDS[language].rules) >= 20 for language in LANGUAGES} == dict.fromkeys(LANGUAGES, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_passes_its_own_examples_and_trips_no_good_one(language):
    assert [str(p) for p in check_examples(SHIPPED, GUARDS[language], language)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_explains_itself(rule):
    assert rule.why.strip()
    assert rule.better.strip()
    assert re.fullmatch(r"[A-Z]{2,3}-[A-Z]?\d{2,3}", rule.id)
    assert rule.awaiting or rule.language in ("en", "fr", "es"), "nobody here is a native of that language"


def test_no_two_rules_share_an_id():
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_the_page_of_rules_is_made_from_them():
    page = (ROOT / "docs" / "language-rules.md").read_text(encoding="utf-8")
    assert page == rules_page(RULES), "renew it with: daymark check --explain all > docs/language-rules.md"


OWN = [p for f in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs") for p in files_of(ROOT / f)]


@pytest.mark.parametrize(
    "path", [p for p in OWN if p.name != "language-rules.md"], ids=lambda p: str(p.relative_to(ROOT))
)
def test_our_own_texts_pass_our_own_guard(path):
    draft = CHECKER.writing("en", CALENDAR.helplines[0].checked)
    told = [
        (s.line, s.finding.check, s.finding.text) for s in proofread(path, "", draft) if s.finding.severity != "hint"
    ]
    assert told == []


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_phrase_is_slow_on_a_hundred_thousand_characters(rule):
    words = " ".join(a.strip("*") for catch in rule.catches for a in catch.needs[0])
    from scheduler.guard.plain import plain

    for hostile in ((f"{words} " * (100_000 // (len(words) + 1) + 1))[:100_000], "a" * 100_000, "a " * 50_000):
        for catch in (*rule.catches, *rule.unless):
            assert sum(1 for _ in catch.pattern.finditer(plain(hostile).words)) >= 0


def test_a_workspace_adds_replaces_and_takes_out_rules(folder):
    first = write(folder, ENTRY + ENTRY.replace("900", "901").replace("souls", "hearts"))
    own = folder / "own"
    (own / "style").mkdir(parents=True)
    later = write(own, "[TIP-901]\noff = true\n" + ENTRY.replace('"error"', '"hint"') + ENTRY.replace("900", "902"))
    rules = {rule.id: rule.level for rule in load_guard([*first, *later], "en").rules}
    assert rules == {"TIP-900": "hint", "TIP-902": "error"}


WRONG = [
    (ENTRY.replace('bad = ["They sold souls."]\n', ""), "the rule has no bad"),
    (ENTRY.replace('good = ["They sold shoes."]\n', ""), "the rule has no good"),
    (ENTRY.replace('"https://example.org"', ""), "the rule has no source"),
    (ENTRY.replace("https:", "http:"), "is not an https address"),
    (ENTRY.replace('"error"', '"eror"'), "level is 'eror'"),
    (ENTRY.replace('"sold souls"', '"(sold souls"'), "has a bracket that is not closed"),
    (ENTRY.replace('"sold souls"', '"<thing> souls"'), "there are no words by the name 'thing'"),
    (ENTRY.replace('"sold souls"', ""), "the rule has no catches"),
    (ENTRY + 'wy = "x"\n', "there is no field 'wy'"),
]


@pytest.mark.parametrize(("text", "says"), WRONG, ids=[says for _, says in WRONG])
def test_a_rule_that_is_wrong_does_not_load(folder, text, says):
    with pytest.raises(BadFile) as caught:
        load_guard(write(folder, text), "en")
    (problem, *_) = caught.value.problems
    assert says in problem.say
    assert (problem.entry, problem.line > 0, bool(problem.write)) == ("TIP-900", True, True)


def test_a_rule_that_misses_its_bad_example_is_told(folder):
    folders = write(folder, ENTRY.replace("They sold souls.", "They sold a soul."))
    (problem,) = check_examples(folders, load_guard(folders, "en"), "en")
    assert "is not caught" in problem.say


def test_a_rule_that_trips_a_good_example_is_told(folder):
    folders = write(folder, ENTRY.replace("They sold shoes.", "They never sold souls."))
    (problem,) = check_examples(folders, load_guard(folders, "en"), "en")
    assert "its good example trips TIP-900 with 'sold souls'" in problem.say


def test_names_of_days_are_titles():
    text = "We mark the International Day of Innocent Children Victims of Aggression."
    found = CHECKER.text(
        text, language="en", network="plain", sensitivity=Sensitivity.NORMAL, on=CALENDAR.helplines[0].checked
    )
    assert found == []


def caught_by(guard, text="They sold souls and hearts."):
    return [(c.rule.id, c.level, c.text, c.rule.why) for c in guard.look(text)]


def test_a_prepared_guard_sees_what_a_fresh_one_sees_until_a_file_changes(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folders = write(folder, ENTRY)
    write(folder, '[en]\ntitles = ["Souls and Hearts Act"]\n', "titles")
    first, second = prepared_guard(folders, "en"), prepared_guard(folders, "en")
    assert caught_by(first) == caught_by(second) == caught_by(load_guard(folders, "en")) != []
    assert second.look("They sold souls, by the Souls and Hearts Act.") != []
    write(folder, ENTRY.replace("sold souls", "sold hearts"))
    assert caught_by(prepared_guard(folders, "en")) == []


@pytest.mark.parametrize("bytes_", [b"", b"{", b"[]", b'{"digest": 1}', b"\xff"], ids=repr)
def test_a_cache_that_is_broken_is_made_again(folder, tmp_path, monkeypatch, bytes_):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folders = write(folder, ENTRY)
    want = caught_by(prepared_guard(folders, "en"))
    (file,) = (tmp_path / "cache" / "daymark").iterdir()
    file.write_bytes(bytes_)
    assert caught_by(prepared_guard(folders, "en")) == want != []
    assert len(list((tmp_path / "cache" / "daymark").iterdir())) == 1


def test_a_cache_that_cannot_be_written_is_done_without(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert caught_by(prepared_guard(write(folder, ENTRY), "en")) != []
