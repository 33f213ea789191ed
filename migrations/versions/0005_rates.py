"""Rates, services in trouble, essential posts, the order of the calendar as data, bells rung."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBERS = (
    ("observance", "place"),
    ("helpline", "place"),
    ("region", "place"),
    ("account", "bucket"),
    ("post", "essential"),
    ("hold", "essential"),
)


def upgrade() -> None:
    op.create_table(
        "service",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hold_until", sa.Text(), nullable=True),
        sa.Column("hold_reason", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bucket", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_service")),
        sqlite_strict=True,
    )
    for table, column in NUMBERS:
        op.add_column(table, sa.Column(column, sa.Integer(), server_default="0", nullable=False))
    for table in ("observance", "helpline", "region"):
        op.execute(f"UPDATE {table} SET place = rowid")
    op.drop_column("account", "failures")
    op.add_column("delivery", sa.Column("service", sa.Text(), server_default="", nullable=False))
    op.add_column("delivery", sa.Column("rung", sa.Text(), nullable=True))
    op.execute("UPDATE delivery SET service = (SELECT channel FROM post WHERE post.id = delivery.post)")


def downgrade() -> None:
    for table, column in (*NUMBERS, ("delivery", "service"), ("delivery", "rung")):
        op.drop_column(table, column)
    op.add_column("account", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.drop_table("service")
