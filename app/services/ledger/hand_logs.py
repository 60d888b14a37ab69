"""Logs by hand: of people for themselves, or of organizers for them; undone by who logged them, for ten minutes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.calendar.days import day_bounds, local_day
from app.domain.draft import BY_HAND, Draft, Reading
from app.errors import AlreadyDone, Conflict, NotFound, Problem
from app.models import LedgerEntry, Reversal, Week
from app.models.columns import is_id
from app.services.ledger import ledger, rulings
from app.services.ledger.admission import Recorded
from app.services.ledger.drafts import read_fields
from app.services.ledger.ledger import Submission
from app.services.ledger.rulings import Ruling
from app.services.people import aliases
from app.services.scoring import activity_queries
from app.services.weeks import weeks

UNDO_FOR = timedelta(minutes=10)
"""Time to notice a slip; later an organizer looks at it, so that nobody's points go without a word."""
UNDONE, AGAIN = "Undone by who logged it", "Logged again"
NOT_YOURS = "There’s no such activity of yours. Me, Activities lists them all."
TOO_LATE = "You can undo a log for 10 minutes. Ask an organizer to reverse it."
NOT_LOGGED = "Only what you logged yourself can be undone. Ask an organizer."
DIFFERS = "You undid this log, and it says something else now. Open the form again to log that."


def read(kind: str, email: str, at: datetime, external_id: str, *, link: str, note: str) -> Reading:
    """An activity of this person (a folded e-mail) as the API would be told it."""
    return read_fields(
        {
            "kind": kind,
            "person": email,
            "occurred_at": at.astimezone(UTC).isoformat(),
            "source": BY_HAND,
            "external_id": external_id,
            "url": link,
            "note": note,
        }
    )


def log(session: Session, slug: str, reading: Reading, act: Act) -> Recorded:
    """Record what somebody did, by their own hand; what they undid and send again unchanged is reinstated.

    Raises WeekUnknown, what keeps it out of the ledger, or Conflict for one that was undone and differs now, and for
    one more than the week lets a person log on that day.
    """
    [outcome] = ledger.record(session, slug, [Submission(reading, act.actor)], now=act.now, with_activities=True)
    if isinstance(outcome, Problem):
        raise outcome
    draft = reading.draft
    if draft is None:
        return outcome
    if not outcome.repeated:
        check_limit(session, slug, draft, act)
    else:
        entry = session.exec(select(LedgerEntry).where(LedgerEntry.id == outcome.id)).one()
        if undone(session, [entry]):
            _log_again(session, slug, entry, draft, act)
            check_limit(session, slug, draft, act)
            return outcome._replace(repeated=False)
    return outcome


def _log_again(session: Session, slug: str, entry: LedgerEntry, draft: Draft, act: Act) -> None:
    if (entry.occurred_at, entry.url, entry.note) != (draft.occurred_at, draft.url, draft.note):
        raise Conflict(DIFFERS)
    week = weeks.lock(session, slug, act.now)
    weeks.require_open(week)
    rulings.add(session, week, [Ruling(entry, stands=True)], act, reason=AGAIN)


def check_limit(session: Session, slug: str, draft: Draft, act: Act) -> None:
    """Raise Conflict where a person has logged more on the draft's day than their week allows, what was just added too.

    The week is held by who added it, so of two at once one is refused. What was reversed or undone does not count.
    """
    week = weeks.find(session, slug, act.now)
    if week.hand_logs_a_day is None or act.actor.person_id is None:
        return
    day = local_day(draft.occurred_at, week.zone)
    begins, ends = day_bounds(day, day, week.zone)
    at = col(LedgerEntry.occurred_at)
    logged = select(func.count()).where(
        LedgerEntry.week_id == week.id, col(LedgerEntry.person_id).in_(aliases.ids_of(act.actor.person_id)),
        LedgerEntry.source == BY_HAND, at >= begins, at < ends,
        col(LedgerEntry.external_id).startswith(col(LedgerEntry.person_id) + "-"), activity_queries.is_live(),
    )  # fmt: skip
    if session.exec(logged).one() > week.hand_logs_a_day:
        raise Conflict(refused_by_limit(week.hand_logs_a_day))


def refused_by_limit(most: int) -> str:
    """The sentence for who may log no more."""
    if most == 0:
        return "Not saved: in this week only organizers log by hand. Ask one."
    number = "one activity" if most == 1 else f"{most:,} activities"
    return f"Not saved: you can log {number} a day in this week, and have for that day. Ask an organizer to log more."


def undone(session: Session, entries: Sequence[LedgerEntry]) -> set[int]:
    """The numbers of those entries that are reversed because who logged them undid them."""
    query = select(Reversal.activity_seq, Reversal.ordinal, Reversal.reason).where(
        col(Reversal.activity_seq).in_([entry.seq for entry in entries])
    )
    last = {seq: (ordinal, reason) for seq, ordinal, reason in session.exec(query.order_by(col(Reversal.ordinal)))}
    return {seq for seq, (ordinal, reason) in last.items() if ordinal % 2 == 1 and reason == UNDONE}


def undo_until(week: Week, entry: LedgerEntry, person_id: str) -> datetime | None:
    """The moment until which somebody may undo an entry of theirs; None where they may not."""
    return entry.recorded_at + UNDO_FOR if week.state == "open" and _is_own(entry, person_id) else None


def _is_own(entry: LedgerEntry, person_id: str) -> bool:
    """Tell whether somebody logged this for themselves: its key begins with who logged it."""
    return entry.source == BY_HAND and entry.person_id == person_id and entry.external_id.startswith(f"{person_id}-")


def undo(session: Session, activity_id: str, person_id: str, act: Act) -> None:
    """Reverse what somebody logged for themselves a moment ago.

    Raises NotFound for what is not theirs, WeekNotOpen, AlreadyDone, or Conflict for what others logged or too late.
    """
    mine = col(LedgerEntry.person_id).in_(aliases.ids_of(person_id))
    query = select(LedgerEntry).where(LedgerEntry.id == activity_id, mine)
    entry = session.exec(query).first() if is_id(activity_id) else None
    if entry is None:
        raise NotFound(NOT_YOURS)
    if not _is_own(entry, entry.person_id or ""):
        raise Conflict(NOT_LOGGED)
    week = weeks.lock(session, weeks.find_by_id(session, entry.week_id).slug, act.now)
    weeks.require_open(week)
    if rulings.counts(session, [entry])[entry.seq] % 2 == 1:
        raise AlreadyDone("This activity is already reversed.")
    if act.now > entry.recorded_at + UNDO_FOR:
        raise Conflict(TOO_LATE)
    rulings.add(session, week, [Ruling(entry, stands=False)], act, reason=UNDONE)
