"""Shifts, the seats people take in them, and who waits for one or offers theirs."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, day, instant, new_id, string, whole

IS_LIVE = sql("state IN ('signed_up', 'checked_in', 'completed')")
_WAITS = sql("state = 'waiting'")
_STANDS = sql("state IN ('open', 'pending')")


class ShiftSettings(SQLModel, table=True):
    """The settings of a week's shifts; without a row the defaults hold. Flags are 0 or 1, no limit is empty."""

    __tablename__ = "shift_settings"
    __table_args__ = (
        CheckConstraint("needs_team IN (0, 1) AND approve_covers IN (0, 1)", name="shift_settings_flags"),
        CheckConstraint("completes IN ('itself', 'person', 'organizer')", name="shift_settings_completes"),
        CheckConstraint("require_ready IN (0, 1)", name="shift_settings_ready"),
        STRICT,
    )

    week_id: int = Field(sa_column=whole(ForeignKey("week.id"), primary_key=True, autoincrement=False))
    needs_team: int = Field(default=1, sa_column=whole())
    opens_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    leave_until_h: int = Field(default=12, sa_column=whole())
    completes: str = Field(default="itself", sa_column=string())
    early_before: str = Field(default="07:00", sa_column=string())
    early_per_team: int | None = Field(default=None, sa_column=whole(nullable=True))
    first_round: int | None = Field(default=None, sa_column=whole(nullable=True))
    approve_covers: int = Field(default=0, sa_column=whole())
    require_ready: int = Field(default=0, sa_column=whole(server_default="0"))


class Shift(SQLModel, table=True):
    """A slot of a week: half-open in UTC, and as its `zone` showed it when it was made.

    `version` counts its edits, the last of which was at `changed_at`.
    `taken` counts live seats: triggers keep it, and the check on it is why no shift is ever overbooked.
    """

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="shift_span"),
        CheckConstraint("seats BETWEEN 1 AND 1000 AND needed BETWEEN 0 AND seats", name="shift_seats"),
        CheckConstraint("taken BETWEEN 0 AND seats", name="shift_not_overbooked"),
        Index("shift_in_week", "week_id", "starts_at", "id"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    week_id: int = Field(sa_column=whole(ForeignKey("week.id")))
    starts_at: datetime = Field(sa_column=instant())
    ends_at: datetime = Field(sa_column=instant())
    local_date: date = Field(sa_column=day())
    local_from: str = Field(sa_column=string())
    local_until: str = Field(sa_column=string())
    zone: str = Field(sa_column=string())
    seats: int = Field(sa_column=whole())
    needed: int = Field(sa_column=whole())
    taken: int = Field(default=0, sa_column=whole())
    label: str = Field(default="", sa_column=string())
    place: str = Field(default="", sa_column=string())
    link: str | None = Field(default=None, sa_column=string(nullable=True))
    version: int = Field(default=1, sa_column=whole())
    created_at: datetime = Field(sa_column=instant())
    created_by: str = Field(sa_column=string())
    cancelled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    changed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class Seat(SQLModel, table=True):
    """A person's sign-up for a shift, never deleted; its team is the person's at the shift's start.

    `origin` says how they came by it; `giver_id` is the seat they took over.
    """

    __tablename__ = "seat"
    __table_args__ = (
        CheckConstraint(
            "state IN ('signed_up', 'checked_in', 'completed', 'no_show', 'cancelled', 'covered')", name="seat_state"
        ),
        CheckConstraint("origin IN ('own', 'waiting', 'cover')", name="seat_origin"),
        Index("seat_once", "shift_id", "person_id", unique=True, sqlite_where=IS_LIVE, postgresql_where=IS_LIVE),
        Index("seat_of_person", "person_id", sqlite_where=IS_LIVE, postgresql_where=IS_LIVE),
        Index("seat_of_shift", "shift_id", "signed_up_at"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    shift_id: str = Field(sa_column=string(ForeignKey("shift.id")))
    person_id: str = Field(sa_column=string(ForeignKey("person.id")))
    state: str = Field(default="signed_up", sa_column=string())
    origin: str = Field(default="own", sa_column=string())
    giver_id: str | None = Field(default=None, sa_column=string(ForeignKey("seat.id"), nullable=True))
    signed_up_at: datetime = Field(sa_column=instant())
    checked_in_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class SeatChange(SQLModel, table=True):
    """A change of a seat's state: who, when, from what (empty: from nothing), to what, why. Never changed.

    `by_person_id` is empty where a program, a command or nobody did it, and in rows older than the column.
    """

    __tablename__ = "seat_change"
    __table_args__ = (STRICT,)

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    seat_id: str = Field(sa_column=string(ForeignKey("seat.id"), index=True))
    before: str | None = Field(default=None, sa_column=string(nullable=True))
    after: str = Field(sa_column=string())
    reason: str | None = Field(default=None, sa_column=string(nullable=True))
    changed_by: str = Field(sa_column=string())
    changed_at: datetime = Field(sa_column=instant())
    by_person_id: str | None = Field(default=None, sa_column=string(nullable=True))


class WaitingEntry(SQLModel, table=True):
    """Somebody who waits for a seat of a full shift; who came first has the lower number."""

    __tablename__ = "waiting_entry"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'promoted', 'left', 'expired')", name="waiting_entry_state"),
        Index("waiting_once", "shift_id", "person_id", unique=True, sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("waiting_of_person", "shift_id", "person_id"),
        STRICT,
    )

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    shift_id: str = Field(sa_column=string(ForeignKey("shift.id")))
    person_id: str = Field(sa_column=string(ForeignKey("person.id")))
    state: str = Field(default="waiting", sa_column=string())
    joined_at: datetime = Field(sa_column=instant())
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class SeatOffer(SQLModel, table=True):
    """A seat offered to everyone, to the holder's team or to one person; `pending` while organizers have to approve."""

    __tablename__ = "seat_offer"
    __table_args__ = (
        CheckConstraint("audience IN ('everyone', 'team', 'person')", name="seat_offer_audience"),
        CheckConstraint("(audience = 'person') = (person_id IS NOT NULL)", name="seat_offer_person"),
        CheckConstraint("state IN ('open', 'pending', 'accepted', 'withdrawn', 'expired')", name="seat_offer_state"),
        Index("seat_offer_once", "seat_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
        STRICT,
    )

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    seat_id: str = Field(sa_column=string(ForeignKey("seat.id")))
    audience: str = Field(sa_column=string())
    person_id: str | None = Field(default=None, sa_column=string(ForeignKey("person.id"), nullable=True))
    state: str = Field(default="open", sa_column=string())
    taker_id: str | None = Field(default=None, sa_column=string(ForeignKey("person.id"), nullable=True))
    offered_by: str = Field(sa_column=string())
    offered_at: datetime = Field(sa_column=instant())
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class ShiftCredit(SQLModel, table=True):
    """The seat whose activity is a team's one shift of a slot; a team has one for each at most, a seat likewise."""

    __tablename__ = "shift_credit"
    __table_args__ = (UniqueConstraint("seat_id", name="shift_credit_seat"), STRICT)

    shift_id: str = Field(sa_column=string(ForeignKey("shift.id"), primary_key=True))
    team_id: str = Field(sa_column=string(ForeignKey("team.id"), primary_key=True))
    seat_id: str = Field(sa_column=string(ForeignKey("seat.id")))
