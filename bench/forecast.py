"""The forecast of a week by the half hour, from a year of half hours on two channels."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import get_args

from app.domain.calendar.days import first_moment, local_day, zone_or_utc
from app.domain.forecast.intervals import Channel, Count
from app.services.demo.lots import lot
from app.services.forecasts import contacts, forecasts
from app.services.forecasts.contacts import Imported
from app.services.forecasts.forecasts import Wanted
from bench import weeks
from bench.figures import Figure
from bench.scale import Scale

HALF_HOUR = timedelta(minutes=30)
YEAR = 365 * 48
ZONE = zone_or_utc("America/Los_Angeles")
CHANNELS: tuple[Channel, ...] = get_args(Channel)[:2]


def measure(place: Path, scale: Scale) -> Iterator[Figure]:
    """The seconds of CPU until both channels' 336 intervals are forecast, history read and accuracy tried."""
    database = weeks.open_database(place)
    today = local_day(weeks.NOW, ZONE)
    begins, ends = first_moment(today, ZONE), first_moment(today + timedelta(days=7), ZONE)
    rows = [
        Imported(channel, Count(begins - (number + 1) * HALF_HOUR, 30, int(10 * lot(channel, number))))
        for channel in CHANNELS
        for number in range(YEAR)
    ]
    with database.unit_of_work() as session:
        contacts.put(session, rows, weeks.ACT)
    seconds = []
    for _ in range(max(scale.rounds, 3)):
        began = time.process_time()
        with database.reading() as session:
            for channel in CHANNELS:
                forecasts.forecast(session, Wanted(channel, 30, ZONE, begins, ends), weeks.NOW)
        seconds.append(time.process_time() - began)
    database.dispose()
    yield Figure(
        "forecast of 2 channels from a year of half hours", median(seconds), "s", 1.0, "at most",
        note=f"{len(rows):,} intervals",
    )  # fmt: skip
