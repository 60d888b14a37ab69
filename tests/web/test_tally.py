"""The tally: tries that come together are one transaction, and each is counted by itself."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlmodel import Session

from app.db.database import Database
from app.errors import Unavailable
from app.services.access.throttle import Limit
from app.web.tally import Tally
from tests.web.running_app import BOTH_ENGINES, SettableClock

LIMIT = Limit("tries of this test", 3, timedelta(minutes=1))


def count(database: Database, *keys: str) -> Counter[str]:
    """Count tries with these keys at once; what became of them."""

    async def play() -> list[BaseException | None]:
        tally = Tally(database, SettableClock())
        return await asyncio.gather(*(tally.count(LIMIT, key) for key in keys), return_exceptions=True)

    return Counter(type(outcome).__name__ for outcome in asyncio.run(play()))


@pytest.fixture
def transactions(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An entry for each transaction that writes."""
    begun: list[str] = []
    real = database.unit_of_work

    @contextmanager
    def unit_of_work() -> Iterator[Session]:
        begun.append("transaction")
        with real() as session:
            yield session

    monkeypatch.setattr(database, "unit_of_work", unit_of_work)
    return begun


@BOTH_ENGINES
def test_count_of_many_at_once_is_one_transaction(database: Database, transactions: list[str]) -> None:
    found = count(database, *(f"person {number}" for number in range(50)))

    assert (found, len(transactions)) == ({"NoneType": 50}, 1)


@BOTH_ENGINES
def test_count_beyond_the_limit_is_refused_to_its_key_alone(database: Database) -> None:
    found = count(database, *["eager"] * 5, "calm")

    assert found == {"NoneType": 4, "TooMany": 2}
    assert count(database, "eager") == {"TooMany": 1}


def test_count_in_an_outage_fails_for_everybody_and_then_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Iterator[Session]:
        raise Unavailable("The database is away.")

    with monkeypatch.context() as outage:
        outage.setattr(database, "unit_of_work", away)
        failed = count(database, "one", "two")

    assert (failed, count(database, "one", "two")) == ({"Unavailable": 2}, {"NoneType": 2})
