"""Cards: pictures drawn from the calendar, with what they say in words. Same data, same bytes."""

from scheduler.cards.drawing import Drawing, can_draw, drawn_with
from scheduler.cards.palette import load_palette
from scheduler.cards.saying import Card, CardWords, load_card_words, say, say_site

__all__ = [
    "Card",
    "CardWords",
    "Drawing",
    "can_draw",
    "drawn_with",
    "load_card_words",
    "load_palette",
    "say",
    "say_site",
]
