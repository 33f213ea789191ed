"""Cards: pictures drawn from the calendar, with what they say in words. Same data, same bytes."""

from scheduler.cards.drawing import Drawing
from scheduler.cards.palette import load_palette
from scheduler.cards.saying import Card, Sayings, load_sayings, say

__all__ = ["Card", "Drawing", "Sayings", "load_palette", "load_sayings", "say"]
