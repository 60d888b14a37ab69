"""The ledger's verbs: record, reverse, reinstate, adjust. Nothing here edits or deletes (ADR 2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.actor import Act, Actor
from app.domain.draft import ORGANIZER_SOURCE, SHIFTS_SOURCE, Key, Reading
from app.domain.rules import ADJUSTMENT
from app.errors import AlreadyDone, BySeat, HeldBack, Malformed, NotFound, Problem
from app.models import LedgerEntry, Reversal, Week
from app.models.columns import is_id
from app.services import reasons
from app.services.audit import audit
from app.services.ledger import activities, recording, rulings, withdrawals
from app.services.ledger.activities import ActivityView
from app.services.ledger.admission import Admission, Recorded
from app.services.ledger.drafts import code_flaw
from app.services.ledger.rulings import Ruling
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.teams import teams
from app.services.weeks import weeks
from app.services.weeks.weeks import AnyWeek

MAX_POINTS = 100_000  # of one adjustment, as of one rule: sums of any number of them stay within 64 bits
HELD_BACK = HeldBack("Nothing was recorded: something sent with it was rejected. Fix that and send all of it again.")


class Submission(NamedTuple):
    """A submission to the ledger: what was read, and whose it is."""

    reading: Reading
    actor: Actor


def record(
    session: Session,
    slug: str,
    submissions: Sequence[Submission],
    *,
    now: datetime,
    all_or_nothing: bool = False,
    with_activities: bool = False,
) -> list[Recorded | Problem]:
    """Record as one change of the week what may enter its ledger; each is answered as if it had come alone, in turn.

    A repeat is recognised before anything else. A refused one is answered with its Problem (Malformed, KindUnknown,
    PersonUnknown, WeekNotOpen or OutsideWeek) and changes nothing; where it is `all_or_nothing`, nothing is recorded
    then, and those that might have been are answered with HeldBack. Raises WeekUnknown.
    """
    week = weeks.hold(session, slug, now)
    readings = [submission.reading for submission in submissions]
    admission = recording.admission_of(session, week, rule_sets.rules_of(session, week), readings, now)
    outcomes = [admission.admit(reading, actor.name) for reading, actor in submissions]
    if all_or_nothing and any(isinstance(outcome, Problem) for outcome in outcomes):
        return [_held_back(outcome, admission) for outcome in outcomes]
    fresh = list(admission.fresh.values())
    recording.record(session, admission, fresh)
    reversed_ids = withdrawals.rule_on_arrival(session, week, fresh, now)
    if not with_activities:
        return outcomes
    return [
        outcome
        if isinstance(outcome, Problem)
        else _with_activity(session, admission, submission, outcome, is_as_sent=outcome.id not in reversed_ids)
        for submission, outcome in zip(submissions, outcomes, strict=True)
    ]


def _held_back(outcome: Recorded | Problem, admission: Admission) -> Recorded | Problem:
    is_new = isinstance(outcome, Recorded) and outcome.key in admission.fresh
    return HELD_BACK if is_new else outcome


def _with_activity(
    session: Session, admission: Admission, submission: Submission, recorded: Recorded, *, is_as_sent: bool
) -> Recorded:
    draft = submission.reading.draft
    if draft is not None and is_as_sent and not recorded.repeated and admission.week.frozen_version is None:
        row, player = admission.fresh[recorded.key], admission.players[draft.person]
        return recorded._replace(activity=activities.new_view(admission.week, row, player))
    return recorded._replace(activity=seen(session, recorded, submission.actor))


def seen(session: Session, recorded: Recorded, actor: Actor) -> ActivityView | None:
    """An entry as who sent it may see it; None for somebody else's that they may not read.

    Who recorded it sees it even where a freeze hides it, but not what came of it after the freeze.
    """
    entry = session.exec(select(LedgerEntry).where(LedgerEntry.id == recorded.id)).one()
    week = weeks.find_by_id(session, entry.week_id)
    view = weeks.view(week, actor)
    is_hidden = not actor.may("read") or (view.upto is not None and entry.version > view.upto)
    if is_hidden and entry.recorded_by != actor.name:
        return None
    return activities.views(session, week, [entry], view)[0]


def get(session: Session, week: AnyWeek, key: Key) -> LedgerEntry:
    """The activity of a key that is known to be there."""
    return session.exec(_with_key(week, key)).one()


def find(session: Session, week: Week, key: Key) -> LedgerEntry | None:
    """The activity this key already names in this week."""
    return session.exec(_with_key(week, key)).first()


def _with_key(week: AnyWeek, key: Key) -> SelectOfScalar[LedgerEntry]:
    return select(LedgerEntry).where(
        LedgerEntry.week_id == week.id,
        LedgerEntry.source == key.source,
        LedgerEntry.kind == key.kind,
        LedgerEntry.external_id == key.external_id,
    )


def reverse(session: Session, activity_id: str, act: Act, *, reason: str) -> Reversal:
    """Cancel an activity. Raises AlreadyDone when it is cancelled, and BySeat for an entry of a shift."""
    return _rule(session, activity_id, act, reversing=True, reason=reason)


def reinstate(session: Session, activity_id: str, act: Act, *, reason: str) -> Reversal:
    """Undo a reversal. Raises AlreadyDone when the activity stands, and BySeat for an entry of a shift."""
    return _rule(session, activity_id, act, reversing=False, reason=reason)


def _rule(session: Session, activity_id: str, act: Act, *, reversing: bool, reason: str) -> Reversal:
    reason = reasons.require(reason)
    week, entry = _lock(session, activity_id, act.now)
    if entry.source == SHIFTS_SOURCE:
        raise BySeat
    weeks.require_open(week)
    if (rulings.counts(session, [entry])[entry.seq] % 2 == 1) == reversing:
        raise AlreadyDone("This activity is already reversed." if reversing else "This activity isn’t reversed.")
    [ruling] = rulings.add(session, week, [Ruling(entry, stands=not reversing)], act, reason=reason)
    return ruling


def _lock(session: Session, activity_id: str, now: datetime) -> tuple[Week, LedgerEntry]:
    query = select(LedgerEntry).where(LedgerEntry.id == activity_id)
    entry = session.exec(query).first() if is_id(activity_id) else None
    if entry is None:
        raise NotFound(f"There’s no activity with the id “{activity_id[:40]}”.")
    return weeks.lock(session, weeks.find_by_id(session, entry.week_id).slug, now), entry


def find_adjustment(session: Session, slug: str, external_id: str, now: datetime) -> Recorded | None:
    """The adjustment that this external id names in this week. Raises WeekUnknown."""
    entry = find(session, weeks.find(session, slug, now), Key(ORGANIZER_SOURCE, ADJUSTMENT, external_id))
    return None if entry is None else _recorded(entry, repeated=True)


def _recorded(entry: LedgerEntry, *, repeated: bool) -> Recorded:
    return Recorded(entry.id, Key(entry.source, entry.kind, entry.external_id), repeated)


def adjust(
    session: Session, slug: str, act: Act, *, team_id: str, points: int, reason: str, external_id: str
) -> Recorded:
    """Give points to a team of an open week, or take them; a repeat of the external id answers with the first one.

    Raises WeekUnknown, Malformed, NotFound for a team of no or another week, or WeekNotOpen; then nothing has changed.
    """
    week = weeks.lock(session, slug, act.now)
    if flaw := code_flaw(external_id):
        raise Malformed(f"“external_id” {flaw}.")
    key = Key(ORGANIZER_SOURCE, ADJUSTMENT, external_id)
    if known := find(session, week, key):
        return _recorded(known, repeated=True)
    reason = reasons.require(reason)
    if not 0 < abs(points) <= MAX_POINTS:
        raise Malformed(f"Give or take 1 to {MAX_POINTS:,} points.")
    team = teams.find(session, week, team_id)
    weeks.require_open(week)
    entry = LedgerEntry(
        week_id=week.id, version=week.version + 1, kind=ADJUSTMENT, team_id=team.id, occurred_at=act.now,
        recorded_at=act.now, recorded_by=act.actor.name, source=ORGANIZER_SOURCE, external_id=external_id,
        points=points, reason=reason,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    scores.refresh(session, week, rule_sets.rules_of(session, week), team.id)
    weeks.bump_version(session, week, scores_alone=True)
    details = {"points": points, "reason": reason, "external_id": external_id}
    audit.note(session, "team.adjusted", teams.audit_target(team), act, after=details)
    return _recorded(entry, repeated=False)
