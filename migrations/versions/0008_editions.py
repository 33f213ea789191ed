"""Feed entries by language, the files that were written, and the old addresses of our own feeds retired."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOVED = (("campaign.ics", "private/posts.ics"), ("tasks.ics", "private/tasks.ics"))


def upgrade() -> None:
    with op.batch_alter_table("feed_entry", table_kwargs={"sqlite_strict": True}) as table:
        table.add_column(sa.Column("language", sa.Text(), server_default="", nullable=False))
        table.drop_constraint(op.f("uq_feed_entry_uid"), type_="unique")
        table.drop_constraint(op.f("pk_feed_entry"), type_="primary")
        table.create_primary_key(op.f("pk_feed_entry"), ["key", "language"])
        table.create_unique_constraint(op.f("uq_feed_entry_uid"), ["uid", "language"])
    op.execute("UPDATE feed_entry SET language = 'en' WHERE key LIKE 'day:%'")
    op.execute(
        "INSERT INTO state (name, value) SELECT 'feeds_retired', '' "
        "WHERE EXISTS (SELECT 1 FROM feed_entry WHERE language = '')"
    )
    for old, new in MOVED:
        op.execute(f"UPDATE feed_entry SET feeds = replace(feeds, '\"{old}\"', '\"{new}\"') WHERE language = ''")
    op.create_table(
        "feed_file",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_feed_file")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("feed_file")
    for old, new in MOVED:
        op.execute(f"UPDATE feed_entry SET feeds = replace(feeds, '\"{new}\"', '\"{old}\"') WHERE language = ''")
    op.execute("DELETE FROM state WHERE name LIKE 'feeds_%'")
    op.execute("DELETE FROM feed_entry WHERE language NOT IN ('', 'en') OR key LIKE 'rule:%'")
    with op.batch_alter_table("feed_entry", table_kwargs={"sqlite_strict": True}) as table:
        table.drop_constraint(op.f("uq_feed_entry_uid"), type_="unique")
        table.drop_constraint(op.f("pk_feed_entry"), type_="primary")
        table.drop_column("language")
        table.create_primary_key(op.f("pk_feed_entry"), ["key"])
        table.create_unique_constraint(op.f("uq_feed_entry_uid"), ["uid"])
