"""What people answered to findings: written once, never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.model import Finding
    from scheduler.store.opening import Tx


def waive(tx: Tx, post: str, finding: Finding, why: str) -> bool:
    """Keeps the answer of `tx.who` to a finding of a post; False if it was answered before."""
    kept = tx.change(
        "INSERT INTO waiver (post, rule, words, severity, why, who, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (post, rule, words, severity) DO NOTHING",
        (post, finding.check, finding.text, finding.severity, why, tx.who, tx.now),
    )
    if kept:
        tx.audit("waived", post, after=f"{finding.severity} {finding.check}: {finding.text}", why=why)
    return bool(kept)
