"""The language guard: what its phrases find in a text, and where it holds its tongue."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.guard import Advice, Guard, Lists, PhraseError, Rule, phrase
from scheduler.guard.plain import END, plain


def rule(id: str, *catches: str, level: str = "error", unless: tuple[str, ...] = (), parts=("text", "note", "alt")):
    made = tuple(map(phrase, catches)), tuple(map(phrase, unless))
    return Rule(id, "en", level, *made, parts, "why", "better", ("https://example.org",), ("bad",), ("good",))


def seen(guard: Guard, text: str, part: str = "text") -> list[str]:
    return [caught.text for caught in guard.look(text, part)]


def test_a_list_that_names_itself_is_refused():
    with pytest.raises(PhraseError):
        phrase("<a> b", Lists({"a": ("x", "<a>")}))


PLAIN = [
    ("A 14-year-old Girl", "a 14 year old girl"),
    ("l\u2019esclave, l'esclave", "l esclave l esclave"),
    ("the victim's *rights*", "the victim s rights"),
    (
        "#EndChildLabour now #ENDSlavery #A1 #儿童色情# #ДетскийТруд #end_it",
        "end child labour now end slavery a 1 儿 童 色 情 детскии труд end it",
    ),
    ("طِفل", "طفل"),
    ("٧١٪", "71 %"),
    ("na\u00efve and nai\u0308ve", "naive and naive"),
    ("see https://x.org/child-porn or @child_porn or child@porn.org", "see or or"),
    ("one. Two!", f"one {END} two {END}"),
    ("in the U.S. and at St. Mary", "in the u s and at st mary"),
    ("one\ntwo\n\nthree", f"one two {END} three"),
    ("50,000 and 2.5%", "50,000 and 2.5 %"),
    ("儿童卖淫。", f"儿 童 卖 淫 {END}"),
    ("pros\u00adtitute and \u200bslave", "prostitute and slave"),
]


@pytest.mark.parametrize(("text", "words"), PLAIN)
def test_a_text_is_made_plain(text, words):
    assert plain(text).words.split() == words.split()


PHRASES = [
    ("slave", "A slave here.", ["slave"]), ("slave", "Slavery here.", []), ("slave*", "Slavery here.", ["Slavery"]),
    ("*porn", "Kinderporn.", ["Kinderporn"]),
    ("(child|minor*) prostitut*", "a Child-Prostitute; minors' prostitution", ["Child-Prostitute"]),
    ("sex with (a|the)? child", "sex with child, sex with the child", ["sex with child", "sex with the child"]),
    ("sold .. body", "She sold her own body.", ["sold her own body"]),
    ("sold .. body", "She sold it. Her body hurt.", []), ("sold .. body", "sold a b c d body", []),
    ("sold ... body", "sold a b c d body", ["sold a b c d body"]),
    ("every # seconds", "every 30 seconds; every thirty seconds", ["every 30 seconds", "every thirty seconds"]),
    ("# % of", "71% of all", ["71% of"]),
    ("# people", "50 000 people", ["50 000 people"]), ("a _ b", "a x b", ["a x b"]),
    ("naïf", "naif", ["naif"]), ("mano a mano", "MANO A MANO", ["MANO A MANO"]),
    ("儿童卖淫", "反对儿童卖淫的行动", ["儿童卖淫"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "given", "found"), PHRASES, ids=[f"{row[0]} in {row[1]}" for row in PHRASES])
def test_a_phrase_finds_what_it_says(text, given, found):
    assert seen(Guard([rule("TIP-001", text)]), given)[: len(found) or None] == found


@pytest.mark.parametrize(
    "text", ["", "   ", "(a", "a)", "..", "# %?", "a b*c", "*", "(a|b)?", "? a", "<nobody>", "a " * 700]
)
def test_a_phrase_that_cannot_be_read_is_refused(text):
    with pytest.raises(PhraseError):
        phrase(text)


def test_a_named_list_stands_for_its_words():
    lists = Lists({"kid": ("child*", "<young>"), "young": ("minor",)})
    made = replace(rule("CSE-001", "porn"), catches=(phrase("<kid> porn", lists),))
    assert seen(Guard([made]), "Children porn, minor porn, adult porn") == ["Children porn", "minor porn"]


GUARD = Guard(
    [
        rule("CSE-001", "child prostitut*", unless=("child prostitution and pornography",)),
        rule("TIP-002", "slave*", level="warning"),
        rule("TIP-001", "sex slave*"),
        rule("IMG-001", "in chains", parts=("alt",)),
    ],
    titles=["Slavery Convention", "Day of the Slave Trade"],
    advice=Advice(
        (phrase("do not say"), phrase("instead of")), (phrase("is wrong"),), (phrase("word"), phrase("never"))
    ),
)
SILENT = [
    "The Slavery Convention of 1926.", "On the Day of the Slave Trade we remember.", "Do not say child prostitute.",
    "Write survivor instead of the word slave.", "Slave is wrong here.", "The “slave” is a word we do not use.",
    "child prostitution and pornography are named in the Protocol", "slavers' ships".replace("slavers", "sailors"),
    "https://example.org/slave", "A woman in chains.",
]  # fmt: skip
LOUD = [
    ("A slave.", ["warning"]), ("A sex slave.", ["error"]), ("Do not say it. Child prostitutes work here.", ["error"]),
    ("Do not say that we are far away from child prostitution.", ["error"]),
    ("She said: “He kept me as a slave.”", ["hint"]),
    ("A “slave”.", ["warning"]), ("#ChildProstitution", ["error"]),
    ("Slaves and child\nprostitutes", ["warning", "error"]),
]  # fmt: skip


@pytest.mark.parametrize("text", SILENT)
def test_the_guard_is_silent_where_words_are_right(text):
    assert seen(GUARD, text) == []


@pytest.mark.parametrize(("text", "levels"), LOUD)
def test_the_guard_speaks_where_they_are_not(text, levels):
    assert [caught.level for caught in GUARD.look(text)] == levels


def test_a_rule_for_pictures_reads_alt_texts_only():
    assert (seen(GUARD, "a woman in chains", "alt"), seen(GUARD, "a woman in chains", "text")) == (["in chains"], [])


def test_what_is_caught_is_quoted_as_it_stands_with_its_place():
    text = "First.\n\nThen a Sex\u2011Slave, they wrote."
    (caught,) = GUARD.look(text)
    assert (caught.text, text[caught.start : caught.end]) == ("Sex\u2011Slave", "Sex\u2011Slave")


def test_places_are_true_behind_marks_that_nobody_sees():
    text = "\u200b\u200ba sl\u00adave"
    (caught,) = GUARD.look(text)
    assert text[caught.start : caught.end] == "sl\u00adave"


@given(st.text(alphabet=st.sampled_from("slave child prostitute “”\"'#.\n*-_é\u200b儿 "), max_size=300))
@settings(max_examples=300)
def test_no_text_breaks_the_guard(text):
    for caught in GUARD.look(text):
        assert text[caught.start : caught.end] == caught.text != ""
