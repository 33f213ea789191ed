"""The calendar, plans, posts, reviews and deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("hold_until", sa.Text(), nullable=True),
        sa.Column("hold_reason", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_account")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_strict=True,
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("observance", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("playbook", sa.Text(), nullable=False),
        sa.Column("planned", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sqlite_strict=True,
    )
    op.create_table(
        "helpline",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpline")),
        sqlite_strict=True,
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("lifted", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "scope IN ('everything', 'account', 'channel', 'campaign', 'theme', 'country')", name=op.f("ck_hold_scope")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sqlite_strict=True,
    )
    op.create_table(
        "observance",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("synced", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observance")),
        sqlite_strict=True,
    )
    op.create_table(
        "region",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sqlite_strict=True,
    )
    op.create_table(
        "state",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_state")),
        sqlite_strict=True,
    )
    op.create_table(
        "post",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("observance", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("local", sa.Text(), nullable=False),
        sa.Column("due", sa.Text(), nullable=False),
        sa.Column("expires", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("media_sha256", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("sensitivity", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("touched", sa.Integer(), server_default="0", nullable=False),
        sa.Column("queued", sa.Integer(), server_default="0", nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("planned", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "review IN ('draft', 'in review', 'approved', 'changes wanted')", name=op.f("ck_post_review")
        ),
        sa.CheckConstraint("sensitivity IN ('normal', 'sensitive', 'trauma')", name=op.f("ck_post_sensitivity")),
        sa.CheckConstraint("due < expires", name=op.f("ck_post_window")),
        sa.CheckConstraint("touched IN (0, 1) AND queued IN (0, 1)", name=op.f("ck_post_flags")),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name=op.f("fk_post_account")),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_post_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_post_approved",
        "post",
        ["due"],
        unique=False,
        sqlite_where=sa.text("queued = 0 AND review = 'approved'"),
        postgresql_where=sa.text("queued = 0 AND review = 'approved'"),
    )
    op.create_index("ix_post_campaign", "post", ["campaign"], unique=False)
    op.create_index(
        "ix_post_unqueued",
        "post",
        ["expires"],
        unique=False,
        sqlite_where=sa.text("queued = 0"),
        postgresql_where=sa.text("queued = 0"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("sensitivity", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "NOT (verdict = 'approved' AND sensitivity = 'trauma' AND lower(trim(reviewer)) = lower(trim(author)))",
            name=op.f("ck_decision_not_by_its_author"),
        ),
        sa.CheckConstraint("verdict IN ('approved', 'rejected')", name=op.f("ck_decision_verdict")),
        sa.CheckConstraint("length(trim(reviewer)) > 0", name=op.f("ck_decision_has_reviewer")),
        sa.ForeignKeyConstraint(["post"], ["post.id"], name=op.f("fk_decision_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sqlite_strict=True,
    )
    op.create_index("ix_decision_post", "decision", ["post"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("due", sa.Text(), nullable=False),
        sa.Column("expires", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claim", sa.Text(), nullable=True),
        sa.Column("lease", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled", sa.Text(), nullable=True),
        sa.Column("acknowledged", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "(state = 'sending') = (claim IS NOT NULL AND lease IS NOT NULL)", name=op.f("ck_delivery_claimed")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'unsure', 'missed', 'cancelled')",
            name=op.f("ck_delivery_state"),
        ),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name=op.f("fk_delivery_account")),
        sa.ForeignKeyConstraint(["post"], ["post.id"], name=op.f("fk_delivery_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_delivery_post", "delivery", ["post"], unique=False)
    op.create_index(
        "ix_delivery_sending",
        "delivery",
        ["lease"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_delivery_waiting",
        "delivery",
        ["due"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "uq_delivery_live",
        "delivery",
        ["post"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'sending', 'sent', 'unsure')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending', 'sent', 'unsure')"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("started", sa.Text(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"], name=op.f("fk_attempt_delivery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sqlite_strict=True,
    )
    for table in ("audit", "attempt", "decision"):
        for change in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{change} BEFORE {change.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def downgrade() -> None:
    for table in (
        "attempt",
        "delivery",
        "decision",
        "post",
        "state",
        "region",
        "observance",
        "hold",
        "helpline",
        "campaign",
        "audit",
        "account",
    ):
        op.drop_table(table)
