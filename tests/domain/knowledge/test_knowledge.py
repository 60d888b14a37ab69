"""Knowledge cards: verified by another person, due after 90 days, told 7 days before, drafts once others edit them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.knowledge import (
    GOOD_FOR,
    STATES,
    State,
    flaw_of_retiring,
    flaw_of_verifying,
    phase,
    state_after_edit,
)

VERIFIED = date(2022, 9, 14)
DUE = VERIFIED + GOOD_FOR


@pytest.mark.parametrize(
    ("day", "expected"),
    [(0, "fresh"), (82, "fresh"), (83, "soon"), (89, "soon"), (90, "due"), (400, "due")],
)
def test_phase_of_a_verified_card(day: int, expected: str) -> None:
    assert date(2022, 12, 13) == DUE
    assert phase(DUE, VERIFIED + timedelta(days=day)) == expected


@given(st.sampled_from(STATES), st.booleans(), st.integers(0, 200))
def test_nobody_verifies_what_they_own_or_wrote(state: State, is_owner: bool, day: int) -> None:
    today = VERIFIED + timedelta(days=day)
    due_on = DUE if state in {"verified", "due"} else None

    assert flaw_of_verifying(state, due_on, today, is_owner=is_owner, is_writer=not is_owner) is not None


@pytest.mark.parametrize(
    ("state", "day", "may"),
    [("draft", 0, True), ("verified", 82, False), ("verified", 83, True), ("due", 90, True), ("retired", 90, False)],
)
def test_another_person_verifies_what_waits_for_it(state: State, day: int, may: bool) -> None:
    flaw = flaw_of_verifying(state, DUE, VERIFIED + timedelta(days=day), is_owner=False, is_writer=False)

    assert (flaw is None) is may


@pytest.mark.parametrize("state", STATES)
def test_only_what_is_due_is_retired_by_its_owner_or_an_organizer(state: State) -> None:
    flaws = [
        flaw_of_retiring(state, is_owner=owns, organizes=organizes) is None
        for owns, organizes in ((True, False), (False, True), (False, False))
    ]

    assert flaws == [state == "due", state == "due", False]


def test_edit_by_others_makes_a_draft_and_so_does_any_of_a_retired_card() -> None:
    assert {state: state_after_edit(state, is_owner=False) for state in STATES} == dict.fromkeys(STATES, "draft")
    assert {state: state_after_edit(state, is_owner=True) for state in STATES} == {
        "draft": "draft", "verified": "verified", "due": "due", "retired": "draft",
    }  # fmt: skip
