"""Live streams: the whole state at once and after every change, for any number of viewers, until told to stop."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from app.config import Settings
from app.live.messages import event
from app.live.timing import USUAL
from app.main import create_app
from app.services.access import tokens
from app.web.board.content import FixedContent
from app.web.boards import BoardSnapshot
from app.web.topics import BoardTopic, board_json
from tests.builders import SLUG, act_by
from tests.web.running_app import API, BOTH_ENGINES, SIGNED_IN, RunningApp, SettableClock, assert_problem, until
from tests.web.viewing import LIVE, QUICK, Flood, first_event, parsed, state, taken, unread, watch, watching


@BOTH_ENGINES
def test_stream_sends_the_whole_state_at_once_and_after_every_change(site: RunningApp) -> None:
    with watching(site) as events:
        first = events.get(timeout=5)
        site.record()
        second = events.get(timeout=5)

    assert (first["event"], second["event"]) == ("board", "board")
    assert state(first)["headline"] == "0 shifts, 0 responses, 0 issues, 0 feature requests, 0 knowledge cards"
    assert state(second) == site.board()
    assert second["id"] == str(site.board()["version"])


def test_page_stream_sends_the_moving_part_of_the_page_unnamed(site: RunningApp) -> None:
    site.record()

    with watching(site, f"/weeks/{SLUG}/live") as events:
        first = events.get(timeout=5)

    assert set(first) == {"id", "data"}
    assert first["data"].splitlines() == site.get(f"/weeks/{SLUG}", headers={"HX-Request": "true"}).text.splitlines()


def test_changes_in_quick_succession_come_at_most_four_times_a_second(site: RunningApp) -> None:
    with watching(site) as events:
        events.get(timeout=5)
        begun = time.monotonic()
        for _ in range(40):
            assert site.record().status_code == 201
        latest = events.get(timeout=5)
        received = 1
        while state(latest)["totals"]["issue"] < 40:
            latest = events.get(timeout=5)
            received += 1
        taken = time.monotonic() - begun

    assert received <= taken / USUAL.shortest_gap + 2


def test_stream_of_an_unknown_week_is_a_404(site: RunningApp) -> None:
    assert_problem(site.get(f"{API}/weeks/nope/live"), 404)


@SIGNED_IN
def test_stream_is_for_readers_where_boards_are_not_public(site: RunningApp) -> None:
    assert_problem(site.get(LIVE), 401)

    with watching(site, Authorization=f"Bearer {site.token('read')}") as events:
        assert state(events.get(timeout=5))["week"] == SLUG


@SIGNED_IN
def test_revoked_token_ends_its_open_stream_within_five_seconds(site: RunningApp) -> None:
    with watching(site, Authorization=f"Bearer {site.token('read')}") as events:
        events.get(timeout=5)
        with site.database.unit_of_work() as session:
            tokens.revoke(session, "read", act_by("Olu", site.clock.now))

        assert events.get(timeout=5.5) == {}


@pytest.mark.parametrize("timing", [QUICK])
def test_heartbeats_keep_a_quiet_stream_open(site: RunningApp) -> None:
    with watching(site) as events:
        events.get(timeout=5)

        assert events.get(timeout=20) == {"comment": "still here"}


@pytest.mark.parametrize("timing", [replace(USUAL, stuck=0.5)])
def test_heartbeats_cut_off_a_viewer_that_never_reads_and_others_go_on(site: RunningApp) -> None:
    flood = Flood()
    watch(site, "/flood", flood)
    with unread(site, "/flood"), watching(site, "/flood") as events:
        events.get(timeout=5)
        flood.send(20_000_000)
        site.app.state.context.boards.notify()

        until(lambda: site.app.state.context.streams.viewers == 1)

        flood.send(1)
        site.app.state.context.boards.notify()
        while len(events.get(timeout=10)["data"]) != 1:
            pass


def test_close_tells_a_viewer_that_never_reads_nothing_and_holds_nobody_up(
    site: RunningApp, caplog: pytest.LogCaptureFixture
) -> None:
    streams, flood = site.app.state.context.streams, Flood(20_000_000)
    watch(site, "/flood", flood)
    with unread(site, "/flood") as stuck:
        with watching(site) as events:
            events.get(timeout=5)
            streams.close()

            assert events.get(timeout=5) == {}
        until(lambda: streams.viewers == 0, 5)

        assert taken(stuck) < 20_000_000
    assert caplog.records == []


def test_head_tells_the_headers_of_a_stream_and_ends(site: RunningApp) -> None:
    with watching(site) as events:
        events.get(timeout=5)

        answer = site.ask("HEAD", LIVE)
        next_one = site.ask("HEAD", LIVE)

        assert site.app.state.context.streams.viewers == 1
    assert next_one.headers.keys() == answer.headers.keys()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert answer.content == b""


def test_another_server_sends_the_state_alone(site: RunningApp, settings: Settings) -> None:
    site.record()
    other = create_app(settings.changed(board_visibility="public"), clock=site.clock)

    async def ask() -> httpx.Response:
        async with (
            other.router.lifespan_context(other),
            httpx.AsyncClient(transport=httpx.ASGITransport(other)) as client,
        ):
            return await client.get(f"http://localhost{LIVE}")

    (only,) = parsed(iter(asyncio.run(ask()).text.split("\n")))
    assert state(only) == site.board()


def test_open_while_an_older_board_is_rendered_begins_with_the_newer_one(site: RunningApp) -> None:
    began, may_go_on = threading.Event(), threading.Event()

    def issues(snapshot: BoardSnapshot) -> bytes:
        if not snapshot.board.totals["issue"]:
            began.set()
            may_go_on.wait(5)
        return event(1, str(snapshot.board.totals["issue"]).encode())

    watch(site, "/issues", issues)
    with ThreadPoolExecutor(2) as pool:
        older = pool.submit(first_event, site, "/issues")
        began.wait(5)
        site.record()
        newer = pool.submit(first_event, site, "/issues")
        time.sleep(0.2)
        may_go_on.set()

        assert newer.result(10)["data"] == "1"
        assert older.result(10)["data"] in {"0", "1"}


def test_ready_gives_no_stream_that_would_begin_with_an_older_board(site: RunningApp) -> None:
    place = site.app.state.context
    topic = BoardTopic(SLUG, "public", board_json, None)
    with watching(site) as events:
        events.get(timeout=5)
        snapshot = asyncio.run(place.boards.get(SLUG, "public"))
        newer = replace(
            snapshot, content=FixedContent(replace(snapshot.board, version=snapshot.version + 1), snapshot.zone)
        )

        found = [place.streams.ready(topic, each, "192.0.2.1", None) is not None for each in (snapshot, newer)]

    assert found == [True, False]


@pytest.mark.parametrize("timing", [replace(USUAL, idle=0.1)])
def test_publish_forgets_topics_that_nobody_watches_any_more(site: RunningApp) -> None:
    streams = site.app.state.context.streams

    with watching(site) as events:
        events.get(timeout=5)
        assert streams.viewers == 1

    until(lambda: streams.viewers == 0)
    site.record()
    until(lambda: not streams.topics)


def test_midnight_reaches_open_streams(site: RunningApp, clock: SettableClock) -> None:
    site.record()
    with watching(site) as events:
        before = state(events.get(timeout=5))
        clock.set("2022-09-15 00:00")
        after = state(events.get(timeout=5))

    assert before["standings"][0]["movement"] is None
    assert after["standings"][0]["movement"] == 0
    assert after["version"] > before["version"]


def test_frozen_week_streams_nothing_new_to_the_public(site: RunningApp) -> None:
    site.record()
    site.game.freeze()
    with watching(site) as public, watching(site, Authorization=f"Bearer {site.token('admin')}") as organizer:
        frozen = public.get(timeout=5)
        organizer.get(timeout=5)
        site.record()
        seen_by_organizer = state(organizer.get(timeout=5))
        time.sleep(0.6)

        assert public.empty()
    assert state(frozen)["totals"]["issue"] == 1
    assert seen_by_organizer["totals"]["issue"] == 2
