"""Fixtures of the services' tests: the same week seen from several processes."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.config import Settings
from app.db.database import Database
from tests.builders import Game
from tests.races import several


@pytest.fixture
def places(settings: Settings) -> Iterator[list[Database]]:
    """Several processes' worth of connections to the same database."""
    with several(settings.sqlalchemy_url) as databases:
        yield databases


@pytest.fixture
def games(game: Game, places: list[Database]) -> list[Game]:
    """The same week seen from each of those processes."""
    return [replace(game, database=database) for database in places]
