"""What people answered to findings: written once, never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects.sqlite import insert

from scheduler.store.schema import waiver

if TYPE_CHECKING:
    from scheduler.model import Finding
    from scheduler.store.opening import Tx


def waive(tx: Tx, post: str, finding: Finding, why: str) -> bool:
    """Keeps the answer of `tx.who` to a finding of a post; False if it was answered before."""
    row = {"post": post, "rule": finding.check, "words": finding.text, "severity": finding.severity, "why": why}
    kept = tx.sql.execute(insert(waiver).values(**row, who=tx.who, at=tx.now).on_conflict_do_nothing())
    if kept.rowcount == 1:
        tx.audit("waived", post, after=f"{finding.severity} {finding.check}: {finding.text}", why=why)
    return kept.rowcount == 1
