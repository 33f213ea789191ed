"""The audit log becomes a chain: each line holds a digest of itself and of the line before it."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FIELDS = "at, who, what, subject, before, after, why"


def upgrade() -> None:
    op.add_column("audit", sa.Column("link", sa.Text(), server_default="", nullable=False))
    op.execute("DROP TRIGGER audit_refuses_update")
    sql, previous = op.get_bind(), ""
    for id, *line in sql.exec_driver_sql(f"SELECT id, {FIELDS} FROM audit ORDER BY id").all():
        previous = hashlib.sha256(json.dumps([previous, *line], ensure_ascii=False).encode()).hexdigest()
        sql.exec_driver_sql("UPDATE audit SET link = ? WHERE id = ?", (previous, id))
    op.execute(
        "CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
    )


def downgrade() -> None:
    op.drop_column("audit", "link")
