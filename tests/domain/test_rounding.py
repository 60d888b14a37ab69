"""Numbers as they are shown."""

from fractions import Fraction

import pytest

from app.domain.rounding import Number, exact, half_up, whole


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [(0.00005, 4, 0.0001), (0.15, 1, 0.2), (-0.25, 1, -0.3), (Fraction(2, 3), 4, 0.6667), (2.675, 2, 2.68)],
)  # fmt: skip
def test_half_up_rounds_what_was_written(value: Number, places: int, shown: float) -> None:
    assert half_up(value, places) == shown


def test_exact_is_what_was_written() -> None:
    assert (exact(0.15), whole(2.5), whole(Fraction(7, 2))) == (Fraction(3, 20), 3, 4)
