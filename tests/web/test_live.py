"""Live streams: the whole state at once and after every change, for any number of viewers, until told to stop."""

import asyncio
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import httpx
import pytest

from app.config import Settings
from app.services import tokens
from app.web import live
from app.web.boards import Served
from tests.builders import SLUG
from tests.web.site import API, BOTH_ENGINES, SIGNED_IN, SettableClock, Site, assert_problem, serving, until
from tests.web.viewing import LIVE, parsed, state, watching


@BOTH_ENGINES
def test_stream_sends_the_whole_state_at_once_and_after_every_change(site: Site) -> None:
    with watching(site) as events:
        first = events.get(timeout=5)
        site.record()
        second = events.get(timeout=5)

    assert (first["event"], second["event"]) == ("board", "board")
    assert state(first)["headline"] == "0 shifts, 0 responses, 0 issues, 0 feature requests, 0 knowledge cards"
    assert state(second) == site.board()
    assert second["id"] == str(site.board()["version"])


def test_page_stream_sends_the_moving_part_of_the_page_unnamed(site: Site) -> None:
    site.record()

    with watching(site, f"/weeks/{SLUG}/live") as events:
        first = events.get(timeout=5)

    assert set(first) == {"id", "data"}
    assert first["data"].splitlines() == site.get(f"/weeks/{SLUG}", headers={"HX-Request": "true"}).text.splitlines()


def test_changes_in_quick_succession_come_at_most_four_times_a_second(site: Site) -> None:
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

    assert received <= taken / live.SHORTEST_GAP + 2


def test_stream_of_an_unknown_week_is_a_404(site: Site) -> None:
    assert_problem(site.get(f"{API}/weeks/nope/live"), 404)


@SIGNED_IN
def test_stream_is_for_readers_where_boards_are_not_public(site: Site) -> None:
    assert_problem(site.get(LIVE), 401)

    with watching(site, Authorization=f"Bearer {site.token('read')}") as events:
        assert state(events.get(timeout=5))["week"] == SLUG


@SIGNED_IN
def test_revoked_token_ends_its_open_stream_within_five_seconds(site: Site) -> None:
    with watching(site, Authorization=f"Bearer {site.token('read')}") as events:
        events.get(timeout=5)
        with site.database.unit_of_work() as session:
            tokens.revoke(session, "read", by="Olu", now=site.clock.now)

        assert events.get(timeout=5.5) == {}


def test_streams_beyond_the_cap_of_an_address_are_refused_and_places_come_free(settings: Settings) -> None:
    capped = settings.changed(board_visibility="public", most_streams_per_address=2)
    with serving(capped) as site:
        site.game.start()
        with watching(site) as one, watching(site) as two:
            one.get(timeout=5)
            two.get(timeout=5)
            refused = site.get(LIVE)

        assert_problem(refused, 503)
        assert refused.headers["retry-after"] == "2"
        until(lambda: site.app.state.installation.streams.viewers == 0)
        with watching(site) as again:
            assert again.get(timeout=5)


def test_quiet_stream_sends_a_comment_so_that_nobody_between_closes_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.5)

    with watching(site) as events:
        events.get(timeout=5)

        assert events.get(timeout=20) == {"comment": "still here"}


async def send_to_all(streams: live.Streams, message: bytes) -> None:
    """Send every viewer this message."""
    for channel in streams._channels.values():
        channel.take("made up", message)
        await channel.hand_out()


def test_viewer_that_never_reads_is_dropped_and_others_go_on(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "STUCK_SECONDS", 0.5)
    streams = site.app.state.installation.streams
    with socket.create_connection((httpx.URL(site.url).host, httpx.URL(site.url).port or 80)) as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.sendall(f"GET {LIVE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        until(lambda: streams.viewers == 1)
        with watching(site) as events:
            events.get(timeout=5)
            flood = live.event(1, b"x" * 4_000_000)
            asyncio.run_coroutine_threadsafe(send_to_all(streams, flood), streams._loop).result(5)

            until(lambda: streams.viewers == 1)

            site.record()
            while events.get(timeout=10)["data"].count('"issue":1') == 0:
                pass


def test_viewer_that_never_reads_is_told_nothing_at_the_end_and_holds_nobody_up(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    streams = site.app.state.installation.streams
    with socket.create_connection((httpx.URL(site.url).host, httpx.URL(site.url).port or 80)) as stuck:
        stuck.sendall(f"GET {LIVE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        until(lambda: streams.viewers == 1)
        flood = live.event(1, b"x" * 20_000_000)
        asyncio.run_coroutine_threadsafe(send_to_all(streams, flood), streams._loop).result(5)
        with watching(site) as events:
            events.get(timeout=5)
            streams.close()

            assert events.get(timeout=1) == {}
        until(lambda: streams.viewers == 0, 1)

        assert taken(stuck) < len(flood)
    assert caplog.records == []


def taken(plug: socket.socket) -> int:
    """How many bytes still come until the other side hangs up."""
    plug.settimeout(10)
    total = 0
    with suppress(ConnectionError):
        while data := plug.recv(1_000_000):
            total += len(data)
    return total


def test_head_tells_the_headers_of_a_stream_and_ends(site: Site) -> None:
    with watching(site) as events:
        events.get(timeout=5)

        answer = site.ask("HEAD", LIVE)
        next_one = site.ask("HEAD", LIVE)

        assert site.app.state.installation.streams.viewers == 1
    assert next_one.headers.keys() == answer.headers.keys()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert answer.content == b""


def test_another_server_sends_the_state_alone(site: Site) -> None:
    site.record()
    heard: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        heard.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": LIVE, "scheme": "http", "query_string": b""}
    scope["headers"] = [(b"host", b"localhost")]
    streams = site.app.state.installation.streams
    asyncio.run_coroutine_threadsafe(site.app(scope, receive, send), streams._loop).result(5)

    (event,) = parsed(iter([*heard[1]["body"].decode().split("\n")]))
    assert state(event) == site.board()
    assert (len(heard), heard[1].get("more_body", False), streams.viewers) == (2, False, 0)


def test_older_board_that_takes_longer_to_render_does_not_replace_a_newer_one(site: Site) -> None:
    place = site.app.state.installation
    began, may_go_on = threading.Event(), threading.Event()

    def view(served: Served) -> bytes:
        if not served.board.totals["issue"]:
            began.set()
            may_go_on.wait(5)
        return str(served.board.totals["issue"]).encode()

    key = live.Key(SLUG, True, view)
    older = asyncio.run_coroutine_threadsafe(place.streams.open(key, "one", None), place.streams._loop)
    began.wait(5)
    site.record()
    newer = asyncio.run_coroutine_threadsafe(place.streams.open(key, "two", None), place.streams._loop)
    time.sleep(0.2)
    may_go_on.set()
    streams = [each.result(5) for each in (older, newer)]

    assert [each._channel.body for each in streams] == [b"1", b"1"]


def test_viewers_who_leave_leave_nothing_behind(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "IDLE_SECONDS", 0.1)
    streams = site.app.state.installation.streams

    with watching(site) as events:
        events.get(timeout=5)
        assert streams.viewers == 1

    until(lambda: streams.viewers == 0)
    site.record()
    until(lambda: not streams._channels)


def test_midnight_reaches_open_streams(site: Site, clock: SettableClock) -> None:
    site.record()
    with watching(site) as events:
        before = state(events.get(timeout=5))
        clock.set("2022-09-15 00:00")
        after = state(events.get(timeout=5))

    assert before["standings"][0]["movement"] is None
    assert after["standings"][0]["movement"] == 0
    assert after["version"] > before["version"]


def test_frozen_week_streams_nothing_new_to_the_public(site: Site) -> None:
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
