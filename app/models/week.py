"""Weeks and what organizers did to them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey
from sqlmodel import Field, SQLModel

from app.domain.calendar.days import parse_zone, zone_or_utc
from app.models.columns import STRICT, day, instant, string, whole


class Week(SQLModel, table=True):
    """One Assembly Week. Every write to it locks this row first; `version` counts those writes.

    `score_changes` counts those of them that changed nothing but scores. Where both grew by as much, nothing else did.
    `rule_set_id` is set while closed: the rules it was closed with. The `frozen_…` columns are set while frozen:
    the board as it was served at that moment, the version and rules that made it, and everybody's name (JSON, by id).
    A draft that was removed has a `removed_at`, and a `slug` that no address can name. One that is closed may have an
    `archived_at`: lists leave it out. `hand_logs_a_day` is how many activities a person may log for themselves on one
    local day (None: any number). `sla` is the response time that is promised, in seconds, `customers` how many there
    are (None: nobody said); its metrics go by them.

    A rehearsal of another week has that one's id in `rehearsal_of`, from its creation for good: the database refuses
    to change it, and lets nothing but such weeks' rows be deleted. `rehearsal_now` is the moment at which its own clock
    stands, in UTC.
    """

    __tablename__ = "week"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'open', 'closed')", name="week_state"),
        CheckConstraint("sla BETWEEN 1 AND 10000000", name="week_sla"),
        CheckConstraint("customers BETWEEN 0 AND 1000000000000", name="week_customers"),
        STRICT,
    )

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    slug: str = Field(sa_column=string(unique=True))
    name: str = Field(sa_column=string())
    timezone: str = Field(sa_column=string())
    starts: date = Field(sa_column=day())
    ends: date = Field(sa_column=day())
    state: str = Field(default="draft", sa_column=string())
    version: int = Field(default=1, sa_column=whole())
    created_at: datetime = Field(sa_column=instant())
    closed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    rule_set_id: int | None = Field(default=None, sa_column=whole(ForeignKey("rule_set.id"), nullable=True))
    frozen_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    frozen_version: int | None = Field(default=None, sa_column=whole(nullable=True))
    frozen_rule_set_id: int | None = Field(default=None, sa_column=whole(ForeignKey("rule_set.id"), nullable=True))
    frozen_board: str | None = Field(default=None, sa_column=string(nullable=True))
    frozen_names: str | None = Field(default=None, sa_column=string(nullable=True))
    score_changes: int = Field(default=0, sa_column=whole(server_default="0"))
    removed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    hand_logs_a_day: int | None = Field(default=None, sa_column=whole(nullable=True))
    archived_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    rehearsal_of: int | None = Field(default=None, sa_column=whole(ForeignKey("week.id"), nullable=True))
    rehearsal_now: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    sla: int = Field(default=3600, sa_column=whole(server_default="3600"))
    customers: int | None = Field(default=None, sa_column=whole(nullable=True))

    @property
    def zone(self) -> ZoneInfo:
        """The zone its days are counted in: its own, or UTC where this machine doesn't know that one."""
        return zone_or_utc(self.timezone)

    def clock(self, now: datetime) -> datetime:
        """The moment it is in this week: a rehearsal's own clock stands still, all others go by the game's time."""
        return self.rehearsal_now or now

    @property
    def has_known_zone(self) -> bool:
        """True if this machine knows its time zone."""
        return parse_zone(self.timezone) is not None


class WeekEvent(SQLModel, table=True):
    """An entry of a week's history: changed, opened, closed, frozen or revealed, by whom, when, why; never changed."""

    __tablename__ = "week_event"
    __table_args__ = (STRICT,)

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    week_id: int = Field(sa_column=whole(ForeignKey("week.id"), index=True))
    action: str = Field(sa_column=string())
    reason: str | None = Field(default=None, sa_column=string(nullable=True))
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())
