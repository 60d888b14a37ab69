"""The tables an archive carries, in the order in which their rows can be made; and those it never does."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, select, union
from sqlmodel import Session, SQLModel, col

from app.models import (
    CardChange,
    Cheer,
    GuestbookEntry,
    KnowledgeCard,
    LedgerEntry,
    Membership,
    Person,
    Reversal,
    RuleSet,
    Seat,
    SeatChange,
    SeatOffer,
    Shift,
    ShiftCredit,
    ShiftSettings,
    Team,
    Timing,
    WaitingEntry,
    Week,
    WeekEvent,
)
from app.services.archives.columns import Codec, codecs, table_of

NEVER: Final = frozenset({
    "answer_review", "calibration_answer", "calibration_mark", "review_person", "review_rubric",
    "announcement", "api_key", "appearance", "audit", "backfill", "bulk_reversal", "calendar_event", "calendar_feed",
    "channel_plan", "contact_count", "forecast_day",
    "ceremony", "clock_fact", "connection", "delivery", "display", "feedback_entry", "feedback_item",
    "guide_version", "heartbeat", "identity",
    "import_row", "job", "join_code", "list_import", "logo_file", "notice", "notice_opt_out", "outage",
    "person_address", "ready_list", "ready_person", "ready_tick", "refused_delivery", "rotation", "rules_file",
    "scheduled_change", "score", "screen_message", "screen_plan", "service_account", "sign_in", "sign_in_link",
    "slack_call", "slack_link", "slack_message", "slack_opt_out", "slack_pace", "slack_socket", "slack_trouble",
    "slack_user", "slack_workspace",
    "source_identity", "throttle", "token", "topic_version", "webhook_endpoint", "webhook_message", "webhook_progress",
    "withdrawn_activity",
})  # fmt: skip
"""Tables that stay: ways in, secrets, what tools sent, what is told to people, steps back, and what is computed.

Answer reviews are for two people, and are gone 90 days after the week was closed, which no file would be. Feedback
items are promises of people here, who are reminded of them here: a copy would be a second list of the same."""

PERSON_STAYS: Final = frozenset({"email", "role", "theme", "rehearsal_id"})
"""Columns of people that stay; their addresses come as a list, so that any of them finds a person."""
WEEK_STAYS: Final = frozenset({"id", "removed_at", "rehearsal_of", "rehearsal_now"})


class Carried(NamedTuple):
    """A table whose rows come with a week: how they are found, in order, and the columns that come."""

    model: type[SQLModel]
    of_week: Callable[[int], Select[Any]]
    left_out: frozenset[str]

    @property
    def name(self) -> str:
        """The table's name."""
        return str(table_of(self.model).name)

    @property
    def codecs(self) -> dict[str, Codec]:
        """The codecs of the columns that come."""
        return codecs(self.model, self.left_out)


def _direct(model: Any, *order: Any) -> Callable[[int], Select[Any]]:
    return lambda week_id: select(*_columns(model)).where(model.week_id == week_id).order_by(*order)


def _through(model: Any, link: Any, parent: Any, *order: Any) -> Callable[[int], Select[Any]]:
    def of_week(week_id: int) -> Select[Any]:
        key = next(iter(table_of(parent).primary_key))
        joined = select(*_columns(model)).join(parent, key == link)
        return joined.where(parent.week_id == week_id).order_by(*order)

    return of_week


def _of_seats(model: Any, *order: Any) -> Callable[[int], Select[Any]]:
    def of_week(week_id: int) -> Select[Any]:
        joined = select(*_columns(model)).join(Seat, col(Seat.id) == model.seat_id)
        return (
            joined.join(Shift, col(Shift.id) == col(Seat.shift_id))
            .where(col(Shift.week_id) == week_id)
            .order_by(*order)
        )

    return of_week


def _columns(model: Any) -> Any:
    return tuple(table_of(model).columns)


_NUMBER = frozenset({"id", "week_id"})
_WEEK = frozenset({"week_id"})
_NONE: frozenset[str] = frozenset()

TABLES: Final = (
    Carried(Team, _direct(Team, col(Team.merged_into).is_not(None), col(Team.version), col(Team.id)), _WEEK),
    Carried(Membership, _direct(Membership, col(Membership.id)), _NUMBER),
    Carried(WeekEvent, _direct(WeekEvent, col(WeekEvent.id)), _NUMBER),
    Carried(ShiftSettings, _direct(ShiftSettings), _WEEK),
    Carried(Shift, _direct(Shift, col(Shift.starts_at), col(Shift.id)), frozenset({"week_id", "taken"})),
    Carried(Seat, _through(Seat, col(Seat.shift_id), Shift, col(Seat.signed_up_at), col(Seat.id)), _NONE),
    Carried(SeatChange, _of_seats(SeatChange, col(SeatChange.id)), frozenset({"id", "by_person_id"})),
    Carried(
        WaitingEntry, _through(WaitingEntry, col(WaitingEntry.shift_id), Shift, col(WaitingEntry.id)), frozenset({"id"})
    ),
    Carried(SeatOffer, _of_seats(SeatOffer, col(SeatOffer.id)), frozenset({"id"})),
    Carried(
        ShiftCredit,
        _through(ShiftCredit, col(ShiftCredit.shift_id), Shift, col(ShiftCredit.shift_id), col(ShiftCredit.team_id)),
        _NONE,
    ),
    Carried(
        GuestbookEntry,
        _direct(GuestbookEntry, col(GuestbookEntry.written_at), col(GuestbookEntry.id)),
        _WEEK,
    ),
    Carried(LedgerEntry, _direct(LedgerEntry, col(LedgerEntry.seq)), _WEEK),
    Carried(Reversal, _through(Reversal, col(Reversal.activity_seq), LedgerEntry, col(Reversal.id)), frozenset({"id"})),
    Carried(Timing, _through(Timing, col(Timing.activity_seq), LedgerEntry, col(Timing.id)), frozenset({"id"})),
    Carried(
        KnowledgeCard,
        _through(KnowledgeCard, col(KnowledgeCard.activity_seq), LedgerEntry, col(KnowledgeCard.activity_seq)),
        _NONE,
    ),
    Carried(
        CardChange,
        _through(CardChange, col(CardChange.activity_seq), LedgerEntry, col(CardChange.id)),
        frozenset({"id"}),
    ),
    Carried(
        Cheer,
        _through(Cheer, col(Cheer.activity_seq), LedgerEntry, col(Cheer.activity_seq), col(Cheer.person_id)),
        _NONE,
    ),
)
"""After the week, its rules and its people, which `exporting` writes by itself."""

WEEK: Final = codecs(Week, WEEK_STAYS)
PERSON: Final = codecs(Person, PERSON_STAYS)
RULE_SET: Final = codecs(RuleSet, frozenset({"sha256", "carried_by"}))
BY_NAME: Final = {table.name: table for table in TABLES}
WITH_IDS: Final = ("team", "shift", "seat", "activity", "guestbook_entry")
"""The tables whose rows have ids of their own."""


def people(session: Session, week_id: int) -> Iterator[Sequence[Person]]:
    """Everybody whom one of the rows names, and whom they were merged into, who come first; some at a time."""
    ids = []
    for table in TABLES:
        found = table.of_week(week_id).order_by(None).subquery()
        ids += [select(found.c[codec.name].label("id")) for codec in table.codecs.values() if codec.target == "person"]
    named = union(*ids).subquery()
    kept = select(col(Person.merged_into)).where(col(Person.id).in_(select(named.c.id)))
    query = select(Person).where(col(Person.id).in_(select(named.c.id)) | col(Person.id).in_(kept))
    query = query.order_by(col(Person.merged_into).is_not(None), col(Person.id))
    yield from session.scalars(query.execution_options(yield_per=500)).partitions()
