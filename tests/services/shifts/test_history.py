"""The history of a shift names who gave a seat up, each person once, and every change, the newest first."""

import pytest

from app.models import Shift
from app.services.shifts import covers, history
from app.services.shifts.history import Change
from tests.builders import ADA, BO, DUA, SLUG, Game
from tests.services.shifts.test_seats import Plan


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week on Wednesday morning, its shifts on Thursday."""
    return Plan(game)


def ended(plan: Plan, shift_id: str) -> list[tuple[str, str]]:
    with plan.game.database.reading() as session:
        found = history.ended_seats(session, session.get_one(Shift, shift_id))
    return [(seat.person, seat.state) for seat in found]


def changes(plan: Plan, shift_id: str, most: int) -> list[Change]:
    with plan.game.database.reading() as session:
        return history.changes(session, session.get_one(Shift, shift_id), most)


def test_ended_seats_are_each_persons_last_the_last_to_end_first(plan: Plan) -> None:
    shift_id = plan.shift()
    offered = plan.sign_up(shift_id, ADA).seat
    for _ in range(3):
        plan.leave(plan.sign_up(shift_id, BO).seat, plan.act_of(BO))
    dua = plan.person(DUA).id
    with plan.game.database.unit_of_work() as session:
        covers.accept(session, SLUG, shift_id, offered.id, dua, plan.organizer, reason="Ada is ill")
    before = ended(plan, shift_id)

    [taken] = [seat for seat in plan.seats_of(shift_id) if seat.person_id == dua]
    plan.leave(taken, plan.act_of(DUA))  # so Ada has her seat again
    [back] = [seat for seat in plan.seats_of(shift_id) if seat.state == "signed_up"]
    plan.leave(back, plan.act_of(ADA))

    assert before == [("Ada Lovelace", "covered"), ("Bo Nguyen", "cancelled")]
    assert ended(plan, shift_id) == [
        ("Ada Lovelace", "cancelled"), ("Dua Krasniqi", "cancelled"), ("Bo Nguyen", "cancelled"),
    ]  # fmt: skip


def test_changes_are_the_newest_first_with_who_made_them_and_why(plan: Plan) -> None:
    shift_id = plan.shift()
    seat = plan.sign_up(shift_id, ADA).seat
    plan.sign_up(shift_id, BO, plan.organizer, "He was there")
    later = plan.at("2022-09-14 09:00")
    later.leave(seat, later.act_of(ADA))

    found = changes(plan, shift_id, most=2)

    assert found == [
        Change("Ada Lovelace", "signed_up", "cancelled", "Ada Lovelace", later.now, None),
        Change("Bo Nguyen", None, "signed_up", "Olu", plan.now, "He was there"),
    ]
    assert len(changes(plan, shift_id, most=9)) == 3
