"""Races of everything with everything: people and organizers at work on the same shifts, on several servers."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import Session, col, select

from app.domain.shifts.model import LIVE
from app.errors import Problem, Unavailable
from app.models import Seat, SeatOffer, Shift, WaitingEntry
from app.services.shifts import completion, correction, covers, editing, seats, settling, waiting
from app.services.shifts.editing import ShiftChanges
from tests.builders import CAST, CATS, OWLS, SLUG, Game
from tests.races import race, repeat
from tests.services.shifts.test_seats import THURSDAY, Plan

EMAILS = (*CAST[OWLS], *CAST[CATS])
WORKERS, DEEDS = 8, 12


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week on Wednesday morning, where limits hold."""
    plan = Plan(game)
    plan.set(leave_until_h=1, early_per_team=2, first_round=2)
    return plan


class Worker:
    """Somebody who does one thing after the other with seats of a few shifts, chosen by a seed."""

    def __init__(self, plan: Plan, shifts: list[str], people: list[str], seed: int) -> None:
        self.plan, self.shifts, self.people = plan, shifts, people
        self.chance = random.Random(seed)  # noqa: S311 (nobody's secret)

    def work(self) -> Counter[str]:
        """Do so many things; count those that were done and those that were refused."""
        outcomes = Counter[str]()
        for _ in range(DEEDS):
            deed = self.chance.choice(self._deeds())
            try:
                with self.plan.game.database.unit_of_work() as session:
                    deed(session)
                outcomes[deed.__name__] += 1
            except Problem as problem:
                if isinstance(problem, Unavailable):
                    raise
                outcomes["refused"] += 1
        return outcomes

    def _deeds(self) -> list[Callable[[Session], None]]:
        """All that there is to do."""
        return [
            self._sign_up, self._sign_up, self._sign_up_team, self._wait, self._wait, self._leave, self._leave,
            self._offer, self._accept, self._check_in, self._correct, self._edit, self._settle,
        ]  # fmt: skip

    def _key(self, session: Session) -> tuple[str, str, str]:
        """One of the seats there are."""
        found = session.exec(select(Seat.shift_id, Seat.id).where(col(Seat.state).in_(LIVE)).order_by(Seat.id)).all()
        return (SLUG, *(self.chance.choice(found) if found else (self.shifts[0], "0" * 16)))

    def _sign_up(self, session: Session) -> None:
        who, shift_id = self.chance.choice(self.people), self.chance.choice(self.shifts)
        seats.sign_up(session, SLUG, shift_id, who, self.plan.organizer)

    def _sign_up_team(self, session: Session) -> None:
        team_id = self.plan.game.team_id(self.chance.choice((OWLS, CATS)))
        seats.sign_up_team(session, SLUG, self.chance.choice(self.shifts), team_id, self.plan.organizer)

    def _wait(self, session: Session) -> None:
        who, shift_id = self.chance.choice(self.people), self.chance.choice(self.shifts)
        waiting.join(session, SLUG, shift_id, who, self.plan.organizer)

    def _leave(self, session: Session) -> None:
        seats.leave(session, *self._key(session), self.plan.organizer)

    def _offer(self, session: Session) -> None:
        covers.offer(session, *self._key(session), "everyone", self.plan.organizer)

    def _accept(self, session: Session) -> None:
        covers.accept(session, *self._key(session), self.chance.choice(self.people), self.plan.organizer, reason="Ill")

    def _check_in(self, session: Session) -> None:
        completion.check_in(session, *self._key(session), self.plan.organizer, reason="Here")

    def _correct(self, session: Session) -> None:
        correction.correct(session, *self._key(session), "cancelled", self.plan.organizer, reason="A mistake")

    def _edit(self, session: Session) -> None:
        shift_id = self.chance.choice(self.shifts)
        version = session.exec(select(Shift.version).where(Shift.id == shift_id)).one()
        changes = ShiftChanges(seats=self.chance.randint(1, 3))
        editing.edit(session, SLUG, shift_id, changes, version, self.plan.organizer)

    def _settle(self, session: Session) -> None:
        settling.settle_next(session, self.chance.choice(self.shifts), self.plan.now)


def test_everything_at_once_keeps_what_is_always_true(plan: Plan, games: list[Game]) -> None:
    hours = ((6, THURSDAY), (7, THURSDAY), (6, date(2022, 9, 16)))
    shifts = [plan.shift(hour, places=2, day=day) for hour, day in hours]
    people = [plan.person(email).id for email in EMAILS]

    workers = [Worker(Plan(games[number % 4]), shifts, people, number) for number in range(WORKERS)]
    found = race(repeat(WORKERS, lambda number: workers[number].work()))

    assert [each for each in found if isinstance(each, Problem)] == []
    done = {name for each in found if isinstance(each, Counter) for name in each}
    assert done >= {"_sign_up", "_leave", "_accept"}, done
    with plan.game.database.reading() as session:
        live = session.exec(select(Seat).where(col(Seat.state).in_(LIVE))).all()
        waits = session.exec(select(WaitingEntry).where(WaitingEntry.state == "waiting")).all()
        offered = session.exec(select(SeatOffer.seat_id).where(SeatOffer.state == "open")).all()
        rows = session.exec(select(Shift)).all()
    assert {shift.id: shift.taken for shift in rows if shift.taken} == Counter(seat.shift_id for seat in live)
    assert all(shift.taken <= shift.seats for shift in rows)
    places = Counter([(one.shift_id, one.person_id) for one in live] + [(one.shift_id, one.person_id) for one in waits])
    assert max(places.values(), default=1) == 1
    assert set(offered) <= {seat.id for seat in live}
