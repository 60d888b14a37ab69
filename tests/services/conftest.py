"""What tests of services may ask for besides: several processes on one database."""

from collections.abc import Iterator

import pytest

from app.config import Settings
from app.db import Database
from tests.races import several


@pytest.fixture
def places(settings: Settings) -> Iterator[list[Database]]:
    """Several processes' worth of connections to the same database."""
    with several(settings.sqlalchemy_url) as databases:
        yield databases
