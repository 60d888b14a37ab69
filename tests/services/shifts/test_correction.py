"""Corrections: what became of a seat is put right, and credit goes on to the next of its team, or comes back."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from app.domain.shifts.seats import Corrected
from app.errors import Malformed, NotAllowed, Problem
from app.models import LedgerEntry, Reversal, Seat, ShiftCredit
from app.services.shifts import completion, correction
from tests.builders import ADA, BO, CATS, CHIDI, DUA, ELIF, FUMIKO, GUS, OWLS, SLUG, Game
from tests.races import race, repeat
from tests.services.shifts.test_seats import Plan, code_of

DURING = "2022-09-15 07:00"
EMAILS = (ADA, BO, CHIDI)


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week in the middle of a Wednesday shift from 06:00."""
    return Plan(game)


def completed(plan: Plan, *emails: str, shift_id: str | None = None) -> dict[str, Seat]:
    """Seats of Thursday at six, completed in this order; by e-mail."""
    shift_id = shift_id or plan.shift(places=9)
    during, seats = plan.at(DURING), {}
    for email in emails:
        seats[email] = plan.sign_up(shift_id, email, during.organizer, reason="They were there").seat
        complete(during, seats[email])
    return seats


def complete(plan: Plan, seat: Seat) -> None:
    with plan.game.database.unit_of_work() as session:
        completion.complete(session, SLUG, seat.shift_id, seat.id, plan.organizer, reason="They were there")


def correct(plan: Plan, seat: Seat, to: Corrected, *, reason: str = "Mistaken") -> Seat:
    with plan.game.database.unit_of_work() as session:
        return correction.correct(session, SLUG, seat.shift_id, seat.id, to, plan.at(DURING).organizer, reason=reason)


def stands(plan: Plan) -> Counter[str]:
    """The entries of seats that stand, by kind and the person's name before the space."""
    count = select(func.count()).where(Reversal.activity_seq == LedgerEntry.seq).scalar_subquery()
    with plan.game.database.reading() as session:
        entries = session.exec(select(LedgerEntry).where(LedgerEntry.source == "shifts", count % 2 == 0)).all()
    emails = {plan.person(email).id: email.partition("@")[0] for email in (*EMAILS, DUA)}
    return Counter(f"{entry.kind} {emails.get(str(entry.person_id), 'gus')}" for entry in entries)


def entries(plan: Plan) -> int:
    with plan.game.database.reading() as session:
        return session.exec(select(func.count(col(LedgerEntry.seq)))).one()


def test_correct_takes_credit_on_to_the_completion_recorded_first(plan: Plan) -> None:
    seats = completed(plan, ADA, CHIDI, BO)

    correct(plan, seats[ADA], "no_show", reason="Slept in")

    game = plan.game.at(DURING)
    assert stands(plan) == {"shift chidi": 1, "attendance bo": 1}
    assert (game.points()[OWLS], game.board().totals["shift"], game.verify()) == (20, 1, [])
    with plan.game.database.reading() as session:
        assert {ruling.reason for ruling in session.exec(select(Reversal))} == {"Slept in"}


def test_correct_back_is_a_new_completion_by_entries_that_were_there(plan: Plan) -> None:
    seats = completed(plan, ADA, BO)
    correct(plan, seats[ADA], "cancelled")

    correct(plan, seats[ADA], "completed")
    many = entries(plan)
    correct(plan, seats[BO], "no_show")
    correct(plan, seats[BO], "completed")

    assert stands(plan) == {"shift ada": 1, "attendance bo": 1}
    assert entries(plan) == many == 4
    assert plan.game.at(DURING).verify() == []


def test_correct_of_the_only_completion_leaves_the_slot_without_a_shift(plan: Plan) -> None:
    seats = completed(plan, ADA, DUA)

    correct(plan, seats[ADA], "cancelled")
    repeated = correct(plan, seats[ADA], "cancelled")

    assert repeated.state == "cancelled"
    assert stands(plan) == {"shift dua": 1}
    assert plan.game.at(DURING).points() == {OWLS: 0, CATS: 20}
    assert plan.game.at(DURING).verify() == []


def test_correct_is_an_organizers_with_a_reason(plan: Plan) -> None:
    seat = completed(plan, ADA)[ADA]
    during = plan.at(DURING)

    with pytest.raises(NotAllowed), plan.game.database.unit_of_work() as session:
        correction.correct(session, SLUG, seat.shift_id, seat.id, "no_show", during.act_of(ADA), reason="I left")
    with pytest.raises(Malformed):
        correct(plan, seat, "no_show", reason=" ")


def test_correct_to_life_obeys_the_seats_there_are_and_overlaps(plan: Plan) -> None:
    shift_id, other = plan.shift(places=1), plan.shift(7)
    mine = completed(plan, ADA, shift_id=shift_id)[ADA]
    correct(plan, mine, "cancelled")

    plan.sign_up(shift_id, BO)
    assert code_of(lambda: correct(plan, mine, "completed")) == "full"
    plan.sign_up(other, ADA)
    assert code_of(lambda: correct(plan, mine, "completed")) == "overlap"


def test_correct_to_life_of_an_old_seat_beside_a_new_one_is_an_overlap(plan: Plan) -> None:
    shift_id = plan.shift()
    first = plan.sign_up(shift_id, ADA).seat
    plan.leave(first, plan.act_of(ADA))
    plan.sign_up(shift_id, ADA)

    assert code_of(lambda: correct(plan, first, "completed")) == "overlap"


def test_correct_of_one_seat_at_once_is_done_once(plan: Plan, games: list[Game]) -> None:
    seats = completed(plan, ADA, BO, CHIDI)

    race(repeat(3, lambda n: correct(Plan(games[n], plan.now), seats[EMAILS[n]], "no_show")))

    assert (stands(plan), plan.game.at(DURING).verify()) == ({}, [])
    with plan.game.database.reading() as session:
        assert session.exec(select(ShiftCredit)).all() == []


def test_join_of_a_first_team_makes_one_shift_of_its_past_slots(plan: Plan) -> None:
    plan.set(needs_team=0)
    plan.newcomer()
    completed(plan, GUS, DUA)  # the cats' credit was there before, though Gus was the first
    completed(plan, GUS, shift_id=plan.shift(9))
    assert stands(plan) == {"shift gus": 2, "shift dua": 1}

    noon = plan.game.at("2022-09-15 12:00")
    noon.leave(FUMIKO)
    noon.team(CATS, GUS)

    assert stands(plan) == {"shift dua": 1, "attendance gus": 1, "shift gus": 1}
    assert noon.verify() == []


def test_join_of_a_first_team_that_has_the_slot_makes_an_attendance(plan: Plan) -> None:
    plan.set(needs_team=0)
    plan.newcomer()
    completed(plan, ADA, GUS)
    noon = plan.game.at("2022-09-15 12:00")

    noon.leave(CHIDI)
    noon.team(OWLS, GUS)

    assert stands(plan) == {"shift ada": 1, "attendance gus": 1}
    assert noon.verify() == []


def test_move_before_a_shift_that_is_completed_already_takes_its_credit_along(plan: Plan) -> None:
    completed(plan, ADA, BO)

    evening = plan.game.at("2022-09-14 20:00")
    evening.leave(FUMIKO)
    evening.team(CATS, ADA)

    assert stands(plan) == {"shift ada": 1, "shift bo": 1}
    assert plan.game.at(DURING).verify() == []


@pytest.mark.parametrize("seed", range(3))
def test_verify_finds_nothing_whatever_becomes_of_seats_and_teams(plan: Plan, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (a history, not a secret)
    plan.set(needs_team=0)
    plan.newcomer()
    for email in (CHIDI, ELIF, FUMIKO):  # room to move
        plan.game.leave(email)
    people = (*EMAILS, DUA, GUS)
    shift_id = plan.shift(places=3)
    seats = [plan.sign_up(shift_id, email, plan.organizer, reason="All").seat for email in people[:3]]
    at = plan.at(DURING)

    def sign_up() -> None:
        seats.append(at.sign_up(shift_id, chance.choice(people), at.organizer, reason="Late").seat)

    def move() -> None:
        at.game.team(chance.choice((OWLS, CATS, "Foxes")), chance.choice(people))

    states: tuple[Corrected, ...] = ("completed", "completed", "no_show", "cancelled")
    deeds: tuple[Callable[[], object], ...] = (
        lambda: complete(at, chance.choice(seats)),
        lambda: correct(at, chance.choice(seats), chance.choice(states)),
        sign_up,
        move,
    )  # fmt: skip
    for step in range(20):
        at = Plan(plan.game.at(at.now + timedelta(hours=step % 3)), at.now + timedelta(hours=step % 3))
        try:
            chance.choices(deeds, (3, 5, 2, 3))[0]()
        except Problem:
            continue
        assert at.game.verify() == []
