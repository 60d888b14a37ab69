"""The caps on streams, in all and for each network, and the headers of each."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from app.config import Settings
from tests.builders import SLUG
from tests.web.running_app import RunningApp, assert_problem, serving, until
from tests.web.viewing import LIVE, watching

PAGE_LIVE = f"/weeks/{SLUG}/live"
FULL = "There are too many live streams right now. The page tries again by itself."


@contextmanager
def capped(settings: Settings, **caps: int) -> Iterator[RunningApp]:
    """A server with the standard week and these caps, behind a proxy on this machine."""
    changed = settings.changed(board_visibility="public", trusted_proxies=("127.0.0.1",), **caps)
    with serving(changed) as site:
        site.game.start()
        yield site


def head(site: RunningApp, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    """The status and headers of a stream; it is left at once, so that one that is let in hangs nobody."""
    with site.client.stream("GET", path, headers=headers) as answer:
        return answer.status_code, dict(answer.headers)


def status(site: RunningApp, path: str, **headers: str) -> int:
    """The status of a stream."""
    return head(site, path, **headers)[0]


@pytest.mark.parametrize("path", [LIVE, PAGE_LIVE])
@pytest.mark.parametrize("cap", ["max_streams", "max_streams_per_address"])
def test_open_beyond_a_cap_is_refused_until_a_place_comes_free(settings: Settings, path: str, cap: str) -> None:
    with capped(settings, **{cap: 2}) as site:
        streams = site.app.state.context.streams
        with watching(site, path) as one, watching(site, path) as two:
            one.get(timeout=5)
            two.get(timeout=5)
            with site.client.stream("GET", path) as refused:
                found = (refused.status_code, refused.headers.get("retry-after"), streams.viewers)

            assert found == (503, "2", 2)
        until(lambda: streams.viewers == 0)
        with watching(site, path) as again:
            assert again.get(timeout=5)


def test_open_beyond_a_cap_says_what_is_wrong(settings: Settings) -> None:
    with capped(settings, max_streams=1) as site, watching(site) as events:
        events.get(timeout=5)

        assert assert_problem(site.get(LIVE), 503) == FULL


def test_cap_on_all_streams_can_be_lowered_while_the_server_runs(settings: Settings) -> None:
    with capped(settings) as site, watching(site) as events:
        events.get(timeout=5)
        before = status(site, LIVE)

        site.app.state.context.streams.max_streams = 1

        assert (before, status(site, LIVE)) == (200, 503)


@pytest.mark.parametrize("path", [LIVE, PAGE_LIVE])
def test_cap_counts_the_network_of_an_ipv6_customer_as_one(settings: Settings, path: str) -> None:
    with capped(settings, max_streams_per_address=3) as site, ExitStack() as open_ones:
        for number in range(3):
            events = open_ones.enter_context(watching(site, path, **{"X-Forwarded-For": f"2001:db8:1:1::{number + 1}"}))
            events.get(timeout=5)

        found = {
            address: status(site, path, **{"X-Forwarded-For": address})
            for address in ("2001:db8:1:1::ffff", "2001:db8:1:2::1", "192.0.2.1")
        }

    assert found == {"2001:db8:1:1::ffff": 503, "2001:db8:1:2::1": 200, "192.0.2.1": 200}


@pytest.mark.parametrize("path", [LIVE, PAGE_LIVE, "/display/live", f"/weeks/{SLUG}/summary/present/live"])
def test_stream_says_that_nobody_may_keep_it_or_hold_it_back(settings: Settings, path: str) -> None:
    with capped(settings) as site, watching(site, path) as events:
        events.get(timeout=5)

        found, headers = head(site, path)

    assert (found, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
    assert "content-length" not in headers
