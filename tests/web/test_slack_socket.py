"""Socket Mode against a stand-in that speaks it: what comes over a socket goes the way of a call over HTTP."""

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlmodel import select

from app.config import Settings
from app.jobs.slack_sockets import SlackSockets, Timing
from app.models import AuditEntry, Delivery, LedgerEntry, Seat, SlackCall, SlackSocket
from app.services.intake import authors, connections
from app.services.operations.secrets import SigningKey
from app.services.slack import sentences, sockets
from tests.builders import ADA, SIGNING_KEY, Game, act_by
from tests.slack.checks import APP
from tests.slack.running import StandIn, running
from tests.slack.workspace import APP_TOKEN, TEAM
from tests.web.playing_shifts import Shifts
from tests.web.running_app import RunningApp, SettableClock, serving, until

KEY = SigningKey(SIGNING_KEY)
QUICK = Timing(look=0.05, first=0.01)


@pytest.fixture(scope="module")
def program() -> Iterator[StandIn]:
    with running() as stand_in:
        yield stand_in


@pytest.fixture
def site(program: StandIn, game: Game, settings: Settings, clock: SettableClock) -> Iterator[RunningApp]:
    """A site that hears Slack by socket alone: nobody handed a signing secret over. Ada is U1."""
    program.order("restart")
    with serving(settings.model_copy(update={"slack_api_url": program.api_url}), clock) as site:
        connect(site.game, site.app.state.context.key)
        until(lambda: program.order("socket")["open"] == 1 and kept(site.game, SlackSocket)[0].connected_at)
        yield site


def connect(game: Game, key: SigningKey, token: str = APP_TOKEN) -> None:
    with game.database.unit_of_work() as session:
        connections.connect(session, key, "slack", game.act, awaits_secret=True)
        authors.name(session, "slack", "U1", ADA, act_by("Olu", game.act.now))
        sockets.set_token(session, key, "slack", game.act, token=token)


def command(text: str, trigger: str = "1.1.1") -> dict[str, Any]:
    return {
        "team_id": TEAM, "user_id": "U1", "user_name": "ada", "command": "/assembly", "text": text, "api_app_id": APP,
        "trigger_id": trigger, "response_url": "https://hooks.slack.com/x", "is_enterprise_install": "false",
    }  # fmt: skip


def kept(game: Game, model: Any) -> list[Any]:
    with game.database.reading() as session:
        return list(session.exec(select(model)).all())


def erased(game: Game) -> list[tuple[str, Any]]:
    """The app tokens that were erased, as the audit says: by whom, and why."""
    found = [each for each in kept(game, AuditEntry) if each.action == "slack.app-token-revoked"]
    return [(each.by, json.loads(each.after)) for each in found]


def test_command_is_answered_over_the_socket_and_counts_once(site: RunningApp, program: StandIn) -> None:
    first = program.envelope("slash_commands", command("log issue <https://example.com/7>"))
    again = program.envelope("slash_commands", command("log issue <https://example.com/7>"))
    silent = program.envelope("slash_commands", command("help", "2.1.1"), answers=False)

    assert first["payload"]["text"] == "Logged 1 issue."
    assert again["payload"] == first["payload"], "a copy gets the same answer"
    assert set(silent) == {"envelope_id"}, "Slack takes no answer with it"
    assert [entry.external_id for entry in kept(site.game, LedgerEntry)] == ["https://example.com/7"]
    [socket] = kept(site.game, SlackSocket)
    assert (socket.connected_at, socket.error, socket.token_end) == (site.clock.now, None, APP_TOKEN[-4:])
    assert APP_TOKEN not in str(socket.token)


def pressing(action: str, value: str, trigger: str) -> dict[str, Any]:
    return {
        "type": "block_actions", "team": {"id": TEAM}, "user": {"id": "U1", "team_id": TEAM}, "trigger_id": trigger,
        "actions": [{"action_id": f"aw.{action}", "block_id": "aw0", "value": value}],
    }  # fmt: skip


def test_seat_is_taken_once_however_often_it_is_pressed_over_the_socket(site: RunningApp, program: StandIn) -> None:
    shift = Shifts(site).make(seats=3)
    presses = [pressing("take", shift, trigger) for trigger in ("5.1.1", "5.1.1", "6.1.1")]

    with ThreadPoolExecutor(3) as pool:
        said = list(pool.map(lambda each: program.envelope("interactive", each), presses))
    until(lambda: [call.done_at is not None for call in kept(site.game, SlackCall)] == [True] * 2)

    assert [set(each) for each in said] == [{"envelope_id"}] * 3
    assert [seat.state for seat in kept(site.game, Seat)] == ["signed_up"]


def test_press_and_event_over_the_socket_are_stored_before_they_are_acknowledged(
    site: RunningApp, program: StandIn
) -> None:
    press = pressing("link", "", "3.1.1")
    event = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event_time": 1, "event": {"type": "x"}}

    said = [program.envelope("interactive", press), program.envelope("interactive", press)]
    said.append(program.envelope("events_api", event, answers=False))
    program.envelope("events_api", {"no": "call"}, answers=False)

    assert [set(each) for each in said] == [{"envelope_id"}] * 3
    assert sorted(each.event_id or "" for each in kept(site.game, Delivery)) == ["", "3.1.1", "Ev1"]


def test_socket_that_will_be_closed_is_followed_by_another_first(site: RunningApp, program: StandIn) -> None:
    program.order("disconnect")
    until(lambda: program.order("socket") | {"acknowledged": 0} == {"open": 1, "opened": 2, "acknowledged": 0})

    assert program.envelope("slash_commands", command("help"))["payload"]["response_type"] == "ephemeral"


def test_removed_app_and_removed_token_end_the_socket(site: RunningApp, program: StandIn) -> None:
    event = {
        "type": "event_callback", "team_id": TEAM, "event_id": "Ev2",
        "event_time": int(site.clock.now.timestamp()) + 5, "event": {"type": "app_uninstalled"},
    }  # fmt: skip

    assert program.envelope("events_api", event, answers=False) is not None
    until(lambda: program.order("socket")["open"] == 0 and kept(site.game, SlackSocket)[0].token is None)

    [socket] = kept(site.game, SlackSocket)
    assert (socket.token, socket.token_end) == (None, "")
    assert erased(site.game) == [("Slack", {"why": sentences.REMOVED})]


class Server:
    """A server's sockets, in a thread of their own; it is killed where it stands, or closed as at its end."""

    def __init__(self, game: Game, stand_in: StandIn, timing: Timing = QUICK, *, hangs: bool = False) -> None:
        self.game, self.stand_in, self.timing, self.hangs = game, stand_in, timing, hangs
        self.clock = SettableClock(game.act.now)
        self.heard: list[bytes] = []
        self.has_begun = threading.Event()
        self._ends: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    async def answer(self, _name: str, body: bytes) -> bytes:
        """Take a call, or hang with it before anything is committed."""
        self.has_begun.set()
        if self.hangs:
            await asyncio.Event().wait()
        self.heard.append(body)
        return b""

    async def run(self, settings: Settings) -> None:
        """Hold sockets until it ends."""
        self._loop, self._is_over = asyncio.get_running_loop(), asyncio.Event()
        self.sockets = SlackSockets(self.game.database, self.clock, KEY, settings, self.answer, self.timing)
        task = asyncio.create_task(self.sockets.run())
        self._ends.append(task)
        await asyncio.wait([task])
        if not task.cancelled():
            await self._is_over.wait()

    def kill(self) -> None:
        """End without a word to the database."""
        assert self._loop
        with suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(self._ends[0].cancel)

    def close(self) -> None:
        """End in good order."""
        assert self._loop
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)

    async def _close(self) -> None:
        await self.sockets.close()
        self._is_over.set()


@contextmanager
def server(game: Game, stand_in: StandIn, settings: Settings, **more: Any) -> Iterator[Server]:
    """A server that runs."""
    found = Server(game, stand_in, **more)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(asyncio.run, found.run(settings))
        try:
            yield found
        finally:
            found.kill()
            running.result(10)


@pytest.fixture
def slack_settings(program: StandIn, game: Game, settings: Settings) -> Settings:
    program.order("restart")
    connect(game, KEY)
    return settings.model_copy(update={"slack_api_url": program.api_url})


def counts(program: StandIn) -> tuple[int, int]:
    """The sockets that are open, and all that ever were."""
    found = program.order("socket")
    return found["open"], found["opened"]


def test_one_of_two_servers_connects_and_the_other_takes_over_when_it_was_killed(
    program: StandIn, game: Game, slack_settings: Settings
) -> None:
    with server(game, program, slack_settings, hangs=True) as first:
        until(lambda: counts(program) == (1, 1))
        with server(game, program, slack_settings) as second:
            unheard = program.envelope("slash_commands", command("help"), id_="e1", seconds=0.2)
            assert first.has_begun.is_set()
            first.kill()
            until(lambda: counts(program) == (0, 1))
            second.clock.now += first.timing.lease * (second.clock.now.resolution * 10**6)
            until(lambda: counts(program) == (1, 2))
            again = program.envelope("slash_commands", command("help"), id_="e1")

    assert (unheard, again) == (None, {"envelope_id": "e1"})
    assert (first.heard, len(second.heard)) == ([], 1)


def test_server_that_ends_hands_its_socket_over_at_once(program: StandIn, game: Game, slack_settings: Settings) -> None:
    with server(game, program, slack_settings) as first:
        until(lambda: counts(program) == (1, 1))
        with server(game, program, slack_settings):
            first.close()
            until(lambda: counts(program) == (1, 2))


def test_silent_socket_is_replaced(program: StandIn, game: Game, slack_settings: Settings) -> None:
    with server(game, program, slack_settings, timing=Timing(look=0.05, first=0.01, silence=0.3)):
        until(lambda: counts(program)[1] >= 2)


def test_cut_socket_is_opened_again(program: StandIn, game: Game, slack_settings: Settings) -> None:
    with server(game, program, slack_settings):
        until(lambda: counts(program) == (1, 1))
        program.order("cut")
        until(lambda: counts(program) == (1, 2))


@pytest.mark.parametrize(
    ("token", "says"),
    [("xapp-1-nobody-0000", "doesn’t accept the app token"), ("xapp-1-few-scopes-00", "connections:write")],
)
def test_token_that_slack_does_not_take_is_forgotten_and_told(
    program: StandIn, game: Game, slack_settings: Settings, token: str, says: str
) -> None:
    program.order("token", token="xapp-1-few-scopes-00", scopes="authorizations:read")
    with game.database.unit_of_work() as session:
        sockets.set_token(session, KEY, "slack", game.act, token=token)
    with server(game, program, slack_settings):
        until(lambda: kept(game, SlackSocket)[0].token is None)

    why = kept(game, SlackSocket)[0].error
    assert says in why
    assert (counts(program), erased(game)) == ((0, 0), [("Slack", {"why": why})])


def test_socket_that_slack_does_not_open_is_asked_for_again_with_the_same_token(
    program: StandIn, game: Game, slack_settings: Settings
) -> None:
    program.order("trouble", method="apps.connections.open", error="too_many_websockets", times=1000)
    with server(game, program, slack_settings):
        until(lambda: kept(game, SlackSocket)[0].error is not None)
        why = kept(game, SlackSocket)[0].error
        program.order("calm")
        until(lambda: counts(program) == (1, 1) and kept(game, SlackSocket)[0].error is None)

    assert why == "Slack opens no socket for this app: too_many_websockets. Is Socket Mode on there?"
    assert erased(game) == []


def test_slack_that_has_trouble_is_asked_again(program: StandIn, game: Game, slack_settings: Settings) -> None:
    program.order("trouble", method="apps.connections.open", status=503)
    with server(game, program, slack_settings):
        until(lambda: counts(program) == (1, 1) and kept(game, SlackSocket)[0].error is None)
