"""Seats: taken by a person or a whole team, and left. A seat's shift is locked first, then team, then people by id."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.shifts import seats as lives
from app.domain.shifts.model import REPEAT
from app.models import Seat, SeatChange
from app.services.shifts import refusals, takeovers, waiting
from app.services.shifts.locked_shift import LockedShift, check_is_own, facts_of, find_seat
from app.services.teams import teams

TOO_LATE_TO_UNDO = "It is too late to undo this for the whole team. Each of you can leave their own seat."


class SignUp(NamedTuple):
    """A person's seat, and whether they had it before."""

    seat: Seat
    repeated: bool


def sign_up(
    session: Session, slug: str, shift_id: str, person_id: str, act: Act, *, reason: str | None = None
) -> SignUp:
    """Take a seat for a person; a repeat answers with the seat they have.

    Organizers with a `reason` act outside players' rules. Raises WeekUnknown, NotFound, NotAllowed or ShiftRefused.
    """
    check_is_own(act, person_id)
    locked = LockedShift.lock(session, slug, shift_id, act, reason)
    team_id = waiting.hold(locked, [person_id]).get(person_id)
    seated = locked.seated([person_id])
    if seated and locked.week.state == "open":
        return SignUp(seated[person_id], repeated=True)
    promoted = waiting.fill(locked)
    if promoted:
        _look_elsewhere(locked)
    own = [seat for seat in promoted if seat.person_id == person_id]
    [seat] = own or _take(locked, [person_id], team_id)
    return SignUp(seat, repeated=False)


def sign_up_team(
    session: Session, slug: str, shift_id: str, team_id: str, act: Act, *, reason: str | None = None
) -> tuple[list[Seat], bool]:
    """Take a seat for each active member of a team who has none yet, or for nobody; the team's live seats.

    True with them where all had theirs before. Raises like `sign_up`.
    """
    locked = LockedShift.lock(session, slug, shift_id, act, reason)
    team = teams.find(session, locked.week, team_id)
    members = locked.members_of(team.id)
    check_is_own(act, *members)
    if not members:
        raise refusals.problem("no-team", "This team has no members. Add some first.")
    waiting.hold(locked, members, [team.id])
    missing = _missing(locked, members)
    if missing or locked.week.state != "open":
        waiting.fill(locked)
        _take(locked, _missing(locked, members), team.id)
    return sorted(locked.seated(members).values(), key=lambda seat: (seat.signed_up_at, seat.id)), not missing


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
    if locked.week.state != "open":
        raise refusals.problem("week-not-open")
    taken = _taken_at_once(locked, members)
    if not taken:
        raise refusals.problem("gone", TOO_LATE_TO_UNDO)
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
            SeatChange.changed_by == locked.act.actor.name, SeatChange.changed_at > locked.act.now - lives.UNDO,
        )
        .order_by(col(Seat.person_id))
    )  # fmt: skip
    rows = locked.session.exec(query.execution_options(populate_existing=True)).all()
    last = max((at for _, at in rows), default=None)
    return [seat for seat, at in rows if at == last]


def _missing(locked: LockedShift, people: Sequence[str]) -> list[str]:
    seated = locked.seated(people)
    return [person_id for person_id in people if person_id not in seated]


def _take(locked: LockedShift, people: Sequence[str], team_id: str | None) -> list[Seat]:
    """Give each of these people a seat."""
    taken = locked.take(people, team_id)
    _look_elsewhere(locked)
    return taken


def _look_elsewhere(locked: LockedShift) -> None:
    """Look at other shifts after seats were taken: a first round may be over now for those who wait there."""
    if locked.settings.first_round is not None:
        waiting.look_elsewhere(locked, [])
