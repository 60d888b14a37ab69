"""Uses of notices that ask somebody to do something: whether it is still to do, as conditions on their rows."""

from sqlalchemy import or_
from sqlmodel import col, select

from app.models import AnswerReview, FeedbackItem, KnowledgeCard, LedgerEntry, Notice

STILL_TO_DO = (
    select(FeedbackItem.id)
    .where(
        FeedbackItem.id == Notice.subject, FeedbackItem.owner_id == Notice.person_id,
        or_(col(FeedbackItem.state) == "planned", col(FeedbackItem.state) == "doing"),
    )
    .correlate(Notice)
)  # fmt: skip


STILL_DUE = (
    select(KnowledgeCard.activity_seq)
    .join(LedgerEntry, col(LedgerEntry.seq) == KnowledgeCard.activity_seq)
    .where(
        LedgerEntry.id == Notice.subject, KnowledgeCard.owner_id == Notice.person_id,
        or_(col(KnowledgeCard.state) == "verified", col(KnowledgeCard.state) == "due"),
        col(KnowledgeCard.verified_at) <= Notice.created_at,
    )
    .correlate(Notice)
)  # fmt: skip

STILL_TO_REVIEW = (
    select(AnswerReview.id)
    .where(
        AnswerReview.id == Notice.subject, AnswerReview.reviewer_id == Notice.person_id,
        col(AnswerReview.done_at).is_(None),
    )
    .correlate(Notice)
)  # fmt: skip

STILL_THERE = select(AnswerReview.id).where(AnswerReview.id == Notice.subject).correlate(Notice)
