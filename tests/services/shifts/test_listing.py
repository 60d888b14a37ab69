"""The list of shifts says who is on each, whose seat is offered and how many wait; a freeze hides attendance alone."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from app.domain.draft import PersonId
from app.domain.view import EVERYTHING, View
from app.errors import NotFound
from app.models import Seat, SeatOffer, WaitingEntry
from app.services.shifts import completion, correction, covers, listing
from app.services.shifts.listing import Offer, ShiftItem
from app.services.weeks import weeks
from tests.builders import ADA, BO, CATS, CHIDI, DUA, ELIF, GUS, OWLS, SLUG, Game, moment
from tests.cost import statements_to
from tests.services.shifts.test_seats import Plan


@pytest.fixture
def plan(game: Game) -> Plan:
    return Plan(game)


def items_of(plan: Plan, *, viewer: str | None = None, public: bool = False) -> list[ShiftItem]:
    """The shifts of the week as somebody sees them."""
    with plan.game.database.reading() as session:
        week = weeks.find(session, SLUG, plan.now)
        view = weeks.view_of(week, "public") if public else EVERYTHING
        return listing.of_week(session, week, view, viewer=viewer)


def people_on(item: ShiftItem) -> list[tuple[str, str | None, str]]:
    return [(seat.person, seat.team, seat.state) for seat in item.seats]


def add(plan: Plan, *rows: WaitingEntry | SeatOffer) -> None:
    with plan.game.database.unit_of_work() as session:
        for row in rows:
            session.add(row)
            session.flush()


def attend(plan: Plan, seat: Seat, email: str, call: Callable[..., Seat] = completion.check_in) -> None:
    with plan.game.database.unit_of_work() as session:
        call(session, SLUG, seat.shift_id, seat.id, plan.act_of(email))


def test_of_week_names_who_is_on_each_shift_oldest_first(plan: Plan) -> None:
    later, first = plan.shift(9, places=2), plan.shift(6)
    plan.newcomer()
    plan.set(needs_team=0)
    seat = plan.sign_up(first, DUA).seat
    plan.at("2022-09-14 08:01").sign_up(first, ADA)
    plan.at("2022-09-14 08:02").sign_up(first, GUS)
    plan.sign_up(later, CHIDI)
    plan.leave(seat, plan.act_of(DUA))

    morning, second = items_of(plan)

    assert [morning.shift.id, second.shift.id] == [first, later]
    assert people_on(morning) == [("Ada Lovelace", OWLS, "signed_up"), ("Gus Björk", None, "signed_up")]
    assert [(item.taken, item.free, item.waiting) for item in (morning, second)] == [(2, 1, 0), (1, 1, 0)]


def test_of_week_shows_offers_and_who_waits_in_their_order(plan: Plan) -> None:
    shift_id = plan.shift(6, places=3)
    ada, bo, chidi = (plan.sign_up(shift_id, email).seat for email in (ADA, BO, CHIDI))
    dua, elif_ = plan.person(DUA).id, plan.person(ELIF).id
    same: dict[str, Any] = {"offered_by": "Ada Lovelace", "offered_at": plan.now}
    add(
        plan,
        SeatOffer(seat_id=ada.id, audience="everyone", **same),
        SeatOffer(seat_id=bo.id, audience="person", person_id=dua, state="pending", taker_id=dua, **same),
        SeatOffer(seat_id=chidi.id, audience="team", state="withdrawn", **same),
        *(WaitingEntry(shift_id=shift_id, person_id=person, joined_at=plan.now) for person in (elif_, dua)),
    )

    [item] = items_of(plan)

    assert {seat.person_id: seat.offer for seat in item.seats} == {
        ada.person_id: Offer("everyone", "everyone"),
        bo.person_id: Offer("Dua Krasniqi", "person", dua, "Dua Krasniqi", dua),
        chidi.person_id: None,
    }
    assert item.waiters == (elif_, dua)


def test_is_to_reaches_only_whom_the_seat_is_offered_to(plan: Plan) -> None:
    shift_id = plan.shift(6)
    plan.sign_up(shift_id, ADA)
    [seat] = items_of(plan)[0].seats
    owls, cats, dua = plan.game.team_id(OWLS), plan.game.team_id(CATS), plan.person(DUA).id

    assert Offer("team", "team").is_to(plan.person(BO).id, owls, seat)
    assert not Offer("team", "team").is_to(dua, cats, seat)
    assert Offer("everyone", "everyone").is_to(dua, cats, seat)
    assert not Offer("everyone", "everyone").is_to(seat.person_id, owls, seat)
    assert not Offer("Dua", "person", dua, "Dua", dua).is_to(dua, cats, seat)


def test_of_week_takes_as_many_queries_for_three_shifts_as_for_one(plan: Plan) -> None:
    def queries() -> int:
        with statements_to(plan.game.database) as statements:
            items_of(plan)
        return len(statements)

    plan.sign_up(plan.shift(6), ADA)
    one = queries()
    for start in (9, 12):
        plan.sign_up_team(plan.shift(start), OWLS)

    assert (queries(), len(items_of(plan))) == (one, 3)


def test_of_week_hides_attendance_since_the_freeze_from_all_but_its_holder(plan: Plan) -> None:
    shift_id = plan.shift(6)
    ada = plan.sign_up(shift_id, ADA).seat
    bo = plan.at("2022-09-14 08:01").sign_up(shift_id, BO).seat
    attend(plan.at("2022-09-15 05:50"), ada, ADA)
    plan.game.at("2022-09-15 05:55").freeze()
    attend(plan.at("2022-09-15 06:10"), ada, ADA, completion.complete)
    attend(plan.at("2022-09-15 06:10"), bo, BO)

    shown = {
        name: [seat.state for seat in items_of(plan, viewer=viewer, public=public)[0].seats]
        for name, viewer, public in [
            ("organizers", None, False), ("everyone", None, True), ("Ada", ada.person_id, True),
        ]
    }  # fmt: skip

    assert shown == {
        "organizers": ["completed", "checked_in"],
        "everyone": ["checked_in", "signed_up"],
        "Ada": ["completed", "signed_up"],
    }


def test_of_week_shows_a_seat_revived_since_the_freeze_as_a_sign_up(plan: Plan) -> None:
    shift_id = plan.shift(6)
    seat = plan.sign_up(shift_id, ADA).seat
    plan.leave(seat, plan.act_of(ADA))
    plan.game.at("2022-09-15 05:55").freeze()
    with plan.game.database.unit_of_work() as session:
        organizer = plan.at("2022-09-15 07:00").organizer
        correction.correct(session, SLUG, shift_id, seat.id, "completed", organizer, reason="She came after all")

    [item] = items_of(plan, public=True)

    assert (people_on(item), item.taken) == ([("Ada Lovelace", OWLS, "signed_up")], 1)


def test_of_week_names_people_as_at_the_freeze(plan: Plan) -> None:
    shift_id = plan.shift(6)
    seat = plan.sign_up(shift_id, ADA).seat
    with plan.game.database.unit_of_work() as session:
        covers.offer(session, SLUG, shift_id, seat.id, PersonId(plan.person(DUA).id), plan.act_of(ADA))
    plan.game.freeze()
    plan.game.rename(ADA, "Countess", OWLS)
    plan.game.rename(DUA, "Duchess", CATS)

    found = [items_of(plan, public=public)[0].seats[0] for public in (True, False)]

    assert [(each.person, each.offer and each.offer.to) for each in found] == [
        ("Ada Lovelace", "Dua Krasniqi"), ("Countess", "Duchess"),
    ]  # fmt: skip


def test_of_shift_finds_one_and_refuses_anothers(plan: Plan) -> None:
    shift_id = plan.shift(6)
    plan.shift(6, places=1)
    plan.sign_up(shift_id, ADA)

    def find(session: Session, slug: str, id_: str, view: View = EVERYTHING) -> ShiftItem:
        return listing.of_shift(session, weeks.find(session, slug, plan.now), id_, view)

    Game(plan.game.database, moment("2022-09-14 08:00"), "other").start(name="Other")
    with plan.game.database.reading() as session:
        assert people_on(find(session, SLUG, shift_id)) == [("Ada Lovelace", OWLS, "signed_up")]
        for slug, id_ in [("other", shift_id), (SLUG, "0" * 16), (SLUG, "no id")]:
            with pytest.raises(NotFound):
                find(session, slug, id_)
