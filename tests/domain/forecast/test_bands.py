"""Bands: published figures, and two ways to the same counts."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.forecast import bands
from app.domain.forecast.accuracy import chance_error
from app.domain.forecast.bands import band, dispersion, variance
from app.domain.forecast.history import Sample

QUIET = Sample((6, 9, 7, 12, 8, 10, 5, 11), 8)
BUSY = Sample((14, 30, 9, 21, 17, 25, 11, 33), 8)
RARE = Sample((2, 0, 1, 3, 1, 0, 2, 1), 8)
SHORT = Sample((4, 2, 7, 3), 4)


def test_band_of_counts_that_vary_by_chance_alone() -> None:
    spread = dispersion([QUIET])

    assert spread == 0
    assert variance(Fraction(17, 2), spread, 8) == 9.5625
    assert band(Fraction(17, 2), spread, 8) == (5, 13)


def test_band_pools_the_spread_of_all_slots() -> None:
    spread = dispersion([QUIET, BUSY, RARE])

    assert float(spread) == pytest.approx(0.115552, abs=5e-7)
    assert float(variance(Fraction(20), spread, 8)) == pytest.approx(74.498417, abs=5e-7)
    assert band(Fraction(20), spread, 8) == (10, 32)
    assert dispersion([SHORT]) == Fraction(1, 24)
    assert band(Fraction(4), dispersion([SHORT]), 4) == (1, 7)


def test_dispersion_takes_no_slots_with_under_four_weeks() -> None:
    assert dispersion([QUIET, Sample((0, 50, 0), 3)]) == dispersion([QUIET])
    assert dispersion([]) == dispersion([Sample((0, 0, 0, 0), 4)]) == 0


@pytest.mark.parametrize(("mean", "floor"), [(8.5, 0.275016), (3, 0.448084), (20, 0.177671)])
def test_chance_error_gives_the_noise_floor(mean: float, floor: float) -> None:
    assert chance_error(mean) / mean == pytest.approx(floor, abs=5e-7)


@given(st.integers(1, 480), st.sampled_from([Fraction(0), Fraction(1, 9), Fraction(2)]), st.integers(4, 8))
def test_band_is_the_same_added_up_and_integrated(mean: int, spread: Fraction, weeks: int) -> None:
    around = variance(Fraction(mean), spread, weeks)
    size, chance = float(mean * mean / (around - mean)), float(mean / around)

    searched = [bands._searched(mean, size, chance, wanted) for wanted in (0.1, 0.9)]

    assert tuple(searched) == band(Fraction(mean), spread, weeks)


def test_band_of_large_counts_takes_no_time() -> None:
    assert band(Fraction(1_000_000), Fraction(0), 8) == (998_641, 1_001_359)
    assert band(Fraction(1_000_000), Fraction(1, 10), 8)[1] == 1_446_684
