"""What subscribers see: one entry for one thing, revised only when it changes, in bytes that any client can read."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from scheduler.feeds import Edition, Feed, build, campaign_entries, catalogue, observance_entries, revise, theme_feed
from scheduler.feeds.entry import EVENT, Content, Entry, Revision, published
from scheduler.feeds.header import COLOURS, Header
from scheduler.feeds.ical import write
from scheduler.feeds.text import address, escape, fold, one_line, plain
from scheduler.model import LANGUAGES, Observance, Post, Proclaimed, Review, Sensitivity, Span, Wording, YearTheme
from scheduler.words import load_sayings

SAYINGS = {language: load_sayings([Path(__file__).parents[1] / "templates"], language) for language in LANGUAGES}

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
KEY = "day:trafficking-in-persons-day/2026"
IN_ALL = ("observances.ics", "regions/world.ics")


def observance(**changes: object) -> Observance:
    day = Observance(
        id="trafficking-in-persons-day",
        names={"en": "World Day against Trafficking in Persons", "ar": "اليوم العالمي لمكافحة الاتجار بالأشخاص"},
        rule="07-30",
        proclaimed=Proclaimed(
            "United Nations General Assembly", "A/RES/68/192", "https://undocs.org/A/RES/68/192", 2013
        ),
        sources=("https://www.un.org/en/observances/list-days-weeks",),
        checked=date(2026, 1, 1),
        page="https://www.un.org/en/observances/end-human-trafficking-day",
        since=2014,
        themes=("human-trafficking", "children"),
    )
    return replace(day, **changes)


def post(n: int = 1, **changes: object) -> Post:
    usual = Post(
        id=f"trafficking-in-persons-day/2026/eve/main-en-{n}",
        campaign="trafficking-in-persons-day/2026",
        observance="trafficking-in-persons-day",
        year=2026,
        stage="save-the-date",
        account="main-en",
        channel="folder",
        network="mastodon",
        language="en",
        country="GB",
        zone="Europe/London",
        local=datetime.fromisoformat("2026-07-29T09:00"),
        due=datetime(2026, 7, 29, 8, tzinfo=UTC),
        expires=datetime(2026, 7, 30, 8, tzinfo=UTC),
        start=date(2026, 7, 30),
        end=date(2026, 7, 30),
        wording=Wording("Learn the signs.", note="Exploitation", alt="A blue heart"),
        author="officer",
        sensitivity=Sensitivity.SENSITIVE,
        digest="d",
    )
    return replace(usual, **changes)


def days(*observances: Observance, first: int = 2026, last: int = 2026, language: str = "en") -> list[Entry]:
    return observance_entries(observances, first, last, Edition(SAYINGS[language]))


def stored(entries: list[Entry], at: datetime = NOW, before: dict[str, Revision] | None = None) -> dict[str, Revision]:
    """The store as it stands after a revision at `at`, kept as the caller would keep it."""
    before = before or {}
    revised = revise(entries, before, at, identity="us")
    kept = {id: revision for id, revision in before.items() if revision not in revised.dropped}
    after = kept | {revision.id: revision for revision in revised.changed}
    assert sorted(after) == sorted(revision.id for revision in revised.current)
    return after


def event(feeds: dict[str, bytes], path: str, n: int = 0) -> dict[str, str]:
    shown = Calendar.from_ical(feeds[path]).subcomponents[n]
    return {name: value.to_ical().decode() for name, value in shown.items()}


def simple(summary: str = "A day", description: str = "Words", **changes: object) -> Content:
    content = Content(
        summary=summary,
        description=description,
        categories=[],
        url="",
        status="CONFIRMED",
        all_day=True,
        start="2026-07-30",
        end="2026-07-31",
    )
    return content | changes  # type: ignore[operator]


def known(*observances: Observance) -> dict[str, Feed]:
    return {feed.path: feed for feed in catalogue(observances, {}, SAYINGS.values())}


def lone(content: Content, key: str = "day:a/2026", feeds: tuple[str, ...] = ("observances.ics",)) -> Entry:
    return Entry(key, EVENT, feeds, content)


# Identity


CHANGES = {
    "moved": {"exceptions": {2026: Span(date(2026, 8, 1), date(2026, 8, 2))}},
    "renamed": {"names": {"en": "World Day against Human Trafficking"}},
    "given a theme": {"year_themes": {2026: YearTheme("Act", "https://x.org")}},
    "given another page": {"page": "https://example.org/day"},
    "put under another theme": {"themes": ("children",)},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_day_keeps_its_identity_and_is_one_revision_later(change: dict[str, object]) -> None:
    first = stored(days(observance()))
    second = stored(days(observance(**change)), LATER, first)
    old, new = first[KEY], second[KEY]
    assert (new.uid, new.created) == (old.uid, old.created)
    assert (new.sequence, new.stamp) == (old.sequence + 1, LATER)
    assert len(second) == len(first)


def test_a_correction_of_one_year_revises_that_year_only() -> None:
    first = stored(days(observance(), last=2029))
    moved = observance(exceptions={2027: Span(date(2027, 7, 31), date(2027, 7, 31))}, year_themes={})
    revised = revise(days(moved, last=2029), first, LATER, identity="us")
    assert [revision.key for revision in revised.changed] == ["day:trafficking-in-persons-day/2027"]


def test_an_announced_date_revises_that_year_only() -> None:
    def announced(*years: int) -> Observance:
        return observance(announced={year: Span(date(year, 7, 29), date(year, 7, 29)) for year in years})

    first = stored(days(announced(2026), last=2028))
    revised = revise(days(announced(2026, 2027), last=2028), first, LATER)
    assert [revision.key for revision in revised.changed] == ["day:trafficking-in-persons-day/2027"]


def test_a_day_has_one_uid_in_every_language_and_organisation_and_a_post_has_not() -> None:
    entries = days(observance()) + campaign_entries([post()], {}, now=NOW)
    ours = {r.key: r.uid for r in revise(entries, {}, NOW, identity="us").current}
    theirs = {r.key: r.uid for r in revise(entries, {}, LATER, identity="them").current}
    assert {key for key in ours if ours[key] == theirs[key]} == {KEY}
    arabic = revise(days(observance(), language="ar"), {}, NOW, identity="us").current
    assert arabic[0].uid == ours[KEY] == "f3319aba-72b4-534d-8863-8689a523075b"  # published: never to change
    assert arabic[0].content["summary"].startswith("اليوم")


def test_a_stored_uid_outlives_the_way_it_was_made() -> None:
    first = stored(days(observance()))
    first[KEY] = replace(first[KEY], uid="from-an-older-release")
    assert stored(days(observance(page="https://x.org/")), LATER, first)[KEY].uid == "from-an-older-release"


# Revision


def test_nothing_changes_when_nothing_changed() -> None:
    entries = days(observance(), last=2029) + campaign_entries([post()], {}, now=NOW)
    first = stored(entries)
    again = revise(reversed(entries), first, LATER, identity="us")
    assert (again.changed, again.dropped) == ((), ())
    assert build(again.current) == build(first.values())


def test_content_that_reads_the_same_is_the_same() -> None:
    first = stored([lone(simple("Journée"))])
    same = simple(unicodedata.normalize("NFD", "Journée\x07 "), categories=[""])
    assert revise([lone(same)], first, LATER).changed == ()


def test_the_stamp_is_later_even_when_the_clock_is_not() -> None:
    first = stored(days(observance()))
    second = stored(days(observance(page="https://x.org/")), NOW - timedelta(days=3), first)
    assert second[KEY].stamp == NOW + timedelta(seconds=1)
    third = stored([], NOW - timedelta(days=3), second)
    assert third[KEY].stamp == NOW + timedelta(seconds=2)


def test_stamps_are_whole_seconds_of_utc() -> None:
    tokyo = datetime.fromisoformat("2026-03-01T18:00:00.999+09:00")
    assert stored(days(observance()), tokyo)[KEY].stamp.isoformat() == "2026-03-01T09:00:00+00:00"
    with pytest.raises(ValueError, match="time zone"):
        revise([], {}, NOW.replace(tzinfo=None))


def test_two_entries_with_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="day:a/2026"):
        revise([lone(simple()), lone(simple("Another"))], {}, NOW)


# Withdrawal


OTHER = lone(simple("Stays", start="2027-12-10", end="2027-12-11"), key="day:other/2027")


def test_a_withdrawn_day_is_cancelled_and_revived_higher_under_its_uid() -> None:
    first = stored([*days(observance()), OTHER])
    gone = stored([OTHER], LATER, first)
    assert (gone[KEY].cancelled, gone[KEY].sequence, gone[KEY].stamp) == (True, 1, LATER)
    shown = event(build(gone.values()), "observances.ics")
    assert (shown["STATUS"], shown["SUMMARY"], shown["SEQUENCE"]) == ("CANCELLED", first[KEY].content["summary"], "1")
    back = stored([*days(observance()), OTHER], LATER, gone)
    assert (back[KEY].cancelled, back[KEY].drop_after, back[KEY].sequence) == (False, None, 2)
    assert back[KEY].uid == first[KEY].uid
    assert event(build(back.values()), "observances.ics")["STATUS"] == "CONFIRMED"


@pytest.mark.parametrize(
    ("start", "end", "drop_after"),
    [
        ("2026-03-10", "2026-03-11", date(2026, 3, 10)),
        ("2026-03-10", "2026-03-17", date(2026, 3, 16)),
        ("2026-02-27", "2026-03-02", date(2026, 3, 1)),
        ("2026-07-30", "2026-07-31", date(2026, 5, 30)),
    ],
)
def test_a_tombstone_stays_until_the_last_day_or_for_90_days(start: str, end: str, drop_after: date) -> None:
    first = stored([lone(simple(start=start, end=end)), OTHER])
    gone = stored([OTHER], NOW, first)
    assert gone["day:a/2026"].drop_after == drop_after
    last_moment = datetime(drop_after.year, drop_after.month, drop_after.day, 23, 59, tzinfo=UTC)
    assert stored([OTHER], last_moment, gone) == gone
    assert revise([OTHER], gone, last_moment + timedelta(minutes=1)).dropped == (gone["day:a/2026"],)


def test_a_day_that_is_over_leaves_without_a_tombstone() -> None:
    first = stored([lone(simple(start="2026-02-28", end="2026-03-01")), OTHER])
    revised = revise([OTHER], first, NOW)
    assert (revised.changed, revised.dropped) == ((), (first["day:a/2026"],))


def test_a_feed_never_becomes_empty() -> None:
    first = stored([*days(observance()), lone(simple(), feeds=("observances.ics",))])
    gone = stored([], LATER, first)
    far = stored([], datetime(2031, 1, 1, tzinfo=UTC), gone)
    assert list(far) == [KEY]  # one of them is enough, and it stands in each of the feeds
    themes = {"themes/children.ics", "themes/human-trafficking.ics"}
    assert set(build(far.values())) == themes | {"observances.ics", "regions/world.ics"}
    assert stored([], datetime(2032, 1, 1, tzinfo=UTC), far) == far
    assert KEY not in stored(days(observance(), first=2033, last=2033), datetime(2032, 1, 1, tzinfo=UTC), far)


def test_the_last_day_of_a_feed_stays_as_it_was_when_it_is_over() -> None:
    first = stored([lone(simple())])
    assert stored([], datetime(2027, 1, 1, tzinfo=UTC), first) == first


def test_a_theme_that_all_days_have_left_keeps_them() -> None:
    first = stored([*days(observance()), OTHER])
    renamed = [*days(observance(themes=("human-trafficking",))), OTHER]
    second = stored(renamed, LATER, first)
    assert second[KEY].feeds == (*IN_ALL, "themes/children.ics", "themes/human-trafficking.ics")
    assert stored(renamed, LATER + timedelta(days=1), second) == second
    another = lone(simple("For children"), feeds=("themes/children.ics",))
    third = stored([*renamed, another], LATER, second)
    assert third[KEY].feeds == (*IN_ALL, "themes/human-trafficking.ics")


@settings(deadline=None, max_examples=60)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 3), max_size=3), min_size=1, max_size=6))
def test_through_any_history_one_thing_is_one_entry_and_no_number_goes_back(history: list[dict[str, int]]) -> None:
    before: dict[str, Revision] = {}
    for week, state in enumerate(history):
        entries = [
            lone(simple(f"Wording {n}"), f"day:{name}/2026", (theme_feed(name), "all.ics")) for name, n in state.items()
        ]
        after = stored(entries, NOW + timedelta(weeks=week), before)
        assert {feed for r in before.values() for feed in r.feeds} <= {feed for r in after.values() for feed in r.feeds}
        for key in before.keys() & after.keys():
            old, new = before[key], after[key]
            assert new.uid == old.uid
            assert (new == old) or (new.sequence == old.sequence + 1 and new.stamp > old.stamp)
        before = after


# What an observance says


def test_the_end_in_a_feed_is_the_day_after() -> None:
    span = observance(rule="11-25..12-10")
    month = observance(id="month", rule="month of january")
    (first, second) = days(span, month)
    assert (first.content["start"], first.content["end"]) == ("2026-11-25", "2026-12-11")
    assert (second.content["start"], second.content["end"]) == ("2026-01-01", "2026-02-01")
    feeds = build(stored([first]).values())
    assert b"DTSTART;VALUE=DATE:20261125\r\nDTEND;VALUE=DATE:20261211\r\n" in feeds["observances.ics"]


def test_a_description_gives_the_rule_the_document_the_theme_and_last_the_page() -> None:
    (entry,) = observance_entries(
        [observance(year_themes={y: YearTheme(f"Theme {y}", "https://x.org") for y in (2025, 2026, 2027)})],
        2026,
        2026,
        Edition(SAYINGS["en"]),
    )
    assert entry.content["description"].split("\n") == [
        "When: 30 July; since 2014.",
        "Theme of 2026: Theme 2026",
        "Proclaimed by: United Nations General Assembly (A/RES/68/192, 2013)",
        "https://www.un.org/en/observances/end-human-trafficking-day",
    ]
    assert entry.content["categories"] == ["Children", "Human trafficking"]
    assert sorted(entry.feeds) == [*IN_ALL, "themes/children.ics", "themes/human-trafficking.ics"]


def test_a_day_stands_in_the_feed_of_each_of_its_dimensions_which_says_so() -> None:
    day = observance(dimensions=("personal", "food"), themes=())
    (entry,) = days(day)
    assert sorted(entry.feeds) == ["dimensions/food.ics", "dimensions/personal.ics", *IN_ALL]
    feeds = build(stored([entry]).values(), known(day))
    assert b"X-WR-CALNAME:Daymark: food security\r\n" in feeds["dimensions/food.ics"]
    assert feeds["dimensions/food.ics"].count(b"BEGIN:VEVENT") == 1


@pytest.mark.parametrize(
    ("proclaimed", "line"),
    [
        (Proclaimed("", "", ""), ""),
        (Proclaimed("UNESCO", "", ""), "Proclaimed by: UNESCO"),
        (Proclaimed("UNESCO", "42 C/40", "", 2023), "Proclaimed by: UNESCO (42 C/40, 2023)"),
        (Proclaimed("UNESCO", "", "", 2023), "Proclaimed by: UNESCO (2023)"),
    ],
)
def test_what_is_not_known_of_the_proclamation_is_left_out(proclaimed: Proclaimed, line: str) -> None:
    (entry,) = days(observance(proclaimed=proclaimed))
    found = [text for text in entry.content["description"].split("\n") if text.startswith("Proclaimed")]
    assert found == ([line] if line else [])


def test_an_expected_date_is_said_to_be_one() -> None:
    announced = {2026: Span(date(2026, 7, 29), date(2026, 7, 29))}
    sure, guess = days(observance(announced=announced), last=2027)
    assert (sure.content["status"], guess.content["status"]) == ("CONFIRMED", "TENTATIVE")
    assert "Date expected, not yet announced." in guess.content["description"].split("\n")
    assert "expected, not" not in sure.content["description"]


def test_a_name_that_is_missing_falls_back_visibly() -> None:
    (russian,) = days(observance(), language="ru")
    (arabic,) = days(observance(), language="ar")
    assert russian.content["summary"] == "World Day against Trafficking in Persons"
    assert "Официального русского названия ещё нет." in russian.content["description"].split("\n")
    assert SAYINGS["ar"].say("unofficial") not in arabic.content["description"]


def test_only_years_of_the_window_are_entries() -> None:
    assert [e.key[-4:] for e in days(observance(since=2027), first=2025, last=2028)] == ["2027", "2028"]


# What a campaign says


def by_kind(entries: list[Entry]) -> dict[str, Entry]:
    return {entry.key.partition(":")[0]: entry for entry in entries}


def test_a_post_is_an_event_of_a_quarter_of_an_hour_in_utc() -> None:
    names = {"trafficking-in-persons-day": "World Day"}
    found = by_kind(campaign_entries([post()], {}, now=NOW, names=names, states={post().id: "held: crisis"}))
    assert found["post"].content["summary"] == "Save the date – main-en: World Day"
    assert found["post"].content["description"] == (
        "State: held: crisis\nGoes out: 2026-07-29 09:00 (Europe/London)\n\n"
        "Content note: Exploitation\n\nLearn the signs.\n\nPicture: A blue heart"
    )
    feed = build(stored(list(found.values())).values())["private/posts.ics"]
    assert b"DTSTART:20260729T080000Z\r\nDTEND:20260729T081500Z\r\n" in feed
    assert b"VTIMEZONE" not in feed


@pytest.mark.parametrize(
    ("review", "sent", "kinds", "task", "status", "state"),
    [
        (Review.DRAFT, {}, {"post", "review", "deadline"}, "NEEDS-ACTION", "TENTATIVE", "draft"),
        (Review.IN_REVIEW, {}, {"post", "review", "deadline"}, "NEEDS-ACTION", "TENTATIVE", "in review"),
        (Review.CHANGES_WANTED, {}, {"post", "review", "deadline"}, "NEEDS-ACTION", "TENTATIVE", "changes wanted"),
        (Review.APPROVED, {}, {"post", "review"}, "COMPLETED", "CONFIRMED", "approved"),
        (Review.APPROVED, {post().id: "https://m.org/1"}, {"post", "review"}, "COMPLETED", "CONFIRMED", "sent"),
    ],
)
def test_a_review_is_a_task_and_an_event_until_it_is_done(
    review: Review, sent: dict[str, str], kinds: set[str], task: str, status: str, state: str
) -> None:
    found = by_kind(campaign_entries([post(review=review)], sent, now=NOW))
    assert set(found) == kinds
    assert found["review"].content["status"] == task
    assert found["post"].content["status"] == status
    assert found["post"].content["description"].startswith(f"State: {state}\n")
    assert found["post"].content["url"] == sent.get(post().id, "")


def test_an_approved_review_is_withdrawn_from_the_calendar_and_comes_back_with_a_new_wording() -> None:
    def told(review: Review, at: datetime, before: dict[str, Revision]) -> dict[str, Revision]:
        return stored(campaign_entries([post(review=review)], {}, now=at), at, before)

    waiting = told(Review.IN_REVIEW, NOW, {})
    approved = told(Review.APPROVED, LATER, waiting)
    again = told(Review.DRAFT, LATER, approved)
    key = f"deadline:{post().id}"
    assert [state[key].cancelled for state in (waiting, approved, again)] == [False, True, False]
    assert [state[key].sequence for state in (waiting, approved, again)] == [0, 1, 2]
    assert again[f"review:{post().id}"].sequence == 2


def test_the_task_goes_when_the_post_expires_and_an_open_one_is_closed() -> None:
    assert set(by_kind(campaign_entries([post()], {}, now=post().expires))) == {"post"}
    open_task = stored(campaign_entries([post()], {}, now=NOW))
    after = post().expires + timedelta(days=1)
    rest = stored(campaign_entries([post()], {}, now=after), after, open_task)
    assert set(rest) == {f"post:{post().id}", f"review:{post().id}"}  # the task is all that tasks.ics has
    assert event(build(rest.values()), "private/tasks.ics")["STATUS"] == "CANCELLED"
    assert stored(campaign_entries([post()], {}, now=after), after, rest) == rest


@pytest.mark.parametrize(
    ("created", "lead", "due"),
    [
        ({}, timedelta(days=2), "2026-07-27T08:00:00+00:00"),
        ({}, timedelta(hours=6), "2026-07-29T02:00:00+00:00"),
        ({post().id: datetime(2026, 7, 1, tzinfo=UTC)}, timedelta(days=2), "2026-07-27T08:00:00+00:00"),
        ({post().id: datetime(2026, 7, 28, 7, tzinfo=UTC)}, timedelta(days=2), "2026-07-28T07:00:00+00:00"),
    ],
)
def test_a_review_is_due_before_its_post_but_not_before_it_was_made(
    created: dict[str, datetime], lead: timedelta, due: str
) -> None:
    found = by_kind(campaign_entries([post()], {}, now=NOW, created=created, lead=lead))
    assert found["review"].content["due"] == found["deadline"].content["start"] == due
    assert found["deadline"].content["summary"].startswith("Review due: Save the date – main-en")


def test_tasks_and_events_live_in_feeds_of_their_own() -> None:
    feeds = build(stored(campaign_entries([post()], {}, now=NOW)).values())
    assert {path: {c.name for c in Calendar.from_ical(feed).subcomponents} for path, feed in feeds.items()} == {
        "private/posts.ics": {"VEVENT"},
        "private/tasks.ics": {"VTODO"},
    }


# Bytes


def all_feeds(base: str = "https://example.org/feeds") -> dict[str, bytes]:
    span = observance(id="16-days", rule="11-25..12-10", names={"en": "16 Days"}, themes=("women", "human-trafficking"))
    posts = [post(n, review=review) for n, review in enumerate(Review)]
    entries = days(observance(), span, last=2029) + campaign_entries(posts, {post(0).id: "outbox/1"}, now=NOW)
    first = stored(entries)
    return build(stored(entries[1:], LATER, first).values(), known(observance(), span), base=base)


def test_every_entry_says_all_that_clients_look_for() -> None:
    for path, feed in all_feeds().items():
        shown = [(component.name, dict(component.items())) for component in Calendar.from_ical(feed).subcomponents]
        for kind, entry in shown:
            assert {"UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "SUMMARY", "STATUS"} <= set(entry), path
            assert entry["DTSTAMP"].dt == entry["LAST-MODIFIED"].dt
            if kind == "VEVENT":
                assert entry["DTEND"].dt > entry["DTSTART"].dt
                assert (entry["TRANSP"], entry["X-MICROSOFT-CDO-BUSYSTATUS"]) == ("TRANSPARENT", "FREE")
        assert len({entry["UID"] for _, entry in shown}) == len(shown)
        assert b"VALARM" not in feed
        assert b"METHOD" not in feed


def test_a_calendar_has_the_header_that_clients_read() -> None:
    feeds = all_feeds()
    head = feeds["themes/human-trafficking.ics"].partition(b"BEGIN:VEVENT")[0].decode()
    assert head.split("\r\n")[:-1] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Daymark//Daymark feeds//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Daymark: human trafficking",
        "X-WR-CALNAME:Daymark: human trafficking",
        "X-WR-CALDESC:Days\\, weeks and months on human trafficking.",
        "COLOR:sienna",
        "X-APPLE-CALENDAR-COLOR:#a0522d",
        "LAST-MODIFIED:20260302T090000Z",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
        "SOURCE;VALUE=URI:https://example.org/feeds/themes/human-trafficking.ics",
    ]
    assert b"SOURCE" not in all_feeds(base="")["private/posts.ics"]


def test_titles_are_in_the_language_of_the_feed() -> None:
    feeds = known(observance(themes=("child-labour",), dimensions=("food",), regions=("GB",)))
    assert {path: feeds[path].title for path in ("observances.ics", "themes/child-labour.ics", "regions/gb.ics")} == {
        "observances.ics": "Daymark: observances",
        "themes/child-labour.ics": "Daymark: child labour",
        "regions/gb.ics": "Daymark: United Kingdom",
    }
    assert feeds["fr/dimensions/food.ics"].title == "Daymark: sécurité alimentaire"
    assert feeds["zh/rules/themes/child-labour.ics"].title == "Daymark: 童工（重复）"
    assert feeds["es/coming.atom"].title == "Daymark: próximos días"
    head = Header("Days; ours, all", "x", "teal")
    assert b"\r\nNAME:Days\\; ours\\, all\r\nX-WR-CALNAME:Days\\; ours\\, all\r\n" in write(
        "a.ics", stored([lone(simple())]).values(), head
    )


def test_the_calendar_was_modified_when_its_newest_entry_was() -> None:
    first = stored([lone(simple()), OTHER])
    second = stored([lone(simple("Renamed")), OTHER], LATER, first)
    head = build(second.values())["observances.ics"].partition(b"BEGIN:VEVENT")[0]
    assert b"LAST-MODIFIED:20260302T090000Z" in head


def test_entries_stand_in_order_of_start_and_uid_however_they_come() -> None:
    entries = [
        lone(simple(start=start, end="2027-01-01"), key=f"day:{start}{n}/2026")
        for start in ("2026-05-01", "2026-01-31")
        for n in range(4)
    ]
    revisions = list(stored(entries).values())
    feed = build(revisions)["observances.ics"]
    assert feed == build(revisions[::-1])["observances.ics"]
    order = [(e["DTSTART"].dt, str(e["UID"])) for e in Calendar.from_ical(feed).events]
    assert order == sorted(order)


def test_the_same_data_gives_the_same_bytes_under_any_hash_seed() -> None:
    def digest(seed: str) -> str:
        env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path), "TZ": "Asia/Kathmandu"}
        here = Path(__file__)
        code = f"import runpy; print(runpy.run_path({str(here)!r})['digest_of_all']())"
        return subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        ).stdout.strip()

    assert digest("1") == digest("2") == digest_of_all()


def digest_of_all() -> str:
    return hashlib.sha256(b"".join(path.encode() + feed for path, feed in all_feeds().items())).hexdigest()


def test_a_feed_without_an_entry_is_not_written() -> None:
    assert build([]) == {}
    with pytest.raises(ValueError, match="empty"):
        write("a.ics", [], Header("A", "B", "teal"))
    assert all(name.isalpha() and len(value) == 7 for name, value in COLOURS.items())


# Text


HARD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\\;,\n\r\t :^\"'N"),
        st.sampled_from("\x00\x07\x0b\x0c\x7f\x85\u2028\ufeff\u200d\u0301\u0627\u0644\u064a\U0001f54a\U0001f3fd"),
    ),
    max_size=400,
)


def assert_well_folded(feed: bytes) -> None:
    lines = feed.split(b"\r\n")
    assert lines.pop() == b""
    for line, after in zip(lines, [*lines[1:], b""], strict=True):
        assert len(line) <= 75
        assert not set(line) & {*range(9), *range(10, 32), 127}
        line.decode()  # no character is parted
        if after.startswith(b" "):
            assert after.strip()
            assert (len(line) - len(line.rstrip(b"\\"))) % 2 == 0  # no escape is parted


def unescaped(value: str) -> str:
    """By the letter of RFC 5545, since the library's reader stumbles over a backslash before n, comma or semicolon."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], value)


@settings(deadline=None, max_examples=300)
@given(HARD, HARD, st.lists(HARD, max_size=3))
def test_any_text_comes_back_from_a_feed_as_it_was(summary: str, description: str, categories: list[str]) -> None:
    entry = lone(simple("S" + summary, "D" + description, categories=categories))
    (revision,) = revise([entry], {}, NOW).current
    feed = write("observances.ics", [revision], Header("T" + summary, "x", "teal"))
    assert_well_folded(feed)
    raw = dict(line.split(":", 1) for line in feed.decode().replace("\r\n ", "").split("\r\n")[:-1])
    assert unescaped(raw["SUMMARY"]) == one_line("S" + summary)
    assert unescaped(raw["DESCRIPTION"]) == plain("D" + description)
    assert unescaped(raw["NAME"]) == one_line("T" + summary)
    shown = Calendar.from_ical(feed).events[0]
    if "\\" not in summary + description + "".join(categories):
        assert str(shown["SUMMARY"]) == revision.content["summary"]
        assert str(shown["DESCRIPTION"]) == revision.content["description"]
        assert (
            list(map(str, shown["CATEGORIES"].cats) if "CATEGORIES" in shown else []) == revision.content["categories"]
        )


@pytest.mark.parametrize(
    "text",
    [
        "اليوم العالمي لمكافحة الاتجار بالأشخاص " * 9,
        "世界打击贩运人口行动日" * 20,
        "👩🏽‍🚀🕊️" * 40,
        "x" * 70 + "\\" * 90 + "y",
        "C:\\New; folder, \\n and \\N",
        "a" + " " * 300 + "b",
        "one\r\ntwo\rthree\u2028four\x85five",
    ],
)
def test_long_text_of_any_script_is_folded_between_characters(text: str) -> None:
    feed = build(stored([lone(simple(description=text))]).values())["observances.ics"]
    assert_well_folded(feed)
    (line,) = [line for line in feed.decode().replace("\r\n ", "").split("\r\n") if line.startswith("DESCRIPTION:")]
    assert unescaped(line.removeprefix("DESCRIPTION:")) == plain(text)


def test_what_readers_choke_on_is_taken_out() -> None:
    assert plain("a\x00b\x0bc\ud800d\ufeffe\u0301 \n\n x\t\r\n") == "abcdé\n\n x"
    assert plain("one\r\ntwo\rthree\u2028four\x85five") == "one\ntwo\nthree\nfour\nfive"
    assert one_line("two\nlines\r\nor three") == "two lines or three"
    assert escape("a\\N;b,c\nd") == "a\\\\N\\;b\\,c\\nd"


def test_text_is_cut_where_outlook_and_google_would() -> None:
    content = published(simple("s," * 200, "d\n" * 9000))
    assert len(escape(content["summary"])) <= 255
    assert len(escape(content["description"])) <= 8192
    assert content["summary"].endswith("…")
    assert published(content) == content
    assert plain("x" * 8192) == "x" * 8192


@given(HARD, HARD)
def test_cleaning_twice_changes_nothing(summary: str, description: str) -> None:
    once = published(simple(summary * 3, description * 40))
    assert published(once) == once


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://www.un.org/en/x?a=1,2;b=3#c", "https://www.un.org/en/x?a=1,2;b=3#c"),
        ("https://example.org/ü b%20c", "https://example.org/%C3%BC%20b%20c"),
        ("https://example.org/a\r\nX:b\\,", "https://example.org/a%0AX:b%5C,"),
        ("outbox/2026/post.txt", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_an_address_is_ascii_or_left_out(url: str, written: str) -> None:
    assert address(url) == written
    feed = build(stored([lone(simple(url=url))]).values())["observances.ics"]
    assert (f"\r\nURL:{written}\r\n".encode() in feed) == bool(written)


@pytest.mark.parametrize("length", [73, 74, 75, 76, 149, 150, 151])
def test_a_line_is_folded_at_75_octets_and_no_sooner(length: int) -> None:
    pieces = fold("x" * length).split(b"\r\n ")
    assert [len(piece) for piece in pieces[:-1]] == [75, 74][: len(pieces) - 1]
    assert b"".join(pieces) == b"x" * length + b"\r\n"
