"""A locked shift: its seats change state here alone, and it gives them to people."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.domain import actor
from app.domain.actor import Act
from app.domain.draft import SHIFTS_SOURCE
from app.domain.memberships import Join, current_team, team_at
from app.domain.shifts.limits import Slots, is_limited, slots_of
from app.domain.shifts.model import LIVE, STANDING, Code, SeatState, ShiftFacts, ShiftSettings
from app.domain.shifts.model import Seat as SeatFacts
from app.domain.shifts.sign_up import Claim, sign_up_refusal
from app.errors import NotAllowed, NotFound, Problem
from app.models import Seat, SeatOffer, Shift
from app.models.columns import is_id
from app.services import reasons, slack_messages, topics
from app.services.shifts import readiness, refusals, seat_queries, settings, shifts, telling
from app.services.shifts.seat_queries import Span
from app.services.teams import teams
from app.services.webhooks import happenings
from app.services.weeks import weeks
from app.services.weeks.weeks import AnyWeek

BY_ITSELF = actor.system(SHIFTS_SOURCE)
"""Whoever does what nobody asked for, as rows name it."""


class LockedShift(NamedTuple):
    """A locked shift with all that is judged beside it; `reason` is set where an organizer acts outside the rules."""

    session: Session
    week: AnyWeek
    shift: Shift
    settings: ShiftSettings
    act: Act
    reason: str | None

    @classmethod
    def lock(
        cls, session: Session, slug: str, shift_id: str, act: Act, reason: str | None, *, with_ledger: bool = False
    ) -> "LockedShift":
        """Lock the shift, then look at the week: who closes it locks its shifts too, so its state stays as read.

        Where the ledger is to change as well, `with_ledger`, the week is locked before.
        """
        reason = _reason_of(act, reason)
        read = weeks.lock if with_ledger else weeks.look
        shift = shifts.lock(session, read(session, slug, act.now), shift_id)
        week = read(session, slug, act.now)
        return cls(session, week, shift, settings.settings_of(session, week), act, reason)

    def take(self, people: Sequence[str], team_id: str | None) -> list[Seat]:
        """Give each of these people a seat, or raise the first reason against it; the seats."""
        for person_id in people:
            check_active(self.session, person_id)
        claim = self.claim(people, team_id)
        organizes = self.reason is not None
        if code := sign_up_refusal(self.facts, claim, self.settings, self.act.now, organizes=organizes):
            raise self.refusal(code, people)
        taken = [Seat(shift_id=self.shift.id, person_id=each, signed_up_at=self.act.now) for each in people]
        for seat in taken:
            self.change(seat, "signed_up")
        self.end_waiting(people)
        return taken

    @property
    def facts(self) -> ShiftFacts:
        """The shift as the rules of seats look at it."""
        return shifts.facts(self.shift, self.week)

    def by_itself(self) -> "LockedShift":
        """The same locked shift for what happens in it without anybody's doing, by players' rules."""
        return self._replace(act=self.act.by(BY_ITSELF), reason=None)

    def claim(self, people: Sequence[str], team_id: str | None) -> Claim:
        """The claim of these people of a team to seats, as it is judged."""
        return Claim(
            len(people), team_id is not None, is_ready=not self.unready(people),
            overlaps=seat_queries.is_any_busy(self.session, self.shift, people), is_limited=self.is_limited(team_id),
        )  # fmt: skip

    def unready(self, people: Sequence[str]) -> list[str]:
        """Find who of these people is not ready for a first shift; nobody where seats do not need it."""
        return readiness.unready(self.session, people) if self.settings.require_ready else []

    def refusal(self, code: Code, people: Sequence[str]) -> Problem:
        """The problem of a code, which names the shift that is in the way of one of these people.

        A program that asks for one person hands on what they are told: to them it is their own shift.
        """
        if code == "not-open-yet" and self.settings.opens_at is not None:
            return refusals.not_open_yet(self.settings.opens_at, self.week.zone)
        if code == "limit":
            return refusals.problem(code, refusals.limit_sentence(self.shift, self.settings, self.week.zone))
        if code == "not-ready" and len(people) > 1:
            return refusals.not_ready(readiness.names_of_unready(self.session, people))
        free = self.shift.seats - self.shift.taken
        if code == "full" and self.reason is not None:
            return refusals.full_for_organizer(free, len(people))
        if code == "full" and 0 < free < len(people):
            return refusals.full_for_team(free, len(people), is_theirs=self.act.actor.kind == "person")
        overlapping = self.overlapping(people) if code == "overlap" else []
        if not overlapping:
            return refusals.problem(code)
        person_id, name, shift = overlapping[0]
        speaks_to_them = self.act.actor.kind == "token" and len(people) == 1
        is_own = self.act.actor.person_id == person_id and len({each for each, _, _ in overlapping}) == 1
        return refusals.overlap(shift, name=None if is_own or speaks_to_them else name)

    def change(self, seat: Seat, to: SeatState) -> None:
        """Give a seat a state, and write down who did it and why; the shift's number of taken seats follows."""
        happenings.shift_changes(self.session, self.week, self.shift, self.act.now)
        before = seat.state if seat in self.session else None
        seat.state = to
        self.session.add(seat)
        change = seat_queries.note_change(self.session, seat, before, self.act, reason=self.reason)
        if to not in ("signed_up", "checked_in"):
            self._end_offers(seat)
        seat_queries.read_taken(self.session, self.shift)
        telling.seat_changed(self.teller, seat, change)
        slack_messages.shift_changed(self.session, self.shift.id, self.act.now)
        topics.bump(self.session, self.week, "shifts")

    @property
    def teller(self) -> telling.Teller:
        """Tells people what becomes of this shift."""
        return telling.Teller(self.session, self.week, self.shift, self.act)

    def seated(self, people: Sequence[str]) -> dict[str, Seat]:
        """The live seats of these people in the shift, by person."""
        return seat_queries.seated(self.session, self.shift, people)

    def team_of(self, person_id: str) -> str | None:
        """The team that a person's seat is for."""
        return self.teams_of([person_id]).get(person_id)

    def teams_of(self, people: Sequence[str]) -> dict[str, str]:
        """The teams that these people's seats are for, by person; who is in none is left out."""
        found = {person_id: team_at(joins, self.shift.starts_at) for person_id, joins in self._joins(people).items()}
        return {person_id: team_id for person_id, team_id in found.items() if team_id is not None}

    def members_of(self, team_id: str) -> list[str]:
        """The people who are in a team now, by id; without those who are deactivated."""
        people = {person_id for person_id, joins in self._joins().items() if current_team(joins) == team_id}
        return sorted(people - seat_queries.deactivated(self.session, people))

    def _joins(self, people: Sequence[str] | None = None) -> dict[str, list[Join]]:
        return teams.joins(self.session, self.week, people)

    def overlapping(self, people: Sequence[str], span: Span | None = None) -> list[tuple[str, str, Shift]]:
        """The ids and names of who of these people has a seat at the time of the shift in any week, and where.

        `span` is another start and end, where it is to move there.
        """
        return seat_queries.overlapping(self.session, self.shift, people, span)

    def is_limited(self, team_id: str | None) -> bool:
        """Tell whether a team may not have a seat in the shift yet."""
        if team_id is None or not self.settings.has_limits:
            return False
        shift, now = self.shift, self.act.now
        return is_limited(shift.id, shift.starts_at, team_id, self._slots(), self.settings, self.week.zone, now)

    def _slots(self) -> Slots:
        """The slots of all teams of the week."""
        query = (
            select(Seat.person_id, Shift.id, Shift.starts_at)
            .join(Shift, col(Shift.id) == Seat.shift_id)
            .where(Shift.week_id == self.week.id, col(Seat.state).in_(LIVE))
        )
        return slots_of(self.session.exec(query), self._joins(), seat_queries.deactivated(self.session))

    def _end_offers(self, seat: Seat) -> None:
        """End the offer of a seat that nobody can take over any more; who has taken it over has ended it before.

        Whoever asked for it is told; of a cancelled shift, with its holders.
        """
        offers = SeatOffer.seat_id == seat.id, col(SeatOffer.state).in_(STANDING)
        ended = update(SeatOffer).where(*offers).values(state="expired", ended_at=self.act.now)  # type: ignore[arg-type]  # columns are mistaken for bools
        for taker_id in self.session.execute(ended.returning(col(SeatOffer.taker_id))).scalars():
            if taker_id is not None and self.shift.cancelled_at is None:
                telling.undecided(self.teller, seat, taker_id, "gone")

    def end_waiting(self, people: Sequence[str]) -> None:
        """Turn the waiting entries of people who have a seat now into promoted ones."""
        for person_id in people:
            seat_queries.end_waiting(self.session, self.shift, person_id, ended_as="promoted", now=self.act.now)


def _reason_of(act: Act, reason: str | None) -> str | None:
    """The reason with which an organizer acts outside players' rules; None for all others and without one."""
    if reason is None or not reason.strip():
        return None
    if not act.actor.may("admin"):
        raise NotAllowed("Only organizers act outside the rules of shifts. Leave the reason out.")
    return reasons.require(reason)


def check_is_own(act: Act, *people: str) -> None:
    """Raise NotAllowed for a player who acts for others than themselves and their team."""
    is_player = act.actor.kind == "person" and not act.actor.may("admin")
    if is_player and act.actor.person_id not in people:
        raise NotAllowed("You can do this for yourself and your own team. Ask an organizer to do it for others.")


def check_active(session: Session, person_id: str) -> None:
    """Raise Conflict for somebody who is deactivated: they could neither come nor learn of it, whoever arranges it."""
    if name := seat_queries.name_if_deactivated(session, person_id):
        raise refusals.deactivated(name)


def find_seat(session: Session, shift: Shift, seat_id: str) -> Seat:
    """A seat of a locked shift. Raises NotFound."""
    query = select(Seat).where(Seat.id == seat_id, Seat.shift_id == shift.id).execution_options(populate_existing=True)
    seat = session.exec(query).first() if is_id(seat_id) else None
    if seat is None:
        raise NotFound("There’s no sign-up with that id for this shift.")
    return seat


def facts_of(seat: Seat) -> SeatFacts:
    """A seat as the rules of seats look at it; the table has a check on its state."""
    return SeatFacts(seat.state, seat.signed_up_at, promoted=seat.origin == "waiting")  # type: ignore[arg-type]  # a str to the model
