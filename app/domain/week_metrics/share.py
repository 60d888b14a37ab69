"""A share of things, exact until it is shown."""

from fractions import Fraction
from typing import NamedTuple


class Share(NamedTuple):
    """A number of things out of all of them."""

    part: int
    whole: int

    @property
    def value(self) -> Fraction | None:
        """The share; None of nothing."""
        return Fraction(self.part, self.whole) if self.whole else None
