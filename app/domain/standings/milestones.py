"""Milestones: round numbers of what everybody did together."""

from collections.abc import Iterator

_FIRST, _STEPS = 10, (10, 25, 50)


def milestone(number: int) -> int:
    """The highest milestone that a number has reached: 10, 25, 50, 100, 250, 500 and so on; 0 below the first."""
    return max((each for each in _upto(number)), default=0)


def _upto(number: int) -> Iterator[int]:
    factor = 1
    while factor * _FIRST <= number:
        yield from (step * factor for step in _STEPS if step * factor <= number)
        factor *= 10
