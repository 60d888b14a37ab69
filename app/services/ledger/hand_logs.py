"""Logs by hand: of people for themselves, or of organizers for them; undone by who logged them, for ten minutes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.draft import BY_HAND, Draft, Reading
from app.errors import AlreadyDone, Conflict, NotFound, Problem
from app.models import LedgerEntry, Reversal, Week
from app.models.columns import is_id
from app.services.ledger import ledger, rulings
from app.services.ledger.admission import Recorded
from app.services.ledger.drafts import read_fields
from app.services.ledger.ledger import Submission
from app.services.ledger.rulings import Ruling
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

    Raises WeekUnknown, what keeps it out of the ledger, or Conflict for one that was undone and differs now.
    """
    [outcome] = ledger.record(session, slug, [Submission(reading, act.actor)], now=act.now, with_activities=True)
    if isinstance(outcome, Problem):
        raise outcome
    if outcome.repeated and reading.draft is not None:
        entry = session.exec(select(LedgerEntry).where(LedgerEntry.id == outcome.id)).one()
        if undone(session, [entry]):
            _log_again(session, slug, entry, reading.draft, act)
            return outcome._replace(repeated=False)
    return outcome


def _log_again(session: Session, slug: str, entry: LedgerEntry, draft: Draft, act: Act) -> None:
    if (entry.occurred_at, entry.url, entry.note) != (draft.occurred_at, draft.url, draft.note):
        raise Conflict(DIFFERS)
    week = weeks.lock(session, slug, act.now)
    weeks.require_open(week)
    rulings.add(session, week, [Ruling(entry, stands=True)], act, reason=AGAIN)


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
    query = select(LedgerEntry).where(LedgerEntry.id == activity_id, LedgerEntry.person_id == person_id)
    entry = session.exec(query).first() if is_id(activity_id) else None
    if entry is None:
        raise NotFound(NOT_YOURS)
    if not _is_own(entry, person_id):
        raise Conflict(NOT_LOGGED)
    week = weeks.lock(session, weeks.find_by_id(session, entry.week_id).slug, act.now)
    weeks.require_open(week)
    if rulings.counts(session, [entry])[entry.seq] % 2 == 1:
        raise AlreadyDone("This activity is already reversed.")
    if act.now > entry.recorded_at + UNDO_FOR:
        raise Conflict(TOO_LATE)
    rulings.add(session, week, [Ruling(entry, stands=False)], act, reason=UNDONE)
