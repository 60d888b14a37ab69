"""Seats are taken by people and teams, all or nothing, and left; the database decides however many try at once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.domain import actor
from app.domain.actor import Act
from app.domain.calendar.slots import ASSEMBLY_WEEK, Pattern, slot
from app.errors import Conflict, Malformed, NotAllowed, NotFound, Problem, ShiftRefused
from app.models import Person, Seat, SeatChange, Shift, ShiftSettings, WaitingEntry
from app.services.access import accounts
from app.services.shifts import completion, seats, shifts, waiting
from app.services.shifts.shifts import Generated, ShiftFields
from tests.builders import ADA, BO, CATS, CHIDI, DUA, ENDS, GUS, NOW, OWLS, PACIFIC, SLUG, STARTS, Game, moment
from tests.races import race, repeat

THURSDAY = date(2022, 9, 15)
MORNING = "2022-09-14 08:00"


@dataclass(frozen=True)
class Plan:
    """Shifts played with through the services, by people of the cast and an organizer."""

    game: Game
    now: datetime = field(default_factory=lambda: moment(MORNING))

    def at(self, text: str) -> "Plan":
        """The same plan at another local time."""
        return replace(self, now=moment(text))

    @property
    def organizer(self) -> Act:
        """An act of an organizer at this moment."""
        return Act(actor.command("Olu"), self.now)

    def act_of(self, email: str) -> Act:
        """An act of a player."""
        person = self.person(email)
        return Act(actor.person(person.name, person.id, "player"), self.now)

    def person(self, email: str) -> Person:
        """Somebody by their e-mail."""
        with self.game.database.reading() as session:
            return session.exec(select(Person).where(Person.email == email)).one()

    def deactivate(self, email: str) -> str:
        """Deactivate somebody; their id."""
        with self.game.database.unit_of_work() as session:
            person = session.get_one(Person, self.person(email).id)
            accounts.switch(session, person, self.organizer, on=False)
            return person.id

    def newcomer(self) -> Person:
        """Somebody new, in no team."""
        with self.game.database.unit_of_work() as session:
            person = Person(email=GUS, name="Gus Björk", created_at=self.now)
            session.add(person)
            session.flush()
            return person

    def shift(self, start: int = 6, *, places: int = 3, hours: int = 2, day: date = THURSDAY) -> str:
        """A shift made on a day, from an hour on; its id."""
        with self.game.database.unit_of_work() as session:
            span = slot(day, 60 * start, 60 * (start + hours), PACIFIC)
            return shifts.create(session, SLUG, span, ShiftFields(seats=places), self.organizer).id

    def set(self, **changes: Any) -> None:
        """Set how the week’s shifts work."""
        with self.game.database.unit_of_work() as session:
            session.merge(ShiftSettings(week_id=self.game.week().id, **changes))

    def sign_up(self, shift_id: str, email: str, act: Act | None = None, reason: str | None = None) -> seats.SignUp:
        """Take a seat for somebody, by themselves or as somebody else."""
        person_id = self.person(email).id
        act = act or self.act_of(email)
        with self.game.database.unit_of_work() as session:
            signed = seats.sign_up(session, SLUG, shift_id, person_id, act, reason=reason)
        signed.check()
        return signed

    def sign_up_team(self, shift_id: str, team: str, act: Act | None = None) -> seats.SignUp:
        """Take a seat for each of a team."""
        team_id = self.game.team_id(team)
        with self.game.database.unit_of_work() as session:
            signed = seats.sign_up_team(session, SLUG, shift_id, team_id, act or self.organizer)
        signed.check()
        return signed

    def undo_team(self, shift_id: str, team: str, email: str, act: Act | None = None) -> list[Seat]:
        """Leave the seats that somebody has just taken for a team."""
        team_id = self.game.team_id(team)
        with self.game.database.unit_of_work() as session:
            return seats.undo_team(session, SLUG, shift_id, team_id, act or self.act_of(email))

    def leave(self, seat: Seat, act: Act) -> Seat:
        """Leave a seat."""
        with self.game.database.unit_of_work() as session:
            return seats.leave(session, SLUG, seat.shift_id, seat.id, act)

    def generate(self, pattern: Pattern = ASSEMBLY_WEEK, *, dry_run: bool = False) -> Generated:
        """Make the shifts of a pattern."""
        with self.game.database.unit_of_work() as session:
            return shifts.generate(session, SLUG, pattern, STARTS, ENDS, ShiftFields(), self.organizer, dry_run=dry_run)

    def taken(self, shift_id: str) -> int:
        """The number of seats that are taken."""
        with self.game.database.reading() as session:
            return session.exec(select(Shift.taken).where(Shift.id == shift_id)).one()

    def seats_of(self, shift_id: str) -> list[Seat]:
        """The seats of a shift, the oldest first."""
        query = select(Seat).where(Seat.shift_id == shift_id).order_by(col(Seat.signed_up_at), Seat.id)
        with self.game.database.reading() as session:
            return list(session.exec(query))

    def shifts(self) -> list[Shift]:
        """The shifts of the week."""
        with self.game.database.reading() as session:
            return shifts.of_week(session, self.game.week())


@pytest.fixture
def plan(game: Game) -> Plan:
    return Plan(game)


def code_of(call: Callable[[], object]) -> str:
    """The code with which something is refused."""
    with pytest.raises(ShiftRefused) as refused:
        call()
    return refused.value.code


def outcome(result: object) -> str:
    if isinstance(result, ShiftRefused):
        return result.code
    return type(result).__name__


def test_generate_makes_each_shift_once(plan: Plan) -> None:
    preview, first = plan.generate(dry_run=True), plan.generate()
    again = plan.generate()

    assert [(each.created, each.unchanged) for each in (preview, first, again)] == [(30, 0), (30, 0), (0, 30)]
    assert [(shift.local_from, shift.local_until) for shift in plan.shifts()[:2]] == [
        ("06:00", "08:00"),
        ("08:00", "10:00"),
    ]


def test_generate_outside_the_week_is_malformed(plan: Plan) -> None:
    with pytest.raises(Malformed), plan.game.database.unit_of_work() as session:
        shifts.generate(session, SLUG, ASSEMBLY_WEEK, STARTS, date(2022, 9, 19), ShiftFields(), plan.organizer)


def test_create_of_a_shift_that_starts_after_its_week_is_malformed(plan: Plan) -> None:
    with pytest.raises(Malformed, match="start within its week"):
        plan.shift(day=date(2022, 9, 17))


def test_sign_up_takes_a_seat_and_writes_down_who_took_it(plan: Plan) -> None:
    shift_id = plan.shift()

    first, second = plan.sign_up(shift_id, ADA), plan.sign_up(shift_id, ADA)

    assert (first.repeated, second.repeated, first.seat.id) == (False, True, second.seat.id)
    assert plan.taken(shift_id) == 1
    with plan.game.database.reading() as session:
        [change] = session.exec(select(SeatChange)).all()
    assert (change.seat_id, change.before, change.after, change.changed_by) == (
        first.seat.id, None, "signed_up", "Ada Lovelace",
    )  # fmt: skip


def test_sign_up_for_somebody_else_is_not_a_players(plan: Plan) -> None:
    shift_id = plan.shift()

    with pytest.raises(NotAllowed):
        plan.sign_up(shift_id, BO, plan.act_of(ADA))
    with pytest.raises(NotAllowed):
        plan.sign_up_team(shift_id, CATS, plan.act_of(ADA))
    with pytest.raises(NotAllowed):
        plan.sign_up(shift_id, ADA, reason="I want to")
    with pytest.raises(NotFound):
        plan.sign_up("0" * 16, ADA)


def test_sign_up_for_a_full_shift_names_the_waiting_list(plan: Plan) -> None:
    shift_id = plan.shift(places=1)
    plan.sign_up(shift_id, ADA)

    with pytest.raises(ShiftRefused) as refused:
        plan.sign_up(shift_id, BO)

    assert (refused.value.code, refused.value.detail) == ("full", "This shift is full. Join the waiting list.")


def test_sign_up_for_an_overlapping_shift_names_the_other(plan: Plan) -> None:
    plan.sign_up(plan.shift(6), ADA)
    overlapping, following = plan.shift(7), plan.shift(8)

    with pytest.raises(ShiftRefused) as refused:
        plan.sign_up(overlapping, ADA)
    plan.sign_up(following, ADA)

    assert (refused.value.code, refused.value.detail) == ("overlap", "Overlaps your shift Thu 06:00–08:00 PDT.")


def test_sign_up_without_a_team_only_where_none_is_needed(plan: Plan) -> None:
    shift_id = plan.shift()
    email = plan.newcomer().email

    assert code_of(lambda: plan.sign_up(shift_id, email)) == "no-team"
    plan.set(needs_team=0)
    assert not plan.sign_up(shift_id, email).repeated


def test_sign_up_before_it_opens_or_after_the_start_is_for_organizers_with_a_reason(plan: Plan) -> None:
    shift_id = plan.shift()
    plan.set(opens_at=moment("2022-09-14 09:00"))
    late = plan.at("2022-09-15 06:00")

    assert code_of(lambda: plan.sign_up(shift_id, ADA)) == "not-open-yet"
    assert code_of(lambda: late.sign_up(shift_id, ADA)) == "started"
    assert code_of(lambda: late.sign_up(shift_id, ADA, late.organizer)) == "started"
    assert not late.sign_up(shift_id, ADA, late.organizer, "She was there").repeated
    assert not plan.at("2022-09-14 09:00").sign_up(shift_id, BO).repeated


def test_sign_up_in_a_closed_week_is_refused_to_organizers_too(plan: Plan) -> None:
    shift_id = plan.shift()
    seat = plan.sign_up(shift_id, ADA).seat
    plan.game.close()

    assert code_of(lambda: plan.sign_up(shift_id, BO, plan.organizer, "Late")) == "week-not-open"
    assert code_of(lambda: plan.sign_up(shift_id, ADA)) == "week-not-open"
    assert code_of(lambda: plan.sign_up_team(shift_id, OWLS)) == "week-not-open"
    assert code_of(lambda: plan.leave(seat, plan.act_of(ADA))) == "week-not-open"
    assert code_of(plan.shift) == "week-not-open"


def test_sign_up_beyond_the_early_slots_of_a_team_is_limited(plan: Plan) -> None:
    first, second = plan.shift(6), plan.shift(6, day=date(2022, 9, 16))
    plan.set(early_per_team=1)
    plan.sign_up(first, ADA)

    assert code_of(lambda: plan.sign_up(second, BO)) == "limit"
    with pytest.raises(
        ShiftRefused, match=r"A team may have 1 shift before 07:00\. Open to yours from Thu 15 Sep 06:00 PDT\."
    ):
        plan.sign_up(second, BO)
    assert not plan.sign_up(first, BO).repeated
    assert not plan.sign_up(second, DUA).repeated


def test_sign_up_in_the_first_round_waits_for_teams_without_a_slot(plan: Plan) -> None:
    first, second = plan.shift(8, day=date(2022, 9, 16)), plan.shift(10, day=date(2022, 9, 16))
    plan.set(first_round=1)
    plan.sign_up(first, ADA)

    assert code_of(lambda: plan.sign_up(second, BO)) == "limit"
    plan.sign_up(first, DUA)
    assert not plan.sign_up(second, BO).repeated


def test_sign_up_team_seats_all_who_are_missing(plan: Plan) -> None:
    shift_id = plan.shift(places=4)
    plan.sign_up(shift_id, BO)

    found = plan.sign_up_team(shift_id, OWLS, plan.act_of(ADA))
    again = plan.sign_up_team(shift_id, OWLS, plan.act_of(CHIDI))

    assert ({seat.person_id for seat in found.seats}, found.repeated) == (
        {plan.person(email).id for email in (ADA, BO, CHIDI)}, False,
    )  # fmt: skip
    assert ([seat.id for seat in again.seats], again.repeated) == ([seat.id for seat in found.seats], True)


def a_free_seat_that_somebody_waits_for(plan: Plan) -> str:
    """A shift whose one seat became free while Dua, who waits for it, could not have it; now she could."""
    shift_id, beside = plan.shift(6, places=1), plan.shift(7, places=1)
    held = plan.sign_up(shift_id, ADA).seat
    with plan.game.database.unit_of_work() as session:
        waiting.join(session, SLUG, shift_id, plan.person(DUA).id, plan.act_of(DUA))
    other = plan.sign_up(beside, DUA).seat
    plan.leave(held, plan.act_of(ADA))
    plan.leave(other, plan.act_of(DUA))
    assert plan.taken(shift_id) == 0
    return shift_id


@pytest.mark.parametrize("who", ["alone", "team"])
def test_sign_up_that_finds_the_shift_full_of_who_waited_leaves_them_their_seat(plan: Plan, who: str) -> None:
    shift_id = a_free_seat_that_somebody_waits_for(plan)

    take = {"alone": lambda: plan.sign_up(shift_id, BO), "team": lambda: plan.sign_up_team(shift_id, OWLS)}
    code = code_of(take[who])

    live = [(seat.person_id, seat.origin) for seat in plan.seats_of(shift_id) if seat.state == "signed_up"]
    assert (code, live) == ("full", [(plan.person(DUA).id, "waiting")])


def test_sign_up_of_many_at_once_leaves_the_seat_to_who_waited(plan: Plan, games: list[Game]) -> None:
    shift_id = a_free_seat_that_somebody_waits_for(plan)

    found = race(repeat(8, lambda number: Plan(games[number % 4]).sign_up(shift_id, (BO, CHIDI)[number % 2])))

    assert Counter(map(outcome, found)) == {"full": 8}
    live = [(seat.person_id, seat.origin) for seat in plan.seats_of(shift_id) if seat.state == "signed_up"]
    assert live == [(plan.person(DUA).id, "waiting")]


def test_undo_team_leaves_the_seats_of_one_tap_and_hands_them_on(plan: Plan) -> None:
    shift_id = plan.shift(places=3)
    plan.sign_up(shift_id, BO)
    tapped = plan.at("2022-09-14 08:01")
    tapped.sign_up_team(shift_id, OWLS, tapped.act_of(ADA))
    with plan.game.database.unit_of_work() as session:
        waiting.join(session, SLUG, shift_id, plan.person(DUA).id, tapped.act_of(DUA))

    left, again = tapped.undo_team(shift_id, OWLS, ADA), tapped.undo_team(shift_id, OWLS, ADA)

    assert ({seat.person_id for seat in left}, again) == ({plan.person(email).id for email in (ADA, CHIDI)}, [])
    live = {seat.person_id for seat in plan.seats_of(shift_id) if seat.state == "signed_up"}
    assert live == {plan.person(email).id for email in (BO, DUA)}
    with pytest.raises(NotAllowed):
        tapped.undo_team(shift_id, OWLS, DUA)
    assert code_of(lambda: tapped.undo_team(shift_id, OWLS, CHIDI)) == "gone"  # not their tap


def test_undo_team_knows_whose_tap_it_was_whatever_they_are_called(plan: Plan) -> None:
    first, second = plan.shift(6), plan.shift(9)
    plan.sign_up_team(first, OWLS, plan.act_of(ADA))
    namesake = replace(plan.act_of(BO), actor=actor.person("Ada Lovelace", plan.person(BO).id, "player"))

    refused = code_of(lambda: plan.undo_team(first, OWLS, BO, namesake))
    renamed = replace(plan.act_of(ADA), actor=actor.person("Countess", plan.person(ADA).id, "player"))
    left = plan.undo_team(first, OWLS, ADA, renamed)
    with pytest.raises(ShiftRefused) as nothing:
        plan.undo_team(second, OWLS, ADA)

    assert (refused, len(left), plan.taken(first)) == ("gone", 3, 0)
    assert nothing.value.detail == "Your team has no seat in this shift, so there’s nothing to undo."


def test_undo_team_in_a_closed_week_is_refused(plan: Plan) -> None:
    shift_id = plan.shift()
    plan.sign_up_team(shift_id, OWLS, plan.act_of(ADA))
    plan.game.close()

    assert code_of(lambda: plan.undo_team(shift_id, OWLS, ADA)) == "week-not-open"


@pytest.mark.parametrize("text", ["2022-09-15 05:50", "2022-09-15 05:58"])
def test_undo_team_leaves_nobody_once_one_cannot_leave(plan: Plan, text: str) -> None:
    shift_id, tapped = plan.shift(), plan.at("2022-09-15 05:48")
    taken = tapped.sign_up_team(shift_id, OWLS, tapped.act_of(ADA)).seats
    if text < "2022-09-15 05:58":  # later, the ten minutes are over
        act = plan.at(text).act_of(BO)
        [seat] = [seat for seat in taken if seat.person_id == act.actor.person_id]
        with plan.game.database.unit_of_work() as session:
            completion.check_in(session, SLUG, shift_id, seat.id, act)

    assert code_of(lambda: plan.at(text).undo_team(shift_id, OWLS, ADA)) == "gone"
    assert plan.taken(shift_id) == 3


def test_sign_up_team_seats_nobody_where_one_cannot(plan: Plan) -> None:
    small, shift_id = plan.shift(6, places=2), plan.shift(8)
    plan.sign_up(plan.shift(9), CHIDI)

    with pytest.raises(ShiftRefused) as refused:
        plan.sign_up_team(small, OWLS)
    sentence = "2 seats are free, and the team needs 3. Sign up one person, or choose another shift."
    assert (refused.value.code, refused.value.detail) == ("full", sentence)
    with pytest.raises(ShiftRefused, match="and your team needs 3"):
        plan.sign_up_team(small, OWLS, plan.act_of(ADA))
    with pytest.raises(ShiftRefused, match="Chidi Okafor: Thu 09:00–11:00 PDT"):
        plan.sign_up_team(shift_id, OWLS)
    assert [plan.taken(each) for each in (small, shift_id)] == [0, 0]


def test_sign_up_of_who_is_deactivated_is_refused_to_organizers_too(plan: Plan) -> None:
    shift_id = plan.shift()
    plan.deactivate(BO)

    for reason in (None, "He will come"):
        with pytest.raises(Conflict, match=r"^Bo Nguyen is deactivated. Reactivate them first.$"):
            plan.sign_up(shift_id, BO, plan.organizer, reason)
    assert plan.taken(shift_id) == 0


def test_sign_up_team_seats_the_active_alone(plan: Plan) -> None:
    shift_id = plan.shift(places=3)
    gone = plan.deactivate(BO)

    taken = plan.sign_up_team(shift_id, OWLS).seats

    assert plan.person(ADA).id in {seat.person_id for seat in taken}
    assert gone not in {seat.person_id for seat in taken}
    assert plan.sign_up_team(shift_id, OWLS).repeated


def test_sign_up_ends_waiting_for_the_same_shift(plan: Plan) -> None:
    shift_id = plan.shift()
    with plan.game.database.unit_of_work() as session:
        session.add(WaitingEntry(shift_id=shift_id, person_id=plan.person(ADA).id, joined_at=NOW))

    plan.sign_up(shift_id, ADA)

    with plan.game.database.reading() as session:
        assert [entry.state for entry in session.exec(select(WaitingEntry))] == ["promoted"]


def test_leave_frees_the_seat_until_the_deadline(plan: Plan) -> None:
    shift_id = plan.shift(places=1)
    seat = plan.sign_up(shift_id, ADA).seat
    late = plan.at("2022-09-14 18:00")

    assert code_of(lambda: late.leave(seat, late.act_of(ADA))) == "too-late-to-leave"
    with pytest.raises(NotAllowed):
        plan.leave(seat, plan.act_of(BO))
    left = [plan.leave(seat, plan.act_of(ADA)).state for _ in range(2)]

    assert (left, plan.taken(shift_id)) == (["cancelled"] * 2, 0)
    assert plan.sign_up(shift_id, BO).seat.state == "signed_up"
    with plan.game.database.reading() as session:
        query = select(SeatChange.before, SeatChange.after).where(SeatChange.seat_id == seat.id)
        assert list(session.exec(query.order_by(col(SeatChange.id)))) == [
            (None, "signed_up"), ("signed_up", "cancelled"),
        ]  # fmt: skip


def test_sign_up_of_fifty_for_the_last_seat_at_once_has_one_winner(plan: Plan, games: list[Game]) -> None:
    shift_id = plan.shift(places=1)
    for number in range(17):
        plan.game.team(f"Racers {number}", *(f"racer{number}-{each}@example.com" for each in range(3)))
    acts = [(f"racer{number // 3}-{number % 3}@example.com", Plan(games[number % 4])) for number in range(50)]
    people = {email: each.person(email).id for email, each in acts}

    def take(number: int) -> object:
        email, own = acts[number]
        with own.game.database.unit_of_work() as session:
            signed = seats.sign_up(session, SLUG, shift_id, people[email], own.organizer)
        signed.check()
        return signed

    results = race(repeat(50, take))

    assert Counter(map(outcome, results)) == {"SignUp": 1, "full": 49}
    assert plan.taken(shift_id) == 1


def test_sign_up_in_two_tabs_at_once_is_one_seat(plan: Plan, games: list[Game]) -> None:
    shift_id = plan.shift()

    results = race(repeat(4, lambda number: Plan(games[number]).sign_up(shift_id, ADA)))

    signed = [result for result in results if not isinstance(result, Problem)]
    assert sorted(each.repeated for each in signed) == [False, True, True, True]
    assert len({each.seat.id for each in signed}) == 1


def test_sign_up_for_overlapping_shifts_at_once_is_one_seat(plan: Plan, games: list[Game]) -> None:
    found = [plan.shift(6, hours=4), plan.shift(8, hours=4)]

    results = race(repeat(2, lambda number: Plan(games[number]).sign_up(found[number], ADA)))

    assert Counter(map(outcome, results)) == {"SignUp": 1, "overlap": 1}


def meanwhile(first: Callable[[Session], object], plan: Plan, second: Callable[[], object]) -> object:
    """Do the first in a transaction that lasts until the second has begun and waits; what came of the second."""
    with ThreadPoolExecutor(1) as pool:
        with plan.game.database.unit_of_work() as session:
            first(session)
            result = pool.submit(race, [second])
            assert wait([result], timeout=0.2).done == set()
        return result.result()[0]


def test_sign_up_for_an_overlapping_shift_waits_for_the_other_to_be_decided(plan: Plan, games: list[Game]) -> None:
    held, wanted = plan.shift(6), plan.shift(7)
    plan.set(needs_team=0)
    newcomer = plan.newcomer()

    result = meanwhile(
        lambda session: seats.sign_up(session, SLUG, held, newcomer.id, plan.organizer),
        plan,
        lambda: Plan(games[1]).sign_up(wanted, newcomer.email),
    )

    assert outcome(result) == "overlap"


def test_sign_up_beyond_a_limit_waits_for_the_teammates_to_be_decided(plan: Plan, games: list[Game]) -> None:
    held, wanted, ada = plan.shift(6), plan.shift(6, day=date(2022, 9, 16)), plan.person(ADA).id
    plan.set(early_per_team=1)

    result = meanwhile(
        lambda session: seats.sign_up(session, SLUG, held, ada, plan.organizer),
        plan,
        lambda: Plan(games[1]).sign_up(wanted, BO),
    )

    assert outcome(result) == "limit"


def test_close_waits_for_a_sign_up_to_be_decided(plan: Plan, games: list[Game]) -> None:
    shift_id, ada = plan.shift(), plan.person(ADA).id

    result = meanwhile(
        lambda session: seats.sign_up(session, SLUG, shift_id, ada, plan.organizer), plan, games[1].close
    )

    assert (outcome(result), plan.game.week().state) == ("NoneType", "closed")


def test_sign_up_team_of_two_teams_at_once_seats_one_whole(plan: Plan, games: list[Game]) -> None:
    shift_id = plan.shift(places=4)

    results = race(repeat(8, lambda number: Plan(games[number % 4]).sign_up_team(shift_id, (OWLS, CATS)[number % 2])))

    assert Counter(map(outcome, results)) == {"SignUp": 4, "full": 4}
    assert plan.taken(shift_id) == 3


def test_leave_and_sign_up_at_once_never_overbook(plan: Plan, games: list[Game]) -> None:
    shift_id = plan.shift(places=1)
    seat = plan.sign_up(shift_id, ADA).seat

    race(
        [
            lambda: Plan(games[0]).leave(seat, plan.act_of(ADA)),
            *repeat(6, lambda number: Plan(games[number % 4]).sign_up(shift_id, (BO, CHIDI, DUA)[number % 3])),
        ]
    )

    with plan.game.database.reading() as session:
        live = session.exec(select(Seat).where(Seat.shift_id == shift_id, Seat.state == "signed_up")).all()
    assert len(live) == plan.taken(shift_id) <= 1


def test_close_while_many_sign_up_lets_nobody_in_afterwards(plan: Plan, games: list[Game]) -> None:
    shift_id = plan.shift(places=6)
    emails = (ADA, BO, CHIDI, DUA)

    results = race(
        [games[0].close, *repeat(12, lambda number: Plan(games[number % 4]).sign_up(shift_id, emails[number % 4]))]
    )

    after = code_of(lambda: plan.sign_up(shift_id, ADA))
    assert set(map(outcome, results)) <= {"NoneType", "SignUp", "week-not-open"}
    assert after == "week-not-open"
    with plan.game.database.reading() as session:
        changes = session.exec(select(SeatChange)).all()
    assert len(changes) == plan.taken(shift_id)
