"""Our calendar held against somebody else's list: the same day under another name or on another date, or missing."""

from scheduler.compare.match import Comparison, Kind, Listed, Pair, compare

__all__ = ["Comparison", "Kind", "Listed", "Pair", "compare"]
