"""Bands: between which counts four of five intervals fall, from how much counts have varied."""

from collections.abc import Iterable
from fractions import Fraction
from math import exp, floor, lgamma, log, log1p

from app.domain.forecast.history import Sample

LOW, HIGH = 0.1, 0.9
FEWEST_WEEKS = 4
"""A spread from fewer weeks says nothing."""
_ADD_UP_TO = 500.0
"""Means for which adding up the probabilities is quick and exact; beyond, they are integrated."""
_STEPS, _CLOSE, _TINY = 10_000, 1e-15, 1e-300


def dispersion(samples: Iterable[Sample]) -> Fraction:
    """The factor by which counts vary more than by chance alone (α), over all slots with four weeks or more; 0 if not.

    Σ(n−1)(s²−mean) ÷ Σ(n−1)mean², never below 0.
    """
    above = below = Fraction()
    for counts, _ in samples:
        n = len(counts)
        if n >= FEWEST_WEEKS:
            total = sum(counts)
            mean = Fraction(total, n)
            above += sum(count * count for count in counts) - total * mean - (n - 1) * mean
            below += (n - 1) * mean * mean
    return max(Fraction(), above / below) if below else Fraction()


def variance(mean: Fraction, spread: Fraction, weeks: int) -> Fraction:
    """The variance of the next count around a mean of so many weeks."""
    return (mean + spread * mean * mean) * (1 + Fraction(1, weeks))


def band(mean: Fraction, spread: Fraction, weeks: int) -> tuple[int, int]:
    """The smallest counts that are reached with 10 % and with 90 %: a negative binomial; 0 to 0 for a mean of 0."""
    if not mean:
        return 0, 0
    around = variance(mean, spread, weeks)
    size, chance = float(mean * mean / (around - mean)), float(mean / around)
    if mean <= _ADD_UP_TO:
        return _added_up(size, chance)
    return _searched(float(mean), size, chance, LOW), _searched(float(mean), size, chance, HIGH)


def _added_up(size: float, chance: float) -> tuple[int, int]:
    count = 0
    probability = reached = exp(size * log(chance))
    low = None
    while reached < HIGH:
        if low is None and reached >= LOW:
            low = count
        probability *= (count + size) / (count + 1) * (1 - chance)
        count += 1
        reached += probability
    return (count if low is None else low), count


def _searched(mean: float, size: float, chance: float, wanted: float) -> int:
    """Bisect for the smallest count that is reached with the wanted probability."""
    below, above = -1, floor(mean) + 1
    while _reached(above, size, chance) < wanted:
        below, above = above, 2 * above
    while above - below > 1:
        middle = (below + above) // 2
        if _reached(middle, size, chance) < wanted:
            below = middle
        else:
            above = middle
    return above


def _reached(count: int, size: float, chance: float) -> float:
    """The probability of at most so many: the regularized incomplete beta function of chance, size and count + 1."""
    a, b = size, count + 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(chance) + b * log1p(-chance))
    if chance < (a + 1) / (a + b + 2):
        return front * _continued(chance, a, b) / a
    return 1 - front * _continued(1 - chance, b, a) / b


def _continued(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    c, d = 1.0, _inverse(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = _inverse(1 + term * d)
            c = 1 + term / c or _TINY
            value *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return value


def _inverse(value: float) -> float:
    return 1 / (value or _TINY)
