"""The language guard: phrases that harm, found in texts, with what to write instead. Pure: rules come in as values."""

from scheduler.guard.guard import Caught, Guard
from scheduler.guard.phrases import Lists, Phrase, PhraseError, phrase
from scheduler.guard.rules import Advice, Rule

__all__ = ["Advice", "Caught", "Guard", "Lists", "Phrase", "PhraseError", "Rule", "phrase"]
