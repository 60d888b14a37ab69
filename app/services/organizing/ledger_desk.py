"""Activities that organizers log for people: through the one way into the ledger, and into the audit."""

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.draft import Reading
from app.errors import Problem
from app.models import Person
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.ledger import ledger
from app.services.ledger.admission import Recorded
from app.services.ledger.ledger import Submission


def add(session: Session, slug: str, person: Person, reading: Reading, act: Act) -> Recorded:
    """Log something for a person; sent twice it is logged once. Raises WeekUnknown, or what keeps it out."""
    [outcome] = ledger.record(session, slug, [Submission(reading, act.actor)], now=act.now)
    if isinstance(outcome, Problem):
        raise outcome
    if not outcome.repeated and reading.draft is not None:
        draft = reading.draft
        target = AuditTarget("activity", outcome.id, f"{draft.kind} {draft.external_id}")
        details = {"person": person.name, "occurred_at": draft.occurred_at, "url": draft.url, "note": draft.note}
        after = {name: value for name, value in details.items() if value is not None}
        audit.note(session, "activity.added", target, act, after=after)
    return outcome
