"""E-mail as a backlog: the formulas, the simulated shift, and sentences about it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.capacity import wording
from app.domain.capacity.backlog import Backlog, Needs, needs
from app.domain.capacity.simulation import plan, simulated_share

CASES = [
    (Backlog((6, 8, 12, 10), 30, 5, 9), (3.737024, 2.411765, 0.882353), 4, 0.99),
    (Backlog((4, 4, 4, 4), 30, 0, 8), (1.476355, 0.836601, 0), 2, 0.99),
    (Backlog((2, 3, 2, 2), 30, 14, 9), (0.934256, 1.882353, 2.470588), 3, 0.95),
    (Backlog((20, 2, 2, 2), 30, 0, 9), (2.698962, 2.352941, 0), 3, 0.92),
]


@pytest.mark.parametrize(("shift", "figures", "people", "share"), CASES)
def test_plan_gives_the_published_figures(
    shift: Backlog, figures: tuple[float, float, float], people: int, share: float
) -> None:
    found = plan(shift)

    assert (found.needs.keep_up, found.needs.window, found.needs.backlog) == pytest.approx(figures, abs=5e-7)
    assert found.people == people
    assert found.share == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("contacts", [(0, 0, 0, 0), (0,), ()])
def test_plan_of_a_shift_without_messages_has_one_person_and_no_share(contacts: tuple[int, ...]) -> None:
    found = plan(Backlog(contacts, 30, 0, 9))

    assert found.needs == Needs(Fraction(), Fraction(), Fraction())
    assert (found.people, found.share) == (1, None)


@pytest.mark.parametrize(("hourly", "handling", "people", "share"), [(12, 8, 2, 0.941096), (24, 9, 4, 0.909172)])
def test_simulated_share_of_a_long_run_is_that_of_theory(hourly: int, handling: int, people: int, share: float) -> None:
    long_run = Backlog((hourly / 2,) * 1_000, 30, 0, handling, 60, 0)

    assert simulated_share(long_run, people, runs=20) == pytest.approx(share, abs=0.01)


def test_plan_adds_people_until_enough_is_answered_and_at_most_ten() -> None:
    steep = Backlog((3, 3, 3, 3), 30, 0, 8, 20, 0)

    found = plan(steep)

    assert found.people > found.needs.people
    assert found.share is not None
    assert found.share >= 0.9
    hopeless = plan(Backlog((4, 4), 30, 0, 30, 10, 0))
    assert hopeless.people == hopeless.needs.people + 10
    assert hopeless.share is not None
    assert hopeless.share < 0.9


shifts = st.builds(
    Backlog,
    st.lists(st.integers(0, 6), min_size=1, max_size=4).map(tuple),
    st.just(30),
    st.integers(0, 6),
    st.integers(1, 30),
    st.integers(10, 120),
    st.sampled_from([0, 0.15, 0.3]),
)


@given(shifts, st.integers(1, 6))
def test_simulated_share_never_falls_with_more_people(shift: Backlog, people: int) -> None:
    fewer, more = (simulated_share(shift, each, runs=20) for each in (people, people + 1))

    assert (fewer is None) == (more is None) == (shift.expected == 0)
    assert (fewer or 0) <= (more or 0)


@given(shifts)
def test_needs_grow_with_every_message(shift: Backlog) -> None:
    more = Backlog(
        (*shift.contacts[:-1], shift.contacts[-1] + 1), 30, shift.waiting + 1, shift.handling_min, shift.promise_min,
        shift.shrinkage,
    )  # fmt: skip
    less, now = needs(shift), needs(more)

    assert now.keep_up > less.keep_up
    assert now.window >= less.window
    assert now.backlog > less.backlog
    assert now.people >= less.people


def test_sentences_say_what_is_needed_and_what_less_would_do() -> None:
    shift = CASES[0][0]

    assert wording.customers(36, 28, 44) == "About 36 customers will write (likely 28 to 44)."
    assert wording.enough(shift, plan(shift)) == "At 9 minutes each, 4 people keep everybody under an hour."
    assert wording.fewer(3, simulated_share(shift, 3) or 0) == "With 3, about 1 in 14 waits longer."
    assert wording.customers(0.6, None, None) == "About 1 customer will write."
    assert wording.span(90) == "90 minutes"
    assert wording.span(120) == "2 hours"
    assert wording.fewer(1, 0.2) == "With 1, most wait longer."
    assert (
        wording.enough(CASES[3][0], plan(CASES[3][0]))
        == "At 9 minutes each, 3 people keep about 92 of 100 under an hour."
    )
