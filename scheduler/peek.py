"""Is anything due? One look with the standard library's sqlite3, read-only: what an idle tick costs.

A test holds the questions here equal to the store's own.
"""

import os

try:
    import _sqlite3 as sqlite3  # sqlite3 without its converters of dates: half of its cost
except ImportError:
    import sqlite3  # type: ignore[no-redef]

from scheduler import paths

SCHEMA = "0002"  # the newest migration; a test holds it equal to Alembic's head

# Each answers 1 when a tick has work to do. The literals let SQLite use the partial indexes.
WORK = """
SELECT EXISTS (SELECT 1 FROM delivery WHERE state = 'waiting' AND due <= :now)
    OR EXISTS (SELECT 1 FROM delivery WHERE state = 'sending' AND lease <= :now)
    OR EXISTS (SELECT 1 FROM post WHERE queued = 0 AND expires <= :now)
    OR EXISTS (SELECT 1 FROM post WHERE queued = 0 AND review = 'approved')
    OR (SELECT value FROM state WHERE name = 'plan_at') <= :now
    OR (SELECT value FROM state WHERE name = 'seen_at') > :now
    OR (SELECT value FROM state WHERE name = 'feeds_from') IS NOT CAST((SELECT MAX(id) FROM audit) AS TEXT)
    OR (SELECT value FROM state WHERE name = 'inputs') IS NOT :inputs
"""


def is_idle(home: str, now: str) -> bool:
    """Whether a tick at `now` (UTC, as `2027-07-30T09:00:00Z`) would do nothing at all. False when in doubt."""
    path = paths.database(home)
    if not os.path.isfile(path):
        return False
    try:
        db = sqlite3.connect(paths.read_only(path), uri=True)
        try:
            schema = db.execute("SELECT version_num FROM alembic_version").fetchone()
            work = db.execute(WORK, {"now": now, "inputs": paths.inputs(home)}).fetchone()
        finally:
            db.close()
    except (sqlite3.Error, OSError):
        return False  # the full tick says what is wrong
    return bool(schema == (SCHEMA,) and work == (0,))
