"""The statements that metrics of a week are read by: each runs once, however much there is."""

from typing import Any

from sqlalchemy import BigInteger, Select, Text, and_, bindparam, case, func, literal, or_, select, type_coerce
from sqlalchemy.types import NullType
from sqlmodel import col

from app.db.statements import Prepared
from app.domain.rules import ADJUSTMENT, ATTENDANCE
from app.domain.rules.model import SHIFT
from app.domain.week_metrics.measuring import RESPONSE
from app.models import LedgerEntry, Person, Reversal, Seat, SeatChange, Shift, Week
from app.models.columns import Day, Instant
from app.services.scoring import response_times
from app.services.scoring.activity_queries import EVERY_VERSION, LIVE_OF_WEEK, UPTO
from app.services.weeks import weeks

_COUNTED = and_(col(LedgerEntry.kind) != ADJUSTMENT, col(LedgerEntry.kind) != ATTENDANCE)
_RAW_PLACE = (
    type_coerce(col(LedgerEntry.occurred_at), NullType()).label("occurred_at"),
    col(LedgerEntry.source),
    col(LedgerEntry.external_id),
)

DONE = Prepared(
    select(col(LedgerEntry.person_id), col(LedgerEntry.kind), func.count())
    .where(*LIVE_OF_WEEK, col(LedgerEntry.kind) != literal(ATTENDANCE, Text))
    .group_by(col(LedgerEntry.person_id), col(LedgerEntry.kind))
)
"""The numbers of activities that count, by person and kind: of a week, up to a version."""
RESPONSES = Prepared(
    select(col(LedgerEntry.subject), *_RAW_PLACE, response_times.seconds(UPTO)).where(
        *LIVE_OF_WEEK, col(LedgerEntry.kind) == literal(RESPONSE, Text)
    )
)
"""The responses of a week, up to a version; moments in the driver's own form, which sorts like time."""
SHIFT_STARTS = Prepared(
    select(col(LedgerEntry.occurred_at)).where(*LIVE_OF_WEEK, col(LedgerEntry.kind) == literal(SHIFT, Text))
)

_IS_PUBLIC: Any = bindparam("is_public", type_=BigInteger)
_UPTO_THERE = func.coalesce(case((_IS_PUBLIC == 1, col(Week.frozen_version))), literal(EVERY_VERSION, BigInteger))
"""The newest version of another week that the audience sees: all but organizers see a frozen one as it was."""
_RULINGS = (
    select(func.count())
    .select_from(Reversal)
    .where(col(Reversal.activity_seq) == LedgerEntry.seq, col(Reversal.version) <= _UPTO_THERE)
    .correlate(LedgerEntry, Week)
    .scalar_subquery()
)
_LIVE_THERE = (col(LedgerEntry.version) <= _UPTO_THERE, _RULINGS % 2 == 0)
_IS_OTHER = and_(
    col(Week.id) != bindparam("week"), col(Week.removed_at).is_(None), weeks.IS_REAL, col(Week.state) != "draft"
)
_IS_EARLIER = and_(_IS_OTHER, col(Week.starts) < bindparam("starts", type_=Day))

_SUBJECTS = select(col(LedgerEntry.subject)).where(
    col(LedgerEntry.week_id) == bindparam("week"),
    col(LedgerEntry.kind) == RESPONSE,
    col(LedgerEntry.subject).is_not(None),
)
OTHER_WEEKS = Prepared(select(col(Week.id)).where(_IS_OTHER, col(Week.starts) <= bindparam("ends", type_=Day)).limit(1))
ELSEWHERE = Prepared(
    select(col(LedgerEntry.subject), *_RAW_PLACE)
    .join(Week, col(Week.id) == LedgerEntry.week_id)
    .where(
        _IS_OTHER, col(Week.starts) <= bindparam("ends", type_=Day), col(LedgerEntry.kind) == RESPONSE,
        col(LedgerEntry.subject).in_(_SUBJECTS), col(LedgerEntry.subject).is_not(None), *_LIVE_THERE,
    )
)  # fmt: skip
"""The responses of other weeks to subjects of this one, where they can have begun before it was over."""

SLOTS = Prepared(
    select(col(Shift.id), col(Shift.needed)).where(
        col(Shift.week_id) == bindparam("week"),
        col(Shift.ends_at) <= bindparam("until", type_=Instant),
        col(Shift.cancelled_at).is_(None),
    )
)
SEATS = Prepared(
    select(col(Seat.shift_id), col(Seat.person_id), col(Seat.state))
    .join(Shift, col(Shift.id) == Seat.shift_id)
    .where(col(Shift.week_id) == bindparam("week"), col(Seat.state) != "cancelled", col(Seat.state) != "covered")
)
"""The sign-ups of a week that were not given up, with their state as it is."""
CHANGES_UNTIL = Prepared(
    select(col(Seat.id), col(Seat.shift_id), col(Seat.person_id), col(SeatChange.after))
    .join(Seat, col(Seat.id) == SeatChange.seat_id)
    .join(Shift, col(Shift.id) == Seat.shift_id)
    .where(
        col(Shift.week_id) == bindparam("week"),
        col(SeatChange.changed_at) <= bindparam("until", type_=Instant),
    )
    .order_by(col(SeatChange.id))
)
"""The changes of the seats of a week up to a moment, oldest first."""


def took_part_before(people: list[str], week: Week, *, is_public: bool) -> Select[Any]:
    """Select those of these people (ids, aliases too) who have an activity that counts in an earlier week."""
    entry = (
        select(col(LedgerEntry.seq))
        .join(Week, col(Week.id) == LedgerEntry.week_id)
        .where(col(LedgerEntry.person_id) == Person.id, _IS_EARLIER, _COUNTED, *_LIVE_THERE)
        .correlate(Person)
    )
    query = select(col(Person.id)).where(col(Person.id).in_(people), entry.exists())
    return query.params(week=week.id, starts=week.starts, is_public=int(is_public))


def completed_before(week: Week, *, is_public: bool) -> Select[Any]:
    """Select the people (ids, aliases too) who completed a seat in an earlier week."""
    in_time = select(col(SeatChange.id)).where(
        col(SeatChange.seat_id) == Seat.id,
        col(SeatChange.after) == "completed",
        col(SeatChange.changed_at) <= col(Week.frozen_at),
    )
    query = (
        select(col(Seat.person_id))
        .distinct()
        .join(Shift, col(Shift.id) == Seat.shift_id)
        .join(Week, col(Week.id) == Shift.week_id)
        .where(
            _IS_EARLIER, col(Seat.state) == "completed",
            or_(_IS_PUBLIC == 0, col(Week.frozen_at).is_(None), in_time.correlate(Seat, Week).exists()),
        )
    )  # fmt: skip
    return query.params(week=week.id, starts=week.starts, is_public=int(is_public))
