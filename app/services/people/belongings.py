"""Belongings: the rows that are a person's and may change hands, given to whom they are merged into."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, or_, true, update
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.domain.shifts.model import LIVE, STANDING
from app.models import (
    AnswerReview,
    CalendarFeed,
    CalibrationMark,
    Cheer,
    FeedbackItem,
    GuestbookEntry,
    Identity,
    ImportRow,
    KnowledgeCard,
    LedgerEntry,
    Notice,
    NoticeOptOut,
    PersonAddress,
    ReadyPerson,
    ReadyTick,
    ReviewPerson,
    ScheduledChange,
    Seat,
    SeatOffer,
    SlackLink,
    SlackMessage,
    SlackOptOut,
    SourceIdentity,
    WaitingEntry,
)
from app.services.people import aliases

MOVED: tuple[Any, ...] = (
    Seat.person_id,
    WaitingEntry.person_id,
    SeatOffer.person_id,
    SeatOffer.taker_id,
    GuestbookEntry.person_id,
    FeedbackItem.owner_id,
    KnowledgeCard.owner_id,
    KnowledgeCard.writer_id,
    AnswerReview.author_id,
    AnswerReview.reviewer_id,
    ReviewPerson.person_id,
    CalibrationMark.person_id,
    Cheer.person_id,
    Notice.person_id,
    NoticeOptOut.person_id,
    SlackMessage.person_id,
    SlackOptOut.person_id,
    Identity.person_id,
    SourceIdentity.person_id,
    SlackLink.used_by,
    CalendarFeed.person_id,
    PersonAddress.person_id,
    ImportRow.person_id,
    ScheduledChange.person_id,
    ReadyTick.person_id,
    ReadyPerson.person_id,
)
"""Columns whose rows change hands. What only grows stays: ledger, memberships and audit are read through aliases."""


def give(session: Session, kept_id: str, other_id: str, now: datetime) -> None:
    """Give everything that is `other_id`’s and may change hands to `kept_id`, who has nothing twice then."""
    connection = session.connection()
    for statement in (
        *_cheers(kept_id, other_id), *_waiting(kept_id, other_id, now), _offers(kept_id, other_id, now),
        _twice(Notice, ("subject", "kind", "revision", "channel"), kept_id, other_id),
        _twice(NoticeOptOut, ("kind",), kept_id, other_id), _twice(SlackOptOut, ("kind",), kept_id, other_id),
        _twice(ReadyTick, ("item",), kept_id, other_id),
        _twice(ReadyPerson, (), kept_id, other_id),
        *_opt_ins(kept_id, other_id), _twice(ReviewPerson, ("week_id",), kept_id, other_id),
        _twice(CalibrationMark, ("answer_id",), kept_id, other_id), _reviews(kept_id, other_id),
    ):  # fmt: skip
        connection.execute(statement)
    for column in MOVED:
        connection.execute(update(column.class_).where(column == other_id).values({column: kept_id}))
    session.expire_all()


def _twice(table: Any, key: tuple[str, ...], kept_id: str, other_id: str) -> Any:
    """Delete what both have, from the other's."""
    mine = aliased(table)
    same = and_(true(), *(getattr(mine, name) == getattr(table, name) for name in key))
    return delete(table).where(col(table.person_id) == other_id, exists().where(mine.person_id == kept_id, same))


def _opt_ins(kept_id: str, other_id: str) -> tuple[Any, ...]:
    """Sides of reviews that either took part in are the first’s."""
    other = aliased(ReviewPerson)
    same = col(other.week_id) == col(ReviewPerson.week_id), col(other.person_id) == other_id
    mine = update(ReviewPerson).where(col(ReviewPerson.person_id) == kept_id)
    return (
        mine.where(exists().where(*same, col(other.is_author) == 1)).values(is_author=1),
        mine.where(exists().where(*same, col(other.is_reviewer) == 1)).values(is_reviewer=1),
    )


def _cheers(kept_id: str, other_id: str) -> tuple[Any, ...]:
    """Nobody claps twice for an activity, nor for their own."""
    both = [kept_id, other_id]
    own = sql_select(col(LedgerEntry.seq)).where(
        or_(*(col(LedgerEntry.person_id).in_(aliases.ids_of(person_id)) for person_id in both))
    )
    for_own = delete(Cheer).where(col(Cheer.person_id).in_(both), col(Cheer.activity_seq).in_(own))
    return for_own, _twice(Cheer, ("activity_seq",), kept_id, other_id)


def _waiting(kept_id: str, other_id: str, now: datetime) -> tuple[Any, ...]:
    """Whoever has a seat of a shift waits for none; of two places in a line the better one stays."""
    both = [kept_id, other_id]
    waits = and_(col(WaitingEntry.person_id).in_(both), col(WaitingEntry.state) == "waiting")
    seated = sql_select(col(Seat.shift_id)).where(col(Seat.person_id).in_(both), col(Seat.state).in_(LIVE))
    before = aliased(WaitingEntry)
    better = exists().where(
        col(before.shift_id) == col(WaitingEntry.shift_id), col(before.state) == "waiting",
        col(before.person_id).in_(both), col(before.id) < col(WaitingEntry.id),
    )  # fmt: skip
    ended = {"state": "left", "ended_at": now}
    return (
        update(WaitingEntry).where(waits, col(WaitingEntry.shift_id).in_(seated)).values(ended),
        update(WaitingEntry).where(waits, better).values(ended),
    )


def _offers(kept_id: str, other_id: str, now: datetime) -> Any:
    """Nobody offers a seat to themselves, nor waits for approval to take over their own."""
    both = [kept_id, other_id]
    theirs = sql_select(col(Seat.id)).where(col(Seat.person_id).in_(both))
    to_self = or_(col(SeatOffer.person_id).in_(both), col(SeatOffer.taker_id).in_(both))
    stands = and_(col(SeatOffer.state).in_(STANDING), col(SeatOffer.seat_id).in_(theirs))
    return update(SeatOffer).where(stands, to_self).values(state="expired", ended_at=now)


def _reviews(kept_id: str, other_id: str) -> Any:
    """Nobody reviews their own answers: those between the two wait for somebody else, or are gone."""
    both = [kept_id, other_id]
    return delete(AnswerReview).where(col(AnswerReview.author_id).in_(both), col(AnswerReview.reviewer_id).in_(both))
