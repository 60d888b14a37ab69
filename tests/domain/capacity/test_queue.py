"""Erlang C: its published figures, and what must hold for any."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.capacity.queue import Load, people_at_work, scheduled, waiting

HALF_HOUR = 1_800


@pytest.mark.parametrize(
    ("load", "people", "within_s", "waits", "in_time", "average_s"),
    [
        (Load(100, HALF_HOUR, 180), 11, 20, 0.682118, 0.389614, 122.7813),
        (Load(100, HALF_HOUR, 180), 12, 20, 0.449388, 0.640158, 40.4449),
        (Load(100, HALF_HOUR, 180), 13, 20, 0.285270, 0.795595, 17.1162),
        (Load(100, HALF_HOUR, 180), 14, 20, 0.174132, 0.888350, 7.8359),
        (Load(360, HALF_HOUR, 240), 55, 15, 0.238701, 0.845883, 8.1840),
        (Load(3, HALF_HOUR, 600), 2, 60, 0.333333, 0.698388, 200.0),
    ],
)
def test_waiting_gives_the_published_figures(
    load: Load, people: int, within_s: int, waits: float, in_time: float, average_s: float
) -> None:
    found = waiting(load, people, within_s)

    assert found.wait_probability == pytest.approx(waits, abs=5e-7)
    assert found.service_level == pytest.approx(in_time, abs=5e-7)
    assert found.average_wait_s == pytest.approx(average_s, abs=5e-5)
    assert (found.occupancy, found.is_stable) == (load.erlangs / people, True)


@pytest.mark.parametrize("people", [1, 9, 10])
def test_waiting_with_no_more_people_than_work_is_not_stable(people: int) -> None:
    found = waiting(Load(100, HALF_HOUR, 180), people, 20)

    assert (found.service_level, found.average_wait_s, found.is_stable) == (0.0, None, False)
    assert found.occupancy == Fraction(10, people)


def test_waiting_without_contacts_is_nobodys() -> None:
    found = waiting(Load(0, HALF_HOUR, 180), 1, 20)

    assert (found.wait_probability, found.service_level, found.average_wait_s) == (0.0, 1.0, 0.0)


def test_people_at_work_is_the_smallest_number_that_meets_the_target() -> None:
    load = Load(100, HALF_HOUR, 180)

    assert (people_at_work(load, 20, 0.8), people_at_work(load, 20, 0.79)) == (14, 13)
    assert (people_at_work(Load(0, HALF_HOUR, 180), 20, 0.8), people_at_work(Load(10**9, 60, 600), 20, 0.8)) == (
        1,
        None,
    )


def test_scheduled_divides_by_chats_first_and_rounds_each_time() -> None:
    assert (scheduled(14, 0.3), scheduled(14, 0), scheduled(14, 0.3, 3), scheduled(7, 0.3, 3)) == (20, 14, 8, 5)


@given(st.integers(1, 300), st.integers(1, 1_200), st.integers(0, 120), st.integers(1, 60))
def test_waiting_is_never_longer_with_more_people(contacts: int, handling: int, within: int, people: int) -> None:
    load = Load(contacts, HALF_HOUR, handling)

    one, more = waiting(load, people, within), waiting(load, people + 1, within)

    assert more.service_level >= one.service_level - 1e-12
    assert more.wait_probability <= one.wait_probability + 1e-12
    if one.average_wait_s is not None:
        assert more.average_wait_s is not None
        assert more.average_wait_s <= one.average_wait_s + 1e-9
