"""Findings as SARIF 2.1.0, which editors and code hosts show beside the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "hint": "note"}


def as_sarif(found: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """One run with a result for each finding; `found` are findings as `daymark check --json` gives them."""
    results = [_result(finding) for finding in found]
    rules = sorted({result["ruleId"] for result in results})
    driver = {"name": "daymark", "rules": [{"id": rule} for rule in rules]}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(f: dict[str, Any]) -> dict[str, Any]:
    made = {
        "ruleId": f["check"],
        "level": _LEVELS[f["severity"]],
        "message": {"text": f"{f['why']}. Better: {f['suggestion']}"},
    }
    if "file" in f:
        region = {"startLine": f["line"], "startColumn": f["column"], "snippet": {"text": f["text"]}}
        place = {"artifactLocation": {"uri": f["file"]}, "region": region}
        made["locations"] = [{"physicalLocation": place}]
    return made
