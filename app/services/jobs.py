"""A transactional outbox: jobs are queued in the transaction of what they follow from (ADR 9)."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, delete, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.db.database import announce
from app.domain.actor import Act
from app.errors import AlreadyDone, Conflict, NotFound
from app.events import JobQueued
from app.models import QueuedJob
from app.models.columns import Instant
from app.services.audit import audit
from app.services.audit.audit import AuditTarget

KEPT = timedelta(days=30)
"""The retention of jobs that ended: their key holds off others for as long."""

MAX_ERROR = 500
"""Characters of why an attempt failed: the log has the rest, and a hostile mail server chooses what it answers."""

Payload = Mapping[str, Any]

_WAITING = and_(col(QueuedJob.done_at).is_(None), col(QueuedJob.dead_at).is_(None))


class Claim(NamedTuple):
    """One attempt at a job, which is ours while its lease lasts; `attempt` counts from 1."""

    id: int
    kind: str
    payload: Payload
    attempt: int
    worker: str


class Backlog(NamedTuple):
    """Count waiting jobs (later ones included) and dead ones, and tell since when the oldest due one waits."""

    waiting: int
    dead: int
    oldest_due: datetime | None


def enqueue(session: Session, kind: str, payload: Payload, *, run_at: datetime, key: str | None = None) -> bool:
    """Have a job done at `run_at` or soon after, if this transaction commits; False where its key was there before.

    `payload` is JSON: ids and what somebody typed, never a secret, which its handler makes when it is needed.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"kind": kind, "key": key, "payload": _text(payload), "run_at": run_at, "attempts": 0}
    statement = dialect.insert(QueuedJob).values(row).on_conflict_do_nothing(index_elements=["key"])
    is_new = session.connection().execute(statement.returning(col(QueuedJob.id))).first() is not None
    if is_new:
        announce(session, JobQueued(kind))
    return is_new


def hasten(session: Session, kind: str, key: str, now: datetime) -> None:
    """Have a job that waits for a later moment done now."""
    waits = col(QueuedJob.key) == key, col(QueuedJob.run_at) > now, _WAITING
    session.connection().execute(update(QueuedJob).where(*waits).values(run_at=now))
    announce(session, JobQueued(kind))


class Planned(NamedTuple):
    """A job to be done at `run_at`, if there is none with its key; without one in any case."""

    payload: Payload
    run_at: datetime
    key: str | None = None


def enqueue_all(session: Session, kind: str, planned: Sequence[Planned]) -> None:
    """Have many jobs of one kind done, each at its time; those whose key is there already stay as they are."""
    if not planned:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [
        {"kind": kind, "key": each.key, "payload": _text(each.payload), "run_at": each.run_at, "attempts": 0}
        for each in planned
    ]
    statement = dialect.insert(QueuedJob).on_conflict_do_nothing(index_elements=["key"])
    session.connection().execute(statement, rows)
    announce(session, JobQueued(kind))


def _text(payload: Payload) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def is_due(session: Session, kinds: Sequence[str], now: datetime) -> bool:
    """Tell whether there is a job to claim; a look that keeps no writer waiting."""
    query = select(col(QueuedJob.id)).where(*_due(kinds, now)).limit(1)
    return session.connection().execute(query).first() is not None


def claim(session: Session, worker: str, leases: Mapping[str, timedelta], now: datetime, limit: int) -> list[Claim]:
    """Take up to `limit` due jobs of the kinds in `leases`, oldest first, each for as long as its lease says.

    A lease that ran out means that its worker died or hangs, so the job is due again. Several processes claim at once:
    PostgreSQL skips rows that another one is taking (SKIP LOCKED), SQLite has one writer at a time.
    """
    if not leases or limit < 1:
        return []
    due = (
        select(col(QueuedJob.id))
        .where(*_due(list(leases), now))
        .order_by(col(QueuedJob.run_at), col(QueuedJob.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")  # as a plain subquery PostgreSQL may run it more than once, and take more than the limit
    )
    until = case({kind: literal(now + lease, Instant) for kind, lease in leases.items()}, value=col(QueuedJob.kind))
    statement = (
        update(QueuedJob)
        .where(col(QueuedJob.id).in_(select(due.c.id)))
        .values(lease_until=until, leased_by=worker, attempts=col(QueuedJob.attempts) + 1)
        .returning(col(QueuedJob.id), col(QueuedJob.kind), col(QueuedJob.payload), col(QueuedJob.attempts))
    )
    rows = session.connection().execute(statement).all()
    return sorted(Claim(id_, kind, json.loads(payload), attempts, worker) for id_, kind, payload, attempts in rows)


def _due(kinds: Sequence[str], now: datetime) -> tuple[ColumnElement[bool], ...]:
    is_free = or_(col(QueuedJob.lease_until).is_(None), col(QueuedJob.lease_until) <= now)
    return _WAITING, col(QueuedJob.kind).in_(kinds), col(QueuedJob.run_at) <= now, is_free


def renew(session: Session, claim: Claim, until: datetime) -> bool:
    """Prolong the lease of an attempt that is under way; False for one that lost it."""
    held = update(QueuedJob).where(*_held(claim)).values(lease_until=until)
    return session.connection().execute(held).rowcount == 1


def finish(session: Session, claim: Claim, now: datetime) -> bool:
    """Note that a job is done; False for an attempt that lost its lease, whose work must then not be committed.

    What was typed by people is not kept any longer than it was needed.
    """
    return _end(session, claim, done_at=now, payload="{}", error=None)


def retry(session: Session, claim: Claim, error: str, run_at: datetime) -> bool:
    """Note why an attempt failed, and have the job done again at `run_at`."""
    return _end(session, claim, run_at=run_at, error=error[:MAX_ERROR])


def postpone(session: Session, claim: Claim, run_at: datetime) -> bool:
    """Have a job done at `run_at`, as if this attempt had not been: its turn had not come."""
    return _end(session, claim, run_at=run_at, attempts=claim.attempt - 1)


def bury(session: Session, claim: Claim, error: str, now: datetime) -> bool:
    """Give up on a job; it is kept for organizers to look at."""
    return _end(session, claim, dead_at=now, error=error[:MAX_ERROR])


def _end(session: Session, claim: Claim, **values: Any) -> bool:
    """End an attempt, if it still holds its lease: compare and set."""
    statement = update(QueuedJob).where(*_held(claim)).values(lease_until=None, leased_by=None, **values)
    return session.connection().execute(statement).rowcount == 1


def _held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    """The conditions that an attempt still holds its lease."""
    is_its = col(QueuedJob.leased_by) == claim.worker, col(QueuedJob.attempts) == claim.attempt
    return col(QueuedJob.id) == claim.id, *is_its, _WAITING


def backlog(session: Session, now: datetime) -> Backlog:
    """Count what waits and what is dead."""
    due = case((and_(_WAITING, col(QueuedJob.run_at) <= now), col(QueuedJob.run_at)))
    counts = select(func.count(case((_WAITING, 1))), func.count(col(QueuedJob.dead_at)), func.min(due, type_=Instant))
    waiting, dead, oldest = session.connection().execute(counts).one()
    return Backlog(waiting, dead, oldest)


def dead(session: Session, limit: int) -> Sequence[QueuedJob]:
    """List jobs that were given up, the newest first."""
    query = select(QueuedJob).where(col(QueuedJob.dead_at).is_not(None)).order_by(col(QueuedJob.id).desc())
    return session.scalars(query.limit(limit)).all()


def revive(session: Session, job_id: str, act: Act, kinds: Collection[str]) -> None:
    """Have a dead job done again from now on, with all its attempts.

    `kinds` are those that this server has a handler for; a job of another kind would wait for ever. Raises NotFound,
    Conflict or AlreadyDone.
    """
    job = _find(session, job_id)
    if job.kind not in kinds:
        raise Conflict(
            f"Nothing here does jobs of the kind {job.kind} now. Set up what they need first, or dismiss it."
        )
    _unbury(session, job, run_at=act.now, attempts=0, error=None)
    announce(session, JobQueued(job.kind))
    audit.note(session, "job.revived", AuditTarget("job", job_id, job.kind), act)


def dismiss(session: Session, job_id: str, act: Act) -> None:
    """Have a dead job count as done; its key still holds off others. Raises NotFound or AlreadyDone."""
    job = _find(session, job_id)
    _unbury(session, job, done_at=act.now, payload="{}")
    audit.note(session, "job.dismissed", AuditTarget("job", job_id, job.kind), act)


def _find(session: Session, job_id: str) -> QueuedJob:
    is_number = job_id.isascii() and job_id.isdigit() and len(job_id) < 19
    job = session.get(QueuedJob, int(job_id)) if is_number else None
    if job is None:
        raise NotFound("There’s no such job. The overview lists those that failed.")
    return job


def _unbury(session: Session, job: QueuedJob, **values: Any) -> None:
    """End a job's death, if nobody else did at the same moment: compare and set."""
    is_dead = (col(QueuedJob.id) == job.id, col(QueuedJob.dead_at).is_not(None))
    if session.connection().execute(update(QueuedJob).where(*is_dead).values(dead_at=None, **values)).rowcount != 1:
        raise AlreadyDone("Someone took care of this job already.")


def forget_ended(session: Session, now: datetime) -> int:
    """Delete the jobs that ended long ago; how many."""
    ended = func.coalesce(col(QueuedJob.done_at), col(QueuedJob.dead_at), type_=Instant)
    return session.connection().execute(delete(QueuedJob).where(ended < now - KEPT)).rowcount
