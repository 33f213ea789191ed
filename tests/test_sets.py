"""The checks of words are right often enough to be left on, on texts written without knowledge of the rules."""

from __future__ import annotations

import pytest
from sets import LANGUAGES, findings, lines, measured


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_the_bad_texts_97_in_100_are_caught_and_of_the_good_ones_2_in_100_are_not_left_alone(language):
    result = measured(language, language)
    assert result.recall >= 0.97, result.missed
    assert result.false_alarms <= 0.02, result.alarms
    assert result.bad >= 150 and result.good >= 200


def test_errors_are_rare_on_whole_posts_of_good_charities():
    posts = lines("posts")
    found = [
        [f for f in findings(text.replace("\\n", "\n"), language) if f.severity == "error"] for language, text in posts
    ]
    assert len(posts) == 100
    assert sum(map(bool, found)) <= 1, [f for each in found for f in each]
