"""The house rules that a tool can hold: sizes, what each command loads, and documents that are true."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.checks import CHECKS
from scheduler.cli.app import COMMANDS, app
from scheduler.errors import EXIT_CODES

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "scheduler").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_is_longer_than_300_lines_and_no_function_than_30(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
    assert [f.name for f in functions if f.end_lineno - f.lineno + 1 - _head(f) > 30] == []


def _head(function: ast.FunctionDef) -> int:
    """The lines of a signature and of a docstring: a command's options are parameters, a line each."""
    body = function.body
    documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    first = body[1] if documented and len(body) > 1 else body[0]
    return first.lineno - function.lineno


def loaded_by(*words: str) -> set[str]:
    """What a command has imported when it is done."""
    code = (
        "import sys, atexit; atexit.register(lambda: print(*sys.modules, file=sys.stderr));"
        f"sys.argv = ['daymark', *{words!r}]; from scheduler.__main__ import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return set(done.stderr.splitlines()[-1].split())


HEAVY = {"sqlalchemy", "alembic", "jinja2", "icalendar", "apscheduler", "httpx"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("house") / "home"
    for words in (["init", str(place)], ["plan"], ["tick"]):
        command = [sys.executable, "-m", "scheduler", *words, "--home", str(place), "--now", "2026-11-24T12:00:00Z"]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    return place


AT = ("--now", "2026-11-24T12:00:00Z")


@pytest.mark.parametrize(
    ("words", "not_loaded"),
    [
        (["--help"], HEAVY | {"sqlite3"}),
        (["days"], HEAVY),
        (["upcoming"], HEAVY | {"pydantic"}),
        (["explain", "human-rights-day"], HEAVY),
        (["posts"], HEAVY),
        (["status"], HEAVY),
        (["tick"], HEAVY | {"typer", "sqlite3", "_sqlite3", "json", "re", "scheduler.model"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_loads_nothing_heavy_that_it_does_not_need(
    home: Path, words: list[str], not_loaded: set[str]
) -> None:
    at = [] if words == ["--help"] else ["--home", str(home), *AT]
    assert loaded_by(*words, *at) & not_loaded == set()


def test_the_exit_codes_are_documented_as_the_errors_have_them() -> None:
    told = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+?) \|$", told, re.MULTILINE)
    assert [(int(code), words) for code, words in rows] == list(EXIT_CODES)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_json_documented(name: str) -> None:
    assert re.search(rf"^#+ .*`{name}\b", (ROOT / "docs" / "json.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_tells_what_it_does_and_what_its_options_are(name: str) -> None:
    command = next(c for c in app([name]).registered_commands)
    assert command.callback is not None
    assert (command.callback.__doc__ or "").strip().endswith((".", "none."))


def test_there_are_at_least_the_first_twelve_checks() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS) >= 12


def test_no_document_names_a_place_outside_the_project() -> None:
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert [p.name for p in texts if re.search(r"/work/|/tmp/w/|shared/", p.read_text(encoding="utf-8"))] == []
