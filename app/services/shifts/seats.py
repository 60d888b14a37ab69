"""Seats: taken by a person or a whole team, and left. A seat's shift is locked first, then team, then people by id."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.shifts import seats as lives
from app.models import Seat
from app.services.shifts import refusals, takeovers, waiting
from app.services.shifts.locked_shift import LockedShift, check_is_own, facts_of, find_seat
from app.services.teams import teams


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
    promoted = [seat for seat in waiting.fill(locked) if seat.person_id == person_id]
    [seat] = promoted or _take(locked, [person_id], team_id)
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
        raise refusals.problem("no-team", "Nobody is in this team now. Put somebody into it first.")
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


def _missing(locked: LockedShift, people: Sequence[str]) -> list[str]:
    seated = locked.seated(people)
    return [person_id for person_id in people if person_id not in seated]


def _take(locked: LockedShift, people: Sequence[str], team_id: str | None) -> list[Seat]:
    """Give each of these people a seat; where a first round holds, it may be over now for those who wait elsewhere."""
    taken = locked.take(people, team_id)
    if locked.settings.first_round is not None:
        waiting.look_elsewhere(locked, [])
    return taken
