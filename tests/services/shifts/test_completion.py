"""Completed seats become one shift of their team and attendances of the others, and all hands are counted."""

from collections import Counter

import pytest
from sqlmodel import select

from app.errors import BySeat, SourceReserved
from app.models import LedgerEntry, Seat
from app.services.shifts import completion
from tests.builders import ADA, BO, CATS, CHIDI, OWLS, SLUG, Game
from tests.races import race, repeat
from tests.services.shifts.test_seats import Plan, code_of

EMAILS = (ADA, BO, CHIDI)


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week in the middle of a Wednesday shift from 06:00."""
    return Plan(game)


def seats_of_owls(plan: Plan) -> dict[str, Seat]:
    """A seat of Thursday at six for each of the owls, by e-mail."""
    shift_id = plan.shift()
    return {email: plan.sign_up(shift_id, email).seat for email in EMAILS}


def check_in(plan: Plan, seat: Seat, email: str) -> Seat:
    with plan.game.database.unit_of_work() as session:
        return completion.check_in(session, SLUG, seat.shift_id, seat.id, plan.act_of(email))


def complete(plan: Plan, seat: Seat, email: str) -> Seat:
    with plan.game.database.unit_of_work() as session:
        return completion.complete(session, SLUG, seat.shift_id, seat.id, plan.act_of(email))


def kinds(plan: Plan) -> Counter[str]:
    with plan.game.database.reading() as session:
        return Counter(session.exec(select(LedgerEntry.kind)))


def test_complete_by_a_whole_team_is_one_shift_and_all_hands(plan: Plan) -> None:
    seats, during = seats_of_owls(plan), plan.at("2022-09-15 07:00")

    for email, seat in seats.items():
        check_in(during, seat, email)
        complete(during, seat, email)

    played = plan.game.at("2022-09-15 07:00")
    assert kinds(plan) == {"shift": 1, "attendance": 2}
    assert played.points() == {OWLS: 35, CATS: 0}
    assert played.board().totals["shift"] == 1
    assert played.verify() == []


def test_complete_needs_a_check_in_and_is_done_once(plan: Plan) -> None:
    seat, during = seats_of_owls(plan)[ADA], plan.at("2022-09-15 07:00")

    assert code_of(lambda: check_in(plan, seat, ADA)) == "too-early"
    assert code_of(lambda: complete(during, seat, ADA)) == "not-checked-in"
    check_in(during, seat, ADA)
    states = [complete(during, seat, ADA).state for _ in range(2)]

    assert (states, kinds(plan)) == (["completed"] * 2, {"shift": 1})


def test_complete_by_a_team_at_once_is_one_shift(plan: Plan, games: list[Game]) -> None:
    seats, during = seats_of_owls(plan), "2022-09-15 07:00"
    for email, seat in seats.items():
        check_in(plan.at(during), seat, email)

    race(repeat(3, lambda n: complete(Plan(games[n]).at(during), seats[EMAILS[n]], EMAILS[n])))

    assert kinds(plan) == {"shift": 1, "attendance": 2}
    assert plan.game.at(during).points() == {OWLS: 35, CATS: 0}


@pytest.mark.parametrize("kind", ["shift", "attendance"])
def test_entries_of_a_seat_are_reversed_and_reinstated_by_the_seat_alone(plan: Plan, kind: str) -> None:
    seats, during = seats_of_owls(plan), plan.at("2022-09-15 07:00")
    for email, seat in seats.items():
        check_in(during, seat, email)
        complete(during, seat, email)
    with plan.game.database.reading() as session:
        entry = session.exec(select(LedgerEntry).where(LedgerEntry.kind == kind)).first()
    assert entry is not None

    for change in (plan.game.reverse, plan.game.reinstate):
        with pytest.raises(BySeat) as refusal:
            change(entry)
        assert (refusal.value.status, refusal.value.extra) == (409, {"code": "by-seat"})


def test_a_tool_that_repeats_an_entry_of_a_seat_is_answered_with_it(plan: Plan) -> None:
    seat, during = seats_of_owls(plan)[ADA], plan.at("2022-09-15 07:00")
    check_in(during, seat, ADA)
    complete(during, seat, ADA)
    key = {"source": "shifts", "external_id": f"{seat.shift_id}/{seat.id}"}

    taken = plan.game.take(kind="shift", **key)

    assert taken.repeated
    with pytest.raises(SourceReserved):
        plan.game.take(kind="shift", **key | {"external_id": "another"})
