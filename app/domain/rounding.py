"""Numbers as they are shown: computed exactly, rounded half up once."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

Number = int | float | Fraction

SHARE_PLACES = 4
SECONDS_PLACES = 1
PLAIN_PLACES = 6
"""Of amounts that are neither shares nor seconds, such as people before they are rounded up."""


def exact(value: Number) -> Fraction:
    """The number somebody wrote: 0.15 is fifteen hundredths, not the nearest binary fraction."""
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


def half_up(value: Number, places: int) -> float:
    """A number with so many decimals, halves away from zero."""
    number = exact(value)
    with localcontext() as context:
        context.prec = 60
        decimal = Decimal(number.numerator) / Decimal(number.denominator)
        return float(decimal.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def share(value: Number) -> float:
    """A share of 1, to four decimals."""
    return half_up(value, SHARE_PLACES)


def seconds(value: Number) -> float:
    """Seconds, to one decimal."""
    return half_up(value, SECONDS_PLACES)


def plain(value: Number) -> float:
    """An amount, to six decimals."""
    return half_up(value, PLAIN_PLACES)


def whole(value: Number) -> int:
    """The nearest whole number, as sentences have it."""
    return int(half_up(value, 0))
