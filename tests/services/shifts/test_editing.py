"""Shifts are edited and cancelled by organizers, and nobody loses a seat unawares."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from app.domain.actor import Act
from app.errors import Malformed, NotAllowed, ShiftRefused
from app.models import AuditEntry, Seat, SeatChange, Shift
from app.services.shifts import completion, editing
from app.services.shifts.editing import ShiftChanges
from tests.builders import ADA, BO, DUA, SLUG, Game, moment
from tests.races import race
from tests.services.shifts.test_covers import offer, offers
from tests.services.shifts.test_seats import Plan, code_of, outcome
from tests.services.shifts.test_waiting import join, look_again, states

SEVEN, NINE = moment("2022-09-15 07:00"), moment("2022-09-15 09:00")


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week on Wednesday morning, its shifts on Thursday."""
    return Plan(game)


def edit(
    plan: Plan, shift_id: str, *, version: int = 1, act: Act | None = None, reason: str | None = None, **fields: Any
) -> Shift:
    with plan.game.database.unit_of_work() as session:
        changes, act = ShiftChanges(**fields), act or plan.organizer
        return editing.edit(session, SLUG, shift_id, changes, version, act, reason=reason)


def move(plan: Plan, shift_id: str, *, reason: str | None = "A mistake") -> Shift:
    """Move a shift from six to seven."""
    return edit(plan, shift_id, starts_at=SEVEN, ends_at=NINE, reason=reason)


def cancel(plan: Plan, shift_id: str, reason: str = "Nobody is there") -> Shift:
    with plan.game.database.unit_of_work() as session:
        return editing.cancel(session, SLUG, shift_id, plan.organizer, reason=reason)


def complete(plan: Plan, seat: Seat, email: str) -> None:
    for do in (completion.check_in, completion.complete):
        with plan.game.database.unit_of_work() as session:
            do(session, SLUG, seat.shift_id, seat.id, plan.act_of(email))


def test_edit_changes_what_is_given_and_keeps_the_sign_ups(plan: Plan) -> None:
    shift_id = plan.shift()
    seat = plan.sign_up(shift_id, ADA).seat

    shift = edit(plan, shift_id, label="Phone", place="Room 1", needed=2, link="https://example.com/phone")
    again = edit(plan, shift_id, version=2, label="Phone")

    assert (shift.label, shift.place, shift.needed, shift.seats, shift.version) == ("Phone", "Room 1", 2, 3, 2)
    assert (again.version, edit(plan, shift_id, version=2, link="").link) == (2, None)
    assert [each.id for each in plan.seats_of(shift_id)] == [seat.id]
    with plan.game.database.reading() as session:
        notes = session.exec(select(AuditEntry).where(AuditEntry.action == "shift.edited")).all()
    assert len(notes) == 2


def test_edit_of_a_version_that_somebody_changed_is_stale(plan: Plan) -> None:
    shift_id = plan.shift()
    edit(plan, shift_id, seats=4)

    assert code_of(lambda: edit(plan, shift_id, seats=5)) == "stale"
    assert edit(plan, shift_id, version=2, seats=5).version == 3


def test_edit_is_for_organizers_and_open_weeks(plan: Plan) -> None:
    shift_id = plan.shift()

    with pytest.raises(NotAllowed):
        edit(plan, shift_id, seats=4, act=plan.act_of(ADA))
    plan.game.close()
    assert code_of(lambda: edit(plan, shift_id, seats=4)) == "week-not-open"
    assert code_of(lambda: cancel(plan, shift_id)) == "week-not-open"


@pytest.mark.parametrize("fields", [{"seats": 0}, {"needed": 4}, {"link": "javascript:alert(1)"}, {"label": "a" * 61}])
def test_edit_to_what_no_shift_can_have_is_malformed(plan: Plan, fields: dict[str, Any]) -> None:
    shift_id = plan.shift()

    with pytest.raises(Malformed):
        edit(plan, shift_id, **fields)


def test_edit_to_fewer_seats_than_are_taken_is_full(plan: Plan) -> None:
    shift_id = plan.shift()
    for email in (ADA, BO):
        plan.sign_up(shift_id, email)

    assert code_of(lambda: edit(plan, shift_id, seats=1)) == "full"
    assert edit(plan, shift_id, seats=2).seats == 2


def test_edit_to_more_seats_hands_them_to_who_waits(plan: Plan) -> None:
    shift_id = plan.shift(places=1)
    plan.sign_up(shift_id, ADA)
    for email in (BO, DUA):
        join(plan, shift_id, email)

    edit(plan, shift_id, seats=2)

    assert (plan.taken(shift_id), states(plan, shift_id)) == (2, ["promoted", "waiting"])


def test_edit_moves_a_shift_with_its_seats_and_offers(plan: Plan) -> None:
    shift_id = plan.shift()
    seat = plan.sign_up(shift_id, ADA).seat
    offer(plan, seat)

    shift = move(plan, shift_id)

    assert (shift.starts_at, shift.local_from, shift.local_until) == (SEVEN, "07:00", "09:00")
    assert [(each.id, each.state) for each in plan.seats_of(shift_id)] == [(seat.id, "signed_up")]
    assert offers(plan) == [("everyone", "open")]


def test_edit_of_times_needs_a_reason_and_the_week(plan: Plan) -> None:
    shift_id = plan.shift()

    with pytest.raises(Malformed, match="reason"):
        move(plan, shift_id, reason=None)
    with pytest.raises(Malformed, match="start within its week"):
        edit(plan, shift_id, starts_at=moment("2022-09-17 06:00"), ends_at=moment("2022-09-17 08:00"), reason="Later")
    with pytest.raises(Malformed, match="end after it starts"):
        edit(plan, shift_id, starts_at=NINE, reason="Later")


def test_edit_of_times_into_the_past_is_refused(plan: Plan) -> None:
    shift_id = plan.shift()
    at: dict[str, Any] = {
        "starts_at": moment("2022-09-14 06:00"),
        "ends_at": moment("2022-09-14 08:00"),
        "reason": "Sooner",
    }

    with pytest.raises(ShiftRefused, match=r"^It would be over already. Choose times to come, or cancel the shift.$"):
        edit(plan, shift_id, **at)
    moved = edit(plan, shift_id, **at | {"ends_at": moment("2022-09-14 08:30")})

    assert moved.starts_at == at["starts_at"]


def test_edit_of_times_onto_another_shift_of_a_holder_names_them(plan: Plan) -> None:
    shift_id = plan.shift()
    plan.sign_up(shift_id, ADA)
    plan.sign_up(plan.shift(8), ADA)

    with pytest.raises(ShiftRefused, match="Overlaps a shift of Ada Lovelace: Thu 08:00") as refused:
        move(plan, shift_id)

    assert refused.value.code == "overlap"


def test_edit_of_times_once_a_shift_has_started_or_is_completed_is_refused(plan: Plan) -> None:
    shift_id = plan.shift()
    seat = plan.sign_up(shift_id, ADA).seat
    during = plan.at("2022-09-15 06:00")
    early = plan.at("2022-09-15 05:59")

    assert code_of(lambda: move(during, shift_id)) == "started"
    for do in (completion.check_in, completion.complete):
        with plan.game.database.unit_of_work() as session:
            do(session, SLUG, shift_id, seat.id, early.organizer, reason="She was early")
    assert code_of(lambda: move(early, shift_id)) == "started"
    assert edit(during, shift_id, seats=5).seats == 5


def test_edit_of_times_has_the_shift_settled_at_its_new_ones(plan: Plan) -> None:
    shift_id = plan.shift(places=1)
    plan.sign_up(shift_id, ADA)
    join(plan, shift_id, BO)
    move(plan, shift_id)

    look_again(plan.at("2022-09-15 06:30"))
    before = states(plan, shift_id)
    look_again(plan.at("2022-09-15 07:00"))

    assert (before, states(plan, shift_id)) == (["waiting"], ["expired"])


def test_edit_of_times_lets_its_people_have_what_it_stood_in_the_way_of(plan: Plan) -> None:
    wanted, other = plan.shift(6, places=1), plan.shift(7)
    seat = plan.sign_up(wanted, ADA).seat
    join(plan, wanted, BO)
    plan.sign_up(other, BO)
    plan.leave(seat, plan.act_of(ADA))
    look_again(plan)
    before = states(plan, wanted)

    edit(plan, other, starts_at=moment("2022-09-15 08:00"), ends_at=moment("2022-09-15 10:00"), reason="A mistake")
    look_again(plan)

    assert (before, states(plan, wanted)) == (["waiting"], ["promoted"])


def test_edit_and_sign_up_onto_one_time_at_once_is_one_of_them(plan: Plan, games: list[Game]) -> None:
    shift_id, other = plan.shift(), plan.shift(8)
    plan.sign_up(shift_id, ADA)

    results = race([lambda: move(Plan(games[0]), shift_id), lambda: Plan(games[1]).sign_up(other, ADA)])

    assert sorted(map(outcome, results)) in (["Shift", "overlap"], ["SignUp", "overlap"])


def test_cancel_ends_seats_offers_and_waiting_but_what_is_completed(plan: Plan) -> None:
    shift_id = plan.shift(places=2)
    seats = {email: plan.sign_up(shift_id, email).seat for email in (ADA, DUA)}
    join(plan, shift_id, BO)
    offer(plan, seats[DUA])
    complete(plan.at("2022-09-15 06:30"), seats[ADA], ADA)

    during = plan.at("2022-09-15 07:00")
    versions = [cancel(during, shift_id).version for _ in range(2)]

    assert versions == [2, 2]
    assert {seat.id: seat.state for seat in plan.seats_of(shift_id)} == {
        seats[ADA].id: "completed", seats[DUA].id: "cancelled",
    }  # fmt: skip
    assert (states(plan, shift_id), offers(plan)) == (["expired"], [("everyone", "expired")])
    with plan.game.database.reading() as session:
        query = select(SeatChange.reason, SeatChange.changed_by).where(SeatChange.after == "cancelled")
        assert session.exec(query.order_by(col(SeatChange.id))).all() == [("Nobody is there", "Olu")]
    assert code_of(lambda: plan.sign_up(shift_id, BO)) == "cancelled"
    assert code_of(lambda: edit(plan, shift_id, version=2, seats=4)) == "cancelled"


def test_cancel_needs_a_reason_and_a_shift_that_is_not_over(plan: Plan) -> None:
    shift_id = plan.shift(day=date(2022, 9, 15))

    with pytest.raises(Malformed):
        cancel(plan, shift_id, " ")
    assert code_of(lambda: cancel(plan.at("2022-09-15 08:00"), shift_id)) == "started"


def test_cancel_of_an_overlapping_shift_lets_its_people_have_what_they_wait_for(plan: Plan) -> None:
    wanted, other = plan.shift(6, places=1), plan.shift(7)
    seat = plan.sign_up(wanted, ADA).seat
    join(plan, wanted, BO)
    plan.sign_up(other, BO)
    plan.leave(seat, plan.act_of(ADA))

    cancel(plan, other)
    look_again(plan)

    assert states(plan, wanted) == ["promoted"]
