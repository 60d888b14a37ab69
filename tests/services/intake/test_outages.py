"""Outages: a heartbeat that stops is noticed by the next server."""

from datetime import timedelta

from app.db.database import Database
from app.services.intake import outages
from tests.builders import NOW


def test_beat_after_a_pause_writes_the_outage_that_is_over(database: Database) -> None:
    minutes = [0, 1, 31, 32, 20, 33]

    with database.unit_of_work() as session:
        found = [outages.beat(session, NOW + timedelta(minutes=each)) for each in minutes]
        kept = outages.since(session, NOW)

    assert [outage is not None for outage in found] == [False, False, True, False, False, True]
    spans = [(each.began_at - NOW, each.ended_at - NOW) for each in kept]
    assert spans == [(timedelta(minutes=20), timedelta(minutes=33)), (timedelta(minutes=1), timedelta(minutes=31))]


def test_forget_deletes_outages_of_long_ago(database: Database) -> None:
    with database.unit_of_work() as session:
        outages.beat(session, NOW - timedelta(days=40))
        outages.beat(session, NOW - timedelta(days=39))
        outages.beat(session, NOW)

        assert outages.forget(session, NOW) == 1
