"""Forecast: contacts that were imported, days that are no ordinary ones, and how each channel is answered."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, Day, instant, string, whole


class ContactCount(SQLModel, table=True):
    """Contacts of an interval of a channel, imported; an import replaces those it overlaps.

    Contacts that intake knows of are no rows: they follow from clock facts.
    """

    __tablename__ = "contact_count"
    __table_args__ = (
        CheckConstraint("channel IN ('email', 'chat', 'phone')", name="contact_count_channel"),
        CheckConstraint("minutes IN (30, 120)", name="contact_count_minutes"),
        CheckConstraint("contacts >= 0", name="contact_count_contacts"),
        STRICT,
    )

    channel: str = Field(sa_column=string(primary_key=True))
    starts_at: datetime = Field(sa_column=instant(primary_key=True))
    minutes: int = Field(sa_column=whole())
    contacts: int = Field(sa_column=whole())


class ForecastDay(SQLModel, table=True):
    """A day that organizers marked as a holiday or as not normal; the mark is deleted when they take it away."""

    __tablename__ = "forecast_day"
    __table_args__ = (CheckConstraint("kind IN ('holiday', 'not-normal')", name="forecast_day_kind"), STRICT)

    day: date = Field(sa_column=Column(Day, primary_key=True, nullable=False))
    kind: str = Field(sa_column=string())
    name: str = Field(sa_column=string())


class ChannelPlan(SQLModel, table=True):
    """The way a channel is answered, as organizers saved it: seconds, and percentages of time and of customers."""

    __tablename__ = "channel_plan"
    __table_args__ = (
        CheckConstraint("channel IN ('email', 'chat', 'phone')", name="channel_plan_channel"),
        STRICT,
    )

    channel: str = Field(sa_column=string(primary_key=True))
    handling_s: int = Field(sa_column=whole())
    within_s: int = Field(sa_column=whole())
    shrinkage: int = Field(sa_column=whole())
    target: int = Field(sa_column=whole())
    at_once: int = Field(sa_column=whole())
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())
