"""Histories of shifts: whatever several people do, in any order, nobody is overbooked, doubled or passed over."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import Session, col, select

from app.domain.draft import PersonId
from app.domain.shifts.model import LIVE, STANDING
from app.domain.shifts.sign_up import sign_up_refusal
from app.domain.shifts.waiting import promotes
from app.errors import Problem
from app.models import QueuedJob, Seat, SeatChange, SeatOffer, Shift, WaitingEntry
from app.services.shifts import completion, correction, covers, editing, seats, settling, timetable, waiting
from app.services.shifts import settings as week_settings
from app.services.shifts.editing import ShiftChanges
from app.services.shifts.locked_shift import LockedShift
from tests.builders import ADA, BO, CAST, CATS, CHIDI, DUA, ELIF, FUMIKO, OWLS, SLUG, Game, moment
from tests.services.shifts.test_seats import THURSDAY, Plan
from tests.sqlite import SQLite

FRIDAY = date(2022, 9, 16)
PEOPLE = (ADA, BO, CHIDI, DUA, ELIF, FUMIKO)
MOMENTS = tuple(map(moment, (
    "2022-09-14 08:00", "2022-09-14 08:05", "2022-09-14 20:00", "2022-09-15 03:59", "2022-09-15 04:00",
    "2022-09-15 05:50", "2022-09-15 06:00", "2022-09-15 07:30", "2022-09-15 08:00", "2022-09-15 09:00",
    "2022-09-15 20:30", "2022-09-16 05:50", "2022-09-16 07:00", "2022-09-16 22:00",
)))  # fmt: skip
"""Moments at which windows begin and end, for shifts on Thursday at six and seven, and on Friday at six."""
HISTORIES = settings(stateful_step_count=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])

WAITERS = ((0, CHIDI), (1, ELIF), (2, BO))
WHO, WHICH, NUMBER = st.sampled_from(PEOPLE), st.integers(0, 2), st.integers(0, 5)
LIMIT = st.sampled_from((None, None, 1))
BY = st.sampled_from(("themselves", "themselves", "themselves", "an organizer", "an organizer with a reason"))


class Shifts(RuleBasedStateMachine):
    """Two teams of three, three shifts of which two overlap, and organizers; refusals are answers, too."""

    def __init__(self, stage: SQLite, answers: Counter[str]) -> None:
        super().__init__()
        stage.set_scene("game")
        self.game, self.answers, self.at = Game(stage.database), answers, 0

    @initialize(
        seats_=st.tuples(*[st.integers(1, 2)] * 3), early=LIMIT, first=LIMIT, approve=st.integers(0, 1),
        completes=st.sampled_from(("itself", "itself", "person")),
    )  # fmt: skip
    def begin(
        self, seats_: tuple[int, int, int], early: int | None, first: int | None, approve: int, completes: str
    ) -> None:
        """A week with three shifts, under any settings, and people who wait for those that are full."""
        plan = Plan(self.game)
        plan.set(early_per_team=early, first_round=first, approve_covers=approve, completes=completes)
        hours = ((6, THURSDAY), (7, THURSDAY), (6, FRIDAY))
        self.shifts = [
            plan.shift(hour, places=number, day=day) for (hour, day), number in zip(hours, seats_, strict=True)
        ]
        self.people = {email: plan.person(email) for email in PEOPLE}
        for shift_id, email in zip(self.shifts, (ADA, BO, DUA), strict=True):
            plan.sign_up(shift_id, email, plan.organizer)
        for which, email in WAITERS:
            self.wait(self.shifts[which], self.people[email].id)

    def wait(self, shift_id: str, person_id: str) -> None:
        """A person waits for a seat, if they may."""
        act = Plan(self.game, self.now).organizer
        self.answer("wait", lambda session: waiting.join(session, SLUG, shift_id, person_id, act))

    @property
    def now(self) -> datetime:
        """The moment it is."""
        return MOMENTS[self.at]

    def act(self, person_id: str, by: str) -> dict[str, Any]:
        """An act of a person, or of an organizer instead of them."""
        plan = Plan(self.game, self.now)
        if by == "themselves":
            email = next(email for email, person in self.people.items() if person.id == person_id)
            return {"act": plan.act_of(email), "reason": None}
        return {"act": plan.organizer, "reason": "It is right" if "reason" in by else None}

    def answer(self, name: str, call: Callable[[Session], object]) -> None:
        """Do something in a transaction of its own, or note why not; then the jobs that are due."""
        try:
            with self.game.database.unit_of_work() as session:
                done = call(session)
            if isinstance(done, seats.SignUp):
                done.check()
            self.answers[name] += 1
        except Problem:
            self.answers[f"{name} refused"] += 1
        self.settle()

    def settle(self) -> None:
        """Do the jobs that are due, as a worker does."""
        query = select(QueuedJob).where(col(QueuedJob.done_at).is_(None), QueuedJob.run_at <= self.now)
        while True:
            with self.game.database.unit_of_work() as session:
                job = session.exec(query.where(QueuedJob.kind == timetable.SETTLE).order_by(col(QueuedJob.id))).first()
                if job is None:
                    return
                job.done_at = self.now
                settling.settle_next(session, json.loads(job.payload)["shift"], self.now)

    def seat(self, number: int, *, live: bool = True) -> Seat | None:
        """One of the seats there are."""
        with self.game.database.reading() as session:
            query = select(Seat).join(SeatChange, col(SeatChange.seat_id) == Seat.id)
            query = query.where(col(SeatChange.before).is_(None)).order_by(col(SeatChange.id).desc())
            found = session.exec(query.where(col(Seat.state).in_(LIVE)) if live else query).all()
        return found[number % len(found)] if found else None

    @rule(
        who=WHO, which=WHICH, by=BY, how=st.sampled_from(("alone", "alone", "team", "wait", "wait", "wait", "give up"))
    )
    def take(self, who: str, which: int, by: str, how: str) -> None:
        """A person wants a seat, alone or with their team, waits for one or gives that up."""
        shift_id, person_id = self.shifts[which], self.people[who].id
        given = self.act(person_id, by)
        if how == "team":
            team_id = self.game.team_id(OWLS if who in CAST[OWLS] else CATS)
            self.answer(how, lambda session: seats.sign_up_team(session, SLUG, shift_id, team_id, **given))
        else:
            do = {"alone": seats.sign_up, "wait": waiting.join, "give up": waiting.leave_list}[how]
            self.answer(how, lambda session: do(session, SLUG, shift_id, person_id, **given))

    @rule(
        number=NUMBER, by=BY, do=st.sampled_from((seats.leave, seats.leave, completion.check_in, completion.complete))
    )
    def go_on(self, number: int, by: str, do: Callable[..., Seat]) -> None:
        """A seat is left, checked in to or completed."""
        if seat := self.seat(number):
            given = self.act(seat.person_id, by)
            self.answer(do.__name__, lambda session: do(session, SLUG, seat.shift_id, seat.id, **given))

    @rule(number=NUMBER, to=st.sampled_from(("everyone", "everyone", "team", BO, DUA, None)), by=BY, who=WHO)
    def hand_over(self, number: int, to: Any, by: str, who: str) -> None:
        """A seat is offered, or no longer, and somebody accepts it."""
        if (seat := self.seat(number)) is None:
            return
        given, taking = self.act(seat.person_id, by), self.act(self.people[who].id, by)
        key, audience = (SLUG, seat.shift_id, seat.id), PersonId(self.people[to].id) if to in self.people else to
        if audience is None:
            self.answer("withdraw", lambda session: covers.withdraw(session, *key, **given))
        else:
            self.answer("offer", lambda session: covers.offer(session, *key, audience, **given))
        self.answer("accept", lambda session: covers.accept(session, *key, self.people[who].id, **taking))

    @rule(approve=st.booleans(), number=NUMBER, to=st.sampled_from(("completed", "no_show", "cancelled")))
    def judge(self, approve: bool, number: int, to: Any) -> None:
        """An organizer decides on a cover if one waits for that, or corrects a seat."""
        act = Plan(self.game, self.now).organizer
        with self.game.database.reading() as session:
            pending = session.exec(
                select(SeatOffer.seat_id).where(SeatOffer.state == "pending").order_by(col(SeatOffer.id))
            ).first()
            seat = session.get(Seat, pending) if pending else self.seat(number, live=False)
        if seat is None:
            return
        key = SLUG, seat.shift_id, seat.id
        if pending:
            self.answer("decide", lambda session: covers.decide(session, *key, act, approve=approve, reason=None))
        else:
            self.answer("correct", lambda session: correction.correct(session, *key, to, act, reason="A mistake"))

    @rule(which=WHICH, places=st.integers(1, 3), hours=st.sampled_from((0, 0, 0, -1, 1, None)))
    def edit(self, which: int, places: int, hours: int | None) -> None:
        """An organizer changes the seats of a shift, and maybe its times, or cancels it."""
        act = Plan(self.game, self.now).organizer
        with self.game.database.reading() as session:
            shift = session.get_one(Shift, self.shifts[which])
        if hours is None:
            self.answer("cancel", lambda session: editing.cancel(session, SLUG, shift.id, act, reason="It rains"))
            return
        by = timedelta(hours=hours)
        changes, version = (
            ShiftChanges(places, starts_at=shift.starts_at + by, ends_at=shift.ends_at + by),
            shift.version,
        )
        self.answer("edit", lambda session: editing.edit(session, SLUG, shift.id, changes, version, act, reason="Rain"))

    @rule(
        who=WHO, which=WHICH, early=LIMIT, first=LIMIT, do=st.sampled_from(("undo team", "withdraw request", "limits"))
    )
    def think_again(self, do: str, who: str, which: int, early: int | None, first: int | None) -> None:
        """A person takes back what they did for their team or asked for, or an organizer changes the limits."""
        plan, shift_id, person_id = Plan(self.game, self.now), self.shifts[which], self.people[who].id
        act, team_id = plan.act_of(who), self.game.team_id(OWLS if who in CAST[OWLS] else CATS)
        if do == "limits":
            limits = {"early_per_team": early, "first_round": first}
            self.answer(do, lambda session: week_settings.change(session, SLUG, limits, plan.organizer))
        elif do == "undo team":
            self.answer(do, lambda session: seats.undo_team(session, SLUG, shift_id, team_id, act))
        else:
            self.answer(do, lambda session: covers.withdraw_request(session, SLUG, shift_id, person_id, act))

    @rule(steps=st.integers(1, 2))
    def go_by(self, steps: int) -> None:
        """Time goes by."""
        self.at = min(self.at + steps, len(MOMENTS) - 1)
        self.settle()

    @invariant()
    def keeps_every_promise(self) -> None:
        """Nobody is overbooked, doubled or in two places at once, and every change is written down in order."""
        with self.game.database.reading() as session:
            shifts = {shift.id: shift for shift in session.exec(select(Shift))}
            all_seats = {seat.id: seat for seat in session.exec(select(Seat))}
            changes = session.exec(select(SeatChange).order_by(col(SeatChange.id))).all()
            offered = session.exec(select(SeatOffer.seat_id).where(col(SeatOffer.state).in_(STANDING))).all()
            waits = session.exec(select(WaitingEntry).where(WaitingEntry.state == "waiting")).all()
        live = [seat for seat in all_seats.values() if seat.state in LIVE]
        assert {shift.id: shift.taken for shift in shifts.values() if shift.taken} == Counter(
            seat.shift_id for seat in live
        )
        assert [shift for shift in shifts.values() if shift.taken > shift.seats] == []
        assert single(
            [*((seat.shift_id, seat.person_id) for seat in live), *((one.shift_id, one.person_id) for one in waits)]
        )
        assert all(self.now < shifts[entry.shift_id].starts_at for entry in waits)
        assert not any(shifts[entry.shift_id].cancelled_at for entry in waits)
        for person in self.people.values():
            own = sorted((shifts[seat.shift_id] for seat in live if seat.person_id == person.id), key=start)
            assert all(one.ends_at <= other.starts_at for one, other in pairwise(own))
        for seat in all_seats.values():
            written = [(change.before, change.after) for change in changes if change.seat_id == seat.id]
            assert [None, *(after for _, after in written)] == [*(before for before, _ in written), seat.state]
        assert single(offered)
        assert {all_seats[each].state for each in offered} <= {"signed_up", "checked_in"}
        givers = [seat.giver_id for seat in live if seat.giver_id]
        assert single(givers)
        assert {all_seats[each].state for each in givers} <= {"covered"}

    @invariant()
    def passes_nobody_over(self) -> None:
        """Nobody waits for a seat that is free and that they could have, more than two hours before the start."""
        with self.game.database.unit_of_work() as session:
            for entry in session.exec(select(WaitingEntry).where(WaitingEntry.state == "waiting")):
                locked = LockedShift.lock(session, SLUG, entry.shift_id, Plan(self.game, self.now).organizer, None)
                if promotes(locked.facts, self.now):
                    claim = locked.claim([entry.person_id], locked.team_of(entry.person_id))
                    assert sign_up_refusal(locked.facts, claim, locked.settings, self.now) is not None

    def teardown(self) -> None:
        """The ledger says what the completed seats are worth; those who got a seat they waited for are counted."""
        with self.game.database.reading() as session:
            self.answers["promoted"] += len(session.exec(select(Seat.id).where(Seat.origin == "waiting")).all())
        assert Game(self.game.database, now=self.now).verify() == []


def single(things: Iterable[object]) -> bool:
    """Tell whether nothing is there twice."""
    return max(Counter(things).values(), default=1) == 1


def start(shift: Shift) -> datetime:
    """The start of a shift."""
    return shift.starts_at


@pytest.mark.parametrize("engine", ["sqlite"])
def test_shifts_keep_their_promises_at_every_step_of_any_history(stage: SQLite) -> None:
    answers = Counter[str]()

    class ShiftsHere(Shifts):
        def __init__(self) -> None:
            super().__init__(stage, answers)

    run_state_machine_as_test(ShiftsHere, settings=HISTORIES)

    assert all(answers[name] > 0 for name in ("promoted", "wait", "leave", "accept")), answers
