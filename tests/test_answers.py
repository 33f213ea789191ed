"""People answer for words: waivers, consents, and the figures that they may use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from test_checks import findings

from scheduler import paths
from scheduler.calendars import load_calendar
from scheduler.checks import ERROR, WARNING, check_draft, is_waivable
from scheduler.config import load_settings
from scheduler.errors import BadFile, HasFindings, PersonNeeded, UnknownName, UsageError
from scheduler.facts import load_facts
from scheduler.model import Consent, Finding, Review, Sensitivity, Waiver
from scheduler.review import unanswered
from scheduler.rights import OPAQUE
from scheduler.workflow import Workspace
from scheduler.workflow.calendar import sync, synced
from scheduler.workflow.consenting import give_consent, withdraw
from scheduler.workflow.examining import examine
from scheduler.workflow.planning import plan
from scheduler.workflow.reviewing import approve, find, reword
from scheduler.workflow.sending import tick
from scheduler.workflow.waiving import counts, waive, waivers

NOW = datetime(2027, 7, 1, 8, tzinfo=UTC)
POST = "trafficking-in-persons-day/2027/day/main-en"
WARNED = "Today: World Day against Trafficking in Persons. We rescued people from traffickers."


@pytest.fixture
def ws(tmp_path):
    sample = Path(paths.shipped("templates")) / "workspace" / "daymark.toml"
    (tmp_path / "daymark.toml").write_bytes(sample.read_bytes())
    made = Workspace(load_settings(tmp_path), NOW, lambda: NOW)
    sync(made)
    plan(made, synced(made), date(2027, 8, 1))
    return made


def with_helpline(ws: Workspace, text: str) -> str:
    line = next(h for h in synced(ws).helplines if h.id == "gb-trafficking").line
    return f"{text}\n\n{line}"


def test_a_warning_asks_for_an_answer_which_is_kept_with_name_and_reason(ws):
    reword(ws, POST, with_helpline(ws, WARNED), "Maria")
    with pytest.raises(HasFindings, match="cannot be approved"):
        approve(ws, [POST], "Ana")
    assert approve(ws, [POST], "Ana", "their own word")[0].review is Review.APPROVED
    (given,) = waivers(ws)
    assert (given.post, given.severity, given.who, given.why) == (POST, WARNING, "Ana", "their own word")
    assert counts([given, given]) == {given.rule: 2}


def test_an_answer_holds_for_the_same_words_and_not_for_others(ws):
    reword(ws, POST, with_helpline(ws, WARNED), "Maria")
    rule = next(f.check for f in ws.checker(synced(ws)).post(find(ws, [POST])[0]) if f.severity == WARNING)
    waive(ws, POST, rule, "their own word", "Ana")
    assert len(waive(ws, POST, rule, "again", "Boris")) == 1
    reword(ws, POST, with_helpline(ws, f"{WARNED} Come and see us."), "Maria")
    approve(ws, [POST], "Ana")
    reword(ws, POST, with_helpline(ws, WARNED.replace("rescued people", "rescue victims")), "Maria")
    with pytest.raises(HasFindings):
        approve(ws, [POST], "Ana")


def test_an_author_does_not_answer_for_their_own_error_where_people_were_harmed(ws):
    reword(ws, POST, with_helpline(ws, "Today: a day against child prostitution."), "Maria")
    with pytest.raises(PersonNeeded, match="somebody else has to answer"):
        waive(ws, POST, "CSE-001", "a quotation", "maria")
    waive(ws, POST, "CSE-001", "a quotation", "Ana")
    assert approve(ws, [POST], "Ana")[0].review is Review.APPROVED


def test_what_is_not_a_matter_of_words_cannot_be_waived(ws):
    reword(ws, POST, with_helpline(ws, "Call 0123 456 789 today."), "Maria")
    with pytest.raises(HasFindings, match="helpline cannot be waived"):
        waive(ws, POST, "helpline", "it is right", "Ana")
    with pytest.raises(UnknownName):
        waive(ws, POST, "TIP-001", "x", "Ana")


@pytest.mark.parametrize(("check", "severity", "may"), [("TIP-001", ERROR, True), ("identity", ERROR, True),
                         ("length", ERROR, False), ("consent", ERROR, False), ("capitals", WARNING, True)])  # fmt: skip
def test_which_findings_a_person_may_take_on_themselves(check, severity, may):
    assert is_waivable(Finding(check, severity, "", "", "")) is may


@pytest.mark.parametrize("id", ["C-2027-014", "114", "K7-x9", "2027-ABC-1"])
def test_an_id_that_says_nothing_is_taken(id):
    assert OPAQUE.fullmatch(id)


@pytest.mark.parametrize("id", ["Fatou", "maria-14", "fatou@example.org", "F D 1", "", "-1-", "C-Fatou-1"])
def test_an_id_that_could_be_a_name_is_not(id, ws):
    with pytest.raises(UsageError, match="could say who"):
        give_consent(ws, [POST], Consent(id, date(2027, 12, 31)), "Ana")


STORY = "Today we listen. “I left when my employer took my papers away”, she says."


def test_a_story_needs_a_consent_that_holds_on_its_day(ws):
    reword(ws, POST, with_helpline(ws, STORY), "Maria")
    with pytest.raises(HasFindings, match="no consent is named"):
        approve(ws, [POST], "Ana")
    give_consent(ws, [POST], Consent("C-1", date(2027, 7, 29)), "Ana")
    with pytest.raises(HasFindings, match="ended on 2027-07-29"):
        approve(ws, [POST], "Ana")
    give_consent(ws, [POST], Consent("C-1", date(2027, 7, 30)), "Ana")
    assert approve(ws, [POST], "Ana")[0].review is Review.APPROVED


def test_a_withdrawn_consent_stops_its_posts(ws):
    reword(ws, POST, with_helpline(ws, STORY), "Maria")
    give_consent(ws, [POST], Consent("C-1", date(2027, 12, 31)), "Ana")
    approve(ws, [POST], "Ana")
    kept, out = withdraw(ws, "C-1", "Ana")
    assert ([p.id for p in kept], out) == ([POST], [])
    assert find(ws, [POST])[0].review is Review.DRAFT
    with pytest.raises(UsageError, match="no post names"):
        withdraw(ws, "C-2", "Ana")
    with pytest.raises(HasFindings, match="was withdrawn"):
        approve(ws, [POST], "Ana")


def test_a_consent_holds_to_the_last_day_on_which_a_late_post_may_go_out():
    late = {"day": date(2027, 7, 30), "last": date(2027, 8, 1), "consent": Consent("C-1", date(2027, 7, 31))}
    assert [f.severity for f in findings("consent", "x", **late)] == [ERROR]
    assert findings("consent", "x", **late | {"last": date(2027, 7, 31)}) == []


def test_an_answer_to_a_warning_is_none_to_an_error_on_the_same_words(ws):
    warned, blocked = (Finding("fact", severity, "49.6 million people", "", "") for severity in (WARNING, ERROR))
    given = Waiver(POST, "fact", warned.text, WARNING, "known", "Ana", "2027-07-01T08:00:00Z")
    assert unanswered([warned, blocked], [given]) == [blocked]


def test_what_is_left_out_for_want_of_a_text_is_told_by_plan_tick_and_doctor(ws):
    settings = ws.home / "daymark.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace('language = "en"', 'language = "fr"'), encoding="utf-8"
    )
    shipped = Path(paths.shipped("templates")) / "posts"
    for text in shipped.rglob("en.toml"):  # English changes everywhere, and every French text of the eve is stale
        own = ws.home / "templates" / "posts" / text.relative_to(shipped)
        own.parent.mkdir(parents=True)
        own.write_text('[eve]\nlong = "Ours."\nshort = "Ours."\n', encoding="utf-8")
    changed = replace(ws, settings=load_settings(ws.home))
    done = plan(changed, synced(changed), date(2027, 8, 1), dry_run=True)
    left = [s.slot for s in done.untranslated]
    assert left
    assert all("/eve/" in slot for slot in left)
    assert all("/eve/" not in p.id for p in done.added)
    assert any(left[0] in trouble for trouble in tick(changed).troubles)
    templates = next(part for part in examine(ws.home, NOW) if part.check == "templates")
    assert (templates.ok, "is left out" in templates.say) == (False, True)


NO_STORIES = [
    "They say “I still owe them”. That is enough to ask.",
    "The law says: “every person has the right to leave the work that they do”.",
    "I left my papers at home.",
]


@pytest.mark.parametrize("text", NO_STORIES)
def test_a_saying_or_a_law_is_no_story(text):
    assert findings("consent", text, sensitivity=Sensitivity.TRAUMA) == []


@pytest.mark.parametrize(
    "text", ["Amina (name changed) works again.", "Amina, dont le prénom a été modifié, travaille."]
)
def test_a_changed_name_is_a_story(text):
    assert [f.severity for f in findings("consent", text)] == [ERROR]


FACT = load_facts([Path(paths.shipped("templates"))])["modern-slavery-2021"]
FIGURES = [
    pytest.param("There are 49.6 million people (ILO, Walk Free and IOM, 2022).", [], id="with its source"),
    pytest.param("There are 49.6 million people.", [WARNING], id="without"),
    pytest.param("49,6 millions de personnes (OIT, Walk Free et OIM, 2022)", [], id="in French"),
    pytest.param("Not 149.6 million people but 49.6 million people.", [WARNING], id="after another figure"),
    pytest.param("There are 149.6 million people.", [], id="another figure"),
]


@pytest.mark.parametrize(("text", "severities"), FIGURES)
def test_a_figure_of_the_registry_stands_with_its_source(text, severities):
    assert [f.severity for f in findings("fact", text, facts=(FACT,), on=date(2027, 1, 1))] == severities


def test_an_expired_figure_blocks():
    (found,) = findings("fact", FACT.full("en"), facts=(FACT,), on=date(2029, 1, 1))
    assert (found.severity, "out of date" in found.why) == (ERROR, True)


def test_a_fact_that_does_not_say_its_figure_does_not_load(tmp_path):
    shipped = (Path(paths.shipped("templates")) / "facts.toml").read_text(encoding="utf-8")
    (tmp_path / "facts.toml").write_text(shipped.replace("figure = 49.6", "figure = 50"), encoding="utf-8")
    with pytest.raises(BadFile, match="does not say the figure, 50"):
        load_facts([tmp_path])


def test_words_from_a_stale_translation_are_stopped():
    assert [f.severity for f in findings("translation", "x", stale="default/fr")] == [ERROR]


@pytest.mark.parametrize("language", ["fr", "es", "ar", "ru", "zh"])
def test_the_shipped_texts_of_a_language_pass_every_check_on_every_network(language, tmp_path):
    sample = (Path(paths.shipped("templates")) / "workspace" / "daymark.toml").read_text(encoding="utf-8")
    head = sample.partition("[accounts.main]")[0]
    head = head.replace('playbook = "light"', 'playbook = "standard"')
    networks = ("mastodon", "bluesky", "x", "threads", "telegram")
    account = '[accounts.{n}]\nnetwork = "{n}"\nlanguage = "{l}"\ncountry = "{c}"\nzone = "Europe/London"\n'
    countries = ("GB", "US", "ES", "CA", "FR")
    tables = "".join(account.format(n=n, l=language, c=c) for n, c in zip(networks, countries, strict=True))
    (tmp_path / "daymark.toml").write_text(f"{head}{tables}[feeds]\nbase = ''\n", encoding="utf-8")
    ws = Workspace(load_settings(tmp_path), NOW, lambda: NOW)
    sync(ws)
    done = plan(ws, load_calendar(ws.settings.calendars), date(2027, 9, 30), dry_run=True)
    checker = ws.checker(synced(ws))
    left = {p.id: f for p in done.added for f in check_draft(checker.draft(p)) if f.severity != "hint"}
    assert left == {}
    assert len(done.added) > 100
    assert {p.language for p in done.added} == {language}
