"""Daymark: observance days become campaigns, and every post goes out once."""
