"""Large imports: judged and stored beside the ledger first, then let in all at once under a short lock."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Insert, Select, and_, delete, exists, insert, literal, or_, select, tuple_
from sqlalchemy.dialects import postgresql
from sqlmodel import Session, col

from app import metrics
from app.db.bulk import BulkInsert
from app.db.database import Database
from app.domain.actor import Act
from app.domain.draft import Key
from app.domain.rules import Rules
from app.errors import Conflict, Problem, WeekNotOpen
from app.models import ImportRow, LedgerEntry, Membership, Reversal, Timing
from app.models.columns import new_id
from app.services.audit import audit
from app.services.imports import batch, history, reinstating
from app.services.imports.bad_lines import BadLines
from app.services.imports.batch import Line, Outcome
from app.services.ledger import recording, rulings, timings, withdrawals
from app.services.ledger.admission import Admission, Row
from app.services.people import people
from app.services.rules import rule_sets
from app.services.scoring import response_times, scores
from app.services.scoring.scores import WeekScores
from app.services.teams import aliases as team_aliases
from app.services.teams import teams
from app.services.weeks import weeks
from app.services.weeks.weeks import HeldWeek

FEW_LINES = 2_000
"""Up to so many are recorded in one transaction, as a batch is; it holds the lock for less than a tenth of a second."""

AGAIN = "Imported again"
"""The reason with which activities are reinstated whose import was undone."""

KEPT = timedelta(days=1)
"""Rows of an import that was killed; longer than any import takes, so that none under way loses its own."""

_STAGED = tuple(name for name in ImportRow.model_fields if name not in {"import_id", "line", "staged_at"})
_STAGE = BulkInsert(ImportRow, tuple(ImportRow.model_fields))


class Staged(NamedTuple):
    """An import on its way: the week and rules it was judged by, how many rows wait, how many lines are repeats."""

    id: str
    week: HeldWeek
    rules: Rules
    rows: int
    repeated: int


def import_activities(
    database: Database,
    slug: str,
    lines: Sequence[Line],
    act: Act,
    *,
    progress: Callable[[int], None] = lambda _: None,
    at_once: int = FEW_LINES,
) -> Outcome:
    """Record every line that repeats nothing, all or nothing. Raises WeekUnknown, BatchRefused or Conflict.

    Several transactions, so it takes the database and commits; a failure between them leaves the ledger untouched.
    `progress` is told how many more lines were judged; `at_once` lines share a transaction.
    """
    with database.reading() as session:
        week = weeks.look(session, slug, act.now)
        weeks.require_begun(week)
        lines, undone, _ = reinstating.judge(session, week, lines)
    if len(lines) <= at_once:
        with database.unit_of_work() as session:
            outcome = _record_few(session, slug, lines, undone, act)
        progress(len(lines))
        return outcome
    import_id = new_id()
    try:
        staged = stage(database, import_id, slug, lines, now=act.now, progress=progress, at_once=at_once)
        return apply(database, staged, act, undone)
    finally:
        forget(database, import_id, act.now)


def _record_few(session: Session, slug: str, lines: Sequence[Line], undone: Sequence[int], act: Act) -> Outcome:
    before = weeks.hold(session, slug, act.now)
    outcome = batch.record(session, slug, lines, act)
    return _finish(session, before, outcome, undone, act, is_counted=outcome.recorded > 0)


def _finish(
    session: Session, before: HeldWeek, outcome: Outcome, undone: Sequence[int], act: Act, *, is_counted: bool
) -> Outcome:
    """Reinstate what an undone import had, and note the import; both are of the week's version after `before`."""
    reinstated = 0
    if undone:
        weeks.require_open(before)
        reinstated = rulings.add_all(session, before, undone, act, stand=True, reason=AGAIN)
    if reinstated and not is_counted:
        weeks.bump_version(session, before, scores_alone=True)
    outcome = outcome._replace(reinstated=reinstated, repeated=outcome.repeated - reinstated)
    if outcome.recorded or reinstated:
        made = {"reinstated": list(undone)} if reinstated else {}
        found = history.note(session, "activities", before, act, outcome._asdict(), made)
        audit.note(session, "activities.imported", history.audit_target(found), act, after=outcome._asdict())
    return outcome


def stage(
    database: Database,
    import_id: str,
    slug: str,
    lines: Sequence[Line],
    *,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
    at_once: int = FEW_LINES,
) -> Staged:
    """Judge lines and keep those that may enter, some in a transaction. Raises WeekUnknown or BatchRefused."""
    bad = BadLines()
    ids: dict[Key, str] = {}
    # In order, for an index that grows from left to right takes less time under the lock.
    new_ids = iter(sorted(new_id() for _ in lines))
    rows = repeated = 0
    with database.reading() as session:
        week = weeks.look(session, slug, now)
        rules = rule_sets.rules_of(session, week)
    for chunk in people.chunks(lines, at_once):
        with database.reading() as session:
            admission = recording.admission_of(session, week, rules, (line.reading for line in chunk), now, ids)
        admission.make_id = new_ids.__next__
        fresh = _admit(admission, chunk, bad)
        repeated += sum(1 for line in chunk if line.reading.key in ids) - len(fresh)
        if fresh and not bad.count:
            _store(database, import_id, fresh, now)
        rows += len(fresh)
        progress(len(chunk))
    if bad.count:
        raise batch.refused(bad)
    return Staged(import_id, week, rules, rows, repeated)


def _admit(admission: Admission, chunk: Sequence[Line], bad: BadLines) -> list[Row]:
    """The rows of the lines that may enter; the admission learns their keys, `bad` what is wrong with the others."""
    for number, reading in chunk:
        outcome = admission.admit(reading, "")
        if isinstance(outcome, Problem):
            bad.add(number, outcome.detail)
        elif not outcome.repeated:
            admission.fresh[outcome.key]["line"] = number
    return list(admission.fresh.values())


def _store(database: Database, import_id: str, rows: Sequence[Row], now: datetime) -> None:
    same = {"import_id": import_id, "staged_at": now}
    bound = _STAGE.bind(database.writer.dialect, [{**row, **same} for row in rows])
    with database.unit_of_work() as session:
        _STAGE.run_bound(session, bound)


def apply(database: Database, staged: Staged, act: Act, undone: Sequence[int] = ()) -> Outcome:
    """Let staged rows into the ledger as one change of their week, except those that came meanwhile by another way.

    Scores are computed before the week is locked, and inside the lock only for teams that changed since. `undone` are
    the numbers of activities in the ledger that are reinstated.
    """
    if not (staged.rows or undone):
        return Outcome(0, staged.repeated)
    with database.reading() as session:
        before = weeks.look(session, staged.week.slug, act.now)
        computed = scores.compute(session, before, staged.rules, with_import=staged.id)
    with database.unit_of_work() as session:
        week = weeks.hold(session, staged.week.slug, act.now)
        _check_again(week, rule_sets.rules_of(session, week), staged)
        rows = _insert(session, week, staged.id, act)
        late = response_times.pending(session, week, after=week.version)
        timings.add(session, week, late, act)
        is_as_staged = rows == staged.rows and not late
        changed = _changed_since(session, week, before.version) if is_as_staged else None
        _keep_scores(session, week, staged.rules, computed, changed)
        weeks.bump_version(session, week)
        metrics.count_on_commit(session, metrics.ACTIVITIES, rows)
        withdrawals.rule_on_arrival(session, week, None, act.now)
        outcome = Outcome(rows, staged.repeated + staged.rows - rows)
        return _finish(session, week, outcome, undone, act, is_counted=True)


def _check_again(week: HeldWeek, rules: Rules, staged: Staged) -> None:
    """Refuse what was judged against another state of the week. Raises WeekNotOpen or Conflict."""
    if week.state != "open":
        raise WeekNotOpen(week.name, week.state)
    judged = staged.week
    if (rules, week.starts, week.ends, week.timezone) != (staged.rules, judged.starts, judged.ends, judged.timezone):
        raise Conflict("Nothing was imported: the rules or the week’s days changed meanwhile. Import again.")


_STAGED_COLUMNS = [col(getattr(ImportRow, name)) for name in _STAGED]


def _insert(session: Session, week: HeldWeek, import_id: str, act: Act) -> int:
    """Add the staged rows whose key the ledger lacks; how many."""
    values = {"week_id": week.id, "version": week.version + 1, "recorded_at": act.now, "recorded_by": act.actor.name}
    constants = [literal(value, LedgerEntry.__table__.c[name].type) for name, value in values.items()]  # type: ignore[attr-defined]
    rows = (
        select(*_STAGED_COLUMNS, *constants).where(col(ImportRow.import_id) == import_id).order_by(col(ImportRow.line))
    )
    statement = _into_ledger(session, week, rows, [*_STAGED, *values])
    # Without the option SQLAlchemy does not ask psycopg how many rows that were.
    return session.connection().execute(statement.execution_options(preserve_rowcount=True)).rowcount


def _into_ledger(session: Session, week: HeldWeek, rows: Select[Any], names: list[str]) -> Insert:
    """Insert those of the rows whose key the ledger lacks.

    On PostgreSQL while the index is written: it has no statistics yet of what was staged a moment ago, and may compare
    every row with every activity of the week for NOT EXISTS. SQLite looks each up, and its guard of the ledger takes a
    conflict that nobody minds for an attempt to replace a row.
    """
    if session.get_bind().dialect.name == "postgresql":
        into = postgresql.insert(LedgerEntry).from_select(names, rows, include_defaults=False)
        return into.on_conflict_do_nothing(index_elements=["week_id", *Key._fields])
    same = (col(getattr(LedgerEntry, name)) == col(getattr(ImportRow, name)) for name in Key._fields)
    is_there = exists().where(col(LedgerEntry.week_id) == week.id, *same)
    return insert(LedgerEntry).from_select(names, rows.where(~is_there), include_defaults=False)


def _keep_scores(
    session: Session, week: HeldWeek, rules: Rules, computed: WeekScores, changed: set[str] | None
) -> None:
    """Store what was computed, and score again the teams that changed since; everything where that is not known."""
    if changed is None:
        scores.rebuild(session, week, rules)
        return
    scores.replace(session, week, computed)
    for team_id in sorted(changed):
        scores.refresh(session, week, rules, team_id)


def _changed_since(session: Session, week: HeldWeek, version: int) -> set[str] | None:
    """The teams whose ledger changed after a version; None where people moved, or somebody without a team is in it."""
    moved = select(col(Membership.id)).where(col(Membership.week_id) == week.id, col(Membership.version) > version)
    if session.connection().execute(moved.limit(1)).first() is not None:
        return None
    reversed_since = select(col(Reversal.activity_seq)).where(col(Reversal.version) > version)
    timed_since = select(col(Timing.activity_seq)).where(col(Timing.version) > version)
    recorded_since = and_(col(LedgerEntry.version) > version, col(LedgerEntry.version) <= week.version)
    ruled_since = col(LedgerEntry.seq).in_(reversed_since), col(LedgerEntry.seq).in_(timed_since)
    changes = (
        select(col(LedgerEntry.person_id), team_aliases.owner_id(col(LedgerEntry.team_id)))
        .where(col(LedgerEntry.week_id) == week.id, or_(recorded_since, *ruled_since))
        .distinct()
    )
    pairs = session.connection().execute(changes).all()
    joins = teams.joins(session, week, {person for person, _ in pairs if person is not None})
    if any(person is not None and person not in joins for person, _ in pairs):
        return None
    joined = {join.team for history in joins.values() for join in history if join.team is not None}
    return joined | {team for _, team in pairs if team is not None}


def forget(database: Database, import_id: str, now: datetime) -> None:
    """Delete the rows of an import that is over, and what killed ones left a day ago, a few thousand at a time."""
    is_over = or_(col(ImportRow.import_id) == import_id, col(ImportRow.staged_at) < now - KEPT)
    some = select(col(ImportRow.import_id), col(ImportRow.line)).where(is_over).limit(FEW_LINES)
    statement = delete(ImportRow).where(tuple_(ImportRow.import_id, ImportRow.line).in_(some))
    deleted = FEW_LINES
    while deleted == FEW_LINES:
        with database.unit_of_work() as session:
            deleted = session.connection().execute(statement).rowcount
