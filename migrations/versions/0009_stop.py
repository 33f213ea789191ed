"""What a person has called off while it may be out stays called off once somebody has looked."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Before, nothing but the reason told it.
SAID = (
    ("dropped", "dropped after a hold: %"),
    ("missed", "dropped after a hold: its time is over before it could go; %"),
    ("taken back", "% rejected it; an earlier try may be out"),
    ("taken back", "% approved it; an earlier try may be out"),
    ("taken back", "% reworded it; an earlier try may be out"),
)


def upgrade() -> None:
    op.add_column("delivery", sa.Column("stop", sa.Text(), server_default="", nullable=False))
    for stop, reason in SAID:
        op.execute(f"UPDATE delivery SET stop = '{stop}' WHERE state = 'unsure' AND reason LIKE '{reason}'")


def downgrade() -> None:
    op.drop_column("delivery", "stop")
