"""Contacts: imported ones replace those they overlap, and intake's follow from its clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from app.db.database import Database
from app.domain.forecast.intervals import Channel, Count
from app.domain.intake.reports import Author, ClockFact
from app.services import clocks
from app.services.forecasts import contacts
from app.services.forecasts.contacts import Imported, Outcome
from tests.builders import NOW, act_by

SIX = datetime(2022, 9, 5, 6, tzinfo=UTC)
ALWAYS = SIX - timedelta(days=1), SIX + timedelta(days=1)


def email(minutes: int, count: int, length: int = 30) -> Imported:
    return Imported("email", Count(SIX + timedelta(minutes=minutes), length, count))


def put(database: Database, *rows: Imported) -> Outcome:
    with database.unit_of_work() as session:
        return contacts.put(session, rows, act_by("Olu", NOW))


def kept(database: Database) -> list[tuple[int, int, int]]:
    with database.reading() as session:
        found = contacts.imported(session, "email", *ALWAYS)
    return [((each.starts_at - SIX) // timedelta(minutes=1), each.minutes, each.contacts) for each in found]


def test_put_counts_what_is_new_changed_and_as_before(database: Database) -> None:
    first = put(database, email(0, 5), email(30, 6), Imported("chat", Count(SIX, 30, 9)))
    again = put(database, email(0, 5), email(30, 7), email(60, 1))

    assert (first, again) == (Outcome(3, 0, 0), Outcome(1, 1, 1))
    assert kept(database) == [(0, 30, 5), (30, 30, 7), (60, 30, 1)]


def test_put_replaces_what_it_overlaps_and_nothing_beside_it(database: Database) -> None:
    put(database, email(-30, 1), email(0, 5), email(90, 6), email(120, 2))
    put(database, email(0, 20, 120))
    assert kept(database) == [(-30, 30, 1), (0, 120, 20), (120, 30, 2)]

    put(database, email(60, 8))

    assert kept(database) == [(-30, 30, 1), (60, 30, 8), (120, 30, 2)]


@pytest.mark.parametrize(("channel", "found"), [("email", [0, 60]), ("chat", [10]), ("phone", [])])
def test_begun_finds_starts_that_find_nothing_unanswered(
    database: Database, channel: Channel, found: list[int]
) -> None:
    def at(minutes: int) -> datetime:
        return SIX + timedelta(minutes=minutes)

    with database.unit_of_work() as session:
        clocks.keep(session, "zendesk", [
            ClockFact("T1", "created", at(0)), ClockFact("T1", "customer", at(0), "c1", Author(("8",))),
            ClockFact("T1", "customer", at(20), "c2"), ClockFact("T1", "staff", at(40), "s1"),
            ClockFact("T1", "customer", at(60), "c3"), ClockFact("T2", "created", at(10), channel="chat"),
            ClockFact("T2", "customer", at(3_000), "late"),
        ])  # fmt: skip

    with database.reading() as session:
        begun = contacts.begun(session, channel, *ALWAYS)

    assert [(moment - SIX) // timedelta(minutes=1) for moment in begun] == found
