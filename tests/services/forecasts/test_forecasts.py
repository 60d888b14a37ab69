"""Forecasts of a channel, from what was imported to an estimate for each interval."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.db.database import Database
from app.domain.actor import Role
from app.domain.calendar.days import first_moment
from app.domain.forecast.intervals import Count
from app.errors import Malformed
from app.services.forecasts import contacts, days, forecasts, plans
from app.services.forecasts.contacts import Imported
from app.services.forecasts.forecasts import Forecast, Wanted
from app.services.forecasts.plans import Answering
from tests.builders import NOW, Game, act_by

ZONE = ZoneInfo("America/Los_Angeles")
TODAY = date(2022, 9, 14)
ACT = act_by("Olu", NOW)


def remember(database: Database, weeks: int, day: date = TODAY) -> None:
    """So many past weeks with 8 contacts at 10:00 on one weekday."""
    at = [first_moment(day - timedelta(days=7 * back), ZONE) + timedelta(hours=10) for back in range(1, weeks + 1)]
    with database.unit_of_work() as session:
        contacts.put(session, [Imported("email", Count(each, 30, 8)) for each in at], ACT)


def forecast(database: Database, day: date = TODAY, number: int = 1, now: datetime = NOW) -> Forecast:
    span = first_moment(day, ZONE), first_moment(day + timedelta(days=number), ZONE)
    with database.reading() as session:
        return forecasts.forecast(session, Wanted("email", 30, ZONE, *span), now)


def test_forecast_has_an_item_for_each_interval_and_people_once_it_is_known_how_they_answer(database: Database) -> None:
    remember(database, 8)
    before = forecast(database)
    with database.unit_of_work() as session:
        plans.save(session, "email", Answering(540, 3_600), ACT)

    after = forecast(database)

    ten = after.items[20]
    assert len(after.items) == 48
    assert ten.estimate.contacts == 8
    assert (ten.estimate.weeks, ten.note, before.items[20].people, ten.people) == (8, None, None, 4)
    assert after.items[0].estimate.contacts == 0


def test_forecast_of_a_past_day_is_what_it_would_have_been(database: Database) -> None:
    remember(database, 8)

    found = forecast(database, TODAY - timedelta(days=7 * 6))

    assert (found.items[20].estimate.weeks, found.items[20].note) == (2, "a guess from 2 weeks")


def test_forecast_names_marked_days_and_learns_nothing_from_them(database: Database) -> None:
    remember(database, 5)
    with database.unit_of_work() as session:
        days.mark(session, TODAY - timedelta(days=7), "not-normal", "Outage", ACT)
        days.mark(session, TODAY, "holiday", "", ACT)

    found = forecast(database)

    assert (found.items[20].estimate.weeks, found.items[20].note) == (4, "holiday, effect unknown")


def test_forecast_says_where_clocks_change(database: Database) -> None:
    found = forecast(database, date(2022, 11, 6))

    odd = [item.note for item in found.items if item.interval.minutes != 30]
    assert odd == ["No history yet. Import some., clocks change, so this lasts 90 minutes"]


def test_forecast_refuses_a_span_that_is_none_or_too_long(database: Database) -> None:
    with pytest.raises(Malformed, match="must be later"):
        forecast(database, number=0)
    with pytest.raises(Malformed, match="at most 31 days"):
        forecast(database, number=32)


def test_seen_at_is_the_freeze_for_all_but_organizers(game: Game) -> None:
    game.freeze()
    later = NOW + timedelta(days=1)
    roles: tuple[Role, ...] = ("player", "organizer")

    with game.database.reading() as session:
        seen = [forecasts.seen_at(session, act_by("X", NOW, role).actor, later) for role in roles]

    assert seen == [NOW, later]
