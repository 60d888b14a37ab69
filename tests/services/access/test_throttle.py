"""Throttles: so many tries in a window, however many come at once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from app.db.database import Database
from app.errors import TooMany
from app.models import Throttle
from app.services.access import throttle
from app.services.access.throttle import Limit
from tests.builders import NOW
from tests.races import outcomes, race, repeat

LIMIT = Limit("cups of tea", 3, timedelta(minutes=10))
A_MOMENT = timedelta(microseconds=1)


def count(database: Database, key: str = "192.0.2.7", after: timedelta = timedelta(), limit: Limit = LIMIT) -> None:
    with database.unit_of_work() as session:
        throttle.count(session, limit, key, NOW + after)


def test_count_lets_as_many_pass_as_the_limit_says(database: Database) -> None:
    for _ in range(3):
        count(database)

    with pytest.raises(TooMany, match=r"^Too many cups of tea\. Try again in 10 minutes\.$") as refused:
        count(database, after=timedelta(seconds=30))

    assert refused.value.wait == 570


def test_count_begins_a_new_window_when_the_old_one_is_over(database: Database) -> None:
    for _ in range(3):
        count(database)

    with pytest.raises(TooMany):
        count(database, after=LIMIT.window - A_MOMENT)

    for _ in range(3):
        count(database, after=LIMIT.window)
    with pytest.raises(TooMany):
        count(database, after=LIMIT.window)


def test_count_of_refused_tries_does_not_lengthen_the_wait(database: Database) -> None:
    for _ in range(3):
        count(database)
    for minutes in range(10):
        with pytest.raises(TooMany):
            count(database, after=timedelta(minutes=minutes))

    count(database, after=LIMIT.window)


def test_count_keeps_keys_and_limits_apart(database: Database) -> None:
    other = Limit("biscuits", 1, LIMIT.window)
    for _ in range(3):
        count(database)

    count(database, "192.0.2.8")
    count(database, limit=other)

    with pytest.raises(TooMany, match="biscuits"):
        count(database, limit=other)


@pytest.mark.parametrize("key", ["", "\0", "\udcff", "é" * 10_000])
def test_count_takes_any_key(database: Database, key: str) -> None:
    for _ in range(3):
        count(database, key)

    with pytest.raises(TooMany):
        count(database, key)


def test_count_keeps_keys_as_hashes_for_a_day(database: Database) -> None:
    count(database, "ada@example.com")
    count(database, "bo@example.com", after=throttle.KEPT + timedelta(seconds=1))

    with database.reading() as session:
        [row] = session.exec(select(Throttle)).all()

    assert (len(row.key), row.began_at > NOW, "example" in row.key) == (64, True, False)


def test_count_of_fifty_tries_at_once_lets_exactly_the_limit_pass(places: list[Database]) -> None:
    limit = Limit("tries", 7, timedelta(minutes=1))

    results = race(repeat(50, lambda n: count(places[n % 4], limit=limit)))

    assert outcomes(results) == {"NoneType": 7, "TooMany": 43}


@pytest.mark.parametrize("engine", ["postgresql"])
def test_count_by_two_that_forget_old_keys_at_once_does_not_deadlock(places: list[Database]) -> None:
    for key in ("0", "1"):
        count(places[0], key)
    later, both = throttle.KEPT + timedelta(hours=1), threading.Barrier(2)

    def forget_together(*call: Any) -> None:
        if call[2].startswith("DELETE FROM throttle"):
            both.wait(10)

    for database in places:
        event.listen(database.writer, "before_cursor_execute", forget_together)

    results = race(repeat(2, lambda n: count(places[n], str(n), after=later)))

    assert outcomes(results) == {"NoneType": 2}


@pytest.mark.parametrize("ahead", [timedelta(hours=11), timedelta(days=1), timedelta(days=400)])
def test_count_forgets_a_window_that_a_wrong_clock_began(database: Database, ahead: timedelta) -> None:
    for _ in range(3):
        count(database, after=ahead)

    for _ in range(3):
        count(database)
    with pytest.raises(TooMany) as refused:
        count(database)

    assert refused.value.wait == 600


def test_count_goes_on_in_a_window_that_another_server_began_seconds_ahead(database: Database) -> None:
    for _ in range(3):
        count(database, after=timedelta(seconds=20))

    with pytest.raises(TooMany):
        count(database)


def test_count_drops_windows_that_lie_ahead(database: Database) -> None:
    count(database, "ahead", after=timedelta(days=30))
    count(database, "yesterday", after=-2 * throttle.KEPT)

    count(database, "now")

    with database.reading() as session:
        assert [window.began_at for window in session.exec(select(Throttle))] == [NOW]


def test_give_back_frees_one_try_of_its_window_and_key_alone(database: Database) -> None:
    for _ in range(3):
        count(database)
    with database.unit_of_work() as session:
        throttle.give_back(session, LIMIT, "198.51.100.1", NOW)
        throttle.give_back(session, LIMIT, "192.0.2.7", NOW + LIMIT.window)
    with pytest.raises(TooMany):
        count(database)
    with database.unit_of_work() as session:
        throttle.give_back(session, LIMIT, "192.0.2.7", NOW)

    count(database)

    with pytest.raises(TooMany):
        count(database)


def test_give_back_of_what_was_never_counted_earns_no_try(database: Database) -> None:
    with database.unit_of_work() as session:
        throttle.give_back(session, LIMIT, "192.0.2.7", NOW)

    for _ in range(3):
        count(database)
    with pytest.raises(TooMany):
        count(database)
