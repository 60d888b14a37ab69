"""Waiting lists: freed seats go to the first who can take them, until two hours before; then they are anybody's."""

import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from app.errors import Conflict, NotAllowed, NotFound
from app.models import Person, QueuedJob, Seat, SeatChange, Shift, WaitingEntry
from app.services.access import accounts
from app.services.shifts import correction, seats, settings, settling, timetable, waiting
from app.services.shifts.locked_shift import LockedShift
from app.services.shifts.waiting import Waiting
from tests.builders import ADA, BO, CHIDI, DUA, ELIF, FUMIKO, SLUG, Game, moment
from tests.cost import plan_of
from tests.races import race, repeat
from tests.services.shifts.test_seats import THURSDAY, Plan, code_of, outcome

FRIDAY = date(2022, 9, 16)


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week on Wednesday morning, its shifts on Thursday."""
    return Plan(game)


def join(plan: Plan, shift_id: str, email: str) -> Waiting:
    person_id = plan.person(email).id
    with plan.game.database.unit_of_work() as session:
        return waiting.join(session, SLUG, shift_id, person_id, plan.act_of(email))


def leave_list(plan: Plan, shift_id: str, email: str) -> WaitingEntry:
    person_id = plan.person(email).id
    with plan.game.database.unit_of_work() as session:
        return waiting.leave_list(session, SLUG, shift_id, person_id, plan.act_of(email))


def look_again(plan: Plan) -> None:
    """Do the jobs that are due, and those that they queue, as a worker does: settle their shifts."""
    waiting_ones = select(QueuedJob).where(QueuedJob.kind == timetable.SETTLE, col(QueuedJob.done_at).is_(None))
    query = waiting_ones.where(QueuedJob.run_at <= plan.now).order_by(col(QueuedJob.run_at), col(QueuedJob.id))
    with plan.game.database.unit_of_work() as session:
        while (job := session.exec(query).first()) is not None:
            job.done_at = plan.now
            settling.settle_next(session, json.loads(job.payload)["shift"], plan.now)


def full_shift(plan: Plan, *waiters: str, places: int = 1, day: date = FRIDAY) -> tuple[str, Seat]:
    """A shift whose seats are Ada's and, where there are more, others', and who waits for one; Ada's seat with it."""
    shift_id = plan.shift(places=places, day=day)
    seat = plan.sign_up(shift_id, ADA).seat
    for email in waiters:
        join(plan, shift_id, email)
    return shift_id, seat


def holders(plan: Plan, shift_id: str) -> list[tuple[str, str, str]]:
    """The live seats of a shift: whose, how they came by it, and who gave it to them."""
    query = (
        select(Seat.person_id, Seat.origin, SeatChange.changed_by)
        .join(SeatChange, col(SeatChange.seat_id) == Seat.id)
        .where(Seat.shift_id == shift_id, Seat.state == "signed_up", col(SeatChange.before).is_(None))
    )
    with plan.game.database.reading() as session:
        names = {plan.person(email).id: email for email in (ADA, BO, CHIDI, DUA, ELIF)}
        return [(names[person], origin, by) for person, origin, by in session.exec(query)]


def states(plan: Plan, shift_id: str) -> list[str]:
    """The states of a waiting list, in its order."""
    query = select(WaitingEntry.state).where(WaitingEntry.shift_id == shift_id).order_by(col(WaitingEntry.id))
    with plan.game.database.reading() as session:
        return list(session.exec(query))


def test_join_of_who_is_deactivated_is_refused(plan: Plan) -> None:
    shift_id, _ = full_shift(plan)
    person_id = plan.deactivate(BO)

    with plan.game.database.unit_of_work() as session, pytest.raises(Conflict, match="is deactivated"):
        waiting.join(session, SLUG, shift_id, person_id, plan.organizer, reason="He will come")


def test_join_gives_a_place_once(plan: Plan) -> None:
    shift_id, _ = full_shift(plan)

    found = [join(plan, shift_id, email) for email in (BO, CHIDI, BO)]

    assert [(each.position, each.repeated) for each in found] == [(1, False), (2, False), (1, True)]
    assert found[0].entry.id == found[2].entry.id


def test_join_is_refused_like_signing_up(plan: Plan) -> None:
    shift_id, _ = full_shift(plan)
    free = plan.shift(8, day=FRIDAY)
    plan.sign_up(plan.shift(7, day=FRIDAY, hours=1), BO)

    assert code_of(lambda: join(plan, free, BO)) == "seat-free"
    assert code_of(lambda: join(plan, shift_id, BO)) == "overlap"
    assert code_of(lambda: join(plan, shift_id, ADA)) == "overlap"
    assert code_of(lambda: join(plan.at("2022-09-16 06:00"), shift_id, DUA)) == "started"
    assert code_of(lambda: join(plan, shift_id, plan.newcomer().email)) == "no-team"
    with plan.game.database.unit_of_work() as session, pytest.raises(NotAllowed):
        waiting.join(session, SLUG, shift_id, plan.person(DUA).id, plan.act_of(ADA))


def test_leave_list_keeps_the_others_in_their_order(plan: Plan) -> None:
    shift_id, seat = full_shift(plan, BO, DUA)

    left = [leave_list(plan, shift_id, BO).state for _ in range(2)]
    plan.leave(seat, plan.act_of(ADA))

    assert left == ["left", "left"]
    assert holders(plan, shift_id) == [(DUA, "waiting", "shifts")]
    with pytest.raises(NotFound):
        leave_list(plan, shift_id, CHIDI)


def test_leave_hands_the_seat_to_the_first_who_can_take_it(plan: Plan) -> None:
    shift_id, seat = full_shift(plan, BO, DUA, ELIF)
    plan.sign_up(plan.shift(7, day=FRIDAY), BO)

    plan.leave(seat, plan.act_of(ADA))

    assert holders(plan, shift_id) == [(DUA, "waiting", "shifts")]
    assert states(plan, shift_id) == ["waiting", "promoted", "waiting"]
    assert code_of(lambda: plan.sign_up(shift_id, ADA)) == "full"


def test_leave_hands_the_seat_to_a_team_within_its_limits(plan: Plan) -> None:
    plan.sign_up(plan.shift(6, day=THURSDAY), BO)
    shift_id, seat = full_shift(plan, DUA)
    plan.set(early_per_team=1)
    plan.sign_up(plan.shift(5, day=FRIDAY, hours=1), DUA, plan.organizer, "Somebody has to")

    plan.leave(seat, plan.act_of(ADA))

    assert (holders(plan, shift_id), states(plan, shift_id)) == ([], ["waiting"])


def test_limit_that_is_lifted_lets_who_waits_have_the_free_seat(plan: Plan) -> None:
    plan.set(early_per_team=1)
    plan.sign_up(plan.shift(6), BO)
    shift_id = plan.shift(6, day=FRIDAY)
    join(plan, shift_id, CHIDI)
    later = plan.at("2022-09-15 06:00")

    look_again(plan.at("2022-09-15 05:59"))
    before = holders(plan, shift_id)
    look_again(later)

    assert (before, holders(plan, shift_id)) == ([], [(CHIDI, "waiting", "shifts")])


def test_limit_set_later_lets_who_waits_have_the_free_seat_once_it_is_lifted(plan: Plan) -> None:
    plan.sign_up(plan.shift(6), BO)
    shift_id, seat = full_shift(plan, CHIDI)
    plan.set(early_per_team=1)
    plan.leave(seat, plan.act_of(ADA))

    look_again(plan.at("2022-09-15 05:59"))
    before = holders(plan, shift_id)
    look_again(plan.at("2022-09-15 06:00"))

    assert (before, holders(plan, shift_id)) == ([], [(CHIDI, "waiting", "shifts")])


def test_opening_moved_later_lets_who_waits_have_the_free_seat_once_it_comes(plan: Plan) -> None:
    shift_id, seat = full_shift(plan, CHIDI)
    with plan.game.database.unit_of_work() as session:
        settings.change(session, SLUG, {"opens_at": moment("2022-09-14 12:00")}, plan.organizer)
    with plan.game.database.unit_of_work() as session:
        seats.leave(session, SLUG, shift_id, seat.id, plan.organizer, reason="Ill")

    look_again(plan.at("2022-09-14 11:59"))
    before = holders(plan, shift_id)
    look_again(plan.at("2022-09-14 12:00"))

    assert (before, holders(plan, shift_id)) == ([], [(CHIDI, "waiting", "shifts")])


def test_looks_at_many_waiting_lists_are_planned_in_one_statement(plan: Plan) -> None:
    plan.set(early_per_team=1)
    plan.sign_up(plan.shift(4), BO)
    engine, numbers, seen = plan.game.database.writer, list[int](), list[str]()
    event.listen(engine, "before_cursor_execute", note := lambda *call: seen.append(call[2]))
    for hours in ((5,), (6, 3)):
        for hour in hours:
            join(plan, plan.shift(hour, hours=1, day=FRIDAY), CHIDI)
        with plan.game.database.unit_of_work() as session:
            seen.clear()
            timetable.plan_waited_for(session, plan.now)
            numbers.append(len(seen))
    event.remove(engine, "before_cursor_execute", note)

    assert numbers == [2, 2]


def test_first_round_that_ends_with_a_promotion_lets_the_others_who_wait_have_theirs(plan: Plan) -> None:
    plan.set(needs_team=0)
    of_cats, mine = full_shift(plan, DUA)
    of_owls = plan.shift(9, places=1, day=FRIDAY)
    nobodys = plan.sign_up(of_owls, plan.newcomer().email).seat
    join(plan, of_owls, BO)
    beside = plan.sign_up(plan.shift(7, day=FRIDAY), DUA).seat
    plan.sign_up(plan.shift(12, day=FRIDAY), CHIDI)
    plan.set(needs_team=0, first_round=1)
    plan.leave(mine, plan.act_of(ADA))
    plan.leave(beside, plan.act_of(DUA))
    plan.leave(nobodys, plan.organizer)

    for shift_id in (of_owls, of_cats):  # as two workers may
        settle_before_other_jobs(plan, shift_id)
    before = holders(plan, of_cats), holders(plan, of_owls)
    look_again(plan)

    assert before == ([(DUA, "waiting", "shifts")], [])
    assert holders(plan, of_owls) == [(BO, "waiting", "shifts")]


def test_first_round_that_ends_as_a_team_has_nobody_left_lets_who_waits_have_the_seat(plan: Plan) -> None:
    shift_id, seat = full_shift(plan, BO)
    plan.sign_up(plan.shift(12, day=FRIDAY), CHIDI)
    plan.set(first_round=1)
    plan.leave(seat, plan.act_of(ADA))
    look_again(plan)
    before = holders(plan, shift_id)

    for email in (DUA, ELIF, FUMIKO):
        plan.game.at(plan.now).leave(email)
    look_again(plan)

    assert (before, holders(plan, shift_id)) == ([], [(BO, "waiting", "shifts")])


def test_who_was_deactivated_as_a_seat_became_free_has_it_a_day_later(plan: Plan) -> None:
    shift_id, seat = full_shift(plan, BO)
    plan.deactivate(BO)
    plan.leave(seat, plan.act_of(ADA))
    with plan.game.database.unit_of_work() as session:
        accounts.switch(session, session.get_one(Person, plan.person(BO).id), plan.organizer, on=True)
    look_again(plan)
    before = holders(plan, shift_id)

    tomorrow = plan.at("2022-09-15 08:00")
    with plan.game.database.unit_of_work() as session:
        settling.plan_all(session, tomorrow.now)
    look_again(tomorrow)

    assert (before, holders(plan, shift_id)) == ([], [(BO, "waiting", "shifts")])


def settle_before_other_jobs(plan: Plan, shift_id: str) -> None:
    """Settle a shift, and have the jobs done that were queued by then."""
    with plan.game.database.unit_of_work() as session:
        for job in session.exec(select(QueuedJob).where(QueuedJob.run_at <= plan.now)):
            job.done_at = plan.now
        session.flush()
        settling.settle_next(session, shift_id, plan.now)


def test_leave_of_an_overlapping_seat_lets_its_person_have_the_one_they_wait_for(plan: Plan) -> None:
    shift_id, seat = full_shift(plan, BO)
    other = plan.sign_up(plan.shift(7, day=FRIDAY), BO).seat
    plan.leave(seat, plan.act_of(ADA))
    before = holders(plan, shift_id)

    plan.leave(other, plan.act_of(BO))
    look_again(plan)

    assert (before, holders(plan, shift_id)) == ([], [(BO, "waiting", "shifts")])


def test_seat_freed_within_two_hours_is_anybodys(plan: Plan) -> None:
    shift_id, seat = full_shift(plan, BO)
    plan.set(leave_until_h=0)
    late = plan.at("2022-09-16 04:00")

    late.leave(seat, late.act_of(ADA))

    assert (holders(plan, shift_id), states(plan, shift_id)) == ([], ["waiting"])
    assert late.sign_up(shift_id, DUA).seat.origin == "own"


def test_seat_freed_before_two_hours_is_handed_on(plan: Plan) -> None:
    shift_id, seat = full_shift(plan, BO)
    plan.set(leave_until_h=0)
    late = plan.at("2022-09-16 03:59")

    late.leave(seat, late.act_of(ADA))
    [promoted] = [each for each in late.seats_of(shift_id) if each.state == "signed_up"]
    until = plan.at("2022-09-16 05:59")

    assert until.leave(promoted, until.act_of(BO)).state == "cancelled"


def test_correction_that_frees_a_seat_hands_it_on(plan: Plan) -> None:
    shift_id, seat = full_shift(plan, BO)

    with plan.game.database.unit_of_work() as session:
        correction.correct(session, SLUG, shift_id, seat.id, "cancelled", plan.organizer, reason="A mistake")

    assert holders(plan, shift_id) == [(BO, "waiting", "shifts")]


def test_sign_up_does_not_overtake_who_waits(plan: Plan) -> None:
    shift_id, _ = full_shift(plan, BO)
    with plan.game.database.unit_of_work() as session:  # as if limits had just been lifted
        session.get_one(Shift, shift_id).seats = 2

    assert plan.sign_up(shift_id, BO).seat.origin == "waiting"
    assert code_of(lambda: plan.sign_up(shift_id, DUA)) == "full"


def test_waiting_ends_with_the_start(plan: Plan) -> None:
    shift_id, _ = full_shift(plan, BO)
    starts_at = moment("2022-09-16 06:00")

    look_again(replace_now(plan, starts_at - timedelta(seconds=1)))
    before = states(plan, shift_id)
    look_again(replace_now(plan, starts_at))

    assert (before, states(plan, shift_id)) == (["waiting"], ["expired"])


def test_close_ends_the_waiting_of_shifts_that_have_begun(plan: Plan) -> None:
    begun, _ = full_shift(plan, BO, day=THURSDAY)
    ahead, _ = full_shift(plan, BO)

    plan.game.at("2022-09-15 06:00").close()

    assert (states(plan, begun), states(plan, ahead)) == (["expired"], ["waiting"])


def test_reopening_has_the_shifts_of_a_week_looked_at(plan: Plan) -> None:
    shift_id, _ = full_shift(plan, BO)
    plan.game.close()
    over = plan.at("2022-09-16 06:00")
    look_again(over)
    while_closed = states(plan, shift_id)

    over.game.at("2022-09-16 06:00").open()
    look_again(over)

    assert (while_closed, states(plan, shift_id)) == (["waiting"], ["expired"])


def test_reopening_lets_who_waits_have_a_seat_whose_limit_was_lifted_meanwhile(plan: Plan) -> None:
    plan.sign_up(plan.shift(6), BO)
    shift_id, seat = full_shift(plan, CHIDI)
    plan.set(early_per_team=1)
    plan.leave(seat, plan.act_of(ADA))
    look_again(plan)
    plan.game.at(plan.now).close()
    lifted = plan.at("2022-09-15 06:00")
    look_again(lifted)
    while_closed = holders(plan, shift_id)

    lifted.game.at(lifted.now).open()
    look_again(lifted)

    assert (while_closed, holders(plan, shift_id)) == ([], [(CHIDI, "waiting", "shifts")])


def replace_now(plan: Plan, now: datetime) -> Plan:
    return Plan(plan.game, now)


def test_leave_and_sign_up_elsewhere_at_once_never_fails_the_leaver(plan: Plan, games: list[Game]) -> None:
    shift_id, seat = full_shift(plan, BO)
    other = plan.shift(7, day=FRIDAY)

    results = race(
        [lambda: Plan(games[0]).leave(seat, plan.act_of(ADA)), lambda: Plan(games[1]).sign_up(other, BO).seat]
    )

    assert outcome(results[0]) == "Seat"
    assert plan.taken(shift_id) + plan.taken(other) == 1


def test_leave_of_two_shifts_at_once_by_people_who_wait_for_both_never_deadlocks(plan: Plan, games: list[Game]) -> None:
    emails = (ADA, BO, DUA, ELIF)
    found = [plan.shift(hour, places=2, day=FRIDAY) for hour in (6, 6)]
    seats = [plan.sign_up(found[number // 2], email).seat for number, email in enumerate(emails)]
    for shift_id in found:
        join(plan, shift_id, CHIDI)

    results = race(repeat(4, lambda number: Plan(games[number]).leave(seats[number], plan.act_of(emails[number]))))

    assert [outcome(result) for result in results] == ["Seat"] * 4
    assert [holder[0] for shift_id in found for holder in holders(plan, shift_id)] == [CHIDI]


@pytest.mark.parametrize("engine", ["sqlite"])  # PostgreSQL takes any of its indexes while there are few rows
def test_the_last_place_of_somebody_is_found_by_an_index(plan: Plan) -> None:
    shift_id, _ = full_shift(plan, BO)
    with plan.game.database.unit_of_work() as session:
        locked = LockedShift.lock(session, SLUG, shift_id, plan.organizer, None)
        steps = plan_of(session.connection(), lambda: waiting._last_entry(locked, plan.person(BO).id))

    assert any("waiting_of_person" in step for step in steps)
