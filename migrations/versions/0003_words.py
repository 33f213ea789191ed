"""Where the words of a post are from, the consent to a story, and what people answered to findings."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ADDED = ("origin", "consent", "consent_until")


def upgrade() -> None:
    for name in ADDED:
        op.add_column("post", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("length(trim(who)) > 0 AND length(trim(why)) > 0", name=op.f("ck_waiver_answered")),
        sa.ForeignKeyConstraint(["post"], ["post.id"], name=op.f("fk_waiver_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
        sa.UniqueConstraint("post", "rule", "words", "severity", name=op.f("uq_waiver_post")),
        sqlite_strict=True,
    )
    for change in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER waiver_refuses_{change} BEFORE {change.upper()} ON waiver "
            "BEGIN SELECT RAISE(ABORT, 'waiver is append-only'); END"
        )


def downgrade() -> None:
    op.drop_table("waiver")
    for name in ADDED:
        op.drop_column("post", name)
