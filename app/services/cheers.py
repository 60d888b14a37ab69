"""Cheers: people clap for what others did, once each, and may take it back. They earn nothing, whoever gets them."""

from collections.abc import Collection, Iterable

from sqlalchemy import bindparam, delete, func, text
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.rules import ADJUSTMENT, ATTENDANCE
from app.domain.text.direction import apart
from app.errors import Conflict, NotAllowed, NotFound
from app.models import Cheer, LedgerEntry
from app.models.columns import Instant, is_id
from app.services import topics
from app.services.people import aliases, people
from app.services.scoring.activity_queries import is_live
from app.services.weeks import weeks
from app.services.weeks.rehearsing import is_rehearsal
from app.services.weeks.weeks import HeldWeek

NOT_CHEERED = (ADJUSTMENT, ATTENDANCE)
"""Kinds of entries that nobody claps for: they are in no list of the latest."""

_ADD = text(
    "INSERT INTO cheer (activity_seq, person_id, cheered_at) VALUES (:activity, :person, :now)"
    " ON CONFLICT (activity_seq, person_id) DO NOTHING RETURNING activity_seq"
).bindparams(bindparam("now", type_=Instant))


def cheer(session: Session, slug: str, activity_id: str, person_id: str, act: Act) -> bool:
    """Clap for an activity, in one's own name; tells whether that is new.

    Raises WeekUnknown, NotAllowed for anybody else's name, NotFound, or Conflict: the week isn't open, or it is frozen;
    the activity was reversed, or is one's own.
    """
    week, entry = _find(session, slug, activity_id, person_id, act)
    if aliases.resolve(session, entry.person_id or "") == person_id:
        raise Conflict("This activity is yours. Others can cheer for it.")
    if session.scalar(select(LedgerEntry.seq).where(LedgerEntry.seq == entry.seq, is_live())) is None:
        raise Conflict("This activity was reversed, so you can’t cheer for it.")
    values = {"activity": entry.seq, "person": person_id, "now": act.now}
    is_new = session.execute(_ADD, values).first() is not None
    if is_new:
        topics.bump(session, week, "cheers")
    return is_new


def take_back(session: Session, slug: str, activity_id: str, person_id: str, act: Act) -> bool:
    """Take a cheer back; tells whether there was one.

    Raises WeekUnknown, NotAllowed for anybody else's, NotFound, or Conflict: the week isn't open, or it is frozen.
    """
    week, entry = _find(session, slug, activity_id, person_id, act)
    theirs = col(Cheer.activity_seq) == entry.seq, col(Cheer.person_id) == person_id
    was_there = session.connection().execute(delete(Cheer).where(*theirs)).rowcount > 0
    if was_there:
        topics.bump(session, week, "cheers")
    return was_there


def _find(session: Session, slug: str, activity_id: str, person_id: str, act: Act) -> tuple[HeldWeek, LedgerEntry]:
    """The week, held so that nobody closes or freezes it meanwhile, and an activity that one may clap for."""
    if act.actor.kind not in {"command", "system"} and act.actor.person_id != person_id:
        raise NotAllowed("You can cheer in your own name only.")
    week = weeks.hold(session, slug, act.now)
    # First, and for everyone: the board stays what it was, and nothing is said of what goes on behind it.
    if week.frozen_version is not None:
        raise Conflict(f"{apart(week.name)} is frozen. You can’t cheer while it is.")
    weeks.require_open(week)
    known = col(LedgerEntry.id) == activity_id, col(LedgerEntry.week_id) == week.id
    query = select(LedgerEntry).where(*known, col(LedgerEntry.kind).not_in(NOT_CHEERED))
    entry = session.exec(query).first() if is_id(activity_id) else None
    if entry is None:
        raise NotFound(f"There’s no such activity in {apart(week.name)}.")
    return week, entry


def can_cheer(week: weeks.AnyWeek | weeks.WeekStamp) -> bool:
    """Tell whether a week takes cheers now; a rehearsal never does."""
    return week.state == "open" and week.frozen_version is None and not is_rehearsal(week.slug)


def of_person(session: Session, person_id: str, activity_seqs: Collection[int]) -> set[int]:
    """Those of these activities, by number, that somebody claps for."""
    query = select(Cheer.activity_seq).where(
        Cheer.person_id == person_id, col(Cheer.activity_seq).in_(list(activity_seqs))
    )
    return set(session.exec(query)) if activity_seqs else set()


def count_by_id(session: Session, activity_ids: Iterable[str]) -> dict[str, int]:
    """Count the cheers of each of these activities, by id; those without any are left out."""
    counts: dict[str, int] = {}
    for chunk in people.chunks(activity_ids, people.CHUNK):
        query = (
            sql_select(col(LedgerEntry.id), func.count())
            .join(Cheer, col(Cheer.activity_seq) == col(LedgerEntry.seq))
            .where(col(LedgerEntry.id).in_(chunk))
            .group_by(col(LedgerEntry.id))
        )
        counts.update(dict(session.execute(query).all()))
    return counts
