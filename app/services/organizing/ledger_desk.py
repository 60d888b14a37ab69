"""Logs by hand as organizers rule them: those they make for people, and the limit of what people log themselves."""

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.draft import Reading
from app.errors import Conflict, Malformed, Problem
from app.models import Person, Week
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.ledger import ledger
from app.services.ledger.admission import Recorded
from app.services.ledger.ledger import Submission
from app.services.weeks import weeks

MOST_A_DAY = 1_000


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


def limit_text(week: Week) -> str:
    """A week's limit as one text, which a form sends back as what it replaces; never empty."""
    return f"seen {week.hand_logs_a_day}"


def limit_hand_logs(session: Session, slug: str, most: int | None, act: Act, *, seen: str = "") -> Week:
    """Set how many activities a person may log for themselves a day; None is any number.

    `seen` is the `limit_text` that it replaces; empty is any. Raises WeekUnknown, Malformed, or Conflict where somebody
    set another limit meanwhile.
    """
    if most is not None and not 0 <= most <= MOST_A_DAY:
        raise Malformed(f"Choose a number from 0 to {MOST_A_DAY:,}, or leave it empty for no limit.")
    week = weeks.lock(session, slug, act.now)
    before = {"activities a day": week.hand_logs_a_day}
    if week.hand_logs_a_day != most:
        if seen and seen != limit_text(week):
            there = "no limit" if week.hand_logs_a_day is None else f"{week.hand_logs_a_day:,} a day"
            raise Conflict.at(most=f"Someone set {there} after you opened this page. Save again to replace it.")
        week.hand_logs_a_day = most
        session.add(week)
        weeks.bump_version(session, week)
        after = {"activities a day": most}
        audit.note(session, "week.hand-logs-limited", weeks.audit_target(week), act, before=before, after=after)
    return week
