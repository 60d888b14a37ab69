"""Answer reviews: the contract's vector of agreement, draws that are the same again, shares that name nobody."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.quality import (
    FEWEST,
    MARKS,
    Mark,
    Reviewed,
    agreement,
    draw_answers,
    draw_reviewer,
    may_review,
    shares,
    should_be_mended,
)

MARKED = st.lists(st.sampled_from(MARKS), max_size=8)
IDS = st.sets(st.text("abcdef0123456789", min_size=1, max_size=4), max_size=8)


@pytest.mark.parametrize(
    ("answers", "expected", "mend"),
    [
        ([["yes", "yes", "partly", "yes"]], Fraction(1, 2), True),
        ([["yes", "yes", "yes"]], Fraction(1), False),
        ([["yes", "no"], ["yes", "yes"]], Fraction(1, 2), True),
        ([["yes", "yes", "partly", "yes"], ["no", "no"], []], Fraction(4, 7), True),
        ([["na"], []], None, False),
    ],
)
def test_agreement_is_equal_pairs_of_all_pairs(
    answers: list[list[Mark]], expected: Fraction | None, mend: bool
) -> None:
    assert agreement(answers) == expected
    assert should_be_mended(agreement(answers)) is mend


def test_seven_of_ten_is_agreement_enough() -> None:
    assert [should_be_mended(Fraction(each, 10)) for each in (6, 7, 8)] == [True, False, False]


@given(st.lists(MARKED, max_size=4), st.randoms())
def test_agreement_does_not_go_by_order(answers: list[list[Mark]], random: Any) -> None:
    shuffled = [random.sample(marks, len(marks)) for marks in answers]

    found = agreement(answers)

    assert agreement(random.sample(shuffled, len(shuffled))) == found
    assert found is None or 0 <= found <= 1


@given(IDS, st.integers(0, 3))
def test_draw_of_answers_is_the_same_again_and_of_what_is_there(ids: set[str], most: int) -> None:
    drawn = draw_answers("q3", ids, most)

    assert drawn == draw_answers("q3", sorted(ids, reverse=True), most)
    assert set(drawn) <= ids
    assert len(drawn) == min(most, len(ids)) == len(set(drawn))


def test_draw_goes_by_its_seed() -> None:
    ids = [str(number) for number in range(20)]

    assert len({draw_answers(f"seed {number}", ids) for number in range(10)}) > 5


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2)),
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["Owls", "Cats", None])),
)
def test_reviewer_is_of_another_team_and_has_the_fewest(
    reviewers: dict[str, int], teams: dict[str, str | None]
) -> None:
    drawn = draw_reviewer("q3", "a", reviewers, teams)

    able = {each: count for each, count in reviewers.items() if may_review("a", each, teams)}
    if drawn is None:
        assert not able
    else:
        assert able[drawn] == min(able.values())
        assert drawn != "a"
        assert teams.get(drawn) != teams.get("a") or not any(teams.values())


def reviewed(*marks: Sequence[Mark]) -> list[Reviewed]:
    return [Reviewed(f"author {number}", tuple(each)) for number, each in enumerate(marks)]


def test_shares_are_told_from_five_reviews_of_five_authors_on() -> None:
    five = reviewed(["yes", "no"], ["yes", "na"], ["partly", "na"], ["yes", "na"], ["no", "na"])

    found = shares(five)

    assert found is not None
    assert found[0] == {"yes": Fraction(3, 5), "partly": Fraction(1, 5), "no": Fraction(1, 5), "na": 0}
    assert shares(five[:4]) is None
    assert shares([*five[:4], five[0]]) is None


@given(st.lists(st.tuples(st.sampled_from(MARKS), st.sampled_from(MARKS)), min_size=FEWEST, max_size=9))
def test_shares_of_each_question_add_up_to_one(marks: list[tuple[Mark, Mark]]) -> None:
    found = shares(reviewed(*marks))

    assert found is not None
    assert [sum(each.values()) for each in found] == [1, 1]
