"""Fixtures of the tables' tests: the same database seen from several processes."""

from collections.abc import Iterator

import pytest

from app.config import Settings
from app.db.database import Database
from tests.races import several


@pytest.fixture
def databases(settings: Settings) -> Iterator[list[Database]]:
    """Several processes' worth of connections to the same database."""
    with several(settings.sqlalchemy_url) as each:
        yield each
