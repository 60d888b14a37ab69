"""Bars: how long a number's bar is, drawn against a round maximum, so that one number's change leaves the others'."""

_STEPS = (10, 15, 20, 30, 50, 75)


def nice_maximum(value: int) -> int:
    """Return the smallest of 1, 2, 3, 5, 10, 15, 20, 30, 50, 75, 100, 150, … that is not below the value."""
    if value <= 5:
        return next(step for step in (1, 2, 3, 5) if step >= value)
    power: int = 10 ** max(len(str(value)) - 2, 0)
    return next(step for step in (*(step * power for step in _STEPS), 100 * power) if step >= value)


def percent(value: int, most: int) -> int:
    """Return how much of the maximum a value is, in whole percent; nothing below zero."""
    return max(value * 100 // most, 0)
