"""Covers: a seat is offered, one person takes it over, and within ten minutes it can go back."""

from collections import Counter
from datetime import date

import pytest
from sqlmodel import col, select

from app.domain.actor import Act
from app.domain.draft import PersonId
from app.domain.shifts.covers import OfferedTo
from app.errors import Conflict, Malformed, NotAllowed, ShiftRefused
from app.models import Seat, SeatChange, SeatOffer
from app.services.shifts import completion, covers
from app.services.shifts.covers import Accepted
from tests.builders import ADA, BO, CATS, CHIDI, DUA, ELIF, OWLS, SLUG, Game, moment
from tests.races import race, repeat
from tests.services.shifts.test_seats import Plan, code_of, outcome
from tests.services.shifts.test_waiting import join, look_again

FRIDAY = date(2022, 9, 16)
DURING = "2022-09-16 07:00"


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week on Wednesday morning, its shifts on Friday."""
    return Plan(game)


def offer(plan: Plan, seat: Seat, to: OfferedTo = "everyone", act: Act | None = None) -> SeatOffer:
    act = act or act_of_holder(plan, seat)
    with plan.game.database.unit_of_work() as session:
        return covers.offer(session, SLUG, seat.shift_id, seat.id, to, act)


def withdraw(plan: Plan, seat: Seat) -> SeatOffer:
    with plan.game.database.unit_of_work() as session:
        return covers.withdraw(session, SLUG, seat.shift_id, seat.id, act_of_holder(plan, seat))


def accept(plan: Plan, seat: Seat, email: str, *, reason: str | None = None) -> Accepted:
    person_id, act = plan.person(email).id, plan.act_of(email) if reason is None else plan.organizer
    with plan.game.database.unit_of_work() as session:
        return covers.accept(session, SLUG, seat.shift_id, seat.id, person_id, act, reason=reason)


def withdraw_request(plan: Plan, seat: Seat, email: str, *, by: str = "") -> None:
    person_id = plan.person(email).id
    with plan.game.database.unit_of_work() as session:
        covers.withdraw_request(session, SLUG, seat.shift_id, person_id, plan.act_of(by or email))


def decide(plan: Plan, seat: Seat, act: Act | None = None, *, approve: bool = True) -> Accepted:
    with plan.game.database.unit_of_work() as session:
        return covers.decide(session, SLUG, seat.shift_id, seat.id, act or plan.organizer, approve=approve)


def act_of_holder(plan: Plan, seat: Seat) -> Act:
    emails = {plan.person(email).id: email for email in (ADA, BO, CHIDI, DUA, ELIF)}
    return plan.act_of(emails[seat.person_id])


def seat_of(plan: Plan, email: str = ADA, *, places: int = 1) -> Seat:
    """A seat of Friday at six."""
    return plan.sign_up(plan.shift(places=places, day=FRIDAY), email).seat


def taken_over(plan: Plan, seat: Seat, email: str) -> Seat:
    """The seat of somebody who takes another one over."""
    taken = accept(plan, seat, email).seat
    assert taken is not None
    return taken


def live(plan: Plan, shift_id: str) -> list[str]:
    """The people who have a live seat of a shift, by id."""
    return [seat.person_id for seat in plan.seats_of(shift_id) if seat.state in ("signed_up", "checked_in")]


def offers(plan: Plan) -> list[tuple[str, str]]:
    """Each offer's audience and state, in their order."""
    with plan.game.database.reading() as session:
        return list(session.exec(select(SeatOffer.audience, SeatOffer.state).order_by(col(SeatOffer.id))))


def test_offer_stays_its_holders_seat_until_somebody_takes_it_over(plan: Plan) -> None:
    seat = seat_of(plan)
    offer(plan, seat)
    before = live(plan, seat.shift_id)

    taken = taken_over(plan, seat, DUA)

    assert (before, live(plan, seat.shift_id)) == ([seat.person_id], [taken.person_id])
    assert (taken.origin, taken.giver_id, offers(plan)) == ("cover", seat.id, [("everyone", "accepted")])
    with plan.game.database.reading() as session:
        query = select(SeatChange.seat_id, SeatChange.after, SeatChange.changed_by).order_by(col(SeatChange.id))
        changes = session.exec(query).all()
    assert changes[1:] == [(seat.id, "covered", "Dua Krasniqi"), (taken.id, "signed_up", "Dua Krasniqi")]


def test_offer_to_others_takes_the_place_of_the_one_before(plan: Plan) -> None:
    seat = seat_of(plan)

    found = [offer(plan, seat, to).id for to in ("everyone", "everyone", "team")]

    assert found[0] == found[1] != found[2]
    assert offers(plan) == [("everyone", "withdrawn"), ("team", "open")]


def test_offer_reaches_whom_it_is_made_to(plan: Plan) -> None:
    seat = seat_of(plan)

    assert code_of(lambda: accept(plan, seat, BO)) == "not-offered"
    offer(plan, seat, "team")
    assert code_of(lambda: accept(plan, seat, DUA)) == "not-offered"
    offer(plan, seat, PersonId(plan.person(DUA).id))
    assert code_of(lambda: accept(plan, seat, BO)) == "not-offered"
    assert accept(plan, seat, DUA).seat is not None


def test_offer_of_what_cannot_be_offered_is_refused(plan: Plan) -> None:
    plan.set(needs_team=0)
    seat, alone = seat_of(plan), seat_of(plan, plan.newcomer().email)
    over = plan.at("2022-09-16 08:00")

    assert code_of(lambda: offer(over, seat)) == "started"
    assert code_of(lambda: offer(plan, alone, "team", plan.organizer)) == "no-team"
    with pytest.raises(NotAllowed):
        offer(plan, seat, act=plan.act_of(BO))
    with pytest.raises(Malformed):
        offer(plan, seat, PersonId(seat.person_id))
    plan.leave(seat, plan.act_of(ADA))
    assert code_of(lambda: offer(plan, seat)) == "gone"


def test_offer_ends_with_its_seat(plan: Plan) -> None:
    seat = seat_of(plan)
    offer(plan, seat)

    plan.leave(seat, plan.act_of(ADA))

    assert offers(plan) == [("everyone", "expired")]
    assert code_of(lambda: accept(plan, seat, BO)) == "not-offered"


def test_withdraw_takes_the_offer_back(plan: Plan) -> None:
    seat = seat_of(plan)
    assert code_of(lambda: withdraw(plan, seat)) == "not-offered"
    offer(plan, seat)

    states = [withdraw(plan, seat).state for _ in range(2)]

    assert states == ["withdrawn", "withdrawn"]
    assert code_of(lambda: accept(plan, seat, BO)) == "not-offered"
    offer(plan, seat)
    accept(plan, seat, BO)
    assert code_of(lambda: withdraw(plan, seat)) == "gone"


def test_accept_is_repeated_by_its_taker_and_refused_to_others(plan: Plan) -> None:
    seat = seat_of(plan, places=2)
    offer(plan, seat)
    taken = taken_over(plan, seat, BO)

    again = accept(plan, seat, BO)

    assert (again.seat and again.seat.id, again.repeated) == (taken.id, True)
    assert code_of(lambda: accept(plan, seat, DUA)) == "gone"


def test_accept_by_who_has_a_seat_at_that_time_is_refused(plan: Plan) -> None:
    seat = seat_of(plan, places=2)
    offer(plan, seat)
    plan.sign_up(seat.shift_id, BO)
    plan.sign_up(plan.shift(7, day=FRIDAY), DUA)

    with pytest.raises(ShiftRefused, match=r"^You have a seat of this shift already\.$"):
        accept(plan, seat, BO)
    with pytest.raises(ShiftRefused, match=r"^They have a seat of this shift already\. Choose someone else\.$"):
        accept(plan, seat, BO, reason="Ada is ill")
    assert code_of(lambda: accept(plan, seat, DUA)) == "overlap"
    assert set(live(plan, seat.shift_id)) == {seat.person_id, plan.person(BO).id}


def test_accept_keeps_to_the_limits_of_a_team(plan: Plan) -> None:
    plan.sign_up(plan.shift(6), DUA)
    seat = seat_of(plan)
    offer(plan, seat)
    plan.set(early_per_team=1)

    assert code_of(lambda: accept(plan, seat, ELIF)) == "limit"
    assert accept(plan, seat, BO).seat is not None


def test_accept_until_the_end_lets_the_points_follow_who_was_there(plan: Plan) -> None:
    seat, during = seat_of(plan), plan.at(DURING)
    with plan.game.database.unit_of_work() as session:
        completion.check_in(session, SLUG, seat.shift_id, seat.id, during.act_of(ADA))
    offer(during, seat)
    over = plan.at("2022-09-16 08:00")
    refused = code_of(lambda: accept(over, seat, DUA))

    taken = taken_over(during, seat, DUA)
    for do in (completion.check_in, completion.complete):
        with plan.game.database.unit_of_work() as session:
            do(session, SLUG, taken.shift_id, taken.id, during.act_of(DUA))

    assert refused == "started"
    assert plan.game.at(DURING).points() == {OWLS: 0, CATS: 20}


def test_accept_is_arranged_by_organizers_and_written_down(plan: Plan) -> None:
    seat = seat_of(plan)

    taken = accept(plan, seat, DUA, reason="Ada is ill").seat

    assert taken is not None
    with plan.game.database.reading() as session:
        change = session.exec(select(SeatChange).where(SeatChange.seat_id == taken.id)).one()
    assert (change.changed_by, change.reason) == ("Olu", "Ada is ill")


def test_leave_within_ten_minutes_gives_the_seat_back_before_who_waits(plan: Plan) -> None:
    seat = seat_of(plan)
    join(plan, seat.shift_id, ELIF)
    offer(plan, seat, "team")
    taken = taken_over(plan, seat, BO)

    plan.at("2022-09-14 08:09").leave(taken, plan.act_of(BO))

    assert live(plan, seat.shift_id) == [seat.person_id]
    assert offers(plan) == [("team", "accepted"), ("team", "open")]
    [again] = [each for each in plan.seats_of(seat.shift_id) if each.state == "signed_up"]
    assert again.id != seat.id
    assert accept(plan, again, CHIDI).seat is not None
    assert code_of(lambda: accept(plan, seat, CHIDI)) == "gone"


def test_leave_after_ten_minutes_gives_the_seat_to_who_waits(plan: Plan) -> None:
    seat = seat_of(plan)
    join(plan, seat.shift_id, ELIF)
    offer(plan, seat)
    taken, later = taken_over(plan, seat, BO), plan.at("2022-09-14 08:10")

    later.leave(taken, later.act_of(BO))

    assert live(plan, seat.shift_id) == [plan.person(ELIF).id]


def test_leave_within_ten_minutes_frees_the_seat_where_its_giver_is_busy(plan: Plan) -> None:
    seat = seat_of(plan)
    offer(plan, seat)
    taken = taken_over(plan, seat, BO)
    plan.sign_up(plan.shift(7, day=FRIDAY), ADA)

    assert plan.leave(taken, plan.act_of(BO)).state == "cancelled"
    assert plan.taken(seat.shift_id) == 0


def test_leave_undoes_a_cover_during_the_shift(plan: Plan) -> None:
    seat, during = seat_of(plan), plan.at(DURING)
    offer(during, seat)
    taken = taken_over(during, seat, DUA)

    during.leave(taken, during.act_of(DUA))

    assert live(plan, seat.shift_id) == [seat.person_id]


def test_seat_that_comes_back_is_checked_in_as_it_was(plan: Plan) -> None:
    seat, during = seat_of(plan), plan.at(DURING)
    with during.game.database.unit_of_work() as session:
        completion.check_in(session, SLUG, seat.shift_id, seat.id, during.act_of(ADA))
    offer(during, seat)

    during.leave(taken_over(during, seat, DUA), during.act_of(DUA))

    [back] = [each for each in plan.seats_of(seat.shift_id) if each.state == "checked_in"]
    assert (back.person_id, back.checked_in_at) == (seat.person_id, moment(DURING))
    assert offers(plan) == [("everyone", "accepted"), ("everyone", "open")]


def test_cover_that_needs_approval_waits_for_an_organizer(plan: Plan) -> None:
    plan.set(approve_covers=1)
    seat = seat_of(plan)
    offer(plan, seat)

    first, again = accept(plan, seat, DUA), accept(plan, seat, DUA)

    assert [(each.seat, each.is_pending, each.repeated) for each in (first, again)] == [
        (None, True, False), (None, True, True),
    ]  # fmt: skip
    with pytest.raises(
        ShiftRefused, match=r"^Someone else asked for this seat first\. An organizer decides\.$"
    ) as gone:
        accept(plan, seat, BO)
    assert gone.value.code == "gone"
    with pytest.raises(NotAllowed):
        decide(plan, seat, plan.act_of(ADA))
    approved, repeated = decide(plan, seat), decide(plan, seat)
    assert (approved.seat and approved.seat.person_id, repeated.repeated) == (plan.person(DUA).id, True)


def test_cover_that_is_declined_is_offered_as_before(plan: Plan) -> None:
    plan.set(approve_covers=1)
    seat = seat_of(plan)
    offer(plan, seat)
    accept(plan, seat, DUA)

    declined = decide(plan, seat, approve=False)

    assert (declined.seat, live(plan, seat.shift_id), offers(plan)) == (None, [seat.person_id], [("everyone", "open")])
    assert code_of(lambda: decide(plan, seat)) == "not-offered"


def test_request_for_a_cover_is_withdrawn_until_it_is_decided(plan: Plan) -> None:
    plan.set(approve_covers=1)
    seat = seat_of(plan)
    offer(plan, seat)
    accept(plan, seat, DUA)

    with pytest.raises(NotAllowed):
        withdraw_request(plan, seat, DUA, by=ADA)
    withdraw_request(plan, seat, DUA)
    withdraw_request(plan, seat, DUA)
    withdrawn = offers(plan)
    accept(plan, seat, DUA)
    decide(plan, seat)

    assert withdrawn == [("everyone", "open")]
    assert code_of(lambda: withdraw_request(plan, seat, DUA)) == "gone"


def test_request_for_a_cover_of_who_has_a_seat_since_is_withdrawn(plan: Plan) -> None:
    plan.set(approve_covers=1)
    seat = seat_of(plan, places=2)
    offer(plan, seat)
    accept(plan, seat, DUA)
    plan.sign_up(seat.shift_id, DUA)

    withdraw_request(plan, seat, DUA)

    assert offers(plan) == [("everyone", "open")]


def test_cover_that_waits_for_approval_is_arranged_by_an_organizer_with_a_reason(plan: Plan) -> None:
    plan.set(approve_covers=1)
    seat = seat_of(plan)
    offer(plan, seat)
    accept(plan, seat, DUA)

    assert code_of(lambda: accept(plan, seat, BO, reason="Bo is nearer")) == "gone"
    taken = accept(plan, seat, DUA, reason="Ada is ill")

    assert (taken.is_pending, live(plan, seat.shift_id)) == (False, [plan.person(DUA).id])
    assert offers(plan) == [("everyone", "accepted")]


def test_cover_undecided_at_the_start_is_approved(plan: Plan) -> None:
    plan.set(approve_covers=1)
    seat = seat_of(plan)
    offer(plan, seat)
    accept(plan, seat, DUA)

    look_again(plan.at("2022-09-16 05:59"))
    before = live(plan, seat.shift_id)
    look_again(plan.at("2022-09-16 06:00"))

    assert (before, live(plan, seat.shift_id)) == ([seat.person_id], [plan.person(DUA).id])


def test_cover_undecided_at_the_start_reopens_where_its_taker_is_busy(plan: Plan) -> None:
    plan.set(approve_covers=1)
    seat = seat_of(plan)
    offer(plan, seat)
    accept(plan, seat, DUA)
    plan.sign_up(plan.shift(7, day=FRIDAY), DUA)

    assert code_of(lambda: decide(plan, seat)) == "overlap"
    look_again(plan.at("2022-09-16 06:00"))

    assert (live(plan, seat.shift_id), offers(plan)) == ([seat.person_id], [("everyone", "open")])


def test_cover_by_who_is_deactivated_is_refused_and_reopens_at_the_start(plan: Plan) -> None:
    plan.set(approve_covers=1)
    seat = seat_of(plan)
    offer(plan, seat)
    accept(plan, seat, DUA)
    plan.deactivate(DUA)
    gone = plan.deactivate(BO)

    for attempt in (
        lambda: decide(plan, seat),
        lambda: accept(plan, seat_of(plan, CHIDI), BO, reason="He will come"),
        lambda: offer(plan, seat_of(plan, ELIF), PersonId(gone)),
    ):
        with pytest.raises(Conflict, match=r"is deactivated\. Reactivate them first\."):
            attempt()
    look_again(plan.at("2022-09-16 06:00"))

    assert (live(plan, seat.shift_id), offers(plan)) == ([seat.person_id], [("everyone", "open")])


def test_leave_within_ten_minutes_frees_the_seat_where_its_giver_is_deactivated(plan: Plan) -> None:
    seat = seat_of(plan)
    offer(plan, seat)
    taken = taken_over(plan, seat, DUA)
    plan.deactivate(ADA)

    plan.leave(taken, plan.act_of(DUA))

    assert live(plan, seat.shift_id) == []


def test_cover_needs_no_approval_after_the_start(plan: Plan) -> None:
    plan.set(approve_covers=1)
    seat, during = seat_of(plan), plan.at(DURING)
    offer(during, seat)

    assert accept(during, seat, DUA).seat is not None


def test_accept_by_twenty_at_once_has_one_taker(plan: Plan, games: list[Game]) -> None:
    for number in range(7):
        plan.game.team(f"Takers {number}", *(f"taker{number}-{each}@example.com" for each in range(3)))
    people = [plan.person(f"taker{number // 3}-{number % 3}@example.com").id for number in range(20)]
    seat = seat_of(plan)
    offer(plan, seat)

    def take(number: int) -> object:
        with games[number % 4].database.unit_of_work() as session:
            return covers.accept(session, SLUG, seat.shift_id, seat.id, people[number], plan.organizer)

    results = race(repeat(20, take))

    assert Counter(map(outcome, results)) == {"Accepted": 1, "gone": 19}
    assert plan.taken(seat.shift_id) == 1
