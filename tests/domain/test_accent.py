"""Accents: read on our pages by day and by night, or the nearest that can be."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import PROJECT
from app.domain import accent
from app.domain.accent import BY_DAY, BY_NIGHT, LEAST

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_grounds_are_those_of_the_stylesheet() -> None:
    text = (PROJECT / "static" / "app.css").read_text()

    found = [
        re.findall(rf"^ *--{name}: light-dark\((#\w+), (#\w+)\);", text, re.MULTILINE)
        for name in ("paper", "surface", "sunken", "sun-soft")
    ]

    assert [day for [(day, _)] in found] == list(BY_DAY)
    assert [night for [(_, night)] in found] == list(BY_NIGHT)


@pytest.mark.parametrize(
    ("one", "another", "expected"),
    [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#777777", "#ffffff", 4.48), ("#ffffff", "#767676", 4.54)],
)
def test_contrast_is_that_of_wcag(one: str, another: str, expected: float) -> None:
    assert accent.contrast(one, another) == pytest.approx(expected, abs=0.005)


@given(colours)
def test_nearest_colour_is_read_on_every_ground(colour: str) -> None:
    for grounds in (BY_DAY, BY_NIGHT):
        nearest = accent.readable(colour, grounds)

        assert accent.least_contrast(nearest, grounds) >= LEAST
        assert accent.readable(nearest, grounds) == nearest
        assert (nearest == colour) == (accent.least_contrast(colour, grounds) >= LEAST)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("#1D6849", "#1d6849"), (" 1d6849 ", "#1d6849"), ("#abc", None), ("red", None), ("#1d684g", None), ("", None),
     ("#1d6849;}", None), ("１２３４５６", None)],
)  # fmt: skip
def test_colour_is_six_hexadecimal_digits(text: str, expected: str | None) -> None:
    assert accent.parse(text) == expected
