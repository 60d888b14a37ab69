"""What tests of the services may ask for: the same week seen from several processes."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.config import Settings
from app.db import Database
from tests.builders import Game


@pytest.fixture
def places(settings: Settings) -> Iterator[list[Database]]:
    """Several processes' worth of connections to the same database."""
    databases = [Database(settings.sqlalchemy_url) for _ in range(4)]
    yield databases
    for each in databases:
        each.dispose()


@pytest.fixture
def games(game: Game, places: list[Database]) -> list[Game]:
    """The same week seen from each of those processes."""
    return [replace(game, database=place) for place in places]
