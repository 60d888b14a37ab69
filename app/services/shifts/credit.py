"""Credit: the ledger follows the completed seats of a shift, a team's first being its shift, others attendances."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.draft import SHIFTS_SOURCE, Draft, PersonId, Reading
from app.domain.memberships import team_at
from app.domain.rules import ATTENDANCE, SHIFT
from app.models import LedgerEntry, Seat, SeatChange, Shift, ShiftCredit, Week
from app.services.ledger import recording, rulings
from app.services.ledger.rulings import Ruling
from app.services.people import people as people_
from app.services.rules import rule_sets
from app.services.teams import teams
from app.services.weeks import weeks
from app.services.weeks.weeks import AnyWeek

JOINED = "Joined a team, whose completed seats of this shift are one shift together."


class Completion(NamedTuple):
    """A completed seat, its person, and their team at the start of the shift."""

    seat_id: str
    person_id: str
    team_id: str | None


def follow(session: Session, held: AnyWeek, shift: Shift, act: Act, *, reason: str) -> None:
    """Have the ledger say what the completed seats of a shift are, in a locked week; where it does, nothing changes.

    A team's credit stays with its seat until that is no longer completed, then goes to the completion recorded first.
    """
    week = weeks.find_by_id(session, held.id)  # the row: several changes follow, and each counts its version
    completions = _completions(session, week, shift)
    credited = _credit_teams(session, shift, completions)
    kinds = {each.seat_id: _kind(each, credited) for each in completions}
    entries = _entries(session, week, shift)
    reversed_ = {seq for seq, count in rulings.counts(session, entries).items() if count % 2 == 1}
    known = {(_seat_of(entry), entry.kind) for entry in entries}
    _record(session, week, shift, [each for each in completions if (each.seat_id, kinds[each.seat_id]) not in known],
            kinds, act)  # fmt: skip
    changes = [Ruling(entry, stands=kinds.get(_seat_of(entry)) == entry.kind) for entry in entries]
    rulings.add(
        session, week, [each for each in changes if each.stands == (each.entry.seq in reversed_)], act, reason=reason
    )


def follow_people(session: Session, week: Week, moved: Iterable[str], act: Act) -> None:
    """Have the ledger follow the completed seats of people whose team has changed, in a locked week.

    Of thousands before the first shift, as in an import, nobody is looked up.
    """
    completed = (
        select(Shift)
        .join(Seat, col(Seat.shift_id) == Shift.id)
        .where(Shift.week_id == week.id, Seat.state == "completed")
    )
    if session.exec(completed.limit(1)).first() is None:
        return
    shifts: dict[str, Shift] = {}
    for chunk in people_.chunks(moved, people_.CHUNK):
        found = session.exec(completed.where(col(Seat.person_id).in_(chunk)))
        shifts |= {shift.id: shift for shift in found}
    for shift_id in sorted(shifts):
        follow(session, week, shifts[shift_id], act, reason=JOINED)


def _completions(session: Session, week: Week, shift: Shift) -> list[Completion]:
    """The completed seats of a shift in the order in which they were recorded as such."""
    query = (
        select(Seat.id, Seat.person_id)
        .join(SeatChange, col(SeatChange.seat_id) == Seat.id)
        .where(Seat.shift_id == shift.id, Seat.state == "completed", SeatChange.after == "completed")
        .group_by(col(Seat.id), col(Seat.person_id))
        .order_by(func.max(SeatChange.id))
    )
    rows = session.exec(query).all()
    joins = teams.joins(session, week, {person_id for _, person_id in rows}) if rows else {}
    return [
        Completion(seat_id, person_id, team_at(joins.get(person_id, ()), shift.starts_at))
        for seat_id, person_id in rows
    ]


def _credit_teams(session: Session, shift: Shift, completions: Sequence[Completion]) -> dict[str, str]:
    """Keep the credited seat of each team, or give the credit on; the seats by team."""
    rows = {row.team_id: row for row in session.exec(select(ShiftCredit).where(ShiftCredit.shift_id == shift.id))}
    standing = {(each.team_id, each.seat_id) for each in completions}
    credited = {team_id: row.seat_id for team_id, row in rows.items() if (team_id, row.seat_id) in standing}
    for team_id, row in rows.items():
        if team_id not in credited:
            session.delete(row)
    session.flush()
    for each in completions:
        if each.team_id is not None and each.team_id not in credited:
            credited[each.team_id] = each.seat_id
            session.add(ShiftCredit(shift_id=shift.id, team_id=each.team_id, seat_id=each.seat_id))
    session.flush()
    return credited


def _kind(completion: Completion, credited: Mapping[str, str]) -> str:
    is_shift = completion.team_id is None or credited[completion.team_id] == completion.seat_id
    return SHIFT if is_shift else ATTENDANCE


def _entries(session: Session, week: Week, shift: Shift) -> list[LedgerEntry]:
    """The entries that seats of a shift have in the ledger; their keys begin with the shift's id."""
    query = select(LedgerEntry).where(
        LedgerEntry.week_id == week.id, LedgerEntry.source == SHIFTS_SOURCE,
        col(LedgerEntry.kind).in_((SHIFT, ATTENDANCE)),
        LedgerEntry.external_id > f"{shift.id}/", LedgerEntry.external_id < f"{shift.id}0",  # "0" follows "/"
    )  # fmt: skip
    return list(session.exec(query.order_by(col(LedgerEntry.seq))))


def _seat_of(entry: LedgerEntry) -> str:
    return entry.external_id.partition("/")[2]


def _record(
    session: Session, week: Week, shift: Shift, fresh: Sequence[Completion], kinds: Mapping[str, str], act: Act
) -> None:
    """Record entries of our own: no admission, as their kind need not be one of the rules."""
    drafts = [
        Draft(
            kinds[each.seat_id], PersonId(each.person_id), shift.starts_at, SHIFTS_SOURCE, f"{shift.id}/{each.seat_id}"
        )
        for each in fresh
    ]
    if not drafts:
        return
    rules = rule_sets.rules_of(session, week)
    admission = recording.admission_of(session, week, rules, map(Reading.of, drafts), act.now)
    recording.record(session, admission, [admission.row(draft, act.actor.name) for draft in drafts])
