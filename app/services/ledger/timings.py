"""Timings: entries of the ledger that say what the clocks of a ticket make of an activity's response time by now."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.memberships import team_at
from app.models import LedgerEntry, Timing, Week
from app.services import clocks, jobs
from app.services.ledger import rulings
from app.services.people.people import CHUNK, chunks
from app.services.rules import rule_sets
from app.services.scoring import response_times, scores
from app.services.scoring.response_times import Late
from app.services.teams import teams
from app.services.weeks import weeks
from app.services.weeks.weeks import AnyWeek

CATCH_UP: Final = "clocks.catch_up"
"""The job that looks at the replies of all open weeks again."""


def follow(session: Session, source: str, tickets: Collection[str], act: Act) -> None:
    """Say in the ledgers of open weeks what the clocks of these tickets make of their replies by now.

    Locks these weeks, after `serialize`: whoever records one of the replies meanwhile did so before, and is seen here,
    or does so afterwards, and asks the clocks. What a closed week holds waits until it is open again.
    """
    replies = clocks.replies_in(session, source, tickets)
    if not replies:
        return
    locked = lock_open(session, act)
    values = clocks.of_replies(session, source, replies)
    for week in locked:
        _correct(session, week, list(response_times.late(session, week, source, values)), act)


def catch_up_all(session: Session, act: Act) -> None:
    """Say in the ledgers of open weeks whatever the clocks make of their replies; done twice, nothing changes."""
    serialize(session)
    for week in lock_open(session, act):
        _correct(session, week, response_times.pending(session, week), act)


def lock_open(session: Session, act: Act) -> list[Week]:
    """Lock the open weeks in one order, after `serialize`: what is recorded in them was before, or waits."""
    slugs = select(Week.slug).where(Week.state == "open", weeks.IS_REAL).order_by(col(Week.id))
    locked = [weeks.lock(session, slug, act.now) for slug in session.exec(slugs).all()]
    return [week for week in locked if week.state == "open"]


def plan_catch_up(session: Session, act: Act) -> None:
    """Have all open weeks caught up soon, for who counts as a service account has changed."""
    jobs.enqueue(session, CATCH_UP, {}, run_at=act.now)


def _correct(session: Session, week: Week, late: Sequence[Late], act: Act) -> None:
    """Add timings as one change of a locked week, and bring the scores up to date."""
    if not late:
        return
    add(session, week, late, act)
    _rescore(session, week, [each.entry for each in late])
    weeks.bump_version(session, week, scores_alone=True)


def add(session: Session, week: AnyWeek, late: Sequence[Late], act: Act) -> None:
    """Add timings to a locked week's next version, and nothing else."""
    known: dict[int, int] = {}
    for chunk in chunks((each.entry.seq for each in late), CHUNK):
        query = select(Timing.activity_seq, func.max(Timing.ordinal)).where(col(Timing.activity_seq).in_(chunk))
        known.update(session.exec(query.group_by(col(Timing.activity_seq))).all())
    session.add_all(
        Timing(
            activity_seq=entry.seq, ordinal=known.get(entry.seq, 0) + 1, response_seconds=seconds, by=act.actor.name,
            at=act.now, version=week.version + 1,
        )
        for entry, seconds in late
    )  # fmt: skip
    session.flush()


def _rescore(session: Session, week: Week, entries: Sequence[LedgerEntry]) -> None:
    """Score the teams anew that these count for, if they stand."""
    counts = Counter[int]()
    for chunk in chunks(entries, CHUNK):
        counts += rulings.counts(session, chunk)
    standing = [entry for entry in entries if counts[entry.seq] % 2 == 0]
    joins = teams.joins(session, week, {entry.person_id for entry in standing if entry.person_id})
    rules = rule_sets.rules_of(session, week)
    changed = {team_at(joins.get(entry.person_id or "", ()), entry.occurred_at) for entry in standing}
    for team_id in sorted(team_id for team_id in changed if team_id is not None):
        scores.refresh(session, week, rules, team_id)
