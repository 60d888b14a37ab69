"""Choices say of every shift what signing up, leaving and offering then answer: no button promises what is refused."""

from collections.abc import Callable
from datetime import date

import pytest

from app.domain.shifts.model import ShiftSettings
from app.domain.view import EVERYTHING
from app.errors import ShiftRefused
from app.models import Seat
from app.services.shifts import choices, covers, listing, own_seats, seats
from app.services.shifts.choices import Choice, Reader
from app.services.shifts.settings import settings_of
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import ADA, BO, CHIDI, DUA, ELIF, GUS, OWLS, PACIFIC, SLUG, Game
from tests.services.shifts.test_seats import Plan

FRIDAY = date(2022, 9, 16)


@pytest.fixture
def plan(game: Game) -> Plan:
    return Plan(game)


def choices_of(plan: Plan, email: str) -> dict[str, Choice]:
    """The choices of somebody about each shift of the week."""
    with plan.game.database.reading() as session:
        week = weeks.find(session, SLUG, plan.now)
        items = listing.of_week(session, week, EVERYTHING)
        person_id, joins = plan.person(email).id, teams.joins(session, week)
        reader = Reader(person_id, joins.get(person_id, []), own_seats.of_person(session, person_id, items))
        settings: ShiftSettings = settings_of(session, week)
        crowd = choices.crowd_of(items, joins, ())
        return {
            item.shift.id: choices.choose(item, reader, crowd, settings, plan.now, PACIFIC, is_week_open=True)
            for item in items
        }


def refusal(call: Callable[[], object]) -> str | None:
    """The sentence of a refusal; None where there is none."""
    try:
        call()
    except ShiftRefused as refused:
        return refused.detail
    return None


def test_choose_gives_the_sentence_with_which_signing_up_is_refused(plan: Plan) -> None:
    ids = [plan.shift(start, day=day) for day in (FRIDAY,) for start in (5, 6, 9, 11)]
    beside = plan.shift(10, day=FRIDAY)
    plan.set(early_per_team=1, first_round=2)
    plan.newcomer()
    for shift_id, email in ((ids[0], BO), (ids[3], CHIDI), (ids[2], ELIF)):
        plan.sign_up(shift_id, email, plan.organizer)

    wrong = {}
    for email in (ADA, BO, CHIDI, DUA, GUS):
        for shift_id, choice in choices_of(plan, email).items():
            if choice.seat is not None:
                continue
            answer = refusal(lambda at=shift_id, who=email: _try(plan, at, who))  # type: ignore[misc]  # a lambda's default has no type
            if answer != (choice.why or None):
                wrong[email, shift_id] = (choice.why, answer)

    assert wrong == {}
    assert {choice.code for choice in choices_of(plan, ADA).values()} >= {"limit", None}
    assert choices_of(plan, CHIDI)[beside].code == "overlap"


def _try(plan: Plan, shift_id: str, email: str) -> None:
    """Sign up, and undo it."""
    person_id, act = plan.person(email).id, plan.act_of(email)
    with plan.game.database.unit_of_work() as session:
        seat = seats.sign_up(session, SLUG, shift_id, person_id, act).seat
        seats.leave(session, SLUG, shift_id, seat.id, act)


def test_choose_lets_a_whole_team_take_only_what_it_gets(plan: Plan) -> None:
    free, small, beside = plan.shift(6), plan.shift(9, places=2), plan.shift(12)
    plan.sign_up(plan.shift(13), BO)

    found = choices_of(plan, ADA)

    assert [found[shift_id].for_team for shift_id in (free, small, beside)] == [3, 0, 0]
    assert len(plan.sign_up_team(free, OWLS).seats) == 3
    assert choices_of(plan, ADA)[free].for_team == 0
    sentence = "2 seats are free, and the team needs 3. Sign up one person, or choose another shift."
    assert refusal(lambda: plan.sign_up_team(small, OWLS)) == sentence
    assert refusal(lambda: plan.sign_up_team(beside, OWLS)) is not None
    assert choices_of(plan, DUA)[beside].for_team == 3


def test_choose_says_until_when_a_seat_can_be_left_or_offered(plan: Plan) -> None:
    shift_id = plan.shift(6)
    seat = plan.sign_up(shift_id, ADA).seat
    early = choices_of(plan, ADA)[shift_id]
    late = plan.at("2022-09-15 05:50")

    found = choices_of(late, ADA)[shift_id]

    assert (early.can_leave, early.can_offer, early.can_check_in) == (True, True, False)
    assert early.leave_until == plan.at("2022-09-14 18:00").now
    assert (found.can_leave, found.leave_until, found.can_offer, found.can_check_in) == (False, None, True, True)
    with plan.game.database.unit_of_work() as session:
        covers.offer(session, SLUG, shift_id, seat.id, "team", late.act_of(ADA))
    assert [each.person for each in choices_of(late, BO)[shift_id].covers] == ["Ada Lovelace"]
    assert choices_of(late, DUA)[shift_id].covers == ()


def test_choose_offers_only_the_covers_that_somebody_gets(plan: Plan) -> None:
    shift_id, beside = plan.shift(6), plan.shift(7)
    plan.newcomer()
    seat = plan.sign_up(shift_id, ADA).seat
    plan.sign_up(beside, ELIF)
    during = plan.at("2022-09-15 07:30")
    with plan.game.database.unit_of_work() as session:
        covers.offer(session, SLUG, shift_id, seat.id, "everyone", during.act_of(ADA))

    got = {}
    for email in (GUS, ELIF, DUA):  # in no team; on another shift; free
        shown = bool(choices_of(during, email)[shift_id].covers)
        answer = refusal(lambda who=email: _try_cover(during, seat, who))  # type: ignore[misc]  # a lambda's default has no type
        got[email] = (shown, answer is None)

    assert got == {GUS: (False, False), ELIF: (False, False), DUA: (True, True)}


def _try_cover(plan: Plan, seat: Seat, email: str) -> None:
    person_id, act = plan.person(email).id, plan.act_of(email)
    with plan.game.database.unit_of_work() as session:
        covers.accept(session, SLUG, seat.shift_id, seat.id, person_id, act)


def test_choose_gives_back_a_seat_taken_over_for_ten_minutes_also_during_the_shift(plan: Plan) -> None:
    shift_id = plan.shift(6)
    seat = plan.sign_up(shift_id, ADA).seat
    during = plan.at("2022-09-15 07:00")
    with plan.game.database.unit_of_work() as session:
        covers.offer(session, SLUG, shift_id, seat.id, "everyone", during.act_of(ADA))
    _try_cover(during, seat, DUA)

    found = [choices_of(plan.at(text), DUA)[shift_id] for text in ("2022-09-15 07:09", "2022-09-15 07:10")]

    assert [choice.leave_until for choice in found] == [plan.at("2022-09-15 07:10").now, None]


def test_in_a_row_counts_shifts_without_a_pause_around_one(plan: Plan) -> None:
    ids = [plan.shift(start) for start in (6, 8, 10, 14)]
    for shift_id in (ids[0], ids[2]):
        plan.sign_up(shift_id, ADA)

    found = choices_of(plan, ADA)

    assert [found[shift_id].in_a_row for shift_id in (ids[1], ids[3])] == [3, 1]
