"""Who of many has a post: a row for each recipient, without the address."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recipient",
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'accepted', 'refused', 'unsure', 'gone')", name=op.f("ck_recipient_state")
        ),
        sa.ForeignKeyConstraint(["post"], ["post.id"], name=op.f("fk_recipient_post")),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"], name=op.f("fk_recipient_delivery")),
        sa.PrimaryKeyConstraint("post", "name", name=op.f("pk_recipient")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("recipient")
