"""Shifts settle by themselves: at their end, twelve hours later, when their week closes or opens again."""

import json
from collections.abc import Callable, Sequence

import pytest
from sqlmodel import col, select

from app.models import QueuedJob, Seat, SeatChange
from app.services.shifts import completion, settling
from tests.builders import ADA, BO, CATS, CHIDI, DUA, OWLS, SLUG, Game, moment
from tests.races import race, repeat
from tests.services.shifts.test_correction import stands
from tests.services.shifts.test_seats import Plan, outcome
from tests.services.shifts.test_waiting import look_again

END, UNSEEN = "2022-09-15 08:00", "2022-09-15 20:00"


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week in the middle of a Wednesday shift from 06:00."""
    return Plan(game)


def signed_up(plan: Plan, *emails: str) -> dict[str, Seat]:
    """A seat of Thursday at six for each, by e-mail."""
    shift_id = plan.shift(places=4)
    return {email: plan.sign_up(shift_id, email).seat for email in emails}


def check_in(plan: Plan, seat: Seat, email: str, at: str) -> None:
    with plan.game.database.unit_of_work() as session:
        completion.check_in(session, SLUG, seat.shift_id, seat.id, plan.at(at).act_of(email))


def settle(plan: Plan, seat: Seat, at: str) -> None:
    with plan.game.database.unit_of_work() as session:
        settling.settle_next(session, seat.shift_id, moment(at))


def states(plan: Plan) -> list[str]:
    with plan.game.database.reading() as session:
        return list(session.exec(select(Seat.state).order_by(col(Seat.signed_up_at), col(Seat.id))))


def planned(plan: Plan) -> Sequence[QueuedJob]:
    with plan.game.database.reading() as session:
        return session.exec(
            select(QueuedJob).where(QueuedJob.kind == "shifts.settle").order_by(col(QueuedJob.id))
        ).all()


def test_settle_at_the_end_completes_who_checked_in_the_first_of_them_credited(plan: Plan) -> None:
    seats = signed_up(plan, ADA, BO, CHIDI)
    check_in(plan, seats[CHIDI], CHIDI, "2022-09-15 06:05")
    check_in(plan, seats[ADA], ADA, "2022-09-15 06:10")

    settle(plan, seats[ADA], "2022-09-15 07:59")
    before = stands(plan)
    settle(plan, seats[ADA], END)
    settle(plan, seats[ADA], END)

    assert (before, stands(plan)) == ({}, {"shift chidi": 1, "attendance ada": 1})
    assert sorted(states(plan)) == ["completed", "completed", "signed_up"]
    with plan.game.database.reading() as session:
        [by] = set(session.exec(select(SeatChange.changed_by).where(SeatChange.after == "completed")))
    assert (by, plan.game.at(END).verify()) == ("shifts", [])


def test_settle_credits_who_checked_in_at_once_by_email(plan: Plan) -> None:
    seats = signed_up(plan, BO, ADA)
    for email, seat in seats.items():
        check_in(plan, seat, email, "2022-09-15 06:05")

    settle(plan, seats[BO], END)

    assert stands(plan) == {"shift ada": 1, "attendance bo": 1}


def test_settle_twelve_hours_later_calls_the_unseen_a_no_show(plan: Plan) -> None:
    seat = signed_up(plan, ADA)[ADA]

    settle(plan, seat, "2022-09-15 19:59")
    before = states(plan)
    settle(plan, seat, UNSEEN)

    assert (before, states(plan)) == (["signed_up"], ["no_show"])


@pytest.mark.parametrize("completes", ["person", "organizer"])
def test_settle_where_people_complete_leaves_who_checked_in(plan: Plan, completes: str) -> None:
    plan.set(completes=completes)
    seat = signed_up(plan, ADA)[ADA]
    check_in(plan, seat, ADA, "2022-09-15 06:05")

    settle(plan, seat, UNSEEN)

    assert states(plan) == ["checked_in"]


def test_settle_by_several_servers_at_once_is_done_once(plan: Plan, games: list[Game]) -> None:
    seats = signed_up(plan, ADA, BO)
    for email, seat in seats.items():
        check_in(plan, seat, email, "2022-09-15 06:05")

    race(repeat(3, lambda n: settle(Plan(games[n]), seats[ADA], END)))

    assert stands(plan) == {"shift ada": 1, "attendance bo": 1}
    assert plan.game.at(END).points() == {OWLS: 20, CATS: 0}


def test_each_moment_of_a_shift_is_a_job_once(plan: Plan) -> None:
    seat = signed_up(plan, ADA)[ADA]

    for at in ("2022-09-15 06:00", END, END, UNSEEN, UNSEEN):
        settle(plan, seat, at)

    jobs = planned(plan)
    assert [json.loads(job.payload)["shift"] for job in jobs] == [seat.shift_id] * 3
    assert [job.run_at for job in jobs] == [moment(f"2022-09-15 {at}") for at in ("06:00", "08:00", "20:00")]


def test_close_settles_what_is_due_by_then_and_a_job_of_a_closed_week_nothing(plan: Plan) -> None:
    seats = signed_up(plan, ADA, DUA)
    check_in(plan, seats[ADA], ADA, "2022-09-15 06:05")

    plan.game.at(END).close()
    settle(plan, seats[ADA], UNSEEN)

    closed = plan.game.at(UNSEEN)
    assert (stands(plan), sorted(states(plan))) == ({"shift ada": 1}, ["completed", "signed_up"])
    assert (closed.verify(), closed.points()[OWLS]) == ([], 20)


def test_close_while_everybody_completes_or_signs_up_leaves_a_week_that_verifies(plan: Plan, games: list[Game]) -> None:
    seats, later = signed_up(plan, ADA, BO, CHIDI, DUA), plan.shift(16, places=4)
    for email in (ADA, BO, CHIDI, DUA):
        check_in(plan, seats[email], email, "2022-09-15 06:05")

    def complete(place: int, email: str) -> None:
        at = Plan(games[place]).at(END)
        with at.game.database.unit_of_work() as session:
            completion.complete(session, SLUG, seats[email].shift_id, seats[email].id, at.act_of(email))

    racers: list[Callable[[], object]] = [
        lambda: complete(0, ADA),
        lambda: complete(1, CHIDI),
        games[2].at(END).close,
        lambda: Plan(games[3]).at(END).sign_up(later, BO),
        lambda: Plan(games[0]).at(END).sign_up_team(later, CATS, Plan(games[0]).at(END).organizer),
        lambda: settle(Plan(games[1]), seats[ADA], END),
    ]
    outcomes = {outcome(result) for result in race(racers)}

    assert outcomes <= {"NoneType", "SignUp", "tuple", "week-not-open"}
    assert (sum(stands(plan).values()), plan.game.at(END).verify()) == (4, [])
    assert plan.game.week().state == "closed"


def test_reopening_plans_what_waited_for_it(plan: Plan) -> None:
    seat = signed_up(plan, ADA)[ADA]
    settle(plan, seat, "2022-09-15 06:00")
    plan.game.at(END).close()
    before = len(planned(plan))

    plan.game.at("2022-09-16 09:00").open()

    [job] = planned(plan)[before:]
    assert job.run_at == moment(UNSEEN)
    settle(plan, seat, "2022-09-16 09:00")
    assert states(plan) == ["no_show"]


def test_reopening_does_at_once_what_became_due_meanwhile(plan: Plan) -> None:
    seat = signed_up(plan, ADA)[ADA]
    check_in(plan, seat, ADA, "2022-09-15 06:05")
    plan.game.at("2022-09-15 07:00").close()
    look_again(plan.at("2022-09-15 08:30"))
    before = states(plan)

    plan.game.at("2022-09-15 09:00").open()
    look_again(plan.at("2022-09-15 09:00"))

    assert (before, states(plan)) == (["checked_in"], ["completed"])


def test_plan_all_has_what_was_left_done_at_once(plan: Plan) -> None:
    plan.set(completes="person")
    seat = signed_up(plan, ADA)[ADA]
    check_in(plan, seat, ADA, "2022-09-15 06:05")
    after = plan.at("2022-09-15 09:00")
    look_again(after)
    plan.set(completes="itself")

    with plan.game.database.unit_of_work() as session:
        settling.plan_all(session, after.now)
    look_again(after)

    assert states(plan) == ["completed"]


def test_plan_all_plans_what_nobody_has_planned_and_what_was_left(plan: Plan) -> None:
    seat = signed_up(plan, ADA)[ADA]
    later = plan.shift(12)
    with plan.game.database.unit_of_work() as session:
        for job in session.exec(select(QueuedJob)):
            session.delete(job)

    for _ in range(2):
        with plan.game.database.unit_of_work() as session:
            settling.plan_all(session, moment("2022-09-15 21:00"))

    assert [json.loads(job.payload)["shift"] for job in planned(plan)] == [later, seat.shift_id]
