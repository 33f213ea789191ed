"""Since when a post may be out, the id that its service gave it, and attempts found by their delivery."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("doubt", sa.Text(), nullable=True))
    op.add_column("delivery", sa.Column("remote", sa.Text(), server_default="", nullable=False))
    op.create_index(op.f("ix_attempt_delivery"), "attempt", ["delivery"])


def downgrade() -> None:
    op.drop_index(op.f("ix_attempt_delivery"), "attempt")
    for column in ("doubt", "remote"):
        op.drop_column("delivery", column)
