"""One table of a calendar file becomes an observance, helpline, region or source; what is wrong in it is noted."""

from scheduler.entries.observance import check_dates, observance
from scheduler.entries.others import helpline, named_source, region
from scheduler.entries.spelling import NamedSource, spelled_out

__all__ = ["NamedSource", "check_dates", "helpline", "named_source", "observance", "region", "spelled_out"]
