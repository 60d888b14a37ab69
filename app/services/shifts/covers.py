"""Covers: a seat is offered to others and taken over by one of them, where organizers want to with their approval."""

from typing import NamedTuple

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.shifts import covers as rules
from app.domain.shifts.covers import OfferedTo, Takeover, can_change_hands
from app.domain.shifts.model import Code
from app.domain.shifts.sign_up import standing_refusal
from app.errors import Malformed, NotAllowed, Problem
from app.models import Person, Seat, SeatOffer
from app.services.audit import audit
from app.services.shifts import offers, refusals, shifts, takeovers, telling, waiting
from app.services.shifts.locked_shift import LockedShift, check_active, check_is_own, facts_of, find_seat


class Accepted(NamedTuple):
    """The taker's seat; None while the cover `is_pending`, as organizers have to approve it, or if they declined it."""

    seat: Seat | None
    is_pending: bool = False
    repeated: bool = False


def offer(
    session: Session, slug: str, shift_id: str, seat_id: str, to: OfferedTo, act: Act, *, reason: str | None = None
) -> SeatOffer:
    """Offer a seat to everyone, the holder's team or one person, instead of others whom it was offered to before.

    It stays its holder's until somebody accepts. A repeat answers with the offer there is. Raises WeekUnknown,
    NotFound, NotAllowed, Malformed or ShiftRefused.
    """
    locked = LockedShift.lock(session, slug, shift_id, act, reason)
    seat = find_seat(session, locked.shift, seat_id)
    check_is_own(act, seat.person_id)
    audience, person_id = offers.audience_of(session, to)
    before = offers.standing(session, seat.id)
    if before and locked.facts.is_week_open and (before.audience, before.person_id) == (audience, person_id):
        return before
    _check_offer(locked, seat, before, audience, person_id)
    if before:
        offers.end(locked, before, "withdrawn")
    if act.actor.person_id != seat.person_id:
        audit.note(session, "seat.offered", shifts.audit_target(locked.shift), act, after=_noted(locked, seat))
    return offers.make(locked, seat, audience, person_id, act.actor.name)


def withdraw(
    session: Session, slug: str, shift_id: str, seat_id: str, act: Act, *, reason: str | None = None
) -> SeatOffer:
    """Take back the offer of a seat; a repeat changes nothing.

    Raises WeekUnknown, NotFound, NotAllowed or ShiftRefused.
    """
    locked = LockedShift.lock(session, slug, shift_id, act, reason)
    seat = find_seat(session, locked.shift, seat_id)
    check_is_own(act, seat.person_id)
    if not locked.facts.is_week_open:
        raise refusals.problem("week-not-open")
    last = offers.last(session, seat.id)
    if last is None or last.state == "expired":
        raise refusals.problem("not-offered", "This seat isn’t offered.")
    if last.state == "accepted":
        raise refusals.problem("gone", "This seat was taken over already.")
    if last.state == "withdrawn":
        return last
    if act.actor.person_id != seat.person_id:
        audit.note(session, "seat.withdrawn", shifts.audit_target(locked.shift), act, after=_noted(locked, seat))
    return offers.end(locked, last, "withdrawn")


def accept(
    session: Session, slug: str, shift_id: str, seat_id: str, person_id: str, act: Act, *, reason: str | None = None
) -> Accepted:
    """Take over a seat for a person; a repeat changes nothing.

    Organizers with a `reason` arrange it, offered or not. Raises WeekUnknown, NotFound, NotAllowed or ShiftRefused.
    """
    check_is_own(act, person_id)
    locked = LockedShift.lock(session, slug, shift_id, act, reason)
    team_id = waiting.hold(locked, [person_id, *takeovers.due(locked)]).get(person_id)
    takeovers.settle(locked)
    seat = find_seat(session, locked.shift, seat_id)
    offered = offers.standing(session, seat.id)
    if again := _repeated(locked, seat, offered, person_id):
        return again
    check_active(session, person_id)
    organizes, takeover = locked.reason is not None, _takeover(locked, seat, offered, person_id, team_id)
    if code := rules.accept_refusal(takeover, locked.facts, locked.settings, act.now, organizes=organizes):
        raise _refusal(locked, code, seat, person_id)
    if offered is None or not rules.needs_approval(locked.facts, locked.settings, act.now, organizes=organizes):
        return Accepted(takeovers.hand_over(locked, seat, offered, person_id))
    offered.state, offered.taker_id = "pending", person_id
    offers.keep(locked, offered)
    telling.asked(locked.teller, seat, person_id)
    return Accepted(None, is_pending=True)


def withdraw_request(session: Session, slug: str, shift_id: str, person_id: str, act: Act) -> None:
    """Take back a person's request to take over a seat while nobody has decided it; the seat is offered as before.

    A repeat changes nothing. Raises WeekUnknown, NotFound, NotAllowed, or ShiftRefused where they have the seat.
    """
    check_is_own(act, person_id)
    locked = LockedShift.lock(session, slug, shift_id, act, None)
    waiting.hold(locked, [person_id, *takeovers.due(locked)])
    takeovers.settle(locked)
    if code := standing_refusal(locked.facts):
        raise refusals.problem(code)
    asked = [offered for offered in offers.undecided(session, locked.shift) if offered.taker_id == person_id]
    if not asked and locked.seated([person_id]):
        raise refusals.problem("gone", "Your request was approved: you have the seat. Leave it, or offer it to others.")
    for offered in asked:
        offers.reopen(locked, offered)


def decide(
    session: Session, slug: str, shift_id: str, seat_id: str, act: Act, *, approve: bool, reason: str | None = None
) -> Accepted:
    """Approve a cover that waits for it, or decline it: then its seat is offered as before; a repeat changes nothing.

    Raises WeekUnknown, NotFound, NotAllowed or ShiftRefused.
    """
    if not act.actor.may("admin"):
        raise NotAllowed("Only organizers approve covers.")
    locked = LockedShift.lock(session, slug, shift_id, act, reason)
    offered = offers.standing(session, find_seat(session, locked.shift, seat_id).id)
    waiting.hold(locked, [*takeovers.due(locked), *_taker_of(offered)])
    takeovers.settle(locked)
    if code := standing_refusal(locked.facts):
        raise refusals.problem(code)
    seat = find_seat(session, locked.shift, seat_id)
    if offered is None or offered.state != "pending":
        return _decided(locked, seat, approve=approve)
    [taker_id] = _taker_of(offered)
    if not approve:
        offers.reopen(locked, offered)
        telling.declined(locked.teller, seat, taker_id, locked.reason)
        audit.note(session, "cover.declined", shifts.audit_target(locked.shift), act, after=_noted(locked, seat))
        return Accepted(None)
    check_active(session, taker_id)
    if takeovers.is_busy(locked, taker_id):
        raise _refusal(locked, "overlap", seat, taker_id)
    audit.note(session, "cover.approved", shifts.audit_target(locked.shift), act, after=_noted(locked, seat))
    return Accepted(takeovers.hand_over(locked, seat, offered, taker_id))


def _check_offer(
    locked: LockedShift, seat: Seat, before: SeatOffer | None, audience: str, person_id: str | None
) -> None:
    """Raise why a seat cannot be offered to them."""
    if code := rules.offer_refusal(facts_of(seat), locked.facts, locked.act.now, organizes=locked.reason is not None):
        raise refusals.problem(code)
    if before is not None and before.state == "pending":
        raise refusals.problem("gone", "Someone is taking this seat over. Withdraw the offer first.")
    if person_id == seat.person_id:
        raise Malformed("This seat is theirs already. Offer it to someone else.")
    if person_id is not None:
        check_active(locked.session, person_id)
    if audience == "team" and locked.team_of(seat.person_id) is None:
        raise refusals.problem("no-team", "There’s no team to offer this seat to. Offer it to everyone or one person.")


def _repeated(locked: LockedShift, seat: Seat, offered: SeatOffer | None, person_id: str) -> Accepted | None:
    """The answer to who has accepted the seat before; an organizer with a reason arranges what waits for approval."""
    taken = takeovers.taken_over(locked, seat)
    if not locked.facts.is_week_open:
        return None
    if taken is not None and taken.person_id == person_id:
        return Accepted(taken, repeated=True)
    waits = person_id in _taker_of(offered) and locked.reason is None
    return Accepted(None, is_pending=True, repeated=True) if waits else None


def _takeover(
    locked: LockedShift, seat: Seat, offered: SeatOffer | None, person_id: str, team_id: str | None
) -> Takeover:
    """A person's wish to take over a seat, as it is judged."""
    return Takeover(
        facts_of(seat),
        is_taken=seat.state == "covered" or _taker_of(offered) not in ([], [person_id]),
        is_offered=offered is not None and person_id != seat.person_id and _reaches(locked, seat, offered, person_id),
        has_team=team_id is not None,
        is_ready=not locked.unready([person_id]),
        overlaps=takeovers.is_busy(locked, person_id),
        is_limited=locked.is_limited(team_id),
    )


def _reaches(locked: LockedShift, seat: Seat, offered: SeatOffer, person_id: str) -> bool:
    """Tell whether a seat is offered to a person."""
    if offered.audience != "team":
        return offered.person_id in (None, person_id)
    teams = locked.teams_of([seat.person_id, person_id])
    return person_id in teams and teams[person_id] == teams.get(seat.person_id)


def _taker_of(offered: SeatOffer | None) -> list[str]:
    """The person whose takeover waits for approval."""
    return [offered.taker_id] if offered and offered.state == "pending" and offered.taker_id else []


def _decided(locked: LockedShift, seat: Seat, *, approve: bool) -> Accepted:
    """The answer where nothing waits for approval: a cover that was approved already is there."""
    taken = takeovers.taken_over(locked, seat)
    if not approve or taken is None:
        raise refusals.problem("not-offered", "No cover of this seat waits for approval.")
    return Accepted(taken, repeated=True)


def _refusal(locked: LockedShift, code: Code, seat: Seat, person_id: str) -> Problem:
    """The problem with a takeover; a program hands on what its person is told."""
    if code == "gone" and seat.state == "covered":
        return refusals.problem(code, "Someone else took this seat over.")
    if code == "gone" and can_change_hands(facts_of(seat)):
        return refusals.problem(code, "Someone else asked for this seat first. An organizer decides.")
    if code == "overlap" and locked.seated([person_id]):
        actor = locked.act.actor
        if actor.person_id == person_id or actor.kind == "token":
            return refusals.problem(code, "You have a seat of this shift already.")
        return refusals.problem(code, "They have a seat of this shift already. Choose someone else.")
    return locked.refusal(code, [person_id])


def _noted(locked: LockedShift, seat: Seat) -> dict[str, str | None]:
    return {"seat of": locked.session.get_one(Person, seat.person_id).name, "reason": locked.reason}
