"""The store: schema, upgrades, constraints, claims. Real SQLite files, and a real PostgreSQL for the same tests."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from scheduler import outbox, paths
from scheduler.errors import DatabaseError, PersonNeeded
from scheduler.model import (
    FOREVER,
    Campaign,
    DeliveryState,
    Finding,
    Guarantee,
    Post,
    RateLimits,
    Sensitivity,
    Sent,
    SignedOut,
    TryLater,
    Wording,
)
from scheduler.review import digest_of
from scheduler.store import outbox as deliveries
from scheduler.store import planning, reads, work
from scheduler.store.connecting import place_of
from scheduler.store.opening import SCHEMA, reading, stamp, writing
from scheduler.store.schema import APPEND_ONLY, metadata
from scheduler.store.upgrading import engine, run
from scheduler.store.waivers import waive

NOW = datetime(2027, 7, 30, 9, tzinfo=UTC)
DAY = date(2027, 7, 30)
SURE = Guarantee(FOREVER, findable=True)


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A workspace's folder, whose database is a file in it, and then one on a server."""
    if request.param == "PostgreSQL":
        (tmp_path / "database.url").write_text(request.getfixturevalue("database"))
    return tmp_path


@contextmanager
def around(home: Path):
    """The database itself, past the program."""
    place = place_of(home)
    with reading(home):
        pass
    with closing(place.writer()) as db:
        place.begin(db)
        yield db
        place.commit(db)


def a_post(name: str = "day", *, sensitivity: Sensitivity = Sensitivity.NORMAL, author: str = "daymark") -> Post:
    post = Post(
        id=f"some-day/2027/{name}/main-en",
        campaign="some-day/2027",
        observance="some-day",
        year=2027,
        stage=name,
        account="main",
        channel="folder",
        network="plain",
        language="en",
        country="GB",
        zone="Europe/London",
        local=datetime(2027, 7, 30, 9),
        due=NOW - timedelta(hours=1),
        expires=NOW + timedelta(hours=14),
        start=DAY,
        end=DAY,
        wording=Wording("Today is the day."),
        author=author,
        sensitivity=sensitivity,
        digest="",
    )
    return replace(post, digest=digest_of(post))


def keep(home: Path, *posts: Post) -> None:
    from scheduler.model import Account

    account = Account("main", "folder", "plain", "en", "GB", "Europe/London")
    campaign = Campaign("some-day/2027", "some-day", 2027, DAY, DAY, "Some Day", "light")
    with writing(home, NOW, "test") as tx:
        planning.keep_accounts(tx, [account])
        planning.add_campaign(tx, campaign, list(posts))


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", paths.shipped("migrations"))
    return made


def test_the_program_knows_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [SCHEMA]


def test_the_migrations_make_exactly_the_tables_of_the_schema(tmp_path: Path) -> None:
    with reading(tmp_path):
        pass
    with engine(paths.database(str(tmp_path))).connect() as sql:
        assert compare_metadata(MigrationContext.configure(sql), metadata) == []


def test_every_table_is_strict_and_every_constraint_is_named(tmp_path: Path) -> None:
    with reading(tmp_path) as db:
        question = "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"
        tables = [tuple(row) for row in db.execute(question)]
    loose = {name for name, strict in tables if not strict}
    assert loose == {"sqlite_schema", "alembic_version"}
    unnamed = [c for table in metadata.tables.values() for c in table.constraints if c.name is None]
    assert unnamed == []


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_what_happened_is_never_changed(home: Path, table: str, change: str) -> None:
    keep(home, a_post())
    send(home)
    with writing(home, NOW, "Ana") as tx:
        waive(tx, a_post().id, Finding("TIP-001", "warning", "rescued", "why", "better"), "they said so themselves")
    refused = pytest.raises(sqlite3.IntegrityError, match="append-only")
    with refused, around(home) as db:
        db.execute(change.format(table))


def send(home: Path) -> None:
    """A whole life: approved, queued, claimed, sent."""
    post = a_post()
    with writing(home, NOW, "Ana") as tx:
        assert planning.decide(tx, post, "approved", "Ana")
        assert deliveries.enqueue(tx, post)
    waiting = only(home)
    with writing(home, NOW, "test") as tx:
        mine = deliveries.claim(tx, waiting, "token", NOW + outbox.LEASE, RateLimits())
        assert mine is not None
    with writing(home, NOW, "test") as tx:
        assert deliveries.settle(tx, mine, outbox.after(mine, Sent("there"), SURE, NOW), "Sent", stamp(NOW))


def only(home: Path):
    with reading(home) as db:
        return next(iter(reads.deliveries(db).values()))


def test_an_older_schema_is_upgraded_after_a_backup(tmp_path: Path) -> None:
    from alembic import command

    made = config()
    with engine(paths.database(str(tmp_path))).begin() as sql:
        made.attributes["connection"] = sql
        command.upgrade(made, "0001")
        sql.exec_driver_sql("INSERT INTO state VALUES ('kept', 'yes')")
    with reading(tmp_path) as db:
        assert reads.state(db, "kept") == "yes"
        assert db.execute("SELECT version_num FROM alembic_version").fetchone()[0] == SCHEMA
    backups = list((tmp_path / "backups").iterdir())
    assert len(backups) == 1
    with closing(sqlite3.connect(backups[0])) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchone()[0] == "0001"
        assert db.execute("SELECT value FROM state WHERE name = 'kept'").fetchone()[0] == "yes"


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    from alembic import command

    made = config()
    with engine(paths.database(str(tmp_path))).begin() as sql:
        made.attributes["connection"] = sql
        command.upgrade(made, "0001")
        sql.exec_driver_sql("CREATE TABLE feed_entry (other TEXT)")  # what 0002 wants to make is in the way
    with pytest.raises(DatabaseError), reading(tmp_path):
        pass
    with closing(sqlite3.connect(paths.database(str(tmp_path)))) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchone()[0] == "0001"


def test_a_newer_schema_is_refused_with_a_word(home: Path) -> None:
    with reading(home):
        pass
    with around(home) as db:
        db.execute("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(DatabaseError, match="schema 0999, newer than this program's"), reading(home):
        pass


@pytest.mark.parametrize(
    ("sensitivity", "author", "reviewer", "allowed"),
    [
        (Sensitivity.TRAUMA, "Ana", "Ana", False),
        (Sensitivity.TRAUMA, "Ana", " ANA ", False),
        (Sensitivity.TRAUMA, "Ana", "Boris", True),
        (Sensitivity.SENSITIVE, "Ana", "Ana", True),
        (Sensitivity.NORMAL, "Ana", "Ana", True),
    ],
)
def test_a_trauma_post_is_not_approved_by_its_author(
    home: Path, sensitivity: Sensitivity, author: str, reviewer: str, allowed: bool
) -> None:
    post = a_post(sensitivity=sensitivity, author=author)
    keep(home, post)
    if allowed:
        with writing(home, NOW, reviewer) as tx:
            assert planning.decide(tx, post, "approved", reviewer)
    else:
        with pytest.raises(PersonNeeded, match="somebody else has to approve"), writing(home, NOW, reviewer) as tx:
            planning.decide(tx, post, "approved", reviewer)
    with reading(home) as db:
        assert [p.review for p in reads.posts(db)] == ["approved" if allowed else "draft"]


def test_approval_of_words_that_have_changed_since_is_not_taken(home: Path) -> None:
    post = a_post()
    keep(home, post)
    stale = replace(post, digest="0" * 64)
    with writing(home, NOW, "Ana") as tx:
        assert not planning.decide(tx, stale, "approved", "Ana")


def test_a_post_has_one_live_delivery(home: Path) -> None:
    post = a_post()
    keep(home, post)
    with writing(home, NOW, "test") as tx:
        assert deliveries.enqueue(tx, post)
        assert not deliveries.enqueue(tx, post)
    with pytest.raises(sqlite3.IntegrityError), around(home) as db:
        db.execute(
            "INSERT INTO delivery (post, account, state, key, digest, due, expires, place, reason)"
            " SELECT post, account, 'waiting', 'other', digest, due, expires, '', '' FROM delivery"
        )


def test_a_delivery_is_claimed_once(home: Path) -> None:
    keep(home, a_post())
    with writing(home, NOW, "test") as tx:
        deliveries.enqueue(tx, a_post())
    waiting = only(home)
    with writing(home, NOW, "one") as tx:
        assert deliveries.claim(tx, waiting, "one", NOW + outbox.LEASE, RateLimits())
    with pytest.raises(deliveries.NotOurs), writing(home, NOW, "two") as tx:
        deliveries.claim(tx, waiting, "two", NOW + outbox.LEASE, RateLimits())


def test_an_account_sends_one_post_at_a_time(home: Path) -> None:
    keep(home, a_post("day"), a_post("what-works"))
    with writing(home, NOW, "test") as tx:
        for name in ("day", "what-works"):
            deliveries.enqueue(tx, a_post(name))
    with reading(home) as db:
        first, second = reads.deliveries(db).values()
    with writing(home, NOW, "test") as tx:
        assert deliveries.claim(tx, first, "one", NOW + outbox.LEASE, RateLimits())
    with pytest.raises(deliveries.NotOurs), writing(home, NOW, "test") as tx:
        deliveries.claim(tx, second, "two", NOW + outbox.LEASE, RateLimits())


def test_a_lost_try_frees_no_account_that_another_post_has_closed_since(home: Path) -> None:
    keep(home, a_post("day"), a_post("eve"))
    with writing(home, NOW, "test") as tx:
        for name in ("day", "eve"):
            deliveries.enqueue(tx, a_post(name))
    with reading(home) as db:
        first, second = reads.deliveries(db).values()
    with writing(home, NOW, "one") as tx:
        lost = deliveries.claim(tx, first, "one", NOW + outbox.LEASE, RateLimits())
    later = NOW + outbox.LEASE
    with writing(home, later, "two") as tx:
        mine = deliveries.claim(tx, second, "two", later + outbox.LEASE, RateLimits())
    with writing(home, later, "two") as tx:
        assert deliveries.settle(tx, mine, outbox.after(mine, SignedOut("401"), SURE, later), "SignedOut", stamp(later))
    with writing(home, later, "sweep") as tx:
        assert deliveries.recover(tx, lost, outbox.recovered(lost, None, SURE, later))
    with reading(home) as db:
        assert work.signed_out(db) == {"main": "401"}


def test_a_late_answer_changes_nothing_but_is_kept(home: Path) -> None:
    keep(home, a_post())
    with writing(home, NOW, "test") as tx:
        deliveries.enqueue(tx, a_post())
    with writing(home, NOW, "slow") as tx:
        mine = deliveries.claim(tx, only(home), "slow", NOW + outbox.LEASE, RateLimits())
    assert mine is not None
    later = NOW + 2 * outbox.LEASE
    with writing(home, later, "sweep") as tx:
        assert deliveries.recover(tx, mine, outbox.recovered(mine, None, SURE, later))
    with writing(home, later, "slow") as tx:
        assert not deliveries.settle(tx, mine, outbox.after(mine, Sent("there"), SURE, later), "Sent", stamp(NOW))
    assert only(home).state is DeliveryState.WAITING
    with reading(home) as db:
        assert [a["outcome"] for a in reads.attempts(db, mine.id)] == ["lost", "late: Sent"]


ENDS = ["waiting", "unsure", "missed", "failed", "cancelled"]


@pytest.mark.parametrize("state", ENDS)
def test_what_a_late_answer_shows_to_be_out_is_told_as_sent_unless_people_have_it_back(home: Path, state: str) -> None:
    keep(home, a_post())
    with writing(home, NOW, "test") as tx:
        deliveries.enqueue(tx, a_post())
    with writing(home, NOW, "slow") as tx:
        mine = deliveries.claim(tx, only(home), "slow", NOW + outbox.LEASE, RateLimits())
    later, given_up = NOW + outbox.LEASE, state in ("waiting", "unsure", "missed")
    settled = outbox.after(mine, Sent("there", "id-1"), SURE, later).delivery
    with writing(home, later, "sweep") as tx:
        assert deliveries.recover(tx, mine, replace(mine, state=DeliveryState(state), claim="", lease=None, doubt=NOW))
    with writing(home, later, "slow") as tx:
        assert deliveries.correct(tx, settled) is given_up
    told = ("sent", "there", "id-1", None) if given_up else (state, "", "", NOW)
    assert (only(home).state, only(home).place, only(home).remote, only(home).doubt) == told


def test_an_end_that_was_decided_before_another_try_is_not_written(home: Path) -> None:
    keep(home, a_post())
    with writing(home, NOW, "test") as tx:
        deliveries.enqueue(tx, a_post())
    read = only(home)
    with writing(home, NOW, "one") as tx:
        mine = deliveries.claim(tx, read, "one", NOW + outbox.LEASE, RateLimits())
    with writing(home, NOW, "one") as tx:
        assert deliveries.settle(tx, mine, outbox.after(mine, TryLater("503"), SURE, NOW), "TryLater", stamp(NOW))
    with writing(home, NOW, "two") as tx:
        assert not deliveries.end(tx, read, outbox.ended(read, DeliveryState.FAILED, "an old look"))
    assert only(home).state is DeliveryState.WAITING


@pytest.mark.parametrize("home", ["PostgreSQL"], indirect=True)
def test_a_database_of_a_server_is_brought_from_its_first_schema_to_todays(home: Path) -> None:
    keep(home, a_post())
    place = place_of(home)
    made = create_engine("postgresql+psycopg://", creator=lambda: place.psycopg.connect(place.url))
    with made.begin() as sql:
        run(sql, "0005")
    made.dispose()
    assert place.version() == "0005"
    with writing(home, NOW, "test") as tx:
        assert deliveries.enqueue(tx, a_post())
    assert (place.version(), only(home).doubt) == (SCHEMA, None)


def test_a_transaction_is_kept_whole_or_not_at_all(home: Path) -> None:
    keep(home, a_post())
    with pytest.raises(RuntimeError), writing(home, NOW, "test") as tx:
        deliveries.enqueue(tx, a_post())
        raise RuntimeError
    with reading(home) as db:
        assert reads.deliveries(db) == {}
