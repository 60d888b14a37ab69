"""Fixtures of the web tests: a running server with a settable clock, on SQLite unless a test asks for both engines."""

import logging
from collections.abc import Iterator

import pytest

from app.config import Settings
from app.live.timing import USUAL, Timing
from app.main import routes
from tests.builders import SLUG, Game
from tests.slack.running import StandIn
from tests.web.playing_slack import PUBLIC, Slack, connect
from tests.web.running_app import RunningApp, SettableClock, serving

routes()  # templates name them, also where no application is made


@pytest.fixture
def engine() -> str:
    """SQLite; where the engine matters, a test is marked BOTH_ENGINES."""
    return "sqlite"


@pytest.fixture
def scene(request: pytest.FixtureRequest) -> str:
    """The database's content when the test begins; a server that finds a week has done its daily jobs before."""
    return "tended game" if "game" in request.fixturenames else "empty"


@pytest.fixture
def clock() -> SettableClock:
    """The server's clock: Wednesday of the standard week, 13:00 in its zone."""
    return SettableClock()


@pytest.fixture
def timing() -> Timing:
    """The waits of the server's jobs: the usual ones, or those a test is parametrised with."""
    return USUAL


@pytest.fixture
def visibility() -> str:
    """Boards are public, unless a test is marked SIGNED_IN."""
    return "public"


@pytest.fixture
def empty_site(settings: Settings, visibility: str, clock: SettableClock, timing: Timing) -> Iterator[RunningApp]:
    """A running server without a week."""
    with serving(settings.changed(board_visibility=visibility), clock, timing=timing) as site:
        yield site


@pytest.fixture
def site(game: Game, empty_site: RunningApp) -> RunningApp:
    """A running server with the standard week open and the whole cast in its teams."""
    assert game.slug == SLUG
    empty_site.app.state.is_owned = True  # somebody set this week up
    return empty_site


@pytest.fixture
def known_slack(program: StandIn, settings: Settings, clock: SettableClock, game: Game) -> Iterator[Slack]:
    """A workspace, and a server that knows its own address and takes a stand-in (`program`) for Slack."""
    assert game.slug == SLUG
    with serving(settings.changed(public_url=PUBLIC, slack_api_url=program.api_url), clock) as site:
        site.app.state.is_owned = True
        yield connect(site)


@pytest.fixture
def quiet_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever comes in, nothing is logged as a failure of ours."""
    yield
    failures = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in failures] == []
