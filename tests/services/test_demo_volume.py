"""The demo's contacts: enough of them for a forecast with its accuracy, a holiday's effect, and people."""

from datetime import date, timedelta

import pytest

from app.db.database import Database
from app.domain.calendar.days import first_moment
from app.services.demo import volume
from app.services.demo.cast import SIGNED_UP, STARTS, ZONE
from app.services.forecasts import forecasts
from app.services.forecasts.forecasts import Wanted


@pytest.mark.parametrize("engine", ["sqlite"])
def test_forecast_of_the_demos_week_knows_everything(database: Database) -> None:
    with database.unit_of_work() as session:
        volume.prepare(session)
    span = first_moment(STARTS, ZONE), first_moment(STARTS + timedelta(days=1), ZONE)

    with database.reading() as session:
        found = forecasts.forecast(session, Wanted("email", 30, ZONE, *span), SIGNED_UP)

    ten = found.items[20]
    assert (ten.estimate.weeks, ten.note) == (14, None)
    assert ten.people is not None
    assert found.learned.model.holiday is not None
    assert found.learned.model.holiday < 1
    found_out = found.learned.model.accuracy
    assert found_out is not None
    assert found_out.is_better_than_naive
    assert found_out.wape is not None
    assert found_out.floor is not None
    assert found_out.wape > found_out.floor, "counts vary less than chance has it"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_visitors_can_plan_a_week_of_their_own(database: Database) -> None:
    today = date(2026, 11, 30)
    with database.unit_of_work() as session:
        volume.prepare(session, today)
    span = first_moment(today + timedelta(days=7), ZONE), first_moment(today + timedelta(days=8), ZONE)

    with database.reading() as session:
        found = forecasts.forecast(session, Wanted("email", 30, ZONE, *span), first_moment(today, ZONE))

    assert found.items[20].estimate.weeks == 16
    assert found.learned.model.accuracy is not None
