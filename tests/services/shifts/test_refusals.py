"""Sentences about shifts: they name the day that is meant, in a week of any length."""

from datetime import date, timedelta

import pytest

from app.models import Shift, Week
from app.services.shifts import refusals
from tests.builders import moment

START = moment("2022-09-14 06:00")
SHIFT = Shift(
    week_id=1, starts_at=START, ends_at=START + timedelta(hours=2), zone="America/Los_Angeles", seats=2, needed=1,
    local_date=date(2022, 9, 14), local_from="06:00", local_until="08:00", created_at=START, created_by="Olu",
)  # fmt: skip


@pytest.mark.parametrize(
    ("days", "said"), [(5, "Wed 06:00–08:00 PDT"), (7, "Wed 06:00–08:00 PDT"), (8, "Wed 14 Sep 06:00–08:00 PDT")]
)
def test_time_of_a_shift_has_its_date_where_its_weekday_comes_twice(days: int, said: str) -> None:
    starts = date(2022, 9, 12)
    week = Week(
        slug="q4", name="Q4", timezone="UTC", starts=starts, ends=starts + timedelta(days - 1), created_at=START
    )

    assert refusals.when_in(week, SHIFT) == said
    assert refusals.dated(SHIFT) == "Wed 14 Sep 06:00–08:00 PDT"
