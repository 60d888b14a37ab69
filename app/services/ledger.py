"""The ledger's verbs: take, reverse, reinstate, adjust. Nothing here edits or deletes."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, insert
from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.memberships import team_at
from app.domain.rules import ADJUSTMENT
from app.errors import AlreadyDone, Malformed, NotFound
from app.models import LedgerEntry, Reversal, Week
from app.models.columns import is_id
from app.services import people, reasons, rule_sets, scores, teams, weeks
from app.services.gate import Gate
from app.services.intake import Draft, Key, Reading, code_flaw, mend

ORGANIZER = "organizer"
MOST_POINTS = 100_000


class Taken(NamedTuple):
    """The activity in the ledger, and whether it was there before."""

    entry: LedgerEntry
    repeated: bool


def take(session: Session, slug: str, reading: Reading, *, by: str, now: datetime) -> Taken:
    """Record what was read, or find the activity it repeats; a repeat is recognised before anything else.

    Raises WeekUnknown, Malformed, KindUnknown, PersonUnknown, WeekNotOpen or OutsideWeek; then nothing has changed.
    """
    week = weeks.lock(session, slug, now)
    if reading.key and (known := find(session, week, reading.key)):
        return Taken(known, repeated=True)
    if reading.draft is None:
        raise mend(reading.flaws)
    draft = reading.draft
    gate = Gate(week, rule_sets.rules_of(session, week), people.by_email(session, [draft.person]), now)
    if problem := gate.refusal(draft):
        raise problem
    record(session, gate, [draft], by=by)
    return Taken(get(session, week, draft.key), repeated=False)


def get(session: Session, week: Week, key: Key) -> LedgerEntry:
    """The activity of a key that is known to be there."""
    return session.exec(_with_key(week, key)).one()


def find(session: Session, week: Week, key: Key) -> LedgerEntry | None:
    """The activity this key already names in this week."""
    return session.exec(_with_key(week, key)).first()


def _with_key(week: Week, key: Key) -> SelectOfScalar[LedgerEntry]:
    return select(LedgerEntry).where(
        LedgerEntry.week_id == week.id,
        LedgerEntry.source == key.source,
        LedgerEntry.kind == key.kind,
        LedgerEntry.external_id == key.external_id,
    )


def record(session: Session, gate: Gate, drafts: Sequence[Draft], *, by: str) -> None:
    """Add drafts that the gate lets in and that repeat nothing, as one change of the locked week."""
    if not drafts:
        return
    for chunk in people.chunks(drafts, 5_000):
        session.execute(insert(LedgerEntry), [gate.row(draft, by) for draft in chunk])
    _rescore(session, gate, drafts)
    weeks.touch(session, gate.week)


def _rescore(session: Session, gate: Gate, drafts: Sequence[Draft]) -> None:
    """Score the teams these drafts count for anew, and count those that belong to no team."""
    ids = {email: person.id for email, person in gate.people.items()}
    joins = teams.joins(session, gate.week, ids.values() if len(ids) < people.CHUNK else None)
    touched: set[str] = set()
    loose: Counter[str] = Counter()
    for draft in drafts:
        team_id = team_at(joins.get(ids[draft.person], ()), draft.occurred_at)
        if team_id is None:
            loose[draft.kind] += 1
        else:
            touched.add(team_id)
    scores.refresh(session, gate.week, gate.rules, touched)
    scores.count_loose(session, gate.week, loose)


def reverse(session: Session, activity_id: str, *, reason: str, by: str, now: datetime) -> Reversal:
    """Cancel an activity. Raises AlreadyDone when it is cancelled."""
    return _rule(session, activity_id, reversing=True, reason=reason, by=by, now=now)


def reinstate(session: Session, activity_id: str, *, reason: str, by: str, now: datetime) -> Reversal:
    """Undo a reversal. Raises AlreadyDone when the activity stands."""
    return _rule(session, activity_id, reversing=False, reason=reason, by=by, now=now)


def _rule(session: Session, activity_id: str, *, reversing: bool, reason: str, by: str, now: datetime) -> Reversal:
    reason = reasons.demanded(reason)
    week, entry = _lock(session, activity_id, now)
    weeks.require_open(week)
    count = rulings(session, entry)
    if (count % 2 == 1) == reversing:
        raise AlreadyDone(
            "This activity is already reversed." if reversing else "This activity stands; there is nothing to undo."
        )
    ruling = Reversal(activity_seq=entry.seq, ordinal=count + 1, reason=reason, by=by, at=now, version=week.version + 1)
    session.add(ruling)
    session.flush()
    _rescore_entry(session, week, entry, -1 if reversing else 1)
    weeks.touch(session, week)
    return ruling


def _lock(session: Session, activity_id: str, now: datetime) -> tuple[Week, LedgerEntry]:
    query = select(LedgerEntry).where(LedgerEntry.id == activity_id)
    entry = session.exec(query).first() if is_id(activity_id) else None
    if entry is None:
        raise NotFound(f"There is no activity with the id “{activity_id[:40]}”.")
    return weeks.lock(session, weeks.find_by_id(session, entry.week_id).slug, now), entry


def rulings(session: Session, entry: LedgerEntry) -> int:
    """How often an activity was reversed or reinstated; odd means reversed."""
    return session.exec(select(func.count()).select_from(Reversal).where(Reversal.activity_seq == entry.seq)).one()


def _rescore_entry(session: Session, week: Week, entry: LedgerEntry, change: int) -> None:
    team_id = team_of(session, week, entry)
    if team_id is None:
        scores.count_loose(session, week, {entry.kind: change})
    else:
        scores.refresh(session, week, rule_sets.rules_of(session, week), [team_id])


def team_of(session: Session, week: Week, entry: LedgerEntry) -> str | None:
    """The team an entry counts for: an adjustment names it, an activity follows its person."""
    if entry.person_id is None:
        return entry.team_id
    joins = teams.joins(session, week, [entry.person_id])
    return team_at(joins.get(entry.person_id, ()), entry.occurred_at)


def adjust(
    session: Session, slug: str, *, team_id: str, points: int, reason: str, external_id: str, by: str, now: datetime
) -> Taken:
    """Give points to a team of an open week, or take them; a repeat of the external id answers with the first one.

    Raises WeekUnknown, Malformed, NotFound for a team of no or another week, or WeekNotOpen; then nothing has changed.
    """
    week = weeks.lock(session, slug, now)
    if flaw := code_flaw(external_id):
        raise Malformed(f"“external_id” {flaw}.")
    key = Key(ORGANIZER, ADJUSTMENT, external_id)
    if known := find(session, week, key):
        return Taken(known, repeated=True)
    reason = reasons.demanded(reason)
    if not 0 < abs(points) <= MOST_POINTS:
        raise Malformed(f"points must lie between -{MOST_POINTS} and {MOST_POINTS} and not be 0.")
    team = teams.find(session, week, team_id)
    weeks.require_open(week)
    entry = LedgerEntry(
        week_id=week.id, version=week.version + 1, kind=ADJUSTMENT, team_id=team.id, occurred_at=now, recorded_at=now,
        source=ORGANIZER, external_id=external_id, recorded_by=by, points=points, reason=reason,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    scores.refresh(session, week, rule_sets.rules_of(session, week), [team.id])
    weeks.touch(session, week)
    return Taken(entry, repeated=False)
