"""Seats: taken by a person or a whole team, and left. A seat's shift is locked first, then team, then people by id."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.shifts import seats as lives
from app.domain.shifts.model import REPEAT
from app.errors import NotAllowed, Problem
from app.models import Seat, SeatChange
from app.services.shifts import refusals, takeovers, waiting
from app.services.shifts.locked_shift import LockedShift, check_is_own, facts_of, find_seat
from app.services.teams import teams

TOO_LATE_TO_UNDO = "It is too late to undo this for the whole team. Each of you can leave their own seat."
NOTHING_TO_UNDO = "Your team has no seat in this shift, so there’s nothing to undo."


@dataclass(frozen=True, slots=True)
class SignUp:
    """The seats that somebody asked for, and whether they had them before; or why they get none.

    Where it was refused, free seats went to others, who waited for them: that stays if `refusal` is raised only after
    the transaction, as `check` does and `seat`, which is the one seat of a person.
    """

    seats: Sequence[Seat] = ()
    repeated: bool = False
    refusal: Problem | None = None

    def check(self) -> None:
        """Raise the refusal, if it is one."""
        if self.refusal is not None:
            raise self.refusal

    @property
    def seat(self) -> Seat:
        """A person's seat. Raises the refusal."""
        self.check()
        [seat] = self.seats
        return seat


def sign_up(
    session: Session, slug: str, shift_id: str, person_id: str, act: Act, *, reason: str | None = None
) -> SignUp:
    """Take a seat for a person, after those who wait; a repeat answers with the seat they have.

    Organizers with a `reason` act outside players' rules. Raises WeekUnknown, NotFound, NotAllowed or ShiftRefused.
    """
    check_is_own(act, person_id)
    locked = LockedShift.lock(session, slug, shift_id, act, reason)
    team_id = waiting.hold(locked, [person_id]).get(person_id)
    seated = locked.seated([person_id])
    if seated and locked.week.state == "open":
        return SignUp([seated[person_id]], repeated=True)
    return _take_after_waiting(locked, [person_id], team_id)


def sign_up_team(
    session: Session, slug: str, shift_id: str, team_id: str, act: Act, *, reason: str | None = None
) -> SignUp:
    """Take a seat for each active member of a team who has none yet, after those who wait, or for nobody.

    The team's live seats; `repeated` where all had theirs before. Raises like `sign_up`.
    """
    locked = LockedShift.lock(session, slug, shift_id, act, reason)
    team = teams.find(session, locked.week, team_id)
    members = locked.members_of(team.id)
    check_is_own(act, *members)
    if not members:
        raise refusals.problem("no-team", "This team has no members. Add some first.")
    waiting.hold(locked, members, [team.id])
    if not _missing(locked, members) and locked.week.state == "open":
        return SignUp(_seats_of(locked, members), repeated=True)
    return _take_after_waiting(locked, members, team.id)


def _take_after_waiting(locked: LockedShift, people: Sequence[str], team_id: str | None) -> SignUp:
    """Hand out free seats to who waits, then one to each of these people who has none, or to nobody."""
    promoted, refusal = waiting.fill(locked), None
    missing = _missing(locked, people) if promoted or len(people) > 1 else people
    try:
        taken = locked.take(missing, team_id) if missing or not promoted else []
    except Problem as problem:
        if not promoted:
            raise
        taken, refusal = [], problem
    if locked.settings.first_round is not None:
        waiting.look_elsewhere(locked, [])  # a first round may be over now for those who wait there
    if refusal is not None:
        return SignUp(refusal=refusal)
    return SignUp(taken if len(taken) == len(people) else _seats_of(locked, people))


def _seats_of(locked: LockedShift, people: Sequence[str]) -> list[Seat]:
    """The live seats of these people, the oldest first."""
    return sorted(locked.seated(people).values(), key=lambda seat: (seat.signed_up_at, seat.id))


def leave(session: Session, slug: str, shift_id: str, seat_id: str, act: Act, *, reason: str | None = None) -> Seat:
    """Leave a seat; a repeat changes nothing. Raises WeekUnknown, NotFound, NotAllowed or ShiftRefused."""
    locked = LockedShift.lock(session, slug, shift_id, act, reason)
    seat = find_seat(session, locked.shift, seat_id)
    check_is_own(act, seat.person_id)
    giver_id = takeovers.giver_of(locked, seat)
    waiting.hold(locked, [giver_id] if giver_id else [])
    if giver_id and takeovers.undo(locked, seat):
        return seat
    verdict = lives.leave(facts_of(seat), locked.facts, locked.settings, act.now, organizes=locked.reason is not None)
    if verdict.refusal:
        raise refusals.problem(verdict.refusal)
    if verdict.to:
        locked.change(seat, verdict.to)
        waiting.freed(locked, [seat.person_id])
    return seat


def undo_team(session: Session, slug: str, shift_id: str, team_id: str, act: Act) -> list[Seat]:
    """Leave all seats that the actor's last sign-up took for their team, or none, in the first ten minutes.

    A repeat changes nothing. Raises WeekUnknown, NotFound, NotAllowed, or ShiftRefused where one cannot be left.
    """
    locked = LockedShift.lock(session, slug, shift_id, act, None)
    members = locked.members_of(teams.find(session, locked.week, team_id).id)
    check_is_own(act, *members)
    if act.actor.person_id is None:
        raise NotAllowed("Only a person undoes what they did for their team. Leave each seat by itself.")
    if locked.week.state != "open":
        raise refusals.problem("week-not-open")
    taken = _taken_at_once(locked, members)
    if not taken:
        raise refusals.problem("gone", TOO_LATE_TO_UNDO if locked.seated(members) else NOTHING_TO_UNDO)
    verdicts = [lives.leave(facts_of(seat), locked.facts, locked.settings, act.now) for seat in taken]
    if any(verdict.refusal for verdict in verdicts):
        raise refusals.problem("gone", TOO_LATE_TO_UNDO)
    left = [seat for seat, verdict in zip(taken, verdicts, strict=True) if verdict != REPEAT]
    waiting.hold(locked)
    for seat in left:
        locked.change(seat, "cancelled")
    waiting.freed(locked, [seat.person_id for seat in left])
    return left


def _taken_at_once(locked: LockedShift, members: Sequence[str]) -> list[Seat]:
    """The seats of a team that the actor's last sign-up in the shift took, if that was less than ten minutes ago."""
    query = (
        select(Seat, SeatChange.changed_at)
        .join(SeatChange, col(SeatChange.seat_id) == Seat.id)
        .where(
            Seat.shift_id == locked.shift.id, col(Seat.person_id).in_(members), col(SeatChange.before).is_(None),
            SeatChange.by_person_id == locked.act.actor.person_id, SeatChange.changed_at > locked.act.now - lives.UNDO,
        )
        .order_by(col(Seat.person_id))
    )  # fmt: skip
    rows = locked.session.exec(query.execution_options(populate_existing=True)).all()
    last = max((at for _, at in rows), default=None)
    return [seat for seat, at in rows if at == last]


def _missing(locked: LockedShift, people: Sequence[str]) -> list[str]:
    seated = locked.seated(people)
    return [person_id for person_id in people if person_id not in seated]
