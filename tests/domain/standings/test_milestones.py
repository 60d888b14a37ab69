"""Milestones."""

import pytest

from app.domain.standings.milestones import milestone


@pytest.mark.parametrize(
    ("number", "reached"),
    [
        (0, 0),
        (9, 0),
        (10, 10),
        (24, 10),
        (25, 25),
        (50, 50),
        (99, 50),
        (100, 100),
        (249, 100),
        (250, 250),
        (999, 500),
        (1000, 1000),
    ],
)
def test_milestone_is_the_highest_that_is_reached(number: int, reached: int) -> None:
    assert milestone(number) == reached
