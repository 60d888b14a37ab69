"""Cards grow old: their owners are told 7 days before they are due, and again when they are."""

from datetime import timedelta
from typing import Final

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.calendar.days import local_day
from app.domain.knowledge import TOLD_BEFORE, phase
from app.models import CardChange, KnowledgeCard, LedgerEntry, Week
from app.services import notices
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.notices import News
from app.services.scoring.activity_queries import is_live
from app.services.weeks import weeks

LOOK: Final = "cards.look"
"""The kind of the daily job that finds cards that are due, or soon."""


def look(session: Session, act: Act) -> int:
    """Make the cards due whose day has come, and tell their owners, and those of cards that are due in 7 days.

    Done again, nobody is told twice; reversed cards are left alone. The number of cards that became due.
    """
    horizon = act.now.date() + TOLD_BEFORE + timedelta(days=1)  # the farthest local day at which somebody is told
    query = (
        select(KnowledgeCard, LedgerEntry.id, Week)
        .join(LedgerEntry, col(LedgerEntry.seq) == KnowledgeCard.activity_seq)
        .join(Week, col(Week.id) == LedgerEntry.week_id)
        .where(KnowledgeCard.state == "verified", col(KnowledgeCard.due_on) <= horizon, weeks.IS_REAL, is_live())
        .order_by(col(KnowledgeCard.activity_seq))
        .with_for_update(of=KnowledgeCard)
    )
    found = [_age(session, card, card_id, week, act) for card, card_id, week in session.exec(query).all()]
    return sum(found)


def _age(session: Session, card: KnowledgeCard, card_id: str, week: Week, act: Act) -> bool:
    now_in = phase(card.due_on, local_day(act.now, week.zone)) if card.due_on else "fresh"
    if card.due_on is None or now_in == "fresh":
        return False
    if now_in == "due":
        card.state, card.version, card.changed_at = "due", card.version + 1, act.now
        seq = card.activity_seq
        session.add_all([
            card, CardChange(activity_seq=seq, action="due", state="due", note="", by=act.actor.name, at=act.now)
        ])  # fmt: skip
        session.flush()
        target = AuditTarget("card", card_id, card.title or "A card without a title")
        audit.note(session, "card.due", target, act, before={"state": "verified"}, after={"state": "due"})
    facts = {"title": card.title, "due": card.due_on.isoformat(), "state": now_in}
    revision = 2 * card.due_on.toordinal() + (now_in == "due")
    notices.tell(session, week, [card.owner_id], News("card-due", card_id, revision, facts), act.now)
    return now_in == "due"
