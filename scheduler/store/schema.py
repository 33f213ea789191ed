"""The tables. Every constraint has a name, every table is strict, rows that tell what happened are never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
    literal_column,
)

from scheduler.store.columns import metadata
from scheduler.store.columns import one_of as _one_of
from scheduler.store.columns import table as _table
from scheduler.store.columns import text as _text
from scheduler.store.columns import whole as _whole

__all__ = ["APPEND_ONLY", "metadata"]

state = _table("state", _text("name"), _text("value"), PrimaryKeyConstraint("name"))

observance = _table(
    "observance",
    _text("id"),
    _text("name"),
    _text("rule"),
    _text("body"),
    _text("digest"),
    _text("file"),
    _text("synced"),
    _text("withdrawn", null=True),
    _whole("place", "0"),
    PrimaryKeyConstraint("id"),
)
helpline = _table("helpline", _text("id"), _text("body"), _whole("place", "0"), PrimaryKeyConstraint("id"))
region = _table("region", _text("id"), _text("body"), _whole("place", "0"), PrimaryKeyConstraint("id"))

account = _table(
    "account",
    _text("name"),
    _text("channel"),
    _text("hold_until", null=True),
    _text("hold_reason", null=True),
    _whole("bucket", "0"),
    PrimaryKeyConstraint("name"),
)

# What accounts share: a server, an address. `failures` in a row let it rest; `bucket` is full again at that time.
service = _table(
    "service",
    _text("name"),
    _text("hold_until", null=True),
    _text("hold_reason", null=True),
    _whole("failures", "0"),
    _whole("bucket", "0"),
    PrimaryKeyConstraint("name"),
)

campaign = _table(
    "campaign",
    _text("id"),
    _text("observance"),
    _whole("year"),
    _text("first_day"),
    _text("last_day"),
    _text("name"),
    _text("playbook"),
    _text("planned"),
    PrimaryKeyConstraint("id"),
)

post = _table(
    "post",
    _text("id"),
    _text("campaign", ForeignKey("campaign.id")),
    _text("observance"),
    _whole("year"),
    _text("stage"),
    _text("account", ForeignKey("account.name")),
    _text("channel"),
    _text("network"),
    _text("language"),
    _text("country"),
    _text("zone"),
    _text("local"),
    _text("due"),
    _text("expires"),
    _text("first_day"),
    _text("last_day"),
    _text("text"),
    _text("note"),
    _text("alt"),
    _text("media"),
    _text("media_sha256"),
    _text("author"),
    _text("sensitivity"),
    _text("digest"),
    _text("review"),
    _whole("touched", "0"),
    _whole("queued", "0"),
    _text("why"),
    _text("planned"),
    _text("origin", server_default=""),
    _text("consent", server_default=""),
    _text("consent_until", server_default=""),
    _whole("essential", "0"),
    PrimaryKeyConstraint("id"),
    _one_of("review", "review", "draft", "in review", "approved", "changes wanted"),
    _one_of("sensitivity", "sensitivity", "normal", "sensitive", "trauma"),
    CheckConstraint("touched IN (0, 1) AND queued IN (0, 1)", name="flags"),
    CheckConstraint("due < expires", name="window"),
)
Index("ix_post_campaign", post.c.campaign)
Index(
    "ix_post_unqueued",
    post.c.expires,
    sqlite_where=literal_column("queued = 0"),
    postgresql_where=literal_column("queued = 0"),
)
Index(
    "ix_post_approved",
    post.c.due,
    sqlite_where=literal_column("queued = 0 AND review = 'approved'"),
    postgresql_where=literal_column("queued = 0 AND review = 'approved'"),
)

decision = _table(
    "decision",
    Column("id", Integer, nullable=False),
    _text("post", ForeignKey("post.id")),
    _text("digest"),
    _text("verdict"),
    _text("reviewer"),
    _text("author"),
    _text("sensitivity"),
    _text("why"),
    _text("at"),
    PrimaryKeyConstraint("id"),
    _one_of("verdict", "verdict", "approved", "rejected"),
    CheckConstraint("length(trim(reviewer)) > 0", name="has_reviewer"),
    # Two pairs of eyes on what could harm: the rule lives here, where no path goes round it.
    CheckConstraint(
        "NOT (verdict = 'approved' AND sensitivity = 'trauma' AND lower(trim(reviewer)) = lower(trim(author)))",
        name="not_by_its_author",
    ),
)
Index("ix_decision_post", decision.c.post)

# Who of many has a post. `name` is made of the post and the address, which itself stands in no row; `claim` is that of
# the try that has it in hand, and `delivery` the one for which it was written down last.
recipient = _table(
    "recipient",
    _text("post", ForeignKey("post.id")),
    _text("name"),
    Column("delivery", Integer, ForeignKey("delivery.id"), nullable=False),
    _text("state"),
    _text("claim"),
    _text("reason"),
    _text("at"),
    PrimaryKeyConstraint("post", "name"),
    _one_of("state", "state", "waiting", "sending", "accepted", "refused", "unsure", "gone"),
)

# What a person answered to a finding: it holds for the same words under the same check in the same post.
waiver = _table(
    "waiver",
    Column("id", Integer, nullable=False),
    _text("post", ForeignKey("post.id")),
    _text("rule"),
    _text("words"),
    _text("severity"),
    _text("why"),
    _text("who"),
    _text("at"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("post", "rule", "words", "severity"),
    CheckConstraint("length(trim(who)) > 0 AND length(trim(why)) > 0", name="answered"),
)

delivery = _table(
    "delivery",
    Column("id", Integer, nullable=False),
    _text("post", ForeignKey("post.id")),
    _text("account", ForeignKey("account.name")),
    _text("state"),
    _text("key"),
    _text("digest"),
    _text("due"),
    _text("expires"),
    _whole("attempts", "0"),
    _text("claim", null=True),
    _text("lease", null=True),
    _text("place"),
    _text("reason"),
    _text("settled", null=True),
    _whole("acknowledged", "0"),
    _text("service", server_default=""),
    _text("rung", null=True),
    _text("doubt", null=True),
    _text("remote", server_default=""),
    _text("stop", server_default=""),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("key"),
    _one_of("state", "state", "waiting", "sending", "sent", "failed", "unsure", "missed", "cancelled"),
    CheckConstraint("(state = 'sending') = (claim IS NOT NULL AND lease IS NOT NULL)", name="claimed"),
)
_LIVE: Any = literal_column("state IN ('waiting', 'sending', 'sent', 'unsure')")
Index("uq_delivery_live", delivery.c.post, unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE)
for _state, _column in (("waiting", delivery.c.due), ("sending", delivery.c.lease)):
    _where: Any = literal_column(f"state = '{_state}'")
    Index(f"ix_delivery_{_state}", _column, sqlite_where=_where, postgresql_where=_where)

Index("ix_delivery_post", delivery.c.post)

attempt = _table(
    "attempt",
    Column("id", Integer, nullable=False),
    Column("delivery", Integer, ForeignKey("delivery.id"), nullable=False),
    _whole("n"),
    _text("started"),
    _text("ended"),
    _text("outcome"),
    _text("detail"),
    PrimaryKeyConstraint("id"),
)
Index("ix_attempt_delivery", attempt.c.delivery)

hold = _table(
    "hold",
    Column("id", Integer, nullable=False),
    _text("scope"),
    _text("value"),
    _text("why"),
    _text("who"),
    _text("since"),
    _text("lifted", null=True),
    _whole("essential", "0"),
    PrimaryKeyConstraint("id"),
    _one_of("scope", "scope", "everything", "account", "channel", "campaign", "theme", "country"),
)

audit = _table(
    "audit",
    Column("id", Integer, nullable=False),
    _text("at"),
    _text("who"),
    _text("what"),
    _text("subject"),
    _text("before"),
    _text("after"),
    _text("why"),
    _text("link", server_default=""),
    PrimaryKeyConstraint("id"),
)

feed_entry = _table(
    "feed_entry",
    _text("key"),
    _text("component"),
    _text("uid"),
    _whole("sequence"),
    _text("stamp"),
    _text("created"),
    _whole("cancelled", "0"),
    _text("drop_after", null=True),
    _text("feeds"),
    _text("content"),
    _text("language", server_default=""),
    PrimaryKeyConstraint("key", "language"),
    UniqueConstraint("uid", "language"),
)

feed_file = _table("feed_file", _text("path"), _text("sha256"), _text("seen"), PrimaryKeyConstraint("path"))

# Tables that tell what happened: a trigger of each database refuses to change them.
APPEND_ONLY = ("audit", "attempt", "decision", "waiver")
