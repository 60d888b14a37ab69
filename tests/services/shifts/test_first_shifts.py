"""First shifts: whose it is, and the buddy who is found for them, the same at every look."""

import pytest

from app.domain.view import EVERYTHING, View
from app.models import Seat
from app.services.shifts import completion, first_shifts, listing
from app.services.weeks import weeks
from tests.builders import ADA, BO, CHIDI, DUA, ELIF, SLUG, Game
from tests.services.shifts.test_seats import Plan


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week on Wednesday morning, its shifts on Thursday."""
    return Plan(game)


def completed(plan: Plan, *people: str) -> None:
    """Have people complete a shift that is over."""
    shift_id = plan.shift(6, places=9)
    for email in people:
        seat = plan.sign_up(shift_id, email).seat
        for deed, at in ((completion.check_in, "2022-09-15 06:00"), (completion.complete, "2022-09-15 07:00")):
            with plan.game.database.unit_of_work() as session:
                deed(session, SLUG, shift_id, seat.id, plan.at(at).act_of(email))


def first(plan: Plan, shift_id: str, at: str = "2022-09-15 08:30", view: View = EVERYTHING) -> dict[str, str]:
    """The people on their first shift, with their buddies."""
    now = plan.at(at).now
    with plan.game.database.reading() as session:
        week = weeks.find(session, SLUG, now)
        item = listing.of_shift(session, week, shift_id, view)
        found = first_shifts.of_shift(session, week, item, item.seats, view, now)
        return {each.person: each.buddy for each in found}


def seats_in(plan: Plan, shift_id: str, *people: str) -> list[Seat]:
    return [plan.sign_up(shift_id, email).seat for email in people]


def test_of_shift_prefers_a_teammate_on_it_then_anybody_on_it_then_a_teammate(plan: Plan) -> None:
    completed(plan, BO, DUA)
    mixed, others, alone = (plan.shift(hour, places=5) for hour in (10, 12, 14))
    seats_in(plan, mixed, DUA, ADA, BO)
    seats_in(plan, others, ELIF, DUA)
    seats_in(plan, alone, CHIDI)

    assert first(plan, mixed) == {"Ada Lovelace": "Bo Nguyen"}
    assert first(plan, others) == {"Elif Şahin": "Dua Krasniqi"}
    assert first(plan, alone) == {"Chidi Okafor": "Bo Nguyen"}


def test_of_shift_has_no_buddy_where_nobody_has_completed_one_or_can_sign_in(plan: Plan) -> None:
    completed(plan, BO)
    shift_id = plan.shift(10)
    seats_in(plan, shift_id, ADA)
    plan.deactivate(BO)

    assert first(plan, shift_id) == {"Ada Lovelace": ""}


def test_of_shift_is_the_earliest_ahead_until_it_is_over(plan: Plan) -> None:
    early, late = plan.shift(10), plan.shift(12)
    seats_in(plan, late, ADA)
    seats_in(plan, early, ADA)

    assert (first(plan, early), first(plan, late)) == ({"Ada Lovelace": ""}, {})
    over = "2022-09-15 12:00"
    assert (first(plan, early, over), first(plan, late, over)) == ({}, {"Ada Lovelace": ""})


def test_of_shift_tells_nothing_that_a_freeze_hides(plan: Plan) -> None:
    shift_id = plan.shift(10)
    seats_in(plan, shift_id, ADA)
    plan.game.freeze()
    completed(plan, ADA)
    with plan.game.database.reading() as session:
        public = weeks.view_of(weeks.find(session, SLUG, plan.now), "public")

    assert public.looks_back
    assert first(plan, shift_id, view=public) == {"Ada Lovelace": ""}
    assert first(plan, shift_id) == {}
