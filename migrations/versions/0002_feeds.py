"""What each entry of a feed was published as, so that corrections move it and never double it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_entry",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("cancelled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("drop_after", sa.Text(), nullable=True),
        sa.Column("feeds", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_feed_entry")),
        sa.UniqueConstraint("uid", name=op.f("uq_feed_entry_uid")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    for table in ("feed_entry",):
        op.drop_table(table)
