"""Accuracy in sentences that are true whatever the figures are."""

from fractions import Fraction

from app.domain.forecast.accuracy import Accuracy
from app.domain.forecast.wording import accuracy_sentences


def test_accuracy_stands_beside_last_weeks_numbers_and_chance() -> None:
    good = Accuracy(Fraction(21, 100), Fraction(-1, 100), Fraction(29, 100), 0.2)

    assert accuracy_sentences(good) == [
        "A week ahead, intervals of the last 4 weeks were off by 21% of all contacts; “as last week” was off by 29%.",
        "Even a perfect forecast is off by about 20%, by chance alone.",
    ]


def test_accuracy_that_is_no_better_or_leans_to_a_side_says_so() -> None:
    bad = Accuracy(Fraction(30, 100), Fraction(12, 100), Fraction(30, 100), 0.2)

    assert accuracy_sentences(bad)[2:] == [
        "That isn’t better than taking last week’s numbers.",
        "It said 12% too many.",
    ]


def test_accuracy_that_is_not_known_says_why() -> None:
    assert accuracy_sentences(None) == ["Accuracy needs 12 weeks of history."]
    assert accuracy_sentences(Accuracy(None, None, None, None)) == [
        "Nobody wrote in the last 4 weeks, so there is no accuracy."
    ]
