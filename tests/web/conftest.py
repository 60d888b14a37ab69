"""What web tests may ask for: a running server with a settable clock, on SQLite unless a test asks for both engines."""

from collections.abc import Iterator

import pytest

from app.config import Settings
from tests.web.site import SettableClock, Site, serving


@pytest.fixture
def engine() -> str:
    """SQLite; where the engine matters, a test is marked BOTH_ENGINES."""
    return "sqlite"


@pytest.fixture
def clock() -> SettableClock:
    """The server's clock: Wednesday of the standard week, 13:00 in its zone."""
    return SettableClock()


@pytest.fixture
def empty_site(settings: Settings, clock: SettableClock) -> Iterator[Site]:
    """A running server without a week; its boards are public."""
    with serving(settings.model_copy(update={"board_visibility": "public"}), clock) as site:
        yield site


@pytest.fixture
def site(empty_site: Site) -> Site:
    """A running server with the standard week open and the whole cast in its teams; its boards are public."""
    empty_site.game.start()
    return empty_site


@pytest.fixture
def closed_site(settings: Settings, clock: SettableClock) -> Iterator[Site]:
    """The same with boards for signed-in readers only."""
    with serving(settings.model_copy(update={"board_visibility": "signed-in"}), clock) as site:
        site.game.start()
        yield site
